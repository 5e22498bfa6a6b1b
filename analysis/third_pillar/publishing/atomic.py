"""Files appear whole or not at all; a folder that cannot be written says so and why."""

from __future__ import annotations

import os
import shutil
import uuid
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from third_pillar.evidence import files
from third_pillar.evidence.files import put_in_place, replace_whole, sync_folder
from third_pillar.vocabulary.errors import StorageFault

REPORTS_VARIABLE = "PILLAR_REPORTS"
ROOM_NEEDED = 32 * 1024 * 1024
"""Bytes that must be free before a run starts: a report with its notebook, several times over."""


def storage_faults(path: Path) -> AbstractContextManager[None]:
    """What the operating system refuses below `path` as a fault that names another way.

    Raises:
        StorageFault: Names the path and the reason.
    """
    return files.storage_faults(path, elsewhere=f"set {REPORTS_VARIABLE} to another folder")


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write `content` so that a reader of `path` sees the old file or the new one, whole.

    Raises:
        StorageFault: The folder cannot be written; the old file, if any, is untouched.
    """
    with storage_faults(path):
        replace_whole(path, content)


def switch_link(link: Path, target: Path) -> None:
    """Point `link` at `target`, written relative to it, in one step.

    Raises:
        StorageFault: The folder cannot be written, or holds no symbolic links.
    """
    relative = os.path.relpath(target, link.parent)
    with storage_faults(link), put_in_place(link) as fresh:
        fresh.symlink_to(relative)


def sync_files(folder: Path) -> None:
    """Make the files of a folder survive a power cut, where the system can."""
    for path in folder.iterdir():
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def check_writable(folder: Path) -> None:
    """Nothing, if `folder` exists or can be made, takes a file, and has room for a run.

    Raises:
        StorageFault: It cannot hold a report; said before any kernel starts.
    """
    with storage_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{uuid.uuid4().hex}"
        try:
            with probe.open("xb") as file:
                file.write(b"x")
                file.flush()
                os.fsync(file.fileno())
        finally:
            with suppress(OSError):
                probe.unlink()
        if shutil.disk_usage(folder).free < ROOM_NEEDED:
            needed = f"{ROOM_NEEDED // 2**20} MB"
            raise StorageFault(
                f"cannot write {folder}: less than {needed} are free, and a report may need them",
                hint=f"Free space there, or set {REPORTS_VARIABLE} to another folder.",
            )
