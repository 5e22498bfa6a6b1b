"""The manifest of a run: what it rests on, and the sha256 of every file in its folder."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from third_pillar.publishing.atomic import write_atomic

MANIFEST = "manifest.json"
SCHEMA_VERSION = "1.0"
_LEFT = re.compile(r"\..+\.[0-9a-f]{32}")
"""What a process killed in the middle of `write_atomic` leaves; it belongs to no report."""


def write_manifest(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest as written to `folder`, with its files listed.

    Raises:
        StorageFault: It cannot be written.
    """
    files = {
        path.name: {"sha256": _sha256(path), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != MANIFEST and not path.name.startswith(".")
    }
    written = {"schema_version": SCHEMA_VERSION, **manifest, "files": files}
    write_atomic(folder / MANIFEST, json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    return written


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a run says; nothing where there is none that can be read."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def find_faults(folder: Path, *, run_id: str | None = None) -> list[str]:
    """What in a run's folder is not as its manifest says; empty where all is.

    Args:
        folder: Of the run.
        run_id: Which run it should be; the one the folder is named for where not given.
    """
    manifest = read_manifest(folder)
    listed = manifest.get("files")
    if not isinstance(listed, dict) or not listed:
        return [f"{MANIFEST} is missing or damaged"]
    faults = []
    if manifest.get("run_id") != (folder.name if run_id is None else run_id):
        faults.append(f"{MANIFEST} is that of another run")
    present = {path.name for path in folder.iterdir() if not _LEFT.fullmatch(path.name)}
    present -= {MANIFEST}
    faults += [f"{name} is not listed in {MANIFEST}" for name in sorted(present - set(listed))]
    for name, said in listed.items():
        if name not in present:
            faults.append(f"{name} is missing")
        elif not isinstance(said, dict) or _sha256(folder / name) not in _accepted(said):
            faults.append(f"{name} has changed since it was published")
    return faults


def replace_file(folder: Path, name: str, content: bytes) -> dict[str, Any]:
    """The manifest after one file of a run was exchanged; killed at any step, it still holds.

    While it happens the manifest names both versions of the file.

    Raises:
        StorageFault: It cannot be written.
    """
    manifest = read_manifest(folder)
    said = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    both = {**manifest["files"][name], "next_sha256": said["sha256"]}
    # What stands there may be the next version of an exchange that was cut short.
    both["sha256"] = _sha256(folder / name)
    for step in (both, None, said):
        if step is None:
            write_atomic(folder / name, content)
        else:
            manifest = {**manifest, "files": {**manifest["files"], name: step}}
            text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
            write_atomic(folder / MANIFEST, text)
    return manifest


def _accepted(said: dict[str, Any]) -> set[str]:
    """Hashes a file may have: its own, and while it is exchanged that of its next version."""
    return {str(said[key]) for key in ("sha256", "next_sha256") if said.get(key)}


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"
