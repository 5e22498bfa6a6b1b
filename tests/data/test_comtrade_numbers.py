"""Countries have one number, wherever it is written."""

from __future__ import annotations

import csv
from pathlib import Path

from third_pillar.evidence.connectors.countries import COMTRADE_NUMBERS, find_by_name

CODELISTS = Path(__file__).parents[2] / "data/codelists"


def rows(name: str) -> list[dict[str, str]]:
    with (CODELISTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_reporters_of_the_connector_are_those_of_the_codelist():
    """A number that differed would ask about another country."""
    numbers = {(row["iso3"], int(row["numeric"])) for row in rows("baci_countries.csv")}
    assert set(COMTRADE_NUMBERS.items()) <= numbers


def test_countries_of_the_package_can_be_asked_and_named():
    """Every country of the codelist has a number and is found by its name."""
    groups = {"EU27", "OTH", "WLD", "XCN"}
    countries = [row for row in rows("countries.csv") if row["country_iso3"] not in groups]
    assert {row["country_iso3"] for row in countries} <= set(COMTRADE_NUMBERS)
    named = {row["country_iso3"]: find_by_name(row["name"]) for row in countries}
    assert {code: found for code, found in named.items() if code != found} == {}
