"""What looks alike in customs data is told apart, and each slip is named with its row."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.reading import Row, Table
from third_pillar.evidence.rules import Package
from third_pillar.evidence.rules_trade import RULES
from third_pillar.evidence.validation import validate_package

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = {resource.name: resource for resource in read_resources(ROOT).values()}
SOUND = {
    "figure_id": "T-1",
    "reporter_iso3": "IND",
    "partner_iso3": "CHN",
    "flow": "import",
    "system": "IN-ITC",
    "code": "85051190",
    "code_scope": "national",
    "year": "2025",
    "period": "FY2024-25",
    "period_type": "fiscal_year_apr_mar",
    "value": "110680000",
    "currency": "usd",
    "valuation": "cif",
    "net_kg": "17685000",
    "is_kg_estimated": "false",
    "unit_bucket": "kg",
    "withheld": "none",
    "basis": "reported",
}
BAND = {
    "system": "IN-ITC",
    "code": "85051190",
    "low_usd_per_kg": "2",
    "high_usd_per_kg": "100",
}
UNION = [{"set_id": "eu27", "country_iso3": "DEU"}]


def table(name: str, rows: list[Mapping[str, str]]) -> Table:
    header = tuple(column.name for column in RESOURCES[name].columns)
    lines = tuple(Row(number, row) for number, row in enumerate(rows, start=2))
    return Table(RESOURCES[name], header, lines)


def faults(*rows: Mapping[str, str], bands: list[Mapping[str, str]] | None = None):
    package = Package(
        root=None,
        date=dt.date(2026, 11, 22),
        tables={
            "trade_annual": table("trade_annual", list(rows)),
            "unit_values": table("unit_values", [BAND] if bands is None else bands),
            "country_sets": table("country_sets", UNION),
        },
    )
    return [fault for rule in RULES for fault in rule(package)]


def row(**changed: str) -> dict[str, str]:
    return {**SOUND, **changed}


def test_a_sound_row_has_no_fault():
    assert faults(row()) == []


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        pytest.param({"system": "CN", "code": "85051110"}, "system", "other goods", id="China's"),
        pytest.param({"system": "EU-CN8"}, "system", "other goods", id="the Union's"),
        pytest.param({"code_scope": "hs6"}, "code_scope", "is of scope national", id="scope"),
        pytest.param({"code": "5051190"}, "code", "leading zero", id="a zero lost"),
        pytest.param({"code": "8505119O"}, "code", "8 digits", id="a letter in a code"),
        pytest.param({"period": "CY2025"}, "period", "no label", id="label of a calendar year"),
        pytest.param(
            {"period_type": "calendar_year"}, "period", "no label", id="label of a fiscal year"
        ),
        pytest.param({"net_kg": "0"}, "net_kg", "zero stands", id="no weight as zero"),
        pytest.param({"value": "0.0"}, "value", "zero stands", id="no value as zero"),
        pytest.param({"withheld": "suppressed"}, "withheld", "both are given", id="no reason"),
        pytest.param(
            {"value": "", "currency": "", "valuation": "", "net_kg": ""},
            "value", "no figure", id="empty without a reason",
        ),
        pytest.param({"currency": ""}, "currency", "goes with a value", id="money of no kind"),
        pytest.param({"valuation": ""}, "valuation", "goes with a value", id="neither cif nor fob"),
        pytest.param({"value": ""}, "currency", "goes with a value", id="a currency of nothing"),
        pytest.param({"unit_bucket": "number"}, "net_kg", "have no weight", id="pieces weighed"),
        pytest.param({"net_kg": "176850000000"}, "value", "lies outside", id="far too heavy"),
        pytest.param({"value": "1106800"}, "value", "lies outside", id="far too cheap"),
    ],
)  # fmt: skip
def test_each_slip_is_named_in_its_field(changed, field, said):
    found = faults(row(**changed))
    assert [fault for fault in found if fault.field == field and said in fault.rule], found
    assert all(fault.row.startswith("T-1") for fault in found)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"net_kg": "176850000"}, "lakh taken for millions", id="lakh as million"),
        pytest.param({"net_kg": "17685"}, "tonnes taken for kilograms", id="tonnes"),
        pytest.param({"value": "11.068"}, "looks like crore", id="crore"),
        pytest.param({"value": "110.68"}, "looks like millions", id="millions"),
    ],
)
def test_a_slip_of_scale_is_recognised(changed, said):
    """176.85 million kg for 176.85 lakh is a factor of ten, and the message says so."""
    (fault,) = faults(row(**changed))
    assert fault.field == "value"
    assert said in fault.mend


def test_ferrite_filed_as_rare_earth_magnets_is_caught():
    """53,748 t for 206 million dollars cannot be the rare-earth line."""
    band = {"system": "CN", "code": "85051110", "low_usd_per_kg": "20", "high_usd_per_kg": "150"}
    ferrite = row(
        reporter_iso3="CHN", partner_iso3="IND", flow="export", system="CN", code="85051110",
        period="CY2024", period_type="calendar_year", value="206000000", net_kg="53748000",
        valuation="fob",
    )  # fmt: skip
    (fault,) = faults(ferrite, bands=[band])
    assert "3.83 USD a kg lies outside 20 to 150" in fault.rule


def test_samples_are_not_judged():
    """A few kilograms at any price are no fault."""
    assert faults(row(net_kg="12", value="90000")) == []


def test_fiscal_and_calendar_years_do_not_share_a_series():
    calendar = row(figure_id="T-2", period="CY2024", period_type="calendar_year", year="2024")
    (fault,) = faults(row(), calendar)
    assert fault.row.startswith("T-2")
    assert "fiscal and calendar years in one series" in fault.rule


def test_a_whole_does_not_stand_beside_its_parts():
    """Adding both would count the flow twice."""
    whole = row(figure_id="T-2", unit_bucket="all")
    (fault,) = faults(row(), whole)
    assert (fault.row.split()[0], fault.field) == ("T-2", "unit_bucket")


def test_partners_together_stay_within_the_world():
    world = row(figure_id="T-2", partner_iso3="WLD", value="90000000", net_kg="17000000")
    found = faults(row(), world)
    assert {fault.field for fault in found} == {"value", "net_kg"}
    assert all(fault.row.startswith("T-2") for fault in found)


def test_a_line_without_a_band_is_not_judged():
    assert faults(row(net_kg="1000000000"), bands=[]) == []


def test_the_whole_package_reports_all_broken_rows_at_once(tmp_path):
    """Five slips in five rows of the shipped table, one run, each with its row and field."""
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("cache"))
    path = tmp_path / "data" / "curated" / "trade_annual.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    broken = {
        "TRA-USA-IMP-CHN-HS4-2846-2025": ("net_kg", "0"),
        "TRA-IND-EXP-WLD-IN-ITC-85051110-FY2025": ("system", "CN"),
        "TRA-CHN-EXP-WLD-CN-85051110-2024": ("net_kg", "5815200000"),
        "TRA-USA-IMP-CHN-HS4-8505-2025-NO": ("net_kg", "728097842"),
        "TRA-DEU-IMP-CHN-EU-BASKET-REEPLUS-2024": ("partner_iso3", "XXX"),
    }
    for line in rows:
        if line["figure_id"] in broken:
            field, value = broken[line["figure_id"]]
            line[field] = value
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    found = {
        (fault.row.split(" ")[0], fault.field)
        for fault in validate_package(tmp_path)
        if fault.table == "curated/trade_annual.csv"
    }
    wanted = {(name, field) for name, (field, _) in broken.items()}
    wanted -= {("TRA-CHN-EXP-WLD-CN-85051110-2024", "net_kg")}
    assert wanted | {("TRA-CHN-EXP-WLD-CN-85051110-2024", "value")} <= found
