"""Rules of the figures that a table schema cannot state."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from third_pillar.evidence.dates import last_day
from third_pillar.evidence.reading import NUMERIC, Row, Table
from third_pillar.vocabulary.codes import Basis
from third_pillar.vocabulary.errors import DataFault
from third_pillar.vocabulary.parameters import nearest

NEEDED = ("mine_production", "magnet_demand", "projects", "assumptions")
"""Tables without a row of which the question cannot be answered at all."""

FIGURES = ("value", "low", "high")
_STAND_IN = ("stand_in_value", "stand_in_low", "stand_in_high")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_PERCENT = frozenset({"pct", "pct_of_reo"})
_UNITS_OF_TABLE = {
    "mine_production": frozenset({"t_reo"}),
    "stage_shares": frozenset({"pct"}),
    "magnet_demand": frozenset({"t_ndfeb", "t_magnets_all", "t_magnet_re"}),
    "import_shares": frozenset({"pct"}),
    "prices": frozenset({"usd_per_kg", "ratio"}),
}
_UNITS_OF_STAGE = {
    "mine": frozenset({"t_reo"}),
    "separation": frozenset({"t_ndpr_oxide", "t_reo", "t_dytb_oxide"}),
    "metal": frozenset({"t_ndpr_metal", "t_re_alloy", "t_smco_alloy"}),
    "magnet": frozenset({"t_ndfeb", "t_smco"}),
}
_KNOWN_PAST = frozenset({Basis.REPORTED.value, Basis.OUTPUT.value})


@dataclass(frozen=True)
class Package:
    """What the rules look at: every table that could be read, by its short name."""

    root: Path | None
    date: dt.date
    tables: Mapping[str, Table]

    def keys(self, name: str, field: str) -> tuple[str, ...]:
        """Values of one column; empty where the table is missing."""
        table = self.tables.get(name)
        return tuple(row.text(field) for row in table.rows) if table else ()


Rule = Callable[[Package], Iterator[DataFault]]


def read_number(text: str) -> float | None:
    """The number a cell holds; None for an empty cell or one that is not a plain number."""
    return float(text) if _PLAIN_NUMBER.fullmatch(text) and math.isfinite(float(text)) else None


def numbers_are_plain(package: Package) -> Iterator[DataFault]:
    """A number field holds digits, not words, thousands separators, NaN or infinity."""
    for table in package.tables.values():
        for column in table.resource.columns:
            if column.type not in NUMERIC:
                continue
            is_whole = column.type != "number"
            for row in table.rows:
                text = row.text(column.name)
                if not text:
                    continue
                number = read_number(text)
                if number is None:
                    mend = "write digits with a decimal point; leave unknown empty, with a gap_id"
                    yield table.fault(row, column.name, "is not a plain number", mend)
                elif is_whole and not re.fullmatch(r"[+-]?\d+", text):
                    yield table.fault(row, column.name, "is not a whole number")


def figures_are_in_order(package: Package) -> Iterator[DataFault]:
    """Figures keep low <= value <= high, of what is given; the same for stand-ins."""
    for table in package.tables.values():
        for names in (FIGURES, _STAND_IN):
            for row in table.rows if table.has(*names) else ():
                value, low, high = (read_number(row.text(name)) for name in names)
                given = [number for number in (low, value, high) if number is not None]
                if given != sorted(given):
                    shown = " <= ".join(f"{number:g}" for number in given)
                    rule = f"low <= value <= high does not hold ({shown})"
                    yield table.fault(row, names[0], rule, "swap or correct the figures")


def figures_are_possible(package: Package) -> Iterator[DataFault]:
    """Tonnes, money and ratios are not negative; percents and probabilities keep their scale."""
    for table in package.tables.values():
        for names, unit_field in ((FIGURES, "unit"), (_STAND_IN, "stand_in_unit")):
            for row in table.rows if table.has(unit_field) else ():
                for name in names:
                    number = read_number(row.text(name))
                    rule = None if number is None else _impossible(number, row.text(unit_field))
                    if rule:
                        yield table.fault(row, name, rule)


def numberless_rows_name_a_gap(package: Package) -> Iterator[DataFault]:
    """A row without value, low and high names the gap it stands for."""
    for table in package.tables.values():
        if not table.has(*FIGURES):
            continue
        for row in table.rows:
            if any(row.text(name) for name in (*FIGURES, "gap_id")):
                continue
            mend = "write a figure, or name a row of curated/gaps.csv in gap_id"
            if not table.has("gap_id"):
                mend = "write a figure"
            yield table.fault(row, "value", "the row holds no number and names no gap", mend)


def units_fit_their_table(package: Package) -> Iterator[DataFault]:
    """A unit is in the codelist, and one this table (or this stage) may hold."""
    known = package.keys("units", "unit")
    for name, table in package.tables.items():
        is_figure = table.has("unit") and not name.startswith("claims/")
        for row in table.rows if is_figure else ():
            unit = row.text("unit")
            allowed = _UNITS_OF_TABLE.get(name)
            if name == "projects":
                allowed = _UNITS_OF_STAGE.get(row.text("stage"))
            if known and unit not in known:
                near = nearest(unit, known).strip()
                yield table.fault(
                    row, "unit", "unknown unit", f"{near} See codelists/units.csv".strip()
                )
            elif allowed and unit not in allowed:
                mend = f"Valid here: {', '.join(sorted(allowed))}"
                yield table.fault(row, "unit", "this table does not hold that unit", mend)


def years_fit_their_period(package: Package) -> Iterator[DataFault]:
    """`year` is the year the period ends in; what is reported or produced is not to come."""
    for table in package.tables.values():
        for row in table.rows if table.has("year", "period", "period_type") else ():
            year = read_number(row.text("year"))
            if year is None:
                continue
            ends = _ending_year(row.text("period"), row.text("period_type"))
            # part of a fiscal year may be filed under the year in which that fiscal year ends
            late = 1 if row.text("period_type") in {"quarter", "half_year"} else 0
            if ends is not None and not ends <= year <= ends + late:
                rule = f"the period {row.text('period')!r} ends in {ends}"
                yield table.fault(row, "year", rule, "write the year in which the period ends")
            is_past = row.text("basis") in _KNOWN_PAST and row.text("period_type") != "target"
            if is_past and year > package.date.year:
                rule = f"a figure {row.text('basis')} for a year after the package's own"
                yield table.fault(row, "year", rule, "correct the year or the basis")


def nothing_is_known_too_early(package: Package) -> Iterator[DataFault]:
    """`known_from` is a date, and not after the date of the package."""
    for table in package.tables.values():
        for row in table.rows if table.has("known_from") else ():
            text = row.text("known_from")
            day = last_day(text)
            if day is None:
                rule = "must not be empty" if not text else "is not a date YYYY-MM-DD"
                yield table.fault(row, "known_from", rule)
            elif day > package.date:
                rule = f"lies after the date of the package ({package.date.isoformat()})"
                yield table.fault(row, "known_from", rule)


def needed_tables_hold_rows(package: Package) -> Iterator[DataFault]:
    """A table the question rests on is not empty."""
    for name in NEEDED:
        table = package.tables.get(name)
        if table and not table.rows:
            yield DataFault(table.path, "", "", "", "the table holds no rows")


RULES: tuple[Rule, ...] = (
    needed_tables_hold_rows,
    numbers_are_plain,
    figures_are_in_order,
    figures_are_possible,
    numberless_rows_name_a_gap,
    units_fit_their_table,
    years_fit_their_period,
    nothing_is_known_too_early,
)


def _impossible(number: float, unit: str) -> str | None:
    if unit in _PERCENT and not 0 <= number <= 100:  # noqa: PLR2004  a percent ends at 100
        return "a percent lies between 0 and 100"
    if unit == "probability" and not 0 <= number <= 1:
        return "a probability lies between 0 and 1"
    if number < 0 and unit.startswith("t_"):
        return "tonnes must not be negative"
    if number < 0 and unit not in {"pct_per_year", "date"}:
        return "must not be negative"
    return None


def _ending_year(period: str, period_type: str) -> int | None:
    """The year a period label ends in, where the label says so."""
    if period_type in {"target", "multi_year", "snapshot", ""}:
        return None
    split = re.search(r"\b(?:FY|CY)?(\d{4})\s*[-/\u2013]\s*(\d{4}|\d{2})\b", period)
    if split and period_type.startswith("fiscal"):
        return int(split[1][: 4 - len(split[2])] + split[2])
    years = re.findall(r"(?:19|20)\d{2}", period)
    return int(years[-1]) if years else None


def find_table(package: Package, name: str) -> Iterator[tuple[Table, Row]]:
    """Rows of one table with their table; none where it is missing."""
    table = package.tables.get(name)
    if table:
        yield from ((table, row) for row in table.rows)


def find_whole(package: Package, name: str, *fields: str) -> Iterator[tuple[Table, Row]]:
    """Rows of one table that has all these columns: a missing one is blamed once, elsewhere."""
    table = package.tables.get(name)
    if table and table.has(*fields):
        yield from ((table, row) for row in table.rows)
