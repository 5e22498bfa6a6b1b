"""What would have to be true: the smallest additions that make the candidate a pillar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from third_pillar.assessment.bench import Bench, Mask, Tonnes, year_of
from third_pillar.assessment.curve import AGREEMENT, EVEN, SpecificationCurve
from third_pillar.assessment.panel import Panel
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
        asked = [outcome.specification for outcome in curve.tested]
        # The dearest test comes last: it is asked only where the others do not decide.
        self._first = Panel(one for one in asked if one.reading is not Reading.ATTRIBUTION)
        self._last = Panel(one for one in asked if one.reading is Reading.ATTRIBUTION)
        self._count = len(asked)
        self._found: dict[str, SmallestAddition] = {}
        self._said: dict[tuple[str, float, Panel], Mask] = {}
        self._tell = tell

    @cached_property
    def _need(self) -> float:
        panels = (self._first, self._last)
        years = {year_of(one) for panel in panels for one in panel.specifications}
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
        # who refuses the addition found is asked with the rest of its place: what a line of
        # additions shares is kept for one place at a time
        _ = self.find(place).refusing
        points = [up_to * step / _STEPS for step in range(_STEPS + 1)]
        return tuple((tonnes, self._share(place, tonnes)) for tonnes in points)

    def _share(self, place: str, tonnes: float) -> float:
        refusing = (self._refusing(place, tonnes, panel) for panel in (self._first, self._last))
        return float(self._count - sum(map(np.count_nonzero, refusing))) / self._count

    def _search(self, place: str) -> SmallestAddition:
        tried = _GRID[-1] * self._need
        found = None if self._is_hopeless(place, tried) else self._halve(place)
        at = tried if found is None else found
        return SmallestAddition(place, found, tried, self._count, lambda: self._refuse(place, at))

    def _is_hopeless(self, place: str, tried: float) -> bool:
        """Whether too many definitions by which more is never worse refuse the largest addition."""
        if self._reaches(place, 0.0):
            return False
        refused = 0
        for places, chances in self._first.walk(self._with(place, tried)):
            refused += int(np.count_nonzero(~(chances >= EVEN) & self._never_fall[places]))
            if refused > self._may_refuse:
                return True
        return False

    @cached_property
    def _never_fall(self) -> Mask:
        return np.array([never_falls(one) for one in self._first.specifications], dtype=bool)

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
        return [
            one.reading
            for panel in (self._first, self._last)
            for one, refuses in zip(
                panel.specifications, self._refusing(place, tonnes, panel), strict=True
            )
            if refuses
        ]

    @property
    def _may_refuse(self) -> float:
        return (1 - AGREEMENT) * self._count + _ROUNDING

    def _reaches(self, place: str, tonnes: float) -> bool:
        refused, left = 0, self._count
        for panel in (self._first, self._last):
            for places, chances in panel.walk(self._with(place, tonnes)):
                refused += int(np.count_nonzero(~(chances >= EVEN)))
                left -= len(places)
                # too many have refused, or those left are too few to
                if refused > self._may_refuse:
                    return False
                if refused + left <= self._may_refuse:
                    return True
        return True

    def _refusing(self, place: str, tonnes: float, panel: Panel) -> Mask:
        """Which definitions of a panel say no with so much added."""
        # Nothing added is nothing added, at whichever place.
        key = (place if tonnes else EQUAL, tonnes, panel)
        if key not in self._said:
            # what cannot be tested with an addition is no yes
            self._said[key] = ~(panel.find_chances(self._with(place, tonnes)) >= EVEN)
        return self._said[key]

    def _with(self, place: str, tonnes: float) -> Bench:
        stages: Tonnes = np.array([place in {EQUAL, s.value} for s in STAGES], dtype=float)
        return self._bench.with_addition(tonnes * stages)


_ROUNDING = 1e-9
_STEPS = 6
