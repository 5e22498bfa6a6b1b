"""Event-tested verdicts: dated events that did or did not happen by the date asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from third_pillar.assessment.claim_confidence import (
    HIGH,
    LIMITED,
    LOW,
    MEDIUM,
    evidence_of_rating,
    rate_confidence,
)
from third_pillar.vocabulary.claims import EventTest
from third_pillar.vocabulary.codes import Confidence, Settled, Verdict
from third_pillar.vocabulary.findings import ClaimVerdict

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

_Sides = tuple[list[str], list[str], list[str]]


def settle_event_tested(
    results: Results, claim: Mapping[Any, Any], test: EventTest
) -> ClaimVerdict:
    """The verdict that the events on record by the date asked give.

    Method:
        §6.2 of docs/methods.md.
    """
    events = results.evidence.table("policy_events").set_index("event_id")
    sides = _sides(events, test)
    used = [event for side in sides for event in side]
    evidence, agreement = _grade(events, used), _agree(sides)
    verdict = weigh_events(*sides)
    return ClaimVerdict(
        verdict=verdict,
        how=Settled.EVENT_TESTED,
        label=str(claim["paraphrase"]),
        reason=test.reason,
        threshold=_phrase_sides(sides),
        flips_if=_flips_if(test, used),
        flips_by=_flips_by(sides, verdict),
        confidence=rate_confidence(evidence, agreement),
        evidence=evidence,
        agreement=agreement,
        rests_on=tuple(used),
        source_ids=tuple(dict.fromkeys(str(events.loc[event, "source_id"]) for event in used)),
    )


def weigh_events(supporting: list[str], refuting: list[str], qualifying: list[str]) -> Verdict:
    """The verdict that the events on record give.

    Method:
        §6.2 of docs/methods.md.
    """
    if supporting and (refuting or qualifying):
        return Verdict.PARTLY_SUPPORTED
    if supporting:
        return Verdict.SUPPORTED
    if refuting:
        return Verdict.CONTRADICTED
    return Verdict.CANNOT_BE_TESTED_YET


def _sides(events: pd.DataFrame, test: EventTest) -> _Sides:
    supporting = [event for event in test.supported_by if event in events.index]
    refuting = [event for event in test.refuted_by if event in events.index]
    if test.refuted_by_must_precede is not None:
        limit = test.refuted_by_must_precede
        refuting = [event for event in refuting if str(events.loc[event, "date"]) < limit]
    return supporting, refuting, [event for event in test.qualified_by if event in events.index]


def _phrase_sides(sides: _Sides) -> str:
    words = ("borne out by", "refuted by", "qualified by")
    parts = [
        f"{word} {', '.join(found)}" for word, found in zip(words, sides, strict=True) if found
    ]
    return "; ".join(parts) or "no event on record"


def _flips_if(test: EventTest, used: list[str]) -> str:
    missing = [event for event in test.events() if event not in used]
    if missing:
        return f"{', '.join(missing)} comes on record"
    return "a dated record shows one of these events did not happen"


def _flips_by(sides: _Sides, verdict: Verdict) -> str:
    """The one event without which the verdict would be another."""
    for event in (event for side in sides for event in side):
        left = [[other for other in side if other != event] for side in sides]
        fresh = weigh_events(*left)
        if fresh is not verdict:
            return f"without event {event} of policy_events: {fresh.value}"
    return "no single event: each could be left out" if any(sides) else ""


def _agree(sides: _Sides) -> str:
    supporting, refuting, qualifying = sides
    if supporting and refuting:
        return LOW
    return MEDIUM if qualifying else HIGH


def _grade(events: pd.DataFrame, used: list[str]) -> str:
    if not used:
        return LIMITED
    order = [Confidence.LOW, Confidence.MODERATE, Confidence.HIGH]
    spelled = {"low": 0, "medium": 1, "moderate": 1, "high": 2}
    weakest = min(spelled[str(events.loc[event, "confidence"])] for event in used)
    return evidence_of_rating(order[weakest])
