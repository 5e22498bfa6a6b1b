"""The ledger as a whole: what holds best, what fails most plainly, what the conclusion rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from third_pillar.assessment.results import Results
from third_pillar.vocabulary.codes import Confidence, Settled, Verdict
from third_pillar.vocabulary.findings import ClaimVerdict

SUPPORTS, REFUTES, QUALIFIES, CONTEXT = STANCES = ("supports", "refutes", "qualifies", "context")
FAILED = (Verdict.CONTRADICTED, Verdict.NOT_SUPPORTED)
HELD = (Verdict.SUPPORTED, Verdict.PARTLY_SUPPORTED)
_SOLID = ("A", "B")
CONCLUSION, PREMISE = "conclusion", "premise"
_TRUST = (Confidence.HIGH, Confidence.MODERATE, Confidence.LOW)
_TESTED = (Settled.MEASURED, Settled.EVENT_TESTED)


@dataclass(frozen=True, eq=False)
class LedgerReview:
    """The claims that bear on the candidate, seen together. All members hold claim ids.

    Attributes:
        contradicted: Contradicted or not supported, the most plainly so first.
        supported: Supported, the best borne out first.
        half_truths: Supported or partly so, though the article left out a qualifier it had.
        conclusion: Claims that state what the article concludes.
        premises: Claims it gives as grounds for that.
        backing: One row a claim, stance and source, with `is_solid` (reliability A or B).
    """

    contradicted: tuple[str, ...]
    supported: tuple[str, ...]
    half_truths: tuple[str, ...]
    conclusion: tuple[str, ...]
    premises: tuple[str, ...]
    backing: pd.DataFrame

    def count_sources(self, claim_id: str, stance: str) -> int:
        """Number of sources that take this stance on the claim."""
        backing = self.backing
        return int(((backing["claim_id"] == claim_id) & (backing["stance"] == stance)).sum())

    def contested(self) -> tuple[str, ...]:
        """Claims that one source supports and another refutes."""
        return self._having(SUPPORTS, REFUTES)

    def single_sourced(self) -> tuple[str, ...]:
        """Claims on which all evidence comes from one source."""
        sources = self.backing.groupby("claim_id", sort=False)["source_id"].nunique()
        return tuple(str(claim) for claim in sources[sources == 1].index)

    def _having(self, *stances: str) -> tuple[str, ...]:
        found = self.backing.groupby("claim_id", sort=False)["stance"].agg(set)
        return tuple(str(claim) for claim, held in found.items() if set(stances) <= held)


def review_ledger(results: Results, verdicts: Mapping[str, ClaimVerdict]) -> LedgerReview:
    """The verdicts set in order and the evidence behind them counted.

    Args:
        results: Gives article, evidence and sources.
        verdicts: Claim id → verdict; claims without one are left out.

    Method:
        §6.6 of docs/methods.md.
    """
    backing = select_backing(results, tuple(verdicts))
    agreeing = _count_agreeing(backing)

    def ranked(wanted: tuple[Verdict, ...], stance: str) -> tuple[str, ...]:
        found = [claim for claim, verdict in verdicts.items() if verdict.verdict in wanted]
        return tuple(
            sorted(found, key=lambda c: _strength(c, verdicts[c], agreeing.get((c, stance), 0)))
        )

    return LedgerReview(
        contradicted=ranked(FAILED, REFUTES),
        supported=ranked((Verdict.SUPPORTED,), SUPPORTS),
        half_truths=tuple(
            claim for claim, v in verdicts.items() if v.verdict in HELD and v.qualifier_dropped
        ),
        conclusion=_in_role(results, verdicts, CONCLUSION),
        premises=_in_role(results, verdicts, PREMISE),
        backing=backing,
    )


def select_backing(results: Results, claim_ids: tuple[str, ...]) -> pd.DataFrame:
    """Sources by claim and stance.

    Returns:
        One row a claim, stance and source, in the order of `claim_ids` and `STANCES`, solid
        sources first; columns claim_id, stance, source_id, is_solid.
    """
    rows = select_evidence(results, claim_ids)
    rows = rows[["claim_id", "stance", "source_id"]].drop_duplicates()
    place = {claim: number for number, claim in enumerate(claim_ids)}
    kind = {stance: number for number, stance in enumerate(STANCES)}
    order = rows["claim_id"].map(place) * len(STANCES) + rows["stance"].map(kind)
    is_solid = rows["source_id"].map(results.evidence.sources["reliability"]).isin(_SOLID)
    order = 2 * order + ~is_solid
    rows = rows.assign(is_solid=is_solid).iloc[order.argsort(kind="stable")]
    return rows.reset_index(drop=True)


def select_evidence(results: Results, claim_ids: tuple[str, ...]) -> pd.DataFrame:
    """Rows of evidence on these claims that were on record by `as_of`, in the ledger's order."""
    known = {word.evidence_id for claim in claim_ids for word in results.testimony.get(claim, ())}
    rows = results.article.evidence
    return rows[rows["evidence_id"].isin(known)]


def _count_agreeing(backing: pd.DataFrame) -> dict[tuple[str, str], int]:
    solid = backing[backing["is_solid"]].groupby(["claim_id", "stance"]).size()
    return {(str(key[0]), str(key[1])): int(count) for key, count in solid.items()}  # type: ignore[index]  # a key of two columns is a pair


def _strength(claim: str, verdict: ClaimVerdict, agreeing: int) -> tuple[object, ...]:
    """Firm verdict first, then a test before a reading, then confidence, then solid sources."""
    is_firm = verdict.verdict in {Verdict.SUPPORTED, Verdict.CONTRADICTED}
    return (
        not is_firm,
        verdict.how not in _TESTED,
        _TRUST.index(verdict.confidence),
        -agreeing,
        claim,
    )


def _in_role(results: Results, verdicts: Mapping[str, ClaimVerdict], role: str) -> tuple[str, ...]:
    claims = results.article.claims
    named = set(claims.loc[claims["bottom_line"] == role, "claim_id"])
    return tuple(claim for claim in verdicts if claim in named)
