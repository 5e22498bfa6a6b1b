"""The page of claims: its title, its answer, and the lists that its numbers and sources lead to."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.claim_levers import assess_levers
from third_pillar.assessment.ledger import FAILED, review_ledger
from third_pillar.briefing.claim_standing import phrase_conclusion
from third_pillar.briefing.claim_words import WAYS, claim_links, tally
from third_pillar.briefing.data_notes import note_own_figures
from third_pillar.briefing.headline import compose_bottom_line
from third_pillar.briefing.markup import Fragment, bullets, fragment, paragraph, section
from third_pillar.briefing.numbers import phrase_list
from third_pillar.briefing.references import list_numbers, list_sources, select_metric_sources
from third_pillar.briefing.words import candidate, day
from third_pillar.vocabulary.codes import Settled, Verdict
from third_pillar.vocabulary.findings import Metric


def compose_ledger_title(case: Case) -> Fragment:
    """The article named, and what this page does with it."""
    meta = case.results.article.meta
    return fragment(
        Markup("<h1>What holds of “{}”?</h1>").format(meta["title"]),
        paragraph(
            Markup(
                "The article of {}, {}, claim by claim: each put to a number, to a dated event or "
                "to the evidence on record as of {}, with what would change the verdict."
            ).format(meta["publisher"], meta["date"], day(case.results.question.as_of)),
            css="standfirst",
        ),
        note_own_figures(case),
    )


def compose_ledger_headline(case: Case) -> Fragment:
    """How the article fares in a few sentences, and what the briefing answers."""
    verdicts = case.verdicts
    everything = tuple(verdicts)
    if not everything:
        return section(
            "bottom-line",
            Markup("<h2>The bottom line</h2>"),
            paragraph("No claim of the article bears on this candidate."),
        )
    whole = "" if case.results.is_about_candidate else f" that bear on {candidate(case)}"
    return section(
        "bottom-line",
        Markup("<h2>The bottom line</h2>"),
        paragraph(
            *phrase_conclusion(case, review_ledger(case.results, verdicts)),
            Markup("Of its {} claims{}, {}.").format(
                len(everything), whole, tally(case, everything)
            ),
        ),
        paragraph(
            Markup("To the question itself the briefing on the same data answers: {}.").format(
                compose_bottom_line(case).text.partition(". ")[0].rstrip(".")
            )
        ),
    )


def compose_ledger_judgements(case: Case) -> Fragment:
    """The verdicts worth knowing first: plainest failure, best support, half-truths, turns."""
    review = review_ledger(case.results, case.verdicts)
    said = [
        _name(case, "What fails most plainly:", review.contradicted[:1]),
        _name(case, "What holds best:", review.supported[:1]),
        _name(case, "What tells half:", review.half_truths[:1]),
        _turned(case),
    ]
    return section(
        "judgements",
        Markup("<h2>Key judgements</h2>"),
        bullets(item for item in said if item),
    )


def _name(case: Case, opening: str, claims: tuple[str, ...]) -> Markup:
    if not claims:
        return Markup("")
    verdict = case.verdicts[claims[0]]
    return Markup("<strong>{}</strong> {} ({}, {}, {}).").format(
        opening, verdict.label, claim_links(claims), verdict.verdict.value, WAYS[verdict.how]
    )


def _turned(case: Case) -> Markup:
    turned = [
        Markup("{} from {} to {} (recorded {})").format(
            claim_links((claim,)), turn.before.value, turn.after.value, turn.date
        )
        for claim, verdict in case.verdicts.items()
        for turn in verdict.changed[-1:]
    ]
    if not turned:
        return Markup("")
    return Markup("<strong>What has turned since it was first recorded:</strong> {}.").format(
        Markup("; ").join(turned)
    )


def compose_verdict_counts(case: Case) -> Fragment:
    """How many claims came out how, and how each was settled; never one dressed as the other."""
    verdicts = case.verdicts
    ways = tuple(
        f"{sum(v.how is way for v in verdicts.values())} {_WAY_WORDS[way]}"
        for way in Settled
        if any(v.how is way for v in verdicts.values())
    )
    failed = tuple(claim for claim, verdict in verdicts.items() if verdict.verdict in FAILED)
    untested = tuple(
        claim
        for claim, verdict in verdicts.items()
        if verdict.verdict is Verdict.CANNOT_BE_TESTED_YET
    )
    said: list[str | Markup] = [f"Of the claims, {phrase_list(ways)}."] if ways else []
    if failed:
        said.append(Markup("These do not hold: {}.").format(claim_links(failed)))
    if untested:
        said.append(Markup("These cannot be tested yet: {}.").format(claim_links(untested)))
    return fragment(paragraph(*said))


_WAY_WORDS = {
    Settled.MEASURED: "are measured",
    Settled.EVENT_TESTED: "put to dated events",
    Settled.DOCUMENTED: "weighed from the evidence by a written rule",
    Settled.OPINION: "opinions or recommendations, without a verdict on truth",
    Settled.HAND: "read by hand, marked so",
}


def _told_numbers(case: Case) -> list[Metric]:
    """Numbers that this page tells: those of measured claims, and the levers' indicators."""
    ids = dict.fromkeys(v.rests_on[0] for v in case.verdicts.values() if v.value is not None)
    found = {name: case.metric(name) for name in ids}
    for record in assess_levers(case.results):
        if record.indicator:
            found.setdefault(record.indicator.id, record.indicator)
    return list(found.values())


def compose_ledger_numbers(case: Case) -> Fragment:
    """The numbers that measured claims were put to, with their rows."""
    return list_numbers(_told_numbers(case))


def compose_ledger_sources(case: Case) -> Fragment:
    """Every source behind a verdict, a number or a row of evidence on this page."""
    review = review_ledger(case.results, case.verdicts)
    return list_sources(
        case,
        (
            *(source for verdict in case.verdicts.values() for source in verdict.source_ids),
            *(source for metric in _told_numbers(case) for source in select_metric_sources(metric)),
            *(str(source) for source in review.backing["source_id"]),
        ),
    )
