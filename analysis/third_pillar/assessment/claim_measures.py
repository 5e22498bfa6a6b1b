"""Measured verdicts: a value and its range against two thresholds with their reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from third_pillar.assessment.claim_confidence import (
    agree_draws,
    evidence_of_rating,
    rate_confidence,
)
from third_pillar.assessment.claim_weights import weigh_measure
from third_pillar.assessment.expressions import Measurement, measure_test
from third_pillar.model.sampling import Draws
from third_pillar.vocabulary.amounts import attach_unit, keep_apart
from third_pillar.vocabulary.claims import Comparison, MeasuredTest
from third_pillar.vocabulary.codes import Confidence, Settled, Verdict
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.findings import ClaimVerdict, Metric

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results


def settle_measured(
    results: Results, claim: Mapping[Any, Any], test: MeasuredTest, metrics: dict[str, Metric]
) -> ClaimVerdict:
    """The verdict of a measured test; what it measured is entered into `metrics`.

    Raises:
        EvidenceFault: The test states a unit that its expression does not have.
        PillarError: The expression names no metric of the catalogue.

    Method:
        §6.1 of docs/methods.md.
    """
    try:
        found = measure_test(results, str(claim["claim_id"]), test)
    except MissingEvidence:
        asked = results.question.as_of
        return _untestable(
            claim,
            f"A figure that the test needs was not on record on {asked.day} {asked:%B %Y}.",
        )
    if not isinstance(found.metric.value, int | float):
        return _untestable(claim, f"{found.metric.label} is not a number.")
    metrics[found.metric.id] = found.metric
    return _verdict(claim, test, found, float(found.metric.value))


def _verdict(
    claim: Mapping[Any, Any],
    test: MeasuredTest,
    found: Measurement,
    value: float,
) -> ClaimVerdict:
    metric = found.metric
    low, high = (value if end is None else end for end in (metric.low, metric.high))
    verdict = weigh_measure(value, low, high, support=test.support, refutation=test.refutation)
    shares = share_draws(found.draws, support=test.support, refutation=test.refutation)
    evidence, agreement = evidence_of_rating(metric.confidence), agree_draws(shares)
    return ClaimVerdict(
        verdict=verdict,
        how=Settled.MEASURED,
        label=str(claim["paraphrase"]),
        reason=test.reason,
        value=value,
        low=low,
        high=high,
        unit=metric.unit,
        threshold=(
            f"supported if {phrase_comparison(test.support, metric.unit)}, "
            f"refuted if {phrase_comparison(test.refutation, metric.unit)}"
        ),
        flips_if=_flips_if(value, verdict, test),
        confidence=rate_confidence(evidence, agreement),
        evidence=evidence,
        agreement=agreement,
        rests_on=(metric.id, *metric.rests_on),
        source_ids=metric.source_ids,
        margin=min(abs(value - line.threshold) for line in (test.support, test.refutation)),
        draw_shares=shares,
    )


def share_draws(draws: Draws, *, support: Comparison, refutation: Comparison) -> dict[str, float]:
    """Verdict to the share of draws that give it, 0 to 1; empty where nothing varies.

    A single draw has no range: it supports, refutes, or lies between.

    Method:
        §6.1 of docs/methods.md.
    """
    if np.ptp(draws) == 0:
        return {}
    supporting = float(np.mean(support.holds_each(draws)))
    refuting = float(np.mean(refutation.holds_each(draws)))
    shares = {
        Verdict.SUPPORTED: supporting,
        Verdict.PARTLY_SUPPORTED: 1.0 - supporting - refuting,
        Verdict.CONTRADICTED: refuting,
    }
    return {verdict.value: round(share, 4) for verdict, share in shares.items() if share > 0}


def _flips_if(value: float, verdict: Verdict, test: MeasuredTest) -> str:
    wanted = (
        test.refutation
        if verdict in {Verdict.SUPPORTED, Verdict.PARTLY_SUPPORTED}
        else test.support
    )
    now = phrase_now(value, limits=(test.support.threshold, test.refutation.threshold))
    if test.unit == _RANK:
        return f"the rank comes to {phrase_comparison(wanted)} (now {now})"
    return f"the value comes to {phrase_comparison(wanted, test.unit)} (now {now})"


def phrase_now(value: float, *, limits: tuple[float, float]) -> str:
    """A value beside the thresholds it is held against: three figures, and no exponent."""
    if value and abs(value) < _TINY:
        return f"under {_TINY:g}"
    now = f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:.3g}"
    return keep_apart(now, value, limits).replace("-", "\N{MINUS SIGN}")


_WHOLE = 100
"""From here on a number is told in whole units."""
_TINY = 0.01
"""Below it a number is told as that: it is far from every threshold."""


def phrase_comparison(comparison: Comparison, unit: str = "") -> str:
    """A comparison in words, e.g. "at least 5 %" or "rank 10 or better"."""
    amount = f"{comparison.threshold:,.10g}".replace("-", "\N{MINUS SIGN}")
    if unit == _RANK:
        return _RANK_WORDS[comparison.operator].format(attach_unit(amount, unit))
    words = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "==": "exactly"}
    return f"{words[comparison.operator]} {attach_unit(amount, unit)}"


_RANK = "rank"
_RANK_WORDS = {
    ">=": "{} or worse", "<=": "{} or better", ">": "worse than {}", "<": "better than {}",
    "==": "exactly {}",
}  # fmt: skip


def _untestable(claim: Mapping[Any, Any], why: str) -> ClaimVerdict:
    return ClaimVerdict(
        verdict=Verdict.CANNOT_BE_TESTED_YET,
        how=Settled.MEASURED,
        label=str(claim["paraphrase"]),
        reason=why,
        flips_if="the missing figure comes on record",
        confidence=Confidence.LOW,
        evidence="limited",
    )
