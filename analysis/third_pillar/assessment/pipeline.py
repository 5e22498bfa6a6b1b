"""The plant pipeline by month: capacity fans, what arrives inside the window, past promises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from third_pillar.assessment.capacity import assess_stage_capacity
from third_pillar.assessment.draws import RowDraws
from third_pillar.assessment.fates import decimal_year, draw_fate
from third_pillar.assessment.plants import Plant, read_plants
from third_pillar.assessment.results import Results
from third_pillar.evidence import Evidence, last_day
from third_pillar.model.pipeline import compute_chance_by
from third_pillar.model.sampling import Draws
from third_pillar.model.window import Window
from third_pillar.vocabulary.codes import STAGES, PlantStatus, Stage
from third_pillar.vocabulary.errors import MissingEvidence

PATH_DRAWS = 2_000
"""A percentile of a fan is stable to a few percent of the fan's width at this many."""
_BEFORE_ANY_PLAN = 1900.0


@dataclass(frozen=True)
class Fan:
    """Capacity of a group of countries at one stage, month by month.

    Attributes:
        months: "YYYY-MM"; values hold at the end of the month.
        p10: 10th percentile, magnet-equivalent tonnes a year.
        p50: Median.
        p90: 90th percentile.
        unknown: Members of the group of whose stage nothing is known; they are left out.
    """

    months: tuple[str, ...]
    p10: tuple[float, ...]
    p50: tuple[float, ...]
    p90: tuple[float, ...]
    unknown: tuple[str, ...]


def assess_fans(results: Results, countries: Sequence[str]) -> dict[Stage, Fan]:
    """Capacity of countries together by stage, from the date asked to the horizon, by month.

    Returns:
        Stage → fan; a stage of which nothing is known in any of them is left out.

    Method:
        §4.2 of docs/methods.md, on at most 2,000 draws.
    """
    few = _few_draws(results)
    months = list_months(results.question.as_of, results.question.parameters.horizon)
    at = np.array([_month_end(month) for month in months])
    still = assess_stage_capacity(
        results.evidence, draws=few, count_by=results.count_by, at=_BEFORE_ANY_PLAN
    )
    plants = [p for p in _plants(results, few) if p.fate is not None and p.country in countries]
    found = {}
    for s, stage in enumerate(STAGES):
        base = still.of_members(tuple(countries))[:, :, s]
        is_unknown = [bool(np.isnan(base[:, c]).any()) for c in range(len(countries))]
        if all(is_unknown):
            continue
        path = np.repeat(np.nansum(base, axis=1)[:, None], len(months), axis=1)
        for plant in plants:
            if plant.stage is stage and plant.fate is not None:
                path += plant.nameplate[:, None] * plant.fate.shares(at)
        unknown = tuple(c for c, hidden in zip(countries, is_unknown, strict=True) if hidden)
        found[stage] = _fan(months, path, unknown)
    return found


def _few_draws(results: Results) -> RowDraws:
    draws = results.draws
    return RowDraws(
        results.evidence.assumption_rows, draws=min(draws.draws, PATH_DRAWS), seed=draws.seed
    )


def _fan(months: tuple[str, ...], path: npt.NDArray[np.float64], unknown: tuple[str, ...]) -> Fan:
    p10, p50, p90 = np.percentile(path, [10, 50, 90], axis=0)
    return Fan(months, _line(p10), _line(p50), _line(p90), unknown)


def _line(values: npt.NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(map(float, values))


def list_months(first: dt.date, last_year: int) -> tuple[str, ...]:
    """Months from that of a day to December of a year, as "YYYY-MM"."""
    span = pd.period_range(f"{first:%Y-%m}", f"{last_year}-12", freq="M")
    return tuple(str(month) for month in span)


def _month_end(month: str) -> float:
    year, number = (int(part) for part in month.split("-"))
    return year + number / 12.0


@lru_cache(maxsize=4)
def _read_all(evidence: Evidence, count: int, seed: int, count_by: str) -> tuple[Plant, ...]:
    draws = RowDraws(evidence.assumption_rows, draws=count, seed=seed)
    return read_plants(evidence, draws, count_by=count_by)


def _plants(results: Results, draws: RowDraws) -> tuple[Plant, ...]:
    return _read_all(results.evidence, draws.draws, draws.seed, results.count_by)


def read_all_plants(results: Results) -> tuple[Plant, ...]:
    """Every plant with a tonnage and a date, on the draws of the run."""
    return _plants(results, results.draws)


def find_plant(results: Results, plant: str) -> Plant:
    """One plant of the register.

    Raises:
        MissingEvidence: No plant of that id with a tonnage and a start year.
    """
    for found in read_all_plants(results):
        if found.id == plant:
            return found
    raise MissingEvidence(f"projects has no plant {plant} with a tonnage and a start year")


@dataclass(frozen=True, eq=False)
class Arrival:
    """What comes to a country at one stage between the two ends of the suspension.

    Attributes:
        tonnes: Magnet-equivalent tonnes a year that are added, shape (draws,).
        row_ids: Plants that begin or grow meanwhile.
        source_ids: Their sources.
    """

    tonnes: Draws
    row_ids: tuple[str, ...]
    source_ids: tuple[str, ...]


def assess_arrival(results: Results, country: str, stage: Stage) -> Arrival:
    """Capacity that a country adds at a stage inside the window of the suspension.

    Raises:
        MissingEvidence: No suspension is on record as of the date asked.

    Method:
        §4.8 of docs/methods.md.
    """
    window = results.suspension.window
    if window is None:
        raise MissingEvidence("no suspension of China's controls is on record")
    return sum_arrivals(read_all_plants(results), window, country, stage, draws=results.draws.draws)


def sum_arrivals(
    plants: Sequence[Plant], window: Window, country: str, stage: Stage, *, draws: int
) -> Arrival:
    """What the plants of a country add at a stage between the two ends of a window.

    Method:
        §4.8 of docs/methods.md.
    """
    opens, closes = decimal_year(window.opens), decimal_year(window.closes)
    tonnes = np.zeros(draws)
    rows: list[Plant] = []
    for plant in plants:
        if plant.country != country or plant.stage is not stage:
            continue
        added = _added(plant, opens, closes)
        if added is not None:
            tonnes = tonnes + added
            rows.append(plant)
    return Arrival(
        tonnes,
        tuple(plant.id for plant in rows),
        tuple(dict.fromkeys(source for plant in rows for source in plant.source_ids)),
    )


def _added(plant: Plant, opens: float, closes: float) -> Draws | None:
    if plant.fate is not None:
        return plant.capacity(closes) - plant.capacity(opens)
    starts = plant.row["start_year"]
    # A placeholder is the first year in which a source shows the plant, not its start.
    is_dated = pd.notna(starts) and plant.row["start_precision"] != "placeholder"
    return plant.nameplate if is_dated and opens <= float(starts) <= closes else None


@dataclass(frozen=True)
class Promise:
    """One past promise beside what the pipeline, with today's assumptions, would have said.

    Attributes:
        plan: Its row of `past_plans`.
        plant: Name of the plant.
        chance: Chance of having begun by the end of the period promised, seen from the day of
            the promise; nothing for a plant that had begun.
        outcome: started, not started or not established.
    """

    plan: Mapping[str, Any]
    plant: str
    chance: float
    outcome: str


def assess_promises(results: Results) -> tuple[Promise, ...]:
    """The pipeline run from earlier days against what became of the plants.

    Hindsight, not a test: the assumptions were set knowing these cases.

    Method:
        §4.9 of docs/methods.md.
    """
    names = results.evidence.table("projects").set_index("project_id")["plant"]
    found = []
    for row in results.evidence.table("past_plans").to_dict("records"):
        plan = {str(name): value for name, value in row.items()}
        # A promise is older than the status it describes: whoever was starting up had not
        # yet begun commercially, so the start lies ahead here for every status.
        found.append(
            Promise(
                plan,
                str(names.get(plan["project_id"], plan["project_id"])),
                _promised_chance(plan, results.draws),
                _known_outcome(plan, results.question.as_of),
            )
        )
    return tuple(found)


def _promised_chance(plan: Mapping[str, Any], draws: RowDraws) -> float:
    made = last_day(str(plan["promised_on"]))
    if made is None:
        raise MissingEvidence(f"past_plans {plan['plan_id']} has no date of the promise")
    fate = draw_fate(
        str(plan["project_id"]),
        PlantStatus(str(plan["status_then"])),
        float(str(plan["start_year"])),
        draws,
        day=made,
    )
    by = decimal_year(pd.Timestamp(str(plan["by"])).date() + dt.timedelta(days=1))
    return compute_chance_by(fate.is_built, fate.start, by=by)


def _known_outcome(plan: Mapping[str, Any], as_of: dt.date) -> str:
    known = plan["outcome_known_from"]
    is_known = pd.notna(known) and pd.Timestamp(str(known)).date() <= as_of
    return str(plan["outcome"]) if is_known else "not established"
