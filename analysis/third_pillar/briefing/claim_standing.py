"""Which claims stand, which fall, which tell half, and what the conclusion rests on."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.ledger import (
    FAILED,
    HELD,
    REFUTES,
    SUPPORTS,
    LedgerReview,
    review_ledger,
)
from third_pillar.briefing.claim_words import (
    WAYS,
    claim_link,
    claim_links,
    tally,
    verdict_chip,
)
from third_pillar.briefing.markup import Fragment, bullets, fragment, paragraph
from third_pillar.briefing.numbers import phrase_count
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import Verdict

_FEW = 4


def compose_short_lists(case: Case, review: LedgerReview) -> Markup:
    """Three short lists: plainly contradicted, best borne out, half-truths."""
    return Markup("").join(
        (
            _extremes(case, review, limit=_FEW),
            _half_truths(case, review),
        )
    )


def compose_standing(case: Case) -> Fragment:
    """The lists in full, each claim with the reason for its verdict."""
    review = review_ledger(case.results, case.verdicts)
    return fragment(
        paragraph(
            "Contradicted stands before not supported, a test before a reading, high confidence "
            "before low; among equals the claim with more sources of reliability A or B behind "
            "its verdict comes first."
        ),
        _extremes(case, review, with_reason=True),
        _half_truths(case, review),
        _open_claims(case),
    )


def _extremes(
    case: Case, review: LedgerReview, *, limit: int | None = None, with_reason: bool = False
) -> Markup:
    parts = []
    for heading, claims, stance, words in (
        ("What fails most plainly", review.contradicted, REFUTES, "against it"),
        ("What holds best", review.supported, SUPPORTS, "for it"),
    ):
        if not claims:
            continue
        shown = claims[:limit]
        parts.append(Markup("<h3>{}</h3>").format(heading))
        parts.append(
            bullets(
                (
                    _item(case, claim, review.count_sources(claim, stance), words, with_reason)
                    for claim in shown
                ),
                css="claims",
            )
        )
        rest = claims[len(shown) :]
        if rest:
            parts.append(
                paragraph(
                    Markup("And {} more: {}.").format(phrase_count(len(rest)), claim_links(rest))
                )
            )
    return Markup("").join(parts)


def _item(case: Case, claim: str, sources: int, words: str, with_reason: bool) -> Markup:  # noqa: FBT001  the one choice of a private helper
    verdict = case.verdicts[claim]
    ground = "" if verdict.verdict is Verdict.OPINION else WAYS[verdict.how]
    if sources:
        ground += f"; {counted(sources, 'source')} {words}"
    how = Markup(' <span class="how">{}</span>').format(ground) if ground else ""
    reason = Markup(' <span class="reason">{}</span>').format(verdict.reason)
    return Markup("{} {} {}{}{}").format(
        claim_link(claim), verdict.label, verdict_chip(verdict.verdict), how,
        reason if with_reason else "",
    )  # fmt: skip


def _half_truths(case: Case, review: LedgerReview) -> Markup:
    heading = Markup("<h3>Half-truths</h3>")
    fallen = tuple(
        claim
        for claim, verdict in case.verdicts.items()
        if verdict.qualifier_dropped and claim not in review.half_truths
    )
    also = Markup("")
    if fallen:
        also = Markup("A limit was left out of {} too, but {} not hold in any case.").format(
            claim_links(fallen), "it does" if len(fallen) == 1 else "they do"
        )
    if not review.half_truths:
        none = "No claim that holds, in whole or in part, left out a limit that its source has."
        return heading + paragraph(none, also)
    listed = bullets(
        (_item(case, claim, 0, "", with_reason=True) for claim in review.half_truths),
        css="claims",
    )
    opening = paragraph("These hold, in whole or in part, but leave out a limit their source has.")
    return heading + opening + listed + paragraph(also)


def _open_claims(case: Case) -> Markup:
    claims = tuple(
        claim
        for claim, verdict in case.verdicts.items()
        if verdict.verdict is Verdict.CANNOT_BE_TESTED_YET
    )
    if not claims:
        return Markup("")
    return Markup("<h3>What cannot be tested yet</h3>") + bullets(
        (_item(case, claim, 0, "", with_reason=True) for claim in claims), css="claims"
    )


def phrase_conclusion(case: Case, review: LedgerReview) -> list[Markup | str]:
    """What the article concludes, how that fares, and how its grounds fare, in sentences."""
    if not review.conclusion:
        return []
    said: list[Markup | str] = [
        Markup("The article concludes: {} ({}). That is {}.").format(
            case.verdicts[review.conclusion[0]].label,
            claim_links(review.conclusion),
            _phrase_verdicts(case, review.conclusion),
        )
    ]
    if review.premises:
        said.append(
            f"Of the {counted(len(review.premises), 'claim')} it gives as grounds, "
            f"{tally(case, review.premises)}."
        )
    return said


def _phrase_verdicts(case: Case, claims: tuple[str, ...]) -> str:
    words = tuple(dict.fromkeys(case.verdicts[claim].verdict.value for claim in claims))
    named = {Verdict.OPINION.value: "a matter of opinion", _OPEN: "not yet open to a test"}
    if len(words) > 1:
        return f"in part one thing, in part another: {tally(case, claims)}"
    return named.get(words[0], words[0])


_OPEN = Verdict.CANNOT_BE_TESTED_YET.value


def compose_foundations(case: Case) -> Fragment:
    """The conclusion, and each ground the article gives for it, with its verdict."""
    review = review_ledger(case.results, case.verdicts)
    if not review.conclusion:
        return fragment(
            paragraph(
                "What the article concludes is about another country, so no claim shown here "
                "carries its conclusion."
            )
        )
    parts = [
        paragraph(*phrase_conclusion(case, review)),
        Markup("<h3>The conclusion</h3>"),
        list_claims(case, review.conclusion),
    ]
    for heading, wanted in (
        ("Grounds that do not hold", FAILED),
        ("Grounds that hold, in whole or in part", HELD),
        ("Grounds that no data can settle", (Verdict.CANNOT_BE_TESTED_YET, Verdict.OPINION)),
    ):
        claims = tuple(c for c in review.premises if case.verdicts[c].verdict in wanted)
        if claims:
            parts += [Markup("<h3>{}</h3>").format(heading), list_claims(case, claims)]
    return fragment(*parts)


def list_claims(case: Case, claims: tuple[str, ...]) -> Markup:
    """Claims with verdict, way and reason, as a list."""
    return bullets((_item(case, claim, 0, "", with_reason=True) for claim in claims), css="claims")
