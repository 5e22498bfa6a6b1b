"""The chain outside China by groups of countries, and what gets through all of its stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from third_pillar.assessment.network import WITH_METAL, WITHOUT_METAL
from third_pillar.assessment.results import Results
from third_pillar.assessment.standing import EX_CHINA
from third_pillar.model.conversion import compute_oxide_need
from third_pillar.model.sampling import summarise
from third_pillar.vocabulary.codes import STAGES, Stage

PILLARS, CANDIDATE, OTHERS = "pillars", "candidate", "others"


@dataclass(frozen=True)
class GroupedChain:
    """Capacity by stage and group at one date, and the flow through the whole.

    Attributes:
        capacity: Stage → group → mean capacity in tonnes of magnets a year.
        flow: Mean of what passes every stage counted.
        share: Mean share of the pillars' need it serves, 0 to 1.
        flow_without_metal: The same with the metal stage left out.
        share_without_metal: The same.
        binding: The narrowest stage, metal counted.
        need: Mean need of the pillars.
        unknown: Stages of the candidate of which nothing is known.
        row_ids: Rows it rests on.
        source_ids: Their sources.
    """

    capacity: Mapping[Stage, Mapping[str, float]]
    flow: float
    share: float
    flow_without_metal: float
    share_without_metal: float
    binding: str
    need: float
    unknown: tuple[str, ...]
    row_ids: tuple[str, ...]
    source_ids: tuple[str, ...]


def assess_grouped_chain(results: Results, when: str) -> GroupedChain:
    """The chain of every country outside China, the candidate among them, by groups.

    Method:
        §3.3 and §5.1 of docs/methods.md.
    """
    moment = results.moment(when)
    counted = moment.served[EX_CHINA, WITH_METAL, True]
    without = moment.served[EX_CHINA, WITHOUT_METAL, True]
    candidate = results.candidate
    groups = {
        PILLARS: tuple(c for c in results.pillars if c != candidate),
        CANDIDATE: (candidate,),
        OTHERS: tuple(c for c in counted.members if c not in {*results.pillars, candidate}),
    }
    means = {
        group: np.nan_to_num(moment.capacity.of_members(members)).sum(axis=1).mean(axis=0)
        for group, members in groups.items()
        if members
    }
    return GroupedChain(
        capacity={
            stage: {group: float(tonnes[place]) for group, tonnes in means.items()}
            for place, stage in enumerate(STAGES)
        },
        flow=counted.flow,
        share=counted.share[0],
        flow_without_metal=without.flow,
        share_without_metal=without.share[0],
        binding=counted.binding_stage,
        need=float(moment.need.tonnes.mean()),
        unknown=moment.balance.unknown_stages,
        row_ids=counted.row_ids,
        source_ids=counted.source_ids,
    )


@dataclass(frozen=True)
class FeedAmount:
    """NdPr oxide that the candidate's magnets need, or that it separates, tonnes a year.

    Attributes:
        moment: The date in words.
        is_need: Whether its magnet plants need it; else it separates it.
        mean: Mean.
        low: 10th percentile, the mean at most.
        high: 90th percentile, the mean at least.
        source_ids: Sources of the capacity behind it.
    """

    moment: str
    is_need: bool
    mean: float
    low: float
    high: float
    source_ids: tuple[str, ...]


def assess_feed(results: Results) -> tuple[FeedAmount, ...]:
    """Oxide needed and separated, today and at the horizon; what is not known is left out.

    Method:
        §3.4 of docs/methods.md.
    """
    found = []
    for moment in (results.now, results.horizon):
        capacity = moment.capacity.of(results.candidate)
        for stage, is_need in ((Stage.MAGNET, True), (Stage.SEPARATION, False)):
            record = moment.capacity.record(results.candidate, stage)
            if not record.is_known:
                continue
            oxide = summarise(
                compute_oxide_need(capacity[:, STAGES.index(stage)], assumptions=results.draws)
            )
            found.append(
                FeedAmount(
                    moment.label,
                    is_need,
                    oxide.mean,
                    min(oxide.p10, oxide.mean),
                    max(oxide.p90, oxide.mean),
                    record.source_ids,
                )
            )
    return tuple(found)
