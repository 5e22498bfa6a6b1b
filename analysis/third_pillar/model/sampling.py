"""Draws over the ranges of figures and assumptions."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Draws = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Range:
    """A figure with what is known of its spread.

    Attributes:
        id: Row id; the same id and seed give the same draws, whatever else is drawn.
        value: Central value.
        low: Lower end, at most `value`.
        high: Upper end, at least `value`.
        is_uniform: Draw evenly between the ends instead of a triangle peaking at `value`.
    """

    id: str
    value: float
    low: float
    high: float
    is_uniform: bool = False

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.id}: range {self.low}..{self.high} does not hold {self.value}")


def draw_range(figure: Range, *, draws: int, seed: int) -> Draws:
    """Draws of one figure; a figure without spread is the same in each.

    Args:
        figure: What to draw.
        draws: How many.
        seed: Seed of the run; the figure's id is mixed in, so that adding a row to the data
            leaves every other row's draws as they were.

    Returns:
        Shape (draws,), in the figure's unit.

    Method:
        §0.2 of docs/methods.md.
    """
    if figure.high <= figure.low:
        return np.full(draws, figure.value)
    generator = np.random.default_rng([seed, zlib.crc32(figure.id.encode())])
    if figure.is_uniform:
        return generator.uniform(figure.low, figure.high, draws)
    return generator.triangular(figure.low, figure.value, figure.high, draws)


def draw_chance(name: str, *, draws: int, seed: int) -> Draws:
    """Even draws between 0 and 1 for one event, e.g. whether a plant gets built.

    Method:
        §0.2 of docs/methods.md.
    """
    return np.random.default_rng([seed, zlib.crc32(name.encode()), 1]).random(draws)


@dataclass(frozen=True)
class Summary:
    """Mean and the 10th and 90th percentile of draws."""

    mean: float
    p10: float
    p90: float


def summarise(draws: Draws) -> Summary:
    """Mean, P10 and P90 of draws.

    Method:
        §0.2 of docs/methods.md.
    """
    p10, p90 = np.percentile(draws, [10, 90])
    return Summary(float(np.mean(draws)), float(p10), float(p90))


def summarise_each(draws: Draws) -> Draws:
    """Mean, P10 and P90 of many figures at once.

    Args:
        draws: Shape (..., draws); a figure that is not known is NaN throughout.

    Returns:
        Shape (3, ...); NaN where a figure is not known.

    Method:
        §0.2 of docs/methods.md.
    """
    return np.stack([draws.mean(axis=-1), *np.percentile(draws, [10, 90], axis=-1)])


def compute_monte_carlo_error(probability: float, draws: int) -> float:
    """Standard error of a probability estimated by counting draws.

    Method:
        §0.2 of docs/methods.md.
    """
    return float(np.sqrt(max(probability * (1.0 - probability), 0.0) / draws))
