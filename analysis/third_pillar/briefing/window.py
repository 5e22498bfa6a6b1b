"""The window: which controls bind, what left China, what happened."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.trade import MagnetExports
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, number, paragraph, table
from third_pillar.briefing.numbers import phrase_list
from third_pillar.briefing.words import candidate, day, phrase_date, phrase_supposed, sources_note
from third_pillar.figures.window import Mark, draw_export_months
from third_pillar.model.window import ControlStatus

_RECENT = 12


def compose_window(case: Case) -> Fragment:
    """The state of the controls on the day asked, and the dated events that bear on the case."""
    return fragment(
        paragraph(*_clock(case)),
        _controls_table(case),
        paragraph(*_exports(case)),
        _events_table(case),
    )


def _clock(case: Case) -> list[str | Markup]:
    suspension = case.results.suspension
    asked, supposed = case.results.question.as_of, phrase_supposed(case)
    in_force = suspension.controls[suspension.controls["status"] == ControlStatus.IN_FORCE]
    said: list[str | Markup] = []
    if suspension.window is None:
        said.append(f"On {day(asked)} no suspension of China's rare-earth controls was on record.")
    else:
        window = suspension.window
        tense = "runs" if window.days_left >= 0 else "was announced to run"
        by = f"by {supposed}, not by the record, " if supposed and window.days_left >= 0 else ""
        said.append(
            f"China suspended the rare-earth controls it announced in October 2025 on "
            f"{day(window.opens)}; {by}the suspension {tense} to {day(window.closes)}."
        )
        if window.days_left >= 0:
            said.append(f"On {day(asked)} that left {window.days_left} days.")
        elif not window.is_outcome_known:
            said.append(
                "No record of what followed was found, so their status is given as not known: "
                "an announced end is not an observed one."
            )
    if supposed and suspension.window is not None and suspension.window.days_left < 0:
        said.append(f"What follows on the controls is what {supposed} supposes, not the record:")
    said.append(
        f"{len(in_force)} of {len(suspension.controls)} rare-earth controls on record were in "
        f"force on {day(asked)}{phrase_standing(case)}."
    )
    return said


def phrase_standing(case: Case) -> str:
    """The oldest control in force that was never suspended, as a clause; empty if none is."""
    controls = case.results.suspension.controls
    standing = controls[
        (controls["status"] == ControlStatus.IN_FORCE) & controls["suspended_from"].isna()
    ]
    if standing.empty:
        return ""
    oldest = standing.sort_values("effective_from", kind="stable").iloc[0]
    month = pd.Timestamp(oldest["effective_from"]).strftime("%B %Y")
    return f", among them {oldest['label']}, in effect since {month} and never suspended"


def _controls_table(case: Case) -> Markup:
    asked = case.results.question.as_of
    controls, supposed = case.results.suspension.controls, phrase_supposed(case)
    rows = [
        (
            str(row["label"]),
            str(row["scope"]),
            _date(row["effective_from"]),
            f"{_date(row['suspended_from'])} to {_date(row['suspended_to'])}"
            if pd.notna(row["suspended_from"])
            else "never",
            Markup('<span class="status">{}</span>').format(row["status"]),
        )
        for row in controls.to_dict("records")
    ]
    return table(
        ("Control", "Covers", "In effect from", "Suspended", f"Status on {day(asked)}"),
        rows,
        caption="China's export controls on rare earths, by announcement"
        + (f", as {supposed} has them" if supposed else ""),
    )


def _date(value: object) -> str:
    return "–" if value is None or pd.isna(value) else str(pd.Timestamp(value).date())  # type: ignore[arg-type,call-overload]  # a date or missing


def _exports(case: Case) -> list[str | Markup]:
    means = [m for name, m in case.metrics.items() if name.startswith("magnet_exports_mean(")]
    change = next(
        (m for name, m in case.metrics.items() if name.startswith("magnet_exports_change(")), None
    )
    if not means or change is None:
        return []
    ordered = sorted(means, key=lambda metric: metric.period)
    spans = tuple(
        str(Markup("{} from {}").format(number(metric), _span_words(metric.period)))
        for metric in ordered
    )
    listed = Markup(phrase_list(spans))  # noqa: S704  each part is escaped markup already
    return [
        Markup("China shipped rare-earth magnets at this mean of the months on record: {}.").format(
            listed
        ),
        _left_between(case, [metric.period for metric in ordered]),
        Markup("From the first span to the last the mean changed by {}.").format(
            number(change, signed=True)
        ),
        (
            "Licensing, orders brought forward and the suspension overlap, so the change is not "
            "the effect of any one of them."
        ),
    ]


def _left_between(case: Case, periods: list[str]) -> str:
    """Months on record that lie in no span, and why: a month of change belongs to neither side."""
    spans = [period.split(" to ") for period in periods]
    months = [str(month) for month in case.results.exports.world["month"]]
    outside = [m for m in months if not any(first <= m <= last for first, last in spans)]
    if not outside:
        return ""
    window = case.results.suspension.window
    opens = "" if window is None else window.opens.isoformat()[:7]
    named = tuple(
        _span_words(month) + (", in which the suspension began," if month == opens else "")
        for month in outside
    )
    verb = "is" if len(outside) == 1 else "are"
    return f"{phrase_list(named)} {verb} on record but in none of these spans."


def _span_words(period: str) -> str:
    """Months in words: "2024-05 to 2025-03" becomes "May 2024 to March 2025"."""
    return " to ".join(pd.Period(month).strftime("%B %Y") for month in period.split(" to "))


def _events_table(case: Case) -> Markup:
    events = case.results.suspension.events.tail(_RECENT)
    rows = [
        (
            phrase_date(row["date"], row["date_precision"]),
            str(row["event"]),
            "no effect stated" if row["effect"] == "None" else str(row["effect"]),
            str(row["status"]),
        )
        for row in events.iloc[::-1].to_dict("records")
    ]
    return table(
        ("Date", "Event", "Effect", "Status"),
        [tuple(cell or "–" for cell in row) for row in rows],
        caption=f"Latest and scheduled events on China's controls and on {candidate(case)}",
    )


def show_exports(case: Case) -> Exhibit:
    """China's monthly exports of rare-earth magnets with the controls marked."""
    exports, suspension = case.results.exports, case.results.suspension
    world = exports.world
    months = [str(month) for month in world["month"]]
    figure = draw_export_months(
        months,
        [float(value) for value in world["value"]],
        is_derived=[basis == "derived" for basis in world["basis"]],
        marks=_marks(suspension.controls, months),
        band=None
        if suspension.window is None
        else (suspension.window.opens, suspension.window.closes),
        band_label="suspension",
    )
    low = _lowest(world)
    sources = tuple(dict.fromkeys(str(source) for source in world["source_id"]))
    return Exhibit(
        id="fig-exports",
        title=_exports_title(world),
        note=Markup(
            "Tonnes a month, line 85051110 of the Chinese tariff (rare-earth magnets), all "
            "destinations. Hatched months are derived from a percentage in a report. {}{}"
        ).format(_missing_note(exports), sources_note(case, sources)),
        alt=(
            f"Bars of China's monthly magnet exports from {months[0]} to {months[-1]}; the lowest "
            f"is {float(low['value']):,.0f} tonnes in {low['month']}, the latest "
            f"{float(world['value'].iloc[-1]):,.0f} tonnes."
        ),
        figure=figure,
        columns=("Month", "Tonnes", "Basis"),
        rows=[
            (str(month), float(value), str(basis))
            for month, value, basis in zip(
                world["month"], world["value"], world["basis"], strict=True
            )
        ],
        source_ids=sources,
    )


def _lowest(world: pd.DataFrame) -> pd.Series:
    return world.iloc[int(world["value"].argmin())]


def _exports_title(world: pd.DataFrame) -> str:
    low, last = _lowest(world), world.iloc[-1]
    month = pd.Period(str(low["month"])).strftime("%B %Y")
    latest = pd.Period(str(last["month"])).strftime("%B %Y")
    return (
        f"China's magnet exports fell to {float(low['value']):,.0f} t in {month}; in {latest} "
        f"they stood at {float(last['value']):,.0f} t"
    )


def _missing_note(exports: MagnetExports) -> str:
    if not exports.missing_months:
        return ""
    return f"Not on record, left empty: {', '.join(exports.missing_months)}. "


def _marks(controls: pd.DataFrame, months: list[str]) -> list[Mark]:
    dates = [
        pd.Timestamp(value).date()
        for value, status in zip(controls["announced"], controls["status"], strict=True)
        if pd.notna(value) and status
    ]
    first, last = months[0], months[-1]
    inside = sorted({date for date in dates if first <= date.isoformat()[:7] <= last})
    return [Mark(date, f"controls of<br>{_month(date)}") for date in inside[:2]]


def _month(date: dt.date) -> str:
    return f"{date:%b %Y}"
