"""What each country can make of dysprosium and terbium, in magnets they are enough for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from third_pillar.assessment.capacity import StageCapacity
from third_pillar.assessment.draws import RowDraws
from third_pillar.assessment.plants import read_circuits
from third_pillar.evidence import Evidence
from third_pillar.model.chain import count_known
from third_pillar.model.heavy import compute_mined_heavies
from third_pillar.model.sampling import Draws
from third_pillar.vocabulary.codes import STAGES, Stage

HEAVY_STAGES = (Stage.MINE, Stage.SEPARATION)
"""Stages of which figures of Dy and Tb are on record; at metal and magnets none is."""
HEAVY_ASSUMPTIONS = ("dytb_per_ndpr_oxide", "dytb_share_of_reo", "heavy_grade_share")
"""Rows without which nothing can be said of the heavy layer."""
TABLE = "heavy_circuits"


@dataclass(frozen=True)
class HeavyCapacity:
    """Dy and Tb by country at one date.

    Attributes:
        countries: Order of the second axis of `draws`.
        draws: Magnets of the average grade they are enough for, tonnes a year, shape
            (draws, countries, 2), stages as `HEAVY_STAGES`; NaN where the light layer is not
            known.
        row_ids: Country → rows of the separation stage it rests on.
        source_ids: Country → their sources.
    """

    countries: tuple[str, ...]
    draws: Draws
    row_ids: Mapping[str, tuple[str, ...]]
    source_ids: Mapping[str, tuple[str, ...]]

    def of(self, country: str) -> Draws:
        """Draws of one country, shape (draws, 2); zero if no row names it."""
        if country not in self.countries:
            return np.zeros((self.draws.shape[0], len(HEAVY_STAGES)))
        return self.draws[:, self.countries.index(country), :]

    def pool(self, members: tuple[str, ...]) -> tuple[Draws, npt.NDArray[np.bool_]]:
        """What several countries hold together, shape (draws, 2), and where any is known, (2,)."""
        found = [self.of(country).T for country in members]
        is_known = np.array([~np.isnan(tonnes[:, 0]) for tonnes in found], dtype=bool)
        total = np.zeros((len(HEAVY_STAGES), self.draws.shape[0]))
        for tonnes in found:
            total += count_known(tonnes)
        return total.T, np.asarray(is_known.reshape(-1, len(HEAVY_STAGES)).any(axis=0))


def assess_heavy_capacity(
    evidence: Evidence, capacity: StageCapacity, *, draws: RowDraws, count_by: str
) -> HeavyCapacity | None:
    """Dy and Tb of every country at the date of a capacity; nothing where rows are lacking.

    Args:
        evidence: The data package as of some day.
        capacity: Capacity of the light layer: its mines carry the heavy one.
        draws: Draws of the assumptions.
        count_by: "location" or "owner" of a plant.

    Method:
        §3.8 of docs/methods.md.
    """
    if TABLE not in evidence.tables or any(name not in draws for name in HEAVY_ASSUMPTIONS):
        return None
    circuits = read_circuits(evidence, draws, count_by=count_by)
    countries = tuple(sorted({*capacity.countries, *(plant.country for plant in circuits)}))
    found = np.zeros((len(countries), len(HEAVY_STAGES), draws.draws))
    mine = STAGES.index(Stage.MINE)
    for place, country in enumerate(countries):
        light = capacity.of(country)[:, mine]
        found[place, 0] = compute_mined_heavies(light, country=country, assumptions=draws)
    for plant in circuits:
        found[countries.index(plant.country), 1] += plant.capacity(capacity.at)
    return HeavyCapacity(
        countries,
        found.transpose(2, 0, 1),
        {c: tuple(p.id for p in circuits if p.country == c) for c in countries},
        {
            c: tuple(dict.fromkeys(s for p in circuits if p.country == c for s in p.source_ids))
            for c in countries
        },
    )
