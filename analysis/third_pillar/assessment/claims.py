"""Verdicts on an article's claims: measured, event-tested, opinion, or by hand until settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from third_pillar.assessment.catalogue import measure
from third_pillar.vocabulary.claims import Comparison, EventTest, MeasuredTest
from third_pillar.vocabulary.codes import CHINA, Confidence, Settled, Verdict
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.findings import ClaimVerdict, Metric

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results


def settle_claims(results: Results) -> tuple[dict[str, ClaimVerdict], dict[str, Metric]]:
    """The verdict on every claim that concerns the candidate.

    Returns:
        Claim id → verdict, in the order of the ledger; and the metrics the measured ones read.

    Method:
        §6 of docs/methods.md.
    """
    verdicts: dict[str, ClaimVerdict] = {}
    metrics: dict[str, Metric] = {}
    for claim in select_claims(results).to_dict("records"):
        claim_id = str(claim["claim_id"])
        test = results.article.tests.get(claim_id)
        if isinstance(test, MeasuredTest):
            verdicts[claim_id] = _measured(results, claim, test, metrics)
        elif isinstance(test, EventTest):
            verdicts[claim_id] = _event_tested(results, claim, test)
        else:
            verdicts[claim_id] = _by_hand(results, claim)
    return verdicts, metrics


def select_claims(results: Results) -> pd.DataFrame:
    """The claims that bear on the candidate.

    All of them if the article is about the candidate; otherwise those about China, the pillars
    or the candidate that do not speak of the article's own subject.
    """
    claims = results.article.claims
    if results.is_about_candidate:
        return claims
    subject = str(results.article.meta["subject"])
    wanted = {results.candidate, CHINA, *results.pillars}
    named = claims["countries"].map(lambda cell: set(str(cell).split(";")))
    return claims[named.map(lambda found: bool(found & wanted) and subject not in found)]


def _measured(
    results: Results, claim: Mapping[Any, Any], test: MeasuredTest, metrics: dict[str, Metric]
) -> ClaimVerdict:
    try:
        found = measure(results, test.metric)
    except MissingEvidence as error:
        return _untestable(claim, Settled.MEASURED, f"The data do not carry it: {error}.")
    if not isinstance(found.value, int | float):
        return _untestable(claim, Settled.MEASURED, f"{found.label} is not a number.")
    metrics[found.id] = found
    value = float(found.value)
    low = value if found.low is None else found.low
    high = value if found.high is None else found.high
    verdict = weigh_measure(value, low, high, support=test.support, refutation=test.refutation)
    return ClaimVerdict(
        verdict=verdict,
        how=Settled.MEASURED,
        label=str(claim["paraphrase"]),
        reason=test.reason,
        value=value,
        low=low,
        high=high,
        unit=found.unit,
        threshold=(
            f"supported if {phrase_comparison(test.support)}, "
            f"refuted if {phrase_comparison(test.refutation)}"
        ),
        flips_if=_flips_if(value, verdict, test),
        confidence=found.confidence,
        rests_on=(found.id, *found.rests_on),
        source_ids=found.source_ids,
    )


def weigh_measure(
    value: float, low: float, high: float, *, support: Comparison, refutation: Comparison
) -> Verdict:
    """The verdict a value and its range give against two thresholds.

    Method:
        §6.1 of docs/methods.md.
    """
    ends = (low, value, high)
    if support.holds(value):
        whole = all(support.holds(end) for end in ends)
        return Verdict.SUPPORTED if whole else Verdict.PARTLY_SUPPORTED
    if refutation.holds(value):
        whole = all(refutation.holds(end) for end in ends)
        return Verdict.CONTRADICTED if whole else Verdict.NOT_SUPPORTED
    return Verdict.PARTLY_SUPPORTED


def _flips_if(value: float, verdict: Verdict, test: MeasuredTest) -> str:
    wanted = (
        test.refutation
        if verdict in {Verdict.SUPPORTED, Verdict.PARTLY_SUPPORTED}
        else test.support
    )
    now = f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:.3g}"
    unit = f" {test.unit}" if test.unit.startswith(("%", "t ")) else ""
    return f"the value comes to {phrase_comparison(wanted)}{unit} (now {now})"


_WHOLE = 100
"""From here on a number is told in whole units."""


def phrase_comparison(comparison: Comparison) -> str:
    """A comparison in words, e.g. "at least 5"."""
    words = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "==": "exactly"}
    return f"{words[comparison.operator]} {comparison.threshold:g}"


def _event_tested(results: Results, claim: Mapping[Any, Any], test: EventTest) -> ClaimVerdict:
    events = results.evidence.table("policy_events").set_index("event_id")
    supporting = [event for event in test.supported_by if event in events.index]
    refuting = [event for event in test.refuted_by if event in events.index]
    if test.refuted_by_must_precede is not None:
        limit = test.refuted_by_must_precede
        refuting = [event for event in refuting if str(events.loc[event, "date"]) < limit]
    qualifying = [event for event in test.qualified_by if event in events.index]
    used = [*supporting, *refuting, *qualifying]
    return ClaimVerdict(
        verdict=weigh_events(supporting, refuting, qualifying),
        how=Settled.EVENT_TESTED,
        label=str(claim["paraphrase"]),
        reason=test.reason,
        threshold=_event_threshold(supporting, refuting, qualifying),
        flips_if=_event_flip(test, used),
        confidence=_event_confidence(events, used),
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


def _event_threshold(supporting: list[str], refuting: list[str], qualifying: list[str]) -> str:
    parts = [
        f"{word} {', '.join(found)}"
        for word, found in (
            ("borne out by", supporting),
            ("refuted by", refuting),
            ("qualified by", qualifying),
        )
        if found
    ]
    return "; ".join(parts) or "no event on record"


def _event_flip(test: EventTest, used: list[str]) -> str:
    missing = [event for event in test.events() if event not in used]
    if missing:
        return f"{', '.join(missing)} comes on record"
    return "a dated record shows one of these events did not happen"


def _event_confidence(events: pd.DataFrame, used: list[str]) -> Confidence:
    if not used:
        return Confidence.LOW
    order = [Confidence.LOW, Confidence.MODERATE, Confidence.HIGH]
    spelled = {"low": 0, "medium": 1, "moderate": 1, "high": 2}
    return order[min(spelled[str(events.loc[event, "confidence"])] for event in used)]


def _untestable(claim: Mapping[Any, Any], how: Settled, why: str) -> ClaimVerdict:
    return ClaimVerdict(
        verdict=Verdict.CANNOT_BE_TESTED_YET,
        how=how,
        label=str(claim["paraphrase"]),
        reason=why,
        flips_if="the missing figure comes on record",
        confidence=Confidence.LOW,
    )


def _by_hand(results: Results, claim: Mapping[Any, Any]) -> ClaimVerdict:
    evidence = results.article.evidence
    rows = evidence[evidence["claim_id"] == claim["claim_id"]]
    verdict = Verdict(str(claim["hand_verdict"]))
    return ClaimVerdict(
        verdict=verdict,
        how=Settled.OPINION if verdict is Verdict.OPINION else Settled.HAND,
        label=str(claim["paraphrase"]),
        reason=str(claim["hand_reason"]),
        confidence=Confidence.LOW,
        rests_on=tuple(str(row) for row in rows["evidence_id"]),
        source_ids=tuple(dict.fromkeys(str(source) for source in rows["source_id"])),
    )
