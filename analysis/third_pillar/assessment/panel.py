"""Definitions of "pillar" put to the test together: those that count alike share all they can."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from third_pillar.assessment.attributed import find_mean_shapley
from third_pillar.assessment.bench import Bench, Tonnes, layer_of, leaves_metal, year_of
from third_pillar.assessment.ground import Ground, find_flows
from third_pillar.model.readings import Allocation, allot_flow, keep_home, rank_partners
from third_pillar.vocabulary.codes import STAGES, Stage
from third_pillar.vocabulary.specifications import HEAVY, Choice, Reading, Specification

NOTHING = 1.0
"""Tonnes a year below which an addition is none."""
Chances = npt.NDArray[np.float64]
_MAGNET, _METAL = STAGES.index(Stage.MAGNET), STAGES.index(Stage.METAL)


class Panel:
    """Definitions to be asked of one bench after another.

    Args:
        specifications: The definitions, in the order in which they are answered.
    """

    def __init__(self, specifications: Iterable[Specification]) -> None:
        self.specifications = tuple(specifications)
        groups: dict[tuple[Reading, str, int], _Group] = {}
        for place, one in enumerate(self.specifications):
            count_by = "" if one.reading is Reading.MARKET else str(one["count_by"])
            key = (one.reading, count_by, year_of(one))
            group = groups.setdefault(key, _Group(*key))
            group.places.append(place)
            group.specifications.append(one)
        self._groups = tuple(groups.values())

    def find_chances(self, bench: Bench) -> Chances:
        """Share of draws in which the candidate is a pillar by each definition.

        Returns:
            Shape (definitions,); for ranks 1 or 0, and NaN where it cannot be tested.

        Method:
            §5.8 of docs/methods.md.
        """
        found = np.full(len(self.specifications), np.nan)
        for places, chances in self.walk(bench):
            found[places] = chances
        return found

    def walk(self, bench: Bench) -> Iterator[tuple[list[int], Chances]]:
        """The same part by part, for who may have heard enough: places of some, their chances."""
        for group in self._groups:
            yield group.places, _TESTS[group.reading](bench, group)


@dataclass
class _Group:
    """Definitions of one reading that count plants alike, in one year."""

    reading: Reading
    count_by: str
    year: int
    places: list[int] = field(default_factory=list)
    specifications: list[Specification] = field(default_factory=list)

    @cached_property
    def rules(self) -> npt.NDArray[np.int64]:
        """Number of the rule by which each counts stages, as in `ground.RULES`."""
        return np.array(
            [2 * (layer_of(one) == HEAVY) + leaves_metal(one) for one in self.specifications]
        )

    @cached_property
    def pools(self) -> dict[str, npt.NDArray[np.int64]]:
        """Pool → which of the definitions ask for it."""
        return self._places_by("pool")

    @cached_property
    def allocations(self) -> dict[str, npt.NDArray[np.int64]]:
        """Rule of who is served first → which of the definitions ask for it."""
        return self._places_by("allocation")

    @cached_property
    def thresholds(self) -> Tonnes:
        """The threshold of each, as a share."""
        return np.array([one.number("threshold") for one in self.specifications])

    @cached_property
    def ranks(self) -> Tonnes:
        """The rank of each that is still a pillar's."""
        return np.array([one.number("rank") for one in self.specifications])

    @cached_property
    def stages_needed(self) -> Tonnes:
        """How many stages each asks for."""
        return np.array([one.number("stages_needed") for one in self.specifications])

    def _places_by(self, choice: str) -> dict[str, npt.NDArray[np.int64]]:
        found: dict[Choice, list[int]] = {}
        for place, one in enumerate(self.specifications):
            found.setdefault(one[choice], []).append(place)
        return {str(value): np.array(places) for value, places in found.items()}

    def ground(self, bench: Bench) -> Ground:
        """What the group's tests stand on."""
        return bench.keep(
            ("ground", self.count_by, self.year),
            lambda: Ground(bench, self.count_by, self.year),
        )

    def spread(self, by_rule: Tonnes, places: npt.NDArray[np.int64]) -> Tonnes:
        """What was found by rule, for some of the definitions; NaN where their layer lacks rows.

        Args:
            by_rule: Shape (rules, ...).
            places: Which of the definitions, shape (some,).
        """
        rules = self.rules[places]
        found = by_rule[np.minimum(rules, len(by_rule) - 1)]
        found[rules >= len(by_rule)] = np.nan
        return found

    @cached_property
    def everyone(self) -> npt.NDArray[np.int64]:
        """All of them."""
        return np.arange(len(self.specifications))


def _reaching(draws: Tonnes, least: Tonnes) -> Chances:
    """Share of the draws, shape (definitions, draws), that reach what each asks; NaN stays."""
    chances = (draws >= least[:, None]).mean(axis=1)
    return np.where(np.isnan(draws[:, 0]), np.nan, chances)


def _test_breadth(bench: Bench, group: _Group) -> Chances:
    ground = group.ground(bench)
    thresholds, which = np.unique(group.thresholds, return_inverse=True)
    least = thresholds[:, None, None, None] * ground.need
    # A comparison with NaN is false: what is not known reaches nothing.
    reached = (ground.narrowed >= least).sum(axis=2)
    found = np.empty((len(group.places), len(ground.need)))
    for number in range(len(thresholds)):
        places = np.flatnonzero(which == number)
        found[places] = group.spread(reached[number].astype(float), places)
    return _reaching(found, group.stages_needed)


def _test_partner(bench: Bench, group: _Group) -> Chances:
    ground, found = group.ground(bench), np.full(len(group.places), np.nan)
    for name, places in group.pools.items():
        pool = bench.pool(name)
        own, others = ground.mean_gain(pool), ground.rival_gains(pool)
        ranks = [rank_partners(np.append(mine, rest), 0) for mine, rest in zip(own, others)]  # noqa: B905
        # Who adds nothing is nobody's partner, however few add more.
        rank = group.spread(np.where(own < NOTHING, np.inf, ranks), places)
        found[places] = np.where(np.isnan(rank), np.nan, rank <= group.ranks[places])
    return found


def _test_redundancy(bench: Bench, group: _Group) -> Chances:
    ground, found = group.ground(bench), np.full(len(group.places), np.nan)
    for name, places in group.pools.items():
        pool = bench.pool(name)
        if len(pool) > 1:
            gained = group.spread(ground.gained_after_loss(pool), places)
            found[places] = _reaching(gained, group.thresholds[places])
    return found


def _test_net_position(bench: Bench, group: _Group) -> Chances:
    ground, found = group.ground(bench), np.full(len(group.places), np.nan)
    home, others = bench.home_need(group.year), bench.others_need(group.year)
    for name, places in group.pools.items():
        pool = bench.pool(name)
        if home is None or others is None or not pool:
            continue
        chain = _JoinedChain(ground, pool, others.tonnes, home.tonnes)
        for allocation, asked in group.allocations.items():
            both = np.intersect1d(asked, places, assume_unique=True)
            net = group.spread(chain.find_net(Allocation(allocation)) / chain.need, both)
            found[both] = _reaching(net, group.thresholds[both])
    return found


class _JoinedChain:
    """A pool the candidate has joined, by each rule on what constrains (§5.6)."""

    def __init__(self, ground: Ground, pool: tuple[str, ...], need: Tonnes, home: Tonnes) -> None:
        self._ground = ground
        self._pooled, is_known = ground.pooled(pool)
        self._counted = ground.rules & is_known
        self.need, self._home = need, home
        self._before = np.minimum(find_flows(self._pooled, self._counted), need)
        self._flow = find_flows(self._pooled + ground.own, self._counted)

    def find_net(self, allocation: Allocation) -> Tonnes:
        """What the others get more, or less, tonnes a year, shape (rules, draws)."""
        if allocation is Allocation.HOME_FIRST_CHAIN:
            served = np.stack([self._keep_home(counted) for counted in self._counted])
        else:
            magnets = self._ground.own[_MAGNET]
            served = allot_flow(self._flow, magnets, self.need, self._home, allocation=allocation)
        return np.asarray(np.minimum(served, self.need) - self._before)

    def _keep_home(self, counted: npt.NDArray[np.bool_]) -> Tonnes:
        left = keep_home(self._ground.own, self._home, is_counted=counted)
        return np.asarray((self._pooled + left)[counted].min(axis=0))


def _test_market(bench: Bench, group: _Group) -> Chances:
    home = bench.home_need(group.year)
    if home is None:
        return np.full(len(group.places), np.nan)
    need = bench.need(group.year).tonnes
    return np.asarray((home.tonnes >= group.thresholds[:, None] * need).mean(axis=1))


def _test_attribution(bench: Bench, group: _Group) -> Chances:
    values = find_mean_shapley(bench, count_by=group.count_by, year=group.year)
    ranks = [rank_partners(value, 0) if value[0] >= NOTHING else np.inf for value in values]
    rank = group.spread(np.array(ranks, dtype=float), group.everyone)
    return np.where(np.isnan(rank), np.nan, rank <= group.ranks)


_TESTS: Mapping[Reading, Callable[[Bench, _Group], Chances]] = {
    Reading.BREADTH: _test_breadth,
    Reading.PARTNER: _test_partner,
    Reading.REDUNDANCY: _test_redundancy,
    Reading.NET_POSITION: _test_net_position,
    Reading.MARKET: _test_market,
    Reading.ATTRIBUTION: _test_attribution,
}
"""One test a reading."""
