"""The pillar test in one record: every reading of it, for scripts that compare runs."""

from __future__ import annotations

import numpy as np

from third_pillar.assessment.metrics_layers import LAYERS
from third_pillar.assessment.metrics_network import COUNTS, RULES
from third_pillar.assessment.results import HORIZON, NOW, Results
from third_pillar.assessment.standing import MEMBERS
from third_pillar.assessment.what_would import PLACES
from third_pillar.model.sampling import compute_monte_carlo_error
from third_pillar.vocabulary.codes import STAGES
from third_pillar.vocabulary.findings import (
    Addition,
    Attribution,
    ChoiceSplit,
    LossShare,
    PillarTest,
    StageBreadth,
)
from third_pillar.vocabulary.specifications import Reading

_METAL = {"metal": False, "no_metal": True}


def summarise_pillar_test(results: Results) -> PillarTest:
    """Every reading of "pillar" for the candidate, the numbers of the metrics beside them.

    Method:
        §5.8 and §5.1 to §5.11 of docs/methods.md.
    """
    curve, standing = results.curve, results.standing
    return PillarTest(
        specification_count=len(curve.tested),
        specification_share_pillar=curve.share,
        verdict=curve.verdict,
        splits=tuple(
            ChoiceSplit(choice=s.choice, explained=s.explained, shares=dict(s.shares))
            for s in curve.splits
        ),
        by_reading={
            reading.value: float(np.mean([o.is_pillar for o in found]))
            for reading in Reading
            if (found := curve.of(reading))
        },
        breadth=_breadth(results),
        stages_reached=results.horizon.breadth[results.candidate].stages_reached
        if results.candidate in results.horizon.breadth
        else 0,
        partner_rank={
            metal: standing.partner_rank(is_without_metal=is_without)
            for metal, is_without in _METAL.items()
        },
        n_minus_one=_losses(results),
        net_position={
            word: None if (net := standing.net_position(rule)) is None else float(net.mean())
            for word, rule in RULES.items()
        },
        burden=standing.burden,
        shapley={by: _attribution(results, by) for by in COUNTS},
        binding_stage={when: _binding(results, when) for when in (NOW, HORIZON)},
        smallest_additions={place: _addition(results, place) for place in PLACES},
    )


def _breadth(results: Results) -> dict[str, StageBreadth]:
    breadth = results.horizon.breadth.get(results.candidate)
    if breadth is None:
        return {}
    draws = results.horizon.capacity.draws.shape[0]
    found = {}
    for place, stage in enumerate(STAGES):
        share, chance = float(breadth.share_of_need[place]), float(breadth.chance_by_stage[place])
        found[stage.value] = StageBreadth(
            share_of_need=None if np.isnan(share) else share,
            chance=chance,
            error=compute_monte_carlo_error(chance, draws),
            reaches=bool(share >= results.specification.threshold),
        )
    return found


def _losses(results: Results) -> tuple[LossShare, ...]:
    standing = results.standing
    members = standing.pool(MEMBERS)
    return tuple(
        LossShare(
            lost=country,
            without=float(standing.share_after_loss(MEMBERS, country, joins=False).mean()),
            joined=float(standing.share_after_loss(MEMBERS, country, joins=True).mean()),
        )
        for country in members
        if len(members) > 1
    )


def _attribution(results: Results, count_by: str) -> Attribution:
    found = results.standing.shapley(count_by)
    return Attribution(
        tonnes=float(found.of(results.candidate).mean()),
        rank=found.rank(results.candidate),
        of=len(found.members),
    )


def _binding(results: Results, when: str) -> dict[str, dict[str, str | None]]:
    layers, own = results.layers(when), (results.candidate,)
    return {
        metal: {
            layer: None
            if (found := layers.binding(own, is_without_metal=is_without, layer=layer)) is None
            else found.stage
            for layer in LAYERS
        }
        for metal, is_without in _METAL.items()
    }


def _addition(results: Results, place: str) -> Addition:
    tonnes = results.what_would.find(place).tonnes
    cost = results.capital_costs.of(place, tonnes) if tonnes else None
    return Addition(
        tonnes=tonnes,
        cost_usd_m=None if cost is None or cost.total is None else float(cost.total.mean()),
        cost_missing=() if cost is None else cost.missing,
    )
