"""Other readings of "pillar": laws that hold whatever the figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from third_pillar.model.attribution import compute_mean_shapley, compute_shapley
from third_pillar.model.readings import (
    Allocation,
    compute_net_position,
    compute_pool_flow,
    compute_redundancy,
    rank_partners,
)

ALL = np.ones(4, dtype=bool)
TONNES = st.floats(0, 1e5, allow_nan=False)


def members(count):
    return arrays(float, (3, count, 4), elements=TONNES)


def draws(low=1.0):
    return arrays(float, (3,), elements=st.floats(low, 1e5))


@settings(max_examples=60)
@given(members(4), draws())
def test_shapley_values_add_to_what_all_serve_together(capacity, need):
    """Efficiency."""
    value = compute_shapley(capacity, need, is_counted=ALL)
    together = np.minimum(compute_pool_flow(capacity, is_counted=ALL), need)
    assert np.allclose(value.sum(axis=1), together, atol=1e-6)


@settings(max_examples=40)
@given(members(3), draws())
def test_a_member_that_brings_nothing_is_worth_nothing(capacity, need):
    """Null player."""
    joined = np.concatenate([capacity, np.zeros((3, 1, 4))], axis=1)
    assert np.allclose(compute_shapley(joined, need, is_counted=ALL)[:, 3], 0, atol=1e-6)


@settings(max_examples=40)
@given(members(2), draws())
def test_equal_members_are_worth_the_same(capacity, need):
    """Symmetry."""
    twins = np.concatenate([capacity, capacity[:, :1, :]], axis=1)
    value = compute_shapley(twins, need, is_counted=ALL)
    assert np.allclose(value[:, 0], value[:, 2], atol=1e-6)


def test_two_members_that_need_each_other_share_alike():
    """Worked by hand: a mine of 10 and a refinery of 10 make 10 only together."""
    capacity = np.array([[[10.0, 0, 0, 0], [0, 10.0, 10.0, 10.0]]])
    assert np.allclose(compute_shapley(capacity, np.array([50.0]), is_counted=ALL), [[5.0, 5.0]])


def test_too_many_members_for_an_exact_value_are_refused():
    with pytest.raises(ValueError, match="14 members at most"):
        compute_shapley(np.ones((1, 15, 4)), np.ones(1), is_counted=ALL)


@settings(max_examples=60)
@given(members(3), arrays(float, (3, 4), elements=TONNES), draws())
def test_joining_never_lowers_what_is_served_after_a_failure(pool, candidate, need):
    alone, joined, lost = compute_redundancy(pool, candidate, need, is_counted=ALL)
    assert np.all(joined >= alone - 1e-12)
    assert 0 <= lost < 3


def test_the_member_that_fails_is_the_one_that_costs_most():
    pool = np.array([[[1.0] * 4, [9.0] * 4, [2.0] * 4]])
    _, _, lost = compute_redundancy(pool, np.zeros((1, 4)), np.array([12.0]), is_counted=ALL)
    assert lost == 1


def test_a_pool_of_one_has_nobody_to_fail_over_to():
    with pytest.raises(ValueError, match="two members"):
        compute_redundancy(np.ones((1, 1, 4)), np.ones((1, 4)), np.ones(1), is_counted=ALL)


@settings(max_examples=60)
@given(members(2), arrays(float, (3, 4), elements=TONNES), draws(), draws(0.0))
def test_others_first_is_never_a_burden_and_never_less_than_another_rule(pool, own, need, home):
    net = {
        rule: compute_net_position(pool, own, need, home, is_counted=ALL, allocation=rule)
        for rule in Allocation
    }
    assert np.all(net[Allocation.OTHERS_FIRST] >= -1e-9)
    for rule in Allocation:
        assert np.all(net[rule] <= net[Allocation.OTHERS_FIRST] + 1e-6)


def test_a_candidate_with_demand_only_is_a_burden_only_if_it_is_served():
    """Worked by hand: a pool of 10 for a need of 10; the newcomer needs 10 and makes none."""
    pool, own = np.full((1, 1, 4), 10.0), np.zeros((1, 4))
    need = home = np.array([10.0])
    net = {
        rule: float(compute_net_position(pool, own, need, home, is_counted=ALL, allocation=rule)[0])
        for rule in Allocation
    }
    assert net[Allocation.PRO_RATA] == -5.0
    assert net[Allocation.OTHERS_FIRST] == 0.0
    assert net[Allocation.HOME_FIRST_MAGNETS] == 0.0
    assert net[Allocation.HOME_FIRST_CHAIN] == 0.0


def test_its_own_magnets_from_others_oxide_are_a_burden_if_home_comes_first_at_magnets():
    """Worked by hand: it adds magnets only, so each tonne it keeps is a tonne of others' oxide."""
    pool = np.array([[[10.0, 10.0, 10.0, 10.0]]])
    own, need, home = np.array([[0.0, 0, 0, 4.0]]), np.array([10.0]), np.array([6.0])
    burden = compute_net_position(
        pool, own, need, home, is_counted=ALL, allocation=Allocation.HOME_FIRST_MAGNETS
    )
    chain = compute_net_position(
        pool, own, need, home, is_counted=ALL, allocation=Allocation.HOME_FIRST_CHAIN
    )
    assert burden[0] == -4.0
    assert chain[0] == 0.0


def test_equal_additions_share_the_better_rank():
    gains = np.array([5.0, 9.0, 5.0, 1.0])
    assert [rank_partners(gains, place) for place in range(4)] == [2, 1, 2, 4]


def test_what_is_not_known_adds_nothing_to_a_pool():
    pool = np.array([[[5.0, np.nan, 5.0, 5.0], [0.0, 3.0, 0.0, 0.0]]])
    assert compute_pool_flow(pool, is_counted=ALL)[0] == 3.0


def test_the_mean_shapley_value_is_the_mean_of_the_values():
    generator = np.random.default_rng(7)
    capacity, need = generator.random((90, 6, 4)), generator.random(90) * 3
    capacity[:, 2, 1] = np.nan
    np.testing.assert_allclose(
        compute_mean_shapley(capacity, need, is_counted=ALL),
        compute_shapley(capacity, need, is_counted=ALL).mean(axis=0),
        atol=1e-9,
    )
    with pytest.raises(ValueError, match="14 members at most"):
        compute_mean_shapley(np.ones((1, 15, 4)), np.ones(1), is_counted=ALL)


def test_of_members_whose_loss_costs_as_much_the_first_fails():
    pool = np.ones((5, 3, 4)) * np.array([0.1, 0.7, 0.2])[:, None].reshape(1, 3, 1)
    twins = np.concatenate([pool, pool[:, [1]]], axis=1)
    _, _, lost = compute_redundancy(twins, np.zeros((5, 4)), np.full(5, 1.5), is_counted=ALL)
    assert lost == 1
