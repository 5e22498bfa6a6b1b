"""The event study in words: what the interval allows to say, and no more."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.event_study import (
    BEFORE,
    DROPPED,
    FULL,
    LATER,
    ONSET,
    PHASES,
    ROUND,
    SUSPENSION,
    WEIGHED,
)
from third_pillar.briefing.markup import Fragment, fragment, number, paragraph, span, table
from third_pillar.briefing.network import find_number
from third_pillar.briefing.numbers import phrase_count, show_number
from third_pillar.briefing.words import sentence_start
from third_pillar.model.interruption import Change, Interruption, Phase
from third_pillar.vocabulary.findings import Metric

PHASE_LABELS = {
    ONSET: "First three months of the licences",
    LATER: "After them, to the next announcement",
    ROUND: "October round, before its suspension",
    SUSPENSION: "Since the suspension",
}


def phrase_change(metric: Metric) -> Markup:
    """What an interval allows to say of a change: a direction, or that none can be told."""
    if not isinstance(metric.value, int | float) or metric.low is None or metric.high is None:
        return Markup("are not known")
    ends = (show_signed(metric.low), show_signed(metric.high))
    if metric.low <= 0 <= metric.high:
        return Markup("cannot be told from the course before ({}, 95 % interval {} to {})").format(
            number(metric, signed=True), *ends
        )
    return Markup("{}: {} against the course before (95 % interval {} to {})").format(
        "fell" if metric.value < 0 else "rose", number(metric, signed=True), *ends
    )


def show_signed(value: float) -> str:
    """A percentage with its sign."""
    return show_number(value, "%", signed=True)


def compose_export_study(case: Case) -> Fragment:
    """The event study in full: changes, diagnostics, placebos, destinations."""
    study = case.results.export_study
    return fragment(
        paragraph(*_course_sentences(case)),
        _variants_table(case),
        paragraph(*_diagnostic_sentences(case)),
        paragraph(
            "Four things are mixed in each change: orders brought forward, licences that come "
            "with a lag, goods sent through third countries, and events of the same weeks. It is "
            "the change of the flow, not the effect of one measure alone."
        ),
        _destinations_table(case) if study.destinations else Markup(""),
        paragraph(*_us_sentences(case)),
    )


def _course_sentences(case: Case) -> list[Markup]:
    trend = find_number(case, "export_trend()")
    later, contrast = (
        find_number(case, f"{name}({LATER})") for name in ("export_change", "export_contrast")
    )
    said = []
    if trend is not None and trend.low is not None and trend.high is not None:
        is_flat = trend.low <= 0 <= trend.high
        said.append(
            Markup("Before the first event exports {} ({} a month, interval {} to {}).").format(
                "had no trend that the months on record can tell" if is_flat else "had a trend",
                number(trend, signed=True, unit=False) + Markup("&nbsp;%"),
                show_signed(trend.low), show_signed(trend.high),
            )
        )  # fmt: skip
    if later is not None and contrast is not None:
        said.append(
            Markup("In the months after the onset they {}; against the onset that is {}{}.").format(
                phrase_change(later), number(contrast, signed=True), span(contrast)
            )
        )
    return said


def _variants_table(case: Case) -> Markup:
    study = case.results.export_study
    if not study.phases:
        return Markup("")
    names = (WEIGHED, DROPPED, FULL)
    rows = []
    for phase in PHASES:
        if phase in study.phases:
            cells = [_cell(study.variants[name], phase) for name in names]
            rows.append((PHASE_LABELS[phase], _span_of(study.phases[phase]), *cells))
    extent = [
        f"{study.variants[n].points} points, {study.variants[n].points_before} before"
        for n in names
    ]
    rows.append(("Months used", "–", *extent))
    return table(
        ("Phase", "Months", *(name.capitalize() for name in names)),
        rows,
        caption=(
            "Change against the course before the licences, percent, with 95 % interval; with "
            "derived months left out the course is a level without trend"
        ),
    )


def _cell(study: Interruption, phase: str) -> str:
    if not study.is_estimable:
        return f"not estimable: {study.reason}"
    change = study.change(phase)
    if not change.is_estimable:
        noun = "point" if change.points == 1 else "points"
        return f"not estimable: {change.points} {noun}"
    return _interval(change)


def _interval(change: Change) -> str:
    assert change.percent is not None  # noqa: S101  estimable changes have all three
    assert change.low is not None  # noqa: S101
    assert change.high is not None  # noqa: S101
    return (
        f"{show_signed(change.percent)} ({show_signed(change.low)} to {show_signed(change.high)})"
    )


def _diagnostic_sentences(case: Case) -> list[str]:
    study = case.results.export_study
    headline = study.headline
    if not headline.is_estimable:
        return [f"Not estimable: {headline.reason}."]
    month, residual = headline.largest_residual
    said = [
        (
            f"Residuals: the worst fitted month is {show_month(month)}, {abs(residual):.1f} "
            f"deviations {'below' if residual < 0 else 'above'}; neighbouring residuals correlate "
            f"by {show_number(headline.autocorrelation, '')}. No season is modelled"
            f"{_season_reason(case)}."
        )
    ]
    if study.placebos:
        told = sum(placebo.is_told_apart for placebo in study.placebos)
        largest = max(study.placebos, key=lambda placebo: abs(placebo.percent or 0.0))
        count = len(study.placebos)
        noun = "month" if count == 1 else "months"
        said.append(
            f"Placebo events in {phrase_count(count)} {noun} before the first real one: "
            f"{phrase_count(told)} told apart from no change, the largest {_interval(largest)}."
        )
    return said


def _season_reason(case: Case) -> str:
    """Why there is no season, where the months before the first event show why."""
    world, first = case.results.exports.world, case.results.export_study.phases[ONSET].first
    seen = [str(month)[5:] for month in world["month"] if str(month) < first]
    if len(set(seen)) < len(seen):
        return ""
    return ": no calendar month occurs twice before the first event"


def _destinations_table(case: Case) -> Markup:
    study = case.results.export_study
    rows = [
        (
            sentence_start(case.results.evidence.country_name(one.iso3)),
            str(one.points),
            f"{one.before}, {one.derived_before} derived"
            if one.derived_before
            else str(one.before),
            one.reason or "not estimated",
        )
        for one in study.destinations
    ]
    return table(
        ("Destination", "Months on record", "Before the licences", "Effect"),
        rows,
        caption="What the months on record carry by destination",
    )


def _us_sentences(case: Case) -> list[Markup]:
    means = [
        find_number(case, f"destination_exports(USA, {p})") for p in (BEFORE, ONSET, SUSPENSION)
    ]
    if means[0] is None or means[1] is None:
        return []
    said = Markup(
        "Described only, not estimated: to the United States China shipped {} on average in the "
        "months on record before the licences, {} in the first three months of them"
    ).format(number(means[0]), number(means[1]))  # fmt: skip
    if means[2] is not None:
        said += Markup(", and {} since the suspension").format(number(means[2]))
    return [said + Markup(".")]


def show_month(month: str) -> str:
    """A month in words, such as April 2025."""
    years, months = int(month[:4]), int(month[5:])
    return f"{_MONTHS[months - 1]} {years}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _span_of(phase: Phase) -> str:
    first, last = show_month(phase.first), show_month(phase.last)
    return first if first == last else f"{first} to {last}"
