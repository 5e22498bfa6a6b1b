"""What would have to be true: the smallest additions that make the candidate a pillar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from third_pillar.assessment.bench import Bench, Tonnes
from third_pillar.assessment.curve import AGREEMENT, EVEN, SpecificationCurve
from third_pillar.assessment.curve_tests import find_chance
from third_pillar.vocabulary.codes import STAGES
from third_pillar.vocabulary.errors import PillarError
from third_pillar.vocabulary.specifications import Reading, Specification

EQUAL = "equal"
"""The same tonnage at all four stages."""
PLACES = (*(stage.value for stage in STAGES), EQUAL)
"""Where an addition is sought: at one stage alone, or equally at all four."""
_DRAWS = 200
"""Draws of the search: it asks the curve dozens of times, for tonnes known to a few percent."""
_GRID = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 5.0)
"""Additions tried first, as shares of the pillars' need in the last year of the definitions."""
_FINE = 0.02
_STEP = 10.0
Tell = Callable[[str], None]


@dataclass(frozen=True)
class SmallestAddition:
    """The least that makes the candidate a pillar in nine definitions of ten, at one place.

    Attributes:
        place: A stage, or "equal" for all four at once.
        tonnes: Magnet-equivalent tonnes a year at the place (at each stage, if equal); nothing
            if no addition up to `tried` does it.
        share: Share of the definitions that say pillar there, or with the largest addition
            tried, 0 to 1.
        tried: Largest addition tried, five times the pillars' need.
        refusing: Reading → definitions that still say no, the most first.
    """

    place: str
    tonnes: float | None
    share: float
    tried: float
    refusing: Mapping[Reading, int]


class WhatWould:
    """The search for smallest additions around one curve; each place is searched once.

    Args:
        curve: The curve of the candidate.
        tell: Told of each place before it is searched, for who waits.

    Method:
        §5.9 of docs/methods.md.
    """

    def __init__(self, curve: SpecificationCurve, *, tell: Tell | None = None) -> None:
        if curve.bench is None:
            raise PillarError("the curve was typed by hand: there is nothing to search around")
        self._bench = curve.bench.thin(_DRAWS)
        # What is refused as it stands comes first and the dearest test last: most additions
        # are then refused before half of the tests are asked.
        self._specifications = [
            outcome.specification
            for outcome in sorted(
                curve.tested,
                key=lambda outcome: (
                    outcome.specification.reading is Reading.ATTRIBUTION,
                    bool(outcome.is_pillar),
                ),
            )
        ]
        self._found: dict[str, SmallestAddition] = {}
        self._shares: dict[tuple[str, float], float] = {}
        self._tell = tell

    @cached_property
    def _need(self) -> float:
        years = {int(specification.number("horizon")) for specification in self._specifications}
        return float(self._bench.need(max(years)).tonnes.mean())

    def find(self, place: str) -> SmallestAddition:
        """The smallest addition at one place.

        Raises:
            PillarError: Not a place; the valid ones are listed.
        """
        if place not in PLACES:
            raise PillarError(f"{place!r} is no place of an addition; valid: {', '.join(PLACES)}")
        if place not in self._found:
            if self._tell is not None:
                self._tell(f"searching the smallest addition: {place}")
            self._found[place] = self._search(place)
        return self._found[place]

    def trace(self, place: str, *, up_to: float) -> tuple[tuple[float, float], ...]:
        """(tonnes added, share of the definitions that say pillar), for a line up to a tonnage."""
        points = [up_to * step / _STEPS for step in range(_STEPS + 1)]
        return tuple((tonnes, self._share(place, tonnes)) for tonnes in points)

    def _share(self, place: str, tonnes: float) -> float:
        # Nothing added is nothing added, at whichever place.
        key = (place if tonnes else EQUAL, tonnes)
        if key not in self._shares:
            bench = self._richer(place, tonnes)
            said = [_says_pillar(bench, specification) for specification in self._specifications]
            self._shares[key] = float(np.mean(said))
        return self._shares[key]

    def _search(self, place: str) -> SmallestAddition:
        tried = _GRID[-1] * self._need
        low = 0.0
        # A grid before the halving: more is not always more, because some rules let the
        # candidate keep what it adds.
        for share in (0.0, *_GRID):
            high = share * self._need
            if self._reaches(place, high):
                break
            low = high
        else:
            return self._describe(place, None, tried)
        while high - low > max(_STEP, _FINE * high):
            middle = (low + high) / 2
            low, high = (low, middle) if self._reaches(place, middle) else (middle, high)
        return self._describe(place, high, tried)

    def _describe(self, place: str, tonnes: float | None, tried: float) -> SmallestAddition:
        bench = self._richer(place, tried if tonnes is None else tonnes)
        no = [s.reading for s in self._specifications if not _says_pillar(bench, s)]
        counts = {reading: no.count(reading) for reading in Reading if reading in no}
        return SmallestAddition(
            place,
            tonnes,
            1 - len(no) / len(self._specifications),
            tried,
            dict(sorted(counts.items(), key=lambda pair: -pair[1])),
        )

    def _reaches(self, place: str, tonnes: float) -> bool:
        bench = self._richer(place, tonnes)
        may_refuse = (1 - AGREEMENT) * len(self._specifications) + _ROUNDING
        refused = 0
        for specification in self._specifications:
            refused += not _says_pillar(bench, specification)
            if refused > may_refuse:
                return False
        return True

    def _richer(self, place: str, tonnes: float) -> Bench:
        stages: Tonnes = np.array([place in {EQUAL, stage.value} for stage in STAGES], dtype=float)
        return self._bench.with_addition(tonnes * stages)


_ROUNDING = 1e-9
_STEPS = 6


def _says_pillar(bench: Bench, specification: Specification) -> bool:
    chance = find_chance(bench, specification)
    return chance is not None and chance >= EVEN
