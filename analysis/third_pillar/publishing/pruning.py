"""What may leave the archive: by a written policy, never the last good report, never in halves.

A run is moved aside under a hidden name in one step and removed after that, so that whoever is
killed meanwhile leaves an archive that verifies; the next prune sweeps what was left.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from third_pillar.publishing.approval import LOCK, Approvals
from third_pillar.publishing.archive import (
    FAILED,
    LATEST,
    PUBLISHED_LINK,
    TABLES,
    Archive,
    ArchivedRun,
    Lineage,
)
from third_pillar.publishing.atomic import storage_faults
from third_pillar.publishing.locks import hold_lock
from third_pillar.publishing.manifest import read_manifest
from third_pillar.publishing.table_store import TableStore
from third_pillar.vocabulary.errors import ParameterFault

KEEP_RUNS = 10
KEEP_FAILED_DAYS = 30
_ASIDE = ".pruned-"
_LEFT_FOR = dt.timedelta(hours=1)
_LEFTOVERS = (".probe-*", ".latest.*", f".{LATEST}.*", f".{PUBLISHED_LINK}.*", ".approvals.*")


@dataclass(frozen=True)
class Policy:
    """How much is kept.

    Attributes:
        keep: Newest runs of each lineage; at least one.
        failed_days: Days for which failed runs stay.
        lineage: Only this lineage; failed runs, leftovers and tables then stay.
    """

    keep: int = KEEP_RUNS
    failed_days: float = KEEP_FAILED_DAYS
    lineage: Lineage | None = None

    def __post_init__(self) -> None:
        if self.keep < 1:
            raise ParameterFault(
                f"--keep {self.keep}: should be 1 or more, as the last good one stays"
            )
        if not 0 <= self.failed_days <= 36_500:  # noqa: PLR2004  a century of days
            raise ParameterFault(f"--failed-days {self.failed_days:g}: should be 0 to 36500")


@dataclass(frozen=True)
class Removal:
    """One thing that goes, or would go."""

    path: Path
    what: Literal["run", "failed run", "leftover", "table"]
    why: str
    bytes: int


def prune(
    archive: Archive, policy: Policy, *, dry_run: bool = False, now: dt.datetime | None = None
) -> list[Removal]:
    """What was removed, or would be.

    Kept in any case: what `latest` and `latest-published` lead to, the newest run of a lineage
    that is whole, and every report that was ever approved for publication.

    Args:
        archive: What to prune.
        policy: How much to keep.
        dry_run: Only say it.
        now: The moment; the clock's where not given.

    Raises:
        StorageFault: The archive cannot be written.
    """
    if not archive.folder.is_dir():
        return []
    at = now or dt.datetime.now(dt.UTC)
    with hold_lock(archive.folder / LOCK):
        removals = list(_removals(archive, policy, at))
        if not dry_run:
            for removal in removals:
                _remove(removal, archive)
    return removals


def _removals(archive: Archive, policy: Policy, at: dt.datetime) -> Iterator[Removal]:
    runs = archive.list_runs()
    gone = set()
    for run, why in _old_runs(archive, runs, policy):
        gone.add(run.folder)
        yield Removal(run.folder, "run", why, _size(run.folder))
    if policy.lineage is not None:
        return
    for folder in sorted((archive.folder / FAILED).glob("*")):
        if at - _ended(folder) > dt.timedelta(days=policy.failed_days):
            why = f"failed more than {policy.failed_days:g} days ago"
            yield Removal(folder, "failed run", why, _size(folder))
    for path in _leftovers(archive, at):
        yield Removal(path, "leftover", "left by a process that was killed", _size(path))
    named: set[str] = set()
    for run in runs:
        if run.folder not in gone:
            named.update(_tables(run))
    for path, size in TableStore(archive.folder).sizes(named).items():
        # One just written may belong to a run that is about to be published.
        if at - _changed(path) > _LEFT_FOR:
            yield Removal(path, "table", "no report kept rests on it", size)


def _old_runs(
    archive: Archive, runs: list[ArchivedRun], policy: Policy
) -> Iterator[tuple[ArchivedRun, str]]:
    standings = Approvals(archive).standings(runs)
    approved = {
        approval.run_id for approval in Approvals(archive).read() if approval.state == "published"
    }
    for lineage in dict.fromkeys(run.lineage for run in runs):
        if policy.lineage not in {None, lineage}:
            continue
        ours = [run for run in runs if run.lineage == lineage]
        home = archive.lineage_folder(lineage)
        stays = {(home / name).resolve() for name in (LATEST, PUBLISHED_LINK)}
        good = next((run for run in reversed(ours) if not archive.faults(run)), None)
        stays |= {good.folder.resolve()} if good else set()
        for run in ours[: -policy.keep]:
            is_published = standings[run.folder].state == "published" or run.run_id in approved
            if run.folder.resolve() not in stays and not is_published:
                yield run, f"older than the newest {policy.keep} of {lineage}"


def _leftovers(archive: Archive, at: dt.datetime) -> Iterator[Path]:
    yield from sorted(archive.folder.glob(f"{_ASIDE}*"))
    homes = [archive.folder, *archive.folder.glob("*/*/*/*")]
    for home in homes:
        for pattern in dict.fromkeys(_LEFTOVERS):
            yield from sorted(path for path in home.glob(pattern) if _is_left(path, at))
    for run in archive.list_runs():
        yield from sorted(path for path in run.folder.glob(".*.*") if _is_left(path, at))
    yield from sorted(p for p in (archive.folder / TABLES).glob(".*") if _is_left(p, at))
    yield from archive.orphans()


def _is_left(path: Path, at: dt.datetime) -> bool:
    return at - _changed(path) > _LEFT_FOR


def _changed(path: Path) -> dt.datetime:
    return dt.datetime.fromtimestamp(path.lstat().st_mtime, dt.UTC)


def _ended(folder: Path) -> dt.datetime:
    """When a failed run ended, by its manifest, else by the folder's own time."""
    said = str(read_manifest(folder).get("finished", ""))
    try:
        moment = dt.datetime.fromisoformat(said)
    except ValueError:
        return _changed(folder)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _tables(run: ArchivedRun) -> Iterable[str]:
    data = run.manifest.get("data")
    tables = data.get("tables") if isinstance(data, dict) else None
    return map(str, tables.values()) if isinstance(tables, dict) else ()


def _size(path: Path) -> int:
    if path.is_symlink() or path.is_file():
        return path.lstat().st_size
    return sum(one.lstat().st_size for one in path.rglob("*") if one.is_file())


def _remove(removal: Removal, archive: Archive) -> None:
    path = removal.path
    with storage_faults(path):
        if path.is_symlink() or path.is_file():
            path.unlink(missing_ok=True)
            return
        aside = path
        if not path.name.startswith(_ASIDE):
            aside = archive.folder / f"{_ASIDE}{path.name.lstrip('.')}"
            path.rename(aside)
        shutil.rmtree(aside)
