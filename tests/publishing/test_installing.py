"""Promises about what makes a machine look: right for its reader, with hostile paths too."""

from __future__ import annotations

import configparser
import datetime as dt
import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cronsim import CronSim

from reporting import Project
from third_pillar.cli.main import main
from third_pillar.publishing.installing import compose_installation, write_installation
from third_pillar.publishing.schedule_ledger import Ledger, Line
from third_pillar.vocabulary.errors import ParameterFault, StorageFault

HOSTILE = Path('/srv/third pillar\'s 100% "best"')


def compose(kind: Any, root: Path = HOSTILE, every: int = 5, **given: Any) -> Any:
    return compose_installation(kind, root=root, every=every, home=Path("/home/ana"), **given)


def test_units_are_read_as_systemd_reads_them() -> None:
    """Paths with spaces, quotes and percent signs arrive whole."""
    service, timer = (
        _parse_unit(text) for text in compose("systemd", reports=HOSTILE).files.values()
    )
    assert service["Service"]["WorkingDirectory"].replace("%%", "%") == str(HOSTILE)
    words = [word.replace("%%", "%") for word in shlex.split(service["Service"]["ExecStart"])]
    assert words == [str(Path(sys.executable).parent / "pillar"), "schedule", "run", "--quiet"]
    (given,) = shlex.split(service["Service"]["Environment"])
    assert given.replace("%%", "%") == f"PILLAR_REPORTS={HOSTILE}"
    assert timer["Timer"]["OnCalendar"] == "*-*-* *:0/5:00"
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_a_dollar_sign_is_doubled_where_it_stands_for_a_variable_and_only_there() -> None:
    """In Environment= and in the path of the program it is an ordinary sign."""
    root = Path("/srv/$HOME")
    text, _ = compose("systemd", root=root, reports=root, is_named=True).files.values()
    assert "WorkingDirectory=/srv/$HOME\n" in text
    assert "$$" not in text
    assert [shlex.split(line) for line in text.splitlines() if line.startswith("Environment=")] == [
        ["Environment=PILLAR_ROOT=/srv/$HOME"],
        ["Environment=PILLAR_REPORTS=/srv/$HOME"],
    ]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["systemd", "cron"])
def test_what_was_installed_publishes_a_due_slot_in_the_environment_it_is_started_in(
    kind: str,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The very command, with the variables that systemd or cron give and no other, elsewhere."""
    (project.root / "reports/schedule.yml").write_text(
        "entries:\n  each-minute:\n    cron: '* * * * *'\n    parameters: {as_of: slot}\n"
        "    on_success: [[/bin/sh, -c, 'env > told.txt']]\n"
    )
    project.cells("one = 1")
    first = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=3)
    reports = project.archive.parent
    Ledger(reports / "schedule").append(
        Line("each-minute", "registered", first.isoformat(), first.isoformat())
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SECRET_TOKEN", "canary")
    assert main(["schedule", "install", kind, "--print"]) == 0
    printed = capsys.readouterr().out
    plain = {"HOME": str(tmp_path), "LOGNAME": "ana", "PATH": "/usr/bin:/bin"}
    if kind == "cron":
        line = next(one for one in printed.splitlines() if one.startswith("*/5 "))
        told = line.split(None, 5)[5].replace(r"\%", "%")
        words, env, folder = ["/bin/sh", "-c", told], {**plain, "SHELL": "/bin/sh"}, "/"
    else:
        service = printed.split("[Service]")[1].split("[Unit]")[0]
        lines = [line.partition("=")[::2] for line in service.splitlines() if "=" in line]
        given = [_unit_words(value)[0] for name, value in lines if name == "Environment"]
        env = {**plain, **dict(word.split("=", 1) for word in given)}
        words = _unit_words(dict(lines)["ExecStart"])
        folder = dict(lines)["WorkingDirectory"].replace("%%", "%")
    done = subprocess.run(words, env=env, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    last = Ledger(reports / "schedule").read()[-1]
    assert (last.state, last.said) == ("done", "")
    assert (project.latest / "report.html").is_file()
    told = (project.root / "told.txt").read_text()
    assert "PILLAR_STATUS=published" in told
    assert "canary" not in told


def _unit_words(value: str) -> list[str]:
    return [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(value)]


def _parse_unit(text: str) -> Any:
    unit = configparser.RawConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  names keep their capitals
    unit.read_string(text)
    return unit


def test_a_crontab_line_runs_as_cron_runs_it(tmp_path: Path) -> None:
    """Five fields, then a command whose percent signs are escaped; a shell starts it in place."""
    root = tmp_path / "third pillar's 100%"
    root.mkdir()
    (text,) = compose("cron", root=root).files.values()
    mark, line = text.splitlines()
    assert mark.startswith("#")
    fields, command = line.split(None, 5)[:5], line.split(None, 5)[5]
    slots = CronSim(" ".join(fields), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert next(slots).minute == 5
    pillar = str(Path(sys.executable).parent / "pillar")
    told = command.replace(r"\%", "%").replace(pillar, "echo")
    assert "%" not in command.replace(r"\%", "")
    done = subprocess.run(
        ["/bin/sh", "-c", f"{told}; pwd"], capture_output=True, text=True, check=True, cwd="/"
    )
    assert done.stdout == f"schedule run --quiet\n{root}\n"


@pytest.mark.parametrize("every", [5, 30, 60])
def test_the_workflow_names_no_path_of_this_machine(every: int) -> None:
    """It goes into the repository; its own cron expression is read by the schedule's reader."""
    ((path, text),) = compose("github-actions", every=every).files.items()
    workflow = yaml.safe_load(text)
    assert path == HOSTILE / ".github/workflows/pillar-schedule.yml"
    assert str(HOSTILE) not in text
    assert str(Path(sys.executable).parent) not in text
    (when,) = workflow[True]["schedule"]  # YAML reads the key "on" as true
    next(CronSim(when["cron"], dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    steps = [step["run"] for step in workflow["jobs"]["run"]["steps"] if "run" in step]
    assert any("pillar schedule run --since" in step for step in steps)


def test_the_workflow_keeps_its_ledger_also_after_a_failure() -> None:
    """Else a slot that failed would be due again at every look; both steps mean the same files."""
    ((_, text),) = compose("github-actions").files.items()
    steps = yaml.safe_load(text)["jobs"]["run"]["steps"]
    named = {step.get("uses", "").split("@")[0]: step for step in steps}
    restore, save = named["actions/cache/restore"], named["actions/cache/save"]
    assert "reports/schedule" in restore["with"]["path"]
    assert all(restore["with"][key] == save["with"][key] for key in ("path", "key"))
    assert save["if"] == named["actions/upload-artifact"]["if"] == "${{ !cancelled() }}"
    assert restore["with"]["key"].startswith(restore["with"]["restore-keys"])


@pytest.mark.parametrize("every", [0, 7, 61, -5])
def test_minutes_that_do_not_divide_the_hour_are_refused(every: int) -> None:
    with pytest.raises(ParameterFault, match="--every"):
        compose("cron", every=every)


@pytest.mark.parametrize("name", ["a\nb", "a\0b", "a\u202eb"])
def test_a_path_that_would_add_a_line_is_refused(name: str) -> None:
    with pytest.raises(ParameterFault, match="cannot stand"):
        compose("cron", root=Path("/srv") / name)


CRONTAB = """#!/bin/sh
if [ "$1" != "-l" ]; then cat > "$STORE"
elif [ -n "$REFUSED" ]; then echo "you ($USER) are not allowed to use this program" >&2; exit 1
elif [ ! -e "$STORE" ]; then echo "no crontab for ana" >&2; exit 1
else cat "$STORE"; fi
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a crontab command that comes first in the path keeps its lines."""
    command, kept = tmp_path / "bin/crontab", tmp_path / "store"
    command.parent.mkdir()
    command.write_text(CRONTAB)
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("STORE", str(kept))
    return kept


def test_writing_twice_leaves_one_line_and_the_user_s_own(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write_text("0 1 * * * backup\n")
    for every in (5, 10):
        write_installation(compose("cron", every=every))
    lines = store.read_text().splitlines()
    assert lines[0] == "0 1 * * * backup"
    assert len([line for line in lines if "pillar schedule of" in line]) == 1
    assert [line for line in lines if line.startswith("*/10 ")]
    assert not [line for line in lines if line.startswith("*/5 ")]
    before = store.read_bytes()
    monkeypatch.setenv("REFUSED", "1")
    with pytest.raises(StorageFault, match="not allowed"):
        write_installation(compose("cron"))
    assert store.read_bytes() == before, "what could not be read is not overwritten"
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StorageFault, match="crontab cannot be written"):
        write_installation(compose("cron"))


def test_the_first_line_of_a_crontab_needs_none_before_it(store: Path) -> None:
    write_installation(compose("cron"))
    assert len(store.read_text().splitlines()) == 2


def test_units_are_written_below_the_home_and_nowhere_else(tmp_path: Path) -> None:
    installation = compose_installation("systemd", root=HOSTILE, every=5, home=tmp_path)
    written = write_installation(installation)
    folder = tmp_path / ".config/systemd/user"
    assert sorted(written) == sorted(str(path) for path in folder.iterdir())
