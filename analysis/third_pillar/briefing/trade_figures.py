"""China's exports with the course expected without its controls."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.event_study import ONSET
from third_pillar.briefing.markup import Exhibit
from third_pillar.briefing.numbers import show_number
from third_pillar.briefing.trade_study import show_month
from third_pillar.briefing.window_figures import draw_timeline
from third_pillar.briefing.words import day, sources_note
from third_pillar.figures.trade import (
    Course,
    add_course,
)


def show_export_course(case: Case) -> Exhibit:
    """Monthly exports with the course expected without the controls, above the controls."""
    drawn, study = draw_timeline(case), case.results.export_study
    course = study.headline.course
    if study.headline.is_estimable:
        lines = {name: [float(v) for v in course[name]] for name in ("expected", "low", "high")}
        add_course(
            drawn.figure,
            Course([str(month) for month in course["month"]], **lines),
            first_event=study.phases[ONSET].first,
        )
    world = case.results.exports.world
    expected = dict(zip(course["month"], course["expected"], strict=True)) if len(course) else {}
    return Exhibit(
        id="fig-export-course",
        title=_course_title(case),
        note=Markup(
            "Above: tonnes a month of line 85051110 (China); hatched months are derived from a "
            "percentage, months not on record left empty. The dashed line continues the course "
            "before the first licences; its band is a 95 % interval (docs/methods.md §2.6). "
            "Below: China's controls by announcement, to {} (dotted line). {}"
        ).format(day(case.results.question.as_of), sources_note(case, drawn.source_ids)),
        alt=_course_alt(case),
        figure=drawn.figure,
        columns=("Month", "Exports, t", "Basis", "Expected without the controls, t"),
        rows=[
            (
                str(row["month"]), float(row["value"]), str(row["basis"]),
                round(expected[row["month"]]) if row["month"] in expected else "not estimable",
            )
            for row in world.to_dict("records")
        ],
        source_ids=drawn.source_ids,
    )  # fmt: skip


def _course_title(case: Case) -> str:
    study = case.results.export_study
    if not study.headline.is_estimable or not study.headline.change(ONSET).is_told_apart:
        return (
            "What China's licences did to its magnet exports cannot be told from the months on "
            "record"
        )
    onset = study.headline.change(ONSET)
    way = "fell" if (onset.percent or 0) < 0 else "rose"
    size = show_number(abs(onset.percent or 0.0), "%")
    others = [c for c in study.headline.changes if c.name != ONSET and c.is_estimable]
    later = (
        "; after them they cannot be told from the course before"
        if others and not any(change.is_told_apart for change in others)
        else ""
    )
    return (
        f"China's magnet exports {way} by {size} in the first three months of its licences{later}"
    )


def _course_alt(case: Case) -> str:
    world, course = case.results.exports.world, case.results.export_study.headline.course
    low = world.sort_values("value", kind="stable").iloc[0]
    said = (
        f"Bars of monthly exports from {show_month(str(world['month'].iloc[0]))} to "
        f"{show_month(str(world['month'].iloc[-1]))}; the lowest is {float(low['value']):,.0f} "
        f"tonnes in {show_month(str(low['month']))}"
    )
    if len(course):
        said += f"; about {float(course['expected'].iloc[-1]):,.0f} tonnes were to be expected"
    return f"{said}. Below them China's controls as spans of time."
