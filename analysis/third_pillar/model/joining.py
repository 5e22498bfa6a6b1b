"""Attribution along a line: as one member grows, by several rules on what constrains at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from third_pillar.model.attribution import check_count, coalition_weights, sum_coalitions
from third_pillar.model.chain import count_known
from third_pillar.model.sampling import Draws

Capacity = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_Stages = frozenset[int]

_CELLS = 2**16
"""Draws times coalitions held at a time: with its stages a block stays in the processor's cache."""


class JoiningLine:
    """Mean Shapley values as one member grows by the same tonnage at some stages.

    Only the coalitions with that member change, and of them only by what is added to the stages
    that grow: all else is summed once, and once for all rules.

    Args:
        grows: The member's tonnes without the addition, shape (draws, stages).
        others: The other members', shape (draws, members, stages).
        need: Shape (draws,).
        rules: Stages that constrain, shape (rules, stages).
        is_moved: Stages at which it grows.

    Raises:
        ValueError: Too many members for an exact value, or a rule that counts no stage.

    Method:
        §5.7 of docs/methods.md.
    """

    def __init__(
        self, grows: Capacity, others: Capacity, need: Draws, *, rules: Mask, is_moved: Mask
    ) -> None:
        check_count(others.shape[1] + 1)
        draws, members, _ = others.shape
        stages = tuple(frozenset(np.flatnonzero(rule).tolist()) for rule in rules)
        moved = frozenset(np.flatnonzero(is_moved).tolist())
        if not all(stages):
            raise ValueError("no stage is counted: nothing constrains the chain")
        still = tuple(one - moved for one in stages)
        grown = tuple(one & moved for one in stages)
        alone, own = count_known(others).transpose(2, 1, 0), count_known(grows).T
        count, size = len(stages), 2**members
        self._without, self._ceiling = np.zeros((count, size)), np.zeros((count, size))
        gaps = [np.zeros((size, draws)) for _ in stages]
        step = max(1, _CELLS >> members)
        for start in range(0, draws, step):
            part = slice(start, start + step)
            wanted = need[part]
            sums = _sum_stages(alone[:, :, part], frozenset().union(*stages))
            for rule, flow in _find_narrowest(sums, stages).items():
                self._without[rule] += np.minimum(flow, wanted).sum(axis=1)
            for stage, tonnes in sums.items():
                np.add(tonnes, own[stage, part], out=tonnes)
            ceilings = {
                rule: np.minimum(flow, wanted)
                for rule, flow in _find_narrowest(sums, still).items()
            }
            for rule in range(count):
                ceiling = ceilings.get(rule, wanted)
                self._ceiling[rule] += ceiling.sum(axis=-1)
            for rule, flow in _find_narrowest(sums, grown).items():
                np.subtract(ceilings.get(rule, wanted), flow, out=gaps[rule][:, part])
        self._draws = draws
        self._gaps = [_Gaps(one) for one in gaps]

    def find(self, tonnes: float) -> Capacity:
        """The values with so much added, tonnes a year, shape (rules, 1 + others).

        The member that grows comes first.
        """
        joined = self._ceiling.copy()
        for rule, served in enumerate(joined):
            gaps = self._gaps[rule]
            served[gaps.places] -= gaps.fill(tonnes)
        served = np.concatenate([self._without, joined], axis=1) / self._draws
        value = served @ _joining_matrix(served.shape[1].bit_length() - 1).T
        return np.asarray(np.maximum(np.roll(value, 1, axis=1), 0.0))


def _sum_stages(alone: Capacity, stages: _Stages) -> dict[int, Capacity]:
    """Stage → what each coalition holds there, shape (coalitions, draws)."""
    shape = (2 ** alone.shape[1], alone.shape[2])
    return {
        stage: sum_coalitions(np.ascontiguousarray(alone[stage]), np.empty(shape))
        for stage in sorted(stages)
    }


def _find_narrowest(
    sums: Mapping[int, Capacity], rules: tuple[_Stages, ...]
) -> dict[int, Capacity]:
    """Rule → the least of the stages it counts; rules that count none are left out."""
    flows: list[Capacity] = []
    steps, ends = _plan(rules)
    for flow, stage in steps:
        flows.append(sums[stage] if flow is None else np.minimum(flows[flow], sums[stage]))
    return {rule: flows[end] for rule, end in ends}


@lru_cache(maxsize=64)
def _plan(rules: tuple[_Stages, ...]) -> tuple[list[tuple[int | None, int]], list[tuple[int, int]]]:
    """How to find the least of some stages for several rules, what they share found once.

    The stage that most of them count splits them into those that do and those that do not.

    Returns:
        Steps: the number of an earlier one, if any, and the stage it is narrowed by; and pairs
        of rule and the step that ends it.
    """
    steps: list[tuple[int | None, int]] = []
    ends: list[tuple[int, int]] = []

    def split(left: dict[int, _Stages], flow: int | None) -> None:
        if flow is not None:
            ends.extend((rule, flow) for rule, stages in left.items() if not stages)
        open_ = {rule: stages for rule, stages in left.items() if stages}
        if not open_:
            return
        counted = [stage for stages in open_.values() for stage in stages]
        stage = max(sorted(set(counted)), key=counted.count)
        steps.append((flow, stage))
        split({r: s - {stage} for r, s in open_.items() if stage in s}, len(steps) - 1)
        split({r: s for r, s in open_.items() if stage not in s}, flow)

    split(dict(enumerate(rules)), None)
    return steps, ends


class _Gaps:
    """What coalitions lack of the most they can serve, those that lack something.

    Attributes:
        places: Their numbers, shape (short,).
    """

    def __init__(self, gaps: Capacity) -> None:
        widest = gaps.max(axis=1)
        self.places = np.flatnonzero(widest > 0)
        self._gaps = gaps if len(self.places) == len(gaps) else gaps[self.places]
        self._widest, self._total = widest[self.places], self._gaps.sum(axis=1)
        self._least = self._gaps.min(axis=1)

    def fill(self, tonnes: float) -> Draws:
        """What they still lack with so much added, summed over the draws, shape (short,)."""
        left: Draws = self._total - tonnes * self._gaps.shape[1]
        left[self._widest <= tonnes] = 0.0
        # draw by draw only where some draws are short and others are not
        parted = np.flatnonzero((self._least < tonnes) & (self._widest > tonnes))
        gaps = self._gaps[parted]
        gaps -= tonnes
        left[parted] = np.maximum(gaps, 0.0, out=gaps).sum(axis=1)
        return left


@lru_cache(maxsize=4)
def _joining_matrix(members: int) -> Capacity:
    """Weight of what each coalition serves in each member's value, shape (members, coalitions)."""
    joining, staying = coalition_weights(members)
    holds = (np.arange(2**members) >> np.arange(members)[:, None]) & 1
    return np.asarray(np.where(holds, joining, -staying))
