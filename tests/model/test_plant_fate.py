"""Delay, start, chance and ramp of a plant keep the promises of §4.3 to §4.7."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from third_pillar.model.pipeline import (
    compute_build_chance,
    compute_chance_by,
    compute_delay,
    compute_lateness_odds,
    compute_ramp_share,
    compute_start,
)
from third_pillar.model.scoring import compute_score, is_miss

_N = 8
_YEARS = arrays(float, _N, elements=st.floats(0, 6))
_CHANCE = arrays(float, _N, elements=st.floats(0, 1))
_ODDS = arrays(float, _N, elements=st.floats(0.05, 20))


def test_plants_that_share_their_delay_half_of_the_time_correlate_by_a_quarter():
    """§4.3: the range of each stays, and the correlation is the square of the share."""
    rng = np.random.default_rng(1)
    common, one, two = rng.triangular(0, 2, 4, (3, 200_000))
    first = compute_delay(common, one, is_shared=rng.random(200_000) < 0.5)
    second = compute_delay(common, two, is_shared=rng.random(200_000) < 0.5)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.25, abs=0.01)
    assert first.std() == pytest.approx(common.std(), rel=0.01)


@given(_YEARS, st.floats(2020, 2035), st.floats(2020, 2035))
def test_a_plant_that_has_not_begun_begins_later(delay, announced, day):
    """§4.4: no start lies before the day asked, none is earlier than its slip would have it."""
    start = compute_start(announced, delay, not_before=day)
    assert np.all(start > day)
    assert np.all(start >= announced + delay)


@given(_YEARS, st.floats(2020, 2035), st.floats(2020, 2035))
def test_a_plant_late_in_a_draw_stays_late_in_it(delay, announced, day):
    """§4.4: the order of the draws is kept, so that common shocks stay common."""
    start = compute_start(announced, delay, not_before=day)
    order = np.argsort(announced + delay, kind="stable")
    assert np.all(np.diff(start[order][np.isfinite(start[order])]) >= 0)


def test_a_plant_overdue_beyond_every_delay_has_no_date():
    start = compute_start(2020.0, np.array([0.0, 4.0]), not_before=2026.9)
    assert np.all(np.isinf(start))
    assert compute_chance_by(np.ones(2), start, by=2050.0) == 0


def test_a_plant_that_has_begun_keeps_its_dates():
    delay = np.array([0.0, 1.0])
    np.testing.assert_array_equal(
        compute_start(2024.0, delay, not_before=None), np.array([2024.0, 2025.0])
    )


@given(_CHANCE, _ODDS)
def test_a_chance_stays_a_chance_and_moves_with_its_odds(base, odds):
    """§4.5: between 0 and 1; never lower with better odds; certain stays certain."""
    moved = compute_build_chance(base, odds=odds)
    assert np.all((moved >= 0) & (moved <= 1))
    better = compute_build_chance(base, odds=odds * 2)
    assert np.all(better >= moved - 1e-12)
    sure = compute_build_chance(np.array([0.0, 1.0]), odds=np.array([7.0, 0.1]))
    np.testing.assert_array_equal(sure, [0.0, 1.0])


def test_odds_of_three_turn_an_even_chance_into_three_quarters():
    assert compute_build_chance(np.array([0.5]), odds=np.array([3.0]))[0] == pytest.approx(0.75)


@pytest.mark.parametrize(("base", "odds"), [(1.1, 1.0), (-0.1, 1.0), (0.5, 0.0), (0.5, -1.0)])
def test_impossible_chances_and_odds_are_refused(base, odds):
    with pytest.raises(ValueError, match=r"chance lies between|must be positive"):
        compute_build_chance(np.array([base]), odds=np.array([odds]))


def test_slipping_more_than_usual_lowers_the_odds_and_less_raises_them():
    odds = compute_lateness_odds(
        np.array([1.0, 2.0, 3.0]), central_years=2.0, given_up_per_year=np.full(3, 0.1)
    )
    assert odds == pytest.approx([1 / 0.9, 1.0, 0.9])


@given(
    arrays(float, _N, elements=st.floats(-3, 10)),
    arrays(float, _N, elements=st.floats(0.5, 6)),
    arrays(float, _N, elements=st.floats(0, 12)),
    st.floats(0, 5),
)
def test_a_ramp_begins_at_nothing_ends_at_all_and_never_falls(elapsed, ramp, steepness, wait):
    """§4.6, whatever the steepness."""
    now = compute_ramp_share(elapsed, ramp, steepness)
    later = compute_ramp_share(elapsed + wait, ramp, steepness)
    assert np.all((now >= 0) & (now <= 1))
    assert np.all(later >= now - 1e-12)
    assert np.all(now[elapsed <= 0] == 0)
    assert now[elapsed >= ramp] == pytest.approx(1.0)


def test_every_ramp_is_half_done_in_the_middle_and_an_s_is_slower_at_first():
    half, early = (
        compute_ramp_share(np.full(3, at), np.full(3, 2.0), np.array([0.0, 4.0, 8.0]))
        for at in (1.0, 0.4)
    )
    assert half == pytest.approx([0.5, 0.5, 0.5])
    assert early[0] == pytest.approx(0.2)
    assert early[0] > early[1] > early[2]


def test_a_ramp_of_negative_steepness_is_refused():
    with pytest.raises(ValueError, match="steepness of the ramp is negative"):
        compute_ramp_share(np.ones(1), np.ones(1), -np.ones(1))


def test_the_brier_score_is_that_of_the_published_example():
    """0, 1, 1, 0 forecast at 0.1, 0.9, 0.8, 0.3 scores 0.0375 (§4.11)."""
    score = compute_score([0.1, 0.9, 0.8, 0.3], [False, True, True, False])
    assert score.brier == pytest.approx(0.0375)
    assert (score.count, score.came_true) == (4, 2)
    assert score.expected == pytest.approx(2.1)


def test_nothing_settled_has_no_score():
    assert compute_score([], []).brier is None


def test_scores_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match="one outcome"):
        compute_score([0.1], [])
    with pytest.raises(ValueError, match="between 0 and 1"):
        compute_score([1.2], [True])


def test_a_miss_leaned_the_wrong_way_and_an_even_chance_never_does():
    assert is_miss(0.4, came_true=True)
    assert is_miss(0.6, came_true=False)
    assert not is_miss(0.5, came_true=True)
    assert not is_miss(0.5, came_true=False)
    assert not is_miss(0.9, came_true=True)
