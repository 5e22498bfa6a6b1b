"""What a scenario changes in the tables besides assumptions: plants, controls, links."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Any

from third_pillar.evidence.dates import last_day
from third_pillar.vocabulary.codes import PlantStatus
from third_pillar.vocabulary.errors import DataFault
from third_pillar.vocabulary.parameters import nearest

_NUMBER, DATE = "a plain number", "a date YYYY-MM-DD"
_PLANT: Mapping[str, object] = {
    "status": tuple(map(str, PlantStatus)),
    "start_year": _NUMBER,
    "value": _NUMBER,
    "low": _NUMBER,
    "high": _NUMBER,
    "assumed_chance": _NUMBER,
    "assumed_delay": _NUMBER,
}
CHANGEABLE: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "projects": ("project_id", _PLANT),
    "heavy_circuits": ("project_id", _PLANT),
    "export_controls": (
        "control_id",
        {
            "effective_from": DATE,
            "suspended_to": DATE,
            "outcome": ("in force", "suspended"),
            "outcome_from": DATE,
        },
    ),
    "links": (
        "link_id",
        {
            "kind": ("offtake", "treaty", "licence", "ban"),
            "covers": ("all", "part"),
            "tonnes": _NUMBER,
            "unit": ("t_reo", "t_ndpr_oxide", "t_ndpr_metal", "t_re_alloy", "t_ndfeb"),
            "effective_from": DATE,
            "effective_to": DATE,
        },
    ),
}
"""Table → its key, and each field that may change with what it then holds. `assumed_chance` and
`assumed_delay` take the place of the drawn ones for one plant."""
ALL = "all"
RowChanges = Mapping[str, Mapping[str, Mapping[str, Any]]]


def find_row_faults(
    place: str, content: Mapping[Any, Any], rows: Mapping[str, tuple[str, ...]] | None
) -> Iterator[DataFault]:
    """Every broken rule of the keys `rows` and `leave_out` of a scenario file.

    Args:
        place: Name of the file.
        content: What it holds.
        rows: Table → keys of its rows; None leaves the keys unchecked.
    """
    for key in ("rows", "leave_out"):
        changes = content.get(key, {})
        if not isinstance(changes, dict):
            yield DataFault(place, "", key, "", "is not a mapping of tables")
            continue
        for table, inside in changes.items():
            if table not in CHANGEABLE:
                mend = f"{nearest(str(table), tuple(CHANGEABLE)).strip()} Valid: "
                mend += ", ".join(CHANGEABLE)
                yield DataFault(place, "", key, str(table), "no table that may change", mend)
                continue
            known = None if rows is None else rows.get(table, ())
            find = _row_faults if key == "rows" else _left_out_faults
            yield from find(place, str(table), inside, known)


def _left_out_faults(
    place: str, table: str, inside: Any, known: tuple[str, ...] | None
) -> Iterator[DataFault]:
    if inside == ALL:
        return
    if not isinstance(inside, list) or not inside:
        mend = "list the keys of rows, or write all"
        yield DataFault(place, table, "leave_out", str(inside), "is not a list of rows", mend)
        return
    for key in inside:
        yield from _unknown_row(place, table, str(key), known)


def _row_faults(
    place: str, table: str, inside: Any, known: tuple[str, ...] | None
) -> Iterator[DataFault]:
    if not isinstance(inside, dict) or not inside:
        mend = "write row keys with the fields that change"
        yield DataFault(place, table, "rows", str(inside), "is not a mapping of rows", mend)
        return
    fields = CHANGEABLE[table][1]
    for row, cells in inside.items():
        yield from _unknown_row(place, table, str(row), known)
        if not isinstance(cells, dict) or not cells:
            mend = f"write fields with values; valid: {', '.join(fields)}"
            yield DataFault(place, str(row), "", str(cells), "names no field", mend)
            continue
        for field, value in cells.items():
            if field not in fields:
                mend = f"{nearest(str(field), tuple(fields)).strip()} Valid: {', '.join(fields)}"
                yield DataFault(
                    place, str(row), str(field), str(value), "a field that may not change", mend
                )
                continue
            rule = _value_fault(str(field), fields[field], value)
            if rule:
                yield DataFault(place, str(row), str(field), str(value), rule)


def _unknown_row(
    place: str, table: str, row: str, known: tuple[str, ...] | None
) -> Iterator[DataFault]:
    if known is not None and row not in known:
        mend = f"{nearest(row, known).strip()} Name a row of curated/{table}.csv".strip()
        yield DataFault(place, row, table, row, "unknown row", mend)


def _value_fault(field: str, wanted: object, value: object) -> str:
    if isinstance(wanted, tuple):
        return "" if value in wanted else f"is unknown; valid: {', '.join(wanted)}"
    if wanted == DATE:
        return "" if isinstance(value, dt.date) or last_day(str(value)) else f"is not {DATE}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return f"is not {_NUMBER}"
    if field == "assumed_chance" and not 0 <= value <= 1:
        return "a probability lies between 0 and 1"
    return "must not be negative" if value < 0 else ""
