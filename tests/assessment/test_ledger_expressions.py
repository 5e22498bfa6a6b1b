"""§6.1: a claim may measure arithmetic over metrics; units and draws are carried along."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import third_pillar.assessment
from third_pillar.assessment import catalogue
from third_pillar.assessment.expressions import measure_test
from third_pillar.vocabulary.claims import MeasuredTest
from third_pillar.vocabulary.errors import EvidenceFault, MissingEvidence, PillarError
from third_pillar.vocabulary.expressions import (
    MAX_DEPTH,
    MAX_LENGTH,
    RATIO,
    BadExpression,
    Call,
    Number,
    Operation,
    combine_units,
    find_calls,
    is_same_unit,
    read_expression,
)
from third_pillar.vocabulary.metrics import METRICS

CALLS = st.builds(
    Call,
    st.sampled_from(sorted(METRICS)),
    st.lists(
        st.one_of(st.integers(-5, 2030), st.sampled_from(["IND", "mine", "MAG-IND-REPM", "now"])),
        max_size=3,
    ).map(tuple),
)
TREES = st.recursive(
    st.one_of(CALLS, st.integers(1, 900).map(lambda number: Number(float(number)))),
    lambda inner: st.builds(Operation, st.sampled_from("+-*/"), inner, inner),
    max_leaves=4,
).filter(lambda tree: len(str(tree)) <= MAX_LENGTH)


def measured(metric: str, unit: str = "%") -> MeasuredTest:
    return MeasuredTest(
        metric=metric, supported_if="> 1000000", refuted_if="< 0", unit=unit, reason="toy"
    )


@given(TREES)
def test_what_is_written_is_read_back_the_same(tree):
    """A tree and its text are one: brackets stand where they are needed."""
    try:
        again = read_expression(str(tree))
    except BadExpression as error:
        if "divides by zero" not in str(error):
            raise
        return
    assert str(again) == str(tree)
    assert list(find_calls(again)) == list(find_calls(tree))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("(" * 10_000 + "1" + ")" * 10_000, "characters", id="10,000 parentheses"),
        pytest.param("(" * 30 + "1" + ")" * 30, "parentheses deep", id="30 parentheses"),
        pytest.param("+".join(["1"] * 60), "operations deep", id="60 sums"),
        pytest.param("-" * 60 + "1", "operations deep", id="60 signs"),
        pytest.param("a(b) / 0", "divides by zero", id="zero"),
        pytest.param("a(b) / (2 - 2)", "divides by zero", id="zero by arithmetic"),
        pytest.param("1 / (a(b) - a(b))", "divides by zero", id="a metric less itself"),
        pytest.param("9" * 399, "too large", id="a number beyond floats"),
        pytest.param("1e999", "too large", id="infinity"),
        pytest.param("2 ** 9", "is not an expression", id="power"),
        pytest.param("7 // 2", "something other", id="floor division"),
        pytest.param("7 % 2", "is not an expression", id="modulo"),
        pytest.param("__import__('os')", "is not an expression", id="import"),
        pytest.param("__0__", "is not an expression", id="our own mark"),
        pytest.param("__class__", "is not an expression", id="dunder"),
        pytest.param("().__class__", "is not an expression", id="attribute"),
        pytest.param("(lambda: 1)()", "is not an expression", id="lambda"),
        pytest.param("a(b(c))", "is not an expression", id="nested calls"),
        pytest.param("a(b) if c(d) else 1", "is not an expression", id="condition"),
        pytest.param("a(b) c(d)", "does not read as arithmetic", id="no sign between"),
        pytest.param("a(b) +", "does not read as arithmetic", id="half"),
        pytest.param("(1, 2)", "is not an expression", id="tuple"),
        pytest.param("", "does not read as arithmetic", id="empty"),
    ],
)
def test_anything_but_arithmetic_over_metrics_is_refused(text, words):
    """Each is refused with the reason, before anything is computed."""
    with pytest.raises(BadExpression, match=words):
        read_expression(text)


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_read_or_refused(text):
    try:
        read_expression(text)
    except BadExpression:
        return


def test_the_depth_allowed_is_allowed():
    assert read_expression("(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH) == Number(1.0)


UNITS = {"a": "t NdPr oxide a year", "b": "t NdFeB", "c": "t NdPr oxide", "d": "%", "e": "times"}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("a(x) / b(x)", "t NdPr oxide / t NdFeB"),
        ("a(x) / c(x)", RATIO),
        ("a(x) - c(x)", "t NdPr oxide"),
        ("100 * d(x)", "%"),
        ("a(x) / b(x) * b(x)", "t NdPr oxide"),
        ("1 / b(x)", "1 / t NdFeB"),
        ("b(x) * b(x)", "t NdFeB × t NdFeB"),
        ("e(x) + 1", RATIO),
    ],
)
def test_units_are_carried_along(text, unit):
    assert combine_units(read_expression(text), lambda call: UNITS[call.name]) == unit


@pytest.mark.parametrize("text", ["a(x) + b(x)", "a(x) - 500", "d(x) + e(x)", "a(x) / b(x) + c(x)"])
def test_unlike_units_are_never_added(text):
    with pytest.raises(BadExpression, match="different units"):
        combine_units(read_expression(text), lambda call: UNITS[call.name])


def test_tonnes_of_a_year_are_tonnes_a_year_but_not_a_month():
    assert is_same_unit("t NdFeB", "t NdFeB a year")
    assert is_same_unit("pct", "%")
    assert not is_same_unit("t a month", "t")


def test_the_closed_list_is_the_catalogue():
    """Every metric of every module is listed with its own arguments, and no other."""
    folder = third_pillar.assessment
    for module in pkgutil.iter_modules(folder.__path__):
        if module.name.startswith("metrics_"):
            import_module(f"{folder.__name__}.{module.name}")
    entries = catalogue._REGISTRY
    assert set(entries) == set(METRICS)
    for name, function in entries.items():
        wanted = list(inspect.signature(function).parameters)[1:]
        assert [argument for argument, _ in METRICS[name].arguments] == wanted, name


def test_a_unit_on_the_list_is_the_unit_of_the_number(india):
    """Of every metric the report itself measures; what a claim computes states its own."""
    for metric in india.metrics.values():
        if metric.kind == "expression":
            continue
        unit = METRICS[metric.id.partition("(")[0]].unit
        assert not unit or is_same_unit(unit, metric.unit), metric.id


def test_a_single_metric_keeps_the_number_of_the_report(india):
    found = measure_test(india.results, "C01", measured("mine_share(IND, 2025)"))
    assert found.metric == india.metric("mine_share(IND, 2025)")


def test_figures_that_enter_twice_stay_in_step(india):
    """A range less itself is nothing, though each of the two is wide."""
    text = "(oxide_need(MAG-IND-REPM) + 0 * oxide_need(MAG-IND-REPM)) / oxide_need(MAG-IND-REPM)"
    found = measure_test(india.results, "C01", measured(text, unit="ratio"))
    assert found.metric.value == pytest.approx(1)
    assert np.ptp(found.draws) == pytest.approx(0)


@pytest.mark.parametrize("name", ["chain_flow", "home_need", "feed_gap"])
def test_the_own_chain_enters_an_expression_by_its_draws(india, name):
    """Its mean is that of the report, not that of a triangle over its percentiles."""
    metric = india.find_metric(f"{name}(horizon)")
    found = measure_test(india.results, "C34", measured(f"1 * {name}(horizon)", unit=metric.unit))
    assert found.metric.value == pytest.approx(metric.value)
    assert found.metric.high == pytest.approx(metric.high)


def test_an_expression_agrees_with_the_metric_it_spells_out(india):
    """Supply over need, by hand and by the catalogue, draw by draw."""
    share = measure_test(
        india.results,
        "C32",
        measured("1 + oxide_balance(SEP-IND-NDPR-2025, MAG-IND-REPM) / oxide_need(MAG-IND-REPM)"),
    )
    spelled = measure_test(
        india.results, "C32", measured("oxide_coverage(SEP-IND-NDPR-2025, MAG-IND-REPM)")
    )
    np.testing.assert_allclose(share.draws, spelled.draws)
    assert share.metric.low <= share.metric.value <= share.metric.high


def test_a_ratio_is_a_percent_only_if_the_test_says_so(india):
    text = "mine_output(IND, 2025) / mine_output(BRA, 2025)"
    ratio = measure_test(india.results, "C01", measured(text, "ratio")).metric
    percent = measure_test(india.results, "C01", measured(text, "%")).metric
    assert percent.value == pytest.approx(100 * ratio.value)
    assert (ratio.unit, percent.unit) == ("ratio", "%")
    assert set(ratio.rests_on) == {"MINE-IND-2025-MCS2026", "MINE-BRA-2025-MCS2026"}


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        ("mine_output(IND, 2025) + stage_capacity(IND, magnet, now)", "t REO"),
        ("mine_output(IND, 2025)", "t NdFeB"),
        ("mine_output(IND, 2025) / mine_output(BRA, 2025)", "t REO"),
        ("mine_share(IND, 2025) - 5", "%"),
    ],
)
def test_a_unit_that_does_not_fit_names_the_claim(india, metric, unit):
    """Tonnes of oxide against tonnes of magnets: a fault of the data that says whose test it is."""
    with pytest.raises(EvidenceFault, match="row C07, field unit"):
        measure_test(india.results, "C07", measured(metric, unit))


def test_a_divisor_that_can_be_zero_is_not_divided_by(india):
    """Brazil separates nothing: the claim cannot be tested, and says why."""
    text = "mine_output(BRA, 2025) / stage_capacity(BRA, separation, now)"
    test = measured(text, "t REO / t NdFeB")
    with pytest.raises(MissingEvidence, match="can be zero"):
        measure_test(india.results, "C28", test)


def test_a_word_is_no_number_in_a_sum(india):
    with pytest.raises(PillarError, match="no number"):
        measure_test(india.results, "C09", measured("binding_stage(now) / binding_stage(now)"))
