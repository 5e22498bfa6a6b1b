"""Closed lists: stages, bases, verdicts, statuses, units of the chain."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """The stages of the chain, upstream first."""

    MINE = "mine"
    SEPARATION = "separation"
    METAL = "metal"
    MAGNET = "magnet"


STAGES: tuple[Stage, ...] = tuple(Stage)


class Verdict(StrEnum):
    """What the evidence says of a claim."""

    SUPPORTED = "supported"
    PARTLY_SUPPORTED = "partly supported"
    NOT_SUPPORTED = "not supported"
    CONTRADICTED = "contradicted"
    CANNOT_BE_TESTED_YET = "cannot be tested yet"
    OPINION = "opinion"


class Settled(StrEnum):
    """How a verdict was reached."""

    MEASURED = "measured"
    EVENT_TESTED = "event-tested"
    DOCUMENTED = "documented"
    OPINION = "opinion"
    HAND = "hand"


class Basis(StrEnum):
    """How a figure is known."""

    REPORTED = "reported"
    ESTIMATED = "estimated"
    ANNOUNCED = "announced"
    CAPACITY = "capacity"
    OUTPUT = "output"
    DERIVED = "derived"
    ASSUMED = "assumed"


class PlantStatus(StrEnum):
    """Where a plant stands; an announced plant is not capacity."""

    OPERATING = "operating"
    COMMISSIONING = "commissioning"
    BUILDING = "building"
    FINANCED = "financed"
    ANNOUNCED = "announced"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    NOT_STATED = "not stated"


class Confidence(StrEnum):
    """How far a finding can be trusted, apart from how likely it is."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


WORLD = "WLD"
REST = "OTH"
CHINA = "CHN"
AGGREGATES = frozenset({WORLD, REST, "ROW", "XCN", "TOP3"})
"""Codes that stand for several countries: never summed with, never ranked among, countries."""
