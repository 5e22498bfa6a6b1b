"""Reports made after each other by one process, which shares what is computed for them."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reporting import PROFILE, Project
from third_pillar.assessment import case
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.pool import Answer, Asked, Step, WarmPool, gather_reports
from third_pillar.publishing.report import publish_report
from toy import write

pytestmark = pytest.mark.slow

PAGES = ("trade", "claims", "window")


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(1, 2), st.sampled_from(["pillar", "kernel"])),
        max_size=80,
    ),
    st.integers(1, 4),
)
@example(wanted=[("A", 1, "pillar"), ("A", 1, "pillar"), ("B", 1, "pillar")], workers=3)
def test_every_report_is_asked_for_once_with_others_that_differ_in_the_candidate_alone(
    wanted, workers
):
    asked = [
        Asked(number, "full", {"candidate": who, "seed": seed}, engine=engine)
        for number, (who, seed, engine) in enumerate(wanted)
    ]
    groups = gather_reports(asked, workers)
    assert Counter(one.task for group in groups for one in group) == Counter(range(len(asked)))
    for group in groups:
        assert len({one.given["seed"] for one in group}) == 1
        assert len(group) == 1 or {one.engine for one in group} == {"pillar"}
        assert len(group) <= -(-len(asked) // workers)
        candidates = [one.given["candidate"] for one in group]
        together = [who for place, who in enumerate(candidates) if who != candidates[place - 1]]
        # pages of one question follow each other: its case is kept until the next question
        assert len(together) <= max(1, len(set(candidates)))


def test_a_batch_of_many_candidates_keeps_every_worker_at_work():
    """Two workers get several turns each, and no process makes more than a couple of dozen."""
    asked = [Asked(n, "full", {"candidate": f"C{n}"}) for n in range(300)]
    for workers in (1, 2, 4):
        groups = gather_reports(asked, workers)
        assert max(map(len, groups)) <= 24
        assert len(groups) >= 3 * workers


def make(pool: WarmPool, asked: list[Asked]) -> dict[int, Answer]:
    return {told.task: told for told in pool.run(asked) if isinstance(told, Answer)}


def read(answer: Answer) -> tuple[bytes, dict[str, str]]:
    """What a report found, to the byte, and the files on record as read."""
    outcome = answer.outcome
    assert outcome.status == "published", outcome.message
    assert outcome.findings is not None
    assert outcome.manifest is not None
    manifest = json.loads(outcome.manifest.read_text(encoding="utf-8"))
    return outcome.findings.read_bytes(), manifest["reads"]


def test_pages_that_share_a_case_hold_the_findings_they_hold_alone(tmp_path: Path) -> None:
    """Findings to the byte, and the same files on record as read."""
    given_ = {"candidate": "BRA", "draws": 200, "as_of": "2026-06-30"}
    found: dict[str, dict[str, tuple[bytes, dict[str, str]]]] = {}
    for how in ("alone", "together"):
        pool = WarmPool(1, environment={"PILLAR_REPORTS": str(tmp_path / how)})
        asked = [Asked(number, page, given_) for number, page in enumerate(PAGES)]
        rounds = [asked] if how == "together" else [[one] for one in asked]
        for one in rounds:
            for number, answer in make(pool, one).items():
                found.setdefault(how, {})[PAGES[number]] = read(answer)
        again = make(pool, asked)
        assert {one.outcome.status for one in again.values()} == {"unchanged"}
        pool.close()
    assert found["together"] == found["alone"]


def test_candidates_that_share_data_and_draws_get_the_findings_they_get_alone(
    tmp_path: Path,
) -> None:
    """Also where one of them is a pillar, or has no need on record."""
    found: dict[str, dict[str, tuple[bytes, dict[str, str]]]] = {}
    for how in ("alone", "together"):
        pool = WarmPool(1, environment={"PILLAR_REPORTS": str(tmp_path / how)})
        asked = [
            Asked(number, "full", {"candidate": who, "draws": 300, "scenario": "announced_in_full"})
            for number, who in enumerate(("AUS", "JPN", "EST", "MYS"))
        ]
        rounds = [asked] if how == "together" else [[one] for one in asked]
        for one in rounds:
            for number, answer in make(pool, one).items():
                found.setdefault(how, {})[asked[number].given["candidate"]] = read(answer)
        pool.close()
    assert found["together"] == found["alone"]


def test_what_the_warm_process_holds_is_not_held_against_a_report(project: Project) -> None:
    """A profile with the least memory there may be is made warm as it is by itself."""
    write(project.root / "reports/profiles/full.yml", f"{PROFILE}memory_mb: 256\n")
    project.cells("import numpy", "held = numpy.ones(2**24)")
    pool = WarmPool(1)
    asked = [Asked(number, "full", {"candidate": "IND"}, force=True) for number in range(2)]
    one = make(pool, asked[:1])
    both = make(pool, asked)
    project.cells("import numpy", "held = numpy.ones(2**27)")
    much = make(pool, asked)
    pool.close()
    outcomes = [told.outcome for told in (*one.values(), *both.values())]
    assert [outcome.status for outcome in outcomes] == ["published"] * 3, outcomes
    assert [told.outcome.error for told in much.values()] == ["MemoryError"] * 2


def test_what_is_prepared_counts_in_the_time_of_the_report(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it takes all there is, no cell is begun; and nothing of the bounds is left."""
    project.cells("def open_case(): ...", "open_case()")
    asked = []

    def prepare(question: object) -> None:
        asked.append(question)
        while True:
            time.sleep(0.01)

    monkeypatch.setattr(case, "prepare", prepare)
    outcome = publish_report(shares=True, timeout=0.3)
    assert (outcome.status, outcome.error, outcome.cells_executed) == ("failed", "Timeout", 0)
    assert "0.3 s for the run" in outcome.message
    monkeypatch.setattr(case, "prepare", asked.append)
    assert publish_report(shares=True).status == "published"
    assert len(asked) == 2
    assert Archive().verify() == []


def test_what_is_lost_over_one_page_is_that_page_alone(project: Project) -> None:
    """The process that makes three pages is killed amid the second: the others are published."""
    project.cells("import time; time.sleep(0.2)", "time.sleep(0.2)")
    pool = WarmPool(1)
    asked = [Asked(number, "full", {"candidate": "IND"}, force=True) for number in range(3)]
    outcomes = {}
    for told in pool.run(asked):
        if isinstance(told, Step) and told.task == 1 and told.number == 2:
            children = Path(f"/proc/{pool.pid}/task/{pool.pid}/children").read_text().split()
            os.kill(int(children[0]), signal.SIGKILL)
        if isinstance(told, Answer):
            outcomes[told.task] = told.outcome
    pool.close()
    assert {task: one.status for task, one in outcomes.items()} == {
        0: "published",
        1: "failed",
        2: "published",
    }
    assert outcomes[1].error == "ProcessLost"
    assert Archive().verify() == []
    assert len(Archive().list_runs()) == 2
