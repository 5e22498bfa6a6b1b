"""Documented verdicts: what sources say, weighed by stance and reliability by a written rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from third_pillar.assessment.claim_confidence import (
    HIGH,
    LIMITED,
    LOW,
    MEDIUM,
    ROBUST,
    agree_share,
    rate_confidence,
)
from third_pillar.evidence import last_day
from third_pillar.vocabulary.codes import Settled, Verdict
from third_pillar.vocabulary.findings import ClaimVerdict

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

SUPPORTS, REFUTES, QUALIFIES = "supports", "refutes", "qualifies"
OFFICIAL = "A"
WEIGHTS: Mapping[str, float] = {"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.0, "E": 0.5, "F": 0.5}
ENOUGH, CLEAR, UNCLEAR, MUCH = 4.0, 0.75, 0.25, 8.0
_HALF, _SEVERAL, _DOUBTFUL, _MOST = 0.5, 3, 5, 6


@dataclass(frozen=True)
class Statement:
    """One source's word on a claim."""

    evidence_id: str
    stance: str
    source_id: str
    reliability: str
    credibility: int

    @property
    def weight(self) -> float:
        """Weight by reliability, A 4 to E and F 0.5; halved where the content is doubtful."""
        return WEIGHTS[self.reliability] * (0.5 if self.credibility >= _DOUBTFUL else 1.0)


@dataclass(frozen=True)
class Balance:
    """Weight by stance, one vote a source.

    Attributes:
        supports: Weight of the sources that support.
        refutes: Weight of those that refute.
        qualifies: Weight of those that qualify.
        is_officially_supported: A source of reliability A is among those that support.
        is_officially_refuted: The same of those that refute.
        sources: Number of sources that support or refute.
    """

    supports: float
    refutes: float
    qualifies: float
    is_officially_supported: bool = False
    is_officially_refuted: bool = False
    sources: int = 0

    @property
    def share(self) -> float:
        """Support over support and refutation, 0 to 1; a half where there is neither."""
        total = self.supports + self.refutes
        return self.supports / total if total else _HALF


def weigh_documents(balance: Balance) -> Verdict:
    """The verdict that the weight of the sources gives.

    Method:
        §6.3 of docs/methods.md: total and disjoint, in the order of the table there.
    """
    if balance.supports + balance.refutes < ENOUGH:
        return Verdict.CANNOT_BE_TESTED_YET
    if balance.share >= CLEAR:
        is_outright = (
            balance.is_officially_supported
            and balance.supports >= ENOUGH
            and balance.qualifies <= _HALF * balance.supports
        )
        return Verdict.SUPPORTED if is_outright else Verdict.PARTLY_SUPPORTED
    if balance.share >= _HALF:
        return Verdict.PARTLY_SUPPORTED
    is_outright = (
        balance.share <= UNCLEAR and balance.is_officially_refuted and balance.refutes >= ENOUGH
    )
    return Verdict.CONTRADICTED if is_outright else Verdict.NOT_SUPPORTED


def balance_testimony(testimony: Sequence[Statement]) -> Balance:
    """Weight by stance: of each source the strongest row of a stance counts once.

    Method:
        §6.3 of docs/methods.md.
    """
    strongest: dict[tuple[str, str], Statement] = {}
    for word in testimony:
        known = strongest.get((word.stance, word.source_id))
        if known is None or word.weight > known.weight:
            strongest[word.stance, word.source_id] = word
    sides = {
        stance: [word for word in strongest.values() if word.stance == stance]
        for stance in (SUPPORTS, REFUTES, QUALIFIES)
    }
    weight = {stance: sum(word.weight for word in side) for stance, side in sides.items()}
    return Balance(
        supports=weight[SUPPORTS],
        refutes=weight[REFUTES],
        qualifies=weight[QUALIFIES],
        is_officially_supported=any(w.reliability == OFFICIAL for w in sides[SUPPORTS]),
        is_officially_refuted=any(w.reliability == OFFICIAL for w in sides[REFUTES]),
        sources=len({w.source_id for stance in (SUPPORTS, REFUTES) for w in sides[stance]}),
    )


def settle_documented(results: Results, claim: Mapping[Any, Any]) -> ClaimVerdict:
    """The verdict of the sources known by the date asked.

    Method:
        §6.3 of docs/methods.md.
    """
    testimony = results.testimony.get(str(claim["claim_id"]), ())
    balance = balance_testimony(testimony)
    verdict = weigh_documents(balance)
    evidence, agreement = _grade(balance), _agree(balance)
    return ClaimVerdict(
        verdict=verdict,
        how=Settled.DOCUMENTED,
        label=str(claim["paraphrase"]),
        reason=f"{phrase_balance(balance)} {_phrase_reading(claim, verdict)}",
        threshold=_THRESHOLD,
        flips_if=_flips_if(testimony, verdict),
        flips_by=_flips_by(testimony, verdict),
        confidence=rate_confidence(evidence, agreement),
        evidence=evidence,
        agreement=agreement,
        rests_on=tuple(word.evidence_id for word in testimony),
        source_ids=tuple(dict.fromkeys(word.source_id for word in testimony)),
    )


def read_testimony(results: Results) -> dict[str, tuple[Statement, ...]]:
    """Rows of evidence that were known by the date asked, by claim, context left in.

    A row counts from the last day of its date; one without a date from that of its source, or
    from the day the source was read.
    """
    day = pd.Timestamp(results.evidence.as_of)
    found: dict[str, tuple[Statement, ...]] = {}
    for row in results.article.evidence.to_dict("records"):
        source = results.evidence.source_rows[str(row["source_id"])]
        dates = (last_day(str(row["date"])), source["date"], source["accessed"])
        known = next(pd.Timestamp(date) for date in dates if date is not None and pd.notna(date))
        if known <= day:
            said = Statement(
                str(row["evidence_id"]),
                str(row["stance"]),
                str(row["source_id"]),
                str(source["reliability"]),
                int(str(source["credibility"])),
            )
            found[str(row["claim_id"])] = (*found.get(str(row["claim_id"]), ()), said)
    return found


def phrase_balance(balance: Balance) -> str:
    """The weights in one sentence."""
    total = balance.supports + balance.refutes
    if not total:
        return "No source that supports or refutes it is on record."
    said = (
        f"{balance.sources} source{'s' if balance.sources != 1 else ''} by weight: "
        f"{balance.supports:g} for, {balance.refutes:g} against, "
        f"{balance.qualifies:g} that qualify"
    )
    if total < ENOUGH:
        return f"{said}; too little to weigh (less than {ENOUGH:g})."
    return f"{said}; support is {100 * balance.share:.0f} % of what speaks for or against."


def _phrase_reading(claim: Mapping[Any, Any], verdict: Verdict) -> str:
    """What the sources say, as read by hand; named as a reading where it came to another end."""
    if claim["hand_verdict"] == verdict.value:
        return str(claim["hand_reason"])
    return f"A reading by hand came to “{claim['hand_verdict']}”: {claim['hand_reason']}"


_THRESHOLD = (
    "supported from 75 % of the weight, contradicted up to 25 %, each only with a source of "
    "reliability A"
)


def _flips_if(testimony: tuple[Statement, ...], verdict: Verdict) -> str:
    """The smallest addition of sources of one kind that changes the verdict."""
    for count in range(1, _MOST + 1):
        for reliability in (OFFICIAL, "B"):
            for stance in (SUPPORTS, REFUTES, QUALIFIES):
                added = tuple(
                    Statement(f"+{n}", stance, f"+{n}", reliability, 2) for n in range(count)
                )
                fresh = weigh_documents(balance_testimony((*testimony, *added)))
                if fresh is not verdict:
                    return f"{_phrase_added(count, reliability, stance)}: {fresh.value}"
    return ""


def _phrase_added(count: int, reliability: str, stance: str) -> str:
    if count == 1:
        return f"a source of reliability {reliability} that {stance} it comes on record"
    return f"{count} sources of reliability {reliability} that {_PLURAL[stance]} it come on record"


_PLURAL = {SUPPORTS: "support", REFUTES: "refute", QUALIFIES: "qualify"}


def _flips_by(testimony: tuple[Statement, ...], verdict: Verdict) -> str:
    """The one row of evidence without which the verdict would be another."""
    for word in testimony:
        left = tuple(other for other in testimony if other is not word)
        fresh = weigh_documents(balance_testimony(left))
        if fresh is not verdict:
            return f"without {word.evidence_id} ({word.stance}, {word.source_id}): {fresh.value}"
    return "no single row of evidence: each could be left out" if testimony else ""


def _grade(balance: Balance) -> str:
    total = balance.supports + balance.refutes
    if total >= MUCH and balance.sources >= _SEVERAL:
        return ROBUST
    return MEDIUM if total >= ENOUGH else LIMITED


def _agree(balance: Balance) -> str:
    """Agreement of the sources; qualifiers of more than half the larger side lower it."""
    if not balance.supports + balance.refutes:
        return LOW
    word = agree_share(max(balance.share, 1.0 - balance.share))
    if balance.qualifies <= _HALF * max(balance.supports, balance.refutes):
        return word
    return MEDIUM if word == HIGH else LOW
