"""The recommendations: each lever the article would pull, and what the record shows on it."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.claim_levers import LeverRecord, assess_levers
from third_pillar.assessment.ledger import select_evidence
from third_pillar.briefing.claim_ledger import phrase_event, phrase_evidence
from third_pillar.briefing.claim_standing import list_claims
from third_pillar.briefing.markup import Fragment, bullets, fragment, number, paragraph, span
from third_pillar.briefing.words import sentence_start


def compose_recommendations(case: Case) -> Fragment:
    """Each lever with the claims that pull it, its indicator, dated events and evidence."""
    claims = case.results.article.claims
    recommended = set(claims.loc[claims["claim_type"] == "recommendation", "claim_id"])
    records = sorted(
        assess_levers(case.results), key=lambda record: recommended.isdisjoint(record.claims)
    )
    if not records:
        return fragment(paragraph("The article recommends nothing that bears on this candidate."))
    parts = [
        paragraph(
            "A recommendation is neither true nor false, and neither is an opinion. What can be "
            "said is how far the record has moved the way it points: “for” means a step was "
            "taken, “against” that it was not or went elsewhere."
        )
    ]
    for record in records:
        parts.append(Markup("<h3>{}</h3>").format(sentence_start(record.label)))
        parts.append(list_claims(case, record.claims))
        parts.append(_shown_on(case, record))
    return fragment(*parts)


def _shown_on(case: Case, record: LeverRecord) -> Markup:
    rows = select_evidence(case.results, record.claims).to_dict("records")
    items = [
        *([_indicator(record)] if record.indicator else []),
        *(phrase_event(case, event) for event in record.events),
        *(phrase_evidence(case, dict(row)) for row in rows),
    ]
    return bullets(items, css="record") if items else Markup("")


def _indicator(record: LeverRecord) -> Markup:
    metric = record.indicator
    if metric is None:
        return Markup("")
    return Markup('<span class="stance">Indicator:</span> {}: {}{}, {}.').format(
        metric.label, number(metric), span(metric), metric.period
    )
