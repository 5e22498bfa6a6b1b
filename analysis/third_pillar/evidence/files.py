"""Files appear whole or not at all; a folder that cannot be written says so and why."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from third_pillar.vocabulary.errors import ParameterFault, StorageFault

_BLOCK = 1 << 20
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


def refuse_folder(path: Path, *, wanted: str, pattern: str) -> None:
    """Nothing, unless a folder was named where a file is wanted.

    Args:
        path: What was named.
        wanted: The file in words, e.g. "a matrix file".
        pattern: Names such files have, e.g. "*.yml".

    Raises:
        ParameterFault: It is a folder; the files of that kind it holds are named.
    """
    try:
        if not path.is_dir():
            return
    except (OSError, ValueError):  # no name a file or folder can have: who reads it says so
        return
    held = sorted(file.name for file in path.glob(pattern) if file.is_file())
    listed = ", ".join(held[:_LISTED]) + (", …" if len(held) > _LISTED else "")
    raise ParameterFault(
        f"{path} is a folder; wanted is {wanted}",
        hint=f"It holds {listed}." if held else f"It holds no file named {pattern}.",
    )


_LISTED = 6


@contextmanager
def storage_faults(path: Path, *, elsewhere: str = "") -> Iterator[None]:
    """Turn what the operating system refuses below `path` into a fault with a way out.

    Args:
        path: What is written.
        elsewhere: How to have it written to another place, where that can be chosen.

    Raises:
        StorageFault: Names the path and the reason.
    """
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        way_out = "Free space there" if error.errno in _FULL else "Make that folder writable"
        hint = f"{way_out}, or {elsewhere}." if elsewhere else f"{way_out}."
        raise StorageFault(f"cannot write {path}: {reason}", hint=hint) from error


def replace_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, also after a power cut.

    Raises:
        OSError: It cannot be written; what was there is untouched.
    """
    data = content.encode() if isinstance(content, str) else content
    with put_in_place(path) as fresh, fresh.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def put_in_place(path: Path) -> Iterator[Path]:
    """A name beside a path; what is made under it takes the path's place in one step, or goes."""
    fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        yield fresh
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    sync_folder(path.parent)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file, and its folder if need be, as `replace_whole` does.

    Raises:
        StorageFault: It cannot be written; what was there is untouched.
    """
    with storage_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(path, content)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write an object as JSON, as `write_whole` does."""
    write_whole(path, json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file; None where there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def file_sha256(path: Path) -> str:
    """sha256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
