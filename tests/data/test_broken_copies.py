"""Broken copies of the shipped data: one fault each, found with its table, row, field and rule."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from third_pillar.cli.main import main
from third_pillar.evidence import count_package, rules_sums, rules_values, validate_package
from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.reading import Row, Table, read_table
from third_pillar.evidence.rules import Package, dt
from third_pillar.evidence.schema_check import find_schema_faults
from third_pillar.evidence.validation import ALL_RULES
from third_pillar.vocabulary.errors import DataFault

ROOT = Path(__file__).resolve().parents[2]
DATE = dt.date(2026, 11, 22)

# what is broken: table, row, its cells changed, the row and field blamed, words of the rule
CELLS: list[tuple[str, str, str, dict[str, str], str, str, str]] = [
    # sums against printed totals
    ("a country lost a digit", "mine_production", "MINE-AUS-2024-MCS2026", {"value": "2900"},
     "MINE-WLD-2024-MCS2026", "value", "the printed world total is"),
    ("a world total of another year", "mine_production", "MINE-WLD-2025-MCS2026",
     {"value": "500000"}, "MINE-WLD-2025-MCS2026", "value", "add up to"),
    ("a country above the world", "mine_production", "MINE-CHN-2020-MYB2022",
     {"value": "1400000"}, "MINE-CHN-2020-MYB2022", "value", "more than the world total"),
    ("Brazil's stale reserve", "reserves_resources", "RES-BRA-MCS2026", {"value": "21000000"},
     "RES-WLD-MCS2026", "low", "add up to 85"),
    ("India's withdrawn reserve", "reserves_resources", "RES-IND-MCS2026",
     {"value": "6900000"}, "RES-WLD-MCS2026", "low", "prints more than 75,000,000"),
    ("shares above the whole", "import_shares", "IMP-USA-MYS-MCS2026", {"value": "31"},
     "IMP-USA-CHN-MCS2026", "value", "adds up to 118 %"),
    ("a month above the world", "trade_monthly", "TRD-CHN-DEU-2025-06", {"value": "7640"},
     "TRD-CHN-WLD-2025-06", "value", "more than the world"),
    ("a reliance of another year", "apparent_consumption", "US-NIR-2024", {"value": "67"},
     "US-NIR-2024", "value", "give 52 %"),
    ("an output of the older edition", "apparent_consumption", "US-PROD-2024",
     {"value": "1300"}, "US-NIR-2024", "value", "give 86 %"),
    # digits and units
    ("a footnote glued to a figure", "mine_production", "MINE-IND-2022-MYB2022",
     {"value": "29001"}, "MINE-IND-2022-MYB2022", "value", "10 times its neighbours"),
    ("a footnote of two digits", "mine_production", "MINE-MYS-2024-MCS2026",
     {"value": "14012"}, "MINE-MYS-2024-MCS2026", "value", "100 times its neighbours"),
    ("a footnote glued to a reserve", "reserves_resources", "RES-ZAF-MCS2026",
     {"value": "8600001"}, "RES-ZAF-MCS2026", "value", "10 times its neighbours"),
    ("a price a tonne", "prices", "PRC-NDPR_OXIDE-USGS-2024", {"value": "55000"},
     "PRC-NDPR_OXIDE-USGS-2024", "value", "other prices of ndpr_oxide are about"),
    ("a price in rupees", "prices", "PRC-NDPR-EU-2025-09",
     {"value": "5000", "low": "", "high": ""}, "PRC-NDPR-EU-2025-09", "value", "5000 USD a kg"),
    ("a price of a gram", "prices", "PRC-Y-EU-2025-09",
     {"value": "0.05", "low": "", "high": ""}, "PRC-Y-EU-2025-09", "value", "no price of a rare"),
    ("lakh for crore", "national_programmes", "IND-REPM-OUTLAY", {"value": "728000"},
     "IND-REPM-OUTLAY", "value", "no sum of a programme in crore"),
    ("crore that the dollars deny", "national_programmes", "IND-HS850511-INR-FY2025",
     {"value": "174400"}, "IND-HS850511-INR-FY2025", "value", "rupees a dollar"),
    ("ferrite for NdFeB", "magnet_demand", "HS850511-IND-FY2025", {"unit": "t_ndfeb"},
     "HS850511-IND-FY2025", "unit", "customs line of all magnets is not NdFeB"),
    ("53,748 t as India's need", "magnet_demand", "DEM-IND-2025",
     {"value": "53748", "low": "", "high": ""}, "DEM-IND-2025", "value", "tonnage of a customs"),
    ("53,700 t as Indian output", "magnet_capacity", "MAG-IND-2025", {"value": "53700"},
     "MAG-IND-2025", "value", "tonnage of a customs line"),
    ("a yield of three", "assumptions", "magnet_per_ndpr_oxide", {"high": "3"},
     "magnet_per_ndpr_oxide", "high", "more than chemistry allows"),
    ("a unit of another stage", "projects", "MAG-USA-VULCAN", {"unit": "t_reo"},
     "MAG-USA-VULCAN", "unit", "does not hold that unit"),
    ("an unknown unit", "separation_capacity", "SEP-USA-MP-NDPR-2025", {"unit": "t_ndpr"},
     "SEP-USA-MP-NDPR-2025", "unit", "unknown unit"),
    # years
    ("a fiscal year as calendar", "magnet_demand", "IMP-IND-2024",
     {"period_type": "calendar_year"}, "IMP-IND-2024", "period_type", "is a fiscal year"),
    ("a calendar year as fiscal", "prices", "PRC-DY_OXIDE-USGS-2022",
     {"period_type": "fiscal_year_apr_mar"}, "PRC-DY_OXIDE-USGS-2022", "period_type",
     "is a calendar year"),
    ("a quarter as a year", "separation_capacity", "SEP-USA-MP-NDPR-2026Q1",
     {"period_type": "calendar_year"}, "SEP-USA-MP-NDPR-2026Q1", "period_type", "part of a year"),
    ("the fiscal year of another land", "separation_capacity", "SEP-MYS-LYNAS-NDPR-FY2025",
     {"period_type": "fiscal_year_apr_mar"}, "SEP-MYS-LYNAS-NDPR-FY2025", "period_type",
     "no such fiscal year"),
    ("a year beside its period", "mine_production", "MINE-USA-2023-MCS2025", {"year": "2024"},
     "MINE-USA-2023-MCS2025", "year", "ends in 2023"),
    ("output of a year to come", "separation_capacity", "SEP-USA-MP-NDPR-2025",
     {"year": "2027", "period": "CY2027"}, "SEP-USA-MP-NDPR-2025", "year",
     "a year after the package's own"),
    ("known after the release", "projects", "MAG-EST-NARVA-1", {"known_from": "2027-01-01"},
     "MAG-EST-NARVA-1", "known_from", "after the date of the package"),
    ("a suspension that ends first", "export_controls", "CTL-2024-46-2",
     {"suspended_to": "2025-01-01"}, "CTL-2024-46-2", "suspended_to", "lies before"),
    # names
    ("an unknown source", "projects", "MET-GBR-LCM", {"source_id": "EARNINGSIQ"},
     "MET-GBR-LCM", "source_id", "unknown source_id"),
    ("an unknown second source", "projects", "MAG-USA-10X", {"source_id_2": "INVESTING"},
     "MAG-USA-10X", "source_id_2", "unknown source_id"),
    ("a figure without a source", "magnet_capacity", "MAG-XCN-2025", {"source_id": ""},
     "MAG-XCN-2025", "source_id", "a figure needs a source"),
    ("an event without a source", "policy_events", "E05", {"source_id": ""},
     "E05", "source_id", "a row needs a source"),
    ("a figure on a weak relay", "magnet_capacity", "MAG-XCN-2025",
     {"source_id": "HACKERNEWS-2023"}, "MAG-XCN-2025", "source_id", "reliability E"),
    ("a blog without a gap", "metal_capacity", "MET-JPN", {"gap_id": "", "value": "5500"},
     "MET-JPN", "source_id", "without a gap"),
    ("an unknown country", "links", "LNK-MYS-JPN-JARE", {"destination_iso3": "JAP"},
     "LNK-MYS-JPN-JARE", "destination_iso3", "unknown country"),
    ("an unknown gap", "projects", "MAG-DEU-VAC", {"gap_id": "GAP-DEU-MAGNETS"},
     "MAG-DEU-VAC", "gap_id", "unknown gap_id"),
    ("an unknown figure in a conflict", "conflicts", "CON-IND-MINE",
     {"figure_ids": "MINE-IND-2026-MCS2026"}, "CON-IND-MINE", "figure_ids", "unknown figure_id"),
    # the register
    ("a mine beside the nation", "projects", "MINE-USA-MOUNTAINPASS", {"counts": "own"},
     "MINE-USA-MOUNTAINPASS", "counts", "inside the national output"),
    ("a deposit that counts", "projects", "MINE-CHN-BAYANOBO", {"counts": "own"},
     "MINE-CHN-BAYANOBO", "counts", "does not say whether it runs"),
    ("an intermediate magnet", "projects", "MAG-USA-NOVEON", {"counts": "feed"},
     "MAG-USA-NOVEON", "counts", "an intermediate of the stage magnet"),
    ("an invented start", "projects", "MAG-MYS-JSLINK", {"start_year": "2027"},
     "MAG-MYS-JSLINK", "start_year", "precision 'unknown'"),
    ("a running plant without a start", "projects", "MAG-KOR-SEONGLIM",
     {"start_year": "", "start_precision": "unknown"}, "MAG-KOR-SEONGLIM", "start_year",
     "a plant that runs"),
    ("a plant of the world", "projects", "MAG-KOR-SEONGLIM", {"owner_iso3": "WLD"},
     "MAG-KOR-SEONGLIM", "owner_iso3", "is a group"),
    ("a nameplate twice", "magnet_capacity", "MAG-IND-2025",
     {"measure": "capacity", "value": "500"}, "MAG-IND-2025", "value", "MAG-IND-MIDWEST-1"),
    ("an unknown status", "projects", "MAG-USA-EVAC", {"status": "planned"},
     "MAG-USA-EVAC", "status", "unknown status"),
    # figures
    ("a thousands separator", "projects", "MAG-USA-VULCAN", {"value": "10,000"},
     "MAG-USA-VULCAN", "value", "not a plain number"),
    ("a range upside down", "magnet_demand", "DEM-IND-2025", {"low": "5000"},
     "DEM-IND-2025", "value", "does not hold"),
    ("a blank without a gap", "projects", "MAG-DEU-VAC", {"gap_id": ""},
     "MAG-DEU-VAC", "value", "names no gap"),
    ("negative tonnes", "mine_production", "MINE-IND-2025-MCS2026", {"value": "-2900"},
     "MINE-IND-2025-MCS2026", "value", "must not be negative"),
    ("a share above 100", "stage_shares", "SHR-CHN-MET-2024", {"value": "197"},
     "SHR-CHN-MET-2024", "value", "between 0 and 100"),
]  # fmt: skip

# a correction undone: table, row, field, the publisher's figure, the correction that guards it
UNDONE = [
    ("reserves_resources", "RES-BRA-MCS2026", "value", "21000000", "COR-BRA-RESERVES"),
    ("reserves_resources", "RES-IND-MCS2026", "value", "6900000", "COR-IND-RESERVES"),
    ("magnet_demand", "HS850511-IND-FY2025", "unit", "t_ndfeb", "COR-IND-53748"),
    ("magnet_demand", "HS850511-IND-FY2024", "unit", "t_ndfeb", "COR-IND-28700"),
    ("magnet_capacity", "MAG-CHN-2019-SINTERED", "value", "180000", "COR-CHN-NDFEB-2019"),
    ("assumptions", "magnet_per_ndpr_oxide", "value", "3", "COR-IND-MAGNET-FACTOR"),
    ("assumptions", "ndpr_share_of_reo.IND", "value", "22", "COR-IND-NDPR-SHARE"),
    ("projects", "MINE-BRA-SERRAVERDE-2", "value", "10000", "COR-SERRAVERDE"),
    ("projects", "MAG-USA-STILLWATER-2", "value", "3600", "COR-STILLWATER"),
    ("projects", "SEP-MYS-LYNAS", "value", "12000", "COR-LYNAS-12000"),
    ("projects", "SEP-USA-WHITEMESA-2", "low", "4000", "COR-WHITEMESA-2"),
    ("projects", "MAG-EST-NARVA-1", "start_year", "2025", "COR-NARVA"),
    ("projects", "MAG-MYS-JSLINK", "start_year", "2027", "COR-JSLINK-KUANTAN"),
    ("projects", "MAG-USA-VULCAN", "full_year", "2027", "COR-VULCAN"),
    ("national_programmes", "USA-VAULT-TOTAL", "value", "12000", "COR-PROJECT-VAULT"),
]

# what the table schema forbids: table, row, cells, field blamed, words of the rule
SCHEMA = [
    ("projects", "MAG-USA-EVAC", {"counts": "twice"}, "counts", "not in the closed list"),
    ("projects", "MAG-USA-EVAC", {"start_year": "1926"}, "start_year", "at least 1990"),
    ("projects", "MAG-USA-EVAC", {"known_from": "soon"}, "known_from", "not a date"),
    ("projects", "MAG-USA-EVAC", {"plant": ""}, "plant", "must not be empty"),
    ("gaps", "GAP-USA-METAL", {"about": "money"}, "about", "not in the closed list"),
    ("links", "LNK-MYS-JPN-JARE", {"kind": "promise"}, "kind", "not in the closed list"),
    ("prices", "PRC-FLOOR-MP", {"unit": "inr_crore"}, "unit", "not in the closed list"),
    ("sources", "USGS_MCS2026", {"url": "pubs.usgs.gov"}, "url", "must match the pattern"),
    ("sources", "USGS_MCS2026", {"credibility": "9"}, "credibility", "at most 6"),
    ("conflicts", "CON-IND-MINE", {"conflict_id": "IND-MINE"}, "conflict_id", "match the pattern"),
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Package:
    """Every table of the shipped package, read once."""
    tables = {one.name: read_table(one, ROOT) for one in read_resources(ROOT).values()}
    return Package(root=ROOT, date=DATE, tables=tables)


def faults_of(package: Package) -> list[DataFault]:
    return [fault for rule in ALL_RULES for fault in rule(package)]


def with_rows(package: Package, name: str, rows: Iterable[Row]) -> Package:
    table = dataclasses.replace(package.tables[name], rows=tuple(rows))
    return dataclasses.replace(package, tables={**package.tables, name: table})


def with_cells(package: Package, name: str, key: str, cells: dict[str, str]) -> Package:
    """A copy of the package with some cells of one row changed."""
    table = package.tables[name]
    hit = [row for row in table.rows if row.text(table.resource.key[0]) == key]
    assert len(hit) == 1, f"{name} has {len(hit)} rows {key}"
    assert set(cells) <= set(table.header)
    assert any(hit[0].text(field) != cell for field, cell in cells.items()), "nothing is broken"
    changed = Row(hit[0].line, {**hit[0].cells, **cells})
    return with_rows(package, name, (changed if row is hit[0] else row for row in table.rows))


def test_the_shipped_data_keep_every_rule(shipped):
    """Without a change nothing is blamed: what is found below is the fault that was put in."""
    assert faults_of(shipped) == []


@pytest.mark.parametrize(
    ("table", "key", "cells", "row", "field", "words"),
    [case[1:] for case in CELLS],
    ids=[case[0] for case in CELLS],
)
def test_a_broken_cell_is_found_where_it_is(shipped, table, key, cells, row, field, words):
    """Table, row, field and rule are named, and the row can be found by its line."""
    faults = faults_of(with_cells(shipped, table, key, cells))
    found = [
        fault
        for fault in faults
        if fault.table == shipped.tables[table].path
        and fault.row.startswith(f"{row} (line ")
        and fault.field == field
        and words in fault.rule
    ]
    assert len(found) == 1, "\n".join(map(str, faults))


@pytest.mark.parametrize(
    ("table", "key", "field", "published", "correction"), UNDONE, ids=[one[-1] for one in UNDONE]
)
def test_a_correction_undone_is_found(shipped, table, key, field, published, correction):
    """The publisher's figure comes back: the correction that guards against it is named."""
    faults = faults_of(with_cells(shipped, table, key, {field: published}))
    found = [one for one in faults if one.table == "corrections.yml" and one.row == correction]
    assert len(found) == 1, "\n".join(map(str, faults))
    assert key in found[0].rule or published in found[0].rule


def _copy_of_one_table(package: Package, name: str, folder: Path, edit: Callable[[Row], Row]):
    """The faults of the schema in one table written to a folder of its own."""
    table = package.tables[name]
    text = io.StringIO()
    writer = csv.DictWriter(text, table.header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(dict(edit(row).cells) for row in table.rows)
    file = folder / "data" / table.path
    file.parent.mkdir(parents=True)
    file.write_text(text.getvalue(), encoding="utf-8")
    copy: Table = read_table(table.resource, folder)
    return find_schema_faults({copy.path: copy}, folder)


@pytest.mark.parametrize(("table", "key", "cells", "field", "words"), SCHEMA)
def test_a_broken_schema_is_found(shipped, tmp_path, table, key, cells, field, words):
    """What a closed list, a bound, a pattern or a type forbids, in a copy on disk."""
    identity = shipped.tables[table].resource.key[0]

    def edit(row: Row) -> Row:
        return Row(row.line, {**row.cells, **cells}) if row.text(identity) == key else row

    faults = _copy_of_one_table(shipped, table, tmp_path, edit)
    shown = cells.get(identity, key)
    assert [(one.field, one.row.split(" ")[0]) for one in faults] == [(field, shown)], faults
    assert words in faults[0].rule


def test_a_digit_glued_to_any_larger_mine_figure_is_found(shipped):
    """Every country figure of 1,000 t or more, in every edition with a table of countries."""
    table = shipped.tables["mine_production"]
    rules = [*rules_sums.RULES[:2], *rules_values.RULES[:1]]
    tried = 0
    for row in table.rows:
        is_table = row.text("edition").startswith(("MYB", "MCS 2025", "MCS 2026"))
        if not is_table or float(row.text("value")) < 1_000:
            continue
        cells = {"value": f"{row.text('value')}1"}
        broken = with_cells(shipped, "mine_production", row.text("figure_id"), cells)
        assert [one for rule in rules for one in rule(broken)], row.text("figure_id")
        tried += 1
    assert tried > 70


@pytest.mark.parametrize("name", ["projects", "links", "mine_production", "gaps", "prices"])
def test_a_lost_row_is_lost_coverage(shipped, name):
    """A table that shrank is named with what the changelog records; a longer one is no fault."""
    rows = shipped.tables[name].rows
    faults = faults_of(with_rows(shipped, name, rows[:-1]))
    said = [one for one in faults if one.table == f"curated/{name}.csv" and "records" in one.rule]
    assert [one.rule for one in said] == [
        f"{len(rows) - 1} rows, CHANGELOG.md records {len(rows)}"
    ], faults


def test_a_row_twice_is_found(shipped):
    """The second of two rows with one key is named, with the line of the first."""
    rows = shipped.tables["links"].rows
    faults = faults_of(with_rows(shipped, "links", (*rows, rows[0])))
    assert [one.row.split(" ")[0] for one in faults] == [rows[0].text("link_id")]
    assert "duplicate key" in faults[0].rule


def test_every_fault_of_one_copy_comes_at_once(tmp_path, monkeypatch, capsys):
    """A copy on disk with five faults: the command names all five and exits with 3."""
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("cache"))
    for name, old, new in (
        ("curated/mine_production.csv", "MINE-IND-2022-MYB2022,IND,2900,", None),
        ("curated/magnet_demand.csv", "t_magnets_all,2025,FY2024-25", "t_ndfeb,2025,FY2024-25"),
        ("curated/projects.csv", "t_ndfeb,own,commissioning", "t_ndfeb,own,comissioning"),
        ("curated/prices.csv", "ndpr_oxide,china,55,", "ndpr_oxide,china,55000,"),
        ("corrections.yml", "corrected: 11000000", "corrected: 11500000"),
    ):
        file = tmp_path / "data" / name
        text = file.read_text(encoding="utf-8")
        assert old in text, (name, old)
        fresh = new or old.replace("2900", "29001")
        file.write_text(text.replace(old, fresh, 1), encoding="utf-8")
    monkeypatch.setenv("PILLAR_ROOT", str(tmp_path))
    assert main(["data", "validate", "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert {one["table"] for one in said["faults"]} == {
        "curated/mine_production.csv",
        "curated/magnet_demand.csv",
        "curated/projects.csv",
        "curated/prices.csv",
        "corrections.yml",
    }
    assert all(one["rule"] for one in said["faults"])
    assert said["faults"] == [vars(one) for one in validate_package(tmp_path)]


def test_a_valid_package_is_counted(capsys):
    """On success the command prints tables, rows and sources, and they are those of the files."""
    assert main(["data", "validate"]) == 0
    said = capsys.readouterr().out
    counts = count_package(ROOT)
    with (ROOT / "data/curated/projects.csv").open(encoding="utf-8") as file:
        assert counts.rows["projects"] == len(list(csv.DictReader(file)))
    assert f"{counts.tables} tables, {sum(counts.rows.values()):,} rows" in said
    assert f"{counts.sources} sources" in said
    assert 0 < counts.cited_sources <= counts.sources
