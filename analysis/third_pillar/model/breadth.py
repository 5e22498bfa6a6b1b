"""Whether a country carries a real part of the need at several stages at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from third_pillar.model.sampling import Draws


@dataclass(frozen=True)
class BreadthSpecification:
    """One reading of "pillar" by breadth.

    Attributes:
        threshold: Share of the pillars' need a stage must reach to count (0 to 1).
        stages_needed: How many of the four stages must reach it.
    """

    threshold: float = 0.10
    stages_needed: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError(f"threshold {self.threshold} is not a share between 0 and 1")
        if not 1 <= self.stages_needed <= _STAGES:
            raise ValueError(f"stages needed {self.stages_needed} is not between 1 and {_STAGES}")


_STAGES = 4


@dataclass(frozen=True)
class Breadth:
    """Outcome of the breadth test for one country.

    Attributes:
        share_of_need: Mean capacity over need by stage; NaN where nothing is known.
        chance_by_stage: Share of draws in which the stage reaches the threshold.
        stages_reached: Stages whose mean capacity reaches the threshold.
        chance: Share of draws in which enough stages reach it.
        is_pillar: Whether `stages_reached` is enough.
    """

    share_of_need: Draws
    chance_by_stage: Draws
    stages_reached: int
    chance: float
    is_pillar: bool


def count_reached(
    capacity: npt.NDArray[np.float64], need: Draws, *, threshold: float
) -> npt.NDArray[np.int64]:
    """At how many stages a country reaches a share of the need, draw by draw; unknown reach none.

    Method:
        §5.2 of docs/methods.md.
    """
    # A comparison with NaN is false: what is not known reaches nothing.
    return np.asarray((capacity >= threshold * need[:, None]).sum(axis=1))


def assess_breadth(
    capacity: npt.NDArray[np.float64], need: Draws, *, specification: BreadthSpecification
) -> Breadth:
    """Breadth of one country against the pillars' need.

    Args:
        capacity: Magnet-equivalent tonnes a year, shape (draws, stages); NaN at a stage of
            which nothing is known: it reaches no threshold and is reported as unknown.
        need: The pillars' need in tonnes of magnets a year, shape (draws,), positive.
        specification: The reading.

    Raises:
        ValueError: A need that is not positive.

    Method:
        §5.2 of docs/methods.md.
    """
    if np.any(need <= 0):
        raise ValueError("breadth is a share of a need: the need must be positive")
    share = capacity / need[:, None]
    reaches = np.where(np.isnan(share), False, share >= specification.threshold)  # noqa: FBT003  numpy fills by position
    # The rule speaks of mean capacity, as the shortfall does: not of the mean of a ratio.
    mean_share = capacity.mean(axis=0) / need.mean()
    reached = count_reached(capacity, need, threshold=specification.threshold)
    stages_reached = int(np.nansum(mean_share >= specification.threshold))
    return Breadth(
        share_of_need=mean_share,
        chance_by_stage=reaches.mean(axis=0),
        stages_reached=stages_reached,
        chance=float((reached >= specification.stages_needed).mean()),
        is_pillar=stages_reached >= specification.stages_needed,
    )
