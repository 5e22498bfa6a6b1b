"""Figures of the window report: controls through time, capacity fans by stage."""

from __future__ import annotations

import datetime as dt
import textwrap
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.pipeline import (
    PATH_DRAWS,
    Fan,
    assess_fans,
    list_months,
)
from third_pillar.briefing.markup import (
    Exhibit,
)
from third_pillar.briefing.numbers import phrase_count, phrase_list
from third_pillar.briefing.words import (
    STAGE_LABELS,
    STAGE_NOUNS,
    candidate,
    country,
    day,
    horizon,
    is_on_record,
    phrase_supposed,
    sentence_start,
    sources_note,
)
from third_pillar.figures.timeline import FanBand, Span, draw_capacity_fans, draw_control_timeline
from third_pillar.model.window import ControlStatus, assess_control_status
from third_pillar.vocabulary.codes import STAGES, Stage


@dataclass(frozen=True)
class Timeline:
    """The drawn timeline, the rows behind it and their sources."""

    figure: Any
    rows: list[tuple[str, str, str, str]]
    source_ids: tuple[str, ...]


def draw_timeline(case: Case) -> Timeline:
    """Exports by month above the state of each control through time."""
    suspension, world = case.results.suspension, case.results.exports.world
    asked = case.results.question.as_of
    months = [str(month) for month in world["month"]]
    controls = suspension.controls.sort_values(["announced", "control_id"], kind="stable")
    spans = _spans(controls, first=_first_day(months), last=asked)
    labels = {str(c): _label(str(text)) for c, text in _pairs(controls)}
    figure = draw_control_timeline(
        months,
        [float(value) for value in world["value"]],
        is_derived=[basis == "derived" for basis in world["basis"]],
        controls=[labels[str(c)] for c in controls["control_id"] if _has(spans, str(c))],
        spans=[Span(labels[s.control], s.state, s.first, s.last) for s in spans],
        today=asked,
    )
    sources = tuple(
        dict.fromkeys([*map(str, world["source_id"]), *map(str, controls["source_id"])])
    )
    names = {str(c): str(text) for c, text in _pairs(controls)}
    rows = [(names[s.control], s.state, s.first.isoformat(), s.last.isoformat()) for s in spans]
    return Timeline(figure, rows, sources)


def show_control_timeline(case: Case) -> Exhibit:
    """Exports by month above the state of each control through time."""
    drawn = draw_timeline(case)
    return Exhibit(
        id="fig-timeline",
        title=_timeline_title(case),
        note=Markup(
            "Above: China's exports of rare-earth magnets, tonnes a month; hatched months are "
            "derived. Below: China's controls on rare earths by announcement, seen from {} "
            "(dotted line). {}"
        ).format(day(case.results.question.as_of), sources_note(case, drawn.source_ids)),
        alt="; ".join(f"{name}: {state} from {a} to {b}" for name, state, a, b in drawn.rows) + ".",
        figure=drawn.figure,
        columns=("Control", "State", "From", "To"),
        rows=drawn.rows,
        source_ids=drawn.source_ids,
    )


def _pairs(controls: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(controls["control_id"], controls["label"], strict=True))


def _label(text: str) -> str:
    short = text.replace("Announcement ", "No. ").replace("Export control list entries", "List")
    return "<br>".join(textwrap.wrap(short, 16))


def _has(spans: list[Span], control: str) -> bool:
    return any(one.control == control for one in spans)


def _first_day(months: list[str]) -> dt.date:
    return dt.date.fromisoformat(f"{months[0]}-01")


def _spans(controls: pd.DataFrame, *, first: dt.date, last: dt.date) -> list[Span]:
    """Runs of days with one state, by control; days before it is in force are left out."""
    dates = ("effective_from", "suspended_from", "suspended_to", "outcome_from")
    found = []
    for _, row in controls.iterrows():
        turns = {first, last}
        for name in dates:
            if name in row and pd.notna(row[name]):
                turn = pd.Timestamp(row[name]).date()
                turns |= {turn, turn + dt.timedelta(days=1)}
        inside = sorted(turn for turn in turns if first <= turn <= last)
        one = controls[controls["control_id"] == row["control_id"]].drop(columns="status")
        found += _runs(one, str(row["control_id"]), inside, last)
    return found


def _runs(control: pd.DataFrame, name: str, turns: list[dt.date], last: dt.date) -> list[Span]:
    runs: list[Span] = []
    for turn in turns:
        state = str(assess_control_status(control, on=turn)["status"].iloc[0])
        if runs:
            before = runs.pop()
            ends = turn if turn == last and before.state == state else turn - _ONE
            runs.append(Span(name, before.state, before.first, ends))
        if not runs or runs[-1].state != state:
            runs.append(Span(name, state, turn, last))
    return [run for run in runs if run.state != ControlStatus.NOT_YET and run.first <= run.last]


_ONE = dt.timedelta(days=1)


def _timeline_title(case: Case) -> str:
    controls = case.results.suspension.controls
    unknown = int((controls["status"] == ControlStatus.UNKNOWN).sum())
    in_force = int((controls["status"] == ControlStatus.IN_FORCE).sum())
    suspended = int((controls["status"] == ControlStatus.SUSPENDED).sum())
    parts = [
        f"{phrase_count(count)} {'was' if count == 1 else 'were'} {words}"
        for count, words in (
            (in_force, "in force"),
            (suspended, "suspended"),
            (unknown, "in a state not known"),
        )
        if count
    ]
    return (
        f"On {day(case.results.question.as_of)}, "
        + (f"by {supposed}, " if (supposed := phrase_supposed(case)) else "")
        + f"of China's {len(controls)} rare-earth controls on record, {phrase_list(tuple(parts))}"
    )


def show_candidate_fans(case: Case) -> Exhibit:
    """The candidate's capacity by month and stage, with the threshold of the breadth test."""
    results = case.results
    threshold = results.specification.threshold * float(results.horizon.need.tonnes.mean())
    return _fans(
        case,
        (results.candidate,),
        id_="fig-fans-candidate",
        role="candidate",
        threshold=threshold,
        title=_fans_title(case, assess_fans(results, (results.candidate,)), threshold),
        whose=candidate(case),
    )


def _fans_title(case: Case, fans: dict[Stage, Fan], threshold: float) -> str:
    if not is_on_record(case):
        return f"No capacity of {candidate(case)} is on record at any stage"
    reached = tuple(STAGE_NOUNS[s] for s, fan in fans.items() if fan.p50[-1] >= threshold)
    hoped = tuple(
        STAGE_NOUNS[s] for s, fan in fans.items() if fan.p90[-1] >= threshold > fan.p50[-1]
    )
    name, year = sentence_start(candidate(case)), horizon(case)
    share = f"{100 * case.results.specification.threshold:.0f} % of the pillars' need"
    if reached:
        return f"By the end of {year} {candidate(case)} reaches {share} at {phrase_list(reached)}"
    if hoped:
        return (
            f"{name} reaches {share} by the end of {year} only at the upper end, at "
            f"{phrase_list(hoped)}"
        )
    return f"{name} stays below {share} at every stage to the end of {year}"


def show_pillar_fans(case: Case) -> Exhibit:
    """The pillars' own capacity together, by month and stage."""
    rest = tuple(iso3 for iso3 in case.results.pillars if iso3 != case.results.candidate)
    members = rest or case.results.pillars
    whose = phrase_list(tuple(country(case, iso3) for iso3 in members))
    return _fans(
        case,
        members,
        id_="fig-fans-pillars",
        role="pillars",
        threshold=None,
        title=_pillars_title(case, assess_fans(case.results, members), whose),
        whose=whose,
    )


def show_fans_of(case: Case, members: tuple[str, ...], whose: str) -> Exhibit:
    """Capacity of several countries together, by month and stage."""
    return _fans(
        case,
        members,
        id_="fig-fans-pool",
        role="partners",
        threshold=None,
        title=_pillars_title(case, assess_fans(case.results, members), whose),
        whose=whose,
    )


def _pillars_title(case: Case, fans: dict[Stage, Fan], whose: str) -> str:
    magnets, year = fans.get(Stage.MAGNET), horizon(case)
    if magnets is None:
        return f"What {whose} can make of magnets to the end of {year} is not known"
    first, low, high = (
        round(line, -2) for line in (magnets.p50[0], magnets.p10[-1], magnets.p90[-1])
    )
    if magnets.p50[-1] <= _STILL * magnets.p50[0]:
        return (
            f"The magnet capacity of {whose}{'' if 'on record' in whose else ' on record'} stays "
            f"near {first:,.0f} t a year to the end of {year}"
        )
    return (
        f"The magnet capacity of {whose} grows from about {first:,.0f} t to "
        f"{low:,.0f}–{high:,.0f} t a year by the end of {year}"
    )


_STILL = 1.02
"""Growth of the median up to which capacity is said to stay."""


def _fans(
    case: Case,
    members: tuple[str, ...],
    *,
    id_: str,
    role: str,
    threshold: float | None,
    title: str,
    whose: str,
) -> Exhibit:
    fans = assess_fans(case.results, members)
    months = list_months(case.results.question.as_of, horizon(case))
    bands = [
        FanBand(STAGE_LABELS[stage], fan.p10, fan.p50, fan.p90, threshold)
        for stage, fan in fans.items()
    ]
    capacity = case.results.horizon.capacity
    sources = tuple(
        dict.fromkeys(
            source
            for iso3 in members
            for stage in fans
            for source in capacity.record(iso3, stage).source_ids
        )
    )
    return Exhibit(
        id=id_,
        title=title,
        note=Markup(
            "Tonnes of magnets a year that each stage allows, end of month; the band holds eight "
            "in ten of {:,} draws{}. {}Planned plants count by chance, delay and ramp "
            "(docs/methods.md §4). {}"
        ).format(
            min(PATH_DRAWS, case.results.draws.draws),
            "; dashed, the threshold of the breadth test" if threshold is not None else "",
            _left_out(case, fans),
            sources_note(case, sources),
        ),
        alt="; ".join(
            f"{whose}, {STAGE_LABELS[stage].lower()}: {_course(fan)}" for stage, fan in fans.items()
        )
        + ".",
        figure=draw_capacity_fans(months, bands, role=role),
        columns=("Stage", "Month", "P10, t", "Median, t", "P90, t"),
        rows=[
            (
                STAGE_LABELS[stage],
                month,
                *(round(line[n], 1) for line in (fan.p10, fan.p50, fan.p90)),
            )
            for stage, fan in fans.items()
            for n, month in enumerate(months)
        ],
        source_ids=sources,
    )


def _course(fan: Fan) -> str:
    if not any((*fan.p50, *fan.p90)):
        return "0 t throughout"
    return f"{fan.p50[0]:,.0f} t at first, {fan.p10[-1]:,.0f} to {fan.p90[-1]:,.0f} t at the end"


def _left_out(case: Case, fans: dict[Stage, Fan]) -> str:
    missing = [
        f"{STAGE_NOUNS[stage]} of {phrase_list(tuple(country(case, c) for c in fan.unknown))}"
        for stage, fan in fans.items()
        if fan.unknown
    ]
    absent = [STAGE_NOUNS[stage] for stage in STAGES if stage not in fans]
    said = [*missing, *absent]
    return f"Not known and left out: {phrase_list(tuple(said))}. " if said else ""
