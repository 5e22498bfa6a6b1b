"""The page of the network: ties between countries, and what would have to be true."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.curve import AGREEMENT
from third_pillar.assessment.metrics_network import (
    NO_ADDITION,
    find_links,
)
from third_pillar.assessment.rows import find_unit_words
from third_pillar.assessment.standing import EX_CHINA, MEMBERS
from third_pillar.assessment.what_would import EQUAL, PLACES, SEARCH_DRAWS
from third_pillar.briefing.markup import (
    Exhibit,
    Fragment,
    fragment,
    number,
    paragraph,
    span,
    table,
)
from third_pillar.briefing.network import (
    find_number,
    phrase_addition,
)
from third_pillar.briefing.numbers import phrase_list, show_number
from third_pillar.briefing.words import (
    candidate,
    horizon,
    pillars,
    sentence_start,
)
from third_pillar.figures.network import (
    AdditionLine,
    draw_additions,
)
from third_pillar.vocabulary.codes import STAGES
from third_pillar.vocabulary.specifications import READING_WORDS


def compose_links(case: Case) -> Fragment:
    """Ties on record with what each does, and the share served with them and without."""
    rows = [
        (
            str(record.row["label"]),
            sentence_start(f"{record.row['kind']}: {str(record.row['stage']).replace(';', ', ')}"),
            _tonnage(case, record.row),
            sentence_start(record.effect),
        )
        for record in find_links(case.results)
    ]
    shares = [
        (pool_words, metal_words, *(
            number(find_number(case, f"linked_share({pool}, {metal}, {links})"))
            for links in ("free", "binding")
        ))
        for pool, pool_words in ((MEMBERS, _members_words(case)), (EX_CHINA, "All outside China"))
        for metal, metal_words in (("metal", "counted"), ("no_metal", "left out"))
    ]  # fmt: skip
    return fragment(
        paragraph(
            "An offtake reserves tonnes for one country, which alone may work them further; a ban "
            "closes a way; a licence closes nothing by itself. A tie without a published tonnage "
            "reserves nothing here."
        ),
        table(("Tie", "Kind and stage", "Tonnes a year", "In this network"), rows,
              caption=f"Ties on record, at the end of {horizon(case)}"),
        table(("Network", "Metal stage", "Free movement", "Ties binding"), shares,
              caption=f"Share of the need of {pillars(case)} served with {candidate(case)}"),
    )  # fmt: skip


def _members_words(case: Case) -> str:
    return "Pillars and partners" if case.results.question.members else "Pillars"


def _tonnage(case: Case, row: Mapping[str, Any]) -> str | Markup:
    tonnes = float(row["tonnes"])
    if math.isnan(tonnes):
        return Markup('<span class="gap">not known</span>')
    return show_number(tonnes, find_unit_words(case.results.evidence, str(row["unit"])))


def show_additions(case: Case) -> Exhibit:
    """Share of the definitions that say pillar against what is added, by place."""
    search = case.results.what_would
    equal = search.find(EQUAL)
    up_to = 1.5 * (equal.tonnes or equal.tried / 5)
    lines = [
        AdditionLine(
            _place(place),
            [tonnes for tonnes, _ in points],
            [100 * share for _, share in _from_the_curve(case, points)],
            place == EQUAL,
        )
        for place in (EQUAL, *(p for p in PLACES if p != EQUAL))
        for points in (search.trace(place, up_to=up_to),)
    ]
    return Exhibit(
        id="fig-additions",
        title=_additions_title(case),
        note=Markup(
            "Magnet-equivalent tonnes a year added to the candidate, in every year of the "
            "definitions, at one stage alone or at each of the four. Without an addition the share "
            "is that of the briefing; with one it is computed on {} draws. Source: the "
            "specifications and the figures of the data package, by docs/methods.md §5.9."
        ).format(SEARCH_DRAWS),
        alt="; ".join(
            f"{line.place}: from {line.shares[0]:.0f} percent of the definitions to "
            f"{line.shares[-1]:.0f} with {line.tonnes[-1]:,.0f} tonnes"
            for line in lines
        )
        + ".",
        figure=draw_additions(lines, needed=100 * AGREEMENT, axis="tonnes of magnets a year added"),
        columns=("Added at", "Tonnes a year", "Say pillar, %"),
        rows=[
            (line.place, round(tonnes), round(share, 1))
            for line in lines
            for tonnes, share in zip(line.tonnes, line.shares, strict=True)
        ],
        source_ids=(),
    )


def _from_the_curve(
    case: Case, points: tuple[tuple[float, float], ...]
) -> tuple[tuple[float, float], ...]:
    """The line begins at the share that the briefing gives: one number for one thing."""
    (nothing, _), *added = points
    return ((nothing, case.results.curve.share), *added)


def _place(place: str) -> str:
    return "Equally at all four" if place == EQUAL else f"{place.capitalize()} alone"


def _additions_title(case: Case) -> str:
    search = case.results.what_would
    alone = [place for place in PLACES if place != EQUAL and search.find(place).tonnes is not None]
    equal = search.find(EQUAL).tonnes
    name = candidate(case)
    if equal == 0 and case.results.curve.share >= AGREEMENT:
        return f"{sentence_start(name)} is a pillar in nine definitions of ten as it stands"
    if alone:
        return f"More at one stage would be enough for {name}: {phrase_list(tuple(alone))}"
    if equal is None:
        return f"No addition tried makes {name} a pillar in nine definitions of ten"
    return (
        f"No single stage makes {name} a pillar in nine definitions of ten; about "
        f"{show_number(equal, '', like='t a')} t more at each of the four does"
    )


def _cost_cell(case: Case, place: str) -> str | Markup:
    found = find_number(case, f"addition_cost({place})")
    return "–" if found is None else number(found) + span(found)


def compose_additions(case: Case) -> Fragment:
    """What it would take by place, and which readings still refuse."""
    search = case.results.what_would
    rows = []
    for place in PLACES:
        found = search.find(place)
        metric = find_number(case, f"smallest_addition({place})")
        if metric is None or metric.value == NO_ADDITION:
            shown: str | Markup = f"none up to {show_number(found.tried, 't')}"
        else:
            shown = number(metric)
        refusing = phrase_list(
            tuple(f"{READING_WORDS[reading]} {count}" for reading, count in found.refusing.items())
        )
        rows.append(
            (
                _place(place),
                shown,
                _cost_cell(case, place),
                f"{100 * found.share:.0f} %",
                sentence_start(refusing) or "None",
            )
        )
    return fragment(
        paragraph(
            phrase_addition(case),
            ""
            if any(search.find(place).tonnes is not None for place in PLACES if place != EQUAL)
            else "A pillar needs several stages at once: tonnes at one stage alone soon change "
            "nothing.",
            _cost(case),
        ),
        table(
            ("Added at", "Smallest addition a year", "Cost to build", "Definitions that say pillar",
             "Definitions that still refuse"),
            rows,
            caption=f"What would have to be true of {candidate(case)}",
        ),
        _unit_costs(case),
    )  # fmt: skip


def _cost(case: Case) -> Markup:
    """What the smallest addition at all four stages costs to build, as far as is on record."""
    found = find_number(case, f"addition_cost({EQUAL})")
    if found is None:
        return Markup("")
    missing = case.results.capital_costs.of(EQUAL, 1.0).missing
    least = (
        Markup(" At least that, for no cost is on record at {}.").format(phrase_list(missing))
        if missing
        else Markup("")
    )
    return Markup(
        "To build that costs {}{} at the costs announced for other plants, feed, working capital "
        "and running losses apart.{}"
    ).format(number(found), span(found), least)


def _unit_costs(case: Case) -> Markup:
    rows = []
    for stage in STAGES:
        found = case.results.capital_costs.by_stage[stage]
        metric = find_number(case, f"capital_cost({stage})")
        plants = phrase_list(tuple(str(row["plant"]) for row in found.rows))
        alone = " (one alone: the range is that of the conversion)" if len(found.rows) == 1 else ""
        rows.append(
            (
                stage.value.capitalize(),
                Markup('<span class="gap">not known</span>')
                if metric is None
                else number(metric) + span(metric),
                plants + alone or "None on record",
            )
        )
    return table(
        ("Stage", "Capital cost of a tonne of magnets a year", "Plants on record"),
        rows,
        caption="What capacity costs to build, in magnets that it allows",
    )
