"""Whether own figures keep the rules of the data package; faults name the reader's own file."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from third_pillar.evidence.location import (
    DESCRIPTOR,
    cache_folder,
    data_folder,
    project_root,
)
from third_pillar.evidence.overlay_files import FOLDER, OverlayFiles
from third_pillar.evidence.reading import Row, Table
from third_pillar.evidence.rules_corrections import FILE as CORRECTIONS
from third_pillar.evidence.tables import read_tables, row_key
from third_pillar.evidence.validation import (
    checked_sha256,
    remember,
    remembers,
    validate_package,
)
from third_pillar.vocabulary.errors import DataFault, EvidenceFault

_LINE = re.compile(r"\bline (\d+)\b")
_SKIPPED = ("cache", FOLDER)


def check_overlay(own: OverlayFiles, *, root: Path | None = None) -> None:
    """Nothing, when own figures keep the rules; the last content that passed is remembered.

    Raises:
        EvidenceFault: All faults of the own files at once.
    """
    root = project_root() if root is None else root.resolve()
    digest = hashlib.sha256(f"{checked_sha256(root)} {own.sha256}".encode()).hexdigest()
    memory = cache_folder(root) / "validated-overlay"
    if remembers(memory, digest):
        return
    faults = check_overlay_rows(own, root=root)
    if faults:
        raise EvidenceFault(
            faults, hint="Mend the own rows named; `pillar data overlay` lists them."
        )
    remember(memory, digest)


def check_overlay_rows(own: OverlayFiles, *, root: Path | None = None) -> list[DataFault]:
    """Every fault that own figures bring into the data package, sorted.

    A copy of the package with the own rows at the end of each table is put to the same rules;
    what the package alone already breaks is not told again.
    """
    root = project_root() if root is None else root
    faults = [*own.faults, *_repeated_keys(own)]
    if faults:
        return sorted(faults)  # of a broken file, further rules would only repeat the first fault
    with tempfile.TemporaryDirectory(prefix="pillar-overlay-") as folder:
        copy = Path(folder) / "project"
        starts = _write_copy(copy, own, root)
        found = validate_package(copy)
    known = set(validate_package(root)) if found else set()
    return sorted(
        {
            _in_own_words(fault, own, starts)
            for fault in found
            if fault not in known and not _mends_a_replaced_row(fault)
        }
    )


def _repeated_keys(own: OverlayFiles) -> Iterator[DataFault]:
    for table in own.tables.values():
        seen: dict[str, int] = {}
        for row in table.rows:
            key = row_key(table, row)
            if key in seen:
                rule = f"duplicate key: the same as in line {seen[key]}"
                yield table.fault(row, ", ".join(table.resource.key), rule, "keep one of the two")
            seen.setdefault(key, row.line)


def _write_copy(copy: Path, own: OverlayFiles, root: Path) -> dict[str, int]:
    """A project with own rows at the end of each table; path → line before the first own row."""
    shutil.copytree(
        data_folder(root), copy / "data", ignore=shutil.ignore_patterns(*_SKIPPED), symlinks=True
    )
    _open_to_today(copy / "data" / DESCRIPTOR)
    starts = {}
    public = read_tables(root)
    for name, mine in own.tables.items():
        table = public[name]
        kept = [row for row in table.rows if row_key(table, row) not in own.keys[name]]
        starts[table.path] = _write_table(copy / "data" / table.path, table, kept, mine)
    return starts


def _write_table(path: Path, table: Table, kept: list[Row], mine: Table) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.header)
        writer.writerows([_flat(row.text(name)) for name in table.header] for row in kept)
        writer.writerows([_flat(row.text(name)) for name in table.header] for row in mine.rows)
    return len(kept) + 1


def _flat(text: str) -> str:
    """A cell on one line, so that lines and rows are the same count."""
    return " ".join(text.split("\n"))


def _open_to_today(descriptor: Path) -> None:
    """Own figures may be younger than the release: the copy is dated today."""
    content: dict[str, Any] = json.loads(descriptor.read_text(encoding="utf-8"))
    today = dt.datetime.now().astimezone().date().isoformat()
    if today <= str(content["created"])[:10]:
        return
    content["created"] = today
    for resource in content["resources"]:
        for field in resource["schema"]["fields"]:
            limits = field.get("constraints", {})
            if field.get("type") == "date" and "maximum" in limits:
                limits["maximum"] = max(today, str(limits["maximum"]))
    descriptor.write_text(json.dumps(content), encoding="utf-8")


def _in_own_words(fault: DataFault, own: OverlayFiles, starts: dict[str, int]) -> DataFault:
    """The fault at its place in the reader's file, where it lies in an own row."""
    found = _LINE.search(fault.row)
    start = starts.get(fault.table)
    if start is None or found is None or int(found[1]) <= start:
        shown = f"{fault.rule} (because of rows in data/{FOLDER})"
        return replace(fault, rule=shown)
    mine = next(t for t in own.tables.values() if t.path == f"{FOLDER}/{fault.table}")
    row = mine.rows[int(found[1]) - start - 1]
    return replace(fault, table=mine.path, row=mine.label(row))


def _mends_a_replaced_row(fault: DataFault) -> bool:
    """Whether a correction speaks: it guards the published row, which own figures may replace."""
    return fault.table == CORRECTIONS
