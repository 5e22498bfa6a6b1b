"""What changed between two states of the data package: rows, columns, settings."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml

from third_pillar.evidence.location import DESCRIPTOR
from third_pillar.evidence.package_state import PackageState
from third_pillar.vocabulary.errors import ParameterFault

ADDED, REMOVED, REVISED = "added", "removed", "revised"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_SOURCES = ("source_id", "source_ids", "provider")


@dataclass(frozen=True)
class CellChange:
    """One cell before and after.

    Attributes:
        field: Column, or path of a setting.
        before: As text; "" where there was nothing.
        after: The same.
        change: Difference, where both are numbers.
        percent: Difference in percent of what it was, where that was not zero.
    """

    field: str
    before: str
    after: str
    change: float | None = None
    percent: float | None = None


@dataclass(frozen=True)
class RowChange:
    """One row added, removed or revised; `source` is what it rests on, `cells` what changed."""

    kind: str
    key: str
    source: str
    unit: str
    cells: tuple[CellChange, ...]


@dataclass(frozen=True)
class FileChange:
    """What changed in one file.

    Attributes:
        path: Below `data/`.
        kind: "added", "removed" or "revised": of the file as a whole.
        columns_added: Columns it did not have.
        columns_removed: Columns it has no more.
        rows: In the order of the newer file, those removed last.
    """

    path: str
    kind: str
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    rows: tuple[RowChange, ...]

    @property
    def name(self) -> str:
        """Short name: the file's stem."""
        path = PurePosixPath(self.path)
        return path.stem if path.suffix == ".csv" and path.parts[0] != "claims" else self.path

    def count(self, kind: str) -> int:
        """Rows of one kind of change."""
        return sum(row.kind == kind for row in self.rows)


def compare_states(before: PackageState, after: PackageState) -> tuple[FileChange, ...]:
    """Every file that differs, by path; empty where nothing does.

    Raises:
        ParameterFault: A file of one of the two cannot be read as what it is.
    """
    keys = {**_read_keys(before), **_read_keys(after)}
    found = []
    for path in sorted({*before.files, *after.files}):
        old, new = before.files.get(path), after.files.get(path)
        if old == new:
            continue
        kind = ADDED if old is None else REMOVED if new is None else REVISED
        earlier = _read_file(path, old, keys, before.label)
        later = _read_file(path, new, keys, after.label)
        rows = tuple(_compare_rows(earlier, later))
        columns = (
            tuple(name for name in later.columns if name not in earlier.columns),
            tuple(name for name in earlier.columns if name not in later.columns),
        )
        if kind != REVISED:
            columns = ((), ())
        if rows or any(columns) or kind != REVISED:
            found.append(FileChange(path, kind, *columns, rows))
    return tuple(found)


@dataclass(frozen=True)
class _Content:
    """Rows by key, each a mapping from field to text."""

    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, str]]


def _read_keys(state: PackageState) -> dict[str, tuple[str, ...]]:
    """Path → fields of its key, as the state's own descriptor has them."""
    try:
        listed = json.loads(state.files[DESCRIPTOR])["resources"]
        keys = {str(entry["path"]): entry["schema"].get("primaryKey", []) for entry in listed}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ParameterFault(f"{state.label}: {DESCRIPTOR} cannot be read ({error!r})") from None
    return {path: (key,) if isinstance(key, str) else tuple(key) for path, key in keys.items()}


def _read_file(
    path: str, text: str | None, keys: Mapping[str, tuple[str, ...]], label: str
) -> _Content:
    if text is None:
        return _Content((), {})
    if path.endswith(".csv"):
        return _read_csv(path, text, _key_of(path, keys), label)
    try:
        content = json.loads(text) if path.endswith(".json") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        said = str(error).splitlines()[0]
        raise ParameterFault(f"{label}: {path} cannot be read ({said})") from None
    if path == DESCRIPTOR and isinstance(content, dict):
        content = _by_name(content)
    return _Content((), _read_settings(content))


def _key_of(path: str, keys: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The key of a table; one of an article not described borrows that of its like."""
    if path in keys:
        return keys[path]
    name = PurePosixPath(path).name
    like = (key for known, key in keys.items() if PurePosixPath(known).name == name)
    return next(like, ()) if path.startswith("claims/") else ()


def _read_csv(path: str, text: str, key: tuple[str, ...], label: str) -> _Content:
    try:
        lines = [line for line in csv.reader(io.StringIO(text), strict=True) if line]
    except csv.Error as error:
        raise ParameterFault(f"{label}: {path} is not CSV ({error})") from None
    header = tuple(lines[0]) if lines else ()
    key = key if set(key) <= set(header) and key else header[:1]
    rows: dict[str, Mapping[str, str]] = {}
    for cells in lines[1:]:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        name = ",".join(row.get(part, "") for part in key)
        rows[_unused(name, rows)] = row
    return _Content(header, rows)


def _unused(name: str, taken: Mapping[str, object]) -> str:
    """The name, numbered where a row before it has the same."""
    count, fresh = 1, name
    while fresh in taken:
        count += 1
        fresh = f"{name} #{count}"
    return fresh


def _by_name(descriptor: dict[str, Any]) -> dict[str, Any]:
    """A descriptor with its tables and their fields by name, so that order is no change."""
    resources = {
        str(entry.get("name")): {
            **entry,
            "schema": {
                **entry.get("schema", {}),
                "fields": {
                    str(field.get("name")): field
                    for field in entry.get("schema", {}).get("fields", [])
                },
            },
        }
        for entry in descriptor.get("resources", [])
    }
    return {**descriptor, "resources": resources}


def _read_settings(content: Any) -> dict[str, Mapping[str, str]]:
    """Entries of a settings file by id, each with its leaves by path; other keys stand alone."""
    if isinstance(content, list):
        rows: dict[str, Mapping[str, str]] = {}
        for place, entry in enumerate(content, start=1):
            name = str(entry.get("id", place)) if isinstance(entry, dict) else str(place)
            rows[_unused(name, rows)] = dict(_leaves(entry))
        return rows
    if isinstance(content, dict):
        return {str(name): dict(_leaves(value)) for name, value in content.items()}
    return {} if content is None else {"": {"": str(content)}}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for place, inner in enumerate(value, start=1):
            yield from _leaves(inner, f"{path}[{place}]")
    elif isinstance(value, list):
        yield path, "; ".join(map(str, value))
    else:
        yield path, "" if value is None else str(value)


def _compare_rows(earlier: _Content, later: _Content) -> Iterator[RowChange]:
    for key, row in later.rows.items():
        if key not in earlier.rows:
            yield _row_change(ADDED, key, row, _cells({}, row))
        elif cells := _cells(earlier.rows[key], row):
            yield _row_change(REVISED, key, row, cells)
    for key, row in earlier.rows.items():
        if key not in later.rows:
            yield _row_change(REMOVED, key, row, _cells(row, {}))


def _row_change(
    kind: str, key: str, row: Mapping[str, str], cells: tuple[CellChange, ...]
) -> RowChange:
    source = next((row[name] for name in _SOURCES if row.get(name)), "")
    return RowChange(kind, key, source, row.get("unit", row.get("stand_in_unit", "")), cells)


def _cells(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[CellChange, ...]:
    names = dict.fromkeys((*after, *before))
    return tuple(
        _cell(name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    )


def _cell(name: str, before: str, after: str) -> CellChange:
    if not (_NUMBER.fullmatch(before) and _NUMBER.fullmatch(after)):
        return CellChange(name, before, after)
    old, new = float(before), float(after)
    percent = 100 * (new - old) / abs(old) if old else None
    return CellChange(name, before, after, new - old, percent)
