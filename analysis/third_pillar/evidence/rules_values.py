"""Rules against the errors that look like figures: wrong unit, glued digit, mixed years."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from third_pillar.evidence.reading import Row, Table
from third_pillar.evidence.rules import Package, Rule, find_table, find_whole, read_number
from third_pillar.vocabulary.errors import DataFault

GLUED_RATIO = 6.0
"""A value this many times its usual neighbour may have swallowed the digit of a footnote."""
_NEAR = 0.25
"""Share by which a value without its last digit may differ from its neighbours."""
PRICE_RATIO = 4.0
"""A price this far from the median of its product is in another unit."""
_PRICE_BOUNDS = (0.1, 20_000.0)
_RUPEES_A_DOLLAR = (60.0, 110.0)
_CRORE_BOUNDS = (1.0, 100_000.0)
_CHEMISTRY = 2.83
"""Tonnes of magnet from a tonne of NdPr oxide at 30 % rare earth and no loss (§3.1)."""
_CUSTOMS_LINE = re.compile(r"HS ?8505|\b8505\d{2}|ferrite")
_SAME = 0.005
"""Share by which two tonnages may differ and still be one number, rounded."""
_SERIES = {
    "mine_production": (("country_iso3",), 1),
    "reserves_resources": (("country_iso3", "entity", "measure"), 15),
    "apparent_consumption": (("country_iso3", "measure", "product"), 1),
}
"""Table to the fields of one series, and the years within which figures are neighbours."""
_LABELS = (
    (re.compile(r"CY\d{4}"), frozenset({"calendar_year"}), "a calendar year"),
    (
        re.compile(r"FY\d{4}-\d{2}"),
        frozenset({"fiscal_year_apr_mar", "fiscal_year_jul_jun", "multi_year"}),
        "a fiscal year",
    ),
    (
        re.compile(r"[A-Z][a-z]{2}-[A-Z][a-z]{2} \d{4}"),
        frozenset({"quarter", "half_year"}),
        "part of a year",
    ),
)
_FISCAL_COUNTRIES = {
    "fiscal_year_apr_mar": frozenset({"IND", "JPN"}),
    "fiscal_year_jul_jun": frozenset({"AUS"}),
}
_COUNTRY_FIELDS = ("country_iso3", "owner_iso3", "importer_iso3")


def no_footnote_is_glued(package: Package) -> Iterator[DataFault]:
    """No figure is ten times its neighbours: 2,900 with footnote 1 is read as 29001."""
    for name, (fields, span) in _SERIES.items():
        series: dict[tuple[str, ...], list[tuple[Table, Row]]] = defaultdict(list)
        for table, row in find_whole(package, name, "unit", "year", "value", *fields):
            key = (*(row.text(field) for field in fields), row.text("unit"))
            series[key].append((table, row))
        for rows in series.values():
            for table, row in rows:
                others = [other for _, other in rows if other is not row]
                near = _neighbours(row, others, span)
                yield from _glued(table, row, near)


def prices_are_in_their_unit(package: Package) -> Iterator[DataFault]:
    """A price is within reach of the others of its product: not a tonne, not rupees."""
    prices: dict[str, list[tuple[Table, Row]]] = defaultdict(list)
    for table, row in find_table(package, "prices"):
        if row.text("unit") == "usd_per_kg" and read_number(row.text("value")) is not None:
            prices[row.text("product")].append((table, row))
    mend = "convert to US dollars a kilogram, not a tonne and not another currency"
    for product, rows in prices.items():
        for table, row in rows:
            value = float(row.text("value"))
            others = [float(other.text("value")) for _, other in rows if other is not row]
            usual = median(others) if others else value
            if not usual / PRICE_RATIO <= value <= usual * PRICE_RATIO:
                rule = f"{value:g} USD a kg where other prices of {product} are about {usual:g}"
                yield table.fault(row, "value", rule, mend)
            elif not _PRICE_BOUNDS[0] <= value <= _PRICE_BOUNDS[1]:
                yield table.fault(row, "value", "is no price of a rare earth in USD a kg", mend)


def customs_lines_are_not_ndfeb(package: Package) -> Iterator[DataFault]:
    """What a customs line of all magnets holds is never NdFeB: most of it is ferrite."""
    customs: dict[str, list[float]] = defaultdict(list)
    for _, row in find_table(package, "magnet_demand"):
        value = read_number(row.text("value"))
        if row.text("unit") == "t_magnets_all" and value is not None:
            customs[row.text("country_iso3")].append(value)
    mend = "the unit of a customs line is t_magnets_all; NdFeB needs a source of its own"
    for name, table in package.tables.items():
        if name.startswith("claims/") or not table.has("value", "unit"):
            continue
        for row in table.rows:
            if row.text("unit") != "t_ndfeb":
                continue
            said = f"{row.text('figure_id')} {row.text('scope')} {row.text('product')}"
            value = read_number(row.text("value"))
            same = customs[row.text("country_iso3")]
            if _CUSTOMS_LINE.search(said):
                yield table.fault(row, "unit", "a customs line of all magnets is not NdFeB", mend)
            elif value and any(abs(value - other) <= _SAME * other for other in same):
                rule = "is the tonnage of a customs line of all magnets, not NdFeB"
                yield table.fault(row, "value", rule, mend)


def rupees_are_crore(package: Package) -> Iterator[DataFault]:
    """Sums in crore of rupees are not lakh, and agree with the dollars beside them."""
    fields = ("country_iso3", "programme", "entity", "measure", "period")
    dollars = {
        tuple(row.text(name) for name in fields): read_number(row.text("value"))
        for _, row in find_table(package, "national_programmes")
        if row.text("unit") == "usd_m"
    }
    mend = "a crore is ten million rupees, a lakh a hundred thousand"
    low, high = _RUPEES_A_DOLLAR
    for table, row in find_table(package, "national_programmes"):
        value = read_number(row.text("value"))
        if row.text("unit") != "inr_crore" or not value:
            continue
        beside = dollars.get(tuple(row.text(name) for name in fields))
        if beside and not low <= value * 10 / beside <= high:
            rule = f"beside {beside:g} million dollars it makes {value * 10 / beside:.3g} rupees"
            yield table.fault(row, "value", f"{rule} a dollar", mend)
        elif not _CRORE_BOUNDS[0] <= value <= _CRORE_BOUNDS[1]:
            yield table.fault(row, "value", "is no sum of a programme in crore of rupees", mend)


def periods_are_of_one_kind(package: Package) -> Iterator[DataFault]:
    """A label of a calendar or fiscal year has that kind, and a country its own fiscal year."""
    for table in package.tables.values():
        for row in table.rows if table.has("period", "period_type") else ():
            kind, label = row.text("period_type"), row.text("period")
            for pattern, kinds, said in _LABELS:
                if pattern.fullmatch(label) and kind not in kinds:
                    rule = f"{label!r} is {said}"
                    mend = f"write {' or '.join(sorted(kinds))}"
                    yield table.fault(row, "period_type", rule, mend)
            if kind.startswith("fiscal") and re.fullmatch(r"CY\d{4}", label) is None:
                yield from _wrong_fiscal_year(table, row, kind)


def yields_obey_chemistry(package: Package) -> Iterator[DataFault]:
    """No yield is above what 30 % of rare earth without any loss would give."""
    for table, row in find_table(package, "assumptions"):
        if row.text("unit") != "t_ndfeb_per_t_ndpr_oxide":
            continue
        for name in ("value", "low", "high"):
            number = read_number(row.text(name))
            if number is not None and number > _CHEMISTRY:
                rule = f"more than chemistry allows ({_CHEMISTRY} t at 30 % rare earth, no loss)"
                yield table.fault(row, name, rule, "a factor of three is not physical")


def spans_begin_before_they_end(package: Package) -> Iterator[DataFault]:
    """A link or a suspension does not end before it begins."""
    spans = (("effective_from", "effective_to"), ("suspended_from", "suspended_to"))
    for table in package.tables.values():
        for begins, ends in spans:
            for row in table.rows if table.has(begins, ends) else ():
                first, last = row.text(begins), row.text(ends)
                if first and last and last < first:
                    yield table.fault(row, ends, f"lies before {begins} ({first})")


RULES: tuple[Rule, ...] = (
    no_footnote_is_glued,
    prices_are_in_their_unit,
    customs_lines_are_not_ndfeb,
    rupees_are_crore,
    periods_are_of_one_kind,
    yields_obey_chemistry,
    spans_begin_before_they_end,
)


def _neighbours(row: Row, others: Sequence[Row], span: int) -> tuple[list[float], list[float]]:
    """Figures of the years beside it in its own edition, and those of every edition."""
    year = read_number(row.text("year"))
    own, every = [], []
    for other in others:
        then, value = read_number(other.text("year")), read_number(other.text("value"))
        if year is None or then is None or abs(then - year) > span or not value:
            continue
        every.append(value)
        if other.text("edition") == row.text("edition"):
            own.append(value)
    return own, every


def _glued(
    table: Table, row: Row, near: tuple[Sequence[float], Sequence[float]]
) -> Iterator[DataFault]:
    """A fault where the figure stands far above its edition, or above every edition.

    Editions revise each other by large factors, so being far above one of them says nothing.
    """
    value, (own, every) = read_number(row.text("value")), near
    if not value or not every:
        return
    is_above_own = bool(own) and value >= GLUED_RATIO * median(own)
    if not is_above_own and value < GLUED_RATIO * max(every):
        return
    for digits in (1, 2):
        shorter = value // 10**digits
        if any(abs(shorter - other) <= _NEAR * other for other in every):
            shown = ", ".join(f"{other:,.0f}" for other in (own or every)[:3])
            rule = f"is about {10**digits} times its neighbours ({shown})"
            mend = f"a footnote may be glued to the number: {shorter:,.0f}?"
            yield table.fault(row, "value", rule, mend)
            return


def _wrong_fiscal_year(table: Table, row: Row, kind: str) -> Iterator[DataFault]:
    """A fiscal year belongs to the country of the row or of its owner."""
    named = {row.text(name) for name in _COUNTRY_FIELDS if table.has(name)} - {""}
    if named and not named & _FISCAL_COUNTRIES.get(kind, named):
        rule = f"{', '.join(sorted(named))} has no such fiscal year"
        yield table.fault(row, "period_type", rule, "April to March is India, July to June Lynas")
