"""What an addition to the chain costs to build, from plants whose cost is on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from third_pillar.model.sampling import Draws


def compute_unit_cost(plants: Sequence[Draws], *, place: Draws) -> Draws:
    """Cost of a tonne a year at one stage: anywhere between the cheapest plant and the dearest.

    Args:
        plants: Cost over capacity of each plant, shape (draws,) each; one at least.
        place: Even draws between 0 (the cheapest) and 1 (the dearest), shape (draws,).

    Raises:
        ValueError: No plant, or a cost that is not positive.

    Method:
        §5.11 of docs/methods.md.
    """
    if not plants:
        raise ValueError("no plant of this stage has a cost on record: that is a gap, not zero")
    costs = np.stack(list(plants))
    if not np.all(np.isfinite(costs)) or np.any(costs <= 0):
        raise ValueError("a cost is not positive")
    low, high = costs.min(axis=0), costs.max(axis=0)
    return np.asarray(low + place * (high - low), dtype=float)


@dataclass(frozen=True)
class AdditionCost:
    """Cost of an addition over the stages whose cost is known.

    Attributes:
        total: In the money of the unit costs, shape (draws,); nothing if no stage is known.
        missing: Stages without a cost: the total is then "at least".
    """

    total: Draws | None
    missing: tuple[str, ...]


def compute_addition_cost(
    tonnes: Mapping[str, float], unit_costs: Mapping[str, Draws | None]
) -> AdditionCost:
    """Cost of adding so many tonnes at each stage; a stage without a cost is named, never free.

    Args:
        tonnes: Stage → magnet-equivalent tonnes a year added.
        unit_costs: Stage → cost of a tonne a year, or nothing where none is on record.

    Raises:
        ValueError: A negative addition.

    Method:
        §5.11 of docs/methods.md.
    """
    if any(added < 0 for added in tonnes.values()):
        raise ValueError("an addition is not negative")
    wanted = {stage: added for stage, added in tonnes.items() if added > 0}
    missing = tuple(stage for stage in wanted if unit_costs.get(stage) is None)
    parts = [
        added * cost
        for stage, added in wanted.items()
        if (cost := unit_costs.get(stage)) is not None
    ]
    total = np.asarray(np.sum(parts, axis=0), dtype=float) if parts else None
    return AdditionCost(total, missing)
