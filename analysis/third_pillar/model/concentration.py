"""How much of the world's supply at one stage sits in few countries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from third_pillar.vocabulary.codes import AGGREGATES


@dataclass(frozen=True)
class Concentration:
    """Concentration of supply, bounded where part of it is not attributed to a country.

    Attributes:
        hhi_low: Herfindahl–Hirschman index (0 to 1) if the unattributed part is atomistic.
        hhi_high: The index if that part comes from one further country.
        effective_suppliers: 1 / hhi_low: as many equal suppliers would be as concentrated.
        largest_share: Share of the largest country, 0 to 1.
        top_3_share: Share of the three largest named countries, 0 to 1.
        unattributed: Share that no country row explains, 0 to 1.
    """

    hhi_low: float
    hhi_high: float
    effective_suppliers: float
    largest_share: float
    top_3_share: float
    unattributed: float


def compute_concentration(shares: npt.ArrayLike) -> Concentration:
    """Concentration of one stage in one year.

    Args:
        shares: Share of each country in the world, 0 to 1. They may add to less than 1:
            what is missing is supply that no row attributes.

    Raises:
        ValueError: A share below 0, no positive share, or shares adding to more than 1.

    Method:
        §1.1 of docs/methods.md.

    Example:
        >>> round(compute_concentration([0.3, 0.3, 0.2, 0.2]).hhi_low, 4)
        0.26
    """
    share = np.asarray(shares, dtype=float)
    if share.size == 0 or not np.all(np.isfinite(share)) or np.any(share < 0) or share.sum() <= 0:
        raise ValueError("shares must be finite, not negative, and at least one above zero")
    rest = 1.0 - float(share.sum())
    if rest < -_ROUNDING:
        raise ValueError(f"shares add to {share.sum():.3f}: is a world total among the countries?")
    rest = max(rest, 0.0)
    hhi_low = float(np.sum(share**2))
    ordered = np.sort(share)[::-1]
    return Concentration(
        hhi_low=hhi_low,
        hhi_high=hhi_low + rest**2,
        effective_suppliers=1.0 / hhi_low,
        largest_share=float(ordered[0]),
        top_3_share=float(ordered[:3].sum()),
        unattributed=rest,
    )


_ROUNDING = 0.02
"""Published shares are rounded to whole percents; a sum may exceed one by that much."""


def compute_country_shares(
    production: Mapping[str, float], *, world_total: float
) -> dict[str, float]:
    """Share of each country in the published world total, largest first.

    Args:
        production: Country → output in one unit; aggregates are refused.
        world_total: The publisher's own total, in that unit.

    Returns:
        Country → share, 0 to 1.

    Raises:
        ValueError: An aggregate ("WLD", "OTH") among the countries, or a total not above zero.

    Method:
        §1.1 of docs/methods.md: a total left among the countries would bend the index.
    """
    aggregates = sorted(set(production) & AGGREGATES)
    if aggregates:
        raise ValueError(f"aggregates among the countries: {', '.join(aggregates)}")
    if world_total <= 0:
        raise ValueError(f"world total {world_total} is not positive")
    largest_first = sorted(production.items(), key=lambda pair: -pair[1])
    return {country: tonnes / world_total for country, tonnes in largest_first}
