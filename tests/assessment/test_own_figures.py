"""Promises about the mark on own figures (§0.6): it stands on what they touch, and only there."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from third_pillar.assessment.case import Case, MarkedCase
from third_pillar.assessment.own_figures import mark_gaps, mark_metrics, mark_verdicts
from third_pillar.assessment.uses import find_number, find_uses
from third_pillar.evidence.overlay_files import OwnRows
from third_pillar.vocabulary.errors import MissingEvidence, PillarError
from third_pillar.vocabulary.findings import OWN_MARK

SHARE = "mine_share(IND, 2025)"
ROW = "MINE-IND-2025-MCS2026"


def with_own(evidence, **keys):
    own = OwnRows(MappingProxyType({k: tuple(v) for k, v in keys.items()}), (), "0" * 64)
    return dataclasses.replace(evidence, own=own)


@pytest.fixture(scope="module")
def numbers(india):
    return {name: india.metrics[name] for name in (SHARE, "stage_hhi(mine)", "home_need(now)")}


def test_a_number_that_rests_on_an_own_row_is_marked_though_it_does_not_move(india, numbers):
    evidence = with_own(india.results.evidence, mine_production=[ROW])
    marked = mark_metrics(numbers, numbers, evidence)
    assert marked[SHARE].own_figures == (ROW,)
    assert marked["home_need(now)"].own_figures == ()


def test_a_number_that_rests_on_an_own_source_is_marked(india, numbers):
    source = numbers[SHARE].source_ids[0]
    evidence = with_own(india.results.evidence, sources=[source])
    assert mark_metrics(numbers, numbers, evidence)[SHARE].own_figures == (source,)


@pytest.mark.parametrize("moved", [{"value": 0.1}, {"low": 0.1}, {"high": 9.0}, {"value": None}])
def test_a_number_that_moves_is_marked_though_it_names_no_own_row(india, numbers, moved):
    evidence = with_own(india.results.evidence, assumptions=["delay_years"])
    public = {**numbers, SHARE: numbers[SHARE].model_copy(update=moved)}
    marked = mark_metrics(numbers, public, evidence)
    assert marked[SHARE].own_figures == ("delay_years",)
    assert marked["home_need(now)"].own_figures == ()


def test_a_number_the_release_alone_does_not_have_is_marked(india, numbers):
    evidence = with_own(india.results.evidence, projects=["OWN"])
    assert mark_metrics(numbers, {}, evidence)[SHARE].own_figures == ("OWN",)


def test_rounding_of_the_machine_marks_nothing(india, numbers):
    evidence = with_own(india.results.evidence, projects=["OWN"])
    value = numbers[SHARE].value * (1 + 1e-13)
    public = {**numbers, SHARE: numbers[SHARE].model_copy(update={"value": value})}
    assert mark_metrics(numbers, public, evidence)[SHARE].own_figures == ()


def test_a_verdict_on_a_marked_number_says_so_in_its_reason(india, numbers):
    evidence = with_own(india.results.evidence, mine_production=[ROW])
    settled = india.settled
    marked = mark_verdicts(settled, settled, evidence, mark_metrics(numbers, numbers, evidence))
    touched = {claim for claim, verdict in marked.items() if verdict.own_figures}
    assert touched
    for claim, verdict in marked.items():
        assert (OWN_MARK in verdict.reason) == (claim in touched)
        assert verdict.verdict == settled[claim].verdict
        assert (ROW in settled[claim].rests_on or SHARE in settled[claim].rests_on) == (
            claim in touched
        )


def test_a_verdict_that_turns_is_marked(india):
    evidence = with_own(india.results.evidence, projects=["OWN"])
    claim = next(iter(india.settled))
    other = next(
        v.verdict for v in india.settled.values() if v.verdict != india.settled[claim].verdict
    )
    public = {**india.settled, claim: india.settled[claim].model_copy(update={"verdict": other})}
    marked = mark_verdicts(india.settled, public, evidence, {})
    assert [name for name, verdict in marked.items() if verdict.own_figures] == [claim]


def test_a_gap_the_reader_wrote_is_marked_in_words(india):
    gap = india.gaps[0]
    evidence = with_own(india.results.evidence, gaps=[gap.id])
    marked = mark_gaps(india.gaps, evidence)
    assert [one.id for one in marked if OWN_MARK in one.what] == [gap.id]


def test_a_marked_case_compares_with_the_release_alone(india):
    """All of it is marked where the release alone has no answer, only what differs where it has."""
    evidence = with_own(india.results.evidence, mine_production=[ROW])
    results = dataclasses.replace(india.results, evidence=evidence)
    same = MarkedCase(results, Case(india.results))
    assert {name for name, verdict in same.settled.items() if verdict.own_figures} < set(
        india.settled
    )
    alone = MarkedCase(results, None)
    assert all(verdict.own_figures for verdict in alone.settled.values())
    assert alone.has_own
    assert not india.has_own


def test_what_rests_on_a_row_a_source_and_a_number_is_found(india):
    by_row = find_uses(india, ROW)
    assert SHARE in {metric.id for metric in by_row.metrics}
    by_number = find_uses(india, SHARE)
    assert set(by_number.claims) <= set(by_row.claims)
    assert by_number.claims
    assert find_uses(india, "USGS_MCS2026").metrics
    assert not find_uses(india, "NO-SUCH-ROW").metrics


def test_a_number_not_among_those_of_the_case_is_computed(india):
    assert find_number(india, "mine_share(BRA, 2025)").id == "mine_share(BRA, 2025)"
    with pytest.raises(MissingEvidence):
        find_number(india, "mine_share(IND, 1901)")
    with pytest.raises(PillarError, match="Did you mean"):
        find_number(india, "mine_shar(IND, 2025)")
