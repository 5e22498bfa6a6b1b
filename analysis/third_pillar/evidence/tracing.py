"""Where a row comes from: its source, its editions, what was mended, who disagrees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from third_pillar.evidence.corrections import Correction, read_corrections
from third_pillar.evidence.dates import last_day
from third_pillar.evidence.location import scenarios_folder
from third_pillar.evidence.overlay_files import OverlayFiles
from third_pillar.evidence.reading import Row, Table, read_yaml
from third_pillar.evidence.tables import FoundRow, row_key

EDITION_RULE = (
    "The newest edition known at a date wins; a row without a figure does not replace one "
    "(docs/methods.md, 0.3)."
)
_SOURCE_FIELDS = ("source_id", "source_id_2", "source_ids")
_ABOUT_AN_EDITION = frozenset(
    {
        "value", "low", "high", "value_usd", "basis", "edition", "known_from", "gap_id", "note",
        *_SOURCE_FIELDS,
    }
)  # fmt: skip
_PERIOD = frozenset({"year", "period", "period_type"})
_TIMELESS = frozenset({"snapshot"})
_WITH_EDITIONS = frozenset({"edition", "known_from", "value"})


@dataclass(frozen=True)
class SourceRecord:
    """A source as sources.csv has it; marks of the Admiralty code, `date` as exact as known."""

    source_id: str
    title: str
    publisher: str
    date: str
    url: str
    accessed: str
    reliability: str
    credibility: str
    licence: str


@dataclass(frozen=True)
class Edition:
    """One edition of a figure; `wins` marks the one in use."""

    key: str
    edition: str
    known_from: str
    value: str
    low: str
    high: str
    source_id: str
    wins: bool


@dataclass(frozen=True)
class Disagreement:
    """A conflict on record that weighs this row."""

    conflict_id: str
    topic: str
    figure_ids: tuple[str, ...]
    low: str
    high: str
    unit: str
    reading: str
    why: str


@dataclass(frozen=True)
class RowTrace:
    """A row with all that says how far to trust it.

    Attributes:
        table: Short name of its table.
        path: Its file, below `data/`.
        line: Line in that file.
        key: Its key.
        is_own: Whether it is the reader's own, from `data/overlay/`.
        cells: Every field that is not empty, as text.
        unit: Its unit in words, or "".
        sources: Those it names, first the one it rests on.
        editions: Editions of the same figure, oldest first; empty where there is but one.
        corrections: What was mended in it.
        disagreements: Conflicts that weigh it.
        gap: The gap it names, as that row has it, or nothing.
        scenarios: Scenario → value, low, high, where it is an assumption that some change.
        named_by: (table, key) of rows that name this one.
    """

    table: str
    path: str
    line: int
    key: str
    is_own: bool
    cells: Mapping[str, str]
    unit: str
    sources: tuple[SourceRecord, ...]
    editions: tuple[Edition, ...]
    corrections: tuple[Correction, ...]
    disagreements: tuple[Disagreement, ...]
    gap: Mapping[str, str] | None
    scenarios: Mapping[str, Mapping[str, Any]]
    named_by: tuple[tuple[str, str], ...]


def trace_row(
    found: FoundRow, tables: Mapping[str, Table], *, root: Path, overlay: OverlayFiles | None = None
) -> RowTrace:
    """All that the data package says of one row."""
    table, row = found.table, found.row
    name, key = table.resource.name, found.key
    own = overlay.tables[name] if found.is_own and overlay else None
    unit = row.text("unit") or row.text("stand_in_unit")
    return RowTrace(
        table=name,
        path=own.path if own else table.path,
        line=row.line,
        key=key,
        is_own=found.is_own,
        cells={field: text for field, text in row.cells.items() if text},
        unit=unit_in_words(unit, tables),
        sources=tuple(read_source(source, tables) for source in named_sources(table, row)),
        editions=_editions(found),
        corrections=tuple(
            known for known in read_corrections(root) if known.stem == name and known.key == key
        ),
        disagreements=tuple(d for d in read_disagreements(tables) if key in d.figure_ids),
        gap=_gap(row, tables) if name != "gaps" else None,
        scenarios=_scenarios(key, root) if name == "assumptions" else {},
        named_by=tuple(_named_by(found, tables)),
    )


def named_sources(table: Table, row: Row) -> tuple[str, ...]:
    """Sources a row names, each once; a source names itself."""
    if table.resource.name == "sources":
        return (row.text("source_id"),)
    return tuple(dict.fromkeys(s for field in _SOURCE_FIELDS for s in row.items(field)))


def read_source(source_id: str, tables: Mapping[str, Table]) -> SourceRecord:
    """A source by its id; one that is not on record has only its id."""
    rows = (row for row in tables["sources"].rows if row.text("source_id") == source_id)
    row = next(rows, Row(0, {}))
    length = {"year": 4, "month": 7}.get(row.text("date_precision"), 10)
    fields = ("publisher", "url", "accessed", "reliability", "credibility", "licence")
    return SourceRecord(
        source_id=source_id,
        title=row.text("title"),
        date=row.text("date")[:length],
        **{field: row.text(field) for field in fields},
    )


def read_unit_words(tables: Mapping[str, Table]) -> dict[str, str]:
    """Code of a unit → how it is written behind a number, "" for a bare number."""
    return {row.text("unit"): row.text("short") for row in tables["units"].rows}


def unit_in_words(unit: str, tables: Mapping[str, Table]) -> str:
    """A unit as it is written behind a number, from the codelist."""
    for row in tables["units"].rows if unit else ():
        if row.text("unit") == unit:
            return row.text("short") or row.text("label")
    return unit


def read_disagreements(tables: Mapping[str, Table]) -> Iterator[Disagreement]:
    """Every conflict on record."""
    for row in tables["conflicts"].rows if "conflicts" in tables else ():
        texts = {name: row.text(name) for name in _TEXTS_OF_CONFLICT}
        yield Disagreement(figure_ids=row.items("figure_ids"), **texts)


_TEXTS_OF_CONFLICT = ("conflict_id", "topic", "low", "high", "unit", "reading", "why")


def _editions(found: FoundRow) -> tuple[Edition, ...]:
    table = found.table
    if not table.has(*_WITH_EDITIONS):
        return ()
    same = [row for row in table.rows if _subject(table, row) == _subject(table, found.row)]
    if len(same) < 2:  # noqa: PLR2004  one edition has no history
        return ()
    same.sort(key=lambda row: (last_day(row.text("known_from")) or 0, row.text("edition")))
    with_figure = [row for row in same if row.text("value")]
    winner = with_figure[-1] if with_figure else None
    return tuple(_edition(table, row, wins=row is winner) for row in same)


def _edition(table: Table, row: Row, *, wins: bool) -> Edition:
    fields = ("edition", "known_from", "value", "low", "high", "source_id")
    return Edition(row_key(table, row), **{f: row.text(f) for f in fields}, wins=wins)


def _subject(table: Table, row: Row) -> tuple[str, ...]:
    """What a row is about, apart from which edition says so.

    A stock printed "as of now" is the same figure whatever year the edition puts to it.
    """
    left_out = {*_ABOUT_AN_EDITION, *table.resource.key}
    if row.text("period_type") in _TIMELESS:
        left_out |= _PERIOD
    else:
        left_out.add("period")  # a label in the publisher's words; year and kind of period decide
    return tuple(text for name, text in row.cells.items() if name not in left_out)


def _gap(row: Row, tables: Mapping[str, Table]) -> Mapping[str, str] | None:
    named = row.items("gap_id")
    for gap in tables["gaps"].rows if named and "gaps" in tables else ():
        if gap.text("gap_id") in named:
            return {field: text for field, text in gap.cells.items() if text}
    return None


def _scenarios(key: str, root: Path) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(scenarios_folder(root).glob("*.yml")):
        overrides = read_yaml(path).get("overrides") or {}
        if key in overrides:
            found[path.stem] = dict(overrides[key])
    return found


def _named_by(found: FoundRow, tables: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    if found.table.resource.name == "sources":
        fields: Sequence[str] = _SOURCE_FIELDS
    else:
        fields = ()
    for name, table in tables.items():
        wanted = [
            field for field in fields or table.header if field in fields or _may_name(field, table)
        ]
        for row in table.rows:
            if row is not found.row and any(found.key in row.items(field) for field in wanted):
                yield name, row_key(table, row)


def _may_name(field: str, table: Table) -> bool:
    """Whether a column holds ids of other rows."""
    return field.endswith(("_id", "_ids", "events")) and field not in table.resource.key
