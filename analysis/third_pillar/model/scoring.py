"""How well stated chances met what came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Score:
    """Chances against outcomes.

    Attributes:
        count: How many are settled.
        brier: Mean squared distance of chance and outcome, 0 (best) to 1; nothing without any.
        came_true: How many came about.
        expected: Sum of the chances: how many were to be expected.
    """

    count: int
    brier: float | None
    came_true: int
    expected: float


def compute_score(chances: Sequence[float], outcomes: Sequence[bool]) -> Score:
    """Brier score and counts of settled forecasts.

    Raises:
        ValueError: The two differ in length, or a chance lies outside 0 to 1.

    Method:
        §4.11 of docs/methods.md.
    """
    stated, came = np.array(chances, dtype=float), np.array(outcomes, dtype=float)
    if stated.shape != came.shape:
        raise ValueError("each chance needs one outcome")
    if np.any((stated < 0) | (stated > 1)):
        raise ValueError("a chance lies between 0 and 1")
    brier = float(np.mean((stated - came) ** 2)) if stated.size else None
    return Score(int(stated.size), brier, int(came.sum()), float(stated.sum()))


def is_miss(chance: float, *, came_true: bool) -> bool:
    """Whether a forecast leaned the wrong way; one half leans nowhere and is never a miss.

    Method:
        §4.11 of docs/methods.md.
    """
    return chance < _EVEN if came_true else chance > _EVEN


_EVEN = 0.5
