"""Promises about the schedule: each slot once, by real processes too, and truthful about it."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from kept import keep
from third_pillar.publishing.approval import approve
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.outcome import ReportOutcome
from third_pillar.publishing.schedule_file import Entry, load_schedule
from third_pillar.publishing.schedule_ledger import Ledger, Line
from third_pillar.publishing.schedule_run import Due, Setting, run_due, shorten, slot_parameters
from third_pillar.publishing.slots import Timetable
from third_pillar.vocabulary.errors import EvidenceFault, ParameterFault, StorageFault
from third_pillar.vocabulary.schedule import ScheduleEntry
from toy import write

NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
FIRST = NOW - dt.timedelta(days=3)
MAIL = {"from": "Desk <desk@example.org>", "to": ["reader@example.org"]}


def entry(name: str = "daily", **given: Any) -> Entry:
    asked = ScheduleEntry.model_validate({"cron": "0 6 * * *", **given})
    return Entry(name, asked, Timetable(asked.cron, asked.timezone))


class Desk:
    """A setting whose reports are made by hand and whose clock does not wait."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.waited: list[float] = []
        self.told: list[str] = []
        self.answers: list[Any] = []

    def publish(self, profile: str, given: dict[str, Any], **_: Any) -> Any:
        """The next answer, a run in the archive where it is one."""
        self.asked.append((profile, given))
        answer = self.answers.pop(0) if self.answers else "published"
        if isinstance(answer, Exception):
            raise answer
        if answer == "failed":
            return outcome("failed", message="the kernel died", hint="Log: run.log")
        run = keep(Archive(self.folder / "archive"), text=str(len(self.asked)))
        return outcome(answer, html=run.folder / "report.html")

    @property
    def setting(self) -> Setting:
        """Everything below one folder."""
        return Setting(
            self.folder,
            self.folder,
            self.publish,
            sleep=self.waited.append,
            announce=lambda told: self.told.extend(told.splitlines()),
        )

    def run(self, *entries: Entry, now: dt.datetime = NOW, **given: Any) -> list[Any]:
        """What became of what was due."""
        return run_due(entries, self.setting, now=now, **given)

    def seen(self, *entries: Entry, at: dt.datetime = FIRST) -> None:
        """Register the entries some days ago."""
        self.run(*entries, now=at)


def outcome(status: Any, **given: Any) -> ReportOutcome:
    fixed = {"findings": None, "manifest": None, "run_key": "a" * 64, "cells_executed": 1}
    return ReportOutcome(**{"status": status, "html": None, "seconds": 0.0, **fixed, **given})


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("PILLAR_REPORTS", str(tmp_path))
    return Desk(tmp_path)


def test_an_entry_counts_from_when_it_was_first_seen(desk: Desk) -> None:
    """Adding one runs nothing of the past; `since` says otherwise, as on a fresh CI machine."""
    assert desk.run(entry()) == []
    assert desk.asked == []
    assert [line.state for line in desk.setting.ledger.read()] == ["registered"]
    assert len(desk.run(entry("other"), since=NOW - dt.timedelta(hours=12))) == 1


def test_after_downtime_each_entry_runs_once_for_its_newest_slot(desk: Desk) -> None:
    desk.seen(entry(), entry("hourly", cron="0 * * * *"))
    results = desk.run(entry(), entry("hourly", cron="0 * * * *"))
    assert [(one.due.entry.name, one.due.missed) for one in results] == [
        ("daily", 2),
        ("hourly", 71),
    ]
    assert len(desk.asked) == 2
    assert desk.run(entry(), entry("hourly", cron="0 * * * *")) == []
    assert len(desk.run(entry(), now=NOW + dt.timedelta(days=1))) == 1


def test_a_disabled_entry_never_runs(desk: Desk) -> None:
    desk.seen(entry())
    assert desk.run(entry(enabled=False)) == []


def test_as_of_slot_is_the_date_of_the_slot_in_its_zone(desk: Desk) -> None:
    """A slot made up for on Thursday looks from its own day; tomorrow's date is never asked."""
    given = {"timezone": "Asia/Tokyo", "parameters": {"as_of": "slot", "candidate": "IND"}}
    asked = entry(cron="30 0 * * *", **given)
    slot = dt.datetime(2026, 11, 25, 15, 30, tzinfo=dt.UTC)
    due = Due(asked, slot, 0)
    later, same = dt.date(2026, 12, 1), dt.date(2026, 11, 25)
    assert slot_parameters(due, today=later) == {"as_of": "2026-11-26", "candidate": "IND"}
    assert slot_parameters(due, today=same)["as_of"] == "2026-11-25"
    desk.seen(asked)
    desk.run(asked)
    assert desk.asked[0][1]["candidate"] == "IND"


def test_what_is_told_of_a_failure_is_the_failure_and_not_its_trace(desk: Desk) -> None:
    """One line a person can read; a path is whole, and what was left out is seen."""
    log = f"/{'reports/' * 20}archive/failed/20261126T125410220Z-4f8b6df8/run.log"
    trace = "".join(f"\n    {'trace ' * 20}" for _ in range(9))
    message = f"the notebook stopped under 'set-up', cell 4 of 19: ValueError: full{trace}"
    failed = outcome("failed", message=message, hint=f"Log: {log}")
    asked = entry(retries={"attempts": 1}, on_failure=[["false"]])
    desk.seen(asked)
    desk.publish = lambda *_, **__: failed  # type: ignore[method-assign]
    (result,) = desk.run(asked)
    assert result.messages == (
        f"the notebook stopped under 'set-up', cell 4 of 19: ValueError: full. Log: {log}",
        "command 'false' ended with 1: it printed nothing",
    )
    assert log in desk.setting.ledger.read()[-1].said
    assert shorten("x" * 401) == "x" * 399 + "…"


def test_a_failed_try_is_tried_again_with_growing_waits(desk: Desk) -> None:
    retries = {"attempts": 4, "wait_seconds": 10, "max_wait_seconds": 25}
    asked = entry(retries=retries)
    desk.seen(asked)
    desk.answers = ["failed", StorageFault("full"), RuntimeError("a fault"), "published"]
    (result,) = desk.run(asked)
    assert (result.state, result.attempts, result.messages) == ("published", 4, ())
    assert desk.waited == [10, 20, 25]
    assert desk.told[1:4] == [
        "daily: try 1 failed: the kernel died. Log: run.log",
        "daily: the next try is in 10 s",
        "daily: try 2 of 4",
    ]


@pytest.mark.parametrize("fault", [ParameterFault("no"), EvidenceFault([])])
def test_what_no_second_try_can_mend_is_not_tried_again(desk: Desk, fault: Exception) -> None:
    asked = entry(retries={"attempts": 5})
    desk.seen(asked)
    desk.answers = [fault]
    (result,) = desk.run(asked)
    assert (result.state, result.attempts, desk.waited) == ("failed", 1, [])


def test_a_slot_that_failed_for_good_waits_for_the_next_and_stops_no_other(desk: Desk) -> None:
    asked = (entry("bad", retries={"attempts": 2, "wait_seconds": 0}), entry("good"))
    desk.seen(*asked)
    desk.answers = ["failed", "failed", "published"]
    results = desk.run(*asked)
    assert [one.state for one in results] == ["failed", "published"]
    assert "the kernel died" in results[0].messages[0]
    assert desk.run(*asked) == []
    last = [line for line in desk.setting.ledger.read() if line.entry == "bad"][-1]
    assert (last.state, "kernel died" in last.said) == ("failed", True)


TELL = [sys.executable, "-c", "import os,sys; open(sys.argv[1],'a').write(os.environ[sys.argv[2]])"]


def test_commands_get_words_and_variables_and_no_shell(desk: Desk) -> None:
    """A semicolon is a semicolon; run id, page and status are in the environment."""
    out = desk.folder / "told; touch INJECTED"
    asked = entry(
        on_success=[[*TELL, str(out), name] for name in ("PILLAR_REPORT", "PILLAR_STATUS")]
    )
    desk.seen(asked)
    (result,) = desk.run(asked)
    assert result.is_good
    assert out.read_text() == f"{result.html}published"
    assert not (desk.folder / "INJECTED").exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            [sys.executable, "-c", "print('no space'); raise SystemExit(3)"],
            "ended with 3: no space",
        ),
        (["no-such-command-here"], "could not start"),
        (["a\0b"], "could not start"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "took more than"),
    ],
)
def test_a_command_that_fails_is_told_and_the_slot_is_done(
    desk: Desk, command: list[str], said: str
) -> None:
    asked = entry(on_success=[command], command_timeout_seconds=0.5)
    desk.seen(asked)
    (result,) = desk.run(asked)
    assert (result.state, result.is_good) == ("published", False)
    assert said in result.messages[0]
    assert desk.run(asked) == []


def test_failure_has_commands_of_its_own(desk: Desk) -> None:
    out = desk.folder / "told"
    on_failure = [[*TELL, str(out), "PILLAR_MESSAGE"]]
    asked = entry(on_failure=on_failure, on_success=[["false"]], retries={"attempts": 1})
    desk.seen(asked)
    desk.answers = ["failed"]
    desk.run(asked)
    assert out.read_text() == "the kernel died. Log: run.log"


def test_retention_keeps_the_newest_runs_and_what_was_published(desk: Desk) -> None:
    asked = entry(keep=2)
    desk.seen(asked)
    archive = Archive(desk.folder / "archive")
    approve(archive, keep(archive), by="A", state="published")
    for day in range(4):
        desk.run(asked, now=NOW + dt.timedelta(days=day))
    assert len(archive.list_runs()) == 3
    assert archive.verify() == []


def test_the_message_holds_the_answer_and_the_report_and_is_not_sent(desk: Desk) -> None:
    """A draft says so in the subject; the same slot gives the same message."""
    asked = entry(mail={**MAIL, "subject": "{entry} {slot}: {title} ({answer})"})
    desk.seen(asked)
    (result,) = desk.run(asked)
    (path,) = (desk.folder / "outbox").iterdir()
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "daily 2026-11-26 06:00 UTC: [draft] Can it? (no)"
    assert (message["To"], message["X-Unsent"]) == ("reader@example.org", "1")
    assert message["Message-ID"] == "<daily-20261126T060000Z@third-pillar.invalid>"
    assert "State: draft" in message.get_body().get_content()
    (attached,) = message.iter_attachments()
    assert attached.get_content() == result.html.read_text("utf-8")
    assert attached.get_filename() == "daily-20261126T060000Z.html"


def test_a_failure_can_be_told_by_mail(desk: Desk) -> None:
    asked = entry(mail={**MAIL, "when": "always"}, retries={"attempts": 1})
    desk.seen(asked)
    desk.answers = ["failed"]
    desk.run(asked)
    (path,) = (desk.folder / "outbox").iterdir()
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "daily failed"
    assert "the kernel died" in message.get_body().get_content()


RUNNER = textwrap.dedent("""
    import datetime as dt, os, pathlib, sys, time
    from third_pillar.publishing.outcome import ReportOutcome
    from third_pillar.publishing.schedule_file import Entry
    from third_pillar.publishing.schedule_run import Setting, run_due
    from third_pillar.publishing.slots import Timetable
    from third_pillar.vocabulary.schedule import ScheduleEntry
    folder, hangs = pathlib.Path(sys.argv[1]), sys.argv[2] == "hangs"
    (folder / f"ready-{os.getpid()}").touch()
    while not (folder / "go").exists():
        time.sleep(0.001)
    def publish(profile, given, **_):
        with (folder / "runs").open("a") as file:
            file.write(given["candidate"] + "\\n")
        (folder / "inside").touch()
        while hangs:
            time.sleep(0.01)
        time.sleep(0.02)
        return ReportOutcome("unchanged", folder / "x" / "report.html", None, None, "a", 0, 0.0)
    entries = []
    for number in range(5):
        asked = ScheduleEntry(cron="*/5 * * * *", parameters={"candidate": f"slot{number}"})
        entries.append(Entry(f"e{number}", asked, Timetable(asked.cron, "UTC")))
    now = dt.datetime(2026, 11, 26, 12, 2, tzinfo=dt.UTC)
    run_due(entries, Setting(folder, folder, publish), now=now, since=now - dt.timedelta(hours=1))
""")


def start(folder: Path, *, hangs: bool = False) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(folder), "hangs" if hangs else "runs"]
    )


def wait_for(folder: Path, pattern: str, count: int) -> None:
    for _ in range(6_000):
        if len(list(folder.glob(pattern))) >= count:
            return
        time.sleep(0.01)
    pytest.fail(f"{pattern} did not appear {count} times")


def test_two_runners_at_once_never_run_a_slot_twice(tmp_path: Path) -> None:
    """Real processes, released at the same moment on the same five slots."""
    runners = [start(tmp_path) for _ in range(3)]
    wait_for(tmp_path, "ready-*", 3)
    (tmp_path / "go").touch()
    assert [runner.wait() for runner in runners] == [0, 0, 0]
    runs = (tmp_path / "runs").read_text().split()
    assert sorted(runs) == [f"slot{number}" for number in range(5)]
    lines = [line for line in Ledger(tmp_path / "schedule").read() if line.state == "done"]
    assert len(lines) == 5


def test_a_runner_killed_in_mid_slot_leaves_it_due(tmp_path: Path) -> None:
    """By kill -9: the slot it ran is due again, nothing else is, and its lock is free."""
    (tmp_path / "go").touch()
    runner = start(tmp_path, hangs=True)
    wait_for(tmp_path, "inside", 1)
    runner.send_signal(signal.SIGKILL)
    assert runner.wait() == -signal.SIGKILL
    assert {line.state for line in Ledger(tmp_path / "schedule").read()} == {"registered"}
    assert start(tmp_path).wait() == 0
    runs = (tmp_path / "runs").read_text().split()
    assert sorted(runs) == sorted(["slot0", *(f"slot{number}" for number in range(5))])
    assert start(tmp_path).wait() == 0
    assert (tmp_path / "runs").read_text().split() == runs


@pytest.mark.parametrize("left", [b'{"entry": "da', b"\n\n", b"\0\0\0", b'{"entry": 1}\n'])
def test_a_line_half_written_does_not_count_and_is_closed(desk: Desk, left: bytes) -> None:
    desk.seen(entry())
    path = desk.setting.ledger.path
    path.write_bytes(path.read_bytes() + left)
    assert len(desk.run(entry())) == 1
    assert desk.run(entry()) == []
    lines = desk.setting.ledger.read()
    assert [line.state for line in lines] == ["registered", "done"]


def test_a_busy_entry_is_left_to_its_runner(desk: Desk) -> None:
    desk.seen(entry())
    with desk.setting.ledger.hold("daily") as got:
        assert got
        (result,) = desk.run(entry())
    assert (result.state, desk.asked) == ("busy", [])
    assert len(desk.run(entry())) == 1


def test_a_ledger_that_cannot_be_written_runs_nothing(desk: Desk) -> None:
    (desk.folder / "schedule").write_text("a file")
    with pytest.raises(StorageFault):
        desk.run(entry(), since=FIRST)
    assert desk.asked == []


def test_the_ledger_is_lines_of_json(desk: Desk) -> None:
    """Other programs may read it."""
    desk.setting.ledger.append(Line("e", "done", NOW.isoformat(), NOW.isoformat(), said="ü\n"))
    (line,) = desk.setting.ledger.path.read_text("utf-8").splitlines()
    assert json.loads(line)["said"] == "ü\n"


def project(root: Path, text: str) -> Path:
    write(root / "reports/profiles/full.yml", "title: T\nnotebook: n.ipynb\n")
    write(root / "reports/schedule.yml", text)
    return root


GOOD = """\
entries:
  weekly-india:
    cron: "0 6 * * MON"
    timezone: Asia/Kolkata
    parameters: {candidate: IND, as_of: 2026-11-01}
    on_success: [["rsync", "-a", "x; rm -rf /", "y"]]
    mail: {from: desk@example.org, to: ["A Reader <a@example.org>"]}
"""


def test_a_schedule_is_read_in_order_with_dates_as_text(tmp_path: Path) -> None:
    (loaded,) = load_schedule(project(tmp_path, GOOD))
    assert (loaded.name, loaded.asked.parameters["as_of"]) == ("weekly-india", "2026-11-01")
    assert load_schedule(tmp_path / "nowhere") == []
    assert load_schedule(project(tmp_path, "")) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cron:", "crn:", "entries.weekly-india.crn: unknown key. Did you mean 'cron'?"),
        ("entries:", "entrys:", "entrys: unknown key. Did you mean 'entries'?"),
        ("MON", "MOO", "bad day-of-week"),
        ("Asia/Kolkata", "Asia/Kolkatta", "Did you mean 'Asia/Kolkata'?"),
        ("candidate:", "candidat:", "unknown parameter. Did you mean 'candidate'?"),
        ("timezone: Asia/Kolkata", "profile: ful", "Did you mean 'full'?"),
        ('[["rsync", "-a", "x; rm -rf /", "y"]]', '"rm -rf /"', "list of lists of words"),
        ('[["rsync", "-a", "x; rm -rf /", "y"]]', '["rm -rf /"]', "list of lists of words"),
        ("desk@example.org", '"d@example.org\\nBcc: x@example.org"', "no address"),
        ("to:", "too:", "Did you mean 'to'?"),
        ("weekly-india", "../weekly", "small letters, digits"),
        ("weekly-india:", "weekly-india: {}\n  weekly-india:", "stands twice"),
        ("{candidate: IND", "{profile: full", "name it once"),
        ("entries:", "entries: [", "no YAML"),
        ('"rsync", "-a"', '"sleep", 5', "put it in quotes"),
        ("entries:", "- entries:", "should be a mapping of keys"),
        ("as_of: 2026-11-01", "as_of: 2026-13-01", "2026-13-01 is no date, as month must be"),
        ("{candidate: IND", "{candidate: IND, candidate: BRA", "candidate stands twice"),
        ("{candidate: IND", "{pillars: &a [USA, *a]", "recursive"),
        ("entries:", "!!python/object/apply:os.system ['touch INJECTED']\nentries:", "no YAML"),
    ],
)
def test_a_wrong_schedule_is_explained_with_place_and_way_out(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(ParameterFault) as raised:
        load_schedule(project(tmp_path, GOOD.replace(old, new)))
    assert said in str(raised.value)
    assert "reports/schedule.yml" in str(raised.value)
    assert "publish-and-schedule.md" in raised.value.hint


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("MON", "MOO").replace("IND", "IND, colour: red").replace("Kolkata", "X")
    with pytest.raises(ParameterFault, match="2 faults"):
        load_schedule(project(tmp_path, text))
