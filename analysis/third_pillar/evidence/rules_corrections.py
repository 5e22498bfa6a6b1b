"""Rules of corrections.yml: what was mended in a publisher's figures stays mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from third_pillar.evidence.corrections import is_year_field
from third_pillar.evidence.location import data_folder
from third_pillar.evidence.reading import Table, read_yaml
from third_pillar.evidence.rules import Package, Rule, read_number
from third_pillar.vocabulary.errors import DataFault
from third_pillar.vocabulary.parameters import nearest

FILE = "corrections.yml"
APPLIED = "applied"
NO_TABLE = "none"
KEYS = ("id", "table", "key", "corrected", "provider", "reason", "status", "expect")


def corrections_hold(package: Package) -> Iterator[DataFault]:
    """Every correction is complete, and the table holds what it says it mended.

    `expect` says in words what must still be true of the publisher; what must be true here is
    checked: the field equals `corrected`, or the row is gone (or empty) where that is null.
    """
    path = data_folder(package.root) / FILE
    if not path.is_file():
        return
    try:
        listed = read_yaml(path)
    except ValueError as error:
        yield DataFault(FILE, "", "", "", str(error))
        return
    if not isinstance(listed, list):
        yield DataFault(FILE, "", "", "", "is not a list of corrections")
        return
    for place, entry in enumerate(listed, start=1):
        if isinstance(entry, dict):
            yield from _entry_faults(package, str(entry.get("id", place)), entry)
        else:
            yield DataFault(FILE, str(place), "", "", "is not a mapping")


RULES: tuple[Rule, ...] = (corrections_hold,)


def _entry_faults(package: Package, place: str, entry: Mapping[str, Any]) -> Iterator[DataFault]:
    for key in KEYS:
        if key not in entry or (key != "corrected" and not entry[key]):
            yield DataFault(FILE, place, key, "", "the key is missing or empty")
    if _lacks_unit(entry):
        mend = "name the unit of the figure, as the table has it"
        yield DataFault(FILE, place, "unit", "", "a figure has no unit", mend)
    named = str(entry.get("table"))
    if named == NO_TABLE:
        return
    table = package.tables.get(PurePosixPath(named).stem)
    if table is None:
        near = nearest(named, tuple(package.tables)).strip()
        yield DataFault(FILE, place, "table", named, "unknown table", near)
    elif entry.get("status") == APPLIED and "corrected" in entry:
        yield from _guard_faults(table, place, entry)


def _lacks_unit(entry: Mapping[str, Any]) -> bool:
    figures = [entry.get(name) for name in ("published", "corrected")]
    has_figure = any(isinstance(figure, int | float) for figure in figures)
    return has_figure and not is_year_field(str(entry.get("field"))) and not entry.get("unit")


def _guard_faults(table: Table, place: str, entry: Mapping[str, Any]) -> Iterator[DataFault]:
    key, field, corrected = str(entry.get("key")), str(entry.get("field")), entry["corrected"]
    unit = str(entry.get("unit") or "")
    units = {row.text("unit") for row in table.rows if row.text(table.resource.key[0]) == key}
    if unit and units - {"", unit}:
        rule = f"{table.path} has {', '.join(sorted(units))} in {key}"
        yield DataFault(FILE, place, "unit", unit, rule, "write the unit of the row")
    held = [row.text(field) for row in table.rows if row.text(table.resource.key[0]) == key]
    if corrected is None:
        if any(held):
            rule = f"the figure was taken out, yet {table.path} holds {', '.join(held)}"
            yield DataFault(FILE, place, "corrected", "", rule, "take it out again")
    elif not any(_equal(cell, corrected) for cell in held):
        rule = f"{table.path} holds {', '.join(held) or 'no such row'} in {key}, field {field}"
        mend = "restore the corrected figure, or take the correction out if the publisher mended it"
        yield DataFault(FILE, place, "corrected", str(corrected), rule, mend)


def _equal(cell: str, corrected: object) -> bool:
    number = read_number(cell)
    if number is not None and isinstance(corrected, int | float):
        return number == float(corrected)
    return cell == str(corrected)
