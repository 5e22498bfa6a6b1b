"""Promises about batches that are stopped: each report whole or absent, whatever is killed."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from batching import batch, descendants, is_alive, matrix
from reporting import Project
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.pool import Answer, Asked, Step, WarmPool
from third_pillar.vocabulary.errors import ReportFailed

pytestmark = pytest.mark.slow

__all__ = ["matrix"]


def test_a_killed_batch_is_taken_up_where_it_stopped(
    project: Project, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kill -9 of the batch: its processes end, the archive verifies, only the missing is made."""
    slow = "import time\nfor _ in range(600 if candidate == 'BRA' else 1):\n    time.sleep(0.1)"
    project.cells(slow)
    running = subprocess.Popen(
        [sys.executable, "-c", "from third_pillar.cli.main import run; run()",
         "batch", str(matrix), "--workers", "1", "--force"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    first = running.stderr.readline()
    assert re.fullmatch(r"\[1/3\] IND: made, about \d+ s left\n", first)
    below = descendants(running.pid)
    running.kill()
    running.communicate()
    for _ in range(200):
        if not any(is_alive(pid) for pid in below):
            break
        time.sleep(0.05)
    assert not [pid for pid in below if is_alive(pid)]
    assert Archive().verify() == []
    project.cells("one = 1")
    journal = matrix_journal(project)
    assert [line.get("task") for line in journal] == [None, 1]
    code, said = batch(matrix, "--resume", "--force", capsys=capsys)
    assert code == 0, [report.get("error") for report in said["reports"]]
    assert [report["status"] for report in said["reports"]] == ["published"] * 3
    started = [
        json.loads(Path(report["manifest"]).read_text())["cells"] for report in said["reports"]
    ]
    assert started == [4, 4, 4]
    assert len(Archive().list_runs()) == 3
    assert Archive().verify() == []


@pytest.mark.parametrize("options", [["--workers", "1"], ["--local-cluster", "1"]])
def test_an_interrupted_batch_says_what_is_there(
    project: Project, matrix: Path, options: list[str]
) -> None:
    """Ctrl-C reaches every process of the terminal: exit 130, one message and no trace."""
    project.cells("import time\ntime.sleep(60 if candidate == 'BRA' else 0)")
    running = subprocess.Popen(
        [sys.executable, "-c", "from third_pillar.cli.main import run; run()",
         "batch", str(matrix), *options],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    assert running.stderr is not None
    assert "IND: made" in running.stderr.readline()
    below = descendants(running.pid)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate()
    assert running.returncode == 130
    lines = [line for line in said.splitlines() if "AUS: made" not in line]
    assert len(lines) == 2, said
    assert re.fullmatch(r"pillar: interrupted: [12] of 3 reports are there, .*not made", lines[0])
    assert "--resume" in lines[1]
    for _ in range(200):
        if not any(is_alive(pid) for pid in below):
            break
        time.sleep(0.05)
    assert not [pid for pid in below if is_alive(pid)]
    assert Archive().verify() == []


def matrix_journal(project: Project) -> list[dict[str, Any]]:
    path = project.archive.parent / "batches" / "three" / "journal.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def pool() -> Iterator[WarmPool]:
    """A warm process that makes one report at a time."""
    made = WarmPool(1)
    yield made
    made.close()


def test_killed_at_random_moments_no_report_is_wrong_partial_or_lost(
    project: Project, pool: WarmPool
) -> None:
    """Twenty kills of the cells, of the process that makes the report, or of the warm one."""
    project.cells("import time; time.sleep(0.03)", "time.sleep(0.03)", "time.sleep(0.03)")
    chance = random.Random(20251107)  # noqa: S311  moments to kill at, nothing secret
    kills = {"cells": 0, "maker": 0, "warm": 0}
    published = 0
    for number in range(22):
        aim = "warm" if number == 7 else chance.choice(["cells", "maker"])
        after = chance.randint(1, 4)
        for told in pool.run([Asked(number, "full", {"candidate": "IND"}, force=True)]):
            if isinstance(told, Step) and told.number == after and aim:
                time.sleep(chance.uniform(0, 0.04))
                kills[aim] += kill(pool, aim)
                aim = ""
            if isinstance(told, Answer):
                outcome = told.outcome
                assert outcome.status == "published" or outcome.error in {
                    "ProcessEnded",
                    "ProcessLost",
                }, outcome
                published += outcome.status == "published"
        assert Archive().verify() == []
    assert sum(kills.values()) >= 20
    assert len(Archive().list_runs()) == published
    last = [
        told for told in pool.run([Asked(99, "full", {}, force=True)]) if isinstance(told, Answer)
    ]
    assert last[0].outcome.status == "published"
    assert Archive().verify() == []
    failed = project.archive / "failed"
    assert all((kept / "manifest.json").is_file() for kept in failed.iterdir())


def kill(pool: WarmPool, aim: str) -> bool:
    """Whether there was such a process to kill."""
    assert pool.pid is not None
    line = [pool.pid, *descendants(pool.pid)]
    place = {"warm": 0, "maker": 1, "cells": 2}[aim]
    if place < len(line):
        os.kill(line[place], signal.SIGKILL)
    return place < len(line)


def test_a_warm_process_that_is_lost_while_it_starts_is_started_once_more(
    project: Project, pool: WarmPool, tmp_path: Path
) -> None:
    """Killed amid its imports the first time; where it never starts, the batch says so."""
    mark = tmp_path / "mark"
    script = tmp_path / "sitecustomize.py"
    script.write_text(
        "import os, pathlib, signal, sys\n"
        f"mark = pathlib.Path({str(mark)!r})\n"
        "if 'third_pillar.publishing.warm' in sys.orig_argv and not mark.exists():\n"
        "    mark.touch()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    project.cells("one = 1")
    pool.environment = {"PYTHONPATH": str(tmp_path)}
    answers = [told for told in pool.run([Asked(1, "full", {})]) if isinstance(told, Answer)]
    assert [one.outcome.status for one in answers] == ["published"]
    assert mark.exists()
    pool.close()
    script.write_text(
        "import sys\nif 'third_pillar.publishing.warm' in sys.orig_argv:\n    exit(3)\n"
    )
    with pytest.raises(ReportFailed, match="did not start"):
        list(pool.run([Asked(2, "full", {}, force=True)]))


def test_code_that_changes_while_a_batch_runs_is_not_passed_off_as_new(
    project: Project, pool: WarmPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was imported before would be stated as the code of now: the report is refused."""
    script = tmp_path / "sitecustomize.py"
    script.write_text(
        "import itertools, os\n"
        "import third_pillar.execution.run_key as run_key\n"
        "first = run_key.package_code_sha256()\n"
        "turns = itertools.count()\n"
        "run_key.package_code_sha256 = lambda: first if next(turns) == 0 else 'other'\n"
    )
    project.cells("one = 1")
    pool.environment = {"PYTHONPATH": str(tmp_path)}
    answers = [t for t in pool.run([Asked(1, "full", {})]) if isinstance(t, Answer)]
    assert "code changed while the batch ran" in answers[0].outcome.message
    assert Archive().list_runs() == []
    del monkeypatch
