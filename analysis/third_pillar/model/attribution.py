"""Attribution: what each member of a pool adds on average over every order of joining."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from third_pillar.model.chain import count_known
from third_pillar.model.sampling import Draws

Capacity = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def compute_shapley(members: Capacity, need: Draws, *, is_counted: Mask) -> Capacity:
    """Each member's average addition to the need served, over every order of joining.

    Args:
        members: Shape (draws, members, stages); at most 14 members.
        need: Shape (draws,).
        is_counted: Stages that constrain.

    Returns:
        Tonnes of magnets a year, shape (draws, members); they add to what all serve together.

    Raises:
        ValueError: Too many members for an exact value.

    Method:
        §5.7 of docs/methods.md (Shapley 1953, doi:10.1515/9781400881970-018).
    """
    value = [_average_gains(served) for served in _serve_coalitions(members, need, is_counted)]
    found = np.concatenate(value, axis=1).T
    # Nobody's joining lowers what is served: below zero, or next to nothing of it, is rounding.
    nothing = _ROUNDING * found.sum(axis=1, keepdims=True)
    return np.where(found < nothing, 0.0, np.maximum(found, 0.0))


def compute_mean_shapley(members: Capacity, need: Draws, *, is_counted: Mask) -> Draws:
    """Mean over the draws of each member's Shapley value, shape (members,).

    The value is linear in what coalitions serve: the mean may be taken of that first.

    Raises:
        ValueError: As `compute_shapley`.

    Method:
        §5.7 of docs/methods.md.
    """
    parts = _serve_coalitions(members, need, is_counted)
    served = np.add.reduce([part.sum(axis=1) for part in parts]) / len(need)
    return np.maximum(_average_gains(served[:, None])[:, 0], 0.0)


def _serve_coalitions(members: Capacity, need: Draws, is_counted: Mask) -> Iterator[Capacity]:
    """What every coalition serves, shape (coalitions, draws), some draws at a time.

    The coalitions of all draws at once would not fit the memory.
    """
    count = members.shape[1]
    check_count(count)
    known = count_known(members)[:, :, is_counted].transpose(2, 1, 0)
    step = max(1, _CELLS >> count)
    for start in range(0, members.shape[0], step):
        part = slice(start, start + step)
        flow = _pool_coalitions(known[:, :, part])
        yield np.minimum(flow, need[part], out=flow)


def check_count(count: int) -> None:
    """Nothing, if the value of so many members can be computed exactly.

    Raises:
        ValueError: Too many.
    """
    if count > _EXACT:
        raise ValueError(f"exact values are computed for {_EXACT} members at most, not {count}")


_CELLS = 2**16
"""Draws times coalitions held at a time: half a megabyte, which stays in the processor's cache."""


def _pool_coalitions(known: Capacity) -> Capacity:
    """Flow of every coalition, shape (coalitions, draws), from shape (stages, members, draws).

    Coalition c holds member m if bit m of c is set.
    """
    flow = sum_coalitions(known[0], np.empty((2 ** known.shape[1], known.shape[2])))
    pooled = np.empty_like(flow)
    for stage in known[1:]:
        np.minimum(flow, sum_coalitions(stage, pooled), out=flow)
    return flow


def sum_coalitions(known: Capacity, pooled: Capacity) -> Capacity:
    """What each coalition holds at one stage, from shape (members, draws), written to `pooled`."""
    pooled[0] = 0.0
    for member, tonnes in enumerate(known):
        half = 2**member
        np.add(pooled[:half], tonnes, out=pooled[half : 2 * half])
    return pooled


def _average_gains(served: Capacity) -> Capacity:
    """Shapley values, shape (members, draws), from what every coalition serves.

    Joining weighs as much as staying out: what coalitions with the member serve, less what
    all serve when they are counted as those without it.
    """
    count = len(served).bit_length() - 1
    joining, staying = coalition_weights(count)
    without = staying[:, None] * served
    folded = joining[:, None] * served + without
    everything = without.sum(axis=0)
    value = np.empty((count, served.shape[1]))
    for member in reversed(range(count)):
        half = 2**member
        value[member] = folded[half:].sum(axis=0) - everything
        folded = folded[:half] + folded[half:]
    return value


_EXACT = 14
_ROUNDING = 1e-12


@lru_cache(maxsize=16)
def coalition_weights(count: int) -> tuple[Draws, Draws]:
    """Weight of each coalition where a member of it joins, and where one outside stays out."""
    size = np.bitwise_count(np.arange(2**count)).astype(int)
    weight = np.append(_order_weights(count), 0.0)
    return weight[np.maximum(size - 1, 0)], weight[size]


def _order_weights(count: int) -> Draws:
    """Weight of a coalition of each size: |S|! (n-|S|-1)! / n!."""
    sizes = np.arange(count)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, count + 1)))])
    log_weight = log_factorial[sizes] + log_factorial[count - sizes - 1] - log_factorial[count]
    return np.asarray(np.exp(log_weight), dtype=float)
