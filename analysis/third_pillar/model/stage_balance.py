"""Where one country's chain is narrowest, and what it leaves for others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from third_pillar.model.chain import compute_chain_flow
from third_pillar.model.sampling import Draws


@dataclass(frozen=True)
class StageBalance:
    """One country's capacity against its own need.

    Attributes:
        flow: Magnets its own chain allows, tonnes a year, shape (draws,).
        binding_share: Share of draws in which each stage is the narrowest, shape (stages,).
        surplus: Capacity minus home need by stage, shape (draws, stages); NaN if not known.
        feed_gap: NdPr oxide its magnet plants would need beyond what it separates, tonnes a
            year, shape (draws,); 0 where it separates enough, NaN where either is not known.
    """

    flow: Draws
    binding_share: Draws
    surplus: npt.NDArray[np.float64]
    feed_gap: Draws


def compute_stage_balance(
    capacity: npt.NDArray[np.float64],
    home_need: Draws,
    *,
    is_counted: npt.NDArray[np.bool_],
    magnet_per_oxide: Draws,
) -> StageBalance:
    """Balance of one country at mine, separation, metal and magnet.

    Args:
        capacity: Magnet-equivalent tonnes a year, shape (draws, 4), stages in chain order.
        home_need: Magnets the country itself needs, tonnes a year, shape (draws,).
        is_counted: Stages of which something is known, shape (4,).
        magnet_per_oxide: Tonnes of magnets from a tonne of NdPr oxide, shape (draws,).

    Raises:
        ValueError: As `compute_chain_flow`.

    Method:
        §3.4 of docs/methods.md.
    """
    chain = compute_chain_flow(capacity[:, None, :], is_counted=is_counted)
    surplus = capacity - home_need[:, None]
    separated, magnets = capacity[:, _SEPARATION], capacity[:, _MAGNET]
    feed_gap = np.maximum(magnets - separated, 0.0) / magnet_per_oxide
    return StageBalance(chain.flow, chain.binding_share, surplus, feed_gap)


_SEPARATION, _MAGNET = 1, 3
