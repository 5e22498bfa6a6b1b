"""The plants by month, what arrives inside the window, past promises, registered forecasts."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from third_pillar.assessment.catalogue import catalogue, measure
from third_pillar.assessment.fates import STARTED
from third_pillar.assessment.forecast_outcomes import NO, OPEN, YES
from third_pillar.assessment.forecasts import (
    compute_model_hash,
    make_forecasts,
    score_forecasts,
    select_new,
    settle_forecasts,
)
from third_pillar.assessment.pipeline import (
    assess_fans,
    assess_promises,
    find_plant,
    list_months,
    read_all_plants,
)
from third_pillar.vocabulary.codes import STAGES, Stage
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.metrics import METRICS

_DAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def made(india):
    return select_new(make_forecasts(india.results, made_on=_DAY), ())


def test_a_plant_that_has_not_begun_has_no_output_before_the_day_asked(india):
    """§4.4: Midwest was to start before this day; the register has it building."""
    plant = find_plant(india.results, "MAG-IND-MIDWEST-1")
    assert plant.capacity(india.results.now.capacity.at).max() == 0
    assert plant.fate is not None
    assert plant.fate.start.min() > india.results.now.capacity.at
    assert plant.capacity(2031.0).max() > 0


def test_a_buyer_and_public_money_raise_the_chance(india, set_figure, results_with):
    """§4.5: the same plant without its backing comes less often."""
    bare = results_with(projects=set_figure("MAG-USA-10X", backing="", backing_event_id=""))
    backed, without = (
        find_plant(results, "MAG-USA-10X").chance_to_start(2040.0)
        for results in (india.results, bare)
    )
    assert backed > without
    assert without == pytest.approx(0.5, abs=0.12)


def test_backing_counts_only_once_its_event_is_known(results_with, set_figure):
    """§4.5: with an event that is not on record the plant stands as without backing."""
    unknown = results_with(projects=set_figure("MAG-USA-10X", backing_event_id="E99"))
    bare = results_with(projects=set_figure("MAG-USA-10X", backing="", backing_event_id=""))
    chances = [find_plant(r, "MAG-USA-10X").chance_to_start(2040.0) for r in (unknown, bare)]
    assert chances[0] == chances[1]


def test_a_fan_is_ordered_and_never_falls(india):
    """P10 ≤ P50 ≤ P90 in each month; what is built stays."""
    for members in (("IND",), ("USA", "JPN")):
        for fan in assess_fans(india.results, members).values():
            p10, p50, p90 = map(np.array, (fan.p10, fan.p50, fan.p90))
            assert np.all(p10 <= p50)
            assert np.all(p50 <= p90)
            for line in (p10, p50, p90):
                assert np.all(np.diff(line) >= -1e-9)


def test_a_fan_ends_where_the_horizon_stands(india):
    """The last month is the capacity at the horizon, draw by draw."""
    fan = assess_fans(india.results, ("IND",))[Stage.MAGNET]
    record = india.results.horizon.capacity.record("IND", Stage.MAGNET)
    assert fan.p90[-1] == pytest.approx(record.high)
    assert fan.p10[-1] == pytest.approx(record.low)
    assert (fan.months[0], fan.months[-1]) == ("2026-11", "2030-12")


def test_a_stage_of_which_nothing_is_known_has_no_fan(india):
    """Germany's magnets are a gap: no fan at zero."""
    assert Stage.MAGNET not in assess_fans(india.results, ("DEU",))
    both = assess_fans(india.results, ("DEU", "USA"))[Stage.MAGNET]
    assert both.unknown == ("DEU",)


def test_months_run_to_december_of_the_horizon():
    assert list_months(dt.date(2030, 11, 5), 2031)[:3] == ("2030-11", "2030-12", "2031-01")
    assert list_months(dt.date(2030, 11, 5), 2031)[-1] == "2031-12"


def test_nothing_of_indias_arrives_inside_the_window(india):
    """§4.8: no Indian plant on record began between the two ends of the suspension."""
    for stage in STAGES:
        assert india.metric(f"arrives_in_window(IND, {stage})").value == 0


def test_what_grows_inside_the_window_counts(india):
    """Sumter began before the window and grows in it; Hanau has no tonnage."""
    added = measure(india.results, "arrives_in_window(USA, magnet)")
    assert 0 < added.value < 2000
    assert "MAG-USA-EVAC" in added.rests_on


def test_chances_rise_with_the_year_and_half_comes_after_the_first(india):
    for plant in read_all_plants(india.results):
        chances = [plant.chance_to_start(year) for year in (2027.0, 2029.0, 2031.0)]
        assert chances == sorted(chances)
        assert plant.chance_of_half(2031.0) <= plant.chance_to_start(2031.0)


def test_a_plant_nobody_has_is_no_chance_of_zero(india):
    with pytest.raises(MissingEvidence, match="no plant MAG-IND-NOWHERE"):
        measure(india.results, "starts_by(MAG-IND-NOWHERE, 2030)")
    with pytest.raises(MissingEvidence, match="no plant MAG-EST-NARVA-2"):
        measure(india.results, "starts_by(MAG-EST-NARVA-2, 2030)")


def test_the_metrics_of_the_window_are_named_for_claims():
    for name in ("starts_by", "half_runs_by", "arrives_in_window"):
        arguments = ", ".join(argument for argument, _ in METRICS[name].arguments)
        assert f"{name}({arguments})" in catalogue()


def test_past_promises_are_seen_with_the_outcomes_of_the_day(india, case_of):
    """§4.9: five promises; in January 2026 the later outcome was open."""
    promises = {str(p.plan["plan_id"]): p for p in assess_promises(india.results)}
    assert len(promises) == 5
    assert promises["PLAN-AUS-ILUKA-2022"].outcome == "not started"
    assert promises["PLAN-EST-NARVA-2023"].outcome == "started"
    assert all(0 <= p.chance <= 1 for p in promises.values())
    january = {
        str(p.plan["plan_id"]): p.outcome
        for p in assess_promises(case_of(as_of="2026-01-15").results)
    }
    assert january["PLAN-IND-MIDWEST-2025"] == "not established"


def test_at_least_25_forecasts_are_made_each_with_its_stamp(made):
    """§4.10: dated, hashed, with a chance, an event and no outcome."""
    assert len(made) >= 25
    assert len({row["forecast_id"] for row in made}) == len(made)
    for row in made:
        assert 0 <= float(row["probability"]) <= 1
        assert row["by"] < row["resolves_on"]
        assert (row["made_on"], row["outcome"]) == ("2026-11-23", "")
        assert row["model_sha256"] == compute_model_hash()


def test_the_same_event_data_and_model_are_registered_once(made):
    assert select_new([{**row, "forecast_id": ""} for row in made], made) == ()
    changed = [{**row, "data_sha256": "0" * 16} for row in made]
    fresh = select_new(changed, made)
    assert fresh[0]["forecast_id"] == f"F{len(made) + 1:04d}"


def test_only_plants_that_have_not_begun_are_forecast(india, made):
    begun = {p.id for p in read_all_plants(india.results) if p.status in STARTED}
    assert not begun & {row["subject"] for row in made}


@pytest.mark.parametrize(
    ("cells", "outcome"),
    [
        ({"status": "operating", "known_from": pd.Timestamp("2027-06-30")}, YES),
        ({"status": "commissioning", "known_from": pd.Timestamp("2027-06-30")}, YES),
        (
            {
                "status": "operating",
                "known_from": pd.Timestamp("2028-03-31"),
                "start_year": 2027.5,
                "start_precision": "quarter",
            },
            YES,
        ),
        (
            {
                "status": "operating",
                "known_from": pd.Timestamp("2028-03-31"),
                "start_year": 2028.0,
                "start_precision": "quarter",
            },
            NO,
        ),
        ({"status": "building", "known_from": pd.Timestamp("2028-03-31")}, NO),
        ({"status": "cancelled", "known_from": pd.Timestamp("2027-03-31")}, NO),
        ({"status": "building"}, OPEN),
    ],
)
def test_the_register_settles_a_forecast_and_silence_does_not(
    made, evidence_with, set_figure, cells, outcome
):
    """§4.11, on the Indian plant that was to start in 2026, by the end of 2027."""
    row = next(r for r in made if r["subject"] == "MAG-IND-MIDWEST-1" and r["by"] < "2028")
    evidence = evidence_with(projects=set_figure("MAG-IND-MIDWEST-1", **cells))
    later = dataclasses.replace(evidence, as_of=dt.date(2028, 6, 1))
    (settled,) = settle_forecasts([row], later)
    assert settled.outcome == outcome
    assert settled.is_miss == (
        outcome != OPEN and (float(row["probability"]) > 0.5) == (outcome == NO)
    )
    score = score_forecasts([settled])
    assert score.count == (outcome != OPEN)


def test_a_nameplate_is_reached_when_enough_plants_have_begun(made, evidence_with):
    """§4.11: all of India's magnet plants running settle the forecast of half of them."""
    row = next(r for r in made if r["rule"] == "nameplate_reaches" and r["subject"] == "IND")

    def run(table):
        hit = (table["country_iso3"] == "IND") & (table["unit"] == "t_ndfeb")
        table.loc[hit, ["status", "known_from"]] = ["operating", pd.Timestamp("2027-01-31")]
        return table

    (settled,) = settle_forecasts([row], evidence_with(projects=run))
    assert settled.outcome == YES
    (waiting,) = settle_forecasts([row], evidence_with())
    assert waiting.outcome == OPEN


def test_forecasts_are_the_same_for_the_same_question(india, made):
    again = select_new(make_forecasts(india.results, made_on=_DAY), ())
    assert again == made
