"""What we do not know, ranked by what the verdict loses by it: computed, not judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from third_pillar.assessment.curve import SpecificationCurve, assess_curve
from third_pillar.assessment.draws import RowDraws
from third_pillar.assessment.standing import MEMBERS, Standing
from third_pillar.evidence import Evidence
from third_pillar.model.conversion import CONVERTIBLE_UNITS
from third_pillar.vocabulary.codes import STAGES
from third_pillar.vocabulary.findings import CAPACITY_GAP, Gap, StandIn
from third_pillar.vocabulary.parameters import Question
from third_pillar.vocabulary.specifications import Specification

LOW, HIGH, WITHOUT = "low end", "high end", "without it"
_FIGURES = ["value", "low", "high"]
_ASSUMPTIONS = "assumptions"
_STAGE = "gaps"

Progress = Callable[[int, int, str], None]
"""Called before each trial with its number, how many there are, and the gap's id."""


@dataclass(frozen=True)
class GapTrial:
    """The verdict when a stand-in takes one end of its range, or is not there.

    Attributes:
        end: The end of the range, or that it was taken away.
        flipped: Definitions of "pillar" whose verdict differs from the one with the stand-in.
        tonnes: Change of the pillars' need that is served, mean over the draws, t a year.
        answer: The verdict over all definitions.
    """

    end: str
    flipped: int
    tonnes: float
    answer: str


@dataclass(frozen=True)
class RankedGap:
    """A gap with what hangs on it.

    Attributes:
        gap: As on record.
        enters: Rows by which its stand-in enters the model; empty where it enters nowhere.
        trials: What was tried; empty where nothing stands in, so that no end can be tried.
        definitions: Definitions tested.
        need: Need of the pillars, mean, t a year.
    """

    gap: Gap
    enters: tuple[str, ...]
    trials: tuple[GapTrial, ...]
    definitions: int
    need: float

    @cached_property
    def flipped(self) -> int:
        """Definitions that flip in the worst trial."""
        return max((trial.flipped for trial in self.trials), default=0)

    @cached_property
    def tonnes(self) -> float:
        """Tonnes of the need by which the worst trial moves what is served."""
        return max((abs(trial.tonnes) for trial in self.trials), default=0.0)

    @property
    def loss(self) -> float:
        """The larger of the two as a share of its whole, 0 to 1: what the ranking goes by."""
        return max(self.flipped / self.definitions, self.tonnes / self.need)

    @property
    def is_measured(self) -> bool:
        """Whether there was an end to try."""
        return bool(self.trials)


@dataclass(frozen=True)
class GapRanking:
    """All gaps of a question, what hangs most on first; those that cannot be tried come last.

    Attributes:
        ranked: In that order.
        answer: The verdict with every stand-in as it is.
        served: Need of the pillars served, mean, t a year.
        need: Need of the pillars, mean, t a year.
        definitions: Definitions tested.
        draws: Draws of each trial.
    """

    ranked: tuple[RankedGap, ...]
    answer: str
    served: float
    need: float
    definitions: int
    draws: int


def rank_gaps(
    question: Question,
    evidence: Evidence,
    specifications: tuple[Specification, ...],
    *,
    draws: int,
    progress: Progress | None = None,
) -> GapRanking:
    """Every gap by what the verdict loses when its stand-in is at an end, or not there.

    Args:
        question: The checked parameters.
        evidence: The data package as of the date asked.
        specifications: Definitions of "pillar".
        draws: Draws of each trial; all trials share them.
        progress: Called before each trial.

    Raises:
        MissingEvidence: A pillar without a figure for its need, or nothing can be tested.

    Method:
        §5.13 of docs/methods.md.
    """
    bench = _Trials(question, specifications, draws)
    base = bench.run(evidence)
    entries = [(gap, _find_entries(evidence, gap)) for gap in evidence.gaps]
    planned = [
        (gap, end, changed)
        for gap, enters in entries
        for end, changed in _variants(evidence, gap, enters)
    ]
    trials: dict[str, list[GapTrial]] = {}
    for number, (gap, end, changed) in enumerate(planned, start=1):
        if progress:
            progress(number, len(planned), gap.id)
        trials.setdefault(gap.id, []).append(base.against(bench.run(changed), end))
    found = [
        RankedGap(
            gap,
            tuple(sorted({row for _, row in enters})),
            tuple(trials.get(gap.id, ())),
            len(base.curve.tested),
            base.need,
        )
        for gap, enters in entries
    ]
    found.sort(key=lambda one: (not one.is_measured, -one.loss, -one.tonnes, one.gap.id))
    return GapRanking(
        tuple(found), base.curve.verdict, base.served, base.need, len(base.curve.tested), draws
    )


@dataclass(frozen=True)
class _Outcome:
    """What one state of the evidence says."""

    curve: SpecificationCurve
    served: float
    need: float

    def against(self, other: _Outcome, end: str) -> GapTrial:
        """How another state differs from this one."""
        pairs = zip(self.curve.outcomes, other.curve.outcomes, strict=True)
        flipped = sum(mine.is_pillar is not theirs.is_pillar for mine, theirs in pairs)
        return GapTrial(end, flipped, other.served - self.served, other.curve.verdict)


@dataclass(frozen=True)
class _Trials:
    """One question, asked of many states of the evidence with the same draws."""

    question: Question
    specifications: tuple[Specification, ...]
    draws: int

    def run(self, evidence: Evidence) -> _Outcome:
        parameters = self.question.parameters
        draws = RowDraws(evidence.assumption_rows, draws=self.draws, seed=parameters.seed)
        curve = assess_curve(self.question, evidence, self.specifications, draws=draws)
        assert curve.bench is not None  # noqa: S101  every assessed curve has one
        standing = Standing(
            curve.bench,
            partners=self.question.members,
            count_by=parameters.count_by,
            year=parameters.horizon,
        )
        served = standing.share_of(MEMBERS, joins=True) * standing.need
        return _Outcome(curve, float(served.mean()), float(standing.need.mean()))


def _find_entries(evidence: Evidence, gap: Gap) -> tuple[tuple[str, str], ...]:
    """(table, row) by which a stand-in enters: itself at a stage, else rows of its figures.

    A stand-in for need, or for a factor, is written a second time where the model reads it; the
    row is known by the same three figures, unit and country.
    """
    stand_in = gap.stand_in
    if stand_in is None:
        return ()
    is_capacity = gap.about == CAPACITY_GAP and gap.stage in set(STAGES)
    if is_capacity and gap.country is not None and stand_in.unit in CONVERTIBLE_UNITS:
        return ((_STAGE, gap.id),)
    rows = [("magnet_demand", evidence.table("magnet_demand").set_index("figure_id"))]
    rows.append((_ASSUMPTIONS, evidence.assumptions))
    return tuple(
        (table, str(key))
        for table, frame in rows
        for key, row in frame.iterrows()
        if _has_figures(row, stand_in, gap.country)
    )


def _has_figures(row: pd.Series, stand_in: StandIn, country: str | None) -> bool:
    same = all(
        figure is not None and float(row[name]) == figure
        for name, figure in ((name, getattr(stand_in, name)) for name in _FIGURES)
    )
    return same and row["unit"] == stand_in.unit and str(row["country_iso3"]) == (country or "")


def _variants(
    evidence: Evidence, gap: Gap, enters: tuple[tuple[str, str], ...]
) -> list[tuple[str, Evidence]]:
    """The states to try: both ends, and without the stand-in where a stage can lack one."""
    if gap.stand_in is None or not enters:
        return []
    ends = {LOW: gap.stand_in.low, HIGH: gap.stand_in.high}
    found = [
        (end, _set_figure(evidence, enters, figure))
        for end, figure in ends.items()
        if figure is not None and gap.stand_in.low != gap.stand_in.high
    ]
    if enters[0][0] == _STAGE:
        found.append((WITHOUT, _with_gap(evidence, gap.model_copy(update={"stand_in": None}))))
    return found


def _set_figure(evidence: Evidence, enters: tuple[tuple[str, str], ...], figure: float) -> Evidence:
    for table, row in enters:
        if table == _STAGE:
            gap = next(known for known in evidence.gaps if known.id == row)
            fixed: Mapping[str, Any] = dict.fromkeys(_FIGURES, figure)
            stand_in = gap.stand_in.model_copy(update=fixed) if gap.stand_in else None
            evidence = _with_gap(evidence, gap.model_copy(update={"stand_in": stand_in}))
        elif table == _ASSUMPTIONS:
            evidence = evidence.with_assumption(row, figure)
        else:
            frame = evidence.table(table)
            frame.loc[frame["figure_id"] == row, _FIGURES] = figure
            evidence = evidence.with_tables({table: frame})
    return evidence


def _with_gap(evidence: Evidence, gap: Gap) -> Evidence:
    gaps = tuple(gap if known.id == gap.id else known for known in evidence.gaps)
    return replace(evidence, gaps=gaps)
