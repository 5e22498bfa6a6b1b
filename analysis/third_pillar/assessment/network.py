"""Served shares, breadth and the candidate's own balance: the pillar test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from third_pillar.assessment.capacity import StageCapacity
from third_pillar.assessment.demand import Need
from third_pillar.assessment.draws import RowDraws
from third_pillar.assessment.narrowest import find_narrowest
from third_pillar.model.breadth import Breadth, BreadthSpecification, assess_breadth
from third_pillar.model.chain import compute_chain_flow, compute_served_share
from third_pillar.model.sampling import Draws, summarise
from third_pillar.model.stage_balance import compute_stage_balance
from third_pillar.vocabulary.codes import CHINA, STAGES, Stage

WITH_METAL = "metal counted"
WITHOUT_METAL = "metal left out"
_METAL_RULES = {WITH_METAL: STAGES, WITHOUT_METAL: tuple(s for s in STAGES if s != Stage.METAL)}


@dataclass(frozen=True)
class MemberSet:
    """Countries whose chains are pooled, with the reader's name for them."""

    id: str
    label: str
    members: tuple[str, ...]


def build_member_sets(
    *, pillars: tuple[str, ...], partners: tuple[str, ...], candidate: str, known: tuple[str, ...]
) -> tuple[MemberSet, ...]:
    """The pools compared: each is computed without the candidate and with it.

    Args:
        pillars: The named pillars.
        partners: Other members the reader chose.
        candidate: The country put to the test; left out of every pool here.
        known: Every country with a row.
    """
    base = tuple(country for country in pillars if country != candidate)
    everyone = tuple(c for c in known if c not in {CHINA, candidate})
    sets = [MemberSet("pillars", "the pillars alone", base)]
    if partners:
        sets.append(MemberSet("partners", "pillars and partners", (*base, *partners)))
    sets.append(MemberSet("ex_china", "every country on record outside China", everyone))
    return tuple(sets)


@dataclass(frozen=True)
class ServedShare:
    """What one pool serves of the pillars' need without China.

    Attributes:
        label: The pool in words.
        members: Its members.
        share: Mean, P10, P90 of the share, 0 to 1.
        flow: Mean flow, tonnes of magnets a year.
        binding_stage: The narrowest stage in most draws.
        binding_stages: The same with every stage that is as narrow.
        binding_chance: Share of draws in which it is.
        stages_left_out: Stages wanted but without any data in the pool.
        row_ids: Rows the pool's capacity rests on.
        source_ids: Their sources.
    """

    label: str
    members: tuple[str, ...]
    share: tuple[float, float, float]
    flow: float
    binding_stage: str
    binding_stages: tuple[str, ...]
    binding_chance: float
    stages_left_out: tuple[str, ...]
    row_ids: tuple[str, ...]
    source_ids: tuple[str, ...]


ServedKey = tuple[str, str, bool]
Share = Callable[[tuple[Hashable, ...], Callable[[], Any]], Any]


def assess_served_shares(
    capacity: StageCapacity,
    need: Need,
    *,
    sets: tuple[MemberSet, ...],
    candidate: str,
    share: Share = lambda _, find: find(),
) -> dict[ServedKey, ServedShare]:
    """Share of the pillars' need each pool meets without China, without and with the candidate.

    Args:
        capacity: Of every country.
        need: Of the pillars.
        sets: Pools compared.
        candidate: The country that joins them.
        share: Keeps what a pool serves without it, for the cases of other candidates.

    Returns:
        (pool id, metal rule, whether the candidate joins) → the share.

    Method:
        §5.1 of docs/methods.md.
    """
    found: dict[ServedKey, ServedShare] = {}
    for pool, rule in itertools.product(sets, _METAL_RULES):
        if pool.members:
            key = ("served", pool.label, pool.members, rule)
            found[pool.id, rule, False] = share(
                key, partial(_serve, capacity, need, pool, "", rule)
            )
        found[pool.id, rule, True] = _serve(capacity, need, pool, candidate, rule)
    return found


def _serve(
    capacity: StageCapacity, need: Need, pool: MemberSet, joining: str, rule: str
) -> ServedShare:
    members = (*pool.members, joining) if joining else pool.members
    tonnes, is_known = capacity.pool(members)
    is_wanted = np.array([stage in _METAL_RULES[rule] for stage in STAGES])
    chain = compute_chain_flow(tonnes[:, None, :], is_counted=is_known & is_wanted)
    binding = int(np.argmax(chain.binding_share))
    records = [capacity.record(m, stage) for m in members for stage in _METAL_RULES[rule]]
    return ServedShare(
        label=pool.label,
        members=members,
        share=_triple(compute_served_share(chain.flow, need.tonnes)),
        flow=summarise(chain.flow).mean,
        binding_stage=STAGES[binding].value,
        binding_stages=_name(
            find_narrowest(
                tonnes,
                chain.binding_share,
                is_counted=is_known & is_wanted,
            )
        ),
        binding_chance=float(chain.binding_share[binding]),
        stages_left_out=tuple(
            stage.value
            for s, stage in enumerate(STAGES)
            if stage in _METAL_RULES[rule] and not is_known[s]
        ),
        row_ids=tuple(dict.fromkeys(row for r in records for row in r.row_ids)),
        source_ids=tuple(dict.fromkeys(source for r in records for source in r.source_ids)),
    )


def assess_breadth_by_country(
    capacity: StageCapacity,
    need: Need,
    countries: tuple[str, ...],
    *,
    specification: BreadthSpecification,
) -> dict[str, Breadth]:
    """The breadth test for countries outside China, by country code.

    Method:
        §5.2 of docs/methods.md.
    """
    return {
        country: assess_breadth(capacity.of(country), need.tonnes, specification=specification)
        for country in countries
        if country != CHINA
    }


@dataclass(frozen=True)
class CandidateBalance:
    """The candidate's own chain; every triple is mean, P10, P90.

    Attributes:
        flow: Magnets its own chain allows, tonnes a year.
        binding_stage: The narrowest stage of those of which something is known.
        binding_stages: The same with every stage that is as narrow.
        binding_chance: Share of draws in which it is the narrowest.
        surplus: Stage → capacity less home need, tonnes of magnets a year (mean; NaN if either
            is not known).
        feed_gap: NdPr oxide its magnet plants lack, tonnes a year; NaN if not known.
        home_need: Tonnes of magnets a year, or nothing if not known.
        unknown_stages: Stages left out because nothing is known.
        flow_draws: `flow` draw by draw, shape (draws,).
        feed_gap_draws: `feed_gap` draw by draw, shape (draws,).
    """

    flow: tuple[float, float, float]
    binding_stage: str
    binding_stages: tuple[str, ...]
    binding_chance: float
    surplus: dict[Stage, float]
    feed_gap: tuple[float, float, float]
    home_need: tuple[float, float, float] | None
    unknown_stages: tuple[str, ...]
    flow_draws: Draws = field(repr=False, compare=False)
    feed_gap_draws: Draws = field(repr=False, compare=False)


def assess_candidate_balance(
    capacity: StageCapacity, home_need: Need | None, *, candidate: str, draws: RowDraws
) -> CandidateBalance:
    """The candidate's stages against its own need, with the binding stage.

    Method:
        §3.4 of docs/methods.md.
    """
    is_known = np.array([capacity.record(candidate, stage).is_known for stage in STAGES])
    need = home_need.tonnes if home_need else np.full(draws.draws, np.nan)
    balance = compute_stage_balance(
        capacity.of(candidate),
        need,
        is_counted=is_known,
        magnet_per_oxide=draws["magnet_per_ndpr_oxide"],
    )
    binding = int(np.argmax(balance.binding_share))
    return CandidateBalance(
        flow=_triple(balance.flow),
        binding_stage=STAGES[binding].value,
        binding_stages=_name(
            find_narrowest(capacity.of(candidate), balance.binding_share, is_counted=is_known)
        ),
        binding_chance=float(balance.binding_share[binding]),
        surplus={stage: float(balance.surplus[:, s].mean()) for s, stage in enumerate(STAGES)},
        feed_gap=_triple(balance.feed_gap),
        home_need=_triple(need) if home_need else None,
        unknown_stages=tuple(stage.value for s, stage in enumerate(STAGES) if not is_known[s]),
        flow_draws=balance.flow,
        feed_gap_draws=balance.feed_gap,
    )


def _name(places: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(STAGES[place].value for place in places)


def _triple(draws: Draws) -> tuple[float, float, float]:
    summary = summarise(draws)
    return summary.mean, summary.p10, summary.p90
