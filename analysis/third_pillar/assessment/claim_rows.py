"""The rows a verdict rests on: found by id, fingerprinted, and changed in memory for a trial."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from third_pillar.evidence import Article, Evidence, Row
from third_pillar.vocabulary.codes import AGGREGATES, WORLD
from third_pillar.vocabulary.findings import Gap

FIGURES = ["value", "low", "high"]
_KEYS = ("figure_id", "project_id", "event_id", "control_id")
_ASSUMPTIONS, _GAPS = "assumptions", "gaps"
_MAX_PERCENT = 100.0


@dataclass(frozen=True, eq=False)
class FoundRow:
    """A row by its id: the table it stands in and its cells."""

    id: str
    table: str
    cells: Mapping[str, Any]

    @property
    def figure(self) -> float | None:
        """The central figure: the value, or the middle of the ends; None for a row without."""
        numbers = {name: self.cells.get(name) for name in FIGURES}
        value = numbers["value"]
        if value is not None and _is_number(value):
            return float(value)
        both = (numbers["low"], numbers["high"])
        ends = [float(end) for end in both if end is not None and _is_number(end)]
        return sum(ends) / len(ends) if ends else None

    @property
    def fingerprint(self) -> str:
        """Eight digits that differ when a cell differs."""
        text = "\x1f".join(f"{name}={_plain(cell)}" for name, cell in sorted(self.cells.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def locate_row(
    evidence: Evidence, row_id: str, *, article: Article | None = None
) -> FoundRow | None:
    """The row of any table with this id, or nothing: ids of metrics are not rows."""
    if row_id in evidence.assumption_rows:
        return FoundRow(row_id, _ASSUMPTIONS, evidence.assumption_rows[row_id])
    for gap in evidence.gaps:
        if gap.id == row_id:
            return FoundRow(row_id, _GAPS, _gap_cells(gap))
    found_at = _find_place(evidence, row_id)
    if found_at is not None:
        table, place = found_at
        return FoundRow(row_id, table, evidence.rows(table)[place])
    frame = None if article is None else article.evidence
    if frame is None or not (frame.iloc[:, 0] == row_id).any():
        return None
    found = frame[frame.iloc[:, 0] == row_id]
    return FoundRow(row_id, "evidence", {str(k): v for k, v in found.iloc[0].items()})


def _find_place(evidence: Evidence, row_id: str) -> tuple[str, int] | None:
    """Table and place there of a row, among tables whose first column is an id of rows."""
    for name, held in evidence.tables.glance():
        place = held.places.get(row_id)
        if place is not None and next(iter(held.rows[place])) in _KEYS:
            return name, place
    return None


def scale_row(evidence: Evidence, row: FoundRow, factor: float) -> Evidence | None:
    """The evidence with one row's figures multiplied, or nothing where that is impossible.

    A country's mine output carries the world total of its edition along, which contains it.
    """
    figure = row.figure
    if figure is None or not figure:
        return None
    given: list[Any] = [row.cells.get(name) for name in FIGURES]
    top = max(abs(float(cell)) for cell in given if _is_number(cell))
    unit = str(row.cells.get("unit", ""))
    limit = {"pct": _MAX_PERCENT, "pct_of_reo": _MAX_PERCENT, "probability": 1.0}.get(unit)
    if limit is not None and top * factor > limit:
        return None
    if row.table == _GAPS:
        gaps = tuple(_scale_gap(g, factor) if g.id == row.id else g for g in evidence.gaps)
        return replace(evidence, gaps=gaps)
    if row.table == _ASSUMPTIONS:
        moved = figure * factor
        if not float(row.cells["low"]) <= moved <= float(row.cells["high"]):
            return None
        return evidence.with_assumption(row.id, moved)
    held = evidence.tables.hold(row.table)
    changed = {held.places[row.id]: _move(row.cells, lambda cell: cell * factor)}
    if row.table == "mine_production":
        more = figure * (factor - 1.0)
        for place, other in enumerate(held.rows):
            if _is_total_with(other, row):
                changed[place] = _move(other, lambda cell: cell + more)
    return evidence.with_tables({row.table: held.with_rows(changed)})


def _move(row: Row, by: Callable[[float], float]) -> Row:
    return {**row, **{name: by(row[name]) for name in FIGURES if name in row}}


def _is_total_with(other: Row, row: FoundRow) -> bool:
    """Whether it is the world total that the same publisher prints beside a country's row."""
    same = ("year", "edition", "source_id")
    return (
        other["country_iso3"] == WORLD
        and row.cells["country_iso3"] not in AGGREGATES
        and all(other[name] == row.cells[name] for name in same)
    )


def _gap_cells(gap: Gap) -> dict[str, Any]:
    stand_in = gap.stand_in.model_dump() if gap.stand_in else {}
    return {**gap.model_dump(exclude={"stand_in"}), **stand_in}


def _scale_gap(gap: Gap, factor: float) -> Gap:
    if gap.stand_in is None:
        return gap
    figures = {
        name: figure * factor
        for name in FIGURES
        if (figure := getattr(gap.stand_in, name)) is not None
    }
    return gap.model_copy(update={"stand_in": gap.stand_in.model_copy(update=figures)})


def _is_number(cell: Any) -> bool:
    return cell is not None and bool(pd.notna(cell))


def _plain(cell: object) -> str:
    if isinstance(cell, tuple):
        return ";".join(map(str, cell))
    return str(cell) if _is_number(cell) else ""
