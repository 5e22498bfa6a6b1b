"""What each country can make at each stage, today and at the horizon, in one unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from third_pillar.assessment.draws import RowDraws, read_range
from third_pillar.assessment.plants import find_in_national_figures, find_unmeasured, read_plants
from third_pillar.assessment.production import find_best_rows
from third_pillar.evidence import Evidence
from third_pillar.model.conversion import CONVERTIBLE_UNITS, compute_magnet_equivalent
from third_pillar.model.sampling import Draws, summarise_each
from third_pillar.vocabulary.codes import AGGREGATES, STAGES, PlantStatus, Stage
from third_pillar.vocabulary.findings import CAPACITY_GAP

ON_RECORD = "on record"
STAND_IN = "stand-in"
PARTLY_KNOWN = "partly known"
NONE_ON_RECORD = "none on record"
NOT_KNOWN = "not known"


@dataclass(frozen=True)
class _Item:
    """One row that adds capacity to one country and stage."""

    id: str
    country: str
    stage: Stage
    tonnes: Draws
    kind: str
    source_ids: tuple[str, ...]
    located: str = ""


@dataclass(frozen=True)
class StageRecord:
    """Capacity of one country at one stage.

    Attributes:
        status: How it is known: on record, partly known, stand-in, none on record, not known.
        value: Mean, in magnet-equivalent tonnes a year; NaN if not known.
        low: 10th percentile.
        high: 90th percentile.
        row_ids: Rows it rests on.
        source_ids: Their sources.
    """

    status: str
    value: float
    low: float
    high: float
    row_ids: tuple[str, ...] = ()
    source_ids: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether anything is known, be it that none is on record."""
        return self.status != NOT_KNOWN


_NOTHING = StageRecord(NONE_ON_RECORD, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class StageCapacity:
    """Capacity by country and stage at one date.

    Attributes:
        at: The date as a decimal year.
        countries: Order of the second axis of `draws`, sorted by code.
        draws: Magnet-equivalent tonnes a year, shape (draws, countries, 4); NaN where nothing
            is known.
        records: (country, stage) → its record.
    """

    at: float
    countries: tuple[str, ...]
    draws: npt.NDArray[np.float64]
    records: Mapping[tuple[str, Stage], StageRecord]

    def of(self, country: str) -> npt.NDArray[np.float64]:
        """Draws of one country, shape (draws, 4); zero everywhere if no row names it."""
        if country not in self.countries:
            return np.zeros((self.draws.shape[0], len(STAGES)))
        return self.draws[:, self.countries.index(country), :]

    def of_members(self, members: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """Draws of several countries, shape (draws, members, 4)."""
        found = np.zeros((len(members), len(STAGES), self.draws.shape[0]))
        for place, country in enumerate(members):
            if country in self.countries:
                found[place] = self.draws[:, self.countries.index(country)].T
        return found.transpose(2, 0, 1)

    def pool(self, members: tuple[str, ...]) -> tuple[Draws, npt.NDArray[np.bool_]]:
        """What several countries hold together.

        Returns:
            Tonnes, shape (draws, 4), what is not known counted as nothing; and of which stages
            anything is known, shape (4,).
        """
        held = [self.countries.index(country) for country in members if country in self.countries]
        tonnes = np.zeros((len(STAGES), self.draws.shape[0]))
        for country in held:
            tonnes += self._counted[country]
        is_known = self._is_known[held].any(axis=0) | (len(held) < len(members))
        return tonnes.T, np.asarray(is_known)

    @cached_property
    def _is_known(self) -> npt.NDArray[np.bool_]:
        """Shape (countries, 4): a figure is known in every draw or in none."""
        return np.asarray(~np.isnan(self.draws[0]))

    @cached_property
    def _counted(self) -> npt.NDArray[np.float64]:
        """Shape (countries, 4, draws), zero where nothing is known."""
        return np.where(self._is_known[:, :, None], self.draws.transpose(1, 2, 0), 0.0)

    def record(self, country: str, stage: Stage) -> StageRecord:
        """What is on record for one country and stage; nothing if no row names the country."""
        return self.records.get((country, stage), _NOTHING)


@dataclass
class _Collected:
    items: list[_Item] = field(default_factory=list)
    unknown: set[tuple[str, str]] = field(default_factory=set)


def assess_stage_capacity(
    evidence: Evidence, *, draws: RowDraws, count_by: str, at: float
) -> StageCapacity:
    """Capacity of every country at every stage at a date.

    Args:
        evidence: The data package as of some day.
        draws: Draws of the assumptions.
        count_by: "location" or "owner" of a plant.
        at: Decimal year; plants not running yet count by their chance, delay and ramp.

    Method:
        §3.2 of docs/methods.md.
    """
    return draws.keep(
        ("capacity", evidence, count_by, at), lambda: _assess(evidence, draws, count_by, at)
    )


def _assess(evidence: Evidence, draws: RowDraws, count_by: str, at: float) -> StageCapacity:
    collected = _Collected()
    collected.items += _mined(evidence, draws)
    stand_ins = list(_stand_ins(evidence, draws, collected))
    replaced = {(item.country, item.stage) for item in stand_ins}
    plants = _plants(evidence, draws, count_by=count_by, at=at, collected=collected)
    # A stand-in is the total of the plants in a country, not of those its firms own abroad.
    collected.items += [
        item
        for item in plants
        if not (item.kind == PlantStatus.OPERATING and (item.located, item.stage) in replaced)
    ]
    collected.items += stand_ins
    counted = {(item.country, str(item.stage)) for item in collected.items}
    collected.unknown |= find_in_national_figures(evidence) - counted
    return _tabulate(collected, draws=draws.draws, at=at)


def _mined(evidence: Evidence, draws: RowDraws) -> Iterator[_Item]:
    named = {key: row for key, row in find_best_rows(evidence).items() if key[0] not in AGGREGATES}
    latest = max((year for _, year in named), default=0)
    for (country, year), row in named.items():
        if year != latest:
            continue
        tonnes = draws.draw(read_range({**row, "id": row["figure_id"]}))
        magnets = compute_magnet_equivalent(
            tonnes, unit=str(row["unit"]), stage=Stage.MINE, country=country, assumptions=draws
        )
        yield _Item(
            str(row["figure_id"]), country, Stage.MINE, magnets, ON_RECORD, (str(row["source_id"]),)
        )


def _stand_ins(evidence: Evidence, draws: RowDraws, collected: _Collected) -> Iterator[_Item]:
    for gap in evidence.gaps:
        # an assay, an outcome or a reserve that is not known leaves the tonnage as known as it was
        if gap.about != CAPACITY_GAP or gap.stage not in set(STAGES) or gap.country is None:
            continue
        if gap.stand_in is None or gap.stand_in.unit not in CONVERTIBLE_UNITS:
            collected.unknown.add((gap.country, gap.stage))
            continue
        figure = read_range({"id": gap.id, **gap.stand_in.model_dump()})
        magnets = compute_magnet_equivalent(
            draws.draw(figure),
            unit=gap.stand_in.unit,
            stage=Stage(gap.stage),
            country=gap.country,
            assumptions=draws,
        )
        yield _Item(gap.id, gap.country, Stage(gap.stage), magnets, STAND_IN, gap.source_ids)


def _plants(
    evidence: Evidence, draws: RowDraws, *, count_by: str, at: float, collected: _Collected
) -> Iterator[_Item]:
    collected.unknown |= find_unmeasured(evidence, count_by=count_by)
    for plant in read_plants(evidence, draws, count_by=count_by):
        yield _Item(
            plant.id,
            plant.country,
            plant.stage,
            plant.capacity(at),
            plant.status,
            plant.source_ids,
            str(plant.row["country_iso3"]),
        )


def _tabulate(collected: _Collected, *, draws: int, at: float) -> StageCapacity:
    held: dict[tuple[str, Stage], list[_Item]] = {}
    for item in collected.items:
        held.setdefault((item.country, item.stage), []).append(item)
    named = {country for country, _ in (*held, *collected.unknown)}
    countries = tuple(sorted(named - AGGREGATES))
    total = np.zeros((len(countries), len(STAGES), draws))
    status = {}
    for c, country in enumerate(countries):
        for s, stage in enumerate(STAGES):
            items = held.setdefault((country, stage), [])
            for item in items:
                total[c, s] += item.tonnes
            is_unknown = (country, stage.value) in collected.unknown
            status[country, stage] = _status(items, is_unknown=is_unknown)
            if status[country, stage] == NOT_KNOWN:
                total[c, s] = np.nan
    told = summarise_each(total).reshape(3, -1)
    records = {
        place: _record(said, tuple(told[:, number].tolist()), held[place])
        for number, (place, said) in enumerate(status.items())
    }
    return StageCapacity(at, countries, total.transpose(2, 0, 1), records)


def _status(items: list[_Item], *, is_unknown: bool) -> str:
    if any(item.kind == STAND_IN for item in items):
        return STAND_IN
    if items:
        return PARTLY_KNOWN if is_unknown else ON_RECORD
    return NOT_KNOWN if is_unknown else NONE_ON_RECORD


def _record(status: str, told: tuple[float, ...], items: list[_Item]) -> StageRecord:
    mean, low, high = told
    return StageRecord(
        status=status,
        value=mean,
        low=low,
        high=high,
        row_ids=tuple(item.id for item in items),
        source_ids=tuple(dict.fromkeys(s for item in items for s in item.source_ids)),
    )
