"""Metrics are named from a closed list; nothing that is asked for is run as code."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from third_pillar.assessment.catalogue import catalogue, measure
from third_pillar.assessment.expressions import measure_test
from third_pillar.vocabulary.claims import MeasuredTest
from third_pillar.vocabulary.codes import Confidence
from third_pillar.vocabulary.errors import MissingEvidence, PillarError


def test_every_metric_says_what_it_gives():
    """Each entry is a signature and one sentence in the reader's words."""
    entries = catalogue()
    assert "mine_share(country, year)" in entries
    for signature, sentence in entries.items():
        assert len(sentence) > 20, signature
        assert sentence[0].isupper(), signature
        assert sentence.endswith("."), signature


def test_a_misspelt_metric_is_answered_with_the_nearest(india):
    with pytest.raises(PillarError, match="Did you mean 'mine_share'") as raised:
        measure(india.results, "mine_shares(IND, 2025)")
    assert all(signature.split("(")[0] in str(raised.value) for signature in catalogue())


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os')",
        "mine_share(__import__('os'), 2025)",
        "mine_share(mine_share(IND, 2025), 2025)",
        "mine_share(IND, 2025).__class__",
        "mine_share(IND, 2025); mine_share(IND, 2024)",
        "mine_share(IND, 2025",
        "mine_share[IND, 2025]",
        "mine_share IND 2025",
        "mine_share",
        "(IND)",
        "",
    ],
)
def test_what_is_not_a_name_with_plain_arguments_is_refused(india, expression):
    """Code, nesting, attributes and half an expression never reach a metric."""
    with pytest.raises(PillarError, match="is not a metric: write name"):
        measure(india.results, expression)


@pytest.mark.parametrize("inside", ["IND", "IND, 2025, 2024", ""])
def test_too_many_or_too_few_arguments_are_answered_with_the_signature(india, inside):
    with pytest.raises(PillarError, match=r"mine_share takes \(country, year\)"):
        measure(india.results, f"mine_share({inside})")


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("stage_capacity(IND, magnets, now)", id="no such stage"),
        pytest.param("stage_hhi(mining)", id="no such stage of the world"),
        pytest.param("stages_dominated(CHN, most)", id="a word for a number"),
        pytest.param("magnet_exports_mean(2024, 2025)", id="years for months"),
        pytest.param("pillars_need(tomorrow)", id="no such moment"),
        pytest.param("served_share(pillars, metals, with, now)", id="no such metal rule"),
        pytest.param("served_share(pillars, metal, maybe, now)", id="neither with nor without"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_a_message_and_no_traceback(india, expression):
    """A test of a claim is written by hand: a slip in it must be answered, not crash."""
    with pytest.raises(PillarError):
        measure(india.results, expression)


@pytest.mark.parametrize(
    "expression",
    [
        "mine_share(IND, 1950)",
        "mine_share(ATL, 2025)",
        "net_import_reliance(IND)",
        "breadth_stages(CHN, now)",
        "import_share(NO-SUCH-ROW)",
        "utilisation(IND-IREL-MONAZITE-OUTPUT-2022, NO-SUCH-ROW)",
        "magnet_exports_mean(1999-01, 1999-12)",
        pytest.param("feed_gap(now)", id="Germany's magnets are not known"),
    ],
)
def test_a_figure_not_on_record_is_missing_evidence(case_of, expression):
    """It is told apart from a wrong question: the expression is right, the data lack it."""
    with pytest.raises(MissingEvidence):
        measure(case_of(candidate="DEU").results, expression)


def test_the_id_of_a_metric_is_its_canonical_spelling(india):
    """However it is spaced, it is one number with one id."""
    found = measure(india.results, "  mine_share(IND,2025) ")
    assert found == india.metric("mine_share(IND, 2025)")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text("abcmine_shr(), 0129INDX.-'\"[]", max_size=30))
def test_no_text_is_more_than_a_question(india, text):
    """Any text at all gives a metric of the catalogue or a message."""
    try:
        found = measure(india.results, text)
    except PillarError:
        return
    assert found.id.split("(")[0] in {signature.split("(")[0] for signature in catalogue()}


def test_every_measured_claim_names_a_metric_that_exists(india):
    """Each is read off the data as of the date of the data."""
    tests = {n: t for n, t in india.results.article.tests.items() if isinstance(t, MeasuredTest)}
    assert len(tests) == 18
    for claim, test in tests.items():
        found = measure_test(india.results, claim, test).metric
        assert isinstance(found.value, int | float), claim
        assert found.id in india.metrics, claim


def test_every_number_lies_in_its_range_and_names_what_it_rests_on(india):
    """Each metric has rows, sources on record, a rule of the methods and a unit."""
    known = set(india.results.evidence.sources.index)
    for name, metric in india.metrics.items():
        assert metric.method.startswith("§"), name
        assert metric.unit, name
        assert metric.period, name
        assert metric.rests_on, name
        assert set(metric.source_ids) <= known, name
        if isinstance(metric.value, int | float) and metric.low is not None:
            # The mean of a lopsided chance may lie beyond its 90th percentile.
            if metric.method in {"§0.3", "§1.1", "§2.2"}:
                assert metric.low <= metric.value <= metric.high, name
            assert metric.low <= metric.high, name


@pytest.mark.parametrize(
    ("expression", "confidence"),
    [
        pytest.param("mine_rank(AUS, 2025)", Confidence.HIGH, id="official figures"),
        pytest.param("mine_share(IND, 2025)", Confidence.MODERATE, id="a disputed figure"),
        pytest.param("world_share(CHN, metal)", Confidence.MODERATE, id="press alone"),
        pytest.param("home_need(now)", Confidence.MODERATE, id="an amber assumption"),
        pytest.param("stage_capacity(JPN, magnet, now)", Confidence.LOW, id="a stand-in"),
        pytest.param("share_of_need(IND, mine, now)", Confidence.LOW, id="a red assumption"),
    ],
)
def test_confidence_follows_what_a_number_rests_on(india, expression, confidence):
    """§6.4 of docs/methods.md, one case a rule."""
    assert measure(india.results, expression).confidence is confidence
