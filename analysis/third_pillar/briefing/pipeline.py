"""The window report in words: what arrives, the plants on record, past promises."""

from __future__ import annotations

import math

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.fates import STARTED
from third_pillar.assessment.pipeline import (
    read_all_plants,
)
from third_pillar.assessment.plants import Plant, is_counted
from third_pillar.briefing.data_notes import note_own_figures
from third_pillar.briefing.forecasts import phrase_chance
from third_pillar.briefing.markup import (
    Fragment,
    bullets,
    fragment,
    number,
    paragraph,
    section,
    span,
    table,
)
from third_pillar.briefing.numbers import LIKELIHOOD_EDGES, phrase_likelihood
from third_pillar.briefing.references import list_sources, select_metric_sources
from third_pillar.briefing.words import (
    STAGE_LABELS,
    STAGE_NOUNS,
    candidate,
    country,
    day,
    horizon,
    is_on_record,
    phrase_nothing_on_record,
    sentence_start,
)
from third_pillar.vocabulary.codes import STAGES


def compose_window_title(case: Case) -> Fragment:
    """The question of the window as title, its scope as standfirst."""
    return fragment(
        Markup("<h1>What does {} get built before China's controls return?</h1>").format(
            candidate(case)
        ),
        paragraph(
            "China suspended its controls of October 2025 for a year. This report sets the plants "
            "on record against that year and against the years to the horizon, on what was known "
            f"as of {day(case.results.question.as_of)}.",
            css="standfirst",
        ),
        note_own_figures(case),
    )


def compose_window_headline(case: Case) -> Fragment:
    """What of the candidate's arrives inside the window, and what by the horizon."""
    return section(
        "bottom-line",
        Markup("<h2>The bottom line</h2>"),
        paragraph(_arrival_sentence(case), *_horizon_sentences(case)),
    )


def _arrival_sentence(case: Case) -> Markup:
    window = case.results.suspension.window
    if window is None:
        return Markup("No suspension of China's controls was on record on {}.").format(
            day(case.results.question.as_of)
        )
    adding = [
        (stage, metric)
        for stage in STAGES
        if (metric := case.find_metric(f"arrives_in_window({case.results.candidate}, {stage})"))
        and isinstance(metric.value, int | float)
        and metric.value >= 1
    ]
    span_words = f"between {day(window.opens)} and {day(window.closes)}"
    if not is_on_record(case):
        return Markup("{}").format(phrase_nothing_on_record(case))
    if not adding:
        return Markup(
            "No plant on record that runs or starts up in {} began {}: as far as the register "
            "shows, nothing arrives inside the window."
        ).format(candidate(case), span_words)
    parts = [
        Markup("{}{} at {}").format(number(metric), span(metric), STAGE_NOUNS[stage])
        for stage, metric in adding
    ]
    return Markup("{} {} adds {}.").format(
        sentence_start(span_words), candidate(case), Markup(", ").join(parts)
    )


def _horizon_sentences(case: Case) -> list[Markup]:
    """The plants most likely to have begun by the horizon."""
    year = horizon(case)
    found = [
        (metric.value, plant, metric)
        for plant in _pending(case)
        if plant.country == case.results.candidate
        and (metric := case.find_metric(f"starts_by({plant.id}, {year})"))
        and isinstance(metric.value, int | float)
    ]
    if not found and not is_on_record(case):
        return []
    if not found:
        return [
            Markup("No dated plant that has not begun is on record for {}.").format(candidate(case))
        ]
    ranked = sorted(found, key=lambda entry: (-entry[0], entry[1].id))
    likely = [
        Markup("{} ({}; {}): {}, {}").format(
            plant.row["plant"], plant.row["company"], STAGE_NOUNS[plant.stage],
            phrase_likelihood(float(value)), number(metric, limits=LIKELIHOOD_EDGES),
        )
        for value, plant, metric in ranked[:_NAMED]
    ]  # fmt: skip
    return [
        Markup("Chance of first output by the end of {}: {}.").format(
            year, Markup("; ").join(likely)
        )
    ]


_NAMED = 3


def _pending(case: Case) -> list[Plant]:
    return [p for p in read_all_plants(case.results) if p.status not in STARTED]


def compose_arrivals(case: Case) -> Fragment:
    """What the candidate adds inside the window, stage by stage, against the pillars' need."""
    iso3 = case.results.candidate
    rows = []
    for stage in STAGES:
        metric = case.find_metric(f"arrives_in_window({iso3}, {stage})")
        rows.append(
            (
                STAGE_LABELS[stage],
                case.results.now.capacity.record(iso3, stage).status,
                number(case.find_metric(f"stage_capacity({iso3}, {stage}, now)"), unit=False),
                number(metric, unit=False) + span(metric),
                number(case.find_metric(f"stage_capacity({iso3}, {stage}, horizon)"), unit=False),
            )
        )
    return fragment(
        paragraph(
            Markup("The pillars need {} t of magnets a year today.").format(
                number(case.find_metric("pillars_need(now)"), unit=False)
            ),
            "A plant that the register does not have as starting up had no output by the day "
            "asked; it can arrive in a window that is still open, and not in one that is over.",
        ),
        table(
            (
                "Stage",
                "How it is known",
                "Capacity today",
                "Added inside the window",
                f"End of {horizon(case)}",
            ),
            rows,
            caption=(
                f"{sentence_start(candidate(case))}: tonnes of magnets a year that each stage "
                "allows"
            ),
        ),
    )


def compose_plants(case: Case) -> Fragment:
    """Each plant of the candidate and the pillars that does not run yet, with its chances."""
    year, end = horizon(case), horizon(case) + 1.0
    wanted = (case.results.candidate, *case.results.pillars)
    plants = [
        p for p in read_all_plants(case.results) if p.fate is not None and p.country in wanted
    ]
    plants.sort(key=lambda p: (wanted.index(p.country), STAGES.index(p.stage), p.id))
    return fragment(
        paragraph(
            "The chance of a plant is that of its status, moved by what backs it and by the price; "
            "its date is the announced one plus a delay, part of it common to all plants; its "
            "output climbs over some years. All of these are rated assumptions with ranges."
        ),
        table(
            (
                "Plant", "Stage", "Status, start announced", f"First output by {year}",
                f"Half of nameplate by {year}",
            ),
            [
                (
                    f"{p.row['company']}: {p.row['plant']} ({country(case, p.country)})",
                    STAGE_LABELS[p.stage],
                    f"{p.status.value}, {_start(p)}",
                    "begun" if p.status in STARTED else phrase_chance(p.chance_to_start(end)),
                    phrase_chance(p.chance_of_half(end)),
                )
                for p in plants
            ],
            caption=f"Plants on record that do not run in full, chances by the end of {year}",
        ),
    )  # fmt: skip


def _start(plant: Plant) -> str:
    year = int(float(str(plant.row["start_year"])))
    return f"about {year}" if plant.row["start_precision"] == "placeholder" else str(year)


def compose_window_limits(case: Case) -> Fragment:
    """What the pipeline cannot see."""
    ours = {case.results.candidate, *case.results.pillars}
    missing = {
        f"{row['company']}: {row['plant']}"
        for row in case.results.evidence.rows("projects")
        if is_counted(row) and row["country_iso3"] in ours and math.isnan(row["start_year"])
    }
    names = tuple(sorted(missing))
    return fragment(
        bullets(
            [
                Markup("Plants without a start year never count: {}.").format("; ".join(names))
                if names
                else Markup("Every plant on record has a start year."),
                Markup("A plant nobody has announced does not exist here; late in the horizon "
                       "that understates what may be built."),
                Markup("Output is not capacity: a plant that starts may run far below its "
                       "nameplate for years."),
            ]
        )
    )  # fmt: skip


def compose_window_sources(case: Case) -> Fragment:
    """Every source that the window report cites, past promises among them."""
    results = case.results
    capacity = results.horizon.capacity
    shown = (results.candidate, *results.pillars)
    plans = results.evidence.table("past_plans")
    return list_sources(
        case,
        [
            *(s for metric in case.metrics.values() for s in select_metric_sources(metric)),
            *map(str, results.exports.world["source_id"]),
            *map(str, results.suspension.controls["source_id"]),
            *(s for c in shown for stage in STAGES for s in capacity.record(c, stage).source_ids),
            *map(str, plans["source_id"]),
            *(str(source) for source in plans["source_id_2"] if source),
        ],
    )
