"""Metrics of the window: chances of plants by a year, and what arrives inside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from third_pillar.assessment.catalogue import Reading, metric
from third_pillar.assessment.fates import PIPELINE_ASSUMPTIONS, STARTED
from third_pillar.assessment.pipeline import assess_arrival, find_plant, read_all_plants
from third_pillar.assessment.plants import Plant
from third_pillar.model.sampling import compute_monte_carlo_error, summarise
from third_pillar.vocabulary.codes import STAGES, Stage
from third_pillar.vocabulary.errors import PillarError

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

_MAGNETS = "t NdFeB a year"


@metric
def starts_by(results: Results, plant: str, year: int) -> Reading:
    """Chance that a plant has its first output by the end of a year, in percent."""
    return _chance(results, plant, year, "first output", Plant.chance_to_start)


@metric
def half_runs_by(results: Results, plant: str, year: int) -> Reading:
    """Chance that a plant runs at half of its nameplate by the end of a year, in percent."""
    return _chance(results, plant, year, "half of nameplate", Plant.chance_of_half)


def _chance(
    results: Results, plant: str, year: int, what: str, read: Callable[[Plant, float], float]
) -> Reading:
    if not isinstance(year, int):
        raise PillarError(f"{year!r} is not a year")
    found = find_plant(results, plant)
    chance = read(found, year + 1.0)
    error = compute_monte_carlo_error(chance, results.draws.draws)
    return Reading(
        f"{found.row['company']}, {found.row['plant']}: chance of {what}",
        100 * chance, "%", f"end of {year}", "§4.7", "chance",
        100 * max(chance - 2 * error, 0), 100 * min(chance + 2 * error, 1),
        (found.id, *PIPELINE_ASSUMPTIONS), found.source_ids,
    )  # fmt: skip


@metric
def arrives_in_window(results: Results, country: str, stage: str) -> Reading:
    """Tonnes a year that a country adds at a stage while China's controls are suspended."""
    arrival = assess_arrival(results, country, Stage(stage))
    window = results.suspension.window
    added = summarise(arrival.tonnes)
    name = results.evidence.country_name(country)
    span = f"{window.opens.isoformat()} to {window.closes.isoformat()}" if window else ""
    return Reading(
        f"{name}: capacity added at the {stage} stage inside the window",
        added.mean, _MAGNETS, span, "§4.8", "capacity", min(added.p10, added.mean),
        max(added.p90, added.mean), (*arrival.row_ids, *PIPELINE_ASSUMPTIONS), arrival.source_ids,
        draws=arrival.tonnes,
    )  # fmt: skip


def list_window_expressions(results: Results) -> list[str]:
    """The numbers of the window that every report on the candidate may state."""
    candidate, year = results.candidate, results.question.parameters.horizon
    planned = [
        plant.id
        for plant in read_all_plants(results)
        if plant.country == candidate and plant.fate is not None
    ]
    not_begun = {p.id for p in read_all_plants(results) if p.status not in STARTED}
    return [
        *(f"arrives_in_window({candidate}, {stage})" for stage in STAGES),
        *(f"starts_by({plant}, {year})" for plant in planned if plant in not_begun),
        *(f"half_runs_by({plant}, {year})" for plant in planned),
    ]
