"""Controls by date: what binds on a day, and what nobody can say yet."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.model.window import ControlStatus, assess_control_status, assess_window

EFFECTIVE = dt.date(2025, 10, 9)
OPENS = dt.date(2025, 11, 7)
CLOSES = dt.date(2026, 11, 10)


def _control(**changes):
    control = {
        "control_id": "CTL",
        "effective_from": EFFECTIVE,
        "suspended_from": OPENS,
        "suspended_to": CLOSES,
        "outcome": "",
        "outcome_from": None,
    }
    return pd.DataFrame([{**control, **changes}])


def _status(on, **changes):
    return assess_control_status(_control(**changes), on=on)["status"].iloc[0]


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (dt.date(2025, 10, 8), ControlStatus.NOT_YET),
        (dt.date(2025, 10, 9), ControlStatus.IN_FORCE),
        (dt.date(2025, 11, 6), ControlStatus.IN_FORCE),
        (dt.date(2025, 11, 7), ControlStatus.SUSPENDED),
        (dt.date(2026, 11, 10), ControlStatus.SUSPENDED),
        (dt.date(2026, 11, 11), ControlStatus.UNKNOWN),
        (dt.date(2030, 1, 1), ControlStatus.UNKNOWN),
    ],
)
def test_a_control_through_its_suspension_day_by_day(day, status):
    """First and last day belong to it; after the announced end the status is not known."""
    assert _status(day) == status


@pytest.mark.parametrize("outcome", [ControlStatus.IN_FORCE, ControlStatus.SUSPENDED])
def test_a_record_settles_what_followed_from_its_own_day_on(outcome):
    """Known from the record's date, still not known in the days between."""
    record = {"outcome": outcome.value, "outcome_from": dt.date(2026, 11, 20)}
    assert _status(dt.date(2026, 11, 19), **record) == ControlStatus.UNKNOWN
    assert _status(dt.date(2026, 11, 20), **record) == outcome
    assert _status(dt.date(2026, 11, 10), **record) == ControlStatus.SUSPENDED


def test_a_control_never_suspended_stays_in_force():
    """The licences of April 2025 have no end."""
    never = {"suspended_from": None, "suspended_to": None}
    assert _status(dt.date(2025, 10, 9), **never) == ControlStatus.IN_FORCE
    assert _status(dt.date(2040, 1, 1), **never) == ControlStatus.IN_FORCE


def test_a_suspension_without_an_announced_end_still_suspends():
    assert _status(dt.date(2026, 1, 1), suspended_to=None) == ControlStatus.SUSPENDED


def test_a_control_suspended_before_its_start_never_came_into_force():
    late = {"effective_from": dt.date(2025, 11, 8)}
    assert _status(dt.date(2025, 11, 6), **late) == ControlStatus.NOT_YET
    assert _status(dt.date(2025, 11, 8), **late) == ControlStatus.SUSPENDED


def test_a_control_without_a_date_is_not_yet_in_force():
    dates = {"effective_from": pd.NaT, "suspended_from": pd.NaT, "suspended_to": pd.NaT}
    assert _status(dt.date(2030, 1, 1), **dates) == ControlStatus.NOT_YET


@given(st.dates(OPENS, dt.date(2030, 1, 1)))
def test_the_clock_counts_days_to_the_announced_end(day):
    """One day less a day; below zero after it, when no record says what followed."""
    window = assess_window(_control(), on=day)
    assert (window.opens, window.closes) == (OPENS, CLOSES)
    assert day + dt.timedelta(days=window.days_left) == CLOSES
    assert window.is_outcome_known == (day <= CLOSES)


def test_the_window_spans_all_controls_suspended_together():
    """It opens with the first and closes with the last; controls never suspended stay out."""
    controls = pd.concat(
        [
            _control(suspended_from=dt.date(2025, 11, 9)),
            _control(suspended_to=dt.date(2026, 11, 27)),
            _control(suspended_from=None, suspended_to=None),
        ]
    )
    window = assess_window(controls, on=dt.date(2026, 11, 26))
    assert (window.opens, window.closes, window.days_left) == (OPENS, dt.date(2026, 11, 27), 1)


def test_one_control_of_unknown_fate_leaves_the_outcome_not_known():
    settled = {"outcome": "in force", "outcome_from": dt.date(2026, 11, 12)}
    after = dt.date(2026, 11, 20)
    assert assess_window(_control(**settled), on=after).is_outcome_known
    both = pd.concat([_control(**settled), _control()])
    assert not assess_window(both, on=after).is_outcome_known


def test_a_window_of_controls_never_suspended_is_refused():
    never = _control(suspended_from=None, suspended_to=None)
    with pytest.raises(ValueError, match="ever suspended"):
        assess_window(never, on=OPENS)
