"""A chain delivers no more than its narrowest stage, whoever joins it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from third_pillar.model.chain import compute_chain_flow, compute_served_share

STAGES = 4
ALL = np.ones(STAGES, dtype=bool)
_TONNES = st.floats(0, 1e6)
_CHAINS = arrays(
    float, st.tuples(st.integers(1, 6), st.integers(1, 5), st.just(STAGES)), elements=_TONNES
)
_COUNTED = arrays(bool, STAGES).filter(lambda counted: bool(counted.any()))


def _chain(*stages):
    """One draw, one member."""
    return np.array([[stages]], dtype=float)


def test_two_pipes_in_series_carry_what_the_narrower_one_does():
    """Textbook: source to sink over capacities 5 and 3 carries 3 (networkx, SciPy, CLRS 26.1)."""
    found = compute_chain_flow(_chain(5, 3), is_counted=np.array([True, True]))
    assert found.flow.tolist() == [3]
    assert found.binding_stage.tolist() == [1]


@given(_CHAINS, _COUNTED)
def test_flow_is_the_narrowest_counted_stage(capacity, counted):
    """No counted stage is exceeded and one is used in full: the one said to bind."""
    found = compute_chain_flow(capacity, is_counted=counted)
    pooled = capacity.sum(axis=1)
    assert np.all(found.flow[:, None] <= pooled[:, counted])
    assert counted[found.binding_stage].all()
    np.testing.assert_array_equal(
        found.flow, np.take_along_axis(pooled, found.binding_stage[:, None], axis=1)[:, 0]
    )
    assert found.binding_share.sum() == pytest.approx(1)


@given(_CHAINS, st.data())
def test_more_capacity_never_lowers_the_flow(capacity, data):
    more = data.draw(arrays(float, capacity.shape, elements=_TONNES))
    before, after = (compute_chain_flow(c, is_counted=ALL) for c in (capacity, capacity + more))
    assert np.all(after.flow >= before.flow)
    need = np.full(len(capacity), 1000.0)
    served, more_served = (compute_served_share(found.flow, need) for found in (before, after))
    assert np.all(more_served >= served)


@given(_CHAINS)
def test_a_member_that_only_needs_adds_nothing(capacity):
    """A country without capacity leaves the pool's flow and bottleneck as they were."""
    idle = np.zeros((len(capacity), 1, STAGES))
    alone = compute_chain_flow(capacity, is_counted=ALL)
    joined = compute_chain_flow(np.concatenate([capacity, idle], axis=1), is_counted=ALL)
    np.testing.assert_array_equal(joined.flow, alone.flow)
    np.testing.assert_array_equal(joined.binding_stage, alone.binding_stage)


@given(_CHAINS)
def test_pooling_never_does_worse_than_each_for_itself(capacity):
    alone = sum(
        compute_chain_flow(capacity[:, [member], :], is_counted=ALL).flow
        for member in range(capacity.shape[1])
    )
    pooled = compute_chain_flow(capacity, is_counted=ALL).flow
    assert np.all(pooled >= alone - 1e-6 * (1 + alone))


def test_of_equally_narrow_stages_the_upstream_one_binds():
    assert compute_chain_flow(_chain(7, 2, 2, 2), is_counted=ALL).binding_stage.tolist() == [1]


def test_a_stage_left_out_closes_nothing():
    """Missing data on metal is left out and named elsewhere; it is no zero."""
    without_metal = np.array([True, True, False, True])
    assert compute_chain_flow(_chain(9, 8, 0, 7), is_counted=without_metal).flow.tolist() == [7]
    unknown = compute_chain_flow(_chain(9, 8, np.nan, 7), is_counted=without_metal)
    assert unknown.flow.tolist() == [7]


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_capacity_that_cannot_be_is_refused_at_a_counted_stage(bad):
    with pytest.raises(ValueError, match="negative or missing"):
        compute_chain_flow(_chain(9, bad, 8, 7), is_counted=ALL)


def test_one_members_negative_capacity_is_not_hidden_by_anothers():
    capacity = np.array([[[9.0, -1.0, 8.0, 7.0], [9.0, 9.0, 9.0, 9.0]]])
    with pytest.raises(ValueError, match="negative or missing"):
        compute_chain_flow(capacity, is_counted=ALL)


def test_a_chain_of_which_nothing_is_counted_is_refused():
    with pytest.raises(ValueError, match="no stage is counted"):
        compute_chain_flow(_chain(9, 8, 7, 6), is_counted=~ALL)


@given(arrays(float, 5, elements=_TONNES), arrays(float, 5, elements=_TONNES))
def test_a_served_share_is_a_share(flow, need):
    """Between nothing and all of it; flow beyond the need serves nobody twice."""
    share = compute_served_share(flow, need)
    assert np.all((share >= 0) & (share <= 1))
    np.testing.assert_array_equal(share[(flow >= need) & (need > 0)], 1)


def test_no_need_is_met_in_full_and_half_a_flow_meets_half():
    flow = np.array([0.0, 5.0, 50.0])
    assert compute_served_share(flow, np.array([0.0, 10.0, 100.0])).tolist() == [1, 0.5, 0.5]


def test_a_negative_need_is_refused():
    with pytest.raises(ValueError, match="need is negative"):
        compute_served_share(np.array([1.0]), np.array([-1.0]))
