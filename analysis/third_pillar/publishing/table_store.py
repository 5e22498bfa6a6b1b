"""The tables that reports rested on, kept once by content, so that a diff can name their rows.

Below the archive's folder, `tables/<sha256>.gz` is one file of the data package as it was. A
file that is there is never written again; one that was damaged is the same as none.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path

from third_pillar.publishing.archive import TABLES
from third_pillar.publishing.atomic import storage_faults, write_atomic
from third_pillar.vocabulary.changes import Rows

_HASH = re.compile(r"[0-9a-f]{64}")
_LARGEST = 64 * 1024 * 1024
"""Bytes of a table beyond which only its hash is kept: a diff then says that it differs."""


class TableStore:
    """Files of the data package by their sha256, below one archive."""

    def __init__(self, archive: Path) -> None:
        self.folder = archive / TABLES

    def keep(self, tables: Mapping[str, str], data: Path) -> None:
        """Store what is not there yet.

        Args:
            tables: Name below `data` to sha256, as the manifest states them.
            data: The data folder. A file that has changed since is left out.

        Raises:
            StorageFault: The store cannot be written.
        """
        for name, digest in tables.items():
            kept = self._path(digest)
            if kept is None or kept.is_file():
                continue
            with storage_faults(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
            content = _read(data / name)
            if content is not None and hashlib.sha256(content).hexdigest() == digest:
                write_atomic(kept, gzip.compress(content, mtime=0))

    def read_packed(self, digest: str) -> bytes | None:
        """The file of that hash as it is kept; none where it is not, or was damaged."""
        kept = self._path(digest)
        return kept.read_bytes() if kept and self.read(digest) is not None else None

    def put_packed(self, digest: str, content: bytes) -> None:
        """Keep what `read_packed` gave in another archive.

        Raises:
            StorageFault: The store cannot be written.
        """
        kept = self._path(digest)
        if kept is not None:
            with storage_faults(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
            write_atomic(kept, content)

    def read(self, digest: str) -> bytes | None:
        """The file of that hash; none where it is not kept or was damaged."""
        kept = self._path(digest)
        try:
            content = gzip.decompress(kept.read_bytes()) if kept else b""
        except (OSError, EOFError, zlib.error):
            return None
        return content if hashlib.sha256(content).hexdigest() == digest else None

    def read_rows(self, digest: str) -> Rows | None:
        """The table of that hash: key of a row to its cells; none where it is not kept."""
        content = self.read(digest)
        return None if content is None else read_rows(content)

    def sizes(self, keep: Collection[str]) -> dict[Path, int]:
        """File to bytes, for every file no manifest names any more."""
        return {
            path: path.stat().st_size
            for path in sorted(self.folder.glob("*"))
            if path.is_file() and path.name.removesuffix(".gz") not in keep
        }

    def _path(self, digest: str) -> Path | None:
        return self.folder / f"{digest}.gz" if _HASH.fullmatch(digest) else None


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def read_rows(content: bytes) -> Rows | None:
    """Key of each row of a CSV file to its cells; none for a file that is no table.

    The key is the first field; where that repeats, a row has a number behind it.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        columns = reader.fieldnames or ()
        rows: dict[str, dict[str, str]] = {}
        for row in reader:
            key, count = str(row.get(columns[0]) or ""), 1
            while key in rows:
                count += 1
                key = f"{row.get(columns[0]) or ''} ({count})"
            rows[key] = {name: str(value or "") for name, value in row.items() if name}
    except (UnicodeDecodeError, csv.Error):
        return None
    return rows if len(columns) > 1 else None
