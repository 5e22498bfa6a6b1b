"""How far a verdict can be trusted: evidence by agreement, apart from likelihood (§6.4)."""

from __future__ import annotations

from collections.abc import Mapping

from third_pillar.vocabulary.codes import Confidence

LIMITED, MEDIUM, ROBUST = "limited", "medium", "robust"
LOW, HIGH = "low", "high"
_AGREED, _MOSTLY = 0.9, 2 / 3
_OF_RATING = {Confidence.LOW: LIMITED, Confidence.MODERATE: MEDIUM, Confidence.HIGH: ROBUST}
_TABLE = {
    (ROBUST, HIGH): Confidence.HIGH,
    (ROBUST, MEDIUM): Confidence.MODERATE,
    (ROBUST, LOW): Confidence.MODERATE,
    (MEDIUM, HIGH): Confidence.MODERATE,
    (MEDIUM, MEDIUM): Confidence.MODERATE,
    (MEDIUM, LOW): Confidence.LOW,
}


def rate_confidence(evidence: str, agreement: str) -> Confidence:
    """Confidence in a verdict from its evidence and its agreement.

    Method:
        §6.4 of docs/methods.md.
    """
    return _TABLE.get((evidence, agreement), Confidence.LOW)


def evidence_of_rating(rating: Confidence) -> str:
    """The evidence grade of a number or an event with this rating."""
    return _OF_RATING[rating]


def agree_draws(shares: Mapping[str, float]) -> str:
    """Agreement of the draws: how many give the commonest verdict; high where nothing varies."""
    return agree_share(max(shares.values(), default=1.0))


def agree_share(share: float) -> str:
    """Agreement in words of the share that is of one mind, 0 to 1."""
    if share >= _AGREED:
        return HIGH
    return MEDIUM if share >= _MOSTLY else LOW
