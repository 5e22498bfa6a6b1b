"""Verdicts: from thresholds, from dated events, or by hand, and never beyond the evidence."""

from __future__ import annotations

from collections import Counter

import pytest

from third_pillar.assessment.claims import phrase_comparison, weigh_events, weigh_measure
from third_pillar.vocabulary.claims import EventTest, MeasuredTest, read_comparison
from third_pillar.vocabulary.codes import Settled, Verdict

AT_LEAST_5, UNDER_2 = read_comparison(">= 5"), read_comparison("< 2")


@pytest.mark.parametrize(
    ("low", "value", "high", "verdict"),
    [
        pytest.param(5, 6, 7, Verdict.SUPPORTED, id="value and range support"),
        pytest.param(5, 5, 5, Verdict.SUPPORTED, id="the threshold itself supports"),
        pytest.param(4, 6, 7, Verdict.PARTLY_SUPPORTED, id="the range dips below"),
        pytest.param(1, 6, 7, Verdict.PARTLY_SUPPORTED, id="the range reaches refutation"),
        pytest.param(3, 4, 4.5, Verdict.PARTLY_SUPPORTED, id="between the thresholds"),
        pytest.param(1, 3, 9, Verdict.PARTLY_SUPPORTED, id="between, range across both"),
        pytest.param(2, 2, 2, Verdict.PARTLY_SUPPORTED, id="the edge of refutation"),
        pytest.param(0, 1, 1.9, Verdict.CONTRADICTED, id="value and range refute"),
        pytest.param(0, 1, 2, Verdict.NOT_SUPPORTED, id="the range leaves refutation"),
        pytest.param(0, 1, 9, Verdict.NOT_SUPPORTED, id="the range reaches support"),
    ],
)
def test_a_value_and_its_range_against_two_thresholds(low, value, high, verdict):
    """§6.1 of docs/methods.md: supported from 5, refuted below 2."""
    assert weigh_measure(value, low, high, support=AT_LEAST_5, refutation=UNDER_2) is verdict


@pytest.mark.parametrize(
    ("supporting", "refuting", "qualifying", "verdict"),
    [
        pytest.param([], [], [], Verdict.CANNOT_BE_TESTED_YET, id="none"),
        pytest.param([], [], ["Q"], Verdict.CANNOT_BE_TESTED_YET, id="qualifying alone"),
        pytest.param(["S"], [], [], Verdict.SUPPORTED, id="supporting"),
        pytest.param(["S"], [], ["Q"], Verdict.PARTLY_SUPPORTED, id="supporting, qualified"),
        pytest.param(["S"], ["R"], [], Verdict.PARTLY_SUPPORTED, id="both"),
        pytest.param(["S"], ["R"], ["Q"], Verdict.PARTLY_SUPPORTED, id="all three"),
        pytest.param([], ["R"], [], Verdict.CONTRADICTED, id="refuting"),
        pytest.param([], ["R"], ["Q"], Verdict.CONTRADICTED, id="refuting, qualified"),
    ],
)
def test_dated_events_weighed(supporting, refuting, qualifying, verdict):
    """§6.2 of docs/methods.md: every combination of events on record."""
    assert weigh_events(supporting, refuting, qualifying) is verdict


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        (">= 5", "at least 5"),
        ("<= 0.5", "at most 0.5"),
        ("> 85", "more than 85"),
        ("< 2", "less than 2"),
        ("== 1", "exactly 1"),
    ],
)
def test_comparisons_in_words(text, phrase):
    assert phrase_comparison(read_comparison(text)) == phrase


def test_every_claim_on_india_has_one_verdict_in_the_order_of_the_article(india):
    """43 claims: 18 measured, 12 by events, 8 by documents, 5 opinions."""
    assert list(india.verdicts) == [f"C{number:02d}" for number in range(1, 44)]
    assert Counter(verdict.how for verdict in india.verdicts.values()) == {
        Settled.MEASURED: 18,
        Settled.EVENT_TESTED: 12,
        Settled.OPINION: 5,
        Settled.DOCUMENTED: 8,
    }


def test_opinions_get_no_verdict_on_truth_and_nothing_else_does_without(india):
    """§6.9 of docs/methods.md: an opinion is shown as one; a reading by hand is marked so."""
    kinds = india.results.article.claims.set_index("claim_id")["claim_type"]
    for claim, verdict in india.verdicts.items():
        is_opinion = kinds[claim] in {"opinion", "recommendation"}
        assert (verdict.verdict is Verdict.OPINION) == is_opinion, claim
        assert (verdict.how is Settled.OPINION) == is_opinion, claim


def test_a_verdict_says_why_and_what_it_rests_on(india):
    """Reason and evidence for each; where tested, also the threshold and what would flip it."""
    for claim, verdict in india.verdicts.items():
        assert verdict.reason, claim
        assert verdict.rests_on, claim
        assert verdict.source_ids, claim
        if verdict.how in {Settled.MEASURED, Settled.EVENT_TESTED}:
            assert verdict.threshold, claim
            assert verdict.flips_if, claim


def test_a_measured_verdict_shows_the_number_of_the_report(india):
    """Claim and report never print two values of one metric."""
    for claim, test in india.results.article.tests.items():
        if isinstance(test, MeasuredTest):
            verdict, metric = india.verdicts[claim], india.metric(test.metric)
            assert verdict.value == metric.value, claim
            assert verdict.unit == metric.unit, claim
            assert verdict.confidence == metric.confidence, claim
            assert verdict.rests_on[0] == metric.id, claim


def test_an_event_verdict_rests_on_events_the_test_names(india):
    for claim, test in india.results.article.tests.items():
        if isinstance(test, EventTest):
            assert set(india.verdicts[claim].rests_on) <= set(test.events()), claim


def test_a_refuting_event_after_its_limit_does_not_count(india):
    """C43 is refuted only by what came before the summit: three events of the summer."""
    events = india.results.evidence.table("policy_events").set_index("event_id")
    refuting = set(india.verdicts["C43"].rests_on) - {"E20"}
    assert refuting == {"E07", "E10", "E13"}
    assert all(str(events.loc[event, "date"]) < "2025-10-30" for event in refuting)


@pytest.mark.parametrize("candidate", ["BRA", "AUS", "USA", "JPN"])
def test_claims_about_india_are_not_put_to_another_candidate(case_of, candidate):
    """What is shown concerns China, the pillars or the candidate, and India nowhere."""
    case = case_of(candidate=candidate)
    countries = case.results.article.claims.set_index("claim_id")["countries"]
    assert case.verdicts
    for claim in case.verdicts:
        named = set(countries[claim].split(";"))
        assert "IND" not in named, claim
        assert named & {candidate, "CHN", "USA", "JPN"}, claim
    shown = [*case.verdicts.values(), *case.metrics.values()]
    assert not [item.label for item in shown if "India" in item.label]


def test_a_claim_about_brazil_is_put_to_brazil_alone(case_of):
    assert "C28" in case_of(candidate="BRA").settled
    assert "C28" not in case_of(candidate="JPN").settled


def test_events_of_india_alone_are_not_shown_to_another_candidate(case_of, india):
    ours, others = (
        case.results.suspension.events["countries"] for case in (india, case_of(candidate="BRA"))
    )
    assert ours.str.contains("IND").any()
    assert len(others) > 0
    assert not others.str.contains("IND").any()


def test_a_verdict_does_not_hang_on_the_number_of_draws(india, case_of):
    few, many = india.verdicts, case_of(draws=10_000).verdicts
    assert {name: v.verdict for name, v in few.items()} == {
        name: v.verdict for name, v in many.items()
    }


@pytest.mark.parametrize(
    ("text", "unit", "phrase"),
    [
        (">= 5", "%", "at least 5 %"),
        ("< 1", "stages", "less than 1 stage"),
        ("<= 10", "rank", "rank 10 or better"),
        ("> 20", "rank", "worse than rank 20"),
        (">= 3", "rank", "rank 3 or worse"),
        ("< 3", "rank", "better than rank 3"),
        (">= 1000", "t NdFeB a year", "at least 1,000 t NdFeB a year"),
        ("> -5", "t", "more than \N{MINUS SIGN}5 t"),
    ],
)
def test_a_threshold_in_words_carries_its_unit(text, unit, phrase):
    """A rank grows worse as its number grows."""
    assert phrase_comparison(read_comparison(text), unit) == phrase
