"""What the reader's own figures touch: every number and verdict they stand under or move."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from third_pillar.evidence import Evidence
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.findings import OWN_MARK, ClaimVerdict, Gap, Metric

if TYPE_CHECKING:
    from third_pillar.assessment.case import Case

_SAID = "Rests on the reader's own figures."
_CLOSE = 1e-9


def mark_own_figures(case: Case, assess_without: Callable[[], Case]) -> Case:
    """The case with a mark on all that own figures touch.

    A number is touched when a row or source it names is the reader's own, and also when it comes
    out otherwise without them: assumptions and definitions reach numbers that do not list them.

    Args:
        case: Assessed with the reader's own figures.
        assess_without: The same question put to the data release alone.

    Method:
        §0.6 of docs/methods.md.
    """
    try:
        public = assess_without()
        numbers, said = dict(public.metrics), dict(public.verdicts)
    except MissingEvidence:
        numbers, said = {}, {}  # without them there is no answer: all of it rests on them
    evidence = case.results.evidence
    metrics = {
        name: _mark_metric(metric, numbers.get(name), evidence)
        for name, metric in case.metrics.items()
    }
    touched = {name: metric.own_figures for name, metric in metrics.items() if metric.own_figures}
    verdicts = {
        claim: _mark_verdict(verdict, said.get(claim), evidence, touched)
        for claim, verdict in case.verdicts.items()
    }
    gaps = tuple(_mark_gap(gap, evidence) for gap in case.gaps)
    return replace(case, metrics=metrics, verdicts=verdicts, gaps=gaps)


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
