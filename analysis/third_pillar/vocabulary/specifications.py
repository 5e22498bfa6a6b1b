"""What "pillar" can mean: readings, and the choices each of them needs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from third_pillar.vocabulary.parameters import LAST_HORIZON, nearest

Choice = str | int | float


class Reading(StrEnum):
    """A meaning of "pillar" that can be computed."""

    BREADTH = "breadth"
    PARTNER = "partner"
    REDUNDANCY = "redundancy"
    NET_POSITION = "net_position"
    MARKET = "market"
    ATTRIBUTION = "attribution"


READING_WORDS: Mapping[Reading, str] = {
    Reading.BREADTH: "breadth",
    Reading.PARTNER: "best next partner",
    Reading.REDUNDANCY: "redundancy",
    Reading.NET_POSITION: "net position",
    Reading.MARKET: "market",
    Reading.ATTRIBUTION: "attribution",
}

CHOICES: Mapping[Reading, tuple[str, ...]] = {
    Reading.BREADTH: ("threshold", "stages_needed", "metal", "count_by", "horizon"),
    Reading.PARTNER: ("rank", "pool", "metal", "count_by", "horizon"),
    Reading.REDUNDANCY: ("threshold", "pool", "metal", "count_by", "horizon"),
    Reading.NET_POSITION: ("allocation", "threshold", "pool", "metal", "count_by", "horizon"),
    Reading.MARKET: ("threshold", "horizon"),
    Reading.ATTRIBUTION: ("rank", "metal", "count_by", "horizon"),
}

LIGHT, HEAVY = "light", "heavy"
DEFAULTS: Mapping[str, Choice] = {"layer": LIGHT}
"""Choices that a family may leave out, and what it then means; they do not enter an id."""
LAYERED = frozenset(Reading) - {Reading.MARKET}
"""Readings that count capacity, and so can count its Dy and Tb."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "metal": ("counted", "left_out"),
    "layer": (LIGHT, HEAVY),
    "count_by": ("location", "owner"),
    "allocation": (
        "pro rata",
        "home first at magnets",
        "home first along its own chain",
        "others first",
    ),
}
_STAGES, _RANKS, _FIRST_YEAR = 4, 50, 2026


@dataclass(frozen=True)
class Specification:
    """One definition of "pillar": a reading with every choice made.

    Attributes:
        family: Id of the file it comes from.
        reading: The reading.
        settings: Choice → value, sorted by name.
    """

    family: str
    reading: Reading
    settings: tuple[tuple[str, Choice], ...]

    def __getitem__(self, choice: str) -> Choice:
        """The value of one choice; of one left out, what that means."""
        return self._chosen[choice]

    @cached_property
    def _chosen(self) -> Mapping[str, Choice]:
        return {**DEFAULTS, **dict(self.settings)}

    @cached_property
    def _hash(self) -> int:
        return hash((self.family, self.reading, self.settings))

    def __hash__(self) -> int:
        """Found once: a search looks specifications up thousands of times."""
        return self._hash

    def number(self, choice: str) -> float:
        """The value of a choice that is a number."""
        return float(self[choice])

    @cached_property
    def id(self) -> str:
        """Reading and settings as one word that does not change."""
        told = [pair for pair in self.settings if DEFAULTS.get(pair[0]) != pair[1]]
        return "/".join([self.reading, *(f"{name}={value}" for name, value in told)])


def expand_family(content: Mapping[str, object]) -> Iterator[Specification]:
    """Every specification of a family: the product of its choices."""
    choices = content["choices"]
    assert isinstance(choices, Mapping)  # noqa: S101  held by find_family_faults
    reading = Reading(str(content["reading"]))
    given = {name: [value] for name, value in DEFAULTS.items() if reading in LAYERED}
    choices = {**given, **choices}
    names = sorted(choices)
    for values in itertools.product(*(choices[name] for name in names)):
        yield Specification(
            str(content["id"]),
            reading,
            tuple(zip(names, values, strict=True)),
        )


def find_family_faults(content: object, *, pools: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Pairs of field and rule that a family of specifications breaks."""
    if not isinstance(content, Mapping) or not content:
        yield "", "the specification file is empty; write id, title, reading, choices"
        return
    for key in ("id", "title", "reading", "choices"):
        if not content.get(key):
            yield key, "is missing"
    readings = tuple(reading.value for reading in Reading)
    reading, choices = str(content.get("reading")), content.get("choices")
    if reading not in readings:
        near = nearest(reading, readings)
        yield "reading", f"{reading!r} is not a reading.{near} Valid: {', '.join(readings)}"
        return
    if not isinstance(choices, Mapping):
        yield "choices", "must map each choice to a list of values"
        return
    yield from _choice_faults(Reading(reading), choices, pools)


def _choice_faults(
    reading: Reading, choices: Mapping[object, object], pools: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    needed = CHOICES[reading]
    wanted = (*needed, *(DEFAULTS if reading in LAYERED else ()))
    for name in needed:
        if name not in choices:
            yield f"choices.{name}", f"the reading {reading} needs this choice"
    for given, values in choices.items():
        name = str(given)
        if name not in wanted:
            yield f"choices.{name}", f"unknown choice.{nearest(name, wanted)} Valid: {wanted}"
        elif not isinstance(values, list) or not values:
            yield f"choices.{name}", "must be a list of one value or more"
        else:
            for value in values:
                fault = _value_fault(name, value, pools)
                if fault:
                    yield f"choices.{name}", f"{value!r} {fault}"


def _value_fault(name: str, value: object, pools: tuple[str, ...]) -> str:
    words = {**WORDS, "pool": ("pillars", *pools)}.get(name)
    if words is not None:
        return "" if value in words else f"is unknown; valid: {', '.join(words)}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "is not a number"
    low, high = {
        "threshold": (0.0001, 1.0),
        "stages_needed": (1, _STAGES),
        "rank": (1, _RANKS),
        "horizon": (_FIRST_YEAR, LAST_HORIZON),
    }[name]
    return "" if low <= value <= high else f"lies outside {low} to {high}"
