"""One country's chain against its own need."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from third_pillar.model.stage_balance import compute_stage_balance

ALL = np.ones(4, dtype=bool)
_STAGES = arrays(float, (3, 4), elements=st.floats(0, 1e5))


def _balance(*stages, need=4000.0, counted=ALL, factor=2.15):
    return compute_stage_balance(
        np.array([stages], dtype=float),
        np.array([need]),
        is_counted=counted,
        magnet_per_oxide=np.array([factor]),
    )


def test_six_thousand_tonnes_of_magnets_on_five_hundred_of_oxide():
    """The Indian scheme in round numbers: 6,000/2.15 t of oxide wanted, 500 t made."""
    found = _balance(1300, 500 * 2.15, 50, 6000)
    assert found.flow.tolist() == [50]
    assert found.binding_share.tolist() == [0, 0, 1, 0]
    assert found.feed_gap[0] == pytest.approx(6000 / 2.15 - 500)
    assert found.surplus[0].tolist() == pytest.approx([-2700, -2925, -3950, 2000])


def test_a_country_that_separates_enough_lacks_no_feed():
    assert _balance(9000, 9000, 9000, 100).feed_gap.tolist() == [0]


@pytest.mark.parametrize("missing", [1, 3])
def test_a_feed_gap_of_stages_not_known_is_not_known(missing):
    """Neither no gap nor the whole need."""
    stages = np.full(4, 1000.0)
    stages[missing] = np.nan
    counted = ~np.isnan(stages)
    found = _balance(*stages, counted=counted)
    assert np.isnan(found.feed_gap).all()
    assert np.isnan(found.surplus[0]).tolist() == (~counted).tolist()
    assert found.flow.tolist() == [1000]


def test_a_need_not_known_leaves_surplus_not_known_and_the_flow_as_it_is():
    found = _balance(5, 4, 3, 2, need=np.nan)
    assert np.isnan(found.surplus).all()
    assert found.flow.tolist() == [2]


@given(_STAGES, st.floats(0, 1e5))
def test_more_separation_never_widens_the_feed_gap(capacity, more):
    grown = capacity.copy()
    grown[:, 1] += more
    before, after = (
        compute_stage_balance(c, np.ones(3), is_counted=ALL, magnet_per_oxide=np.full(3, 2.15))
        for c in (capacity, grown)
    )
    assert np.all((after.feed_gap >= 0) & (after.feed_gap <= before.feed_gap))
    assert np.all(after.flow >= before.flow)
