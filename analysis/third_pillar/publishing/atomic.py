"""Files appear whole or not at all; a folder that cannot be written says so and why."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from third_pillar.vocabulary.errors import StorageFault

REPORTS_VARIABLE = "PILLAR_REPORTS"
ROOM_NEEDED = 32 * 1024 * 1024
"""Bytes that must be free before a run starts: a report with its notebook, several times over."""

_REASONS = {
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "writing is not permitted",
    errno.EPERM: "writing is not permitted",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EEXIST: "a part of the path is a file, not a folder",
    errno.EISDIR: "a folder stands where a file or link belongs",
    errno.ENAMETOOLONG: "the path is too long",
}
_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def storage_faults(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses below `path` into a fault with a way out.

    Raises:
        StorageFault: Names the path and the reason.
    """
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        way_out = (
            "Free space there" if error.errno in _FULL else "Make that folder writable"
        ) + f", or set {REPORTS_VARIABLE} to another folder."
        raise StorageFault(f"cannot write {path}: {reason}", hint=way_out) from error


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write `content` so that a reader of `path` sees the old file or the new one, whole.

    Raises:
        StorageFault: The folder cannot be written; the old file, if any, is untouched.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    with storage_faults(path):
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def switch_link(link: Path, target: Path) -> None:
    """Point `link` at `target`, written relative to it, in one step.

    Raises:
        StorageFault: The folder cannot be written, or holds no symbolic links.
    """
    relative = os.path.relpath(target, link.parent)
    temporary = link.with_name(f".{link.name}.{uuid.uuid4().hex}")
    with storage_faults(link):
        try:
            temporary.symlink_to(relative)
            temporary.replace(link)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(link.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
            raise OSError(errno.ENOSPC, "less than 32 MB are free")
