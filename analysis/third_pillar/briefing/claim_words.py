"""How a claim is named, linked and labelled, in the briefing and in the ledger alike."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.briefing.numbers import phrase_list
from third_pillar.briefing.words import slug
from third_pillar.vocabulary.codes import Settled, Verdict
from third_pillar.vocabulary.findings import ClaimVerdict

WAYS = {
    Settled.MEASURED: "measured",
    Settled.EVENT_TESTED: "event-tested",
    Settled.DOCUMENTED: "documented",
    Settled.HAND: "read by hand",
    Settled.OPINION: "opinion",
}
SIGNS = {
    Verdict.SUPPORTED: "✓",
    Verdict.PARTLY_SUPPORTED: "◐",
    Verdict.NOT_SUPPORTED: "○",
    Verdict.CONTRADICTED: "✕",
    Verdict.CANNOT_BE_TESTED_YET: "?",
    Verdict.OPINION: "“",
}
"""The signs that the page sets before each verdict, for places a chip cannot stand."""


def verdict_chip(verdict: Verdict) -> Markup:
    """A verdict as a chip whose words carry it, colour only helping."""
    return Markup('<span class="verdict verdict-{}">{}</span>').format(
        verdict.value.replace(" ", "-"), verdict.value
    )


def claim_anchor(claim_id: str) -> str:
    """Where the claim stands in the ledger of the same page."""
    return f"claim-{slug(claim_id)}"


def claim_link(claim_id: str) -> Markup:
    """The claim's id, leading to its row in the ledger."""
    return Markup('<a class="claim" href="#{}">{}</a>').format(claim_anchor(claim_id), claim_id)


def claim_links(claim_ids: tuple[str, ...]) -> Markup:
    """Several claims by id, e.g. "C01, C02 and C03"."""
    return Markup(phrase_list(tuple(str(claim_link(claim)) for claim in claim_ids)))  # noqa: S704  each part is escaped markup already


def settled_words(verdict: ClaimVerdict) -> Markup:
    """The chip, and under it how the verdict was reached; an opinion says so by itself."""
    if verdict.how is Settled.OPINION:
        return verdict_chip(verdict.verdict)
    return Markup('{}<br><span class="how">{}</span>').format(
        verdict_chip(verdict.verdict), WAYS[verdict.how]
    )


def tally(case: Case, claim_ids: tuple[str, ...]) -> str:
    """Claims by verdict in words, e.g. "3 are supported and 1 is opinion"; in the scale's order."""
    found = [case.verdicts[claim].verdict for claim in claim_ids]
    counts = [(found.count(verdict), verdict) for verdict in Verdict if verdict in found]
    words = [f"{count} {_verdict_word(verdict, count)}" for count, verdict in counts]
    if counts:
        words[0] = words[0].replace(" ", " is " if counts[0][0] == 1 else " are ", 1)
    return phrase_list(tuple(words))


def _verdict_word(verdict: Verdict, count: int) -> str:
    return f"{verdict.value}s" if verdict is Verdict.OPINION and count > 1 else verdict.value
