"""What a plant on paper is worth by a given year."""

from __future__ import annotations

import numpy as np

from third_pillar.model.sampling import Draws


def compute_plant_capacity(
    nameplate: Draws,
    *,
    is_built: Draws,
    start: float,
    delay_years: Draws,
    ramp_years: Draws,
    at: float,
) -> Draws:
    """Capacity of one planned plant at a point in time, draw by draw.

    Args:
        nameplate: Tonnes a year when fully ramped, shape (draws,).
        is_built: 1.0 where the plant gets built, else 0.0.
        start: First production as announced, in decimal years.
        delay_years: Slip of that date.
        ramp_years: Years from first production to nameplate.
        at: The point in time, in decimal years (2031.0 is the end of 2030).

    Returns:
        Tonnes a year, shape (draws,), between 0 and `nameplate`.

    Raises:
        ValueError: A negative nameplate or a ramp that is not positive.

    Method:
        §4.2 of docs/methods.md.
    """
    if np.any(nameplate < 0):
        raise ValueError("nameplate capacity is negative")
    if np.any(ramp_years <= 0):
        raise ValueError("the ramp must take some time")
    elapsed = at - (start + delay_years)
    return nameplate * is_built * np.clip(elapsed / ramp_years, 0.0, 1.0)
