"""The suspension of China's controls as a window: what binds, how long, what arrives inside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from third_pillar.evidence import Evidence, FrozenFrame
from third_pillar.model.window import Window, assess_control_status, assess_window
from third_pillar.vocabulary.codes import CHINA


@dataclass(frozen=True, eq=False, kw_only=True)
class Suspension:
    """The window seen from the date asked.

    Attributes:
        controls: One row per control of `export_controls` with its `status` on the day.
        window: The clock of the controls suspended together, or nothing if none was by then.
        events: `policy_events` on record by the day that concern China's controls or the
            candidate, ascending by date.
    """

    controls: pd.DataFrame = FrozenFrame()  # type: ignore[assignment]  # noqa: RUF009  a descriptor: hands out frames
    window: Window | None
    events: pd.DataFrame = FrozenFrame()  # type: ignore[assignment]  # noqa: RUF009  same


def assess_suspension(
    evidence: Evidence, *, on: dt.date, candidate: str, subject: str
) -> Suspension:
    """State of the controls on a day and the events that bear on the candidate.

    Args:
        evidence: The data package as of that day.
        on: The day.
        candidate: The country put to the test.
        subject: The country the article is about; its events are left out when the candidate
            is another country.

    Method:
        §4.1 of docs/methods.md.
    """
    tables = ("export_controls", "policy_events")
    return evidence.remember(tables, _assess_suspension, on, candidate, subject)


def _assess_suspension(evidence: Evidence, on: dt.date, candidate: str, subject: str) -> Suspension:
    controls = evidence.table("export_controls")
    rare_earths = controls[controls["is_rare_earth"].astype(bool)]
    together = rare_earths.dropna(subset=["suspended_from"])
    together = together[together["suspended_from"].map(_day) <= on]
    events = evidence.table("policy_events").sort_values(["date", "event_id"], kind="stable")
    wanted = {candidate, CHINA}
    foreign = {subject} - {candidate}
    concerns = events["countries"].map(lambda cell: set(str(cell).split(";")))
    is_about = concerns.map(lambda found: bool(found & wanted) and not found & foreign)
    return Suspension(
        controls=assess_control_status(rare_earths, on=on),
        window=assess_window(together, on=on) if len(together) else None,
        events=events[is_about].reset_index(drop=True),
    )


def _day(value: object) -> dt.date:
    return pd.Timestamp(value).date()  # type: ignore[arg-type]  # rows without a date are dropped
