"""Promises about freshness (§0.5): what is overdue is named, what follows events never is."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

from third_pillar.evidence import load_evidence
from third_pillar.evidence.freshness import assess_freshness
from toy import change_table

NEWEST = dt.date(2025, 1, 31)


@pytest.fixture
def monthly(toy_package):
    """A toy package whose mine output is expected in a rhythm of the test's own."""

    def expect(rhythm):
        path = toy_package / "data/datapackage.json"
        content = json.loads(path.read_text())
        for entry in content["resources"]:
            if entry["path"].endswith("mine_production.csv"):
                entry["rhythm"] = rhythm
        path.write_text(json.dumps(content))
        return toy_package

    return expect


def age_on(root, day, newest=NEWEST):
    dates = [] if newest is None else [newest]
    frame = pd.DataFrame({"known_from": pd.to_datetime(pd.Series(dates, dtype="object"))})
    (age,) = assess_freshness({"mine_production": frame}, day, root=root)
    return age


@pytest.mark.parametrize(("rhythm", "days"), [("monthly", 31), ("quarterly", 92), ("annual", 366)])
def test_a_table_is_overdue_after_one_and_a_half_rhythms(monthly, rhythm, days):
    root = monthly(rhythm)
    last = NEWEST + dt.timedelta(days=int(1.5 * days))
    assert not age_on(root, last).is_overdue
    assert age_on(root, last + dt.timedelta(days=1)).is_overdue


def test_a_table_of_events_is_never_overdue(monthly):
    age = age_on(monthly("as_events"), dt.date(2099, 1, 1))
    assert (age.is_overdue, age.due) == (False, None)


def test_an_expected_table_without_a_row_is_overdue(monthly):
    age = age_on(monthly("annual"), NEWEST, newest=None)
    assert age.is_overdue
    assert age.age_days is None


def test_a_rhythm_that_is_not_known_or_not_stated_makes_nothing_overdue(monthly):
    assert not age_on(monthly("whenever"), dt.date(2099, 1, 1)).is_overdue


def test_the_evidence_of_an_earlier_day_is_judged_on_that_day(monthly):
    """What came later is not seen, so its newest row is an earlier one."""
    root = monthly("quarterly")

    def later(rows):
        return [
            row | {"known_from": "2025-06-30"} if row["year"] == "2024" else row for row in rows
        ]

    change_table(root, "curated/mine_production.csv", later)
    spring, summer = (
        next(a for a in load_evidence(day, root=root).freshness if a.name == "mine_production")
        for day in (dt.date(2025, 3, 1), dt.date(2025, 7, 1))
    )
    assert (spring.newest, spring.is_overdue) == (dt.date(2024, 1, 31), True)
    assert (summer.newest, summer.is_overdue) == (dt.date(2025, 6, 30), False)
