"""Metrics of cost: capacity by stage, and the smallest additions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from third_pillar.assessment.catalogue import Reading, metric
from third_pillar.assessment.metrics_network import ADDITION_RESTS_ON
from third_pillar.assessment.what_would import EQUAL, PLACES
from third_pillar.model.sampling import Draws, summarise
from third_pillar.vocabulary.codes import STAGES, Stage
from third_pillar.vocabulary.errors import MissingEvidence, PillarError

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

_PERIOD = "money of the years printed, 2021 to 2026"


@metric
def capital_cost(results: Results, stage: str) -> Reading:
    """What capacity for a tonne of magnets a year costs to build at a stage, US dollars."""
    found = results.capital_costs.by_stage[Stage(stage)]
    if found.usd is None:
        raise MissingEvidence(f"no plant at the {stage} stage has a capital cost on record")
    mean, low, high = _triple(found.usd)
    return Reading(
        f"Capital cost of capacity at the {stage} stage, {len(found.rows)} "
        f"{'plant' if len(found.rows) == 1 else 'plants'} on record",
        mean, "USD a t NdFeB a year", _PERIOD, "§5.11", "cost", low, high,
        tuple(str(row["figure_id"]) for row in found.rows), _sources(results, stage),
        "between the cheapest plant and the dearest", found.usd,
    )  # fmt: skip


@metric
def addition_cost(results: Results, place: str) -> Reading:
    """What the smallest addition at a place costs to build, million US dollars.

    `place` is a stage, or equal for the same tonnage at all four.
    """
    if place not in PLACES:
        raise PillarError(f"{place!r} is no place of an addition; valid: {', '.join(PLACES)}")
    tonnes = results.what_would.find(place).tonnes
    if not tonnes:
        raise MissingEvidence(f"no addition at {place} is enough, or none is needed")
    cost = results.capital_costs.of(place, tonnes)
    if cost.total is None:
        raise MissingEvidence(f"no cost of a plant is on record at {place}")
    mean, low, high = _triple(cost.total)
    name = results.evidence.country_name(results.candidate)
    where = "at each of the four stages" if place == EQUAL else f"at the {place} stage alone"
    least = f", at least: no cost of {', '.join(cost.missing)}" if cost.missing else ""
    rows = results.capital_costs.rows_of(place)
    return Reading(
        f"{name}: capital cost of the smallest addition {where}{least}",
        mean, "USD m", _PERIOD, "§5.11", "cost", low, high,
        (*(str(row["figure_id"]) for row in rows), *ADDITION_RESTS_ON), _sources(results, place),
        "smallest addition at unit costs between the cheapest plant and the dearest",
        cost.total,
    )  # fmt: skip


def cost_expressions() -> list[str]:
    """The metrics of cost that every case states."""
    return [
        *(f"capital_cost({stage})" for stage in STAGES),
        *(f"addition_cost({place})" for place in PLACES),
    ]


def _sources(results: Results, place: str) -> tuple[str, ...]:
    rows = results.capital_costs.rows_of(place)
    cited = [str(row[name]) for row in rows for name in ("source_id", "source_id_2") if row[name]]
    return tuple(dict.fromkeys(cited))


def _triple(draws: Draws) -> tuple[float, float, float]:
    found = summarise(draws)
    return found.mean, min(found.p10, found.mean), max(found.p90, found.mean)
