"""Rules of annual trade: what looks alike in customs data and must not be taken for the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from third_pillar.evidence.reading import Row, Table
from third_pillar.evidence.rules import Package, Rule, find_table, read_number
from third_pillar.vocabulary.codes import WORLD
from third_pillar.vocabulary.errors import DataFault

_TABLE = "trade_annual"
_SCOPE_OF_SYSTEM = {"HS4": ("heading", 4), "HS6": ("hs6", 6), "EU-BASKET": ("basket", 0)}
_NATIONAL = "national"
_ISSUERS = {
    "CN": frozenset({"CHN"}),
    "IN-ITC": frozenset({"IND"}),
    "KR-HSK10": frozenset({"KOR"}),
    "US-HTS10": frozenset({"USA"}),
}
_EU_SYSTEMS = frozenset({"EU-CN8", "EU-BASKET"})
_ROUNDED = 1.02
"""Partners may exceed the printed world by rounding, not by more."""

JUDGED_FROM_KG = 10_000
"""Smaller consignments are samples and special grades; their unit value says nothing."""

_SLIPS = {
    1e5: "the weight looks like lakh taken for single units",
    1e6: "the value looks like millions taken for single units",
    1e7: "the value looks like crore taken for single units",
    10.0: "lakh taken for millions is a factor of ten",
    1e3: "tonnes taken for kilograms are a factor of a thousand",
}


class _Flow(NamedTuple):
    """What identifies a flow, without its partner and its unit bucket."""

    reporter: str
    flow: str
    system: str
    code: str
    period: str


def _flow(row: Row) -> _Flow:
    return _Flow(
        *(row.text(name) for name in ("reporter_iso3", "flow", "system", "code", "period"))
    )


def codes_belong_to_their_reporter(package: Package) -> Iterator[DataFault]:
    """A national line is that of the reporter: the same digits are other goods elsewhere."""
    union = {
        row.text("country_iso3")
        for _, row in find_table(package, "country_sets")
        if row.text("set_id") == "eu27"
    } | {"EU27"}
    for table, row in find_table(package, _TABLE):
        system, reporter = row.text("system"), row.text("reporter_iso3")
        issuers = union if system in _EU_SYSTEMS else _ISSUERS.get(system)
        is_listed = len(union) > 1 or system not in _EU_SYSTEMS
        if issuers and is_listed and reporter not in issuers:
            rule = f"lines of {system} are not those of {reporter}: same digits, other goods"
            yield table.fault(row, "system", rule, "name the reporter's own system and line")


def scopes_fit_their_codes(package: Package) -> Iterator[DataFault]:
    """Heading, six digits, national line and basket are told apart, and have the digits for it."""
    for table, row in find_table(package, _TABLE):
        scope, digits = _SCOPE_OF_SYSTEM.get(row.text("system"), (_NATIONAL, 8))
        code = row.text("code")
        if row.text("code_scope") != scope:
            rule = f"{row.text('system')} is of scope {scope}"
            yield table.fault(row, "code_scope", rule)
        if scope != "basket" and (not code.isdigit() or len(code) < digits):
            rule = f"a code of {row.text('system')} has {digits} digits; is a leading zero lost?"
            yield table.fault(row, "code", rule)


def years_are_of_one_kind(package: Package) -> Iterator[DataFault]:
    """A series is in fiscal or in calendar years, and its labels say so."""
    kinds: dict[tuple[str, ...], str] = {}
    for table, row in find_table(package, _TABLE):
        kind, label = row.text("period_type"), row.text("period")
        if label.startswith("FY") != kind.startswith("fiscal"):
            yield table.fault(row, "period", f"is no label of a {kind.replace('_', ' ')}")
        known = kinds.setdefault(tuple(_flow(row)[:-1]), kind)
        if kind != known:
            rule = f"fiscal and calendar years in one series (the others are {known})"
            mend = "keep one kind of year a reporter, flow and line"
            yield table.fault(row, "period_type", rule, mend)


def missing_is_not_zero(package: Package) -> Iterator[DataFault]:
    """What is withheld is empty; nothing is written as zero; money has its kind."""
    for table, row in find_table(package, _TABLE):
        value, weight = row.text("value"), row.text("net_kg")
        withheld = row.text("withheld")
        for field in ("value", "net_kg"):
            if read_number(row.text(field)) == 0:
                mend = "leave it empty; say in `withheld` or in the note why"
                yield table.fault(row, field, "zero stands for what is not known", mend)
        if withheld != "none" and value and weight:
            yield table.fault(row, "withheld", "names a withheld figure; both are given")
        if withheld == "none" and not value and not weight:
            yield table.fault(row, "value", "the row holds no figure and does not say why")
        for field in ("currency", "valuation"):
            if bool(value) != bool(row.text(field)):
                yield table.fault(row, field, "goes with a value: both are given, or neither")


def buckets_are_apart(package: Package) -> Iterator[DataFault]:
    """Weight belongs to lines counted in kilograms; a whole never stands beside its parts."""
    seen: dict[tuple[str, ...], set[str]] = defaultdict(set)
    rows = list(find_table(package, _TABLE))
    for _, row in rows:
        seen[*_flow(row), row.text("partner_iso3")].add(row.text("unit_bucket"))
    for table, row in rows:
        bucket = row.text("unit_bucket")
        if bucket in {"number", "none_collected"} and row.text("net_kg"):
            yield table.fault(row, "net_kg", f"lines of the bucket {bucket} have no weight")
        others = seen[*_flow(row), row.text("partner_iso3")] - {"all"}
        if bucket == "all" and others:
            rule = f"the whole stands beside its parts ({', '.join(sorted(others))})"
            yield table.fault(row, "unit_bucket", rule, "keep the parts: they are added in value")


def unit_values_are_believable(package: Package) -> Iterator[DataFault]:
    """Dollars a kilogram lie in the band of the line: ferrite, lakh and crore stand out."""
    bands = {
        (row.text("system"), row.text("code")): (
            read_number(row.text("low_usd_per_kg")),
            read_number(row.text("high_usd_per_kg")),
        )
        for _, row in find_table(package, "unit_values")
    }
    for table, row in find_table(package, _TABLE):
        value, weight = read_number(row.text("value")), read_number(row.text("net_kg"))
        low, high = bands.get((row.text("system"), row.text("code")), (None, None))
        is_judged = row.text("currency") == "usd" and (weight or 0) >= JUDGED_FROM_KG
        if value is None or not weight or low is None or high is None or not is_judged:
            continue
        unit_value = value / weight
        if not low <= unit_value <= high:
            yield _unbelievable(table, row, unit_value, low, high)


def _unbelievable(table: Table, row: Row, unit_value: float, low: float, high: float) -> DataFault:
    rule = f"{unit_value:.3g} USD a kg lies outside {low:g} to {high:g} of this line"
    slips = [
        said
        for factor, said in _SLIPS.items()
        if low <= unit_value * factor <= high or low <= unit_value / factor <= high
    ]
    mend = f"{slips[0]}; " if slips else ""
    return table.fault(
        row, "value", rule, f"{mend}correct it, or leave the figure out and say so in `withheld`"
    )


def partners_fit_the_world(package: Package) -> Iterator[DataFault]:
    """Named partners together do not exceed the world row of the same flow."""
    parts: dict[tuple[_Flow, str], float] = defaultdict(float)
    wholes: list[tuple[Table, Row]] = []
    for table, row in find_table(package, _TABLE):
        if row.text("partner_iso3") == WORLD:
            wholes.append((table, row))
            continue
        for field in ("value", "net_kg"):
            parts[_flow(row), field] += read_number(row.text(field)) or 0.0
    for table, row in wholes:
        for field in ("value", "net_kg"):
            whole, named = read_number(row.text(field)), parts[_flow(row), field]
            if whole is not None and named > whole * _ROUNDED:
                rule = f"its partners add up to {named:,.0f}, more than the world"
                yield table.fault(row, field, rule)


RULES: tuple[Rule, ...] = (
    codes_belong_to_their_reporter,
    scopes_fit_their_codes,
    years_are_of_one_kind,
    missing_is_not_zero,
    buckets_are_apart,
    unit_values_are_believable,
    partners_fit_the_world,
)
