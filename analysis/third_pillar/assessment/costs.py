"""What plants cost on record, by stage, and what an addition would cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from third_pillar.assessment.draws import RowDraws, read_range
from third_pillar.assessment.what_would import EQUAL
from third_pillar.evidence import Evidence
from third_pillar.model.capital import AdditionCost, compute_addition_cost, compute_unit_cost
from third_pillar.model.conversion import compute_magnet_equivalent
from third_pillar.model.sampling import Draws
from third_pillar.vocabulary.codes import STAGES, Stage

TABLE = "capital_costs"
_MILLION = 1e6


@dataclass(frozen=True)
class UnitCost:
    """Cost of capacity for a tonne of magnets a year at one stage.

    Attributes:
        usd: US dollars, shape (draws,); nothing where no plant's cost is on record.
        rows: Rows it rests on.
    """

    usd: Draws | None
    rows: tuple[Mapping[str, Any], ...]


class CapitalCosts:
    """Unit costs by stage, in dollars as printed, of the years printed.

    Args:
        evidence: The data package as of the date asked.
        draws: Draws of the run.

    Method:
        §5.11 of docs/methods.md.
    """

    def __init__(self, evidence: Evidence, draws: RowDraws) -> None:
        self._draws = draws
        table = evidence.table(TABLE).to_dict("records") if TABLE in evidence.tables else []
        rows = [{str(name): value for name, value in row.items()} for row in table]
        self.by_stage = {
            stage: self._read(stage, tuple(row for row in rows if row["stage"] == stage))
            for stage in STAGES
        }

    def of(self, place: str, tonnes: float) -> AdditionCost:
        """Cost of an addition in million US dollars, at one stage or equally at all four."""
        stages = [stage for stage in STAGES if place in {EQUAL, stage.value}]
        millions = {
            stage.value: None if (cost := self.by_stage[stage].usd) is None else cost / _MILLION
            for stage in STAGES
        }
        return compute_addition_cost({stage.value: tonnes for stage in stages}, millions)

    def rows_of(self, place: str) -> tuple[Mapping[str, Any], ...]:
        """Rows that the cost at a place rests on."""
        stages = [stage for stage in STAGES if place in {EQUAL, stage.value}]
        return tuple(row for stage in stages for row in self.by_stage[stage].rows)

    def _read(self, stage: Stage, rows: tuple[Mapping[str, Any], ...]) -> UnitCost:
        if not rows:
            return UnitCost(None, ())
        plants = [self._read_plant(stage, row) for row in rows]
        place = self._draws.chance(f"capital_cost.{stage}")
        return UnitCost(compute_unit_cost(plants, place=place), rows)

    def _read_plant(self, stage: Stage, row: Mapping[str, Any]) -> Draws:
        millions = self._draws.draw(read_range({**row, "id": row["figure_id"]}))
        magnets = compute_magnet_equivalent(
            np.full(self._draws.draws, float(row["capacity"])),
            unit=str(row["capacity_unit"]),
            stage=stage,
            country=str(row["country_iso3"]),
            assumptions=self._draws,
        )
        return np.asarray(_MILLION * millions / magnets, dtype=float)
