"""The article against the evidence."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.rows import find_row
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, paragraph, table
from third_pillar.briefing.numbers import phrase_count, show_number, show_span
from third_pillar.briefing.words import candidate, phrase_date, sources_note
from third_pillar.figures.claims import draw_verdict_counts
from third_pillar.vocabulary.codes import Settled, Verdict
from third_pillar.vocabulary.findings import ClaimVerdict

_WAYS = {
    Settled.MEASURED: "measured",
    Settled.EVENT_TESTED: "event-tested",
    Settled.DOCUMENTED: "documented",
    Settled.HAND: "read by hand",
    Settled.OPINION: "opinion",
}
_TRIED = (Settled.MEASURED, Settled.EVENT_TESTED)


def compose_claims(case: Case) -> Fragment:
    """The verdicts in words and the ledger as a table."""
    verdicts = case.verdicts
    meta = case.results.article.meta
    if not verdicts:
        return fragment(
            paragraph("No claim of the article bears on this candidate; none is shown here.")
        )
    tried = sum(verdict.how in _TRIED for verdict in verdicts.values())
    hand = sum(verdict.how is Settled.HAND for verdict in verdicts.values())
    if case.results.is_about_candidate:
        opening = Markup("The article is “{}” ({}, {}). Its text holds {} separate claims.").format(
            meta["title"], meta["publisher"], meta["date"], len(verdicts)
        )
    else:
        opening = Markup(
            "The article of {} is about another country; {} of its claims bear on {}, the pillars "
            "or China's controls and are tested here."
        ).format(meta["date"], phrase_count(len(verdicts)), candidate(case))
    return fragment(
        paragraph(
            opening,
            f"{tried} are settled by a number or by a dated event, with thresholds set in the data "
            f"package; {hand} still show a reading by hand, marked so; opinions and "
            "recommendations get no verdict on truth.",
        ),
        _ledger(case),
    )


def _ledger(case: Case) -> Markup:
    return table(
        ("Claim", "In our words", "Verdict", "Why, on what, and what would flip it"),
        [
            (
                claim_id,
                verdict.label,
                Markup('{}<br><span class="how">{}</span>').format(
                    verdict_chip(verdict.verdict), _WAYS[verdict.how]
                ),
                _grounds(case, verdict),
            )
            for claim_id, verdict in case.verdicts.items()
        ],
        caption="Every claim with its verdict",
    )


def _grounds(case: Case, verdict: ClaimVerdict) -> Markup:
    parts = [Markup("{}").format(verdict.reason)]
    if verdict.value is not None:
        parts.append(_measured_value(verdict))
    elif verdict.how is Settled.EVENT_TESTED:
        parts += [_event(case, event) for event in verdict.rests_on]
    if verdict.flips_if:
        parts.append(Markup("Flips if {}.").format(verdict.flips_if))
    if verdict.source_ids:
        parts.append(sources_note(case, verdict.source_ids))
    return Markup("<br>").join(parts)


def _event(case: Case, event_id: str) -> Markup:
    row = find_row(case.results.evidence, "policy_events", event_id)
    return Markup("{} ({}): {}.").format(
        event_id, phrase_date(row["date"], row["date_precision"]), row["event"]
    )


def verdict_chip(verdict: Verdict) -> Markup:
    """A verdict as a chip whose words carry it, colour only helping."""
    return Markup('<span class="verdict verdict-{}">{}</span>').format(
        verdict.value.replace(" ", "-"), verdict.value
    )


def _measured_value(verdict: ClaimVerdict) -> Markup:
    value = float("nan") if verdict.value is None else verdict.value
    ends = Markup("")
    if verdict.low is not None and verdict.high is not None and verdict.low != verdict.high:
        ends = Markup(" ({})").format(show_span(verdict.low, verdict.high, like=verdict.unit))
    return Markup(
        'Measured: <data class="n" value="{}" data-source="{}">{}</data>{}; {}.'
    ).format(
        f"{value:.6g}", verdict.rests_on[0], show_number(value, verdict.unit),
        ends, verdict.threshold,
    )  # fmt: skip


def show_verdicts(case: Case) -> Exhibit:
    """Claims by verdict and by how they were settled."""
    verdicts = list(case.verdicts.values())
    scale = [verdict.value for verdict in Verdict]
    counts = {
        way.value: [
            sum(v.verdict.value == verdict and v.how is way for v in verdicts) for verdict in scale
        ]
        for way in Settled
    }
    firm = sum(v.verdict is Verdict.SUPPORTED for v in verdicts)
    wrong = sum(v.verdict in {Verdict.CONTRADICTED, Verdict.NOT_SUPPORTED} for v in verdicts)
    sources = tuple(dict.fromkeys(source for v in verdicts for source in v.source_ids))
    return Exhibit(
        id="fig-verdicts",
        title=f"Of {len(verdicts)} claims, {firm} hold as they stand and {wrong} do not",
        note=Markup(
            "Number of claims. “Do not” counts contradicted and not supported. Sources stand with "
            "each claim in the table."
        ),
        alt="Stacked bars of claims by verdict: "
        + "; ".join(
            f"{verdict} {sum(v.verdict.value == verdict for v in verdicts)}" for verdict in scale
        )
        + ".",
        figure=draw_verdict_counts(
            scale, counts, labels={way.value: word for way, word in _WAYS.items()}
        ),
        columns=("Verdict", *(_WAYS[way] for way in Settled)),
        rows=[
            (verdict, *(counts[way.value][place] for way in Settled))
            for place, verdict in enumerate(scale)
        ],
        source_ids=sources,
    )
