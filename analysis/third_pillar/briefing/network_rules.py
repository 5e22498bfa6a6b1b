"""The page of the network: partners, losses, and who is served first."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.metrics_network import (
    RULES,
    select_costly,
    select_partners,
)
from third_pillar.assessment.standing import EX_CHINA, MEMBERS
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, number, paragraph, span, table
from third_pillar.briefing.network import (
    BURDEN_WORDS,
    find_number,
    list_pairs,
    role_of,
    triple_of,
)
from third_pillar.briefing.numbers import MINUS, phrase_count, show_number
from third_pillar.briefing.words import (
    candidate,
    country,
    horizon,
    pillars,
    sentence_start,
    sources_note,
)
from third_pillar.figures.network import (
    PairedRow,
    RuleBar,
    draw_paired_dots,
    draw_rules,
)
from third_pillar.vocabulary.amounts import attach_unit

_DRAWN = 8
_RULE_WORDS = {
    "pro_rata": "All needs share",
    "home_magnets": "Home first, its own magnets",
    "home_chain": "Home first, its own chain",
    "others_first": "Others first",
}


def show_partners(case: Case) -> Exhibit:
    """What each possible next partner adds alone, metal counted and left out."""
    results = case.results
    ranked = dict.fromkeys(c for m in ("metal", "no_metal") for c in select_partners(results, m))
    rows = [_partner(case, iso3) for iso3 in ranked]
    rows.sort(key=lambda row: -max(t[0] if t else 0.0 for t in (row.first, row.second)))
    own = _partner(case, results.candidate)
    shown = rows[:_DRAWN] if own in rows[:_DRAWN] else [*rows[: _DRAWN - 1], own]
    sources = _sources(case, [f"partner_gain({iso3}, no_metal)" for iso3 in ranked])
    return Exhibit(
        id="fig-partners",
        title=_partners_title(case),
        note=Markup(
            "What each country adds to the need of {} that the members serve, if it alone joins; "
            "tonnes of magnets a year at the end of {}, whiskers 10th to 90th percentile. {}{}"
        ).format(
            pillars(case), horizon(case), _drawn_words(rows, shown), sources_note(case, sources)
        ),
        alt="; ".join(
            f"{row.label}: {row.first[0] if row.first else 0:,.0f} tonnes with the metal stage, "
            f"{row.second[0] if row.second else 0:,.0f} without it"
            for row in shown
        )
        + ".",
        figure=draw_paired_dots(
            shown,
            first_label="metal counted",
            second_label="metal left out",
            axis="tonnes of magnets a year",
            suffix=" t",
        ),
        columns=("Country", "Metal stage", "Mean, t", "P10, t", "P90, t"),
        # the candidate stands in the table also where it adds nothing
        rows=list_pairs(rows if own in rows else [*rows, own], first="counted", second="left out"),
        source_ids=sources,
    )


def _drawn_words(rows: list[PairedRow], shown: list[PairedRow]) -> str:
    """Which of the countries are drawn; nothing where all are."""
    if len(rows) <= len(shown):
        return ""
    if shown == rows[: len(shown)]:
        return f"The {phrase_count(len(shown))} largest. "
    return f"The {phrase_count(len(shown) - 1)} largest, and the candidate. "


def _partner(case: Case, iso3: str) -> PairedRow:
    found = (find_number(case, f"partner_gain({iso3}, {metal})") for metal in ("metal", "no_metal"))
    first, second = (triple_of(metric) for metric in found)
    return PairedRow(sentence_start(country(case, iso3)), role_of(case, iso3), first, second)


def _partners_title(case: Case) -> str:
    best = {metal: select_partners(case.results, metal) for metal in ("metal", "no_metal")}
    first, second = (country(case, found[0]) if found else "" for found in best.values())
    if not first and not second:
        return "No country on record adds a tonne as next partner, whether metal counts or not"
    if first == second:
        return f"The best next partner is {first}, whether metal counts or not"
    if not first or not second:
        said, other = ("counts", "does not") if first else ("does not count", "does")
        return (
            f"The best next partner is {first or second} if metal {said}; nobody is if it {other}"
        )
    return f"The best next partner is {first} if metal counts, {second} if it does not"


def compose_partners(case: Case) -> Fragment:
    """The candidate's rank under both rules."""
    parts = []
    for metal, words in (("metal", "counted"), ("no_metal", "left out")):
        rank = find_number(case, f"partner_rank({metal})")
        gain = find_number(case, f"partner_gain({case.results.candidate}, {metal})")
        if rank is None:
            parts.append(
                Markup("With the metal stage {} {} adds under a tonne, which has no rank.").format(
                    words, candidate(case)
                )
            )
            continue
        parts.append(
            Markup("With the metal stage {} {} adds {}{} and holds {}.").format(
                words, candidate(case), number(gain), span(gain), number(rank)
            )
        )
    return fragment(paragraph(*parts))


def show_losses(case: Case) -> Exhibit:
    """Share of the need served once a member has failed, without and with the candidate."""
    lost = _losses(case)
    rows = [
        PairedRow(
            f"Without {country(case, iso3)}",
            role_of(case, iso3),
            triple_of(find_number(case, f"n_minus_one_share({EX_CHINA}, {iso3}, with)")),
            triple_of(find_number(case, f"n_minus_one_share({EX_CHINA}, {iso3}, without)")),
        )
        for iso3 in lost
    ]
    sources = _sources(case, [f"n_minus_one_share({EX_CHINA}, {c}, with)" for c in lost])
    worst = country(case, lost[0]) if lost else "nobody"
    return Exhibit(
        id="fig-losses",
        title=f"The loss of {worst} costs the network most, with {candidate(case)} or without",
        note=Markup(
            "Share of the need of {} served by every country on record outside China once one has "
            "failed, percent, at the end of {}; metal counted, whiskers 10th to 90th percentile. "
            "Losses of less than half a point are left out, but three are always shown. {}"
        ).format(pillars(case), horizon(case), sources_note(case, sources)),
        alt="; ".join(
            f"{row.label}: {row.first[0]:.0f} percent with {candidate(case)}"
            for row in rows
            if row.first
        )
        + ".",
        figure=draw_paired_dots(
            rows,
            first_label=f"with {candidate(case)}",
            second_label=f"without {candidate(case)}",
            axis="percent of the need",
            suffix=" %",
        ),
        columns=("Loss", "Candidate", "Mean, %", "P10, %", "P90, %"),
        rows=[
            (row.label, name, *(round(part, 1) for part in triple))
            for row in rows
            for name, triple in (("with", row.first), ("without", row.second))
            if triple is not None
        ],
        source_ids=sources,
    )


def _losses(case: Case) -> tuple[str, ...]:
    return select_costly(case.results)


def compose_losses(case: Case) -> Fragment:
    """Losses among the pillars and partners, and whether the candidate makes up for one."""
    members = case.results.standing.pool(MEMBERS)
    found = [
        (iso3, [find_number(case, f"n_minus_one_share({MEMBERS}, {iso3}, {joins})")
                for joins in ("without", "with")])
        for iso3 in members
    ]  # fmt: skip
    rows = [
        (sentence_start(country(case, iso3)), *(number(share) + span(share) for share in shares))
        for iso3, shares in found
        if None not in shares
    ]
    if not rows:
        return fragment(
            paragraph("Besides the candidate the pillars are one country: none is left to fail.")
        )
    worst = min((t for _, shares in found if (t := triple_of(shares[1]))), default=(0.0, 0.0, 0.0))
    return fragment(
        paragraph(
            f"Among {_alone_words(case)} alone, the worst loss leaves "
            f"{show_number(worst[0], '%')} of the need served with {candidate(case)} in the "
            "network: a stage without its largest member narrows the whole chain."
        ),
        table(
            ("Fails", f"Served without {candidate(case)}", f"Served with {candidate(case)}"),
            rows,
            caption=f"Share of the need of {pillars(case)} served after a loss",
        ),
    )


def _alone_words(case: Case) -> str:
    return "the pillars and chosen partners" if case.results.question.members else "the pillars"


def show_net_position(case: Case) -> Exhibit:
    """What the pillars gain or lose by the candidate, rule by rule."""
    found = {rule: triple_of(find_number(case, f"net_position({rule})")) for rule in RULES}
    bars = [RuleBar(_RULE_WORDS[rule], net) for rule, net in found.items() if net is not None]
    unknown = [_RULE_WORDS[rule] for rule, net in found.items() if net is None]
    sources = _sources(case, [f"net_position({rule})" for rule in RULES])
    word = case.results.standing.burden
    return Exhibit(
        id="fig-net-position",
        title=(
            f"Whether {candidate(case)} is a burden cannot be said: its own need is not on record"
            if word is None
            else f"{sentence_start(candidate(case))} is {BURDEN_WORDS[word]}"
        ),
        note=Markup(
            "What the need of {} gets with the candidate less what it got without it, tonnes of "
            "magnets a year at the end of {}, under four rules of who is served first; whiskers "
            "10th to 90th percentile. Metal counted. {}"
        ).format(pillars(case), horizon(case), sources_note(case, sources)),
        alt="; ".join(
            [
                f"{bar.rule}: {attach_unit(f'{round(bar.net[0]):,}', 'tonnes')}".replace("-", MINUS)
                for bar in bars
            ]
            + [f"{rule}: not known" for rule in unknown]
        )
        + ".",
        figure=draw_rules(bars, axis="tonnes of magnets a year, for the pillars", unknown=unknown),
        columns=("Rule", "Mean, t", "P10, t", "P90, t"),
        rows=[
            *((bar.rule, *(round(part) for part in bar.net)) for bar in bars),
            *((rule, "not known", None, None) for rule in unknown),
        ],
        source_ids=sources,
    )


def compose_net_position(case: Case) -> Fragment:
    """The four rules in words; the sign is a choice of rule, not a fact of supply."""
    rows = [
        (_RULE_WORDS[rule], _RULE_MEANINGS[rule], number(found, signed=True) + span(found))
        for rule in RULES
        for found in (find_number(case, f"net_position({rule})"),)
    ]
    return fragment(
        paragraph(
            ""
            if case.results.standing.burden
            else "Only one of the four rules can be computed: the candidate's own need is not on "
            "record.",
            "The candidate brings plants and brings a need. Which of them weighs more for the "
            "others is settled by the rule of who is served first, and no rule is a fact: so it is "
            "called a burden only if no rule leaves the pillars more.",
        ),
        table(("Rule", "Meaning", "For the pillars"), rows, caption="Net position by rule"),
    )


_RULE_MEANINGS = {
    "pro_rata": "All needs, its own among them, share the whole in proportion.",
    "home_magnets": "Its own magnets serve its own need first, wherever the feed comes from.",
    "home_chain": "What its own chain makes serves its own need first; the rest is pooled.",
    "others_first": "The pillars are served first.",
}


def _sources(case: Case, expressions: list[str]) -> tuple[str, ...]:
    metrics = [find_number(case, expression) for expression in expressions]
    return tuple(dict.fromkeys(s for metric in metrics if metric for s in metric.source_ids))
