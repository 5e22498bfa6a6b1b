"""Metrics of the chain: capacity, need, served share, breadth, binding stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from third_pillar.assessment.capacity import StageCapacity
from third_pillar.assessment.catalogue import Reading, metric
from third_pillar.assessment.narrowest import name_narrowest
from third_pillar.assessment.network import WITH_METAL, WITHOUT_METAL
from third_pillar.model.sampling import Draws, compute_monte_carlo_error, summarise
from third_pillar.vocabulary.codes import STAGES, Stage
from third_pillar.vocabulary.country_words import name_in_sentence
from third_pillar.vocabulary.errors import MissingEvidence, PillarError

if TYPE_CHECKING:
    from third_pillar.assessment.results import Moment, Results

_MAGNETS = "t NdFeB a year"
_CHAIN_ASSUMPTIONS = ("magnet_per_ndpr_oxide", "separation_recovery")
_METAL = {"metal": WITH_METAL, "no_metal": WITHOUT_METAL}


@metric
def stage_capacity(results: Results, country: str, stage: str, when: str) -> Reading:
    """A country's capacity at a stage in magnet-equivalent tonnes; when is now or horizon."""
    moment = results.moment(when)
    record = moment.capacity.record(country, Stage(stage))
    if not record.is_known:
        raise MissingEvidence(f"capacity of {country} at the {stage} stage is not known")
    name = results.evidence.country_name(country)
    return Reading(
        f"{name}: capacity at the {stage} stage ({record.status})",
        record.value, _MAGNETS, moment.label, "§3.2", "capacity", record.low, record.high,
        (*record.row_ids, *_CHAIN_ASSUMPTIONS), record.source_ids,
        draws=moment.capacity.of(country)[:, STAGES.index(Stage(stage))],
    )  # fmt: skip


@metric
def share_of_need(results: Results, country: str, stage: str, when: str) -> Reading:
    """A country's capacity at a stage over the pillars' need, in percent."""
    moment = results.moment(when)
    draws = moment.capacity.of(country)[:, STAGES.index(Stage(stage))]
    if np.isnan(draws).any():
        raise MissingEvidence(f"capacity of {country} at the {stage} stage is not known")
    name = results.evidence.country_name(country)
    rows, sources = _evidence_of(moment.capacity, country, (Stage(stage),))
    return _percent(
        f"{name}: capacity at the {stage} stage over the pillars' need",
        draws, moment, "§5.2", "share",
        (*rows, *moment.need.row_ids, *_CHAIN_ASSUMPTIONS), (*sources, *moment.need.source_ids),
    )  # fmt: skip


@metric
def pillars_need(results: Results, when: str) -> Reading:
    """The pillars' need for magnets, in tonnes a year."""
    moment = results.moment(when)
    need = summarise(moment.need.tonnes)
    return Reading(
        f"Need of the pillars ({_names(results, results.pillars)})",
        need.mean, _MAGNETS, moment.label, "§3.5", "need", need.p10, need.p90,
        (*moment.need.row_ids, "demand_growth"), moment.need.source_ids,
        draws=moment.need.tonnes,
    )  # fmt: skip


@metric
def served_share(results: Results, pool: str, metal: str, joins: str, when: str) -> Reading:
    """Share of the pillars' need a pool serves without China, percent.

    `pool` is pillars, partners or ex_china; `metal` is metal or no_metal; `joins` is without
    or with (the candidate).
    """
    moment = results.moment(when)
    served = moment.served[pool, _metal_rule(metal), _joins(joins)]
    share, low, high = served.share
    member = name_in_sentence(results.evidence.country_name(results.candidate))
    return Reading(
        f"Need of the pillars served without China: {served.label}, {joins} {member}, "
        f"{_metal_rule(metal)}",
        100 * share, "%", moment.label, "§5.1", "served share", 100 * low, 100 * high,
        (*served.row_ids, *moment.need.row_ids, *_CHAIN_ASSUMPTIONS),
        tuple(dict.fromkeys((*served.source_ids, *moment.need.source_ids))),
        f"pool {pool}, {_metal_rule(metal)}, {joins} candidate",
    )  # fmt: skip


@metric
def served_gain(results: Results, pool: str, metal: str, when: str) -> Reading:
    """Percentage points of the pillars' need that the candidate adds to a pool."""
    moment = results.moment(when)
    rule = _metal_rule(metal)
    without, joined = (moment.served[pool, rule, joins] for joins in (False, True))
    name = results.evidence.country_name(results.candidate)
    return Reading(
        f"{name}: addition to the need of the pillars served without China, "
        f"{without.label}, {rule}",
        100 * (joined.share[0] - without.share[0]), "percentage points", moment.label,
        "§5.1", "served share",
        rests_on=(*joined.row_ids, *moment.need.row_ids, *_CHAIN_ASSUMPTIONS),
        source_ids=tuple(dict.fromkeys((*joined.source_ids, *moment.need.source_ids))),
        specification=f"pool {pool}, {rule}",
    )  # fmt: skip


@metric
def breadth_stages(results: Results, country: str, when: str) -> Reading:
    """At how many of the four stages a country reaches the threshold share of the pillars' need."""
    moment = results.moment(when)
    breadth = moment.breadth[country]
    known = sum(moment.capacity.record(country, stage).is_known for stage in STAGES)
    sure, possible = (int((breadth.chance_by_stage >= level).sum()) for level in (0.9, 0.1))
    reached = breadth.stages_reached
    name = results.evidence.country_name(country)
    ids, sources = _evidence_of(moment.capacity, country, STAGES)
    return Reading(
        f"{name}: stages that reach {100 * results.specification.threshold:g} % of the pillars' "
        f"need, of {known} with data",
        reached, "stages", moment.label, "§5.2", "count",
        min(sure, reached), max(possible, reached),
        (*ids, *moment.need.row_ids, *_CHAIN_ASSUMPTIONS), (*sources, *moment.need.source_ids),
        _breadth_specification(results), _reached(results, moment, country),
    )  # fmt: skip


@metric
def breadth_chance(results: Results, country: str, when: str) -> Reading:
    """Chance that a country passes the breadth test, in percent, with its Monte Carlo error."""
    moment = results.moment(when)
    chance = moment.breadth[country].chance
    error = compute_monte_carlo_error(chance, moment.capacity.draws.shape[0])
    name = results.evidence.country_name(country)
    ids, sources = _evidence_of(moment.capacity, country, STAGES)
    return Reading(
        f"{name}: chance of being a pillar by breadth",
        100 * chance, "%", moment.label, "§5.2", "chance",
        100 * max(chance - 2 * error, 0), 100 * min(chance + 2 * error, 1),
        (*ids, *moment.need.row_ids, *_CHAIN_ASSUMPTIONS, "delay_years", "p_status.announced"),
        sources, _breadth_specification(results),
    )  # fmt: skip


@metric
def breadth_shortfall(results: Results, country: str, stage: str, when: str) -> Reading:
    """Magnet-equivalent tonnes a stage lacks to reach the threshold share of the pillars' need."""
    moment = results.moment(when)
    draws = moment.capacity.of(country)[:, STAGES.index(Stage(stage))]
    if np.isnan(draws).any():
        raise MissingEvidence(f"capacity of {country} at the {stage} stage is not known")
    target = results.specification.threshold * moment.need.tonnes
    lacking = summarise(np.maximum(target - draws, 0.0))
    mean = max(float(target.mean() - draws.mean()), 0.0)
    name = results.evidence.country_name(country)
    ids, sources = _evidence_of(moment.capacity, country, (Stage(stage),))
    return Reading(
        f"{name}: tonnes lacking at the {stage} stage to reach the threshold",
        mean, _MAGNETS, moment.label, "§5.3", "shortfall", min(lacking.p10, mean),
        max(lacking.p90, mean), (*ids, *moment.need.row_ids, *_CHAIN_ASSUMPTIONS), sources,
        _breadth_specification(results), np.maximum(target - draws, 0.0),
    )  # fmt: skip


@metric
def binding_stage(results: Results, when: str) -> Reading:
    """The narrowest stage of the candidate's own chain."""
    moment = results.moment(when)
    balance = moment.balance
    name = results.evidence.country_name(results.candidate)
    ids, sources = _evidence_of(moment.capacity, results.candidate, STAGES)
    return Reading(
        f"{name}: binding stage of its own chain",
        name_narrowest(balance.binding_stages), "stage", moment.label, "§3.4", "stage",
        rests_on=(*ids, *_CHAIN_ASSUMPTIONS), source_ids=sources,
    )  # fmt: skip


@metric
def chain_flow(results: Results, when: str) -> Reading:
    """Magnets the candidate's own chain allows from mine to magnet, in tonnes a year."""
    moment = results.moment(when)
    return _of_candidate(results, moment, "magnets its own chain allows, mine to magnet",
                         moment.balance.flow, _MAGNETS, moment.balance.flow_draws)  # fmt: skip


@metric
def feed_gap(results: Results, when: str) -> Reading:
    """NdPr oxide the candidate's magnet plants would need beyond what it separates."""
    moment = results.moment(when)
    if np.isnan(moment.balance.feed_gap[0]):
        raise MissingEvidence("separation or magnet capacity of the candidate is not known")
    return _of_candidate(results, moment, "NdPr oxide its magnet plants lack",
                         moment.balance.feed_gap, "t NdPr oxide a year",
                         moment.balance.feed_gap_draws)  # fmt: skip


@metric
def home_need(results: Results, when: str) -> Reading:
    """The candidate's own need for magnets, in tonnes a year."""
    moment = results.moment(when)
    need = moment.home_need
    if need is None or moment.balance.home_need is None:
        raise MissingEvidence(f"magnet_demand has no row for {results.candidate}")
    name = results.evidence.country_name(results.candidate)
    mean, low, high = moment.balance.home_need
    return Reading(
        f"{name}: own need for magnets", mean, _MAGNETS, moment.label, "§3.5", "need",
        low, high, (*need.row_ids, "demand_growth"), need.source_ids, draws=need.tonnes,
    )  # fmt: skip


def _of_candidate(
    results: Results,
    moment: Moment,
    label: str,
    triple: tuple[float, float, float],
    unit: str,
    draws: Draws,
) -> Reading:
    ids, sources = _evidence_of(moment.capacity, results.candidate, STAGES)
    name = results.evidence.country_name(results.candidate)
    mean, low, high = triple
    return Reading(
        f"{name}: {label}", mean, unit, moment.label, "§3.4", "capacity", low, high,
        (*ids, *_CHAIN_ASSUMPTIONS), sources, draws=draws,
    )  # fmt: skip


def _percent(
    label: str,
    draws: Draws,
    moment: Moment,
    method: str,
    kind: str,
    rests_on: tuple[str, ...],
    source_ids: tuple[str, ...],
) -> Reading:
    need = moment.need.tonnes
    spread = summarise(draws / need)
    return Reading(
        label, float(100 * draws.mean() / need.mean()), "%", moment.label, method, kind,
        100 * spread.p10, 100 * spread.p90, rests_on, tuple(dict.fromkeys(source_ids)),
        draws=100 * draws / need,
    )  # fmt: skip


def _reached(results: Results, moment: Moment, country: str) -> Draws:
    """Stages that reach the threshold, draw by draw; a stage not known reaches nothing (§5.2)."""
    target = results.specification.threshold * moment.need.tonnes
    reached = moment.capacity.of(country) >= target[:, np.newaxis]
    return np.asarray(reached.sum(axis=1), dtype=float)


def _evidence_of(
    capacity: StageCapacity, country: str, stages: tuple[Stage, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    records = [capacity.record(country, stage) for stage in stages]
    return (
        tuple(row_id for record in records for row_id in record.row_ids),
        tuple(dict.fromkeys(source for record in records for source in record.source_ids)),
    )


def _metal_rule(word: str) -> str:
    if word not in _METAL:
        raise PillarError(f"{word!r} is not a metal rule; valid: {', '.join(_METAL)}")
    return _METAL[word]


def _joins(word: str) -> bool:
    if word not in {"with", "without"}:
        raise PillarError(f"{word!r} is neither with nor without")
    return word == "with"


def _names(results: Results, countries: tuple[str, ...]) -> str:
    return ", ".join(results.evidence.country_name(country) for country in countries)


def _breadth_specification(results: Results) -> str:
    specification = results.specification
    return (
        f"breadth, threshold {100 * specification.threshold:g} %, "
        f"{specification.stages_needed} of 4 stages, by {results.count_by}"
    )
