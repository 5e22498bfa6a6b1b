"""Files of the cache: whole or not there; a folder that cannot be written says why."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from third_pillar.vocabulary.errors import StorageFault

_BLOCK = 1 << 20


@contextmanager
def storage_faults(path: Path) -> Iterator[None]:
    """Turn what the system refuses into a fault that names the place.

    Raises:
        StorageFault: Names the path and the reason.
    """
    try:
        yield
    except OSError as error:
        raise StorageFault(
            f"cannot write {path}: {error.strerror or error}",
            hint="Free space there, or make that folder writable.",
        ) from None


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old one or the new one.

    Raises:
        StorageFault: It cannot be written; what was there is untouched.
    """
    data = content.encode() if isinstance(content, str) else content
    fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    with storage_faults(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except BaseException:
            with suppress(OSError):
                fresh.unlink()
            raise


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
