"""The specification curve: the candidate under every definition of "pillar" on record."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from third_pillar.assessment.bench import Bench
from third_pillar.assessment.draws import RowDraws, find_draws
from third_pillar.assessment.panel import Panel
from third_pillar.evidence import Evidence
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.parameters import Question
from third_pillar.vocabulary.specifications import Reading, Specification

AGREEMENT = 0.9
"""Share of the specifications that must agree before the verdict is yes or no."""
EVEN = 0.5
"""Share of the draws from which a definition says pillar."""
_DRAWS = 2_000
"""A verdict asks for half of the draws: at this many the Monte Carlo error is one percent."""


@dataclass(frozen=True)
class Outcome:
    """The candidate under one specification.

    Attributes:
        specification: The definition.
        chance: Share of draws in which the candidate is a pillar by it; for ranks, 1 or 0.
        is_pillar: Whether that is half of the draws or more; nothing if it cannot be tested.
    """

    specification: Specification
    chance: float
    is_pillar: bool | None


@dataclass(frozen=True)
class Split:
    """How far one choice divides the specifications.

    Attributes:
        choice: The choice, or "reading".
        explained: Share of the variation between specifications it accounts for, 0 to 1.
        shares: Value of the choice → share of its specifications that say pillar.
    """

    choice: str
    explained: float
    shares: Mapping[str, float]


@dataclass(frozen=True)
class SpecificationCurve:
    """The candidate under all specifications.

    Attributes:
        outcomes: One per specification, in the order of the files.
        bench: What they were tested on, for searches around them; none in a curve typed by hand.
    """

    outcomes: tuple[Outcome, ...]
    bench: Bench | None = field(default=None, repr=False, compare=False)

    @cached_property
    def tested(self) -> tuple[Outcome, ...]:
        """Outcomes that could be tested."""
        return tuple(outcome for outcome in self.outcomes if outcome.is_pillar is not None)

    @cached_property
    def share(self) -> float:
        """Share of the tested specifications under which the candidate is a pillar."""
        return float(np.mean([outcome.is_pillar for outcome in self.tested]))

    @cached_property
    def verdict(self) -> str:
        """Yes or no where at least nine in ten agree, else contested (§5.8)."""
        if self.share >= AGREEMENT:
            return "yes"
        return "no" if 1 - self.share >= AGREEMENT else "contested"

    @cached_property
    def splits(self) -> tuple[Split, ...]:
        """Choices by how far they divide the verdicts, the most dividing first."""
        choices = ["reading", *dict.fromkeys(n for o in self.tested for n, _ in _settings(o))]
        found = [_split(self.tested, choice) for choice in dict.fromkeys(choices)]
        return tuple(sorted(found, key=lambda split: -split.explained))

    def of(self, reading: Reading) -> tuple[Outcome, ...]:
        """The tested outcomes of one reading."""
        return tuple(o for o in self.tested if o.specification.reading is reading)


def _settings(outcome: Outcome) -> tuple[tuple[str, object], ...]:
    specification = outcome.specification
    return (("reading", specification.reading), *specification.settings)


def _split(outcomes: tuple[Outcome, ...], choice: str) -> Split:
    """Within readings, so that a choice is not credited with what its readings differ by."""
    verdicts = np.array([bool(outcome.is_pillar) for outcome in outcomes], dtype=float)
    total = float(((verdicts - verdicts.mean()) ** 2).sum())
    values = [dict(_settings(outcome)).get(choice) for outcome in outcomes]
    within = [
        "every reading" if choice == "reading" else outcome.specification.reading
        for outcome in outcomes
    ]
    between = 0.0
    for reading in dict.fromkeys(within):
        inside = np.array([w == reading for w in within])
        # in the order of the specifications: that of a set differs from process to process
        for value in dict.fromkeys(v for v, w in zip(values, within, strict=True) if w == reading):
            group = inside & np.array([v == value for v in values])
            gap = verdicts[group].mean() - verdicts[inside].mean()
            between += float(group.sum() * gap**2)
    shares = {
        str(value): float(verdicts[np.array([v == value for v in values])].mean())
        for value in dict.fromkeys(v for v in values if v is not None)
    }
    return Split(choice, 0.0 if total == 0 else between / total, shares)


@lru_cache(maxsize=4)
def _convene(specifications: tuple[Specification, ...]) -> Panel:
    """The panel of these definitions: one for every candidate."""
    return Panel(specifications)


def assess_curve(
    question: Question,
    evidence: Evidence,
    specifications: tuple[Specification, ...],
    *,
    draws: RowDraws,
) -> SpecificationCurve:
    """The candidate under every specification, on one set of at most 2,000 draws.

    Raises:
        MissingEvidence: A pillar without a figure for its need, or nothing can be tested.

    Method:
        §5.8 of docs/methods.md.
    """
    few = find_draws(evidence, draws=min(draws.draws, _DRAWS), seed=draws.seed)
    bench = Bench(question, evidence, few)
    outcomes = tuple(
        Outcome(specification, chance, None if math.isnan(chance) else chance >= EVEN)
        for specification, chance in zip(
            specifications, _convene(specifications).find_chances(bench).tolist(), strict=True
        )
    )
    curve = SpecificationCurve(outcomes, bench)
    if not curve.tested:
        raise MissingEvidence(
            f"none of {len(outcomes)} specifications can be tested for {bench.candidate}",
            hint="Add a row to magnet_demand, or a specification that needs no home need.",
        )
    return curve
