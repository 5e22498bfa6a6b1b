"""Promises about the archive: whole runs only, latest in one step, damage never served."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from third_pillar.publishing import archive as archive_module
from third_pillar.publishing.archive import (
    DEFAULT_LINEAGE,
    Archive,
    ArchivedRun,
    Lineage,
    reports_folder,
)
from third_pillar.publishing.atomic import switch_link
from third_pillar.vocabulary.errors import ParameterFault

BRAZIL = Lineage("full", "BRA", "newsx-2025-11-07", "en")


def publish(
    archive: Archive, *, key: str = "a" * 64, lineage: Lineage = DEFAULT_LINEAGE, text: str = "hi"
) -> ArchivedRun:
    archive.check_writable()
    run = archive.open_run(lineage, run_key=key)
    (run.folder / "report.html").write_text(text, encoding="utf-8")
    manifest = {"run_id": run.run_id, "run_key": key, "status": "published"}
    return archive.publish(run, manifest)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "reports" / "archive")


def test_latest_leads_to_the_newest_run_of_its_lineage_only(archive: Archive) -> None:
    """A Brazil run leaves India's `latest` alone; the top one is that of the default lineage."""
    first = publish(archive)
    publish(archive, lineage=BRAZIL, text="Brazil")
    assert (archive.folder / "latest").resolve() == first.folder
    second = publish(archive, text="new")
    assert (archive.folder / "latest" / "report.html").read_text(encoding="utf-8") == "new"
    assert archive.latest(DEFAULT_LINEAGE) == second.folder
    assert archive.latest(BRAZIL) != second.folder
    assert archive.list_runs()[0].folder == first.folder


def test_links_are_relative_so_that_the_archive_can_be_moved(archive: Archive) -> None:
    """Moved as a whole, it verifies and `latest` still leads there."""
    publish(archive, text="hi")
    moved = Archive(archive.folder.rename(archive.folder.with_name("moved")))
    assert moved.verify() == []
    assert (moved.folder / "latest/report.html").read_text(encoding="utf-8") == "hi"


def test_a_reader_sees_the_old_or_the_new_report_never_none(archive: Archive) -> None:
    """While `latest` is switched, a reader who polls always finds a whole report."""
    runs = [publish(archive, text="old"), publish(archive, text="new")]
    link = archive.folder / "latest"
    seen: set[str] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add((link / "report.html").read_text(encoding="utf-8"))

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(200):
        switch_link(archive.lineage_folder(DEFAULT_LINEAGE) / "latest", runs[turn % 2].folder)
    done.set()
    reader.join()
    assert seen <= {"old", "new"}
    assert seen


def test_a_run_is_found_by_its_key_within_its_lineage(archive: Archive) -> None:
    """The newest of that key; another lineage or another key finds nothing."""
    publish(archive)
    newest = publish(archive)
    publish(archive, key="b" * 64)
    found = archive.find(DEFAULT_LINEAGE, "a" * 64)
    assert found is not None
    assert found.folder == newest.folder
    assert archive.find(BRAZIL, "a" * 64) is None
    assert archive.find(DEFAULT_LINEAGE, "a" * 8 + "c" * 56) is None


def _change(folder: Path) -> None:
    (folder / "report.html").write_text("changed", encoding="utf-8")


def _remove(folder: Path) -> None:
    (folder / "report.html").unlink()


def _add(folder: Path) -> None:
    (folder / "more.html").write_text("added", encoding="utf-8")


def _spoil(folder: Path) -> None:
    (folder / "manifest.json").write_text("{", encoding="utf-8")


def _exchange(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, "run_id": "another"}), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_change, "report.html has changed"),
        (_remove, "report.html is missing"),
        (_add, "more.html is not listed"),
        (_spoil, "manifest.json is missing or damaged"),
        (_exchange, "is that of another run"),
    ],
)
def test_a_damaged_run_is_named_and_never_served(archive: Archive, damage: Any, said: str) -> None:
    """Whatever was changed after publication, it shows, and the key no longer finds it."""
    run = publish(archive)
    damage(run.folder)
    assert [fault for fault in archive.verify() if said in fault and run.run_id in fault]
    assert archive.find(DEFAULT_LINEAGE, "a" * 64) is None


def test_a_latest_that_leads_nowhere_is_a_fault(archive: Archive) -> None:
    """Someone removed the run by hand."""
    run = publish(archive)
    for file in run.folder.iterdir():
        file.unlink()
    run.folder.rmdir()
    assert len(archive.verify()) == 2


def test_two_runs_of_one_moment_have_two_folders(archive: Archive) -> None:
    """Run ids never collide."""
    archive.check_writable()
    runs = {archive.open_run(DEFAULT_LINEAGE, run_key="a" * 64).run_id for _ in range(20)}
    assert len(runs) == 20


def test_what_a_killed_process_left_is_kept_as_a_failure(archive: Archive) -> None:
    """It is never listed as a run, and the next run puts it away; a living one's stays."""
    archive.check_writable()
    alive = archive.open_run(DEFAULT_LINEAGE, run_key="c" * 64)
    dead = archive.open_run(DEFAULT_LINEAGE, run_key="d" * 64)
    (dead.folder / "run.log").write_text("half way\n", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        check=True,
        capture_output=True,
        text=True,
    )
    host = (dead.folder / ".owner").read_text().split()[0]
    (dead.folder / ".owner").write_text(f"{host} {ended.stdout.strip()}")
    assert archive.list_runs() == []
    assert archive.verify() == []
    publish(archive)
    assert (archive.folder / "failed" / dead.run_id / "run.log").read_text() == "half way\n"
    assert alive.folder.is_dir()
    assert archive.verify() == []


@pytest.mark.parametrize("stop", ["sync_files", "sync_folder", "switch_link"])
def test_killed_at_any_step_of_publication_the_archive_verifies(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    """Stopped before, at or after the rename, `latest` leads to a whole report."""
    publish(archive, text="old")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(archive_module, stop, die)
    with pytest.raises(KeyboardInterrupt):
        publish(archive, key="b" * 64, text="new")
    assert archive.verify() == []
    assert (archive.folder / "latest/report.html").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("part", ["..", "a/b", "", "latest", "failed", ".hidden", "a\0b", "a b"])
def test_a_hostile_name_never_becomes_a_folder(part: str) -> None:
    """Names of profiles and articles that could leave the archive are refused."""
    with pytest.raises(ParameterFault):
        Lineage(part, "IND", "newsx-2025-11-07", "en")


def test_reports_can_go_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """PILLAR_REPORTS names the folder; a relative one counts from where the command runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PILLAR_REPORTS", "mine")
    assert reports_folder() == tmp_path / "mine"
