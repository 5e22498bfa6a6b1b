"""Promises about batches: each report whole or absent, whatever is killed, and all on record."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import pytest
import yaml
from bs4 import BeautifulSoup

from reporting import Project
from third_pillar.cli.main import main
from third_pillar.execution.cluster import open_client
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.locks import hold_lock
from third_pillar.publishing.pool import Answer, Asked, Step, WarmPool
from third_pillar.vocabulary.errors import ReportFailed
from toy import TABLES, set_cell, write

pytestmark = pytest.mark.slow

CANDIDATES = ["IND", "BRA", "AUS"]


@pytest.fixture
def matrix(project: Project, tmp_path: Path) -> Path:
    """Three small reports."""
    project.cells("import time; time.sleep(0.02)", "time.sleep(0.02)")
    path = tmp_path / "three.yml"
    path.write_text(yaml.safe_dump({"title": "Three", "grid": {"candidate": CANDIDATES}}))
    return path


def batch(matrix: Path, *options: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    """Exit code and what `pillar batch --json` says."""
    capsys.readouterr()
    code = main(["batch", str(matrix), "--json", "--quiet", *options])
    return code, json.loads(capsys.readouterr().out)


def test_a_batch_makes_what_is_missing_serves_the_rest_and_leaves_a_page(
    project: Project, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dry run, first run, second run; summary, table and page agree and lead to the reports."""
    plan = batch(matrix, "--dry-run", capsys=capsys)
    assert (plan[0], plan[1]["counts"]["missing"]) == (0, 3)
    assert not project.archive.exists()
    code, said = batch(matrix, "--workers", "2", capsys=capsys)
    assert (code, said["status"], said["counts"]["published"]) == (0, "done", 3), said
    folder = Path(said["index"]).parent
    page = BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "html.parser")
    links = [str(link["href"]) for link in page.select("td a, th a")]
    assert len(links) == 3
    assert all((folder / link).is_file() and not Path(link).is_absolute() for link in links)
    rows = list(csv.DictReader((folder / "summary.csv").read_text("utf-8").splitlines()))
    assert [row["label"] for row in rows] == CANDIDATES
    again = batch(matrix, capsys=capsys)
    assert (again[0], again[1]["counts"]["unchanged"]) == (0, 3)
    assert Archive().verify() == []
    for report in said["reports"]:
        findings = json.loads(Path(report["findings"]).read_text(encoding="utf-8"))
        assert findings["parameters"]["candidate"] == report["label"]


FAILS_FOR_BRAZIL = "assert candidate != 'BRA', '=cmd|evil'"


def test_one_failure_is_a_partial_failure(
    project: Project, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keep going: the others are made; fail fast: what comes after is not; exit code 1 for both."""
    project.cells(FAILS_FOR_BRAZIL)
    code, said = batch(matrix, "--workers", "1", "--fail-fast", capsys=capsys)
    assert code == 1
    assert [report["status"] for report in said["reports"]] == ["published", "failed", "missing"]
    code, said = batch(matrix, "--workers", "1", capsys=capsys)
    assert code == 1
    assert [report["status"] for report in said["reports"]] == ["unchanged", "failed", "published"]
    assert said["reports"][1]["error"]["kind"] == "AssertionError"
    assert Path(said["reports"][1]["kept"], "run.log").is_file()
    assert Archive().verify() == []


def test_two_processes_never_run_one_batch_and_the_second_leaves_the_first_s_summary(
    project: Project, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that cannot be resumed leaves what the last batch of that name has said."""
    project.cells("one = 1")
    code, said = batch(matrix, "--workers", "1", capsys=capsys)
    assert code == 0
    folder = Path(said["index"]).parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with hold_lock(folder / ".lock"):
        assert main(["batch", str(matrix), "--quiet", "--force"]) == 2
    assert "'three' is being run by another process" in capsys.readouterr().err
    matrix.write_text(yaml.safe_dump({"title": "Other", "grid": {"candidate": ["IND"]}}))
    assert main(["batch", str(matrix), "--quiet", "--resume"]) == 2
    assert "no batch of 'three' with these questions" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_where_nothing_can_be_forked_reports_are_made_one_by_one(
    project: Project,
    matrix: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same statuses, the same findings as a warm process would give."""
    project.cells(FAILS_FOR_BRAZIL)
    monkeypatch.delattr(os, "fork")
    monkeypatch.setattr("third_pillar.execution.process.can_fork", lambda: False)
    code, said = batch(matrix, capsys=capsys)
    assert code == 1
    assert [report["status"] for report in said["reports"]] == ["published", "failed", "published"]
    assert Archive().verify() == []


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--workers", "0"], "1 to 256"),
        (["--local-cluster", "0"], "1 to 256"),
        (["--timeout", "0"], "above 0"),
        (["--engine", "pilar"], "Did you mean 'pillar'"),
        (["--cluster", "tcp://h:1", "--local-cluster", "1"], "one of the two"),
        (["--resume"], "no batch"),
    ],
)
def test_a_wrong_option_runs_nothing(
    matrix: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and what would be right."""
    assert main(["batch", str(matrix), "--quiet", *options]) == 2
    assert said in capsys.readouterr().err


def test_without_dask_the_way_out_is_said(
    matrix: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The extra's name, and what works without it."""
    monkeypatch.setattr("third_pillar.execution.cluster.importlib.util.find_spec", lambda _: None)
    assert main(["batch", str(matrix), "--quiet", "--local-cluster", "1"]) == 1
    assert "third-pillar[cluster]" in capsys.readouterr().err


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
    assert re.fullmatch(r"\[1/3\] IND: published, about \d+ s left\n", first)
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
    assert "IND: published" in running.stderr.readline()
    below = descendants(running.pid)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate()
    assert running.returncode == 130
    lines = [line for line in said.splitlines() if "AUS: published" not in line]
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


def descendants(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        found = [int(child) for child in listed.read_text().split()]
    except OSError:
        return []
    return [*found, *(deeper for child in found for deeper in descendants(child))]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


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


def test_a_cluster_gives_the_findings_of_this_machine_and_does_a_lost_workers_work_again(
    project: Project, tmp_path: Path, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A real worker is killed amid a report; its successor makes it, and to the byte the same."""
    mark = tmp_path / "mark"
    project.cells(
        f"import pathlib, time\nmark = pathlib.Path({str(mark)!r})\n"
        "is_first = not mark.exists()\nmark.touch()\n"
        "time.sleep(60 if is_first else 0)"
    )
    with open_client(local=1) as client:
        (worker,) = client.run(os.getpid).values()

        def kill_amid_the_first() -> None:
            while not mark.exists():
                time.sleep(0.02)
            os.kill(worker, signal.SIGKILL)

        killer = threading.Thread(target=kill_amid_the_first)
        killer.start()
        code, said = batch(matrix, "--cluster", client.scheduler.address, capsys=capsys)
        killer.join()
    assert code == 0, said
    assert [report["status"] for report in said["reports"]] == ["published"] * 3
    here = {r["label"]: Path(r["findings"]).read_bytes() for r in said["reports"]}
    code, said = batch(matrix, "--workers", "1", "--force", capsys=capsys)
    assert {r["label"]: Path(r["findings"]).read_bytes() for r in said["reports"]} == here
    assert len(Archive().list_runs()) == 6
    assert Archive().verify() == []


MINES = "curated/mine_production.csv"
READS_THE_MINES = (
    "import datetime as dt\nfrom third_pillar import evidence\n"
    "known = evidence.load_evidence(dt.date.fromisoformat(as_of), scenario=scenario)\n"
    "rows = len(known.table('mine_production'))"
)


def test_what_changed_since_last_time_is_told_alike_wherever_a_report_is_made(
    project: Project,
    tmp_path: Path,
    matrix: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A cluster's worker lacks the archive and is sent what the part needs: the pages are equal.

    A row was revised, and Brazil's report was made again since: the newest is then the same
    report as the one to be made, and both ways hold it against the one before.
    """
    project.cells(READS_THE_MINES)
    first = batch(matrix, "--workers", "1", capsys=capsys)
    assert first[0] == 0, first[1]
    set_cell(project.root, MINES, "MP-IND-2024", "note", "seen again")
    only = tmp_path / "brazil.yml"
    only.write_text(yaml.safe_dump({"title": "One", "grid": {"candidate": ["BRA"]}}))
    assert batch(only, "--workers", "1", capsys=capsys)[0] == 0
    before = project.archive.parent
    pages, findings, told = [], [], []
    for name in ("here", "there"):
        reports = tmp_path / name
        shutil.copytree(before, reports, symlinks=True)
        monkeypatch.setenv("PILLAR_REPORTS", str(reports))
        with where(name) as options:
            code, said = batch(matrix, "--force", *options, capsys=capsys)
        assert code == 0, said
        made = [Path(report["manifest"]).parent for report in said["reports"]]
        pages.append([_undated(folder / "report.html", folder.name) for folder in made])
        findings.append([(folder / "findings.json").read_bytes() for folder in made])
        told.append([_told(folder) for folder in made])
        assert Archive().verify() == []
    assert findings[0] == findings[1]
    assert told[0] == told[1]
    assert pages[0] == pages[1]
    for page, (since, sentences) in zip(pages[1], told[1], strict=True):
        assert "Data: mine production, one row changed (MP-IND-2024)." in sentences
        assert since
        assert "Data revised: one row in mine production." in page


@contextlib.contextmanager
def where(name: str) -> Iterator[list[str]]:
    """Options for this machine, or for a worker that makes two reports at a time, as Dask's do."""
    if name == "here":
        yield ["--workers", "1"]
        return
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield ["--cluster", cluster.scheduler_address]


def _told(folder: Path) -> tuple[str, list[str]]:
    changes = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["changes"]
    return changes["since"], changes["sentences"]


def _undated(page: Path, run_id: str) -> str:
    """A page without the moment it was made at."""
    text = page.read_text(encoding="utf-8").replace(run_id, "RUN")
    return re.sub(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:[\d.]+)?(\+00:00| UTC)", "THEN", text)


def test_a_batch_carries_own_figures_as_a_report_does(
    project: Project, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused unasked, before anything is run; left out; used, and then another report."""
    row = (
        "P-OWN,Own mine,Own Ltd,magnet,IND,IND,ndfeb,700,,,t_ndfeb,building,2027,year,,,,"
        "2025-11-01,TOY-A,,,"
    )
    own = project.root / "data/overlay/curated/projects.csv"
    write(own, f"{TABLES['curated/projects.csv'][0]}\n{row}\n")
    assert main(["batch", str(matrix), "--quiet"]) == 2
    said = capsys.readouterr().err
    assert "--allow-overlay" in said
    assert "--without-overlay" in said
    assert not (project.archive.parent / "batches").exists()
    both = ["--allow-overlay", "--without-overlay"]
    assert main(["batch", str(matrix), *both]) == 2
    assert "exclude each other" in capsys.readouterr().err
    code, said = batch(matrix, "--without-overlay", "--workers", "1", capsys=capsys)
    assert (code, said["counts"]["published"]) == (0, 3), said
    plan = batch(matrix, "--without-overlay", "--dry-run", capsys=capsys)
    assert plan[1]["counts"]["unchanged"] == 3
    with pytest.raises(AssertionError):
        assert batch(matrix, "--allow-overlay", "--resume", capsys=capsys)[0] == 0
    code, said = batch(matrix, "--allow-overlay", "--workers", "1", capsys=capsys)
    # the small notebook opens no case and cannot use them: that is said, nothing is passed off
    assert code == 1
    assert {report["error"]["kind"] for report in said["reports"]} == {"ReportFailed"}
    assert "do not use the own figures asked for" in said["reports"][0]["error"]["message"]
