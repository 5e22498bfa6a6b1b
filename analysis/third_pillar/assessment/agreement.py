"""How far the kit's verdicts agree with a reading by hand, and why they differ where they do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from third_pillar.assessment.entries import phrase_margin, phrase_range
from third_pillar.vocabulary.codes import Settled, Verdict
from third_pillar.vocabulary.findings import ClaimVerdict

_SCALE = (
    Verdict.CONTRADICTED, Verdict.NOT_SUPPORTED, Verdict.PARTLY_SUPPORTED, Verdict.SUPPORTED,
)  # fmt: skip


@dataclass(frozen=True)
class HandReading:
    """A verdict someone reached by reading, and their reason ("" if none is given)."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True)
class Disagreement:
    """A claim on which the two differ.

    Attributes:
        distance: How far apart they are, in words.
        difference: What in the data makes the kit say otherwise than the reader, in words.
        because: What the kit's verdict rests on, in words: value and thresholds, events, or
            evidence weighed.
        hand_reason: What the reader gave as reason.
        flips_if: What would bring the kit's verdict to change.
    """

    claim_id: str
    label: str
    kit: Verdict
    how: Settled
    hand: Verdict
    distance: str
    difference: str
    because: str
    hand_reason: str
    flips_if: str


@dataclass(frozen=True)
class Agreement:
    """Two readings of one ledger set side by side.

    Attributes:
        counts: Pair of the kit's verdict and the hand's → number of claims.
        compared: Number of claims both settle apart from each other.
        agreed: Number on which they are equal.
        kappa: Cohen's kappa, -1 to 1; None where chance alone would make them agree.
        left_out: Claim id → why it is not compared.
        disagreements: In the order of the ledger.
    """

    counts: Mapping[tuple[Verdict, Verdict], int]
    compared: int
    agreed: int
    kappa: float | None
    left_out: Mapping[str, str]
    disagreements: tuple[Disagreement, ...]


def compute_agreement(
    verdicts: Mapping[str, ClaimVerdict], hand: Mapping[str, HandReading], *, is_own: bool
) -> Agreement:
    """The two readings compared claim by claim.

    Args:
        verdicts: Claim id → the kit's verdict.
        hand: Claim id → the reading by hand.
        is_own: Whether `hand` is the ledger's own reading. Then claims settled by that very
            reading, and opinions, which the ledger's rules make equal, are left out: they would
            agree by construction.

    Method:
        §6.7 of docs/methods.md.
    """
    left_out = {
        claim: why
        for claim, verdict in verdicts.items()
        if (why := _why_left_out(claim, verdict, hand, is_own=is_own))
    }
    left_out |= {claim: "no such claim here" for claim in hand if claim not in verdicts}
    pairs = {
        claim: (verdict.verdict, hand[claim].verdict)
        for claim, verdict in verdicts.items()
        if claim not in left_out
    }
    return Agreement(
        counts=dict(Counter(pairs.values())),
        compared=len(pairs),
        agreed=sum(kit is read for kit, read in pairs.values()),
        kappa=compute_kappa(list(pairs.values())),
        left_out=left_out,
        disagreements=tuple(
            _disagreement(claim, verdicts[claim], hand[claim])
            for claim, (kit, read) in pairs.items()
            if kit is not read
        ),
    )


def compute_kappa(pairs: list[tuple[Verdict, Verdict]]) -> float | None:
    """Cohen's kappa: agreement beyond what the two would reach by chance, over what is left.

    (p - e) / (1 - e) with p the share of equal pairs and e the sum over verdicts of the product
    of the two shares. None without pairs, and where e is 1.

    Method:
        §6.7 of docs/methods.md.
    """
    if not pairs:
        return None
    total = len(pairs)
    ours, theirs = Counter(kit for kit, _ in pairs), Counter(read for _, read in pairs)
    agreed = sum(kit is read for kit, read in pairs) * total
    by_chance = sum(count * theirs[verdict] for verdict, count in ours.items())
    # In whole numbers, so that perfect agreement by chance is exactly that.
    if by_chance == total * total:
        return None
    return (agreed - by_chance) / (total * total - by_chance)


def _why_left_out(
    claim: str, verdict: ClaimVerdict, hand: Mapping[str, HandReading], *, is_own: bool
) -> str:
    if claim not in hand:
        return "the reading by hand has no verdict on it"
    if is_own and verdict.how is Settled.HAND:
        return "its verdict is that very reading"
    if is_own and verdict.how is Settled.OPINION:
        return "an opinion: the ledger marks it so once, for both"
    return ""


def _disagreement(claim: str, verdict: ClaimVerdict, read: HandReading) -> Disagreement:
    return Disagreement(
        claim_id=claim,
        label=verdict.label,
        kit=verdict.verdict,
        how=verdict.how,
        hand=read.verdict,
        distance=phrase_distance(verdict.verdict, read.verdict),
        difference=explain_difference(verdict, read.verdict),
        because=explain_verdict(verdict),
        hand_reason=read.reason,
        flips_if="; ".join(filter(None, (verdict.flips_if, verdict.flips_by))),
    )


def phrase_distance(one: Verdict, other: Verdict) -> str:
    """How far apart two different verdicts are on the scale from contradicted to supported."""
    if one not in _SCALE or other not in _SCALE:
        return "one of them gives no verdict on truth"
    steps = abs(_SCALE.index(one) - _SCALE.index(other))
    return "one step apart" if steps == 1 else f"{('two', 'three')[steps - 2]} steps apart"


def explain_difference(verdict: ClaimVerdict, hand: Verdict) -> str:
    """What in the data makes the kit say otherwise than the reader; from the verdict alone."""
    kit = verdict.verdict
    if kit is Verdict.OPINION or hand is Verdict.OPINION:
        return (
            "one takes it for an opinion, which no data can settle, the other for a claim of fact"
        )
    if kit is Verdict.CANNOT_BE_TESTED_YET:
        return "what is on record is too little for the rule, not for the reader"
    if hand is Verdict.CANNOT_BE_TESTED_YET:
        return _WHEN_READER_WAITS[verdict.how]
    goes_further = abs(_SCALE.index(kit) - _MIDDLE) > abs(_SCALE.index(hand) - _MIDDLE)
    firmly, halfway = _REASONS[verdict.how]
    return firmly if goes_further else halfway


_MIDDLE = 1.5
"""Between not supported and partly supported."""

_WHEN_READER_WAITS = {
    Settled.MEASURED: "the reader waits for a definition; the test sets one, a figure settles it",
    Settled.EVENT_TESTED: "the reader waits for more; dated events are on record by now",
    Settled.DOCUMENTED: "the reader waits for more; the evidence on record has weight enough",
    Settled.HAND: "two readers judge the same evidence differently",
    Settled.OPINION: "the ledger takes it for an opinion",
}
_REASONS = {
    Settled.MEASURED: (
        "value and whole range lie past the threshold, so the kit goes further than the reader",
        "the value or a part of its range lies short of the threshold the reader took as met",
    ),
    Settled.EVENT_TESTED: (
        "the events on record all point one way, so the kit goes further than the reader",
        "dated events stand on both sides; the rule then says in part, the reader weighed them",
    ),
    Settled.DOCUMENTED: (
        "the weight of evidence lies on one side, so the rule goes further than the reader",
        "evidence of weight stands on both sides, or no source of reliability A on the one",
    ),
    Settled.HAND: ("two readers judge the same evidence differently",) * 2,
    Settled.OPINION: ("the ledger takes it for an opinion",) * 2,
}
"""How settled → why the kit is firmer than the reader, and why it is less firm."""


def explain_verdict(verdict: ClaimVerdict) -> str:
    """What the kit's verdict rests on, in one or two sentences."""
    parts = []
    if verdict.value is not None:
        parts.append(f"Measured: {phrase_range(verdict)}; {verdict.threshold}")
        if verdict.margin is not None:
            parts.append(phrase_margin(verdict.margin, verdict.unit))
    elif verdict.threshold:
        parts.append(f"{verdict.threshold[0].upper()}{verdict.threshold[1:]}")
    said = ", ".join(parts)
    return f"{said}. {verdict.reason}".lstrip(". ")
