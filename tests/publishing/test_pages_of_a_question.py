"""Pages of one question made after each other by one process, which shares the case."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting import Project
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.pool import Answer, Asked, Step, WarmPool, gather_pages

pytestmark = pytest.mark.slow

PAGES = ("claims", "window", "trade")


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["pillar", "kernel"])), max_size=30),
    st.integers(1, 4),
)
def test_every_report_is_asked_for_once_and_only_pages_of_one_question_together(wanted, workers):
    asked = [
        Asked(number, "full", {"candidate": who}, engine=engine)
        for number, (who, engine) in enumerate(wanted)
    ]
    groups = gather_pages(asked, workers)
    assert Counter(one.task for pages in groups for one in pages) == Counter(range(len(asked)))
    for pages in groups:
        assert len({json.dumps(one.given) for one in pages}) == 1
        assert len(pages) == 1 or {one.engine for one in pages} == {"pillar"}
        assert len(pages) <= -(-len(asked) // workers)


def make(pool: WarmPool, asked: list[Asked]) -> dict[int, Answer]:
    return {told.task: told for told in pool.run(asked) if isinstance(told, Answer)}


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
                outcome = answer.outcome
                assert outcome.status == "published", outcome.message
                assert outcome.findings is not None
                assert outcome.manifest is not None
                manifest = json.loads(outcome.manifest.read_text(encoding="utf-8"))
                read = outcome.findings.read_bytes(), manifest["reads"]
                found.setdefault(how, {})[PAGES[number]] = read
        again = make(pool, asked)
        assert {one.outcome.status for one in again.values()} == {"unchanged"}
        pool.close()
    assert found["together"] == found["alone"]


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
