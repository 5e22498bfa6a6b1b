"""Promises about the whole command with a real kernel: stopped in any way, nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from reporting import Project
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.report import publish_report

pytestmark = pytest.mark.slow

SLEEP = "import pathlib, time\npathlib.Path({mark!r}).touch()\ntime.sleep(120)"


def pillar(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from third_pillar.cli.main import run; run()", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.05)
    pytest.fail(f"{path} did not appear within 30 s")


def test_a_failing_report_leaves_the_last_good_one(project: Project) -> None:
    """A cell fails, then the kernel dies, then no findings: each time `latest` stays."""
    project.cells("1 + 1")
    assert publish_report().status == "published"
    before = project.snapshot()
    for source, error, states in (
        ("{}['NdPr']", "KeyError", True),
        ("import os; os._exit(0)", "ProcessEnded", True),
        ("1", "ReportFailed", False),
    ):
        project.cells(source, states_findings=states)
        outcome = publish_report()
        assert (outcome.status, outcome.error) == ("failed", error)
        assert outcome.kept is not None
        assert (outcome.kept / "run.log").is_file()
        assert (outcome.kept / "notebook.ipynb").is_file()
        assert project.snapshot() == before
    assert Archive().verify() == []


def test_killed_in_mid_run_the_archive_verifies_and_the_next_run_works(
    project: Project, tmp_path: Path
) -> None:
    """A kill -9 of `pillar` itself: no kernel is left behind, nothing half is published."""
    mark = tmp_path / "mark"
    pid_file = tmp_path / "pid"
    project.cells(
        f"import os, pathlib; pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))",
        SLEEP.format(mark=str(mark)),
    )
    process = pillar("report", "--quiet")
    wait_for(mark)
    process.kill()
    process.communicate()
    assert Archive().verify() == []
    assert not project.latest.exists()
    kernel = int(pid_file.read_text())
    for _ in range(100):
        if not Path(f"/proc/{kernel}").exists():
            break
        time.sleep(0.1)
    else:
        os.kill(kernel, signal.SIGKILL)
        pytest.fail("the kernel outlived the command by 10 s")
    project.cells("1 + 1")
    outcome = publish_report()
    assert outcome.status == "published"
    assert Archive().verify() == []
    assert len(list((project.archive / "failed").iterdir())) == 1


def test_ctrl_c_ends_with_130_and_publishes_nothing(project: Project, tmp_path: Path) -> None:
    """No trace, one JSON object, no half-built run."""
    mark = tmp_path / "mark"
    project.cells(SLEEP.format(mark=str(mark)))
    process = pillar("report", "--json", "--quiet")
    wait_for(mark)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(out)["status"] == "failed"
    assert "Traceback" not in err
    assert "interrupted" in err
    assert list(project.archive.iterdir()) == []


def test_progress_is_plain_lines_without_a_terminal(project: Project) -> None:
    """One line a cell on stderr, and the limit of time ends an endless cell with exit 1."""
    project.cells("while True:\n    pass")
    process = pillar("report", "--timeout", "3")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == ""
    assert "[3/4] The work" in err
    assert "Timeout" in err
    assert "3 s for the run" in err
