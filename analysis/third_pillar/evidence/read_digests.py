"""What the files a report has read hold now: the same digests, the same report."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from pathlib import Path

from third_pillar.evidence.location import data_folder
from third_pillar.evidence.reads import KEYS, WHOLE
from third_pillar.evidence.release import package_files, package_sha256, table_hashes

_KEY_COLUMNS = ("figure_id", "project_id", "gap_id", "known_from", "announced", "effective_from")


def digest_reads(names: tuple[str, ...], *, root: Path | None = None) -> dict[str, str]:
    """Each name with the sha256 of what it stands for now, or "absent"."""
    hashes = table_hashes(root)
    return {name: _digest(name, hashes, root) for name in names}


def _digest(name: str, hashes: Mapping[str, str], root: Path | None) -> str:
    if name == WHOLE:
        return package_sha256(root)
    if name == KEYS:
        return _keys_sha256(root)
    if name.endswith("/"):
        below = "".join(f"{n} {h}\n" for n, h in hashes.items() if n.startswith(name))
        return hashlib.sha256(below.encode()).hexdigest()
    if name in hashes:
        return hashes[name]
    path = data_folder(root) / name
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "absent"


def _keys_sha256(root: Path | None) -> str:
    digest = hashlib.sha256()
    for name, path in package_files(root).items():
        if not name.endswith(".csv") or name.startswith("claims/"):
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            places = [n for n, column in enumerate(header) if column in _KEY_COLUMNS]
            if not places:
                continue
            digest.update(f"{name} {[header[n] for n in places]}\n".encode())
            for row in rows:
                kept = [row[n] for n in places if n < len(row)]
                digest.update(f"{kept}\n".encode())
    return digest.hexdigest()
