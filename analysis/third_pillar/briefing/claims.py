"""The article against the evidence: the briefing's own short part."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.ledger import review_ledger
from third_pillar.briefing.claim_ledger import compose_short_ledger
from third_pillar.briefing.claim_standing import compose_short_lists, phrase_conclusion
from third_pillar.briefing.claim_words import WAYS
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, paragraph
from third_pillar.briefing.numbers import phrase_count
from third_pillar.briefing.words import candidate
from third_pillar.figures.claims import draw_verdict_counts
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import Settled, Verdict

_TRIED = (Settled.MEASURED, Settled.EVENT_TESTED)


def compose_claims(case: Case) -> Fragment:
    """The verdicts in words, three short lists, and the ledger as a table."""
    verdicts = case.verdicts
    meta = case.results.article.meta
    if not verdicts:
        return fragment(
            paragraph("No claim of the article bears on this candidate; none is shown here.")
        )
    if case.results.is_about_candidate:
        opening = Markup("The article is “{}” ({}, {}). Its text holds {} separate claims.").format(
            meta["title"], meta["publisher"], meta["date"], len(verdicts)
        )
    else:
        opening = Markup(
            "The article of {} is about another country; {} of its claims bear on {}, the pillars "
            "or China's controls and are tested here."
        ).format(meta["date"], phrase_count(len(verdicts)), candidate(case))
    review = review_ledger(case.results, case.verdicts)
    return fragment(
        paragraph(opening, _phrase_ways(case)),
        paragraph(*phrase_conclusion(case, review)),
        compose_short_lists(case, review),
        Markup("<h3>The ledger</h3>"),
        compose_short_ledger(case),
    )


def _phrase_ways(case: Case) -> str:
    """How the claims were settled: a reading is never told as a test."""
    hows = [verdict.how for verdict in case.verdicts.values()]
    tried = sum(how in _TRIED for how in hows)
    documented, hand = hows.count(Settled.DOCUMENTED), hows.count(Settled.HAND)
    said = [f"{tried} are settled by a number or by a dated event, with thresholds kept as data"]
    if documented:
        said.append(f"{documented} by weighing what is on record under a written rule")
    if hand:
        said.append(f"{hand} still show a reading by hand, marked so")
    if Settled.OPINION in hows:
        said.append("opinions and recommendations get no verdict on truth")
    return "; ".join(said) + "."


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
        title=_counts_title(len(verdicts), firm, wrong),
        note=Markup("Number of claims. {}Sources stand with each claim in the table.").format(
            "“Not” counts contradicted and not supported. " if wrong else ""
        ),
        alt="Stacked bars of claims by verdict: "
        + "; ".join(
            f"{verdict} {sum(v.verdict.value == verdict for v in verdicts)}" for verdict in scale
        )
        + ".",
        figure=draw_verdict_counts(
            scale, counts, labels={way.value: word for way, word in WAYS.items()}
        ),
        columns=("Verdict", *(WAYS[way] for way in Settled)),
        rows=[
            (verdict, *(counts[way.value][place] for way in Settled))
            for place, verdict in enumerate(scale)
        ],
        source_ids=sources,
    )


def _counts_title(claims: int, firm: int, wrong: int) -> str:
    holds = f"{firm or 'none'} {'holds as it stands' if firm == 1 else 'hold as they stand'}"
    if not wrong:
        return f"Of {counted(claims, 'claim')}, {holds}; none is contradicted or without support"
    return (
        f"Of {counted(claims, 'claim')}, {holds} and {wrong} {'does' if wrong == 1 else 'do'} not"
    )
