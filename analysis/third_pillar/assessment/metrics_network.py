"""Metrics of the network: attribution, losses, net position, partners, links, additions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from third_pillar.assessment.capacity import StageRecord
from third_pillar.assessment.catalogue import Reading, metric
from third_pillar.assessment.links import LinkRecord
from third_pillar.assessment.network import WITH_METAL, WITHOUT_METAL
from third_pillar.assessment.panel import NOTHING
from third_pillar.assessment.standing import EX_CHINA, MEMBERS, find_rank_span
from third_pillar.assessment.what_would import EQUAL, PLACES
from third_pillar.model.readings import Allocation
from third_pillar.model.sampling import Draws, summarise
from third_pillar.vocabulary.codes import CHINA, STAGES
from third_pillar.vocabulary.country_words import name_in_sentence
from third_pillar.vocabulary.errors import MissingEvidence, PillarError

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

_MAGNETS = "t NdFeB a year"
_RESTS_ON = ("magnet_per_ndpr_oxide", "separation_recovery", "delay_years", "p_status.announced")
ADDITION_RESTS_ON = _RESTS_ON
"""Rows that a smallest addition, and so its cost, rests on."""
RULES = {
    "pro_rata": Allocation.PRO_RATA,
    "home_magnets": Allocation.HOME_FIRST_MAGNETS,
    "home_chain": Allocation.HOME_FIRST_CHAIN,
    "others_first": Allocation.OTHERS_FIRST,
}
"""Words of an expression → the rule of who is served first."""
COUNTS = ("location", "owner")
_METAL = {"metal": False, "no_metal": True}
POOL_WORDS = {
    MEMBERS: "the pillars and chosen partners",
    EX_CHINA: "every country on record outside China",
}


@metric
def shapley(results: Results, country: str, count_by: str) -> Reading:
    """A country's average addition to the pillars' need served, by location or owner of plants."""
    found = results.standing.shapley(_choose(count_by, COUNTS, "way of counting plants"))
    name = results.evidence.country_name(country)
    return _tonnes(
        results, (country,),
        f"{name}: average addition over every order of joining, plants by {count_by}",
        found.of(country), "§5.7", f"candidate and ten largest others, by {count_by}",
    )  # fmt: skip


@metric
def shapley_rank(results: Results, count_by: str) -> Reading:
    """The candidate's rank by its average addition among itself and the ten largest others."""
    found = results.standing.shapley(_choose(count_by, COUNTS, "way of counting plants"))
    if found.of(results.candidate).mean() < NOTHING:
        raise MissingEvidence(f"{results.candidate} adds under a tonne, which has no rank")
    low, high = found.rank_span(results.candidate)
    return Reading(
        f"{_name(results)}: rank by average addition, of {len(found.members)} enumerated",
        found.rank(results.candidate), "rank", results.horizon.label, "§5.7", "rank", low, high,
        rests_on=_rows(results, (results.candidate,)),
        source_ids=_cited(results, (results.candidate,)),
        specification=f"by {count_by}, metal counted",
    )  # fmt: skip


@metric
def n_minus_one_share(results: Results, pool: str, lost: str, joins: str) -> Reading:
    """Share of the pillars' need served once a member of a pool has failed, percent.

    `pool` is members or ex_china; `lost` a country; `joins` is without or with (the candidate).
    """
    _choose(pool, tuple(POOL_WORDS), "pool")
    _choose(joins, ("without", "with"), "choice")
    share = results.standing.share_after_loss(pool, lost, joins=joins == "with")
    failed = name_in_sentence(results.evidence.country_name(lost))
    return _share(
        results, results.standing.pool(pool),
        f"Need of the pillars served by {POOL_WORDS[pool]} after the loss of {failed}, "
        f"{joins} {name_in_sentence(_name(results))}",
        share, "§5.5", f"pool {pool}, metal counted, {joins} candidate",
    )  # fmt: skip


@metric
def net_position(results: Results, rule: str) -> Reading:
    """What the pillars gain by the candidate under a rule of who is served first, tonnes a year.

    `rule` is pro_rata, home_magnets, home_chain or others_first.
    """
    allocation = RULES[_choose(rule, tuple(RULES), "rule")]
    net = results.standing.net_position(allocation)
    if net is None:
        raise MissingEvidence(f"the own need of {results.candidate} is not on record")
    return _tonnes(
        results, (results.candidate, *results.standing.pool(MEMBERS)),
        f"{_name(results)}: what the pillars gain by it, {allocation}", net, "§5.6",
        f"{allocation}, metal counted",
    )  # fmt: skip


@metric
def partner_rank(results: Results, metal: str) -> Reading:
    """The candidate's rank among countries that could join next; metal is metal or no_metal."""
    is_without = _METAL[_choose(metal, tuple(_METAL), "metal rule")]
    rank = results.standing.partner_rank(is_without_metal=is_without)
    if rank is None:
        raise MissingEvidence(f"{results.candidate} adds under a tonne, which has no rank")
    gains = results.standing.gains(is_without_metal=is_without)
    rivals = tuple(gains)
    span = find_rank_span(np.stack(list(gains.values()), axis=1), 0)
    return Reading(
        f"{_name(results)}: rank as next partner, of {len(rivals)} countries",
        rank, "rank", results.horizon.label, "§5.4", "rank", *span,
        rests_on=_rows(results, rivals), source_ids=_cited(results, rivals),
        specification=_metal_words(metal),
    )  # fmt: skip


@metric
def partner_gain(results: Results, country: str, metal: str) -> Reading:
    """What a country alone adds to the need the pillars and partners serve, tonnes a year."""
    is_without = _METAL[_choose(metal, tuple(_METAL), "metal rule")]
    gains = results.standing.gains(is_without_metal=is_without)
    name = results.evidence.country_name(country)
    return _tonnes(
        results, (country,), f"{name}: what it alone adds to the need served", gains[country],
        "§5.4", _metal_words(metal),
    )  # fmt: skip


@metric
def linked_share(results: Results, pool: str, metal: str, links: str) -> Reading:
    """Share of the pillars' need served with the candidate; links is free or binding, percent."""
    _choose(pool, tuple(POOL_WORDS), "pool")
    _choose(links, ("free", "binding"), "choice")
    is_without = _METAL[_choose(metal, tuple(_METAL), "metal rule")]
    found = results.standing.linked_share(pool, is_without_metal=is_without)
    # The programme runs on few draws: it tells what the links take, the whole run the level.
    rule = WITHOUT_METAL if is_without else WITH_METAL
    whole = next(
        share.share
        for (_, name, joins), share in results.horizon.served.items()
        if joins and name == rule and set(share.members) == set(results.standing.joined(pool))
    )
    tied = found.bound if links == "binding" else found.free
    mean, low, high = (
        max(0.0, level - (free - held))
        for level, free, held in zip(whole, found.free, tied, strict=True)
    )
    bound = found.binding if links == "binding" else ()
    return Reading(
        f"Need of the pillars served by {POOL_WORDS[pool]} with "
        f"{name_in_sentence(_name(results))}, links {links}",
        100 * mean, "%", results.horizon.label, "§3.7", "served share", 100 * min(low, mean),
        100 * max(high, mean), (*_RESTS_ON, *bound), found.source_ids,
        f"pool {pool}, {_metal_words(metal)}, linear programme",
    )  # fmt: skip


@metric
def smallest_addition(results: Results, place: str) -> Reading:
    """Least addition that makes the candidate a pillar in nine of ten definitions, tonnes a year.

    `place` is a stage, or equal for the same tonnage at all four.
    """
    found = results.what_would.find(_choose(place, PLACES, "place of an addition"))
    where = "at each of the four stages" if place == EQUAL else f"at the {place} stage alone"
    missed = "; none up to five times the pillars' need does" if found.tonnes is None else ""
    return Reading(
        f"{_name(results)}: smallest addition {where} that makes it a pillar in nine definitions "
        f"of ten{missed}",
        NO_ADDITION if found.tonnes is None else found.tonnes, _MAGNETS,
        "horizons of the specifications", "§5.9", "addition", rests_on=_RESTS_ON,
        specification="all specifications, in magnets the stage allows",
    )  # fmt: skip


NO_ADDITION = "none"
"""Value of `smallest_addition` where no finite addition is enough."""


def network_expressions(results: Results) -> list[str]:
    """The metrics of the candidate in the network that every case states."""
    candidate = results.candidate
    return [
        *(f"shapley({candidate}, {by})" for by in COUNTS),
        *(f"shapley_rank({by})" for by in COUNTS),
        *(
            f"n_minus_one_share({MEMBERS}, {country}, {joins})"
            for country in results.standing.pool(MEMBERS)
            for joins in ("without", "with")
        ),
        *(f"net_position({rule})" for rule in RULES),
        *(f"partner_rank({metal})" for metal in _METAL),
        *(f"partner_gain({candidate}, {metal})" for metal in _METAL),
        *(
            f"linked_share({pool}, {metal}, {links})"
            for pool in POOL_WORDS
            for metal in _METAL
            for links in ("free", "binding")
        ),
        *(f"smallest_addition({place})" for place in PLACES),
    ]


def other_expressions(results: Results) -> list[str]:
    """The metrics of the other countries, which only the page of the network states.

    Which countries are worth a number depends on the draws.
    """
    standing = results.standing
    return [
        *(f"shapley({c}, {by})" for by in COUNTS for c in standing.shapley(by).members[1:]),
        *(
            f"n_minus_one_share({EX_CHINA}, {country}, {joins})"
            for country in select_costly(results)
            for joins in ("without", "with")
        ),
        *(
            f"partner_gain({country}, {metal})"
            for metal in _METAL
            for country in select_partners(results, metal)
            if country != results.candidate
        ),
    ]


def select_costly(results: Results) -> tuple[str, ...]:
    """Countries outside China whose loss costs half a point of the need or more, worst first.

    Three at least, so that there is something to compare.
    """
    standing = results.standing
    whole = float(standing.share_of(EX_CHINA, joins=True).mean())
    cost = {
        country: whole - float(standing.share_after_loss(EX_CHINA, country, joins=True).mean())
        for country in standing.pool(EX_CHINA)
    }
    ranked = sorted(cost, key=lambda country: -cost[country])
    telling = [country for country in ranked if cost[country] >= _TELLING]
    return tuple(telling if len(telling) >= _THREE else ranked[:_THREE])


_THREE = 3
_TELLING = 0.005


def select_partners(results: Results, metal: str) -> tuple[str, ...]:
    """Countries that alone add a tonne or more, the most first."""
    gains = results.standing.gains(is_without_metal=_METAL[metal])
    means = {country: float(tonnes.mean()) for country, tonnes in gains.items()}
    return tuple(c for c in sorted(means, key=lambda c: -means[c]) if means[c] >= 1)


def find_links(results: Results) -> tuple[LinkRecord, ...]:
    """Every link on record with its effect among all countries outside China."""
    return results.standing.links(EX_CHINA)


def _tonnes(
    results: Results,
    countries: tuple[str, ...],
    label: str,
    draws: Draws,
    method: str,
    specification: str,
) -> Reading:
    found = summarise(draws)
    return Reading(
        label, found.mean, _MAGNETS, results.horizon.label, method, "addition",
        min(found.p10, found.mean), max(found.p90, found.mean), _rows(results, countries),
        _cited(results, countries), specification, draws,
    )  # fmt: skip


def _share(
    results: Results,
    countries: tuple[str, ...],
    label: str,
    draws: Draws,
    method: str,
    specification: str,
) -> Reading:
    found = summarise(draws)
    return Reading(
        label, 100 * found.mean, "%", results.horizon.label, method, "served share",
        100 * min(found.p10, found.mean), 100 * max(found.p90, found.mean),
        _rows(results, countries), _cited(results, countries), specification, 100 * draws,
    )  # fmt: skip


def _records(results: Results, countries: tuple[str, ...]) -> list[StageRecord]:
    capacity = results.horizon.capacity
    return [capacity.record(c, stage) for c in countries if c != CHINA for stage in STAGES]


def _cited(results: Results, countries: tuple[str, ...]) -> tuple[str, ...]:
    records = _records(results, countries)
    return tuple(dict.fromkeys(source for record in records for source in record.source_ids))


def _rows(results: Results, countries: tuple[str, ...]) -> tuple[str, ...]:
    rows = (row for record in _records(results, countries) for row in record.row_ids)
    return tuple(dict.fromkeys((*rows, *results.horizon.need.row_ids, *_RESTS_ON)))


def _choose(word: str, valid: tuple[str, ...], what: str) -> str:
    if word not in valid:
        raise PillarError(f"{word!r} is no {what}; valid: {', '.join(valid)}")
    return word


def _metal_words(metal: str) -> str:
    return "metal left out" if _METAL[metal] else "metal counted"


def _name(results: Results) -> str:
    return results.evidence.country_name(results.candidate)
