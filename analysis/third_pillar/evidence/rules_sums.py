"""Rules that add up: parts against the totals that publishers print, rows against the record."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from third_pillar.evidence.location import data_folder
from third_pillar.evidence.reading import Row, Table
from third_pillar.evidence.rules import Package, Rule, find_whole, read_number
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import AGGREGATES, REST, WORLD
from third_pillar.vocabulary.errors import DataFault

CHANGELOG = "CHANGELOG.md"
WORLD_TOLERANCE = 0.02
"""Share of the printed world total by which rounded countries may miss it."""
RESERVE_TOLERANCE = 0.05
"""Share by which reserves may exceed the printed lower bound of the world."""
_FEW = 5
"""An edition with fewer countries than this is a single line, not a table."""
_ROUNDING = 1.0
"""Percentage points by which rounded shares may miss what they add up to."""


def countries_add_up_to_the_world(package: Package) -> Iterator[DataFault]:
    """Mine output of the countries of an edition is its printed world total, within 2 %."""
    for table, world, countries in _by_edition(package, "mine_production"):
        total, added = read_number(world.text("value")), _sum(countries)
        if total is not None and abs(added - total) > WORLD_TOLERANCE * total:
            rule = (
                f"the countries of {world.text('edition')} for {world.text('year')} add up to "
                f"{added:,.0f} t, the printed world total is {total:,.0f} t"
            )
            mend = f"compare each country with the edition; {WORLD_TOLERANCE:.0%} is allowed"
            yield table.fault(world, "value", rule, mend)


def no_country_exceeds_the_world(package: Package) -> Iterator[DataFault]:
    """A country does not mine more than the world of the same edition and year."""
    for table, world, countries in _by_edition(package, "mine_production", few=1):
        total = read_number(world.text("value"))
        for row in countries:
            value = read_number(row.text("value"))
            if total is not None and value is not None and value > total:
                rule = f"is more than the world total of its edition ({total:,.0f} t)"
                yield table.fault(row, "value", rule, "compare both with the edition")


def reserves_meet_their_bound(package: Package) -> Iterator[DataFault]:
    """Reserves of an edition add up to its printed lower bound, and hardly to more."""
    for table, world, countries in _by_edition(package, "reserves_resources"):
        bound, added = read_number(world.text("low")), _sum(countries)
        if bound is None:
            continue
        if not bound <= added <= bound * (1 + RESERVE_TOLERANCE):
            rule = (
                f"the reserves of {world.text('edition')} add up to {added:,.0f} t, "
                f"the edition prints more than {bound:,.0f} t"
            )
            mend = f"look for a stale or lost country; {RESERVE_TOLERANCE:.0%} above is allowed"
            yield table.fault(world, "low", rule, mend)


def shares_stay_below_all(package: Package) -> Iterator[DataFault]:
    """Shares of one whole do not add up to more than 100 %."""
    wholes = {
        "import_shares": ("importer_iso3", "product", "measured_by", "period", "edition"),
        "stage_shares": ("stage", "product", "year", "edition"),
    }
    for name, fields in wholes.items():
        groups = _group(find_whole(package, name, "value", *fields), fields)
        for (table, first), *rest in groups.values():
            added = _sum([first, *(row for _, row in rest)])
            if added > 100 + _ROUNDING:
                rule = (
                    f"with the {len(rest)} other shares of the same whole it adds up to {added:g} %"
                )
                mend = "check that all are shares of the same whole, from one edition"
                yield table.fault(first, "value", rule, mend)


def destinations_stay_below_the_world(package: Package) -> Iterator[DataFault]:
    """Exports of a month to named destinations do not exceed those to the world."""
    fields = ("exporter_iso3", "product", "month")
    rows_of = find_whole(package, "trade_monthly", "destination_iso3", "value", *fields)
    groups = _group(rows_of, fields)
    for rows in groups.values():
        worlds = [(t, r) for t, r in rows if r.text("destination_iso3") == WORLD]
        # a group such as EU27 holds members that are named beside it
        named = [r for _, r in rows if re.fullmatch(r"[A-Z]{3}", r.text("destination_iso3"))]
        added = _sum(row for row in named if row.text("destination_iso3") != WORLD)
        for table, world in worlds:
            total = read_number(world.text("value"))
            if total is not None and added > total:
                rule = f"named destinations add up to {added:,.0f} t, more than the world"
                yield table.fault(world, "value", rule, "compare the month with its source")


def the_balance_gives_the_reliance(package: Package) -> Iterator[DataFault]:
    """Printed net import reliance is need less output, over need, within a point."""
    fields = ("country_iso3", "year")
    rows_of = find_whole(package, "apparent_consumption", "measure", "value", *fields)
    groups = _group(rows_of, fields)
    for rows in groups.values():
        found = {row.text("measure"): (table, row) for table, row in rows}
        if not {"production", "apparent_consumption", "net_import_reliance"} <= set(found):
            continue
        output, need, printed = (
            read_number(found[name][1].text("value"))
            for name in ("production", "apparent_consumption", "net_import_reliance")
        )
        if output is None or not need or printed is None:
            continue
        computed = 100 * (need - output) / need
        if abs(computed - printed) > _ROUNDING:
            table, row = found["net_import_reliance"]
            rule = f"output of {output:,.0f} t and need of {need:,.0f} t give {computed:.0f} %"
            yield table.fault(row, "value", rule, "compare the three with one edition")


def coverage_does_not_shrink(package: Package) -> Iterator[DataFault]:
    """No table holds fewer rows than the changelog of the data last recorded for it."""
    for name, recorded in read_recorded_rows(package).items():
        table = package.tables.get(name)
        if table is not None and len(table.rows) < recorded:
            rule = f"{counted(len(table.rows), 'row')}, {CHANGELOG} records {recorded}"
            mend = f"restore what was lost, or record in {CHANGELOG} what was taken out and why"
            yield DataFault(table.path, "", "", str(len(table.rows)), rule, mend)


def read_recorded_rows(package: Package) -> dict[str, int]:
    """Table to the rows that the newest entry of the changelog gives it; empty without one."""
    try:
        text = (data_folder(package.root) / CHANGELOG).read_text(encoding="utf-8")
    except OSError:
        return {}
    found: dict[str, int] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) < 2 or not re.fullmatch(r"[\d, ]+", cells[1]):  # noqa: PLR2004  name, count
            continue
        names, counts = cells[0].split(","), cells[1].split(",")
        if len(names) == len(counts):
            for name, count in zip(names, counts, strict=True):
                found.setdefault(name.strip(), int(count))
    return found


RULES: tuple[Rule, ...] = (
    countries_add_up_to_the_world,
    no_country_exceeds_the_world,
    reserves_meet_their_bound,
    shares_stay_below_all,
    destinations_stay_below_the_world,
    the_balance_gives_the_reliance,
    coverage_does_not_shrink,
)


def _by_edition(
    package: Package, name: str, *, few: int = _FEW
) -> Iterator[tuple[Table, Row, list[Row]]]:
    """The world row of each edition and year with its countries, where there are enough."""
    national = (
        (table, row)
        for table, row in find_whole(package, name, "country_iso3", "edition", "year", "value")
        if row.text("entity") in {"", "national"} and row.text("measure") in {"", "reserve"}
    )
    for rows in _group(national, ("edition", "year", "unit")).values():
        worlds = [(t, r) for t, r in rows if r.text("country_iso3") == WORLD]
        members = [
            r for _, r in rows if r.text("country_iso3") not in AGGREGATES - {REST}
        ]  # "other countries" is a part of the world
        if len(worlds) == 1 and len(members) >= few:
            yield (*worlds[0], members)


def _group(
    rows: Iterable[tuple[Table, Row]], fields: tuple[str, ...]
) -> dict[tuple[str, ...], list[tuple[Table, Row]]]:
    groups: dict[tuple[str, ...], list[tuple[Table, Row]]] = defaultdict(list)
    for table, row in rows:
        groups[tuple(row.text(name) for name in fields)].append((table, row))
    return groups


def _sum(rows: Iterable[Row]) -> float:
    return sum(read_number(row.text("value")) or 0.0 for row in rows)
