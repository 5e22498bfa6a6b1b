"""One unit along the chain: tonnes of NdFeB magnets a year that a tonne at each stage allows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from third_pillar.model.sampling import Draws
from third_pillar.vocabulary.codes import Stage

MAGNET_UNIT = "t_ndfeb"
_DIRECT = {
    "t_ndpr_oxide": "magnet_per_ndpr_oxide",
    "t_ndpr_metal": "magnet_per_ndpr_metal",
    "t_re_alloy": "magnet_per_re_alloy",
}
CONVERTIBLE_UNITS = frozenset({"t_reo", MAGNET_UNIT, *_DIRECT})


def compute_magnet_equivalent(
    tonnes: Draws, *, unit: str, stage: Stage, country: str, assumptions: Mapping[str, Draws]
) -> Draws:
    """Tonnes of NdFeB magnets that a tonnage at one stage would allow.

    Args:
        tonnes: Shape (draws,), in `unit`.
        unit: One of `CONVERTIBLE_UNITS`.
        stage: Where in the chain; rare-earth oxide that is already separated loses nothing
            more in separation.
        country: Where it is mined: rare-earth oxide of different deposits holds different
            shares of neodymium and praseodymium.
        assumptions: Draws of each conversion factor by assumption id.

    Raises:
        ValueError: A unit that has no path to magnets (samarium–cobalt, ferrite, ore).

    Method:
        §3.1 of docs/methods.md.
    """
    if unit == MAGNET_UNIT:
        return tonnes
    if unit in _DIRECT:
        return tonnes * assumptions[_DIRECT[unit]]
    if unit == "t_reo":
        local = assumptions.get(f"ndpr_share_of_reo.{country}")
        share = local if local is not None else assumptions["ndpr_share_of_reo"]
        oxide = tonnes * share / 100.0
        if stage is Stage.MINE:
            oxide = oxide * assumptions["separation_recovery"]
        return np.asarray(oxide * assumptions["magnet_per_ndpr_oxide"], dtype=float)
    valid = ", ".join(sorted(CONVERTIBLE_UNITS))
    raise ValueError(f"{unit} cannot be turned into NdFeB magnets; convertible: {valid}")


def compute_oxide_need(magnets: Draws, *, assumptions: Mapping[str, Draws]) -> Draws:
    """Tonnes of NdPr oxide that making these magnets takes.

    Method:
        §3.1 of docs/methods.md, read backwards.
    """
    return np.asarray(magnets / assumptions["magnet_per_ndpr_oxide"], dtype=float)
