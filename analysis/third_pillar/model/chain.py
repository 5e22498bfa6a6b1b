"""What a chain of stages can deliver: no more than its narrowest stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from third_pillar.model.sampling import Draws


@dataclass(frozen=True)
class ChainFlow:
    """Magnets a pooled chain can make in each draw.

    Attributes:
        flow: Tonnes of magnets a year, shape (draws,).
        binding_stage: Index of the narrowest stage in each draw; ties go upstream.
        binding_share: Share of draws in which each stage binds, shape (stages,).
    """

    flow: Draws
    binding_stage: npt.NDArray[np.int64]
    binding_share: Draws


def compute_chain_flow(
    capacity: npt.NDArray[np.float64], *, is_counted: npt.NDArray[np.bool_]
) -> ChainFlow:
    """Flow of a chain whose members pool each stage.

    Args:
        capacity: Magnet-equivalent tonnes a year, shape (draws, members, stages).
        is_counted: Which stages constrain, shape (stages,). A stage of which nothing is known
            for any member must be left out, and the reader told: counting it as zero would
            close the chain on missing data.

    Raises:
        ValueError: Negative or missing capacity at a counted stage, or no stage counted.

    Method:
        §3.3 of docs/methods.md, the closed form: with free movement between members the
        largest flow through stages in series is the least of their pooled capacities.
    """
    if not is_counted.any():
        raise ValueError("no stage is counted: nothing constrains the chain")
    counted = capacity[:, :, is_counted]
    if not np.all(np.isfinite(counted)) or np.any(counted < 0):
        raise ValueError("capacity at a counted stage is negative or missing")
    pooled = capacity[:, 0] if capacity.shape[1] == 1 else capacity.sum(axis=1)
    first, *others = np.flatnonzero(is_counted)
    flow, binding = pooled[:, first].copy(), np.full(len(pooled), first)
    for stage in others:
        tonnes = pooled[:, stage]
        binding[tonnes < flow] = stage
        np.minimum(flow, tonnes, out=flow)
    share = np.bincount(binding, minlength=capacity.shape[2]) / len(binding)
    return ChainFlow(flow, binding, share)


def count_known(capacity: Draws) -> Draws:
    """The same tonnes with nothing in the place of what is not known (NaN).

    A fifth of the time of numpy's own, which also looks for infinities.
    """
    return np.where(np.isnan(capacity), 0.0, capacity)


def compute_served_share(flow: Draws, need: Draws) -> Draws:
    """Share of a need that a flow meets, 0 to 1; a need of zero is met in full.

    Method:
        §5.1 of docs/methods.md.
    """
    if np.any(need < 0):
        raise ValueError("need is negative")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.where(need > 0, flow / need, 1.0)
    return np.minimum(share, 1.0)
