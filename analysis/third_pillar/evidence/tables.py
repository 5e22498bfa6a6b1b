"""All tables of the data package by name, as text: for what looks at rows, not at frames."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.location import project_root
from third_pillar.evidence.overlay_files import OverlayFiles, merge_overlay
from third_pillar.evidence.reading import Row, Table, read_table
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import nearest

_LISTED = 12


@dataclass(frozen=True)
class FoundRow:
    """A row with the table it stands in; `is_own` where it is the reader's own."""

    table: Table
    row: Row
    is_own: bool = False

    @property
    def key(self) -> str:
        """The key of the row, its parts joined by commas."""
        return row_key(self.table, self.row)


def row_key(table: Table, row: Row) -> str:
    """The key of a row, its parts joined by commas."""
    return ",".join(row.text(name) for name in table.resource.key)


def read_tables(
    root: Path | None = None, *, overlay: OverlayFiles | None = None
) -> dict[str, Table]:
    """Every table by its short name, in the order of the descriptor; own rows put in."""
    root = project_root() if root is None else root
    tables = {
        resource.name: read_table(resource, root) for resource in read_resources(root).values()
    }
    return tables if overlay is None else merge_overlay(tables, overlay)


def find_row(
    named: str, tables: Mapping[str, Table], *, overlay: OverlayFiles | None = None
) -> FoundRow:
    """The row that `TABLE:KEY` or `KEY` names.

    Raises:
        ParameterFault: No such table or row (the nearest is named), or the key stands in
            several tables (all are named).
    """
    place, colon, key = named.strip().partition(":")
    if colon and not key.strip():
        raise ParameterFault(f"{named!r} names no row", hint="Write TABLE:KEY, or KEY alone.")
    if colon and place.strip() in _table_names(tables):
        table = _table_names(tables)[place.strip()]
        return _only_row(table, key.strip(), overlay)
    if colon and not _find_everywhere(named.strip(), tables):
        names = tuple(_table_names(tables))
        raise ParameterFault(
            f"{place!r} is not a table of the data package.{nearest(place, names)}",
            hint=f"Tables: {', '.join(names)}",
        )
    found = _find_everywhere(named.strip(), tables)
    if not found:
        raise _unknown(named, tuple(key for _, _, key in _all_rows(tables)))
    if len(found) > 1:
        places = ", ".join(f"{table.resource.name}:{named}" for table, _ in found)
        raise ParameterFault(f"{named!r} stands in {len(found)} tables", hint=f"Name one: {places}")
    table, row = found[0]
    return FoundRow(table, row, _is_own(table, row, overlay))


def _table_names(tables: Mapping[str, Table]) -> dict[str, Table]:
    """Names a table goes by: its own, and that of the descriptor where it differs."""
    named = {str(table.resource.descriptor.get("name")): table for table in tables.values()}
    return {**named, **tables}


def _only_row(table: Table, key: str, overlay: OverlayFiles | None) -> FoundRow:
    for row in table.rows:
        if row_key(table, row) == key:
            return FoundRow(table, row, _is_own(table, row, overlay))
    keys = tuple(row_key(table, row) for row in table.rows)
    near = nearest(key, keys) or (f" It has {', '.join(keys)}." if len(keys) <= _LISTED else "")
    raise ParameterFault(
        f"{table.resource.name} has no row {key!r}.{near}",
        hint=f"The file is data/{table.path}.",
    )


def _all_rows(tables: Mapping[str, Table]) -> Iterator[tuple[Table, Row, str]]:
    for table in tables.values():
        for row in table.rows:
            yield table, row, row_key(table, row)


def _find_everywhere(key: str, tables: Mapping[str, Table]) -> list[tuple[Table, Row]]:
    return [(table, row) for table, row, known in _all_rows(tables) if known and known == key]


def _is_own(table: Table, row: Row, overlay: OverlayFiles | None) -> bool:
    if overlay is None:
        return False
    return row_key(table, row) in overlay.keys.get(table.resource.name, ())


def _unknown(named: str, keys: tuple[str, ...]) -> ParameterFault:
    starts = sorted({key for key in keys if named and key.casefold().startswith(named.casefold())})
    near = f" Keys that begin so: {', '.join(starts[:_LISTED])}." if starts else ""
    near = near or nearest(named, keys)
    return ParameterFault(
        f"{json.dumps(named, ensure_ascii=False)} is no row of the data package.{near}",
        hint="Name a row (TABLE:KEY or KEY), or a number of a report such as "
        "'served_gain(pillars, metal, horizon)'.",
    )
