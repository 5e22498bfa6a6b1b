"""Promises about batches on a cluster: the same reports, to the byte, whoever is lost."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import distributed
import pytest
import yaml

from batching import batch, matrix
from reporting import Project
from third_pillar.execution.cluster import open_client
from third_pillar.publishing.archive import Archive
from toy import set_cell

pytestmark = pytest.mark.slow

__all__ = ["matrix"]


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
