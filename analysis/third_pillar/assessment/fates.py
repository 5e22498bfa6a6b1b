"""What becomes of a plant that does not run yet: whether it comes, when, and how fast."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from third_pillar.assessment.draws import RowDraws
from third_pillar.model.pipeline import (
    compute_build_chance,
    compute_delay,
    compute_lateness_odds,
    compute_plant_capacity,
    compute_ramp_share,
    compute_start,
)
from third_pillar.model.sampling import Draws, draw_chance
from third_pillar.vocabulary.codes import PlantStatus

STARTED = frozenset({PlantStatus.OPERATING, PlantStatus.COMMISSIONING})
"""Statuses of a plant that has begun."""
PIPELINE_ASSUMPTIONS = (
    "cancel_per_year",
    "delay_common_share",
    "delay_years",
    "odds_of_building.offtake",
    "odds_of_building.support",
    "p_status.announced",
    "p_status.building",
    "p_status.commissioning",
    "p_status.financed",
    "price_elasticity",
    "price_ratio",
    "ramp_steepness",
    "ramp_years",
)
"""Rows that every chance and date of a planned plant rests on."""


@dataclass(frozen=True, eq=False)
class Fate:
    """What becomes of one plant that does not run yet, draw by draw.

    Attributes:
        is_built: 1.0 where it comes to run, else 0.0.
        start: First output in decimal years; infinity where no date is known.
        ramp_years: Years from first output to nameplate.
        steepness: Shape of the ramp.
    """

    is_built: Draws
    start: Draws
    ramp_years: Draws
    steepness: Draws

    def share(self, at: float) -> Draws:
        """Share of nameplate at a point in time, 0 to 1."""
        first, last = self._span
        if at <= first:
            return np.zeros_like(self.start)
        if at >= last:
            return self.is_built
        return compute_plant_capacity(
            np.ones_like(self.start),
            is_built=self.is_built,
            start=self.start,
            delay_years=np.zeros_like(self.start),
            ramp_years=self.ramp_years,
            at=at,
            steepness=self.steepness,
        )

    def shares(self, moments: Draws) -> Draws:
        """The same at many points in time, shape (draws, moments)."""
        built = np.flatnonzero(self.is_built)
        found = np.zeros((len(self.start), len(moments)))
        found[built] = compute_ramp_share(
            moments - self.start[built, None],
            self.ramp_years[built, None],
            self.steepness[built, None],
        )
        return found

    @cached_property
    def _span(self) -> tuple[float, float]:
        """Before the first it makes nothing in any draw, from the last on all it ever will."""
        return float(self.start.min()), float((self.start + self.ramp_years).max())


def draw_fate(
    plant: str,
    status: PlantStatus,
    announced: float,
    draws: RowDraws,
    *,
    day: dt.date,
    backing: frozenset[str] = frozenset(),
    assumed_delay: float | None = None,
    assumed_chance: float | None = None,
) -> Fate:
    """Whether, when and how fast a plant comes, seen from a day.

    Args:
        plant: Its id, which keys its own draws.
        status: Where it stood on that day.
        announced: First production as announced, in decimal years.
        draws: Draws of the assumptions.
        day: The day; a plant that had not begun then begins later.
        backing: "offtake", "support" or both, where on record.
        assumed_delay: Slip that a scenario supposes in place of the drawn one, years.
        assumed_chance: Chance that it supposes in place of that of the status.

    Method:
        §4.2 to §4.6 of docs/methods.md.
    """
    shared = draw_chance(f"shared.{plant}", draws=draws.draws, seed=draws.seed)
    delay = compute_delay(
        draws["delay_years"],
        draws.draw_again("delay_years", plant),
        is_shared=shared < draws["delay_common_share"],
    )
    if assumed_delay is not None:
        delay = np.full(draws.draws, assumed_delay)
    has_begun = status in STARTED
    odds = draws["price_ratio"] ** draws["price_elasticity"]
    for kind in sorted(backing):
        odds = odds * draws[f"odds_of_building.{kind}"]
    if not has_begun:
        odds = odds * compute_lateness_odds(
            delay,
            central_years=draws.central("delay_years"),
            given_up_per_year=draws["cancel_per_year"],
        )
    chance = draw_chance(plant, draws=draws.draws, seed=draws.seed)
    if assumed_chance is None:
        wanted = compute_build_chance(draws[f"p_status.{status}"], odds=odds)
    else:
        wanted = np.full(draws.draws, assumed_chance)
    return Fate(
        is_built=(chance < wanted).astype(float),
        start=compute_start(announced, delay, not_before=None if has_begun else decimal_year(day)),
        ramp_years=draws["ramp_years"],
        steepness=draws["ramp_steepness"],
    )


def decimal_year(day: dt.date) -> float:
    """A day as a decimal year, e.g. 2026-07-02 is about 2026.5."""
    start, end = dt.date(day.year, 1, 1), dt.date(day.year + 1, 1, 1)
    return day.year + (day - start).days / (end - start).days
