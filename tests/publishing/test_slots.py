"""Promises about when a report is due: once a slot, whatever the clock does."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.publishing.slots import Timetable

UTC = dt.UTC


def slots(timetable: Timetable, start: str, end: str) -> list[str]:
    """Slots between two moments, as an hourly runner meets them, on the clock of the zone."""
    after = dt.datetime.fromisoformat(start).astimezone(UTC)
    now, last = after, dt.datetime.fromisoformat(end).astimezone(UTC)
    found = []
    while now <= last:
        due = timetable.due_slot(after, now)
        if due is not None:
            after = due[0]
            local = due[0].astimezone(ZoneInfo(timetable.zone))
            found.append(local.isoformat(timespec="minutes"))
        now += dt.timedelta(minutes=10)
    return found


@pytest.mark.parametrize(
    ("zone", "day", "gap", "offsets"),
    [
        ("Europe/Berlin", "2026-03-29", "03:00", ("+01:00", "+02:00")),
        ("America/New_York", "2026-03-08", "03:00", ("-05:00", "-04:00")),
    ],
)
def test_a_time_the_clock_skips_in_spring_falls_right_after_the_gap(
    zone: str, day: str, gap: str, offsets: tuple[str, str]
) -> None:
    """02:30 does not exist that night: the report is made once, at three."""
    date = dt.date.fromisoformat(day)
    before, after = date - dt.timedelta(days=1), date + dt.timedelta(days=1)
    found = slots(
        Timetable("30 2 * * *", zone),
        f"{before}T00:00{offsets[0]}",
        f"{after}T23:00{offsets[1]}",
    )
    assert found == [
        f"{before}T02:30{offsets[0]}",
        f"{day}T{gap}{offsets[1]}",
        f"{after}T02:30{offsets[1]}",
    ]


@pytest.mark.parametrize(
    ("zone", "day", "at", "offsets"),
    [
        ("Europe/Berlin", "2026-10-25", "02:30", ("+02:00", "+01:00")),
        ("America/New_York", "2026-11-01", "01:30", ("-04:00", "-05:00")),
    ],
)
def test_a_time_the_clock_strikes_twice_in_autumn_counts_once(
    zone: str, day: str, at: str, offsets: tuple[str, str]
) -> None:
    date = dt.date.fromisoformat(day)
    before, after = date - dt.timedelta(days=1), date + dt.timedelta(days=1)
    hour, minute = at.split(":")
    found = slots(
        Timetable(f"{minute} {int(hour)} * * *", zone),
        f"{before}T00:00{offsets[0]}",
        f"{after}T23:00{offsets[1]}",
    )
    assert found == [
        f"{before}T{at}{offsets[0]}",
        f"{day}T{at}{offsets[0]}",
        f"{after}T{at}{offsets[1]}",
    ]


@pytest.mark.parametrize(
    ("zone", "start", "hours"),
    [
        ("Europe/Berlin", "2026-10-25T00:00+02:00", 25),
        ("Europe/Berlin", "2026-03-29T00:00+01:00", 23),
        ("America/New_York", "2026-11-01T00:00-04:00", 25),
        ("America/New_York", "2026-03-08T00:00-05:00", 23),
    ],
)
def test_every_hour_goes_by_elapsed_time(zone: str, start: str, hours: int) -> None:
    """The long day has 25 slots and the short one 23."""
    first = dt.datetime.fromisoformat(start)
    end = (first + dt.timedelta(hours=hours)).isoformat()
    assert len(slots(Timetable("0 * * * *", zone), start, end)) == hours


def test_after_downtime_one_slot_is_due_and_the_others_are_counted() -> None:
    """A day, a month, a year and longer."""
    now = dt.datetime(2026, 11, 26, 12, tzinfo=UTC)
    daily = Timetable("0 6 * * *", "UTC")
    for days, expected in ((1, 0), (7, 6), (31, 30), (3650, 1_000)):
        slot, missed = daily.due_slot(now - dt.timedelta(days=days), now)
        assert (slot, missed) == (now.replace(hour=6), expected)
    yearly = Timetable("0 0 1 1 *", "UTC")
    assert yearly.due_slot(now - dt.timedelta(days=3650), now)[0].year == 2026
    leap = Timetable("0 0 29 2 *", "UTC")
    found = leap.due_slot(dt.datetime(2020, 1, 1, tzinfo=UTC), now)
    assert found is not None
    assert found[0].date() == dt.date(2024, 2, 29)


@given(
    minutes=st.integers(0, 60 * 24 * 40),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
    cron=st.sampled_from(["30 2 * * *", "*/20 * * * *", "0 6 * * MON", "15 1,2 * * *"]),
    start=st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2027, 1, 1)),  # noqa: DTZ001  made aware below
)
def test_a_slot_that_is_done_is_never_due_again(
    minutes: int, zone: str, cron: str, start: dt.datetime
) -> None:
    """And what is due lies after what was done and not in the future."""
    after = start.replace(tzinfo=UTC)
    now = after + dt.timedelta(minutes=minutes)
    timetable = Timetable(cron, zone)
    due = timetable.due_slot(after, now)
    if due is not None:
        assert after < due[0] <= now
        assert timetable.due_slot(due[0], now) is None
    assert timetable.next_slot(now) > now


@pytest.mark.parametrize(
    ("cron", "zone", "said"),
    [
        ("0 6 * *", "UTC", "five fields"),
        ("0 6 * * * *", "UTC", "five fields"),
        ("@daily", "UTC", "five fields"),
        ("60 6 * * *", "UTC", "bad minute"),
        ("0 6 * * FUNDAY", "UTC", "bad day-of-week"),
        ("0 0 31 2 *", "UTC", "day"),
        ("$(id) 6 * * *", "UTC", "bad minute"),
        ("0 6 * * *", "Europe/Berlni", "no such time zone"),
        ("0 6 * * *", "../../etc/passwd", "no such time zone"),
        ("0 6 * * *", "UTC\0", "no such time zone"),
        ("0 6 * * *", "", "no such time zone"),
    ],
)
def test_an_expression_or_zone_that_is_wrong_is_named(cron: str, zone: str, said: str) -> None:
    assert said in Timetable(cron, zone).check()
    assert Timetable("*/5 8-18 * * 1-5", "Asia/Kolkata").check() == ""
