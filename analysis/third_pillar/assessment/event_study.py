"""China's monthly magnet exports before and after the dated controls."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from third_pillar.assessment.suspension import Suspension
from third_pillar.assessment.trade import MagnetExports
from third_pillar.model.event_study import FEWEST_BEFORE, fit_interruptions, fit_placebos
from third_pillar.model.interruption import Change, Interruption, Phase

ONSET, LATER, ROUND, SUSPENSION = "onset", "later", "round", "suspension"
BEFORE = "before"
PHASES = (ONSET, LATER, ROUND, SUSPENSION)
_ONSET_MONTHS = 3
_HALF_MONTH = 15
_HALF = 0.5
WEIGHED = "derived months at half weight"
DROPPED = "derived months left out"
FULL = "derived months in full"


@dataclass(frozen=True)
class Destination:
    """What can be said of one destination.

    Attributes:
        iso3: The destination.
        points: Months on record.
        before: Months before the first event; `derived_before` of them derived.
        derived_before: Months before the first event that are derived.
        mean_before: Mean tonnes of those months, or nothing.
        mean_onset: Mean tonnes of the onset months on record, or nothing.
        mean_latest: Mean tonnes of the months since the suspension on record, or nothing.
        row_ids: Rows behind it.
        source_ids: Their sources.
    """

    iso3: str
    points: int
    before: int
    derived_before: int
    mean_before: float | None
    mean_onset: float | None
    mean_latest: float | None
    row_ids: tuple[str, ...]
    source_ids: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why no effect is estimated; every destination on record has too few months."""
        if self.before >= FEWEST_BEFORE:
            return ""
        noun = "point" if self.before == 1 else "points"
        return f"not estimable: {self.before} {noun} before the first event, {FEWEST_BEFORE} needed"


@dataclass(frozen=True)
class ExportStudy:
    """The event study of the world series.

    Attributes:
        phases: Name → months, cut at the dated events; absent where the event is not on record.
        variants: Treatment of derived months → the study; the first is the headline.
        placebos: Changes of events nobody decreed.
        destinations: One a destination with any month on record, most months first.
        row_ids: Rows of the world series.
        source_ids: Their sources.
    """

    phases: dict[str, Phase]
    variants: dict[str, Interruption]
    placebos: tuple[Change, ...]
    destinations: tuple[Destination, ...]
    row_ids: tuple[str, ...]
    source_ids: tuple[str, ...]

    @property
    def headline(self) -> Interruption:
        """Derived months at half weight, level and trend."""
        return self.variants[WEIGHED]


def assess_exports_study(exports: MagnetExports, suspension: Suspension) -> ExportStudy:
    """The study with dates from the table of controls; reasons where too little is on record.

    Method:
        §2.6 and §2.7 of docs/methods.md.
    """
    world = exports.world
    phases = cut_phases(suspension, last=str(world["month"].iloc[-1]))
    tonnes = {str(m): float(v) for m, v in zip(world["month"], world["value"], strict=True)}
    derived = {str(m) for m in world.loc[world["basis"] == "derived", "month"]}
    ordered = list(phases.values())
    first = ordered[0].first if ordered else "9999-12"
    half = dict.fromkeys(derived, _HALF)
    variants = {
        WEIGHED: _study(tonnes, ordered, half, has_trend=True),
        DROPPED: _study(tonnes, ordered, dict.fromkeys(derived, 0.0), has_trend=False),
        FULL: _study(tonnes, ordered, {}, has_trend=True),
    }
    return ExportStudy(
        phases,
        variants,
        fit_placebos(tonnes, first_event=first, length=_ONSET_MONTHS, weights=half)
        if ordered
        else (),
        _describe_destinations(exports.by_destination, phases),
        tuple(map(str, world["figure_id"])),
        tuple(dict.fromkeys(map(str, world["source_id"]))),
    )


def _study(
    tonnes: dict[str, float], phases: list[Phase], weights: dict[str, float], *, has_trend: bool
) -> Interruption:
    if not phases:
        return Interruption(len(tonnes), len(tonnes), "no control on record inside the series")
    return fit_interruptions(tonnes, phases, weights=weights, has_trend=has_trend)


def cut_phases(suspension: Suspension, *, last: str) -> dict[str, Phase]:
    """Phases between the dated controls, as far as the series reaches.

    The first licences come from the earliest control in effect, the second round from the
    announcement of what was suspended together, the suspension from its first day.
    """
    controls, window = suspension.controls, suspension.window
    effective = controls["effective_from"].dropna()
    if effective.empty:
        return {}
    start = _month_of(effective.min())
    later = _shift(start, _ONSET_MONTHS)
    cuts = [(ONSET, start), (LATER, later)]
    if window is not None:
        paused = controls[controls["suspended_from"].notna()]
        cuts += [
            (ROUND, _month_of(paused["announced"].min())),
            (SUSPENSION, _month_of(pd.Timestamp(window.opens))),
        ]
    ends = [_shift(month, -1) for _, month in cuts[1:]] + [last]
    return {
        name: Phase(name, month, min(end, last))
        for (name, month), end in zip(cuts, ends, strict=True)
        if month <= min(end, last)
    }


def _month_of(day: pd.Timestamp) -> str:
    """The month an event first marks: its own, or the next if it falls in the second half."""
    month = pd.Period(day, freq="M")
    return str(month + (1 if day.day > _HALF_MONTH else 0))


def _shift(month: str, months: int) -> str:
    return str(pd.Period(month, freq="M") + months)


def _describe_destinations(
    table: pd.DataFrame, phases: dict[str, Phase]
) -> tuple[Destination, ...]:
    found = []
    first = phases[ONSET].first if ONSET in phases else "9999-12"
    for iso3, rows in table.groupby("destination_iso3", sort=True):
        before = rows[rows["month"] < first]
        found.append(
            Destination(
                str(iso3),
                len(rows),
                len(before),
                int((before["basis"] == "derived").sum()),
                _mean(before),
                _mean_of(rows, phases.get(ONSET)),
                _mean_of(rows, phases.get(SUSPENSION)),
                tuple(map(str, rows["figure_id"])),
                tuple(dict.fromkeys(map(str, rows["source_id"]))),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.points, one.iso3)))


def _mean_of(rows: pd.DataFrame, phase: Phase | None) -> float | None:
    if phase is None:
        return None
    return _mean(rows[(rows["month"] >= phase.first) & (rows["month"] <= phase.last)])


def _mean(rows: pd.DataFrame) -> float | None:
    return float(rows["value"].mean()) if len(rows) else None
