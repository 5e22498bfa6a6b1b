"""The breadth test: thresholds that count what is known and never what is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from third_pillar.model.breadth import BreadthSpecification, assess_breadth

TEN_PERCENT_AT_TWO = BreadthSpecification(threshold=0.10, stages_needed=2)
NEED = np.full(4, 1000.0)


def _same_in_every_draw(*stages):
    return np.tile(np.array(stages, dtype=float), (len(NEED), 1))


def test_the_reading_of_the_headline_is_a_tenth_at_two_stages():
    """The defaults are the rule that docs/methods.md prints (§5.2)."""
    assert BreadthSpecification() == TEN_PERCENT_AT_TWO


def test_a_stage_counts_from_the_threshold_on():
    """Exactly a tenth reaches it, a kilogram less does not."""
    found = assess_breadth(
        _same_in_every_draw(100, 99.999, 100, 0), NEED, specification=TEN_PERCENT_AT_TWO
    )
    assert found.chance_by_stage.tolist() == [1, 0, 1, 0]
    assert (found.stages_reached, found.is_pillar, found.chance) == (2, True, 1)


def test_one_broad_stage_is_no_pillar():
    """All the world's ore and nothing else is one stage."""
    found = assess_breadth(
        _same_in_every_draw(1e6, 0, 0, 0), NEED, specification=TEN_PERCENT_AT_TWO
    )
    assert (found.stages_reached, found.is_pillar, found.chance) == (1, False, 0)


def test_a_stage_not_known_reaches_nothing_and_stays_not_known():
    """It counts for no threshold, and its share is NaN, not nought."""
    found = assess_breadth(
        _same_in_every_draw(200, np.nan, 0, np.nan), NEED, specification=TEN_PERCENT_AT_TWO
    )
    assert np.isnan(found.share_of_need).tolist() == [False, True, False, True]
    assert found.share_of_need[2] == 0
    assert found.chance_by_stage.tolist() == [1, 0, 0, 0]
    assert (found.stages_reached, found.is_pillar) == (1, False)


def test_the_chance_counts_draws_in_which_enough_stages_reach_it_together():
    """Two stages reached by turns, never in one draw, are not two stages."""
    capacity = np.array([[200.0, 0, 0, 0], [0, 200, 0, 0], [200, 0, 0, 0], [0, 200, 0, 0]])
    found = assess_breadth(capacity, NEED, specification=TEN_PERCENT_AT_TWO)
    assert found.chance_by_stage.tolist() == [0.5, 0.5, 0, 0]
    assert found.chance == 0


@given(
    arrays(float, (5, 4), elements=st.floats(0, 1e5)),
    arrays(float, (5, 4), elements=st.floats(0, 1e5)),
    st.floats(0.01, 1),
    st.integers(1, 4),
)
def test_more_capacity_never_costs_a_stage(capacity, more, threshold, stages):
    need = np.full(5, 1e4)
    rule = BreadthSpecification(threshold=threshold, stages_needed=stages)
    before, after = (
        assess_breadth(c, need, specification=rule) for c in (capacity, capacity + more)
    )
    assert after.stages_reached >= before.stages_reached
    assert after.chance >= before.chance
    assert np.all(after.chance_by_stage >= before.chance_by_stage)


@given(arrays(float, (5, 4), elements=st.floats(0, 1e5)), st.integers(1, 3))
def test_a_stricter_reading_never_passes_more(capacity, stages):
    need = np.full(5, 1e4)
    loose, strict, wide = (
        assess_breadth(capacity, need, specification=rule)
        for rule in (
            BreadthSpecification(threshold=0.1, stages_needed=stages),
            BreadthSpecification(threshold=0.3, stages_needed=stages),
            BreadthSpecification(threshold=0.1, stages_needed=stages + 1),
        )
    )
    assert strict.chance <= loose.chance
    assert wide.chance <= loose.chance


@pytest.mark.parametrize("threshold", [0, -0.1, 1.01, float("nan")])
def test_a_threshold_that_is_no_share_is_refused(threshold):
    with pytest.raises(ValueError, match="is not a share"):
        BreadthSpecification(threshold=threshold)


@pytest.mark.parametrize("stages", [0, 5, -1])
def test_there_are_four_stages(stages):
    with pytest.raises(ValueError, match="between 1 and 4"):
        BreadthSpecification(stages_needed=stages)


@pytest.mark.parametrize("need", [0.0, -1.0])
def test_breadth_against_no_need_is_refused(need):
    with pytest.raises(ValueError, match="must be positive"):
        assess_breadth(
            _same_in_every_draw(1, 1, 1, 1),
            np.array([1.0, 1.0, 1.0, need]),
            specification=TEN_PERCENT_AT_TWO,
        )
