"""Rules of the plant register and of sources: nothing counts twice, nothing weak stands alone."""

from __future__ import annotations

from collections.abc import Iterator

from third_pillar.evidence.reading import Row, Table
from third_pillar.evidence.rules import FIGURES, Package, Rule, find_table, read_number
from third_pillar.vocabulary.codes import AGGREGATES, PlantStatus, Stage
from third_pillar.vocabulary.errors import DataFault

_CAPACITY_TABLES = ("separation_capacity", "metal_capacity", "magnet_capacity")
_GROUPS = AGGREGATES | {"EU27"}
_RUNNING = frozenset({PlantStatus.OPERATING, PlantStatus.COMMISSIONING})
_UNRELIABLE = frozenset({"E", "F"})
_WEAK = "D"
_MAY_LACK_A_SOURCE = frozenset({"gaps"})
"""A gap says where it was sought; not every one has a source that says so."""


def mines_inside_the_nation_count_once(package: Package) -> Iterator[DataFault]:
    """An operating mine counts inside the output of its country, never beside it."""
    mined = set(package.keys("mine_production", "country_iso3"))
    for table, row in _register(package):
        is_running = row.text("status") == PlantStatus.OPERATING
        is_mine = row.text("stage") == Stage.MINE and row.text("country_iso3") in mined
        if is_mine and is_running and row.text("counts") == "own":
            rule = "a mine that operates is inside the national output already"
            yield table.fault(row, "counts", rule, "write national")


def plants_of_unknown_state_do_not_count(package: Package) -> Iterator[DataFault]:
    """A plant whose source does not say whether it runs adds nothing by itself."""
    for table, row in _register(package):
        if row.text("status") == PlantStatus.NOT_STATED and row.text("counts") == "own":
            rule = "its source does not say whether it runs, so it cannot count by itself"
            yield table.fault(row, "counts", rule, "write national, or find its status")


def intermediates_are_of_separation(package: Package) -> Iterator[DataFault]:
    """Only the separation stage has intermediates that another plant separates."""
    for table, row in _register(package):
        if row.text("counts") == "feed" and row.text("stage") != Stage.SEPARATION:
            rule = f"an intermediate of the stage {row.text('stage')}"
            yield table.fault(row, "counts", rule, "feed is for separation only")


def starts_are_said_or_unknown(package: Package) -> Iterator[DataFault]:
    """A start is empty exactly where it is unknown, and a running plant has one."""
    for table, row in find_table(package, "projects"):
        if not table.has("start_year", "start_precision", "status"):
            continue
        is_empty, is_unknown = not row.text("start_year"), row.text("start_precision") == "unknown"
        if is_empty != is_unknown:
            rule = f"precision {row.text('start_precision')!r} beside this start"
            yield table.fault(row, "start_year", rule, "an unknown start is empty")
        elif is_empty and row.text("status") in _RUNNING:
            rule = "a plant that runs or starts up has a start"
            yield table.fault(row, "start_year", rule, "write the first year it was seen running")


def plants_stand_in_countries(package: Package) -> Iterator[DataFault]:
    """No plant stands in, or belongs to, the world or a group of countries."""
    for table, row in find_table(package, "projects"):
        for name in ("country_iso3", "owner_iso3"):
            if row.text(name) in _GROUPS:
                yield table.fault(row, name, "is a group, not a country", "name the country")


def nameplates_stand_once(package: Package) -> Iterator[DataFault]:
    """A capacity table does not repeat the nameplate of a plant of the register."""
    plants = {
        (row.text("country_iso3"), row.text("unit"), read_number(row.text("value"))): row
        for _, row in find_table(package, "projects")
        if row.text("value")
    }
    for name in _CAPACITY_TABLES:
        for table, row in find_table(package, name):
            key = (row.text("country_iso3"), row.text("unit"), read_number(row.text("value")))
            if row.text("measure") == "capacity" and key in plants:
                rule = f"repeats the nameplate of {plants[key].text('project_id')}"
                yield table.fault(row, "value", rule, "a nameplate stands in projects only")


def every_row_has_a_source(package: Package) -> Iterator[DataFault]:
    """A row of a table with sources names one."""
    for name, table in package.tables.items():
        field = next((one for one in ("source_id", "source_ids") if table.has(one)), None)
        if field is None or name in {"sources", *_MAY_LACK_A_SOURCE} or table.has("value"):
            continue  # a row with a value is checked with the names of its sources
        for row in table.rows:
            if not row.items(field):
                yield table.fault(row, field, "a row needs a source", "name a row of sources.csv")


def weak_sources_do_not_stand_alone(package: Package) -> Iterator[DataFault]:
    """A figure or plant rests on no source rated E or F; one rated D needs a gap beside it."""
    rating = {row.text("source_id"): row for _, row in find_table(package, "sources")}
    for name, table in package.tables.items():
        is_figure = table.has(*FIGURES, "gap_id", "source_id") or name == "trade_monthly"
        for row in table.rows if is_figure else ():
            source = rating.get(row.text("source_id"))
            grade = source.text("reliability") if source else ""
            if grade in _UNRELIABLE:
                rule = f"rests on a source of reliability {grade} alone"
                yield table.fault(row, "source_id", rule, "find a source rated A to C")
            elif grade == _WEAK and not row.text("gap_id"):
                rule = "a source of reliability D supports no figure without a gap"
                yield table.fault(row, "source_id", rule, "name the gap, or a better source")


RULES: tuple[Rule, ...] = (
    mines_inside_the_nation_count_once,
    plants_of_unknown_state_do_not_count,
    intermediates_are_of_separation,
    starts_are_said_or_unknown,
    plants_stand_in_countries,
    nameplates_stand_once,
    every_row_has_a_source,
    weak_sources_do_not_stand_alone,
)


def _register(package: Package) -> Iterator[tuple[Table, Row]]:
    """Rows of the register that say how they count."""
    for table, row in find_table(package, "projects"):
        if table.has("counts"):
            yield table, row
