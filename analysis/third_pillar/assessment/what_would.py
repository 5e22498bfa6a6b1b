"""What would have to be true: the smallest additions that make the candidate a pillar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from third_pillar.assessment.bench import Bench, Tonnes
from third_pillar.assessment.curve import AGREEMENT, EVEN, SpecificationCurve
from third_pillar.assessment.curve_tests import find_chance
from third_pillar.model.readings import Allocation
from third_pillar.vocabulary.codes import STAGES
from third_pillar.vocabulary.errors import PillarError
from third_pillar.vocabulary.specifications import Reading, Specification

EQUAL = "equal"
"""The same tonnage at all four stages."""
PLACES = (*(stage.value for stage in STAGES), EQUAL)
"""Where an addition is sought: at one stage alone, or equally at all four."""
SEARCH_DRAWS = 200
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
        tried: Largest addition tried, five times the pillars' need.
        asked: How many definitions were asked.
        refuse: Finds the readings of those that still say no there, or with the largest
            addition tried: this asks every definition, so it is done when looked at.
    """

    place: str
    tonnes: float | None
    tried: float
    asked: int
    refuse: Callable[[], list[Reading]] = field(repr=False, compare=False)

    @cached_property
    def refusing(self) -> Mapping[Reading, int]:
        """Reading → definitions that still say no, the most first."""
        no = self.refuse()
        counts = {reading: no.count(reading) for reading in Reading if reading in no}
        return dict(sorted(counts.items(), key=lambda pair: -pair[1]))

    @property
    def share(self) -> float:
        """Share of the definitions that say pillar there, 0 to 1."""
        return 1 - sum(self.refusing.values()) / self.asked


class _Line:
    """What each definition says along one line of additions, asked no more often than needed.

    By most definitions more is never worse, once anything is added: there what was said of one
    addition holds for every larger or smaller one.
    """

    def __init__(self, bench: Callable[[float], Bench]) -> None:
        self._bench = bench
        self._benches: dict[float, Bench] = {}
        self._said: dict[tuple[Specification, float], bool] = {}
        self._yes_from: dict[Specification, float] = {}
        self._no_to: dict[Specification, float] = {}

    def known(self, specification: Specification, tonnes: float) -> bool | None:
        """What a definition says as far as it follows from what was asked before."""
        if (specification, tonnes) in self._said:
            return self._said[specification, tonnes]
        if tonnes and tonnes >= self._yes_from.get(specification, np.inf):
            return True
        return False if tonnes and tonnes <= self._no_to.get(specification, 0.0) else None

    def ask(self, specification: Specification, tonnes: float) -> bool:
        """Whether the candidate is a pillar by a definition with so much added."""
        known = self.known(specification, tonnes)
        if known is not None:
            return known
        if tonnes not in self._benches:
            self._benches[tonnes] = self._bench(tonnes)
        said = _says_pillar(self._benches[tonnes], specification)
        self._said[specification, tonnes] = said
        # nothing is apart: with the first tonne a stage not known begins to count
        if tonnes and never_falls(specification):
            if said:
                known_from = self._yes_from.get(specification, np.inf)
                self._yes_from[specification] = min(tonnes, known_from)
            else:
                self._no_to[specification] = max(tonnes, self._no_to.get(specification, 0.0))
        return said


def never_falls(specification: Specification) -> bool:
    """Whether more capacity of the candidate can never turn a yes of this definition to a no.

    A candidate that serves itself first takes more from a pool as it grows; and what others
    are worth grows with it too, so that a rank among them can fall.
    """
    if specification.reading is Reading.NET_POSITION:
        return specification["allocation"] in {Allocation.OTHERS_FIRST, Allocation.PRO_RATA}
    return specification.reading is not Reading.ATTRIBUTION


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
        self._bench = curve.bench.thin(SEARCH_DRAWS)
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
        self._lines: dict[str, _Line] = {}
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
        self._bench.walks = True
        # the end first: what refuses there need not be asked before it
        shares = {tonnes: self._share(place, tonnes) for tonnes in (points[-1], *points[:-1])}
        self._bench.walks = False
        return tuple((tonnes, shares[tonnes]) for tonnes in points)

    def _share(self, place: str, tonnes: float) -> float:
        # Nothing added is nothing added, at whichever place.
        line = self._line(place if tonnes else EQUAL)
        return float(np.mean([line.ask(one, tonnes) for one in self._specifications]))

    def _search(self, place: str) -> SmallestAddition:
        tried = _GRID[-1] * self._need
        found = None if self._is_hopeless(place, tried) else self._halve(place)
        at = tried if found is None else found
        return SmallestAddition(
            place, found, tried, len(self._specifications), lambda: self._refuse(place, at)
        )

    def _is_hopeless(self, place: str, tried: float) -> bool:
        """Whether too many definitions by which more is never worse refuse the largest addition."""
        if self._reaches(place, 0.0):
            return False
        line, left = self._line(place), self._may_refuse
        for specification in filter(never_falls, self._specifications):
            left -= not line.ask(specification, tried)
            if left < 0:
                return True
        return False

    def _halve(self, place: str) -> float | None:
        low = 0.0
        # A grid before the halving: more is not always more, because some rules let the
        # candidate keep what it adds.
        for share in (0.0, *_GRID):
            high = share * self._need
            if self._reaches(place, high):
                break
            low = high
        else:
            return None
        while high - low > max(_STEP, _FINE * high):
            middle = (low + high) / 2
            low, high = (low, middle) if self._reaches(place, middle) else (middle, high)
        return high

    def _refuse(self, place: str, tonnes: float) -> list[Reading]:
        line = self._line(place)
        return [one.reading for one in self._specifications if not line.ask(one, tonnes)]

    @property
    def _may_refuse(self) -> float:
        return (1 - AGREEMENT) * len(self._specifications) + _ROUNDING

    def _reaches(self, place: str, tonnes: float) -> bool:
        line, left = self._line(place), self._may_refuse
        known = [line.known(one, tonnes) for one in self._specifications]
        left -= known.count(False)
        unasked = [
            one for one, said in zip(self._specifications, known, strict=True) if said is None
        ]
        for number, specification in enumerate(unasked):
            # too many have refused, or those left are too few to
            if left < 0 or left >= len(unasked) - number:
                break
            left -= not line.ask(specification, tonnes)
        return left >= 0

    def _line(self, place: str) -> _Line:
        if place not in self._lines:
            stages: Tonnes = np.array([place in {EQUAL, s.value} for s in STAGES], dtype=float)
            self._lines[place] = _Line(lambda tonnes: self._bench.with_addition(tonnes * stages))
        return self._lines[place]


_ROUNDING = 1e-9
_STEPS = 6


def _says_pillar(bench: Bench, specification: Specification) -> bool:
    chance = find_chance(bench, specification)
    return chance is not None and chance >= EVEN
