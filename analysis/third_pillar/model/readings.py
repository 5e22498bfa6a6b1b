"""Other readings of "pillar" than breadth and attribution: partner, redundancy, net position."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from third_pillar.model.chain import compute_chain_flow, count_known
from third_pillar.model.sampling import Draws

Capacity = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Allocation(StrEnum):
    """Who is served first from a chain that the candidate joins."""

    PRO_RATA = "pro rata"
    HOME_FIRST_MAGNETS = "home first at magnets"
    HOME_FIRST_CHAIN = "home first along its own chain"
    OTHERS_FIRST = "others first"


def compute_pool_flow(members: Capacity, *, is_counted: Mask) -> Draws:
    """Magnets a pool can make, tonnes a year, shape (draws,); zero for an empty pool.

    Args:
        members: Magnet-equivalent tonnes a year, shape (draws, members, stages); NaN where
            nothing is known adds nothing to the pool.
        is_counted: Stages that constrain, shape (stages,).

    Method:
        §3.3 of docs/methods.md.
    """
    if members.shape[1] == 0:
        return np.zeros(members.shape[0])
    return compute_chain_flow(count_known(members), is_counted=is_counted).flow


def rank_partners(gains: npt.NDArray[np.float64], candidate: int) -> int:
    """Rank of one candidate by what it alone adds; equal gains share the better rank.

    Args:
        gains: Addition of each candidate.
        candidate: Its place in `gains`.

    Method:
        §5.4 of docs/methods.md.
    """
    return 1 + int(np.sum(gains > gains[candidate] + _SAME))


_SAME = 1e-6
"""A gram: less than that is rounding."""


def compute_redundancy(
    pool: Capacity, candidate: Capacity, need: Draws, *, is_counted: Mask
) -> tuple[Draws, Draws, int]:
    """Share of the need served when the most important member of a pool fails.

    Args:
        pool: Members without the candidate, shape (draws, members, stages), two or more.
        candidate: Shape (draws, stages).
        need: Shape (draws,), positive.
        is_counted: Stages that constrain.

    Returns:
        Share served after the failure without the candidate and with it, shape (draws,) each,
        and the place of the member that fails: the one whose loss costs most on average.

    Raises:
        ValueError: A pool of fewer than two members has nobody left to fail over to.

    Method:
        §5.5 of docs/methods.md.
    """
    known = np.ascontiguousarray(count_known(pool).transpose(1, 2, 0))
    _check(known.sum(axis=0).T, is_counted)
    lost = int(find_costliest_loss(known, need, rules=is_counted[None])[0])
    left = sum_without(known, lost).T
    joined = left + _check(count_known(candidate), is_counted)
    alone, together = (_flow(pooled, is_counted) / need for pooled in (left, joined))
    return np.minimum(alone, 1.0), np.minimum(together, 1.0), lost


def find_costliest_loss(known: Capacity, need: Draws, *, rules: Mask) -> npt.NDArray[np.int64]:
    """The member whose loss costs most on average, by several rules on what constrains.

    Args:
        known: Tonnes of each member, shape (members, stages, draws), two members or more.
        need: Shape (draws,).
        rules: Stages that constrain, shape (rules, stages).

    Returns:
        Its place, shape (rules,); of those whose loss costs as much, to the gram, the first.

    Raises:
        ValueError: A pool of fewer than two members has nobody left to fail over to.

    Method:
        §5.5 of docs/methods.md.
    """
    if len(known) < _TWO:
        raise ValueError("redundancy needs a pool of two members or more")
    whole = known.sum(axis=0)
    served = np.empty((len(known), len(rules)))
    for place, tonnes in enumerate(known):
        left = whole - tonnes
        for rule, stages in enumerate(rules):
            served[place, rule] = np.minimum(left[stages].min(axis=0), need).mean()
    return np.asarray(np.argmax(served <= served.min(axis=0) + _SAME, axis=0))


def sum_without(known: Capacity, lost: int) -> Capacity:
    """What a pool holds once one member has failed, shape (stages, draws).

    Args:
        known: Tonnes of each member, shape (members, stages, draws).
        lost: Place of the member.
    """
    left = np.zeros(known.shape[1:])
    for place, tonnes in enumerate(known):
        if place != lost:
            left += tonnes
    return left


_TWO = 2


def _check(pooled: Draws, is_counted: Mask) -> Draws:
    """The same tonnes, shape (draws, stages), if a chain can be made of them."""
    if not is_counted.any():
        raise ValueError("no stage is counted: nothing constrains the chain")
    if not (pooled[:, is_counted] >= 0).all():
        raise ValueError("capacity at a counted stage is negative")
    return pooled


def _flow(pooled: Draws, is_counted: Mask) -> Draws:
    """What stages in series let through, from tonnes of shape (draws, stages) (§3.3)."""
    return np.asarray(pooled[:, is_counted].min(axis=1))


def compute_net_position(
    pool: Capacity,
    candidate: Capacity,
    need: Draws,
    home_need: Draws,
    *,
    is_counted: Mask,
    allocation: Allocation,
) -> Draws:
    """What others get more, or less, of magnets once the candidate joins, tonnes a year.

    Args:
        pool: Members without the candidate, shape (draws, members, stages).
        candidate: Shape (draws, stages).
        need: Need of the others, shape (draws,).
        home_need: Need of the candidate itself, shape (draws,).
        is_counted: Stages that constrain.
        allocation: Who is served first.

    Returns:
        Tonnes a year, shape (draws,): positive where the candidate leaves something for the
        others, negative where it draws on them.

    Method:
        §5.6 of docs/methods.md.
    """
    pooled = _check(count_known(pool).sum(axis=1), is_counted)
    own = _check(count_known(candidate), is_counted)
    # A pool without members makes nothing, whatever is counted of it.
    before = np.minimum(_flow(pooled, is_counted), need)
    if allocation is Allocation.HOME_FIRST_CHAIN:
        left = keep_home(own.T, home_need, is_counted=is_counted).T
        served = _flow(pooled + left, is_counted)
    else:
        flow = _flow(pooled + own, is_counted)
        served = allot_flow(flow, own[:, _MAGNET], need, home_need, allocation=allocation)
    return np.asarray(np.minimum(served, need) - before, dtype=float)


_MAGNET = 3


def allot_flow(
    flow: Draws, magnets: Draws, need: Draws, home_need: Draws, *, allocation: Allocation
) -> Draws:
    """What of a joined chain's flow is for the others, before their need caps it.

    Args:
        flow: Of the chain with the candidate, tonnes of magnets a year, shape (..., draws).
        magnets: What the candidate can make of magnets, shape (draws,).
        need: Of the others, shape (draws,).
        home_need: Of the candidate, shape (draws,).
        allocation: Who is served first; along the candidate's own chain, `keep_home` is asked.

    Raises:
        ValueError: Home first along its own chain is not a share of the flow.

    Method:
        §5.6 of docs/methods.md.
    """
    if allocation is Allocation.OTHERS_FIRST:
        return flow
    if allocation is Allocation.PRO_RATA:
        return np.asarray(flow * need / (need + home_need))
    if allocation is Allocation.HOME_FIRST_MAGNETS:
        return np.asarray(flow - np.minimum(np.minimum(home_need, magnets), flow))
    raise ValueError(f"{allocation}: ask what is left of each stage instead")


def keep_home(own: Capacity, home_need: Draws, *, is_counted: Mask) -> Capacity:
    """What the candidate leaves at each stage once its own chain has served it.

    Args:
        own: Its tonnes, shape (stages, draws).
        home_need: Shape (draws,).
        is_counted: Stages that constrain.

    Method:
        §5.6 of docs/methods.md.
    """
    kept = np.minimum(home_need, own[is_counted].min(axis=0))
    return np.asarray(np.maximum(own - kept, 0.0))
