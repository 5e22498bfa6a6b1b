"""Metrics of the specification curve: in how many definitions the candidate is a pillar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from third_pillar.assessment.catalogue import Reading as Read
from third_pillar.assessment.catalogue import metric
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.specifications import READING_WORDS, Reading

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

_HORIZONS = "horizons of the specifications"
_RESTS_ON = ("magnet_per_ndpr_oxide", "separation_recovery", "delay_years", "p_status.announced")


@metric
def specification_count(results: Results) -> Read:
    """How many definitions of "pillar" could be tested."""
    curve = results.curve
    return Read(
        f"Definitions of pillar tested, of {len(curve.outcomes)} on record",
        len(curve.tested), "definitions", _HORIZONS, "§5.8", "count", rests_on=_RESTS_ON,
    )  # fmt: skip


@metric
def specification_share(results: Results) -> Read:
    """Share of the tested definitions under which the candidate is a pillar, in percent."""
    name = results.evidence.country_name(results.candidate)
    return Read(
        f"{name}: share of definitions under which it is a pillar",
        100 * results.curve.share, "%", _HORIZONS, "§5.8", "share", rests_on=_RESTS_ON,
        specification="all specifications, each with the same weight",
    )  # fmt: skip


@metric
def specification_share_of(results: Results, reading: str) -> Read:
    """Share of the definitions of one reading under which the candidate is a pillar, percent."""
    outcomes = results.curve.of(Reading(reading))
    if not outcomes:
        raise MissingEvidence(f"no specification of the reading {reading} could be tested")
    name = results.evidence.country_name(results.candidate)
    return Read(
        f"{name}: share of definitions by {READING_WORDS[Reading(reading)]} under which it is "
        "a pillar",
        100 * float(np.mean([outcome.is_pillar for outcome in outcomes])), "%", _HORIZONS, "§5.8",
        "share", rests_on=_RESTS_ON, specification=f"reading {reading}",
    )  # fmt: skip
