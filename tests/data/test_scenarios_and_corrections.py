"""Promises about scenarios and corrections: judgement lives in files, and each file says why."""

from __future__ import annotations

import pytest
import yaml

HEADER = {"id", "title", "description", "author", "reference", "overrides"}


@pytest.fixture(scope="module")
def scenarios(data_folder) -> dict[str, dict]:
    files = sorted((data_folder / "scenarios").glob("*.yml"))
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in files}


@pytest.fixture(scope="module")
def corrections(data_folder) -> list[dict]:
    return yaml.safe_load((data_folder / "corrections.yml").read_text("utf-8"))


def test_a_scenario_has_a_header_and_the_name_of_its_file(scenarios):
    """Title, author, description and reference stand before what changes."""
    for name, scenario in scenarios.items():
        assert HEADER <= set(scenario) <= HEADER | {"rows", "leave_out"}, name
        assert scenario["id"] == name


def test_the_baseline_changes_nothing(scenarios):
    """The baseline is the table of assumptions as it stands."""
    assert scenarios["baseline"]["overrides"] == {}


def test_scenarios_override_known_assumptions_in_order(scenarios, tables):
    """An override names an existing assumption and gives an ordered range."""
    known = set(tables["assumptions"]["assumption_id"])
    for name, scenario in scenarios.items():
        for assumption, change in scenario["overrides"].items():
            assert assumption in known, (name, assumption)
            assert change["low"] <= change["value"] <= change["high"], (name, assumption)


def test_corrections_say_who_why_and_what_to_expect(corrections, tables):
    """Each correction names provider, reason, status and a guard."""
    sources = set(tables["sources"]["source_id"])
    needed = {"id", "table", "key", "field", "published", "corrected", "provider"}
    for correction in corrections:
        written = set(correction) - {"unit"}
        assert needed | {"reason", "status", "expect"} == written, correction["id"]
        assert correction["provider"] in sources, correction["id"]


def test_applied_corrections_are_in_the_tables(corrections, tables):
    """The corrected value is what the table prints, and excluded rows are absent."""
    by_path = {name: table.set_index(table.columns[0]) for name, table in tables.items()}
    for correction in corrections:
        if correction["table"] == "none":
            continue
        name = correction["table"].removeprefix("curated/").removesuffix(".csv")
        table, key = by_path[name], correction["key"]
        if correction["expect"] == "the row is absent":
            assert key not in table.index
            continue
        printed = table.loc[key, correction["field"]]
        if correction["corrected"] is None:
            assert printed == "", correction["id"]
        elif correction["status"] == "applied":
            assert printed == str(correction["corrected"]), correction["id"]
