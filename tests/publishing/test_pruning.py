"""Promises about what leaves the archive: by policy, never the last good report."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from pathlib import Path

import pytest

from kept import BRAZIL, change, keep
from third_pillar.publishing import pruning
from third_pillar.publishing.approval import approve
from third_pillar.publishing.archive import DEFAULT_LINEAGE, Archive
from third_pillar.publishing.pruning import Policy, prune
from third_pillar.publishing.table_store import TableStore
from third_pillar.vocabulary.errors import ParameterFault

LATER = dt.datetime.now(dt.UTC) + dt.timedelta(days=60)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def fail(archive: Archive) -> Path:
    run = archive.open_run(DEFAULT_LINEAGE, run_key="f" * 64)
    return archive.keep_failure(run, {"run_id": run.run_id, "message": "no"})


def test_the_newest_runs_of_each_lineage_stay(archive: Archive) -> None:
    """Counted by lineage: many runs on India take nothing from Brazil."""
    india = [keep(archive, text=str(number)) for number in range(4)]
    brazil = keep(archive, lineage=BRAZIL)
    removed = prune(archive, Policy(keep=2))
    assert [one.path for one in removed] == [run.folder for run in india[:2]]
    assert archive.verify() == []
    assert brazil.folder.is_dir()
    assert prune(archive, Policy(keep=2)) == []


def test_a_dry_run_says_the_same_and_removes_nothing(archive: Archive) -> None:
    for number in range(3):
        keep(archive, text=str(number))
    said = prune(archive, Policy(keep=1), dry_run=True)
    assert len(archive.list_runs()) == 3
    assert prune(archive, Policy(keep=1)) == said


def test_what_was_ever_published_stays(archive: Archive) -> None:
    """Also after it was withdrawn: somebody may have cited it."""
    first, second, third = (keep(archive, text=str(number)) for number in range(3))
    approve(archive, first, by="A", state="published")
    approve(archive, second, by="A", state="published")
    approve(archive, second, by="A", state="draft")
    keep(archive, text="newest")
    prune(archive, Policy(keep=1))
    assert [run.folder.is_dir() for run in (first, second, third)] == [True, True, False]


def test_the_last_good_report_stays_though_newer_ones_are_damaged(archive: Archive) -> None:
    """And so does what `latest` leads to."""
    good, damaged, newest = (keep(archive, text=str(number)) for number in range(3))
    change(damaged.folder / "report.html")
    change(newest.folder / "report.html")
    prune(archive, Policy(keep=1))
    assert [run.folder.is_dir() for run in (good, damaged, newest)] == [True, False, True]


def test_failures_go_by_age(archive: Archive) -> None:
    keep(archive)
    kept = fail(archive)
    assert prune(archive, Policy(failed_days=30)) == []
    removed = prune(archive, Policy(failed_days=30), now=LATER)
    assert [one.what for one in removed] == ["failed run"]
    assert not kept.exists()


def test_what_killed_processes_left_is_swept(archive: Archive) -> None:
    """Half-built runs, files and links of an interrupted write, runs half removed."""
    run = keep(archive)
    dead = archive.open_run(DEFAULT_LINEAGE, run_key="d" * 64).folder
    (dead / ".owner").write_text(f"{(dead / '.owner').read_text().split()[0]} 999999999")
    left = [
        archive.folder / f".probe-{'0' * 32}",
        archive.folder / ".pruned-20260101T000000000Z-aaaaaaaa",
        run.folder / f".report.html.{'0' * 32}",
        run.folder.parent / f".latest.{'0' * 32}",
    ]
    left[1].mkdir()
    left[0].write_text("x")
    left[2].write_text("x")
    left[3].symlink_to("nowhere")
    for path in left:
        os.utime(path, (0, 0), follow_symlinks=False)
    assert archive.verify() == []
    removed = prune(archive, Policy())
    assert {one.path for one in removed} == {dead, *left}
    assert archive.verify() == []
    assert run.folder.is_dir()


def test_tables_go_with_the_last_report_that_rests_on_them(archive: Archive) -> None:
    """A table just written stays: its report may be about to be published."""
    data = archive.folder.parent / "data"
    data.mkdir()
    (data / "a.csv").write_text("id,value\nA,1\n")
    digest = hashlib.sha256((data / "a.csv").read_bytes()).hexdigest()
    TableStore(archive.folder).keep({"a.csv": digest}, data)
    keep(archive, data={"tables": {"a.csv": digest}})
    keep(archive, text="new")
    assert prune(archive, Policy(keep=2), now=LATER) == []
    assert {one.what for one in prune(archive, Policy(keep=1))} == {"run"}
    assert TableStore(archive.folder).read(digest) is not None
    assert [one.what for one in prune(archive, Policy(keep=1), now=LATER)] == ["table"]


def test_killed_in_mid_removal_the_archive_verifies(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is gone as a whole or there as a whole; the rest is swept next time."""
    for number in range(3):
        keep(archive, text=str(number))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pruning.shutil, "rmtree", die)
        with pytest.raises(KeyboardInterrupt):
            prune(archive, Policy(keep=1))
    assert archive.verify() == []
    assert len(archive.list_runs()) == 2
    prune(archive, Policy(keep=1))
    assert [path.name for path in archive.folder.glob(".pruned-*")] == []
    assert len(archive.list_runs()) == 1


def test_one_lineage_alone_can_be_pruned(archive: Archive) -> None:
    """As a scheduled entry does: nothing else is touched."""
    keep(archive, text="old")
    keep(archive, text="new")
    old = keep(archive, lineage=BRAZIL, text="old")
    keep(archive, lineage=BRAZIL, text="new")
    removed = prune(archive, Policy(keep=1, failed_days=0, lineage=BRAZIL), now=LATER)
    assert [one.path for one in removed] == [old.folder]


@pytest.mark.parametrize("policy", [{"keep": 0}, {"keep": -1}, {"failed_days": -1}])
def test_a_policy_that_keeps_nothing_is_refused(policy: dict[str, int]) -> None:
    with pytest.raises(ParameterFault):
        Policy(**policy)
