"""Metrics of the heavy layer: what is served, and which stage binds, with Dy and Tb counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from third_pillar.assessment.catalogue import Reading, metric
from third_pillar.assessment.heavy import HEAVY_STAGES
from third_pillar.assessment.layers import Binding, LayeredShare
from third_pillar.assessment.results import HORIZON, NOW
from third_pillar.model.sampling import Draws, summarise
from third_pillar.vocabulary.codes import Stage
from third_pillar.vocabulary.country_words import name_in_sentence
from third_pillar.vocabulary.errors import MissingEvidence, PillarError
from third_pillar.vocabulary.specifications import HEAVY, LIGHT

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

_MAGNETS = "t NdFeB a year"
OWN = "own"
"""The word for the candidate's own chain, among the pools."""
GRADES = {"mixed": "every magnet holding Dy and Tb at the average", "apart": "light grades apart"}
LAYERS = (LIGHT, HEAVY)
_METAL = {"metal": False, "no_metal": True}
_JOINS = {"without": False, "with": True}
_RESTS_ON = (
    "dytb_per_ndpr_oxide", "dytb_share_of_reo", "magnet_per_ndpr_oxide", "separation_recovery",
)  # fmt: skip


@metric
def served_share_heavy(
    results: Results, pool: str, metal: str, grades: str, joins: str, when: str
) -> Reading:
    """Share of the pillars' need a pool serves with Dy and Tb counted, percent.

    `grades` is mixed (every magnet holds the average content) or apart (light grades are made
    without, the share of heavy ones is drawn).
    """
    words = GRADES[_choose(grades, tuple(GRADES), "way of counting grades")]
    joined = _JOINS[_choose(joins, tuple(_JOINS), "choice")]
    found = _served(results, pool, metal, joined, when)
    share = found.of(grades)
    mean, low, high = _triple(100 * share)
    name = name_in_sentence(results.evidence.country_name(results.candidate))
    extra = ("heavy_grade_share",) if grades == "apart" else ()
    return Reading(
        f"Need of the pillars served without China with Dy and Tb counted, {words}: "
        f"{_pool_words(results, pool)}, {joins} {name}, {_metal_words(metal)}",
        mean, "%", results.moment(when).label, "§3.9", "served share", low, high,
        (*found.row_ids, *results.moment(when).need.row_ids, *_RESTS_ON, *extra),
        found.source_ids,
        f"pool {pool}, {_metal_words(metal)}, {joins} candidate, heavy layer, {words}",
        100 * share,
    )  # fmt: skip


@metric
def binding_stage_of(results: Results, pool: str, metal: str, layer: str, when: str) -> Reading:
    """The narrowest stage of a pool with the candidate, or of its own chain, by layer.

    `pool` is own, pillars, partners or ex_china; `layer` is light or heavy.
    """
    _choose(layer, LAYERS, "layer")
    found = _binding(results, pool, metal, layer, when)
    words = "NdPr alone" if layer == LIGHT else "Dy and Tb counted"
    return Reading(
        f"Narrowest stage in most draws of {_pool_words(results, pool)}, {_metal_words(metal)}, "
        f"{words}",
        found.stage, "stage", results.moment(when).label, "§3.9", "stage",
        rests_on=_RESTS_ON, specification=f"pool {pool}, {_metal_words(metal)}, {words}",
    )  # fmt: skip


@metric
def heavy_capacity(results: Results, country: str, stage: str, when: str) -> Reading:
    """Magnets that a country's Dy and Tb at a stage are enough for, tonnes a year."""
    if stage not in HEAVY_STAGES:
        raise MissingEvidence(f"no figure of Dy and Tb is on record at the {stage} stage")
    heavy = results.layers(when).heavy
    if heavy is None:
        raise MissingEvidence("the heavy layer has no rows on record")
    tonnes = heavy.of(country)[:, HEAVY_STAGES.index(Stage(stage))]
    if np.isnan(tonnes).any():
        raise MissingEvidence(f"Dy and Tb of {country} at the {stage} stage are not known")
    mean, low, high = _triple(tonnes)
    name = results.evidence.country_name(country)
    rows = heavy.row_ids.get(country, ()) if stage == Stage.SEPARATION else ()
    record = results.moment(when).capacity.record(country, Stage.MINE)
    ores = record.row_ids if stage == Stage.MINE else ()
    return Reading(
        f"{name}: magnets of the average grade that its Dy and Tb at the {stage} stage are "
        "enough for",
        mean, _MAGNETS, results.moment(when).label, "§3.8", "capacity", low, high,
        (*rows, *ores, *_RESTS_ON),
        heavy.source_ids.get(country, ()) if rows else record.source_ids, "heavy layer", tonnes,
    )  # fmt: skip


@metric
def dytb_need(results: Results, when: str) -> Reading:
    """Dy and Tb oxide that the pillars' need takes at the average content, tonnes a year."""
    moment = results.moment(when)
    if "dytb_per_ndpr_oxide" not in results.draws:
        raise MissingEvidence("the Dy and Tb content of magnets is not on record")
    ratio = results.draws["dytb_per_ndpr_oxide"] / results.draws["magnet_per_ndpr_oxide"]
    tonnes = moment.need.tonnes * ratio
    mean, low, high = _triple(tonnes)
    return Reading(
        "Dy and Tb oxide that the need of the pillars takes", mean, "t Dy and Tb oxide a year",
        moment.label, "§3.8", "need", low, high,
        (*moment.need.row_ids, "dytb_per_ndpr_oxide", "magnet_per_ndpr_oxide"),
        moment.need.source_ids, "average content of magnets", tonnes,
    )  # fmt: skip


def layer_expressions(results: Results) -> list[str]:
    """The metrics of the heavy layer that every case states."""
    pools = [pool.id for pool in results.sets]
    moments = (NOW, HORIZON)
    return [
        *(f"dytb_need({when})" for when in moments),
        *(
            f"heavy_capacity({results.candidate}, {stage}, {when})"
            for stage in HEAVY_STAGES
            for when in moments
        ),
        *(
            f"served_share_heavy({pool}, {metal}, {grades}, {joins}, {when})"
            for pool in pools
            for metal in _METAL
            for grades in GRADES
            for joins in _JOINS
            for when in moments
        ),
        *(
            f"binding_stage_of({pool}, {metal}, {layer}, {when})"
            for pool in (OWN, *pools)
            for metal in _METAL
            for layer in LAYERS
            for when in moments
        ),
    ]


def _served(results: Results, pool: str, metal: str, joins: bool, when: str) -> LayeredShare:  # noqa: FBT001  one of four words that name a number
    found = results.layers(when).served(
        _members(results, pool, joins=joins),
        is_without_metal=_METAL[_choose(metal, tuple(_METAL), "metal rule")],
    )
    if found is None:
        raise MissingEvidence("the heavy layer has no rows on record, or the pool no member")
    return found


def _binding(results: Results, pool: str, metal: str, layer: str, when: str) -> Binding:
    members = (results.candidate,) if pool == OWN else _members(results, pool, joins=True)
    found = results.layers(when).binding(
        members,
        is_without_metal=_METAL[_choose(metal, tuple(_METAL), "metal rule")],
        layer=layer,
    )
    if found is None:
        raise MissingEvidence("nothing of this chain is on record")
    return found


def _members(results: Results, pool: str, *, joins: bool) -> tuple[str, ...]:
    pools = {found.id: found.members for found in results.sets}
    members = pools[_choose(pool, tuple(pools), "pool")]
    return (*members, results.candidate) if joins else members


def _pool_words(results: Results, pool: str) -> str:
    if pool == OWN:
        name = results.evidence.country_name(results.candidate)
        return f"the chain of {name_in_sentence(name)} alone"
    return next(found.label for found in results.sets if found.id == pool)


def _metal_words(metal: str) -> str:
    return "metal left out" if _METAL[metal] else "metal counted"


def _triple(draws: Draws) -> tuple[float, float, float]:
    found = summarise(draws)
    return found.mean, min(found.p10, found.mean), max(found.p90, found.mean)


def _choose(word: str, valid: tuple[str, ...], what: str) -> str:
    if word not in valid:
        raise PillarError(f"{word!r} is no {what}; valid: {', '.join(valid)}")
    return word
