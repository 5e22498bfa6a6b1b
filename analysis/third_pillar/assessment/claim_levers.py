"""What the record shows on the levers that an article's recommendations would pull."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from third_pillar.assessment.catalogue import measure
from third_pillar.assessment.claims import select_claims
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.findings import Metric

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

_CANDIDATE = "CANDIDATE"


@dataclass(frozen=True)
class LeverRecord:
    """One lever with what is on record of it.

    Attributes:
        lever: Code of `levers`.
        label: The lever in words.
        claims: Claims that name it, in the order of the ledger.
        indicator: The number that shows whether it moved; nothing if none is named or the data
            do not carry it.
        events: Rows of `policy_events` on record by the date asked, in the order of their dates.
    """

    lever: str
    label: str
    claims: tuple[str, ...]
    indicator: Metric | None
    events: tuple[str, ...]


def assess_levers(results: Results) -> tuple[LeverRecord, ...]:
    """The levers that claims on this candidate name, in the order of the ledger.

    Method:
        §6.9 of docs/methods.md.
    """
    claims = select_claims(results)
    levers = results.evidence.table("levers").set_index("lever")
    events = results.evidence.table("policy_events").sort_values("date", kind="stable")
    found = []
    for lever in dict.fromkeys(code for code in claims["lever"] if code):
        row = levers.loc[lever]
        named = set(str(row["events"]).split(";"))
        found.append(
            LeverRecord(
                lever=str(lever),
                label=str(row["label"]),
                claims=tuple(claims.loc[claims["lever"] == lever, "claim_id"]),
                indicator=_measure(results, str(row["indicator"])),
                events=tuple(event for event in events["event_id"] if event in named),
            )
        )
    return tuple(found)


def _measure(results: Results, indicator: str) -> Metric | None:
    if not indicator:
        return None
    try:
        return measure(results, indicator.replace(_CANDIDATE, results.candidate))
    except MissingEvidence:
        return None
