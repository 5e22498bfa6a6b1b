"""What the reader's own figures touch: every number and verdict they stand under or move."""

from __future__ import annotations

import math
from collections.abc import Mapping

from third_pillar.evidence import Evidence
from third_pillar.vocabulary.findings import OWN_MARK, ClaimVerdict, Gap, Metric

_SAID = "Rests on the reader's own figures."
_CLOSE = 1e-9


def mark_metrics(
    metrics: Mapping[str, Metric], public: Mapping[str, Metric], evidence: Evidence
) -> dict[str, Metric]:
    """The numbers with a mark on all that own figures touch.

    A number is touched when a row or source it names is the reader's own, and also when it comes
    out otherwise without them: assumptions and definitions reach numbers that do not list them.

    Args:
        metrics: Computed with the reader's own figures.
        public: Computed from the data release alone; one that is missing there is touched.
        evidence: With the reader's own figures.

    Method:
        §0.6 of docs/methods.md.
    """
    return {
        name: _mark_metric(metric, public.get(name), evidence) for name, metric in metrics.items()
    }


def mark_verdicts(
    verdicts: Mapping[str, ClaimVerdict],
    public: Mapping[str, ClaimVerdict],
    evidence: Evidence,
    metrics: Mapping[str, Metric],
) -> dict[str, ClaimVerdict]:
    """The verdicts with a mark on those that rest on own figures or are moved by them.

    Args:
        verdicts: Settled with the reader's own figures.
        public: Settled by the data release alone.
        evidence: With the reader's own figures.
        metrics: Marked numbers that the verdicts read.
    """
    touched = {name: metric.own_figures for name, metric in metrics.items() if metric.own_figures}
    return {
        claim: _mark_verdict(verdict, public.get(claim), evidence, touched)
        for claim, verdict in verdicts.items()
    }


def mark_gaps(gaps: tuple[Gap, ...], evidence: Evidence) -> tuple[Gap, ...]:
    """The gaps with a mark on those the reader wrote."""
    return tuple(_mark_gap(gap, evidence) for gap in gaps)


def _everything(evidence: Evidence) -> tuple[str, ...]:
    own = evidence.own
    return () if own is None else tuple(sorted(own.figures or own.sources))


def _named(rows: tuple[str, ...], sources: tuple[str, ...], evidence: Evidence) -> tuple[str, ...]:
    """Own rows among those named; for an own source alone, the source."""
    own = evidence.own
    if own is None:
        return ()
    found = [row for row in rows if row in own.figures]
    return tuple(dict.fromkeys([*found, *(s for s in sources if s in own.sources)]))


def _mark_metric(metric: Metric, public: Metric | None, evidence: Evidence) -> Metric:
    named = _named(metric.rests_on, metric.source_ids, evidence)
    is_moved = public is None or not _is_same(metric, public)
    if not named and not is_moved:
        return metric
    return metric.model_copy(update={"own_figures": named or _everything(evidence)})


def _is_same(metric: Metric, public: Metric) -> bool:
    pairs = (
        (metric.value, public.value), (metric.low, public.low), (metric.high, public.high),
    )  # fmt: skip
    return all(_is_equal(mine, theirs) for mine, theirs in pairs)


def _is_equal(mine: float | str | None, theirs: float | str | None) -> bool:
    if isinstance(mine, int | float) and isinstance(theirs, int | float):
        both_unknown = math.isnan(mine) and math.isnan(theirs)
        return both_unknown or math.isclose(mine, theirs, rel_tol=_CLOSE, abs_tol=_CLOSE)
    return mine == theirs


def _mark_verdict(
    verdict: ClaimVerdict,
    public: ClaimVerdict | None,
    evidence: Evidence,
    touched: Mapping[str, tuple[str, ...]],
) -> ClaimVerdict:
    through = [row for name in verdict.rests_on for row in touched.get(name, ())]
    named = (*_named(verdict.rests_on, verdict.source_ids, evidence), *through)
    is_moved = public is None or not (
        verdict.verdict == public.verdict and _is_equal(verdict.value, public.value)
    )
    if not named and not is_moved:
        return verdict
    own = tuple(dict.fromkeys(named)) or _everything(evidence)
    reason = f"{verdict.reason} {_SAID} {OWN_MARK}".strip()
    return verdict.model_copy(update={"own_figures": own, "reason": reason})


def _mark_gap(gap: Gap, evidence: Evidence) -> Gap:
    if evidence.own is None or gap.id not in evidence.own.figures:
        return gap
    return gap.model_copy(update={"what": f"{gap.what} {OWN_MARK}"})
