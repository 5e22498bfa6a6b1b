"""Whether the draws are enough: the same chance from the first of them and from all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from third_pillar.model.breadth import count_reached
from third_pillar.model.sampling import compute_monte_carlo_error

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

_PARTS = (8, 4, 2, 1)


@dataclass(frozen=True)
class ConvergencePoint:
    """A chance from the first draws of a run.

    Attributes:
        draws: How many of them.
        chance: Share of these draws that pass, 0 to 1.
        error: Monte Carlo standard error of that share.
    """

    draws: int
    chance: float
    error: float


def assess_convergence(results: Results) -> tuple[ConvergencePoint, ...]:
    """Chance that the candidate passes by breadth, from an eighth of the draws to all of them.

    Method:
        §0.2 of docs/methods.md.
    """
    moment, specification = results.horizon, results.specification
    reached = count_reached(
        moment.capacity.of(results.candidate), moment.need.tonnes, threshold=specification.threshold
    )
    passes = reached >= specification.stages_needed
    points = []
    for part in _PARTS:
        first = passes[: max(len(passes) // part, 1)]
        chance = float(first.mean())
        points.append(
            ConvergencePoint(len(first), chance, compute_monte_carlo_error(chance, len(first)))
        )
    return tuple(points)
