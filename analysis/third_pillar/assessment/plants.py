"""The plants of the register as draws: how large, whether they come, when, and how fast."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from third_pillar.assessment.draws import RowDraws, read_range
from third_pillar.evidence import Evidence, Row
from third_pillar.model.conversion import CONVERTIBLE_UNITS, compute_magnet_equivalent
from third_pillar.model.heavy import HEAVY_UNIT, compute_heavy_equivalent
from third_pillar.model.pipeline import (
    compute_build_chance,
    compute_chance_by,
    compute_delay,
    compute_lateness_odds,
    compute_plant_capacity,
    compute_start,
)
from third_pillar.model.sampling import Draws, draw_chance
from third_pillar.vocabulary.codes import PlantStatus, Stage

STARTED = frozenset({PlantStatus.OPERATING, PlantStatus.COMMISSIONING})
"""Statuses of a plant that has begun."""
COUNTS = "own"
"""What the register says of a plant whose tonnage is added by itself."""
NATIONAL = "national"
"""What it says of a plant inside the national figure of its country."""
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
        one = np.ones_like(self.start)
        return compute_plant_capacity(
            one,
            is_built=self.is_built,
            start=self.start,
            delay_years=np.zeros_like(self.start),
            ramp_years=self.ramp_years,
            at=at,
            steepness=self.steepness,
        )


@dataclass(frozen=True, eq=False)
class Plant:
    """One plant of the register that has a tonnage.

    Attributes:
        id: Its `project_id`.
        row: Its row.
        country: Country it counts for.
        stage: Its stage.
        status: Where it stands.
        nameplate: Magnet-equivalent tonnes a year, shape (draws,).
        fate: What becomes of it; nothing for a plant that operates.
        source_ids: Its sources.
    """

    id: str
    row: Mapping[str, Any]
    country: str
    stage: Stage
    status: PlantStatus
    nameplate: Draws
    fate: Fate | None
    source_ids: tuple[str, ...]

    def capacity(self, at: float) -> Draws:
        """Magnet-equivalent tonnes a year at a point in time, in decimal years (§4.2)."""
        return self.nameplate if self.fate is None else self.nameplate * self.fate.share(at)

    def chance_to_start(self, by: float) -> float:
        """Chance of first output by a point in time; 1 for a plant that has begun (§4.7)."""
        if self.fate is None or self.status in STARTED:
            return 1.0
        return compute_chance_by(self.fate.is_built, self.fate.start, by=by)

    def chance_of_half(self, by: float) -> float:
        """Chance of running at half of nameplate or more at a point in time (§4.7)."""
        if self.fate is None:
            return 1.0
        return float(np.mean(self.fate.share(by) >= _HALF))


_HALF = 0.5


def read_plants(evidence: Evidence, draws: RowDraws, *, count_by: str) -> tuple[Plant, ...]:
    """Every plant with a tonnage that operates or has a start year, in the register's order.

    Args:
        evidence: The data package as of some day.
        draws: Draws of the assumptions.
        count_by: "location" or "owner" of a plant.

    Method:
        §4.2 of docs/methods.md.
    """
    return draws.keep(
        ("plants", evidence, count_by),
        lambda: _read(evidence, _convertible(evidence), draws, count_by=count_by),
    )


def read_circuits(evidence: Evidence, draws: RowDraws, *, count_by: str) -> tuple[Plant, ...]:
    """Every plant that separates Dy and Tb; nameplates are magnets these are enough for.

    Lines of the register in tonnes of Dy and Tb oxide, and those derived from other figures. A
    part of a plant of the register shares its fate: both come to run or neither does.

    Method:
        §3.8 of docs/methods.md.
    """
    rows = evidence.remember(("projects", "heavy_circuits"), _find_circuits)
    return draws.keep(
        ("circuits", evidence, count_by), lambda: _read(evidence, rows, draws, count_by=count_by)
    )


def _find_circuits(evidence: Evidence) -> tuple[Row, ...]:
    register = evidence.rows("projects")
    lines = (row for row in register if row["unit"] == HEAVY_UNIT and is_counted(row))
    parts = ({**row, "part_of": _find_whole(row, register)} for row in lines)
    return (*parts, *evidence.rows("heavy_circuits"))


def _find_whole(line: Row, register: tuple[Row, ...]) -> str:
    """The plant a heavy line is part of: same company, stage, status and start."""
    same = ("company", "stage", "country_iso3", "status", "start_year")
    found = [
        str(row["project_id"])
        for row in register
        if row["unit"] != HEAVY_UNIT and all(row[name] == line[name] for name in same)
    ]
    return found[0] if len(found) == 1 else ""


def _read(
    evidence: Evidence, rows: Iterable[Row], draws: RowDraws, *, count_by: str
) -> tuple[Plant, ...]:
    column = "owner_iso3" if count_by == "owner" else "country_iso3"
    known_events = evidence.remember(("policy_events",), _find_events)
    found = []
    for row in rows:
        status = PlantStatus(row["status"])
        is_dated = status is PlantStatus.OPERATING or not math.isnan(row["start_year"])
        if not _has_figure(row) or not is_dated:
            continue
        found.append(
            Plant(
                id=str(row["project_id"]),
                row=row,
                country=str(row[column]),
                stage=Stage(row["stage"]),
                status=status,
                nameplate=_in_magnets(row, draws),
                fate=_fate(row, status, draws, evidence.as_of, known_events),
                source_ids=_cited(row["source_id"], row["source_id_2"]),
            )
        )
    return tuple(found)


def find_unmeasured(evidence: Evidence, *, count_by: str) -> set[tuple[str, str]]:
    """(country, stage) of the plants on record whose tonnage nobody printed."""
    column = "owner_iso3" if count_by == "owner" else "country_iso3"
    return {
        (str(row[column]), str(row["stage"]))
        for row in _convertible(evidence)
        if not _has_figure(row)
    }


def find_in_national_figures(evidence: Evidence) -> set[tuple[str, str]]:
    """(country, stage) of the plants that count inside a national figure.

    Where that figure is not on record, such a plant shows that there is something unmeasured.
    """
    return {
        (str(row["country_iso3"]), str(row["stage"]))
        for row in evidence.rows("projects")
        if row.get("counts") == NATIONAL
    }


def _find_events(evidence: Evidence) -> frozenset[str]:
    return frozenset(str(row["event_id"]) for row in evidence.rows("policy_events"))


def _convertible(evidence: Evidence) -> list[Row]:
    return [
        row
        for row in evidence.rows("projects")
        if row["unit"] in CONVERTIBLE_UNITS and is_counted(row)
    ]


def is_counted(row: Row) -> bool:
    """Whether a plant counts by itself.

    The others are inside the national figure of their country or make an intermediate that
    another plant on record turns into the product of the stage: to add them counts tonnes twice.

    Method:
        §3.2 of docs/methods.md.
    """
    return bool(row.get("counts", COUNTS) == COUNTS)


def _has_figure(row: Row) -> bool:
    return not all(math.isnan(row[name]) for name in ("value", "low", "high"))


def _in_magnets(row: Mapping[str, Any], draws: RowDraws) -> Draws:
    tonnes = draws.draw(read_range({**row, "id": row["project_id"]}))
    if row["unit"] == HEAVY_UNIT:
        return compute_heavy_equivalent(tonnes, assumptions=draws)
    return compute_magnet_equivalent(
        tonnes,
        unit=str(row["unit"]),
        stage=Stage(row["stage"]),
        country=str(row["country_iso3"]),
        assumptions=draws,
    )


def _fate(
    row: Mapping[str, Any],
    status: PlantStatus,
    draws: RowDraws,
    as_of: dt.date,
    known_events: frozenset[str],
) -> Fate | None:
    if status is PlantStatus.OPERATING:
        return None
    backing = _backing(row, known_events)
    part_of = row.get("part_of")
    whole = part_of if isinstance(part_of, str) and part_of else str(row["project_id"])
    return draw_fate(
        whole,
        status,
        float(row["start_year"]),
        draws,
        day=as_of,
        backing=backing,
        assumed_delay=_assumed(row, "assumed_delay"),
        assumed_chance=_assumed(row, "assumed_chance"),
    )


def _assumed(row: Mapping[str, Any], name: str) -> float | None:
    """What a scenario puts in the place of a draw, for one plant."""
    value = row.get(name)
    return None if value is None or math.isnan(value) else float(value)


def _backing(row: Mapping[str, Any], known_events: frozenset[str]) -> frozenset[str]:
    """What backs a plant, as far as it was known: an event still to come backs nothing."""
    event = str(row.get("backing_event_id") or "")
    if event and event not in known_events:
        return frozenset()
    return frozenset(part for part in str(row.get("backing") or "").split(";") if part)


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


def _cited(*source_ids: object) -> tuple[str, ...]:
    return tuple(str(source) for source in source_ids if isinstance(source, str) and source)


def decimal_year(day: dt.date) -> float:
    """A day as a decimal year, e.g. 2026-07-02 is about 2026.5."""
    start, end = dt.date(day.year, 1, 1), dt.date(day.year + 1, 1, 1)
    return day.year + (day - start).days / (end - start).days
