"""The verdict a value and its range give against two thresholds."""

from __future__ import annotations

from third_pillar.vocabulary.claims import Comparison
from third_pillar.vocabulary.codes import Verdict


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
