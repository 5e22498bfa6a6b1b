"""Served shares and binding stages with the heavy layer counted, beside those without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from third_pillar.assessment.capacity import StageCapacity
from third_pillar.assessment.demand import Need
from third_pillar.assessment.draws import RowDraws
from third_pillar.assessment.heavy import HEAVY_STAGES, HeavyCapacity, assess_heavy_capacity
from third_pillar.assessment.narrowest import find_narrowest, name_narrowest
from third_pillar.evidence import Evidence
from third_pillar.model.chain import compute_chain_flow
from third_pillar.model.heavy import compute_layered_share
from third_pillar.model.sampling import Draws, Summary, summarise
from third_pillar.vocabulary.codes import STAGES, Stage
from third_pillar.vocabulary.specifications import HEAVY, LIGHT

Members = tuple[str, ...]
Mask = npt.NDArray[np.bool_]
HEAVY_WORDS = "{} of Dy and Tb"
"""How a stage of the heavy layer is called."""


@dataclass(frozen=True)
class LayeredShare:
    """Share of the pillars' need a pool serves, 0 to 1, by what is asked of it.

    Attributes:
        light: NdPr alone.
        mixed: Every magnet holds Dy and Tb at the average content: the mix of grades is fixed.
        apart: Light grades are made without; the share of heavy grades is drawn.
        row_ids: Circuits of the pool's members.
        source_ids: Their sources.
    """

    light: Draws
    mixed: Draws
    apart: Draws
    row_ids: tuple[str, ...]
    source_ids: tuple[str, ...]

    def of(self, reading: str) -> Draws:
        """The draws of one reading: light, mixed or apart."""
        return {LIGHT: self.light, "mixed": self.mixed, "apart": self.apart}[reading]


@dataclass(frozen=True)
class Binding:
    """The narrowest stage of a chain.

    Attributes:
        stage: In words, e.g. "metal", "separation of Dy and Tb" or "metal and magnet".
        chance: Share of the draws in which it is the narrowest.
        flow: Magnets the chain makes, tonnes a year.
    """

    stage: str
    chance: float
    flow: Summary


class LayeredMoment:
    """Both layers at one date.

    Args:
        evidence: The data package as of the date asked.
        capacity: The light layer at that date.
        need: Need of the pillars.
        draws: Draws of the run.
        count_by: "location" or "owner" of a plant.
    """

    def __init__(
        self,
        evidence: Evidence,
        capacity: StageCapacity,
        need: Need,
        *,
        draws: RowDraws,
        count_by: str,
    ) -> None:
        self._capacity, self._need, self._draws = capacity, need, draws
        self._pooled: dict[tuple[Members, str], tuple[Draws, Mask]] = {}
        self._served: dict[tuple[Members, bool], LayeredShare] = {}
        self.heavy: HeavyCapacity | None = assess_heavy_capacity(
            evidence, capacity, draws=draws, count_by=count_by
        )

    def served(self, members: tuple[str, ...], *, is_without_metal: bool) -> LayeredShare | None:
        """What a pool serves of the pillars' need; nothing where the layer has no rows.

        Method:
            §3.9 of docs/methods.md.
        """
        if self.heavy is None or not members:
            return None
        key = (members, is_without_metal)
        if key not in self._served:
            self._served[key] = self._serve(members, is_without_metal, self.heavy)
        return self._served[key]

    def _serve(
        self,
        members: tuple[str, ...],
        is_without_metal: bool,  # noqa: FBT001  one way in, above, where it is named
        heavy: HeavyCapacity,
    ) -> LayeredShare:
        tonnes, is_known = self._pool(members, HEAVY)
        width = len(STAGES)
        counted = _count(is_known[:width], is_without_metal)
        light = compute_chain_flow(tonnes[:, None, :width], is_counted=counted).flow
        enough = tonnes[:, width:].min(axis=1)
        need = self._need.tonnes
        return LayeredShare(
            light=compute_layered_share(light, need, need),
            mixed=compute_layered_share(light, enough, need),
            apart=compute_layered_share(
                light, enough, need, heavy_share=self._draws["heavy_grade_share"]
            ),
            row_ids=_gather(members, heavy.row_ids.get),
            source_ids=_gather(members, heavy.source_ids.get),
        )

    def binding(
        self, members: tuple[str, ...], *, is_without_metal: bool, layer: str
    ) -> Binding | None:
        """The narrowest stage of a pool; nothing where nothing of it is known.

        Method:
            §3.9 of docs/methods.md.
        """
        if (layer == HEAVY and self.heavy is None) or not members:
            return None
        tonnes, is_known = self._pool(members, layer)
        counted = _count(is_known, is_without_metal)
        if not counted.any():
            return None
        chain = compute_chain_flow(tonnes[:, None, :], is_counted=counted)
        narrowest = find_narrowest(tonnes, chain.binding_share, is_counted=counted)
        return Binding(
            name_narrowest([_stage_words(place) for place in narrowest]),
            float(chain.binding_share.max()),
            summarise(chain.flow),
        )

    def _pool(self, members: tuple[str, ...], layer: str) -> tuple[Draws, Mask]:
        """What members hold together, shape (draws, 4 or 6), and of which stages any is known."""
        if (members, layer) not in self._pooled:
            tonnes, is_known = self._capacity.pool(members)
            if layer == HEAVY and self.heavy is not None:
                heavy, known_too = self.heavy.pool(members)
                tonnes = np.concatenate([tonnes, heavy], axis=1)
                is_known = np.concatenate([is_known, known_too])
            self._pooled[members, layer] = tonnes, is_known
        return self._pooled[members, layer]


def _count(is_known: Mask, is_without_metal: bool) -> Mask:  # noqa: FBT001  as above
    counted = is_known.copy()
    counted[STAGES.index(Stage.METAL)] &= not is_without_metal
    return counted


def _stage_words(place: int) -> str:
    if place < len(STAGES):
        return STAGES[place].value
    stage = HEAVY_STAGES[place - len(STAGES)]
    return HEAVY_WORDS.format("mining" if stage is Stage.MINE else stage.value)


def _gather(
    members: tuple[str, ...], read: Callable[[str], tuple[str, ...] | None]
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for country in members for one in read(country) or ()))
