"""Rules about names: every country, stage, source, gap and figure that is named exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from third_pillar.evidence.location import data_folder, scenarios_folder
from third_pillar.evidence.reading import Row, Table, read_yaml
from third_pillar.evidence.rules import Package, Rule, find_table
from third_pillar.evidence.scenario_rows import CHANGEABLE
from third_pillar.evidence.scenarios import find_scenario_faults
from third_pillar.vocabulary.codes import STAGES, Basis, PlantStatus
from third_pillar.vocabulary.errors import DataFault
from third_pillar.vocabulary.parameters import nearest
from third_pillar.vocabulary.specifications import find_family_faults

_COUNTRY_FIELDS = (
    "country_iso3",
    "owner_iso3",
    "exporter_iso3",
    "importer_iso3",
    "destination_iso3",
)
_COUNTRY_LISTS = ("countries", "destinations", "country_iso3")
_SOURCE_FIELDS = ("source_id", "source_id_2", "source_ids")


def countries_are_known(package: Package) -> Iterator[DataFault]:
    """Every country code, alone or in a list, is in the codelist."""
    known = package.keys("countries", "country_iso3")
    for name, table in package.tables.items():
        if name == "countries" or not known:
            continue
        fields = (*_COUNTRY_LISTS, *_COUNTRY_FIELDS[1:])
        for field in (field for field in fields if table.has(field)):
            # free wording such as "all" is allowed where a control names its destinations
            is_code = re.compile(r"[A-Z]{3}" if field == "destinations" else r".*")
            for row in table.rows:
                for code in row.items(field):
                    if code not in known and is_code.fullmatch(code):
                        yield _unknown(table, row, field, code, what="country", known=known)


def stages_are_known(package: Package) -> Iterator[DataFault]:
    """Every stage is in the codelist, or one of the four."""
    known = tuple(dict.fromkeys((*package.keys("stages", "stage"), *map(str, STAGES))))
    for table in package.tables.values():
        for row in table.rows if table.has("stage") else ():
            for stage in row.items("stage"):
                if stage not in known:
                    yield _unknown(table, row, "stage", stage, what="stage", known=known)


def sources_are_known(package: Package) -> Iterator[DataFault]:
    """Every source named is a row of sources.csv; a figure names one."""
    known = package.keys("sources", "source_id")
    for name, table in package.tables.items():
        for field in _SOURCE_FIELDS if name != "sources" and known else ():
            for row in table.rows if table.has(field) else ():
                named = row.items(field)
                for source in named:
                    if source not in known:
                        yield _unknown(table, row, field, source, what="source_id", known=known)
                if not named and field == "source_id" and table.has("value"):
                    yield table.fault(row, field, "a figure needs a source")


def gaps_are_known(package: Package) -> Iterator[DataFault]:
    """Every gap named is a row of gaps.csv."""
    known = package.keys("gaps", "gap_id")
    for name, table in package.tables.items():
        for row in table.rows if name != "gaps" and table.has("gap_id") else ():
            for gap in row.items("gap_id"):
                if gap not in known:
                    yield _unknown(table, row, "gap_id", gap, what="gap_id", known=known)


def keys_are_unique(package: Package) -> Iterator[DataFault]:
    """No two rows of a table share their key."""
    for table in package.tables.values():
        key = table.resource.key
        seen: dict[tuple[str, ...], int] = {}
        for row in table.rows if key and table.has(*key) else ():
            value = tuple(row.text(name) for name in key)
            if value in seen:
                rule = f"duplicate key: the same as in line {seen[value]}"
                mend = "give each row a key of its own"
                field, shown = ", ".join(key), ", ".join(value)
                yield DataFault(table.path, table.label(row), field, shown, rule, mend)
            seen.setdefault(value, row.line)


def lists_are_closed(package: Package) -> Iterator[DataFault]:
    """Basis and plant status are words of the vocabulary."""
    closed = {"basis": tuple(map(str, Basis))}
    for name, table in package.tables.items():
        lists = {**closed, "status": tuple(map(str, PlantStatus))} if name == "projects" else closed
        for field, known in lists.items():
            for row in table.rows if table.has(field) else ():
                if row.text(field) not in known:
                    yield _unknown(table, row, field, row.text(field), what=field, known=known)


def conflicts_name_figures(package: Package) -> Iterator[DataFault]:
    """Every figure of a conflict is a row of some table."""
    known = tuple(
        row.text(key)
        for table in package.tables.values()
        for key in ("figure_id", "project_id")
        if table.has(key)
        for row in table.rows
    )
    for table, row in find_table(package, "conflicts"):
        for figure in row.items("figure_ids"):
            if figure not in known:
                yield _unknown(table, row, "figure_ids", figure, what="figure_id", known=known)


def controls_name_events(package: Package) -> Iterator[DataFault]:
    """Every event of a control is a row of policy_events.csv."""
    known = package.keys("policy_events", "event_id")
    for table, row in find_table(package, "export_controls"):
        for event in row.items("event_id"):
            if event not in known:
                yield _unknown(table, row, "event_id", event, what="event_id", known=known)


def scenarios_hold(package: Package) -> Iterator[DataFault]:
    """Every scenario file has its keys and changes known assumptions and rows only."""
    units = {
        row.text("assumption_id"): row.text("unit") for _, row in find_table(package, "assumptions")
    }
    paths = sorted(scenarios_folder(package.root).glob("*.yml"))
    if "baseline" not in [path.stem for path in paths]:
        yield DataFault("scenarios", "", "", "", "the file baseline.yml is missing")
    rows = {name: package.keys(name, key) for name, (key, _) in CHANGEABLE.items()}
    for path in paths:
        yield from find_scenario_faults(path, assumptions=units or None, rows=rows)


def specifications_hold(package: Package) -> Iterator[DataFault]:
    """Every file of specifications makes each choice its reading needs, and no other."""
    pools = package.keys("country_sets", "set_id")
    for path in sorted((data_folder(package.root) / "specifications").glob("*.yml")):
        place = f"specifications/{path.name}"
        try:
            content = read_yaml(path)
        except ValueError as error:
            yield DataFault(place, "", "", "", str(error))
            continue
        for field, rule in find_family_faults(content, pools=tuple(pools)):
            yield DataFault(place, "", field, "", rule)


RULES: tuple[Rule, ...] = (
    countries_are_known,
    stages_are_known,
    sources_are_known,
    gaps_are_known,
    keys_are_unique,
    lists_are_closed,
    conflicts_name_figures,
    controls_name_events,
    scenarios_hold,
    specifications_hold,
)


def _unknown(
    table: Table, row: Row, field: str, value: str, *, what: str, known: tuple[str, ...]
) -> DataFault:
    near = nearest(value, known).strip()
    few = f"Valid: {', '.join(known)}" if 0 < len(known) <= 12 else ""  # noqa: PLR2004  one line
    return DataFault(
        table.path, table.label(row), field, value, f"unknown {what}", f"{near} {few}".strip()
    )
