"""The heavy layer: dysprosium and terbium, without which many magnets cannot be made."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from third_pillar.model.sampling import Draws

HEAVY_UNIT = "t_dytb_oxide"


def compute_heavy_equivalent(tonnes: Draws, *, assumptions: Mapping[str, Draws]) -> Draws:
    """Magnets of the average grade that a tonnage of Dy and Tb oxide is enough for.

    Args:
        tonnes: Dy and Tb oxide, tonnes a year, shape (draws,).
        assumptions: Draws of each conversion factor by assumption id.

    Raises:
        ValueError: A tonnage below zero.

    Method:
        §3.8 of docs/methods.md.
    """
    if np.any(tonnes < 0):
        raise ValueError("tonnes of Dy and Tb oxide are negative")
    magnets = tonnes * assumptions["magnet_per_ndpr_oxide"] / assumptions["dytb_per_ndpr_oxide"]
    return np.asarray(magnets, dtype=float)


def compute_mined_heavies(light: Draws, *, country: str, assumptions: Mapping[str, Draws]) -> Draws:
    """Magnets that the Dy and Tb in an ore are enough for, from those that its NdPr is.

    Args:
        light: Magnet-equivalent tonnes a year of the ore's NdPr, shape (draws,); NaN stays.
        country: Where it is mined.
        assumptions: Draws of each conversion factor by assumption id.

    Method:
        §3.8 of docs/methods.md: both are recovered alike, so that only the ratio of the two
        in the ore and in the magnet matters.
    """

    def share(kind: str) -> Draws:
        local = assumptions.get(f"{kind}.{country}")
        return assumptions[kind] if local is None else local

    in_ore = share("dytb_share_of_reo") / share("ndpr_share_of_reo")
    return np.asarray(light * in_ore / assumptions["dytb_per_ndpr_oxide"], dtype=float)


def compute_layered_share(
    flow: Draws, heavy_flow: Draws, need: Draws, *, heavy_share: Draws | float = 1.0
) -> Draws:
    """Share of a need served when its heavy grades also wait for Dy and Tb, 0 to 1.

    Args:
        flow: Magnets that the light chain makes, tonnes a year.
        heavy_flow: Magnets of the average grade that the Dy and Tb are enough for.
        need: Magnets needed, tonnes a year; zero is met in full.
        heavy_share: Share of the need in grades that hold Dy or Tb: at one all magnets do, at
            the average content, and the mix of grades is fixed.

    Raises:
        ValueError: A negative need, or a share outside 0 to 1.

    Method:
        §3.9 of docs/methods.md.
    """
    if np.any(need < 0):
        raise ValueError("need is negative")
    if np.any((np.asarray(heavy_share) < 0) | (np.asarray(heavy_share) > 1)):
        raise ValueError("the share of heavy grades lies between 0 and 1")
    makes = (1.0 - heavy_share) * need + heavy_share * np.minimum(heavy_flow, need)
    served = np.minimum(flow, makes)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.where(need > 0, served / need, 1.0)
    return np.asarray(np.minimum(share, 1.0), dtype=float)
