"""Which export controls bind on a given day, and how long the suspension still runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd


class ControlStatus(StrEnum):
    """State of one control on one day."""

    NOT_YET = "not yet in force"
    IN_FORCE = "in force"
    SUSPENDED = "suspended"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Window:
    """The suspension as a clock.

    Attributes:
        opens: First day of the suspension.
        closes: Last day it was announced to run.
        days_left: Days from the date asked to `closes`; negative once it has passed.
        is_outcome_known: Whether a dated record says what followed.
    """

    opens: dt.date
    closes: dt.date
    days_left: int
    is_outcome_known: bool


def assess_control_status(controls: pd.DataFrame, *, on: dt.date) -> pd.DataFrame:
    """Status of every control on one day.

    Args:
        controls: One row per `control_id` with dates `effective_from`, `suspended_from`,
            `suspended_to` (missing = never), `outcome_from` (date from which a record says
            what followed the suspension, missing = no record) and `outcome` (a status).
        on: The day.

    Returns:
        The rows with a column `status`. After a suspension's last day the status is not
        known unless a record says so: an announced end is not an observed one.

    Method:
        §4.1 of docs/methods.md.
    """
    status = [_status_on(row, on) for row in controls.to_dict("records")]
    return controls.assign(status=status)


def _status_on(control: Mapping[Hashable, object], on: dt.date) -> str:
    suspended_from, suspended_to = _day(control["suspended_from"]), _day(control["suspended_to"])
    effective_from = _day(control["effective_from"])
    if suspended_from is not None and on >= suspended_from:
        if suspended_to is None or on <= suspended_to:
            return ControlStatus.SUSPENDED
        outcome_from = _day(control.get("outcome_from"))
        if outcome_from is not None and on >= outcome_from:
            return ControlStatus(str(control["outcome"]))
        return ControlStatus.UNKNOWN
    if effective_from is None or on < effective_from:
        return ControlStatus.NOT_YET
    return ControlStatus.IN_FORCE


def _day(value: object) -> dt.date | None:
    if value is None or pd.isna(value):  # type: ignore[call-overload]  # any scalar may come
        return None
    return pd.Timestamp(value).date()  # type: ignore[arg-type]  # checked above


def assess_window(controls: pd.DataFrame, *, on: dt.date) -> Window:
    """The suspension window seen from one day.

    Args:
        controls: As for `assess_control_status`, restricted to the controls suspended together.
        on: The day.

    Raises:
        ValueError: No control in the table was suspended.

    Method:
        §4.1 of docs/methods.md.
    """
    suspended = controls.dropna(subset=["suspended_from", "suspended_to"])
    if suspended.empty:
        raise ValueError("no control in the table was ever suspended")
    opens = min(day for value in suspended["suspended_from"] if (day := _day(value)))
    closes = max(day for value in suspended["suspended_to"] if (day := _day(value)))
    after = assess_control_status(suspended, on=on)
    is_known = on <= closes or not (after["status"] == ControlStatus.UNKNOWN).any()
    return Window(opens, closes, (closes - on).days, is_known)
