"""Promises about the ranking of gaps (§5.13): by what the verdict loses, computed."""

from __future__ import annotations

import dataclasses

import pytest

from third_pillar.assessment.gap_ranking import HIGH, LOW, WITHOUT, rank_gaps
from third_pillar.evidence import load_specifications
from third_pillar.vocabulary.findings import Gap, StandIn
from third_pillar.vocabulary.specifications import Reading

DRAWS = 40


@pytest.fixture(scope="module")
def specifications():
    """Breadth and redundancy alone: enough to be flipped, and cheap."""
    wanted = {Reading.BREADTH, Reading.REDUNDANCY}
    return tuple(s for s in load_specifications() if s.reading in wanted)


@pytest.fixture(scope="module")
def seen():
    return []


@pytest.fixture(scope="module")
def ranking(india, specifications, seen):
    return rank_gaps(
        india.results.question,
        india.results.evidence,
        specifications,
        draws=DRAWS,
        progress=lambda number, of, gap: seen.append((number, of, gap)),
    )


def rank_with(india, specifications, gaps):
    evidence = dataclasses.replace(india.results.evidence, gaps=gaps)
    return rank_gaps(india.results.question, evidence, specifications, draws=DRAWS)


def test_japan_and_metal_come_out_on_top(ranking):
    first, second = ranking.ranked[:2]
    assert (first.gap.country, first.gap.stage) == ("JPN", "metal")
    assert second.gap.country == "JPN" or second.gap.stage == "metal"
    assert first.tonnes > 1_000


def test_what_hangs_most_on_comes_first_and_what_cannot_be_tried_last(ranking):
    measured = [one for one in ranking.ranked if one.is_measured]
    assert [one.loss for one in measured] == sorted((o.loss for o in measured), reverse=True)
    assert ranking.ranked[: len(measured)] == tuple(measured)
    assert all(not one.trials for one in ranking.ranked[len(measured) :])
    for one in measured:
        shares = (one.flipped / ranking.definitions, one.tonnes / ranking.need)
        assert one.loss == max(shares)


def test_a_capacity_is_tried_at_both_ends_and_taken_away_a_need_only_at_its_ends(ranking):
    ends = {one.gap.id: {trial.end for trial in one.trials} for one in ranking.ranked}
    assert ends["GAP-JPN-METAL"] == {LOW, HIGH, WITHOUT}
    assert ends["GAP-USA-MAGNET-DEMAND"] == {LOW, HIGH}
    assert ends["GAP-KOR-METAL"] == set()


def test_stand_ins_for_need_and_for_factors_enter_through_the_row_of_the_same_figures(ranking):
    enters = {one.gap.id: one.enters for one in ranking.ranked}
    assert enters["GAP-SEPARATION-RECOVERY"] == ("separation_recovery",)
    assert enters["GAP-JPN-METAL"] == ("GAP-JPN-METAL",)
    assert len(enters["GAP-USA-MAGNET-DEMAND"]) == 1


def test_less_metal_serves_less_and_more_serves_more(ranking):
    (metal,) = (one for one in ranking.ranked if one.gap.id == "GAP-JPN-METAL")
    tonnes = {trial.end: trial.tonnes for trial in metal.trials}
    assert tonnes[WITHOUT] < tonnes[LOW] < 0 < tonnes[HIGH]


def test_progress_counts_every_trial_once(ranking, seen):
    trials = sum(len(one.trials) for one in ranking.ranked)
    assert [number for number, _, _ in seen] == list(range(1, trials + 1))
    assert {of for _, of, _ in seen} == {trials}


def test_a_stand_in_that_is_certain_has_no_ends_to_try(india, specifications):
    """Only whether it is there at all can be tried."""
    certain = Gap(
        id="GAP-TEST", what="w", stage="metal", country="AUS", sought="s",
        stand_in=StandIn(value=10, low=10, high=10, unit="t_ndfeb", rating="red", why="y"),
    )  # fmt: skip
    (one,) = rank_with(india, specifications, (certain,)).ranked
    assert [trial.end for trial in one.trials] == [WITHOUT]


def test_a_stand_in_the_model_never_reads_is_not_called_harmless(india, specifications):
    """Its unit fits no stage and no row has its figures: nothing was tried, so nothing is said."""
    stray = Gap(
        id="GAP-TEST", what="w", stage="mine", country="AUS", sought="s",
        stand_in=StandIn(value=1, low=0, high=2, unit="usd", rating="red", why="y"),
    )  # fmt: skip
    (one,) = rank_with(india, specifications, (stray,)).ranked
    assert (one.is_measured, one.enters) == (False, ())


def test_no_gap_at_all_ranks_nothing(india, specifications):
    assert rank_with(india, specifications, ()).ranked == ()
