"""The evidence map: each claim with every source that speaks to it."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.ledger import STANCES, LedgerReview, review_ledger
from third_pillar.briefing.claim_words import SIGNS, claim_links
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, paragraph
from third_pillar.briefing.numbers import phrase_count
from third_pillar.briefing.words import sentence_start, sources_note
from third_pillar.figures.claims import ClaimDots, draw_evidence_map
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import Verdict

_LABELS = {
    "supports": "for",
    "refutes": "against",
    "qualifies": "limits",
    "context": "background",
}


def show_evidence_map(case: Case) -> Exhibit:
    """Claims by verdict, each with its sources as dots: against to the left, for to the right."""
    review = review_ledger(case.results, case.verdicts)
    groups = {
        f"{SIGNS[verdict]} {verdict.value}": [
            _dots(review, claim)
            for claim in case.verdicts
            if case.verdicts[claim].verdict is verdict
        ]
        for verdict in Verdict
    }
    sources = tuple(dict.fromkeys(str(source) for source in review.backing["source_id"]))
    contested = review.contested()
    return Exhibit(
        id="fig-evidence",
        title=_title(len(case.verdicts), len(contested)),
        note=Markup(
            "Number of sources; one mark a source and stance. Filled: reliability A or B; open: C "
            "to F. {}"
        ).format(sources_note(case, sources)),
        alt="Marks by claim and stance: "
        + "; ".join(
            f"{word} {int((review.backing['stance'] == stance).sum())}"
            for stance, word in _LABELS.items()
        )
        + ". Claims with sources both for and against: "
        + (", ".join(contested) or "none")
        + ".",
        figure=draw_evidence_map(
            {name: dots for name, dots in groups.items() if dots}, labels=_LABELS
        ),
        columns=("Claim", "Verdict", *(_COLUMNS[stance] for stance in STANCES)),
        rows=[
            (claim, verdict.verdict.value, *(review.count_sources(claim, s) for s in STANCES))
            for claim, verdict in case.verdicts.items()
        ],
        source_ids=sources,
    )  # fmt: skip


_COLUMNS = {
    "supports": "Sources for",
    "refutes": "Against",
    "qualifies": "Limiting",
    "context": "Background",
}


def _title(claims: int, contested: int) -> str:
    if not contested:
        return f"No source contradicts another on any of the {claims} claims"
    return f"On {contested} of {claims} claims, sources stand both for and against"


def _dots(review: LedgerReview, claim: str) -> ClaimDots:
    backing = review.backing[review.backing["claim_id"] == claim]
    return ClaimDots(
        claim,
        {
            stance: tuple(
                (str(row["source_id"]), bool(row["is_solid"]))
                for row in backing[backing["stance"] == stance].to_dict("records")
            )
            for stance in STANCES
        },
    )


def compose_evidence(case: Case) -> Fragment:
    """How much evidence there is, how good, and where it is thin or divided."""
    review = review_ledger(case.results, case.verdicts)
    sources = review.backing.drop_duplicates("source_id")
    solid = int(sources["is_solid"].sum())
    said: list[Markup | str] = [
        f"{counted(len(sources), 'source')} on these claims, {solid} of them of reliability A or B."
    ]
    for claims, words in (
        (review.contested(), "have sources both for and against"),
        (review.single_sourced(), "rest on a single source"),
    ):
        if claims:
            said.append(
                Markup("{} {} ({}).").format(
                    sentence_start(_claims(len(claims))), _agree(len(claims), words),
                    claim_links(claims),
                )
            )  # fmt: skip
    return fragment(paragraph(*said))


def _claims(count: int) -> str:
    return f"{phrase_count(count)} {'claim' if count == 1 else 'claims'}"


def _agree(count: int, words: str) -> str:
    verb, _, rest = words.partition(" ")
    singular = {"have": "has", "rest": "rests"}
    return f"{singular[verb] if count == 1 else verb} {rest}"
