"""Draws: reproducible to the byte, one stream a row, inside the range."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.model.sampling import (
    Range,
    compute_monte_carlo_error,
    draw_chance,
    draw_range,
    summarise,
)

SEED = 20251107
_NUMBER = st.floats(-1e6, 1e6)


@st.composite
def _ranges(draw, *, uniform=None):
    low, value, high = sorted(draw(st.tuples(_NUMBER, _NUMBER, _NUMBER)))
    is_uniform = draw(st.booleans()) if uniform is None else uniform
    return Range(draw(st.text(min_size=1, max_size=9)), value, low, high, is_uniform)


@given(_ranges(), st.integers(0, 2**32 - 1))
def test_the_same_seed_and_row_give_the_same_bytes(figure, seed):
    first, second = (draw_range(figure, draws=50, seed=seed).tobytes() for _ in range(2))
    assert first == second
    chances = {draw_chance(figure.id, draws=50, seed=seed).tobytes() for _ in range(2)}
    assert len(chances) == 1


@given(_ranges())
def test_every_draw_lies_within_the_ends(figure):
    drawn = draw_range(figure, draws=200, seed=SEED)
    assert drawn.shape == (200,)
    assert np.all((figure.low <= drawn) & (drawn <= figure.high))


def test_another_row_or_another_seed_gives_other_draws():
    """Rows with the same range are independent of each other, and so are runs."""
    drawn = {
        draw_range(Range(row, 2, 1, 3), draws=50, seed=seed).tobytes()
        for row in ("MINE-A", "MINE-B")
        for seed in (1, 2)
    }
    assert len(drawn) == 4


def test_a_row_drawn_between_two_others_changes_neither():
    """Draws hang on the row's own id and on nothing drawn before it."""
    first, last = Range("A", 2, 1, 3), Range("Z", 20, 10, 30, is_uniform=True)
    alone = [draw_range(figure, draws=50, seed=SEED) for figure in (first, last)]
    among = [
        draw_range(figure, draws=50, seed=SEED) for figure in (first, Range("M", 5, 1, 9), last)
    ]
    np.testing.assert_array_equal(among[0], alone[0])
    np.testing.assert_array_equal(among[2], alone[1])


def test_more_draws_of_a_row_are_about_the_same_row():
    """The triangle over 1, 2, 6 has mean 3; evenly between 1 and 6 it is 3.5."""
    triangle = draw_range(Range("A", 2, 1, 6), draws=40_000, seed=SEED)
    even = draw_range(Range("A", 2, 1, 6, is_uniform=True), draws=40_000, seed=SEED)
    assert triangle.mean() == pytest.approx(3, abs=0.03)
    assert even.mean() == pytest.approx(3.5, abs=0.04)


def test_a_figure_without_spread_is_the_same_in_each_draw():
    assert set(draw_range(Range("A", 7, 7, 7), draws=9, seed=SEED)) == {7}


@pytest.mark.parametrize(
    ("value", "low", "high"), [(5, 6, 7), (8, 6, 7), (6, 7, 5), (float("nan"), 1, 2)]
)
def test_a_range_that_does_not_hold_its_value_is_refused_by_name(value, low, high):
    with pytest.raises(ValueError, match=r"MINE-X: range .* does not hold"):
        Range("MINE-X", value, low, high)


def test_chances_are_even_and_apart_from_the_tonnage_of_the_same_plant():
    """Whether a plant is built says nothing about how large it is."""
    chance = draw_chance("PLANT", draws=20_000, seed=SEED)
    size = draw_range(Range("PLANT", 2, 1, 3, is_uniform=True), draws=20_000, seed=SEED)
    assert chance.min() >= 0
    assert chance.max() < 1
    assert chance.mean() == pytest.approx(0.5, abs=0.02)
    assert abs(np.corrcoef(chance, size)[0, 1]) < 0.03


def test_a_summary_is_mean_and_outer_tenths():
    found = summarise(np.arange(101.0))
    assert (found.mean, found.p10, found.p90) == (50, 10, 90)


@pytest.mark.parametrize(
    ("probability", "draws", "error"),
    [(0.5, 10_000, 0.005), (0.1, 900, 0.01), (0.0, 500, 0.0), (1.0, 500, 0.0)],
)
def test_the_error_of_a_counted_chance(probability, draws, error):
    """√(p(1−p)/N), the binomial standard error; nothing at certainty."""
    assert compute_monte_carlo_error(probability, draws) == pytest.approx(error)
