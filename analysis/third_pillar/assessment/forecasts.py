"""Forecasts the model makes of its own pipeline, and how they are settled by the register."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from third_pillar.assessment import draws as draws_module
from third_pillar.assessment import plants as plants_module
from third_pillar.assessment.draws import read_range
from third_pillar.assessment.fates import STARTED, decimal_year
from third_pillar.assessment.forecast_events import settle_event
from third_pillar.assessment.forecast_outcomes import (
    CONTROL_IN_FORCE,
    EVENT_HAPPENS,
    NO,
    OPEN,
    YES,
    Settled,
)
from third_pillar.assessment.pipeline import read_all_plants
from third_pillar.assessment.plants import Plant, is_counted
from third_pillar.assessment.results import Results
from third_pillar.evidence import Evidence
from third_pillar.model import conversion, pipeline, sampling
from third_pillar.model.sampling import Draws
from third_pillar.model.scoring import Score, compute_score
from third_pillar.vocabulary.codes import PlantStatus, Stage

PLANT_STARTS, NAMEPLATE_REACHES = "plant_starts", "nameplate_reaches"
_SOON, _LATER = 1, 3
"""Years after that of the registration by whose end each plant is forecast."""
_DIGITS = 16
FEW = 30
"""Settled forecasts below which a score says little and the counts are what to read."""


def make_forecasts(results: Results, *, made_on: dt.date) -> tuple[dict[str, str], ...]:
    """The model's predictions as rows of the register, without ids.

    For each plant that has not begun, the chance of doing so by the end of two years; for each
    country with such magnet plants, the chance that those begun reach half of, and all of, the
    tonnage that is on record for it.

    Method:
        §4.10 of docs/methods.md.
    """
    pending = [
        plant
        for plant in read_all_plants(results)
        if plant.fate is not None and plant.status not in STARTED
    ]
    years = [results.question.as_of.year + ahead for ahead in (_SOON, _LATER)]
    found = [
        _plant_forecast(results, plant, year)
        for plant in pending
        for year in years
        # Before its announced start a plant is no question.
        if float(plant.row["start_year"]) < year + 1.0
    ]
    for country in dict.fromkeys(p.country for p in pending if p.stage is Stage.MAGNET):
        found += list(_nameplate_forecasts(results, country, years[-1]))
    stamp = _stamp(results, made_on)
    return tuple({"forecast_id": "", **row, **stamp} for row in found)


def _plant_forecast(results: Results, plant: Plant, year: int) -> dict[str, str]:
    place = results.evidence.country_name(str(plant.row["country_iso3"]))
    return {
        "statement": (
            f"{plant.row['company']}, {plant.row['plant']} ({place}): starting up or running by "
            f"the end of {year}"
        ),
        "rule": PLANT_STARTS,
        "subject": plant.id,
        "stage": plant.stage.value,
        "threshold": f"{_central(plant.row):g}",
        "unit": str(plant.row["unit"]),
        **_when(year, plant.chance_to_start(year + 1.0)),
    }


def _nameplate_forecasts(results: Results, country: str, year: int) -> Iterator[dict[str, str]]:
    running, total = _nameplate_begun(results, country, year + 1.0)
    told = {1.0}
    for share in (0.5, 1.0):
        threshold = _rounded(share * total)
        chance = float(np.mean(running >= threshold))
        if chance in told:
            continue  # certain, or the same event as at the half
        told.add(chance)
        yield {
            "statement": (
                f"{results.evidence.country_name(country)}: magnet plants starting up or running "
                f"have a nameplate of {threshold:,.0f} t or more by the end of {year}"
            ),
            "rule": NAMEPLATE_REACHES,
            "subject": country,
            "stage": Stage.MAGNET.value,
            "threshold": f"{threshold:.0f}",
            "unit": "t_ndfeb",
            **_when(year, chance),
        }


def _nameplate_begun(results: Results, country: str, by: float) -> tuple[Draws, float]:
    """Central nameplate of the magnet plants begun by a date, by draw, and of all of them."""
    running, total = np.zeros(results.draws.draws), 0.0
    for plant in read_all_plants(results):
        if plant.row["country_iso3"] != country or plant.stage is not Stage.MAGNET:
            continue
        tonnes = _central(plant.row)
        total += tonnes
        if plant.fate is None or plant.status in STARTED:
            running = running + tonnes
        else:
            running = running + tonnes * (plant.fate.is_built > 0) * (plant.fate.start <= by)
    return running, total


def _central(row: Mapping[str, Any]) -> float:
    return read_range({**row, "id": row["project_id"]}).value


def _rounded(tonnes: float) -> float:
    """To the hundred below, so that a threshold is never missed by rounding."""
    return float(tonnes // 100 * 100)


def _when(year: int, probability: float) -> dict[str, str]:
    return {"by": f"{year}-12-31", "probability": f"{probability:.3f}"}


def _stamp(results: Results, made_on: dt.date) -> dict[str, str]:
    parameters = results.question.parameters
    year = results.question.as_of.year + _LATER + 1
    return {
        "made_on": made_on.isoformat(),
        "as_of": results.question.as_of.isoformat(),
        "scenario": parameters.scenario,
        "seed": str(parameters.seed),
        "draws": str(parameters.draws),
        "data_sha256": results.evidence.release.sha256[:_DIGITS],
        "model_sha256": compute_model_hash(),
        "resolves_on": f"{year}-01-01",
        "outcome": "",
    }


def compute_model_hash() -> str:
    """Sixteen digits of the hash of the code that a forecast rests on."""
    modules = (conversion, pipeline, sampling, draws_module, plants_module)
    files = [*(Path(str(module.__file__)) for module in modules), Path(__file__)]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:_DIGITS]


def select_new(
    made: Sequence[Mapping[str, str]], registered: Sequence[Mapping[str, str]]
) -> tuple[dict[str, str], ...]:
    """Forecasts not on record for the same event, data and model, with the next ids."""
    known = {_identity(row) for row in registered}
    numbers = [int(row["forecast_id"][1:]) for row in registered]
    fresh = [row for row in made if _identity(row) not in known]
    start = max(numbers, default=0) + 1
    return tuple(
        {**row, "forecast_id": f"F{number:04d}"} for number, row in enumerate(fresh, start)
    )


def _identity(row: Mapping[str, str]) -> tuple[str, ...]:
    names = ("rule", "subject", "stage", "threshold", "by", "data_sha256", "model_sha256")
    return tuple(row[name] for name in (*names, "scenario", "seed", "draws"))


def settle_forecasts(rows: Sequence[Mapping[str, str]], evidence: Evidence) -> tuple[Settled, ...]:
    """Each forecast against the register, or the record of events and controls, as of a day.

    Method:
        §4.11 of docs/methods.md.
    """
    projects = evidence.table("projects")
    projects = projects[[is_counted(row) for row in evidence.rows("projects")]]
    return tuple(
        settle_event(row, evidence)
        if row["rule"] in {EVENT_HAPPENS, CONTROL_IN_FORCE}
        else _settle(row, projects, evidence.as_of)
        for row in rows
    )


def score_forecasts(settled: Sequence[Settled]) -> Score:
    """Brier score and counts of those that are settled.

    Method:
        §4.11 of docs/methods.md.
    """
    closed = [one for one in settled if one.outcome != OPEN]
    return compute_score(
        [one.probability for one in closed], [one.outcome == YES for one in closed]
    )


def _settle(row: Mapping[str, str], projects: pd.DataFrame, today: dt.date) -> Settled:
    by = dt.date.fromisoformat(row["by"])
    if row["rule"] == PLANT_STARTS:
        found = projects[projects["project_id"] == row["subject"]]
        if found.empty:
            return Settled(row, OPEN, "the register has no such plant as of the day asked")
        return Settled(row, *_settle_plant(found.iloc[0], by, today))
    plants = projects[
        (projects["country_iso3"] == row["subject"])
        & (projects["stage"] == row["stage"])
        & (projects["unit"] == row["unit"])
    ]
    return Settled(row, *_settle_nameplate(plants, float(row["threshold"]), by, today))


def _settle_plant(plant: pd.Series, by: dt.date, today: dt.date) -> tuple[str, str]:
    known = pd.Timestamp(plant["known_from"]).date()
    said = f"{plant['project_id']} is {plant['status']} in a row of {known.isoformat()}"
    if _has_begun(plant, by):
        return YES, said
    if plant["status"] == PlantStatus.CANCELLED or (today > by and known > by):
        return NO, said
    return OPEN, said


def _settle_nameplate(
    plants: pd.DataFrame, threshold: float, by: dt.date, today: dt.date
) -> tuple[str, str]:
    begun = [row for _, row in plants.iterrows() if _has_begun(row, by)]
    tonnes = sum(
        _central({str(name): value for name, value in row.items()})
        for row in begun
        if not pd.isna([row["value"], row["low"], row["high"]]).all()
    )
    said = f"{tonnes:,.0f} t of nameplate are starting up or running"
    if tonnes >= threshold:
        return YES, said
    is_over = today > by and bool((plants["known_from"] > pd.Timestamp(by)).all())
    return (NO if is_over else OPEN), said


def _has_begun(plant: pd.Series, by: dt.date) -> bool:
    """In a row known by then, or in a later one that dates the start no later."""
    if PlantStatus(plant["status"]) not in STARTED:
        return False
    if pd.Timestamp(plant["known_from"]).date() <= by:
        return True
    is_dated = plant["start_precision"] != "placeholder" and pd.notna(plant["start_year"])
    return bool(is_dated and float(plant["start_year"]) < decimal_year(by + dt.timedelta(days=1)))
