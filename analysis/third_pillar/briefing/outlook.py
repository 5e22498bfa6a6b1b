"""What would change our mind: the tonnes that are missing, and dated things to watch."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.briefing.markup import Fragment, bullets, fragment, number, paragraph, span, table
from third_pillar.briefing.numbers import phrase_count
from third_pillar.briefing.words import STAGE_LABELS, candidate, horizon, sentence_start
from third_pillar.vocabulary.codes import STAGES, Verdict

_SHOWN = 6


def compose_outlook(case: Case) -> Fragment:
    """The smallest additions that would change the verdict, and what to watch."""
    return fragment(
        paragraph(_needed(case)),
        _shortfalls(case),
        paragraph("What would move the verdict, and where it would show:"),
        bullets(_indicators(case)),
    )


def _needed(case: Case) -> Markup:
    iso3 = case.results.candidate
    lacking = []
    for stage in STAGES:
        metric = case.find_metric(f"breadth_shortfall({iso3}, {stage}, horizon)")
        if metric is not None and isinstance(metric.value, float):
            lacking.append((metric.value, stage, metric))
    wanted = case.results.specification.stages_needed
    cheapest = sorted(lacking, key=lambda entry: entry[0])[:wanted]
    missing = [entry for entry in cheapest if entry[0] > 0]
    if not missing:
        return Markup("{} already reaches the threshold at {} stages.").format(
            sentence_start(candidate(case)), phrase_count(wanted)
        )
    parts = [
        Markup("{} at the {} stage").format(number(metric), stage.value)
        for _, stage, metric in missing
    ]
    return Markup(
        "The smallest additions that would make {} a pillar by breadth at the end of {}: {}. They "
        "must be running by then, not announced."
    ).format(candidate(case), horizon(case), Markup(" and ").join(parts))


def _shortfalls(case: Case) -> Markup:
    iso3 = case.results.candidate
    rows = []
    for stage in STAGES:
        short = case.find_metric(f"breadth_shortfall({iso3}, {stage}, horizon)")
        rows.append(
            (
                STAGE_LABELS[stage],
                number(case.find_metric(f"stage_capacity({iso3}, {stage}, horizon)"), unit=False),
                number(short, unit=False) + span(short),
            )
        )
    return table(
        ("Stage", "Capacity then, t of magnets a year", "Lacking, t (10th to 90th percentile)"),
        rows,
        caption="What each stage lacks to reach the threshold",
    )


def _indicators(case: Case) -> list[Markup]:
    said = [
        Markup("{}: {}.").format(gap.what, _sought(gap.sought))
        for gap in case.gaps
        if gap.country == case.results.candidate and gap.stand_in is None
    ][:_SHOWN]
    near = [
        (abs(verdict.value or 0), claim_id, verdict)
        for claim_id, verdict in case.verdicts.items()
        if verdict.value is not None
        and verdict.verdict in {Verdict.PARTLY_SUPPORTED, Verdict.NOT_SUPPORTED}
    ]
    for _, claim_id, verdict in sorted(near, key=lambda entry: entry[1])[:_SHOWN]:
        said.append(
            Markup("{} ({}): it flips if {}.").format(claim_id, verdict.verdict, verdict.flips_if)
        )
    return said


def _sought(sought: str) -> str:
    return f"sought in {sought}" if sought else "not found"
