"""The linear programme: it agrees with the closed form where links are free, and links bind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from third_pillar.model.chain import compute_chain_flow
from third_pillar.model.linear import OUTSIDE, ChainProgramme, Link, compute_linked_flow

STAGES = 4
ALL = np.ones(STAGES, dtype=bool)
# Tonnes are known to a kilogram at the very best; below that a tolerance is all there is.
_TONNES = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))
_COUNTED = arrays(bool, STAGES).filter(lambda counted: bool(counted.any()))


@st.composite
def pools(draw):
    """(capacity, need) of one pool in several draws."""
    draws, members, needs = (
        draw(st.integers(1, 4)),
        draw(st.integers(1, 5)),
        draw(st.integers(1, 3)),
    )
    capacity = draw(arrays(float, (draws, members, STAGES), elements=_TONNES))
    return capacity, draw(arrays(float, (draws, needs), elements=_TONNES))


@st.composite
def ties(draw, members, needs):
    stage = draw(st.integers(0, STAGES - 1))
    target = draw(st.integers(OUTSIDE, (needs if stage == STAGES - 1 else members) - 1))
    return Link(stage, draw(st.integers(0, members - 1)), target, draw(st.booleans()))


def closed_form(capacity, need, counted=ALL):
    flow = compute_chain_flow(capacity, is_counted=counted).flow
    return np.minimum(flow, need.sum(axis=1))


@settings(max_examples=60, deadline=None)
@given(pools(), _COUNTED)
def test_where_links_are_free_both_engines_agree(pool, counted):
    """To 1e-9 relative, draw after draw, each solved from the last (§3.6)."""
    capacity, need = pool
    found = compute_linked_flow(capacity, need, is_counted=counted)
    np.testing.assert_allclose(found, closed_form(capacity, need, counted), rtol=1e-9, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(pools(), st.data())
def test_a_link_never_serves_more(pool, data):
    capacity, need = pool
    members, needs = capacity.shape[1], need.shape[1]
    links = data.draw(st.lists(ties(members, needs), max_size=4))
    held = data.draw(arrays(float, (len(capacity), len(links)), elements=_TONNES))
    bound = compute_linked_flow(capacity, need, is_counted=ALL, links=links, reserved=held)
    free = closed_form(capacity, need)
    assert np.all(bound <= free * (1 + 1e-9) + 1e-6)
    assert np.all(bound >= -1e-9)


@settings(max_examples=40, deadline=None)
@given(pools())
def test_links_that_hold_nothing_change_nothing(pool):
    """A reservation of zero tonnes and a ban out of the pool are no constraint."""
    capacity, need = pool
    links = [Link(1, 0, 0), Link(0, 0, OUTSIDE, is_ban=True)]
    found = compute_linked_flow(capacity, need, is_counted=ALL, links=links)
    np.testing.assert_allclose(found, closed_form(capacity, need), rtol=1e-9, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(pools())
def test_the_order_of_the_draws_does_not_matter(pool):
    """A warm start is a matter of speed, never of the answer."""
    capacity, need = pool
    there = compute_linked_flow(capacity, need, is_counted=ALL)
    back = compute_linked_flow(capacity[::-1], need[::-1], is_counted=ALL)[::-1]
    np.testing.assert_allclose(there, back, rtol=1e-9, atol=1e-9)


def _solve(capacity, links, reserved, need=(100.0,)):
    return compute_linked_flow(
        np.array([capacity], dtype=float),
        np.array([need], dtype=float),
        is_counted=ALL,
        links=links,
        reserved=np.array([reserved], dtype=float),
    )[0]


MINER = (10, 10, 0, 0)
MAKER = (0, 0, 10, 10)


def test_a_ban_closes_the_only_way():
    assert _solve([MINER, MAKER], [], []) == pytest.approx(10)
    assert _solve([MINER, MAKER], [Link(1, 0, 1, is_ban=True)], [0]) == pytest.approx(0)


def test_what_is_promised_to_a_member_goes_there_or_nowhere():
    """Six of ten tonnes are kept for a member without plants: four are left."""
    idle = (0, 0, 0, 0)
    assert _solve([MINER, MAKER, idle], [Link(1, 0, 2)], [6]) == pytest.approx(4)
    assert _solve([MINER, MAKER, idle], [Link(1, 0, 1)], [6]) == pytest.approx(10)


def test_what_is_promised_abroad_is_lost():
    assert _solve([MINER, MAKER], [Link(0, 0, OUTSIDE)], [3]) == pytest.approx(7)


def test_promises_beyond_capacity_are_cut_in_proportion():
    links = [Link(1, 0, 1), Link(1, 0, OUTSIDE)]
    assert _solve([MINER, MAKER], links, [15, 5]) == pytest.approx(7.5)


def test_a_link_at_the_last_stage_leads_to_a_need():
    """Magnets kept for the second need, which asks for one tonne, do not serve the first."""
    links = [Link(3, 1, 1)]
    assert _solve([MINER, MAKER], links, [8], need=(100.0, 1.0)) == pytest.approx(3)


def test_a_link_at_a_stage_left_out_is_no_constraint():
    counted = np.array([True, True, False, True])
    found = compute_linked_flow(
        np.array([[(10.0, 10.0, 0.0, 10.0)]]),
        np.array([[100.0]]),
        is_counted=counted,
        links=[Link(2, 0, 0, is_ban=True)],
    )
    assert found.tolist() == [10]


@pytest.mark.parametrize(
    ("link", "said"),
    [(Link(4, 0, 0), "stage"), (Link(0, 2, 0), "member"), (Link(0, 0, 2), "member")],
)
def test_a_link_to_nowhere_is_refused(link, said):
    with pytest.raises(ValueError, match=said):
        ChainProgramme(members=2, needs=1, is_counted=ALL, links=[link])


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_figures_that_cannot_be_are_refused(bad):
    programme = ChainProgramme(members=1, needs=1, is_counted=ALL)
    with pytest.raises(ValueError, match="negative or missing"):
        programme.solve(np.full((1, STAGES), bad), np.array([1.0]))
    with pytest.raises(ValueError, match="negative or missing"):
        programme.solve(np.ones((1, STAGES)), np.array([bad]))


def test_a_programme_without_stages_is_refused():
    with pytest.raises(ValueError, match="needs a stage"):
        ChainProgramme(members=1, needs=1, is_counted=~ALL)
