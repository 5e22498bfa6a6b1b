"""Verdicts on an article's claims: measured, event-tested, documented, opinion, or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from third_pillar.assessment.claim_documents import settle_documented
from third_pillar.assessment.claim_events import settle_event_tested, weigh_events
from third_pillar.assessment.claim_flips import find_smallest_change
from third_pillar.assessment.claim_measures import phrase_comparison, settle_measured
from third_pillar.assessment.claim_turns import read_turns
from third_pillar.assessment.claim_weights import weigh_measure
from third_pillar.vocabulary.claims import EventTest, MeasuredTest
from third_pillar.vocabulary.codes import CHINA, Confidence, Settled, Verdict
from third_pillar.vocabulary.findings import ClaimVerdict, Metric

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

__all__ = [
    "phrase_comparison",
    "select_claims",
    "settle_claims",
    "tell_flips",
    "weigh_events",
    "weigh_measure",
]


def settle_claims(results: Results) -> tuple[dict[str, ClaimVerdict], dict[str, Metric]]:
    """The verdict on every claim that concerns the candidate, without what would flip it.

    Returns:
        Claim id → verdict, in the order of the ledger; and the metrics the measured ones read.

    Raises:
        EvidenceFault: A test states a unit that its expression does not have.

    Method:
        §6 of docs/methods.md.
    """
    metrics: dict[str, Metric] = {}
    turns = read_turns(results)
    verdicts = {
        str(claim["claim_id"]): _settle(results, claim, metrics).model_copy(
            update={
                "topic": str(claim["topic"]),
                "lever": str(claim["lever"]),
                "qualifier_dropped": bool(claim["qualifier_dropped"]),
                "bottom_line": bool(claim.get("bottom_line", "")),
                "changed": turns.get(str(claim["claim_id"]), ()),
            }
        )
        for claim in select_claims(results).to_dict("records")
    }
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


def _settle(
    results: Results,
    claim: Mapping[Any, Any],
    metrics: dict[str, Metric],
) -> ClaimVerdict:
    test = _test_of(results, claim)
    if isinstance(test, MeasuredTest):
        return settle_measured(results, claim, test, metrics)
    if isinstance(test, EventTest):
        return settle_event_tested(results, claim, test)
    if claim["how"] == Settled.DOCUMENTED:
        return settle_documented(results, claim)
    return _by_hand(results, claim)


def _test_of(results: Results, claim: Mapping[Any, Any]) -> MeasuredTest | EventTest | None:
    return results.article.tests.get(str(claim["test_id"]) or str(claim["claim_id"]))


def tell_flips(results: Results, verdicts: Mapping[str, ClaimVerdict]) -> dict[str, ClaimVerdict]:
    """The verdicts, the measured ones with the smallest change of a row that would flip them.

    Method:
        §6.1 of docs/methods.md.
    """
    told: dict[tuple[str, ...], str] = {}  # two claims by one test rest on one search
    claims = select_claims(results).set_index("claim_id", drop=False).to_dict("index")
    found = dict(verdicts)
    for claim_id, verdict in verdicts.items():
        test = _test_of(results, claims[claim_id])
        if not isinstance(test, MeasuredTest) or verdict.value is None:
            continue
        key = (test.metric, test.supported_if, test.refuted_if, test.unit)
        if key not in told:
            rows = verdict.rests_on[1:]  # the first is the metric itself
            told[key] = find_smallest_change(results, test, verdict.verdict, rows)
        found[claim_id] = verdict.model_copy(update={"flips_by": told[key]})
    return found


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
