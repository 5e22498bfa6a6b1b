"""The page of the network: title, answer, and who carries it by two counts."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.catalogue import measure
from third_pillar.assessment.metrics_costs import cost_expressions
from third_pillar.assessment.metrics_network import (
    COUNTS,
    NO_ADDITION,
    find_links,
    network_expressions,
    other_expressions,
    select_partners,
)
from third_pillar.assessment.panel import NOTHING
from third_pillar.assessment.standing import BURDEN, DEPENDS, NEUTRAL, RELIEF
from third_pillar.briefing.data_notes import note_own_figures
from third_pillar.briefing.markup import (
    Exhibit,
    Fragment,
    bullets,
    fragment,
    number,
    paragraph,
    section,
    span,
)
from third_pillar.briefing.numbers import phrase_count, phrase_list, show_span
from third_pillar.briefing.references import list_numbers, list_sources
from third_pillar.briefing.words import (
    candidate,
    country,
    day,
    horizon,
    pillars,
    sentence_start,
    sources_note,
)
from third_pillar.figures.network import PairedRow, Triple, draw_paired_dots
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.findings import Metric

BURDEN_WORDS = {
    BURDEN: "a burden: under no rule is more left for the pillars",
    RELIEF: "a relief: under no rule is less left for the pillars",
    NEUTRAL: "neither burden nor relief: under every rule the pillars get what they got",
    DEPENDS: "neither burden nor relief as such: it depends on who is served first",
}


def list_pairs(
    rows: Sequence[PairedRow], *, first: str, second: str
) -> list[tuple[str | int, ...]]:
    """The table behind paired dots: a line for each measure a country has."""
    return [
        (row.label, name, *(round(part) for part in triple))
        for row in rows
        for name, triple in ((first, row.first), (second, row.second))
        if triple is not None
    ]


def compose_network_title(case: Case) -> Fragment:
    """What the page asks of the candidate's place in the network."""
    return fragment(
        Markup("<h1>What would {} change in the network?</h1>").format(candidate(case)),
        paragraph(
            f"Who adds what to the need of {pillars(case)}, whose loss hurts most, who is served "
            f"first, and what would have to be true, by the end of {horizon(case)}, on what was "
            f"known on {day(case.results.question.as_of)}.",
            css="standfirst",
        ),
        note_own_figures(case),
    )


def compose_network_headline(case: Case) -> Fragment:
    """The answer in three sentences: rank, net position and the smallest addition."""
    return section(
        "bottom-line",
        Markup("<h2>The bottom line</h2>"),
        paragraph(_attribution(case), _net(case), phrase_addition(case)),
    )


def _attribution(case: Case) -> Markup:
    standing = case.results.standing
    own = [case.metric(f"shapley({case.results.candidate}, {by})").value for by in COUNTS]
    if all(isinstance(tonnes, float) and tonnes < NOTHING for tonnes in own):
        return Markup(
            "{} adds nothing to the need served, whether plants count by location or by owner."
        ).format(sentence_start(candidate(case)))
    # one who adds nothing is last beside others who add nothing: that is no rank
    ranks = [find_number(case, f"shapley_rank({by})") for by in COUNTS]
    held = [
        Markup("adds {}").format("under a tonne" if tonnes else "nothing")
        if rank is None
        else Markup("holds {} of {} members").format(
            number(rank), len(standing.shapley(by).members)
        )
        for by, rank, tonnes in zip(COUNTS, ranks, own, strict=True)
    ]
    if None not in ranks:
        held[1] = Markup("{} of {}").format(
            number(ranks[1]), len(standing.shapley(COUNTS[1]).members)
        )
    return Markup(
        "By its average addition to the need served, {} {} where plants count by location, and "
        "{} where they count by owner."
    ).format(candidate(case), *held)


def _net(case: Case) -> str:
    word = case.results.standing.burden
    if word is None:
        return "Whether it is a burden cannot be said: its own need is not on record."
    return f"To the pillars it is {BURDEN_WORDS[word]}."


def phrase_addition(case: Case) -> Markup:
    """What it would take, in one sentence."""
    found = find_number(case, "smallest_addition(equal)")
    if found is None or found.value == NO_ADDITION:
        return Markup("No addition tried makes it a pillar in nine definitions of ten.")
    if found.value == 0:
        return Markup("It needs no addition to be a pillar in nine definitions of ten.")
    return Markup(
        "In nine definitions of ten it would be a pillar with {} more at each of the four stages."
    ).format(number(found))


def compose_network_judgements(case: Case) -> Fragment:
    """What to take away on partners, losses and links."""
    said = [_next_partner(case, "metal"), _next_partner(case, "no_metal"), _ties(case)]
    return section(
        "judgements",
        Markup("<h2>Key judgements</h2>"),
        bullets(item for item in said if item),
    )


def _next_partner(case: Case, metal: str) -> Markup:
    best = select_partners(case.results, metal)
    words = "the metal stage counted" if metal == "metal" else "the metal stage left out"
    if not best:
        return Markup("With {} no country on record adds a tonne as next partner.").format(words)
    first = Markup("<strong>With {}</strong> the best next partner is {} ({}").format(
        words,
        country(case, best[0]),
        number(find_number(case, f"partner_gain({best[0]}, {metal})")),
    )
    own = find_number(case, f"partner_rank({metal})")
    if best[0] == case.results.candidate:
        return first + Markup(").")
    if own is None:
        return first + Markup("); {} adds under a tonne.").format(candidate(case))
    return first + Markup("); {} holds {}.").format(candidate(case), number(own))


def _ties(case: Case) -> Markup:
    bound = [record for record in find_links(case.results) if record.is_bound]
    free, tied = (
        find_number(case, f"linked_share(ex_china, no_metal, {links})")
        for links in ("free", "binding")
    )
    if not bound or free is None or tied is None:
        return Markup("<strong>No tie on record</strong> reserves or closes anything in it.")
    names = phrase_list(tuple(str(record.row["label"]) for record in bound))
    start = Markup(
        "<strong>Of the ties on record</strong> {} {} something ({}); with the "
        "metal stage left out the share served "
    ).format(
        phrase_count(len(bound)),
        "reserves or closes" if len(bound) == 1 else "reserve or close",
        names,
    )
    if number(free).striptags() == number(tied).striptags():
        return start + Markup("stays at {}.").format(number(tied))
    return start + Markup("falls from {} to {}.").format(number(free), number(tied))


def show_shapley(case: Case) -> Exhibit:
    """Every member's average addition, plants by location and by owner."""
    standing = case.results.standing
    members = dict.fromkeys(c for by in COUNTS for c in standing.shapley(by).members)
    rows = sorted(
        (_row(case, iso3) for iso3 in members),
        key=lambda row: -max(_mean(row.first), _mean(row.second)),
    )
    shown = [row for row in rows if row.role == "candidate" or _largest(row) >= _SMALL]
    metrics = [
        metric
        for iso3 in members
        if (metric := find_number(case, f"shapley({iso3}, location)")) is not None
    ]
    sources = tuple(dict.fromkeys(s for metric in metrics for s in metric.source_ids))
    return Exhibit(
        id="fig-shapley",
        title=_shapley_title(case, rows),
        note=Markup(
            "Average addition to the need of {} over every order of joining, tonnes of magnets a "
            "year at the end of {}; whiskers 10th to 90th percentile. Metal counted. The candidate "
            "and the ten largest others; those under {} t stand in the table alone. Among few "
            "members everybody ranks high. {}"
        ).format(pillars(case), horizon(case), _SMALL, sources_note(case, sources)),
        alt="; ".join(
            f"{row.label}: {_mean(row.first):,.0f} tonnes by location, {_mean(row.second):,.0f} by "
            "owner"
            for row in shown
        )
        + ".",
        figure=draw_paired_dots(
            shown,
            first_label="plants by location",
            second_label="plants by owner",
            axis="tonnes of magnets a year",
            suffix=" t",
        ),
        columns=("Country", "By", "Mean, t", "P10, t", "P90, t"),
        rows=list_pairs(rows, first="location", second="owner"),
        source_ids=sources,
    )


def _shapley_title(case: Case, rows: list[PairedRow]) -> str:
    by_location = max(rows, key=lambda row: _mean(row.first)).label
    by_owner = max(rows, key=lambda row: _mean(row.second)).label
    own = _row(case, case.results.candidate)
    low, high = sorted((_mean(own.first), _mean(own.second)))
    most = (
        f"{by_location} carries most of the network"
        if by_location == by_owner
        else f"{by_location} carries most by location, {_inside(by_owner)} by owner"
    )
    shown = show_span(low, high, like="t a") if high >= NOTHING else "under 1"
    added = f"{shown} t a year" if high else "nothing"
    return f"{most}; {candidate(case)} adds {added} on average"


def _inside(name: str) -> str:
    return name.replace("The ", "the ", 1)


_SMALL = 25
"""Tonnes below which a member is left out of the drawing."""


def _row(case: Case, iso3: str) -> PairedRow:
    found = (find_number(case, f"shapley({iso3}, {by})") for by in COUNTS)
    first, second = (triple_of(metric) for metric in found)
    return PairedRow(sentence_start(country(case, iso3)), role_of(case, iso3), first, second)


def role_of(case: Case, iso3: str) -> str:
    """The role a country plays in every figure."""
    if iso3 == case.results.candidate:
        return "candidate"
    return "pillars" if iso3 in case.results.pillars else "partners"


def triple_of(metric: Metric | None) -> Triple | None:
    """Mean and ends of a metric; nothing where there is none."""
    if metric is None or not isinstance(metric.value, int | float):
        return None
    value = float(metric.value)
    low = value if metric.low is None else metric.low
    return value, low, value if metric.high is None else metric.high


def _mean(triple: Triple | None) -> float:
    return 0.0 if triple is None else triple[0]


def _largest(row: PairedRow) -> float:
    return max(_mean(row.first), _mean(row.second))


def compose_shapley(case: Case) -> Fragment:
    """The candidate's own numbers, by location and by owner."""
    own = [find_number(case, f"shapley({case.results.candidate}, {by})")
           for by in COUNTS]  # fmt: skip
    return fragment(
        paragraph(
            Markup("{} adds {}{} on average by location and {}{} by owner.").format(
                sentence_start(candidate(case)),
                number(own[0]), span(own[0]), number(own[1]), span(own[1]),
            ),
            "The value shares out what all serve together, so that it favours whoever holds the "
            "narrowest stage, be it with few tonnes; it says nothing on what one more plant would "
            "change.",
        )
    )  # fmt: skip


def compose_network_numbers(case: Case) -> Fragment:
    """Every number of the page with its range, method and rows."""
    return list_numbers(_metrics(case))


def compose_network_sources(case: Case) -> Fragment:
    """Every source behind the numbers of the page and the ties on record."""
    cited = [source for metric in _metrics(case) for source in metric.source_ids]
    ties = [str(record.row["source_id"]) for record in find_links(case.results)]
    return list_sources(case, [*cited, *ties])


def _metrics(case: Case) -> list[Metric]:
    results = case.results
    found = {
        metric.id: metric
        for expression in (
            *network_expressions(results),
            *other_expressions(results),
            *cost_expressions(),
        )
        if (metric := find_number(case, expression)) is not None
    }
    return [found[name] for name in sorted(found)]


def find_number(case: Case, expression: str) -> Metric | None:
    """A number of the case, or of another country on this page; nothing where none is known."""
    stated = case.find_metric(expression)
    if stated is not None:
        return stated
    try:
        return measure(case.results, expression)
    except MissingEvidence:
        return None
