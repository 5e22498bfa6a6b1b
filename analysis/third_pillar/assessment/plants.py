"""The plants of the register as draws: how large, whether they come, when, and how fast."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from third_pillar.assessment.draws import RowDraws, read_range
from third_pillar.assessment.fates import STARTED, Fate, draw_fate
from third_pillar.evidence import Evidence, Row
from third_pillar.model.conversion import CONVERTIBLE_UNITS, compute_magnet_equivalent
from third_pillar.model.heavy import HEAVY_UNIT, compute_heavy_equivalent
from third_pillar.model.pipeline import (
    compute_chance_by,
)
from third_pillar.model.sampling import Draws
from third_pillar.vocabulary.codes import PlantStatus, Stage

COUNTS = "own"
"""What the register says of a plant whose tonnage is added by itself."""
NATIONAL = "national"
"""What it says of a plant inside the national figure of its country."""


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


def _cited(*source_ids: object) -> tuple[str, ...]:
    return tuple(str(source) for source in source_ids if isinstance(source, str) and source)
