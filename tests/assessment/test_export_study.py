"""The event study takes its dates from the tables and says no more than the months carry."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from third_pillar.assessment.event_study import (
    DROPPED,
    FULL,
    LATER,
    ONSET,
    ROUND,
    SUSPENSION,
    WEIGHED,
    assess_exports_study,
    cut_phases,
)
from third_pillar.assessment.suspension import Suspension, assess_suspension
from third_pillar.assessment.trade import assess_magnet_exports
from third_pillar.evidence import load_evidence
from third_pillar.model.window import Window


@pytest.fixture(scope="module")
def study(india):
    return india.results.export_study


def suspension_with(suspension: Suspension, **dates: str) -> Suspension:
    controls = suspension.controls.copy()
    for column, date in dates.items():
        controls.loc[controls[column].notna(), column] = pd.Timestamp(date)
    return dataclasses.replace(suspension, controls=controls)


def test_phases_are_cut_at_the_dated_controls(study):
    """April 2025 licences, October announcement, suspension of 7 November."""
    assert {name: (p.first, p.last) for name, p in study.phases.items()} == {
        ONSET: ("2025-04", "2025-06"),
        LATER: ("2025-07", "2025-09"),
        ROUND: ("2025-10", "2025-10"),
        SUSPENSION: ("2025-11", "2026-03"),
    }


def test_a_date_changed_in_the_table_moves_the_phase(india):
    """No date is in the code: a control of the second half of a month counts from the next."""
    moved = suspension_with(india.results.suspension, effective_from="2025-05-20")
    phases = cut_phases(moved, last="2026-03")
    assert (phases[ONSET].first, phases[ONSET].last) == ("2025-06", "2025-08")


def test_without_a_control_nothing_is_estimated(india):
    bare = dataclasses.replace(
        india.results.suspension, controls=india.results.suspension.controls.head(0), window=None
    )
    study = assess_exports_study(india.results.exports, bare)
    assert study.phases == {}
    assert not study.headline.is_estimable
    assert "no control" in study.headline.reason


def test_a_suspension_not_yet_on_record_makes_no_phase(india):
    bare = dataclasses.replace(india.results.suspension, window=None)
    assert set(cut_phases(bare, last="2026-03")) == {ONSET, LATER}
    assert isinstance(india.results.suspension.window, Window)


def test_exports_fell_by_about_half_in_the_onset_and_came_back(study):
    """Under each treatment of derived months the onset is told apart, and nothing after it is."""
    for name in (WEIGHED, DROPPED, FULL):
        onset = study.variants[name].change(ONSET)
        assert onset.is_told_apart
        assert -65 < onset.percent < -45
        for phase in (LATER, SUSPENSION):
            assert not study.variants[name].change(phase).is_told_apart


def test_october_alone_is_not_estimable_with_its_one_point(study):
    for name in (WEIGHED, DROPPED, FULL):
        october = study.variants[name].change(ROUND)
        assert (october.points, october.percent) == (1, None)


def test_derived_months_are_dropped_or_weigh_less_and_both_are_shown(study, india):
    derived = int((india.results.exports.world["basis"] == "derived").sum())
    full, dropped = study.variants[FULL], study.variants[DROPPED]
    months = len(india.results.exports.world)
    assert full.points == months - 1, "October is left out"
    assert dropped.points == months - derived - 1
    assert dropped.trend is None
    assert study.variants[WEIGHED].trend is not None
    assert study.variants[WEIGHED].change(ONSET).percent != full.change(ONSET).percent


def test_no_destination_has_months_enough(study):
    """The United States comes nearest; every one says how many points it has."""
    assert study.destinations[0].iso3 == "USA"
    for one in study.destinations:
        assert one.reason.startswith(f"not estimable: {one.before} point")
    assert {one.iso3 for one in study.destinations} >= {"USA", "JPN", "DEU", "IND", "EU27"}


def test_the_united_states_are_described(study):
    usa = next(one for one in study.destinations if one.iso3 == "USA")
    assert (usa.before, usa.derived_before) == (6, 5)
    assert usa.mean_before > usa.mean_latest > usa.mean_onset


def test_placebos_lie_before_the_event_and_are_not_told_apart(study):
    assert len(study.placebos) >= 3
    assert not any(placebo.is_told_apart for placebo in study.placebos)
    onset = abs(study.headline.change(ONSET).percent)
    assert all(abs(placebo.percent) < onset / 2 for placebo in study.placebos)


def test_asked_early_the_study_says_what_it_lacks(india):
    """In December 2025 some months of 2025 were not yet known: too few points, no number."""
    day = dt.date(2025, 12, 31)
    evidence = load_evidence(day)
    suspension = assess_suspension(evidence, on=day, candidate="IND", subject="IND")
    study = assess_exports_study(assess_magnet_exports(evidence), suspension)
    assert study.headline.reason == "7 points before the first event, 8 needed"
    assert study.headline.changes == ()
    assert study.headline.course.empty
    assert india.results.export_study.headline.is_estimable
