"""A hostile ledger is refused with the claim and the reason, and nothing in it is run."""

from __future__ import annotations

import pytest
import yaml

from third_pillar.evidence import validate_package
from toy import ARTICLE, set_cell, write
from toy_ledger import copy_project

TESTS = f"data/claims/{ARTICLE}/tests.yml"
EVIDENCE = f"claims/{ARTICLE}/evidence.csv"


def faults_with(root, **fields: object) -> list[str]:
    """What is wrong once the test of C1 has these fields."""
    tests = yaml.safe_load((root / TESTS).read_text(encoding="utf-8"))
    tests["C1"].update(fields)
    write(root / TESTS, yaml.safe_dump(tests))
    return [str(fault) for fault in validate_package(root)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"metric": "exec(IND, 2024)"}, "unknown metric exec", id="outside the set"),
        pytest.param(
            {"metric": "mine_shar(IND, 2024)"}, "Did you mean 'mine_share'", id="misspelt"
        ),
        pytest.param({"metric": "__import__('os')"}, "is not an expression", id="import"),
        pytest.param({"metric": "claim(C2)"}, "may not rest on another claim", id="another claim"),
        pytest.param({"metric": "claim(C1)"}, "may not rest on another claim", id="a cycle"),
        pytest.param({"metric": "mine_share(IND, 2024) / 0"}, "divides by zero", id="zero"),
        pytest.param(
            {"metric": "mine_share(IND, 2024) / (3 - 3)"}, "divides by zero", id="computed zero"
        ),
        pytest.param(
            {"metric": "mine_output(IND, 2024) + stage_capacity(IND, magnet, now)"},
            "t REO and t NdFeB are different units",
            id="oxide plus magnets",
        ),
        pytest.param(
            {"metric": "mine_output(IND, 2024)", "unit": "t NdFeB"}, "is in t REO", id="other unit"
        ),
        pytest.param(
            {"supported_if": ">= 5", "refuted_if": "<= 6"},
            "overlap",
            id="thresholds that contradict",
        ),
        pytest.param({"metric": "(" * 10_000 + "1" + ")" * 10_000}, "characters", id="parentheses"),
        pytest.param({"metric": "(" * 50 + "1" + ")" * 50}, "parentheses deep", id="deep"),
        pytest.param({"metric": "3"}, "is not a metric", id="a number alone"),
        pytest.param({"metric": "mine_share(IND)"}, "takes (country, year)", id="too few"),
        pytest.param({"metric": "mine_share(IMD, 2024)"}, "Did you mean 'IND'", id="no country"),
        pytest.param({"metric": "mine_share(IND, soon)"}, "is not a year", id="no year"),
        pytest.param(
            {"metric": "stage_hhi(magnets)", "unit": "HHI, 0 to 1"},
            "no stage of the",
            id="no stage",
        ),
        pytest.param(
            {"metric": "oxide_need(P-IND-MAGS)", "unit": "t NdPr oxide"},
            "Did you mean 'P-IND-MAG'",
            id="no row",
        ),
        pytest.param({"reason": ""}, "reason", id="thresholds without a reason"),
    ],
)
def test_a_hostile_test_is_refused_with_claim_and_reason(toy_package, fields, words):
    faults = faults_with(toy_package, **fields)
    told = [fault for fault in faults if words in fault]
    assert told, faults
    assert "row C1" in told[0]
    assert f"claims/{ARTICLE}/tests.yml" in told[0]


def test_a_claim_without_evidence_is_refused(toy_package):
    """The evidence of C2 is moved to C3: C2 then rests on nothing."""
    set_cell(toy_package, EVIDENCE, "C2-E1", "claim_id", "C3")
    faults = [fault for fault in map(str, validate_package(toy_package)) if "C2 (line 3)" in fault]
    assert any("no row of evidence.csv names the claim" in fault for fault in faults)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("C1: &a\n  kind: measured\n  metric: *a\n", id="a test within itself"),
        pytest.param("C1: &a [*a]\n", id="a list within itself"),
        pytest.param("C1: " + "[" * 10_000 + "]" * 10_000 + "\n", id="10,000 brackets"),
    ],
)
def test_a_file_that_turns_in_circles_is_refused_and_ends(toy_package, text):
    write(toy_package / TESTS, text)
    assert any("tests.yml" in fault.table for fault in validate_package(toy_package))


def test_an_honest_expression_is_accepted(toy_package):
    text = "mine_output(IND, 2024) / mine_output(AUS, 2024)"
    assert not faults_with(toy_package, metric=text, unit="%")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("ledger"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2026-11-23,C03,", "2026-11-21,C03,", "only grows forward"),
        ("2026-11-23,C03,", "2026-11-22,C03,", "one verdict a day"),
        ("2026-11-23,C03,", "2026-11-23,C99,", "unknown claim_id"),
        ("2026-11-23,C03,", "soon,C03,", "is not a date"),
    ],
)
def test_a_history_that_was_tampered_with_is_refused(project, old, new, words):
    file = project / "data/claims/newsx-2025-11-07/history.csv"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    try:
        file.write_text(text.replace(old, new), encoding="utf-8")
        assert any(words in str(fault) for fault in validate_package(project))
    finally:
        file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("E08;E28;E54", "E08;E28;E99", "unknown event_id E99"),
        ("programme_figure(QUAD-FRAMEWORK)", "programme_figure(QUAD)", "no such row"),
        ("programme_figure(QUAD-FRAMEWORK)", "open(QUAD)", "unknown metric open"),
        ("quad_agenda,", "quad_agendas,", "levers.csv"),
    ],
)
def test_a_lever_that_names_nothing_is_refused(project, old, new, words):
    file = project / "data/codelists/levers.csv"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    try:
        file.write_text(text.replace(old, new), encoding="utf-8")
        assert any(words in str(fault) for fault in validate_package(project))
    finally:
        file.write_text(text, encoding="utf-8")
