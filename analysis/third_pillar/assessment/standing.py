"""The candidate's standing in the network: what it adds, what its loss costs, who is served."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from third_pillar.assessment.attributed import find_shapley
from third_pillar.assessment.bench import Bench, Tonnes, count_stages
from third_pillar.assessment.ground import RULES, Ground
from third_pillar.assessment.links import LinkedShare, LinkRecord, assess_linked_share, read_links
from third_pillar.assessment.panel import NOTHING
from third_pillar.model.readings import (
    Allocation,
    compute_net_position,
    compute_pool_flow,
    rank_partners,
)
from third_pillar.model.sampling import Draws
from third_pillar.vocabulary.codes import CHINA
from third_pillar.vocabulary.specifications import LIGHT

EX_CHINA = "ex_china"
MEMBERS = "members"
BURDEN, RELIEF, NEUTRAL = "burden", "relief", "no difference"
DEPENDS = "depends on who is served first"
Pool = tuple[str, ...]


@dataclass(frozen=True)
class Shapley:
    """Average addition to the need served over every order of joining.

    Attributes:
        members: Codes, the candidate first.
        tonnes: Tonnes of magnets a year, shape (draws, members).
    """

    members: tuple[str, ...]
    tonnes: Tonnes

    def of(self, country: str) -> Draws:
        """Draws of one member; KeyError where it is not among those enumerated."""
        if country not in self.members:
            raise KeyError(country)
        return self.tonnes[:, self.members.index(country)]

    def rank(self, country: str) -> int:
        """Rank by the mean; equal values share the better rank."""
        means = self.tonnes.mean(axis=0)
        return rank_partners(means, self.members.index(country))

    def rank_span(self, country: str) -> tuple[int, int]:
        """10th and 90th percentile of its rank draw by draw, the rank by the mean within."""
        place = self.members.index(country)
        return find_rank_span(self.tonnes, place)


def find_rank_span(tonnes: Tonnes, place: int) -> tuple[int, int]:
    """10th and 90th percentile of a rank draw by draw, widened to hold the rank by the mean.

    Args:
        tonnes: Shape (draws, countries).
        place: Whose rank.
    """
    ranks = 1 + (tonnes > tonnes[:, [place]] + NOTHING).sum(axis=1)
    by_mean = rank_partners(tonnes.mean(axis=0), place)
    low, high = np.percentile(ranks, [10, 90])
    return min(int(np.floor(low)), by_mean), max(int(np.ceil(high)), by_mean)


class Standing:
    """The candidate in the network at the horizon; each part is computed when first asked for.

    Attributes:
        bench: Capacities and needs of at most 2,000 draws.
        partners: Members the reader chose besides the pillars.
        count_by: Whether plants count by location or owner.
        year: The horizon.
    """

    def __init__(self, bench: Bench, *, partners: Pool, count_by: str, year: int) -> None:
        self.bench = bench
        self.partners = partners
        self.count_by = count_by
        self.year = year

    @property
    def need(self) -> Draws:
        """Need of the pillars, tonnes of magnets a year."""
        return self.bench.need(self.year).tonnes

    def pool(self, name: str) -> Pool:
        """Countries of a pool without the candidate.

        "members" are the pillars and the partners chosen, "ex_china" every country on record
        outside China.

        Raises:
            KeyError: Another name.
        """
        everyone = tuple(self.bench.capacity(self.count_by, self.year).countries)
        named = {MEMBERS: (*self.bench.pillars, *self.partners), EX_CHINA: everyone}[name]
        taken = {CHINA, self.bench.candidate}
        return tuple(country for country in dict.fromkeys(named) if country not in taken)

    def shapley(self, count_by: str) -> Shapley:
        """Shapley values of the candidate and the ten largest others, metal counted (§5.7)."""
        members, tonnes = self.bench.share(
            ("shapley", count_by, self.year),
            lambda: find_shapley(
                self.bench, is_without_metal=False, count_by=count_by, year=self.year
            ),
        )
        return Shapley(members, tonnes)

    def gains(self, *, is_without_metal: bool) -> dict[str, Draws]:
        """What each country alone adds to the pillars and partners, tonnes a year (§5.4)."""
        rule = RULES.index((LIGHT, is_without_metal))
        return {country: tonnes[rule] for country, tonnes in self._gains.items()}

    @cached_property
    def _gains(self) -> dict[str, Draws]:
        """The same by each rule on what constrains, shape (rules, draws)."""
        return Ground(self.bench, self.count_by, self.year).gains(self.pool(MEMBERS))

    def partner_rank(self, *, is_without_metal: bool) -> int | None:
        """The candidate's rank among possible next partners; nothing if it adds nothing."""
        gains = self.gains(is_without_metal=is_without_metal)
        means = np.array([tonnes.mean() for tonnes in gains.values()])
        return None if means[0] < NOTHING else rank_partners(means, 0)

    def share_after_loss(self, pool: str, lost: str, *, joins: bool) -> Draws:
        """Share of the need served once a member of a pool has failed, 0 to 1 (§5.5).

        Raises:
            KeyError: The pool is not known, has no such member, or has no other.
        """
        members = self.pool(pool)
        left = tuple(country for country in members if country != lost)
        if lost not in members or not left:
            raise KeyError(lost)
        return self._share(left, reference=members, joins=joins)

    def share_of(self, pool: str, *, joins: bool) -> Draws:
        """Share of the need a whole pool serves, 0 to 1, metal counted (§5.1)."""
        members = self.pool(pool)
        return self._share(members, reference=members, joins=joins)

    def _share(self, members: Pool, *, reference: Pool, joins: bool) -> Draws:
        capacity = self.bench.capacity(self.count_by, self.year)
        # Stages are those of the whole pool: a loss must not make a stage disappear.
        counted = count_stages(capacity.of_members(reference), leaves_metal=False)
        tonnes = capacity.of_members(members)
        if joins:
            own = self.bench.own(self.count_by, self.year)[:, None, :]
            tonnes = np.concatenate([tonnes, own], axis=1)
        return np.minimum(compute_pool_flow(tonnes, is_counted=counted) / self.need, 1.0)

    def net_position(self, allocation: Allocation) -> Draws | None:
        """What the pillars and partners gain by the candidate under one rule, tonnes a year.

        Nothing where the rule asks for the candidate's own need and no row carries it (§5.6).
        """
        home, pool = self.bench.home_need(self.year), self.pool(MEMBERS)
        others = self.bench.others_need(self.year)
        if others is None or (home is None and allocation is not Allocation.OTHERS_FIRST):
            return None
        own = self.bench.own(self.count_by, self.year)
        capacity = self.bench.capacity(self.count_by, self.year)
        members = capacity.of_members(pool) if pool else own[:, None, :][:, :0]
        return compute_net_position(
            members,
            own,
            others.tonnes,
            np.zeros(len(own)) if home is None else home.tonnes,
            is_counted=count_stages(members if pool else own[:, None, :], leaves_metal=False),
            allocation=allocation,
        )

    @cached_property
    def burden(self) -> str | None:
        """Burden, relief, no difference, or that it depends on who is served first (§5.10).

        Nothing where one of the rules cannot be computed.
        """
        found = [self.net_position(allocation) for allocation in Allocation]
        known = [float(net.mean()) for net in found if net is not None]
        return judge_burden(known) if len(known) == len(found) else None

    def links(self, pool: str) -> tuple[LinkRecord, ...]:
        """Every link on record, with what it does in a pool the candidate has joined (§3.7)."""
        return read_links(
            self.bench.evidence, self.joined(pool), count_by=self.count_by, year=self.year
        )

    def linked_share(self, pool: str, *, is_without_metal: bool) -> LinkedShare:
        """Share served by a pool the candidate has joined, links free and binding (§3.7)."""
        return self.bench.share(
            ("linked", pool, is_without_metal, self.count_by, self.year),
            lambda: assess_linked_share(
                self.bench,
                self.joined(pool),
                count_by=self.count_by,
                year=self.year,
                is_without_metal=is_without_metal,
            ),
        )

    def joined(self, pool: str) -> Pool:
        """The pool once the candidate has joined it."""
        return (*self.pool(pool), self.bench.candidate)


def judge_burden(means: list[float]) -> str | None:
    """The word for a net position under several rules, from the mean of each, tonnes a year.

    A burden leaves others less under some rule and more under none; a relief the other way
    round; what is under a tonne is no difference.

    Returns:
        The word, or nothing where no rule could be computed.

    Method:
        §5.10 of docs/methods.md.
    """
    if not means:
        return None
    gives, takes = any(m >= NOTHING for m in means), any(m <= -NOTHING for m in means)
    if gives and takes:
        return DEPENDS
    if takes:
        return BURDEN
    return RELIEF if gives else NEUTRAL
