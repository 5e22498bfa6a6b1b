"""The specification curve: the candidate under every definition of "pillar" on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from third_pillar.assessment.capacity import StageCapacity, assess_stage_capacity
from third_pillar.assessment.demand import Need, assess_need, find_need
from third_pillar.assessment.draws import RowDraws
from third_pillar.evidence import Evidence
from third_pillar.model.breadth import BreadthSpecification, assess_breadth
from third_pillar.model.readings import (
    Allocation,
    compute_net_position,
    compute_pool_flow,
    compute_redundancy,
    compute_shapley,
    rank_partners,
)
from third_pillar.vocabulary.codes import CHINA, STAGES, Stage
from third_pillar.vocabulary.parameters import Question
from third_pillar.vocabulary.specifications import Reading, Specification

AGREEMENT = 0.9
"""Share of the specifications that must agree before the verdict is yes or no."""
_EVEN = 0.5
_DRAWS = 2_000
"""A verdict asks for half of the draws: at this many the Monte Carlo error is one percent."""
_SHAPLEY_DRAWS = 200


@dataclass(frozen=True)
class Outcome:
    """The candidate under one specification.

    Attributes:
        specification: The definition.
        chance: Share of draws in which the candidate is a pillar by it; for ranks, 1 or 0.
        is_pillar: Whether that is half of the draws or more; nothing if it cannot be tested.
    """

    specification: Specification
    chance: float
    is_pillar: bool | None


@dataclass(frozen=True)
class Split:
    """How far one choice divides the specifications.

    Attributes:
        choice: The choice, or "reading".
        explained: Share of the variation between specifications it accounts for, 0 to 1.
        shares: Value of the choice → share of its specifications that say pillar.
    """

    choice: str
    explained: float
    shares: Mapping[str, float]


@dataclass(frozen=True)
class SpecificationCurve:
    """The candidate under all specifications.

    Attributes:
        outcomes: One per specification, in the order of the files.
    """

    outcomes: tuple[Outcome, ...]

    @cached_property
    def tested(self) -> tuple[Outcome, ...]:
        """Outcomes that could be tested."""
        return tuple(outcome for outcome in self.outcomes if outcome.is_pillar is not None)

    @cached_property
    def share(self) -> float:
        """Share of the tested specifications under which the candidate is a pillar."""
        return float(np.mean([outcome.is_pillar for outcome in self.tested]))

    @cached_property
    def verdict(self) -> str:
        """Yes or no where at least nine in ten agree, else contested (§5.8)."""
        if self.share >= AGREEMENT:
            return "yes"
        return "no" if 1 - self.share >= AGREEMENT else "contested"

    @cached_property
    def splits(self) -> tuple[Split, ...]:
        """Choices by how far they divide the verdicts, the most dividing first."""
        choices = ["reading", *dict.fromkeys(n for o in self.tested for n, _ in _settings(o))]
        found = [_split(self.tested, choice) for choice in dict.fromkeys(choices)]
        return tuple(sorted(found, key=lambda split: -split.explained))

    def of(self, reading: Reading) -> tuple[Outcome, ...]:
        """The tested outcomes of one reading."""
        return tuple(o for o in self.tested if o.specification.reading is reading)


def _settings(outcome: Outcome) -> tuple[tuple[str, object], ...]:
    specification = outcome.specification
    return (("reading", specification.reading), *specification.settings)


def _split(outcomes: tuple[Outcome, ...], choice: str) -> Split:
    """Within readings, so that a choice is not credited with what its readings differ by."""
    verdicts = np.array([bool(outcome.is_pillar) for outcome in outcomes], dtype=float)
    total = float(((verdicts - verdicts.mean()) ** 2).sum())
    values = [dict(_settings(outcome)).get(choice) for outcome in outcomes]
    within = [
        "every reading" if choice == "reading" else outcome.specification.reading
        for outcome in outcomes
    ]
    between = 0.0
    for reading in dict.fromkeys(within):
        inside = np.array([w == reading for w in within])
        for value in {v for v, w in zip(values, within, strict=True) if w == reading}:
            group = inside & np.array([v == value for v in values])
            gap = verdicts[group].mean() - verdicts[inside].mean()
            between += float(group.sum() * gap**2)
    shares = {
        str(value): float(verdicts[np.array([v == value for v in values])].mean())
        for value in dict.fromkeys(v for v in values if v is not None)
    }
    return Split(choice, 0.0 if total == 0 else between / total, shares)


def assess_curve(
    question: Question,
    evidence: Evidence,
    specifications: tuple[Specification, ...],
    *,
    draws: RowDraws,
) -> SpecificationCurve:
    """The candidate under every specification, on one set of at most 2,000 draws.

    Raises:
        MissingEvidence: A pillar without a figure for its need.

    Method:
        §5.8 of docs/methods.md.
    """
    few = RowDraws(evidence.assumptions, draws=min(draws.draws, _DRAWS), seed=draws.seed)
    bench = _Bench(question, evidence, few)
    outcomes = []
    for specification in specifications:
        chance = _TESTS[specification.reading](bench, specification)
        verdict = None if chance is None else chance >= _EVEN
        outcomes.append(Outcome(specification, float("nan") if chance is None else chance, verdict))
    return SpecificationCurve(tuple(outcomes))


class _Bench:
    """Capacities and needs shared by all specifications; each is computed once."""

    def __init__(self, question: Question, evidence: Evidence, draws: RowDraws) -> None:
        self.candidate = question.parameters.candidate
        self.pillars = question.parameters.pillars
        self.evidence = evidence
        self.draws = draws
        self._capacity: dict[tuple[str, int], StageCapacity] = {}
        self._need: dict[int, Need] = {}
        sets = evidence.table("country_sets")
        self._sets = {
            str(name): tuple(rows["country_iso3"]) for name, rows in sets.groupby("set_id")
        }

    def capacity(self, specification: Specification) -> StageCapacity:
        key = (str(specification["count_by"]), int(specification.number("horizon")))
        if key not in self._capacity:
            self._capacity[key] = assess_stage_capacity(
                self.evidence, draws=self.draws, count_by=key[0], at=key[1] + 1.0
            )
        return self._capacity[key]

    def need(self, specification: Specification) -> Need:
        year = int(specification.number("horizon"))
        if year not in self._need:
            self._need[year] = assess_need(self.evidence, self.pillars, draws=self.draws, year=year)
        return self._need[year]

    def home_need(self, specification: Specification) -> Need | None:
        year = int(specification.number("horizon"))
        return find_need(self.evidence, self.candidate, draws=self.draws, year=year)

    def pool(self, specification: Specification) -> tuple[str, ...]:
        name = str(specification["pool"])
        named = () if name == "pillars" else self._sets[name]
        members = dict.fromkeys((*self.pillars, *named))
        return tuple(country for country in members if country != self.candidate)

    def counted(
        self,
        specification: Specification,
        members: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Stages that constrain: those wanted of which anything is known in the pool."""
        is_known = ~np.isnan(members).all(axis=(0, 1))
        leaves_metal = specification["metal"] == "left_out"
        is_wanted = np.array([not (leaves_metal and s is Stage.METAL) for s in STAGES])
        return np.asarray(is_known & is_wanted)


def _test_breadth(bench: _Bench, specification: Specification) -> float | None:
    own = bench.capacity(specification).of(bench.candidate).copy()
    if specification["metal"] == "left_out":
        own[:, STAGES.index(Stage.METAL)] = np.nan
    wanted = BreadthSpecification(
        specification.number("threshold"), int(specification.number("stages_needed"))
    )
    return assess_breadth(own, bench.need(specification).tonnes, specification=wanted).chance


def _test_partner(bench: _Bench, specification: Specification) -> float | None:
    capacity, need = bench.capacity(specification), bench.need(specification).tonnes
    pool = bench.pool(specification)
    base = capacity.of_members(pool) if pool else np.zeros((len(need), 0, len(STAGES)))
    rivals = [bench.candidate] + [
        c for c in capacity.countries if c not in {CHINA, bench.candidate, *pool}
    ]
    gains = []
    for rival in rivals:
        joined = np.concatenate([base, capacity.of(rival)[:, None, :]], axis=1)
        counted = bench.counted(specification, joined)
        flow = compute_pool_flow(joined, is_counted=counted)
        before = compute_pool_flow(base, is_counted=counted)
        gains.append(float((np.minimum(flow, need) - np.minimum(before, need)).mean()))
    ranked = np.array(gains)
    # Who adds nothing is nobody's partner, however few add more.
    if ranked[0] < _NOTHING:
        return 0.0
    return float(rank_partners(ranked, 0) <= specification.number("rank"))


_NOTHING = 1.0
"""Tonnes a year below which an addition is none."""


def _test_redundancy(bench: _Bench, specification: Specification) -> float | None:
    pool = bench.pool(specification)
    if len(pool) < _TWO:
        return None
    capacity, need = bench.capacity(specification), bench.need(specification).tonnes
    members = capacity.of_members(pool)
    alone, joined, _ = compute_redundancy(
        members,
        np.nan_to_num(capacity.of(bench.candidate)),
        need,
        is_counted=bench.counted(specification, members),
    )
    return float((joined - alone >= specification.number("threshold")).mean())


_TWO = 2


def _test_net_position(bench: _Bench, specification: Specification) -> float | None:
    home = bench.home_need(specification)
    pool = bench.pool(specification)
    if home is None or not pool:
        return None
    capacity, need = bench.capacity(specification), bench.need(specification).tonnes
    members = capacity.of_members(pool)
    net = compute_net_position(
        members,
        capacity.of(bench.candidate),
        need,
        home.tonnes,
        is_counted=bench.counted(specification, members),
        allocation=Allocation(str(specification["allocation"])),
    )
    return float((net >= specification.number("threshold") * need).mean())


def _test_market(bench: _Bench, specification: Specification) -> float | None:
    home = bench.home_need(specification)
    if home is None:
        return None
    need = bench.need(specification).tonnes
    return float((home.tonnes >= specification.number("threshold") * need).mean())


def _test_attribution(bench: _Bench, specification: Specification) -> float | None:
    capacity = bench.capacity(specification)
    largest = capacity.draws[:, :, :].mean(axis=0)
    named = [c for c in capacity.countries if c not in {CHINA, bench.candidate}]
    weight = {c: float(np.nansum(largest[capacity.countries.index(c)])) for c in named}
    rivals = sorted(named, key=lambda c: -weight[c])[:_MEMBERS]
    members = capacity.of_members((bench.candidate, *rivals))[:_SHAPLEY_DRAWS]
    value = compute_shapley(
        members,
        bench.need(specification).tonnes[:_SHAPLEY_DRAWS],
        is_counted=bench.counted(specification, members),
    ).mean(axis=0)
    if value[0] < _NOTHING:
        return 0.0
    return float(rank_partners(value, 0) <= specification.number("rank"))


_MEMBERS = 10
"""Largest other members whose orders of joining are enumerated."""

_TESTS: Mapping[Reading, Callable[[_Bench, Specification], float | None]] = {
    Reading.BREADTH: _test_breadth,
    Reading.PARTNER: _test_partner,
    Reading.REDUNDANCY: _test_redundancy,
    Reading.NET_POSITION: _test_net_position,
    Reading.MARKET: _test_market,
    Reading.ATTRIBUTION: _test_attribution,
}
