"""Promises about `archive`, `approve`, `diff`, `site` and `schedule` as a user meets them."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reporting import Project
from third_pillar.cli import schedule_quiet
from third_pillar.cli.main import main
from third_pillar.publishing import report as report_module
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.offline_check import check_offline
from third_pillar.publishing.report import publish_report
from third_pillar.publishing.schedule_ledger import Ledger, Line
from third_pillar.vocabulary.errors import ReportFailed
from toy import set_cell, write

ROOT = Path(__file__).parents[2]
SCHEDULE = """\
entries:
  often:
    cron: "* * * * *"
    parameters: {candidate: IND, as_of: slot}
    retries: {attempts: 1}
  yearly:
    cron: "0 0 1 1 *"
"""


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code, out, err = call(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


@pytest.fixture
def two_runs(no_kernel: Project) -> list[str]:
    """Run ids of two reports between which one row of the data was revised."""
    first = publish_report()
    set_cell(no_kernel.root, "curated/mine_production.csv", "MP-IND-2024", "note", "seen again")
    second = publish_report()
    return [outcome.html.parent.name for outcome in (first, second) if outcome.html]


def test_show_tells_all_about_a_run_and_its_approvals(
    two_runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Answer, question, data, what changed, who approved, files, path to open."""
    assert main(["approve", "latest", "--by", "A. Reader", "--publish", "--note", "fine"]) == 0
    capsys.readouterr()
    code, out, _ = call(capsys, "archive", "show")
    assert code == 0
    words = " ".join(out.split())
    for said in (
        "No.",
        "State published",
        "candidate=IND",
        "every file is as its manifest says",
        f"Since {two_runs[0]}",
        "Nothing that matters changed",
        "published by A. Reader, fine",
        "report.html",
    ):
        assert said in words
    shown = answer(capsys, "archive", "show", two_runs[1])
    assert (shown["state"], shown["faults"], len(shown["approvals"])) == ("published", [], 1)


def test_a_comparison_is_written_to_a_file_and_to_no_folder(
    two_runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in ("/", str(tmp_path), ""):
        code, _, err = call(capsys, "diff", *two_runs, "--html", place)
        assert code == 2
        assert "is a folder" in err
    code, _, err = call(capsys, "diff", *two_runs, "--html", "/proc/none/diff.html")
    assert code == 4
    assert "another file with --html" in err


def test_show_tells_of_a_failed_run_with_the_end_of_its_log(
    no_kernel: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise ReportFailed("figure fig-stages has no rendering\x1b[2J\u202e")

    monkeypatch.setattr(report_module, "_load_exporter", lambda: fail)
    outcome = publish_report()
    assert outcome.kept is not None
    code, out, _ = call(capsys, "archive", "show", outcome.kept.name)
    assert code == 0
    assert "fig-stages has no rendering" in out
    assert "ran" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert no_kernel.kernels


def test_show_of_a_damaged_run_says_so_with_exit_4(
    two_runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run = Archive().list_runs()[1]
    (run.folder / "findings.json").write_text("[]")
    code, out, _ = call(capsys, "archive", "show", two_runs[1])
    assert code == 4
    assert "findings.json has changed" in out
    assert call(capsys, "diff")[0] == 2


def test_list_verify_and_prune_speak_and_answer_in_json(
    two_runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = answer(capsys, "archive", "list")["runs"]
    assert [(row["run_id"], row["state"], row["is_latest"]) for row in rows] == [
        (two_runs[0], "draft", False),
        (two_runs[1], "draft", True),
    ]
    assert answer(capsys, "archive", "list", "--lineage", "full/IND")["runs"] == rows
    assert "Did you mean 'full/IND'" in call(capsys, "archive", "list", "--lineage", "full/IDN")[2]
    assert answer(capsys, "archive", "verify")["runs"] == 2
    said = answer(capsys, "archive", "prune", "--keep", "1", "--dry-run")
    assert (said["status"], len(said["removed"])) == ("would remove", 1)
    assert len(Archive().list_runs()) == 2
    code, out, _ = call(capsys, "archive", "prune", "--keep", "1")
    assert (code, two_runs[0] in out, "1 removed" in out) == (0, True, True)
    assert call(capsys, "archive", "prune", "--keep", "0")[0] == 2


def test_approval_under_embargo_and_withdrawn(
    two_runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(two_runs) == 2
    who = ("approve", "latest", "--by", "A")
    said = answer(capsys, *who, "--publish", "--embargo", "2099-12-01T06:00+05:30")
    assert (said["state"], said["embargo"]) == ("published", "2099-12-01 06:00:00+05:30")
    assert answer(capsys, "site")["reports"] == []
    assert "there is none yet" in call(capsys, "archive", "show", "published")[2]
    assert answer(capsys, *who, "--withdraw")["state"] == "draft"
    for wrong, reason in (
        (["--publish", "--withdraw"], "exclude"),
        (["--publish", "--embargo", "2026-12-01"], "zone is missing"),
        (["--publish", "--embargo", "soon"], "no such moment"),
        (["--embargo", "2099-12-01T06:00Z"], "needs --publish"),
    ):
        code, _, err = call(capsys, *who, *wrong)
        assert (code, reason in err) == (2, True), err
    assert call(capsys, "archive", "verify")[0] == 0


def test_diff_speaks_and_writes_one_offline_page(
    two_runs: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Runs by word and id, folders, and the same as JSON and HTML."""
    page = tmp_path / "diff.html"
    code, out, _ = call(capsys, "diff", "--html", str(page))
    assert code == 0
    assert out.startswith("Nothing that matters changed")
    assert "mine production, one row changed (MP-IND-2024)" in out
    assert check_offline(page.read_text("utf-8")) == []
    assert "seen again" in page.read_text("utf-8")
    schema = json.loads((ROOT / "docs/schemas/changes.schema.json").read_text("utf-8"))
    jsonschema.validate(answer(capsys, "diff"), schema, cls=jsonschema.Draft202012Validator)
    told = answer(capsys, "diff", "--html", str(page))
    jsonschema.validate(told, schema, cls=jsonschema.Draft202012Validator)
    folders = [str(run.folder) for run in Archive().list_runs()]
    for sides in (two_runs, folders):
        said = answer(capsys, "diff", *sides)
        assert said["matters"] is False
        assert said["tables"][0]["rows"][0]["key"] == "MP-IND-2024"
    assert call(capsys, "diff", "latest", str(tmp_path))[0] == 2


def test_the_site_is_written_and_counted(
    two_runs: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["approve", two_runs[0], "--by", "A", "--publish"]) == 0
    capsys.readouterr()
    said = answer(capsys, "site", "--out", str(tmp_path / "web"))
    assert (said["reports"], said["left_out"]) == ([two_runs[0]], 1)
    assert Path(said["index"]).is_file()
    code, out, _ = call(capsys, "site")
    assert (code, "1 published report; left out, as drafts" in out) == (0, True)


@pytest.fixture
def scheduled(no_kernel: Project) -> Project:
    """The project with a schedule of one entry that is due every minute and one that is not."""
    write(no_kernel.root / "reports/schedule.yml", SCHEDULE)
    return no_kernel


def register(project: Project, *, minutes: int) -> None:
    """Both entries were first seen some minutes ago."""
    at = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)).isoformat()
    for name in ("often", "yearly"):
        Ledger(project.archive.parent / "schedule").append(Line(name, "registered", at, at))


def test_the_schedule_lists_waits_and_runs(
    scheduled: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = answer(capsys, "schedule", "list")["entries"]
    assert [row["entry"] for row in rows] == ["often", "yearly"]
    assert "never seen here" in rows[0]["last"]
    register(scheduled, minutes=5)
    assert [one["entry"] for one in answer(capsys, "schedule", "due")["due"]] == ["often"]
    code, out, err = call(capsys, "schedule", "run", "--entry", "often")
    assert (code, "published" in out, "often: slot" in err) == (0, True, True)
    today = dt.datetime.now().astimezone().date()
    assert dt.date.fromisoformat(scheduled.kernels[0]["as_of"]) <= today
    assert "done" in answer(capsys, "schedule", "list")["entries"][0]["last"]
    assert "Did you mean 'often'?" in call(capsys, "schedule", "run", "--entry", "oftn")[2]


def test_a_scheduled_failure_is_exit_1_and_told(
    scheduled: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise ReportFailed("figure fig-stages has no rendering")

    monkeypatch.setattr(report_module, "_load_exporter", lambda: fail)
    register(scheduled, minutes=5)
    code, out, err = call(capsys, "schedule", "run", "--entry", "often", "--json")
    assert code == 1
    assert json.loads(out)["slots"][0]["state"] == "failed"
    assert "fig-stages" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["schedule", "run", "--since", "yesterday"], "--since"),
        (["schedule", "run", "--since", "2026-11-26T06:00"], "offset"),
        (["schedule", "install", "systmd"], "Did you mean 'systemd'?"),
        (["schedule", "install", "cron", "--every", "7"], "--every"),
    ],
)
def test_a_wrong_schedule_command_is_explained(
    scheduled: Project, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    code, _, err = call(capsys, *arguments)
    assert (code, said in err, "Traceback" in err) == (2, True, False)
    assert scheduled.kernels == []


def test_an_impossible_parameter_of_the_schedule_is_found_by_list(
    no_kernel: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any slot comes."""
    write(no_kernel.root / "reports/schedule.yml", SCHEDULE.replace("IND", "INDIA"))
    code, _, err = call(capsys, "schedule", "list")
    assert (code, "entries.often" in err, "INDIA" in err) == (2, True, True)


def test_install_prints_and_writes_only_when_told(
    scheduled: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    code, out, _ = call(capsys, "schedule", "install", "systemd")
    assert (code, "ExecStart" in out, str(scheduled.root) in out) == (0, True, True)
    assert not (tmp_path / "home").exists()
    assert call(capsys, "schedule", "install", "systemd", "--write")[0] == 0
    written = sorted(path.name for path in (tmp_path / "home/.config/systemd/user").iterdir())
    assert written == ["pillar-schedule.service", "pillar-schedule.timer"]


def test_with_nothing_due_the_schedule_is_not_even_read(scheduled: Project) -> None:
    """A real process: no YAML, no data, no pandas; a changed schedule is read again."""
    write(scheduled.root / "reports/schedule.yml", SCHEDULE.replace("* * * * *", "0 0 1 1 *"))
    register(scheduled, minutes=5)
    assert main(["schedule", "run", "--quiet"]) == 0
    heavy = ("yaml", "cronsim", "pandas", "numpy", "third_pillar.evidence", "tenacity")
    code = (
        "import sys; from third_pillar.cli.main import main; code = main(['schedule', 'run']);"
        f"sys.exit(code or ' '.join(m for m in {heavy!r} if m in sys.modules) or 0)"
    )
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Nothing is due; next is")
    write(scheduled.root / "reports/schedule.yml", "entries: 1\n")
    assert main(["schedule", "run"]) == 2


def test_the_note_that_nothing_is_due_ends_in_time(scheduled: Project) -> None:
    """With the next slot, after some hours, when the clock was set back, or the ledger grew."""
    folders = (scheduled.root, scheduled.archive.parent)
    register(scheduled, minutes=5)
    now = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
    hour = dt.timedelta(hours=1)
    schedule_quiet.note_quiet(*folders, now=now, next_slot=now + hour, said="nothing")
    found = [schedule_quiet.find_quiet(*folders, now=now + n * hour / 2) for n in (-1, 0, 1, 2)]
    assert found == ["", "nothing", "nothing", ""]
    schedule_quiet.note_quiet(*folders, now=now, next_slot=None, said="nothing")
    assert schedule_quiet.find_quiet(*folders, now=now + 7 * hour) == ""
    assert schedule_quiet.find_quiet(*folders, now=now + hour) == "nothing"
    register(scheduled, minutes=1)
    assert schedule_quiet.find_quiet(*folders, now=now + hour) == ""


def test_an_interrupted_schedule_leaves_the_slot_due(
    no_kernel: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 130, said in a line; the next runner does the slot."""
    write(no_kernel.root / "reports/schedule.yml", SCHEDULE)
    start = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)).isoformat()

    def stop(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("third_pillar.cli.schedule_shown._publish", stop)
        code, _, err = call(capsys, "schedule", "run", "--since", start, "--quiet")
    assert code == 130
    assert "the slot at hand is due again" in err
    lines = Ledger(no_kernel.archive.parent / "schedule").read()
    assert {line.state for line in lines} == {"registered"}
    told = answer(capsys, "schedule", "run")
    assert [slot["state"] for slot in told["slots"]] == ["published"]
