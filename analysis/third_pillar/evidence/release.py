"""Which data these are: hashes by file and of the package, and its release."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import lru_cache
from pathlib import Path

from third_pillar.evidence.descriptor import read_descriptor
from third_pillar.evidence.location import DESCRIPTOR, data_folder, file_state
from third_pillar.evidence.reads import accounted
from third_pillar.vocabulary.findings import DataRelease, OwnFigures

PACKAGE_PATTERNS = (
    DESCRIPTOR,
    "sources.csv",
    "corrections.yml",
    "curated/*.csv",
    "codelists/*.csv",
    "claims/*/*.csv",
    "claims/*/*.yml",
    "scenarios/*.yml",
    "specifications/*.yml",
)


def package_files(root: Path | None = None) -> dict[str, Path]:
    """Name below `data/` to file, for everything a finding can rest on; sorted by name."""
    folder = data_folder(root)
    found = {
        path.relative_to(folder).as_posix(): path
        for pattern in PACKAGE_PATTERNS
        for path in folder.glob(pattern)
        if path.is_file()
    }
    return dict(sorted(found.items()))


def package_state(root: Path | None = None) -> tuple[tuple[Path, int, int], ...]:
    """Path, time of change and size of each file: what differs when one has changed."""
    return tuple(file_state(path) for path in package_files(root).values())


def table_hashes(root: Path | None = None) -> dict[str, str]:
    """Name below `data/` (such as "curated/projects.csv") to the sha256 of the file."""
    return {name: _file_sha256(*file_state(path)) for name, path in package_files(root).items()}


def package_sha256(root: Path | None = None) -> str:
    """sha256 over the sorted names and hashes of all files of the data package."""
    lines = "".join(f"{name} {digest}\n" for name, digest in table_hashes(root).items())
    return hashlib.sha256(lines.encode()).hexdigest()


def read_release(
    *, as_of: dt.date, root: Path | None = None, own: OwnFigures | None = None
) -> DataRelease:
    """The release the data folder holds, seen from `as_of`; stale when that is later."""
    header = read_descriptor(root)
    date = str(header["created"])[:10]
    return DataRelease(
        name=str(header["name"]),
        version=str(header["version"]),
        date=date,
        sha256=package_sha256(root),
        as_of=as_of.isoformat(),
        is_stale=as_of > dt.date.fromisoformat(date),
        own_figures=own,
    )


@lru_cache(maxsize=512)
def _file_sha256(path: Path, changed: int, size: int) -> str:
    del changed, size  # parts of the cache key only
    with accounted():  # to know a file by its hash is not to have read it
        return hashlib.sha256(path.read_bytes()).hexdigest()
