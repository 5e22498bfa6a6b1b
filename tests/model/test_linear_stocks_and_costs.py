"""The linear programme with stocks and costs: serve most first, then cheapest, never beyond."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from third_pillar.model.chain import compute_chain_flow
from third_pillar.model.linear import ChainProgramme, Link

STAGES = 4
ALL = np.ones(STAGES, dtype=bool)
_TONNES = st.one_of(st.just(0.0), st.floats(1.0, 1e4))


@st.composite
def pools(draw):
    """(capacity, need, stocks, costs) of one pool."""
    members = draw(st.integers(1, 3))
    shape = (members, STAGES)
    return tuple(draw(arrays(float, size, elements=_TONNES)) for size in (shape, 1, shape, shape))


def programme(members, **options):
    return ChainProgramme(members=members, needs=1, is_counted=ALL, **options)


@settings(max_examples=40, deadline=None)
@given(pools())
def test_costs_never_lower_what_is_served(pool):
    """Unserved first, then cost: with any costs the need served is that of the closed form."""
    capacity, need, _, costs = pool
    flow = compute_chain_flow(capacity[None], is_counted=ALL).flow[0]
    found = programme(len(capacity), costs=costs).solve_fully(capacity, need)
    assert found.served == pytest.approx(min(flow, need[0]), rel=1e-7, abs=1e-6)
    assert found.cost >= -1e-6


@settings(max_examples=40, deadline=None)
@given(pools())
def test_a_stock_is_drawn_no_further_than_it_reaches(pool):
    """And it serves no less than none, and no more than itself besides."""
    capacity, need, stocks, _ = pool
    solver = programme(len(capacity), has_stocks=True)
    without = solver.solve_fully(capacity, need).served
    found = solver.solve_fully(capacity, need, stocks=stocks)
    assert np.all(found.drawn >= -1e-7)
    assert np.all(found.drawn <= stocks + 1e-6)
    assert without - 1e-6 <= found.served <= without + stocks.sum() + 1e-5


@settings(max_examples=40, deadline=None)
@given(pools(), st.integers(0, STAGES - 1), st.floats(0, 1e4))
def test_more_capacity_never_lowers_what_is_served(pool, stage, more):
    capacity, need, stocks, _ = pool
    richer = capacity.copy()
    richer[0, stage] += more
    solver = programme(len(capacity), has_stocks=True)
    before = solver.solve_fully(capacity, need, stocks=stocks).served
    assert solver.solve_fully(richer, need, stocks=stocks).served >= before - 1e-6


@settings(max_examples=30, deadline=None)
@given(pools())
def test_a_warm_start_changes_no_answer(pool):
    """What was solved before is a matter of speed alone."""
    capacity, need, stocks, _ = pool
    warm = programme(len(capacity), has_stocks=True)
    warm.solve_fully(capacity[::-1] * 3, need * 2, stocks=stocks * 0)
    fresh = programme(len(capacity), has_stocks=True)
    assert warm.solve_fully(capacity, need, stocks=stocks).served == pytest.approx(
        fresh.solve_fully(capacity, need, stocks=stocks).served, rel=1e-9, abs=1e-6
    )


def test_the_cheaper_of_two_makers_is_taken_first():
    capacity = np.full((2, STAGES), 10.0)
    costs = np.array([[1.0, 1, 1, 5], [1, 1, 1, 2]])
    found = programme(2, costs=costs).solve_fully(capacity, np.array([12.0]))
    # Ten tonnes of magnets at 2, two at 5, and three stages at 1 for twelve tonnes.
    assert found.served == pytest.approx(12)
    assert found.cost == pytest.approx(10 * 2 + 2 * 5 + 12 * 3)


def test_serving_more_wins_over_any_saving():
    """A tonne that costs a million times the others is made if it is needed."""
    capacity = np.array([[5.0] * STAGES, [5.0] * STAGES])
    costs = np.array([[1.0] * STAGES, [1e6] * STAGES])
    assert programme(2, costs=costs).solve(capacity, np.array([10.0])) == pytest.approx(10)


def test_a_stock_stands_in_for_the_stage_it_holds_and_those_before():
    """Four tonnes of metal in store make four tonnes of magnets without a mine."""
    capacity = np.array([[0.0, 0, 0, 10]])
    stocks = np.array([[0.0, 0, 4, 0]])
    found = programme(1, has_stocks=True).solve_fully(capacity, np.array([10.0]), stocks=stocks)
    assert found.served == pytest.approx(4)
    assert found.drawn[0].tolist() == pytest.approx([0, 0, 4, 0])


def test_what_comes_from_stock_costs_nothing_at_its_stage():
    capacity, costs = np.array([[5.0] * STAGES]), np.ones((1, STAGES))
    stocks = np.array([[0.0, 0, 0, 5]])
    found = programme(1, costs=costs, has_stocks=True).solve_fully(
        capacity, np.array([5.0]), stocks=stocks
    )
    assert (found.served, found.cost) == (pytest.approx(5), pytest.approx(0))


def test_a_ban_binds_on_stocks_too():
    """Metal in store with one member cannot reach the magnet maker it may not sell to."""
    capacity = np.array([[0.0, 0, 0, 0], [0, 0, 0, 10]])
    stocks = np.array([[0.0, 0, 4, 0], [0, 0, 0, 0]])
    solver = programme(2, has_stocks=True, links=[Link(2, 0, 1, is_ban=True)])
    assert solver.solve_fully(capacity, np.array([10.0]), [0.0], stocks).served == pytest.approx(0)


@pytest.mark.parametrize(
    ("options", "stocks", "said"),
    [
        ({}, np.zeros((1, STAGES)), "without stocks"),
        ({"has_stocks": True}, np.zeros((2, STAGES)), "do not fit"),
        ({"has_stocks": True}, np.full((1, STAGES), -1.0), "negative or missing"),
        ({"has_stocks": True}, np.full((1, STAGES), np.nan), "negative or missing"),
    ],
)
def test_stocks_that_cannot_be_are_refused(options, stocks, said):
    solver = programme(1, **options)
    with pytest.raises(ValueError, match=said):
        solver.solve_fully(np.ones((1, STAGES)), np.ones(1), stocks=stocks)


@pytest.mark.parametrize("costs", [np.ones((2, STAGES)), np.full((1, STAGES), -1.0)])
def test_costs_that_cannot_be_are_refused(costs):
    with pytest.raises(ValueError, match="costs"):
        programme(1, costs=costs)


def test_costs_of_nothing_are_no_costs():
    found = programme(1, costs=np.zeros((1, STAGES))).solve_fully(np.ones((1, 4)), np.ones(1))
    assert (found.served, found.cost) == (pytest.approx(1), 0.0)


@pytest.mark.parametrize(("first", "second", "flow"), [(5.0, 3.0, 3.0), (3.0, 5.0, 3.0)])
def test_a_published_serial_bottleneck_comes_out(first, second, flow):
    """Two pipes in a row, of 5 and of 3: `maximum_flow` of scipy's documentation gives 3."""
    capacity = np.array([[first, second]])
    found = compute_chain_flow(capacity[None], is_counted=np.ones(2, dtype=bool)).flow[0]
    solver = ChainProgramme(members=1, needs=1, is_counted=np.ones(2, dtype=bool))
    assert found == flow
    assert solver.solve(capacity, np.array([100.0])) == pytest.approx(flow)


def test_a_published_cheapest_flow_comes_out():
    """Two routes of two edges each for 5 units: networkx's `min_cost_flow_cost` gives 24.

    The routes cross nowhere, so each member keeps its own from the first stage to the second.
    """
    capacity = np.array([[4.0, 9.0], [10.0, 5.0]])
    costs = np.array([[3.0, 1.0], [6.0, 2.0]])
    apart = (Link(0, 0, 1, is_ban=True), Link(0, 1, 0, is_ban=True))
    solver = ChainProgramme(
        members=2, needs=1, is_counted=np.ones(2, dtype=bool), costs=costs, links=apart
    )
    found = solver.solve_fully(capacity, np.array([5.0]), reserved=(0.0, 0.0))
    assert found.served == pytest.approx(5.0)
    assert found.cost == pytest.approx(24.0)
