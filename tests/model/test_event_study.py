"""The event study finds what was planted, and says so when there is too little to find it in."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from third_pillar.model.event_study import (
    FEWEST_BEFORE,
    FEWEST_FOR_LEVEL,
    fit_interruptions,
    fit_placebos,
)
from third_pillar.model.interruption import Change, Phase

MONTHS = [str(month) for month in pd.period_range("2024-05", "2026-03", freq="M")]
ONSET = Phase("onset", "2025-04", "2025-06")
AFTER = Phase("after", "2025-07", "2025-10")
PAUSE = Phase("pause", "2025-11", "2026-03")
PHASES = (ONSET, AFTER, PAUSE)
PLANTED = {"onset": 0.45, "after": 1.1, "pause": 1.3}
TREND = 0.004


def series(rng=None, *, scatter=0.08, months=MONTHS, scale=5_000.0):
    """Tonnes a month with planted changes."""
    found = {}
    for number, month in enumerate(months):
        level = scale * math.exp(TREND * number)
        for phase in PHASES:
            level *= PLANTED[phase.name] if phase.holds(month) else 1.0
        found[month] = level * (1.0 if rng is None else math.exp(rng.normal(0, scatter)))
    return found


def test_the_planted_changes_are_found_exactly_where_nothing_scatters():
    """§2.6: without noise the changes are the planted ones."""
    calm = {
        month: value * (1 + 1e-6 * (n % 2)) for n, (month, value) in enumerate(series().items())
    }
    study = fit_interruptions(calm, PHASES)
    for name, factor in PLANTED.items():
        assert study.change(name).percent == pytest.approx(100 * (factor - 1), abs=0.01)
    assert study.trend is not None
    assert study.trend.percent == pytest.approx(100 * math.expm1(TREND), abs=0.001)
    (first, second) = study.contrasts
    assert first.percent == pytest.approx(100 * (1.1 / 0.45 - 1), abs=0.05)
    assert second.percent == pytest.approx(100 * (1.3 / 1.1 - 1), abs=0.05)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """95 % intervals hold the planted change in at least 90 % of 150 trials, each phase."""
    rng = np.random.default_rng(7)
    held = dict.fromkeys(PLANTED, 0)
    trials = 150
    for _ in range(trials):
        study = fit_interruptions(series(rng, scatter=0.12), PHASES)
        for name, factor in PLANTED.items():
            change = study.change(name)
            held[name] += change.low <= 100 * (factor - 1) <= change.high
    assert all(0.90 <= count / trials <= 1.0 for count in held.values()), held


def test_where_nothing_happened_nothing_is_told_apart_more_often_than_said():
    """Of 100 calm series few show a change: the false alarms stay near one in twenty."""
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(100):
        calm = {month: 5_000 * math.exp(rng.normal(0, 0.12)) for month in MONTHS}
        alarms += fit_interruptions(calm, [ONSET]).change("onset").is_told_apart
    assert alarms <= 12


def test_the_errors_are_those_of_newey_and_west():
    """Against statsmodels' own sandwich on the same series, where it is the wider one."""
    from statsmodels.genmod.families import Poisson  # noqa: PLC0415  slow
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415  slow

    from third_pillar.model import event_study  # noqa: PLC0415  its parts

    rng = np.random.default_rng(5)
    tonnes = series(rng)
    design = event_study._design(MONTHS, PHASES, has_trend=True, start="2025-03")
    observed = np.array([tonnes[month] for month in MONTHS])
    model = GLM(observed, design, family=Poisson())
    plain = model.fit(scale="X2")
    wanted = model.fit(
        scale="X2", cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": True}
    ).cov_params()
    scores = design * (observed - plain.mu)[:, None]
    found = event_study._newey_west(plain.cov_params() / plain.scale, scores)
    assert np.allclose(found, wanted, rtol=1e-6)


def test_a_phase_of_one_month_is_not_estimated_and_bends_nothing():
    """One point has no scatter: it is counted, and the others stay as they are."""
    rng = np.random.default_rng(2)
    tonnes = series(rng)
    split = (
        ONSET,
        Phase("after", "2025-07", "2025-09"),
        Phase("round", "2025-10", "2025-10"),
        PAUSE,
    )
    study = fit_interruptions(tonnes, split)
    alone = study.change("round")
    assert (alone.points, alone.percent, alone.is_told_apart) == (1, None, False)
    wild = fit_interruptions({**tonnes, "2025-10": 1e6}, split)
    assert wild.change("pause") == study.change("pause")
    assert [c.name for c in study.contrasts] == ["after against onset", "pause against after"]


@pytest.mark.parametrize(
    ("before", "has_trend", "needed"),
    [(0, True, 8), (7, True, 8), (3, False, 4), (0, False, 4)],
)
def test_too_few_months_before_give_a_reason_and_no_number(before, has_trend, needed):
    assert (FEWEST_BEFORE, FEWEST_FOR_LEVEL) == (8, 4)
    months = [m for m in MONTHS if m < "2025-04"][:before] + [m for m in MONTHS if m >= "2025-04"]
    study = fit_interruptions(series(months=months), PHASES, has_trend=has_trend)
    assert not study.is_estimable
    assert study.reason == f"{before} points before the first event, {needed} needed"
    assert study.changes == ()


def test_a_series_of_nothing_at_all_gives_a_reason():
    assert fit_interruptions({}, PHASES).reason.startswith("0 points")


def test_a_phase_that_ships_nothing_is_told_and_not_estimated():
    """Zero has no logarithm; it is no fall of a finite percentage either."""
    rng = np.random.default_rng(4)
    tonnes = series(rng) | {month: 0.0 for month in MONTHS if ONSET.holds(month)}
    study = fit_interruptions(tonnes, PHASES)
    assert study.change("onset").percent is None
    assert study.change("pause").is_estimable


def test_months_that_do_not_vary_give_a_reason():
    """A series that somebody filled in with one number carries no scatter to judge by."""
    assert "do not vary" in fit_interruptions(dict.fromkeys(MONTHS, 10.0), PHASES).reason


@settings(max_examples=10, deadline=None)
@given(st.floats(0.001, 1000), st.randoms())
def test_changes_do_not_depend_on_the_unit_or_the_order(factor, random):
    """Kilotonnes or tonnes, shuffled or sorted: the same percentages."""
    rng = np.random.default_rng(11)
    tonnes = series(rng)
    items = [(month, value * factor) for month, value in tonnes.items()]
    random.shuffle(items)
    base, other = fit_interruptions(tonnes, PHASES), fit_interruptions(dict(items), PHASES)
    for one, two in zip(base.changes, other.changes, strict=True):
        assert two.percent == pytest.approx(one.percent, rel=1e-4, abs=1e-4)
        assert two.low == pytest.approx(one.low, rel=1e-3, abs=1e-3)


def test_a_month_of_no_weight_is_left_out():
    rng = np.random.default_rng(6)
    tonnes = series(rng)
    without = {month: value for month, value in tonnes.items() if month != "2024-12"}
    weighed = fit_interruptions(tonnes, PHASES, weights={"2024-12": 0.0})
    assert weighed.changes == fit_interruptions(without, PHASES).changes
    assert weighed.points == len(MONTHS) - 1


def test_a_doubtful_month_pulls_less_with_less_weight():
    """An outlier at half weight moves the estimate less than at full weight."""
    rng = np.random.default_rng(8)
    tonnes = series(rng, scatter=0.03) | {"2025-05": 20_000.0}
    full = fit_interruptions(tonnes, PHASES).change("onset").percent
    half = fit_interruptions(tonnes, PHASES, weights={"2025-05": 0.5}).change("onset").percent
    assert half < full


def test_the_course_without_events_runs_through_the_gaps():
    """Every month has an expectation with its range; what is not on record stays empty."""
    rng = np.random.default_rng(9)
    months = [m for m in MONTHS if m not in {"2024-11", "2024-12"}]
    course = fit_interruptions(series(rng, months=months), PHASES).course.set_index("month")
    assert list(course.index) == MONTHS
    assert course.loc["2024-11":"2024-12", "observed"].isna().all()
    assert (course["low"] < course["expected"]).all()
    assert (course["expected"] < course["high"]).all()
    width = course["high"] / course["low"]
    assert width["2026-03"] > width["2025-01"], "the farther ahead, the wider"


def test_phases_out_of_order_or_impossible_numbers_are_refused():
    good = series()
    with pytest.raises(ValueError, match="follow each other"):
        fit_interruptions(good, [AFTER, ONSET])
    with pytest.raises(ValueError, match="follow each other"):
        fit_interruptions(good, [ONSET, Phase("x", "2025-06", "2025-08")])
    with pytest.raises(ValueError, match="no phase"):
        fit_interruptions(good, [])
    for bad in (-1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="finite and not negative"):
            fit_interruptions({**good, "2025-01": bad}, PHASES)
    with pytest.raises(ValueError, match="between 0 and 1"):
        fit_interruptions(good, PHASES, weights={"2025-01": 1.5})


def test_placebos_stay_small_where_the_event_is_large():
    """§2.7: on calm months before, no placebo comes near a fall by half."""
    rng = np.random.default_rng(12)
    tonnes = series(rng, scatter=0.05)
    placebos = fit_placebos(tonnes, first_event="2025-04", length=3)
    assert len(placebos) >= 5
    onset = fit_interruptions(tonnes, PHASES).change("onset").percent
    assert max(abs(p.percent) for p in placebos) < abs(onset) / 2


def test_placebos_never_see_the_event():
    rng = np.random.default_rng(13)
    tonnes = series(rng)
    shaken = {m: v * (9 if m >= "2025-04" else 1) for m, v in tonnes.items()}
    assert fit_placebos(tonnes, first_event="2025-04", length=3) == fit_placebos(
        shaken, first_event="2025-04", length=3
    )


def test_a_change_is_told_apart_only_if_its_interval_leaves_out_nothing():
    assert Change("a", 3, -50.0, -70.0, -20.0).is_told_apart
    assert not Change("a", 3, -50.0, -70.0, 5.0).is_told_apart
    assert not Change("a", 1).is_told_apart


def test_an_unknown_phase_is_no_silent_nothing():
    with pytest.raises(KeyError):
        fit_interruptions(series(np.random.default_rng(1)), PHASES).change("later")
