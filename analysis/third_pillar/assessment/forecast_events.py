"""Forecasts about events and controls, settled by the tables that record them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from third_pillar.assessment.forecast_outcomes import EVENT_HAPPENS, NO, OPEN, YES, Settled
from third_pillar.evidence import Evidence
from third_pillar.model.window import ControlStatus, assess_control_status


def settle_event(row: Mapping[str, str], evidence: Evidence) -> Settled:
    """One forecast about an event or a control against the record as of a day.

    Args:
        row: The forecast; its subject is country and kind ("IND:scheme"), or a control.
        evidence: The data package as of the day asked.

    Method:
        §4.11 of docs/methods.md.
    """
    by = dt.date.fromisoformat(row["by"])
    settle = _settle_event if row["rule"] == EVENT_HAPPENS else _settle_control
    return Settled(row, *settle(row, by, evidence))


def _settle_event(row: Mapping[str, str], by: dt.date, evidence: Evidence) -> tuple[str, str]:
    country, _, kind = row["subject"].partition(":")
    events = evidence.table("policy_events")
    made, last = pd.Timestamp(row["made_on"]), pd.Timestamp(by)
    is_of_country = events["countries"].map(lambda cell: country in str(cell).split(";"))
    inside = (events["date"] > made) & (events["date"] <= last)
    # What is scheduled has not happened: it counts once it is known on its day or after.
    has_come = events["date"] <= pd.Timestamp(evidence.as_of)
    found = events[is_of_country & (events["kind"] == kind) & inside & has_come]
    if len(found):
        first = found.sort_values(["date", "event_id"], kind="stable").iloc[0]
        return YES, f"{first['event_id']}: {first['event']}"
    if evidence.as_of > by and bool((events["known_from"] > last).any()):
        return NO, "the record goes on after that day and has no such event"
    return OPEN, "no such event is on record"


def _settle_control(row: Mapping[str, str], by: dt.date, evidence: Evidence) -> tuple[str, str]:
    controls = evidence.table("export_controls")
    found = controls[controls["control_id"] == row["subject"]]
    if found.empty or evidence.as_of <= by:
        return OPEN, "the day has not come" if len(found) else "no such control is on record"
    status = str(assess_control_status(found, on=by)["status"].iloc[0])
    said = f"{row['subject']} is {status} on {by.isoformat()}"
    if status == ControlStatus.UNKNOWN:
        return OPEN, said
    return (YES if status == ControlStatus.IN_FORCE else NO), said
