"""What was not known on the day asked is not seen, and what nobody knows is not guessed."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from third_pillar.model.window import ControlStatus
from third_pillar.vocabulary.codes import Verdict

JANUARY = "2026-01-15"
OCTOBER_2025 = ["CTL-2025-56", "CTL-2025-57", "CTL-2025-61", "CTL-2025-62"]


@pytest.fixture
def january(case_of):
    return case_of(as_of=JANUARY)


def _status(case):
    return case.results.suspension.controls.set_index("control_id")["status"]


def test_no_row_of_later_date_is_seen(january):
    day = pd.Timestamp(JANUARY)
    for name in ("policy_events", "projects", "mine_production", "magnet_demand", "trade_monthly"):
        assert (january.results.evidence.table(name)["known_from"] <= day).all(), name
    assert "E54" not in set(january.results.suspension.events["event_id"])


def test_an_event_of_may_2026_settles_nothing_in_january(january, india):
    """The Quad framework bears out C22 and C23 once it is on record, and not before."""
    assert "E54" in india.settled["C22"].rests_on
    assert january.settled["C22"].rests_on == ("E08", "E28")
    assert "E54 comes on record" in january.settled["C22"].flips_if
    assert january.settled["C23"].verdict is Verdict.CANNOT_BE_TESTED_YET
    assert india.settled["C23"].verdict is Verdict.PARTLY_SUPPORTED


def test_the_newest_edition_of_the_day_is_read(january, india):
    """Before February 2026 the mine output on record ends with 2024."""
    assert "mine_share(IND, 2024)" in january.metrics
    assert "mine_share(IND, 2025)" not in january.metrics
    assert "mine_share(IND, 2025)" in india.metrics
    assert january.settled["C01"].verdict is Verdict.CANNOT_BE_TESTED_YET
    assert "not on record on 15 January 2026" in january.settled["C01"].reason


def test_inside_the_window_the_controls_are_suspended_and_the_clock_runs(january):
    assert set(_status(january)[OCTOBER_2025]) == {ControlStatus.SUSPENDED}
    window = january.results.suspension.window
    assert (window.opens, window.closes) == (dt.date(2025, 11, 7), dt.date(2026, 11, 10))
    assert window.days_left == 299
    assert window.is_outcome_known


@pytest.mark.parametrize("as_of", ["2026-11-11", "data"])
def test_after_the_announced_end_nobody_says_what_holds(case_of, as_of):
    """No record says what followed: neither in force nor still suspended."""
    case = case_of(as_of=as_of)
    assert set(_status(case)[OCTOBER_2025]) == {ControlStatus.UNKNOWN}
    assert not case.results.suspension.window.is_outcome_known
    assert case.results.suspension.window.days_left < 0


def test_a_record_of_what_followed_settles_it(results_with):
    """One dated row and the status is known from its day on."""

    def settle(table):
        hit = table["control_id"].isin(OCTOBER_2025)
        table.loc[hit, "outcome"] = ControlStatus.IN_FORCE.value
        table.loc[hit, "outcome_from"] = pd.Timestamp("2026-11-11")
        return table

    suspension = results_with(export_controls=settle).suspension
    status = suspension.controls.set_index("control_id")["status"]
    assert set(status[OCTOBER_2025]) == {ControlStatus.IN_FORCE}
    assert suspension.window.is_outcome_known


def test_the_licences_of_april_2025_were_never_suspended(january, india):
    for case in (january, india):
        assert _status(case)["CTL-2025-18"] == ControlStatus.IN_FORCE


def test_only_rare_earth_controls_are_in_the_window(india):
    """Superhard materials, batteries and gallium have dates of their own."""
    assert not {"CTL-2025-55", "CTL-2025-58", "CTL-2024-46-2"} & set(_status(india).index)


def test_the_first_day_the_package_answers_for_is_answered(case_of, india):
    """On the package's own first date every table the question needs has rows."""
    first = case_of(as_of="2025-12-31")
    assert set(first.settled) == set(india.settled)
    assert first.results.suspension.window.days_left == 314


def test_the_horizon_is_seen_from_the_day(january, india):
    """Today's plants are today's: January has no more on stream than November."""
    earlier, later = (case.results.now for case in (january, india))
    assert earlier.label == "January 2026"
    assert earlier.capacity.at < later.capacity.at
