"""What a plant on paper is worth by a given date: its chance, its delay, its ramp."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from third_pillar.model.sampling import Draws

_STRAIGHT = 1e-6
"""Steepness below which the logistic ramp is the straight one, to the last digit."""


def compute_delay(common: Draws, own: Draws, *, is_shared: npt.NDArray[np.bool_]) -> Draws:
    """Years by which one plant comes late, draw by draw.

    Args:
        common: The slip that all plants share in a draw.
        own: The slip this plant would have by itself, from the same range.
        is_shared: Draws in which the plant shares the common fate.

    Returns:
        Years, shape (draws,), with the range of its two parts; two plants correlate by the
        square of the share of draws that are shared.

    Method:
        §4.3 of docs/methods.md.
    """
    return np.where(is_shared, common, own)


def compute_start(announced: float, delay_years: Draws, *, not_before: float | None) -> Draws:
    """First output of one plant in decimal years, given that it has not begun by some day.

    Args:
        announced: First production as announced, in decimal years.
        delay_years: Slip of that date.
        not_before: Day, in decimal years, on which the register did not have it starting up;
            nothing for a plant that has begun.

    Returns:
        Decimal years, shape (draws,). Slips that the day refutes are replaced by the later ones
        in the same order, so that a plant late in a draw stays late in it. Where every slip is
        refuted, never (infinity): no date is known.

    Method:
        §4.4 of docs/methods.md.
    """
    start = announced + delay_years
    if not_before is None or np.all(start > not_before):
        return start
    late = np.sort(start[start > not_before])
    if late.size == 0:
        return np.full(start.shape, np.inf)
    order = np.argsort(np.argsort(start, kind="stable"), kind="stable")
    return np.asarray(late[order * late.size // start.size])


def compute_build_chance(base: Draws, *, odds: Draws) -> Draws:
    """Chance that a plant comes to run, from the chance of its status and what moves its odds.

    Args:
        base: Chance of the status alone, 0 to 1.
        odds: Factor on the odds: above 1 for what helps, below for what hurts.

    Returns:
        Between 0 and 1; a chance of 0 or 1 stays what it is.

    Raises:
        ValueError: A chance outside 0 to 1 or a factor that is not positive.

    Method:
        §4.5 of docs/methods.md.
    """
    if np.any((base < 0) | (base > 1)):
        raise ValueError("a chance lies between 0 and 1")
    if np.any(odds <= 0):
        raise ValueError("a factor on the odds must be positive")
    return np.asarray(base * odds / (1.0 - base + base * odds))


def compute_lateness_odds(
    delay_years: Draws, *, central_years: float, given_up_per_year: Draws
) -> Draws:
    """Factor on a plant's odds for slipping more, or less, than is usual.

    Args:
        delay_years: Slip of this plant.
        central_years: The usual slip, which the chance of a status already holds.
        given_up_per_year: Share of the odds lost with each further year, 0 to below 1.

    Method:
        §4.5 of docs/methods.md: plants are given up after building has begun.
    """
    return np.asarray((1.0 - given_up_per_year) ** (delay_years - central_years))


def compute_ramp_share(elapsed_years: Draws, ramp_years: Draws, steepness: Draws) -> Draws:
    """Share of nameplate reached some time after first output, 0 to 1.

    Args:
        elapsed_years: Time since first output; negative before it.
        ramp_years: Time from first output to nameplate.
        steepness: 0 for a straight ramp; the larger, the more it is an S.

    Raises:
        ValueError: A ramp that is not positive or a negative steepness.

    Method:
        §4.6 of docs/methods.md: a logistic curve scaled to begin at 0 and end at 1.
    """
    if np.any(ramp_years <= 0):
        raise ValueError("the ramp must take some time")
    if np.any(steepness < 0):
        raise ValueError("the steepness of the ramp is negative")
    done = np.clip(elapsed_years / ramp_years, 0.0, 1.0)
    half = np.maximum(steepness, _STRAIGHT) / 2.0
    bent = 0.5 + np.tanh(half * (done - 0.5)) / (2.0 * np.tanh(half / 2.0))
    # At the ends the curve is 0 and 1 by construction; rounding must not leave them.
    return np.where(steepness < _STRAIGHT, done, np.clip(bent, 0.0, 1.0))


def compute_plant_capacity(
    nameplate: Draws,
    *,
    is_built: Draws,
    start: float | Draws,
    delay_years: Draws,
    ramp_years: Draws,
    at: float,
    steepness: Draws | None = None,
) -> Draws:
    """Capacity of one planned plant at a point in time, draw by draw.

    Args:
        nameplate: Tonnes a year when fully ramped, shape (draws,).
        is_built: 1.0 where the plant gets built, else 0.0.
        start: First production as announced, in decimal years.
        delay_years: Slip of that date.
        ramp_years: Years from first production to nameplate.
        at: The point in time, in decimal years (2031.0 is the end of 2030).
        steepness: Shape of the ramp (see `compute_ramp_share`); straight where not given.

    Returns:
        Tonnes a year, shape (draws,), between 0 and `nameplate`.

    Raises:
        ValueError: A negative nameplate or a ramp that is not positive.

    Method:
        §4.2 of docs/methods.md.
    """
    if np.any(nameplate < 0):
        raise ValueError("nameplate capacity is negative")
    bend = np.zeros_like(ramp_years) if steepness is None else steepness
    elapsed = at - (start + delay_years)
    return nameplate * is_built * compute_ramp_share(elapsed, ramp_years, bend)


def compute_chance_by(is_built: Draws, start: Draws, *, by: float) -> float:
    """Chance that a plant has its first output by a date, the end of a year as the next one.

    Method:
        §4.7 of docs/methods.md.
    """
    return float(np.mean((is_built > 0) & (start <= by)))
