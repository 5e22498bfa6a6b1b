"""The heavy layer on the real package: definitions, readings, costs, the record, events."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from third_pillar.assessment.bench import Bench
from third_pillar.assessment.case import ask
from third_pillar.assessment.catalogue import measure
from third_pillar.assessment.draws import RowDraws
from third_pillar.assessment.forecast_events import settle_event
from third_pillar.assessment.forecast_outcomes import NO, OPEN, YES
from third_pillar.assessment.heavy import assess_heavy_capacity
from third_pillar.assessment.layers import LayeredMoment
from third_pillar.assessment.plants import read_circuits, read_plants
from third_pillar.assessment.summary import summarise_pillar_test
from third_pillar.evidence import load_evidence, load_specifications
from third_pillar.evidence.frozen import FrozenTables
from third_pillar.model.breadth import BreadthSpecification, assess_breadth
from third_pillar.model.sampling import compute_monte_carlo_error
from third_pillar.vocabulary.codes import STAGES, Stage
from third_pillar.vocabulary.errors import MissingEvidence, ParameterFault, PillarError
from third_pillar.vocabulary.specifications import HEAVY, LIGHT, Reading


def test_every_definition_counts_either_layer_and_old_ids_stay():
    """Half count Dy and Tb; those that do not keep the id they had before there was a choice."""
    found = load_specifications()
    layered = [s for s in found if s.reading is not Reading.MARKET]
    assert len(found) == 729
    assert sum(s["layer"] == HEAVY for s in layered) == sum(s["layer"] == LIGHT for s in layered)
    assert all(("layer=" in s.id) == (s["layer"] == HEAVY) for s in found)
    old = "breadth/count_by=location/horizon=2030/metal=counted/stages_needed=2/threshold=0.1"
    assert old in {s.id for s in found}


def test_dy_and_tb_never_make_a_breadth_or_redundancy_pillar_of_who_is_none_without(india):
    """The heavy layer only narrows stages: where it is asked for, no chance rises."""
    chances = {o.specification.id: o.chance for o in india.results.curve.outcomes}
    for outcome in india.results.curve.of(Reading.BREADTH):
        if outcome.specification["layer"] == HEAVY:
            light = chances[outcome.specification.id.replace("/layer=heavy", "")]
            assert outcome.chance <= light + 1e-12


@pytest.mark.parametrize("pool", ["pillars", "ex_china"])
@pytest.mark.parametrize("metal", ["metal", "no_metal"])
def test_mixed_grades_serve_least_and_light_ones_most(india, pool, metal):
    for joins in ("without", "with"):
        light = india.metric(f"served_share({pool}, {metal}, {joins}, now)").value
        mixed, apart = (
            india.metric(f"served_share_heavy({pool}, {metal}, {grades}, {joins}, now)").value
            for grades in ("mixed", "apart")
        )
        assert mixed <= apart + 1e-9 <= light + 1e-6


def test_today_dy_and_tb_cut_the_network_to_about_a_third_or_less(india):
    """Metal left out, nearly all is served by NdPr alone and a quarter with Dy and Tb."""
    light = india.metric("served_share(ex_china, no_metal, with, now)").value
    mixed = india.metric("served_share_heavy(ex_china, no_metal, mixed, with, now)").value
    assert light > 85
    assert 10 < mixed < 40
    stage = india.metric("binding_stage_of(ex_china, no_metal, heavy, now)").value
    assert stage == "separation of Dy and Tb"


def test_numbers_of_the_layer_rest_on_the_red_assumption(india):
    for name, metric in india.metrics.items():
        if name.startswith(("served_share_heavy", "heavy_capacity", "dytb_need")):
            assert "dytb_per_ndpr_oxide" in metric.rests_on
            assert metric.confidence == "low", name


def test_without_its_rows_the_layer_is_not_known_and_not_zero(india):
    """A gap is a gap: definitions of the layer are not tested, and metrics are not on record."""
    evidence = india.results.evidence
    kept = {name: table for name, table in evidence.tables.items() if name != "heavy_circuits"}
    bare = dataclasses.replace(evidence, tables=FrozenTables(kept))
    draws = RowDraws(bare.assumption_rows, draws=50, seed=1)
    capacity, need = india.results.horizon.capacity, india.results.horizon.need
    assert assess_heavy_capacity(bare, capacity, draws=draws, count_by="location") is None
    moment = LayeredMoment(bare, capacity, need, draws=draws, count_by="location")
    assert moment.served(("USA",), is_without_metal=False) is None
    assert moment.binding(("USA",), is_without_metal=False, layer=HEAVY) is None
    assert moment.binding(("USA",), is_without_metal=False, layer=LIGHT) is not None
    assert not Bench(ask(), bare, draws).has_layer(HEAVY, "location", 2030)


def test_a_part_comes_with_its_plant_or_not_at_all(india):
    evidence, draws = india.results.evidence, india.results.draws
    plants = {p.id: p for p in read_plants(evidence, draws, count_by="location")}
    parts = [p for p in read_circuits(evidence, draws, count_by="location") if p.row["part_of"]]
    assert {part.id for part in parts} >= {"SEP-FRA-CAREMAG-HEAVY", "SEP-USA-WHITEMESA-HEAVY"}
    for part in parts:
        whole = plants[part.row["part_of"]]
        assert np.array_equal(part.fate.is_built, whole.fate.is_built)


def test_an_addition_brings_the_heavies_of_its_magnets(india):
    bench = india.results.curve.bench
    richer = bench.with_addition(np.array([0.0, 1000.0, 0, 0]))
    had, has = (b.own("location", 2030, layer=HEAVY) for b in (bench, richer))
    assert np.allclose(has[:, 5] - np.nan_to_num(had[:, 5]), 1000)
    assert np.allclose(has[:, 4], had[:, 4])


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("served_share_heavy(world, metal, mixed, with, now)", "no pool"),
        ("served_share_heavy(pillars, iron, mixed, with, now)", "no metal rule"),
        ("served_share_heavy(pillars, metal, blended, with, now)", "way of counting grades"),
        ("served_share_heavy(pillars, metal, mixed, perhaps, now)", "no choice"),
        ("binding_stage_of(own, metal, middle, now)", "no layer"),
        ("binding_stage_of(own, metal, heavy, soon)", "neither"),
        ("addition_cost(moon)", "no place"),
    ],
)
def test_a_wrong_word_is_answered_with_the_valid_ones(india, expression, said):
    with pytest.raises(PillarError, match=said):
        measure(india.results, expression)


@pytest.mark.parametrize("stage", ["metal", "magnet"])
def test_no_figure_of_dy_and_tb_is_made_up_for_the_later_stages(india, stage):
    with pytest.raises(MissingEvidence, match="Dy and Tb"):
        measure(india.results, f"heavy_capacity(IND, {stage}, now)")


def test_costs_are_those_of_plants_on_record(india):
    """Each is within what the plants cost; the addition at all four adds the stages up."""
    costs = {s: india.metric(f"capital_cost({s})").value for s in STAGES}
    assert 50_000 <= costs[Stage.MAGNET] <= 180_000
    tonnes = india.metric("smallest_addition(equal)").value
    total = india.metric("addition_cost(equal)")
    assert total.value == pytest.approx(tonnes * sum(costs.values()) / 1e6, rel=0.02)
    assert total.low < total.value < total.high
    assert total.confidence == "low"


@pytest.mark.parametrize("candidate", ["IND", "AUS", "BRA", "USA", "JPN"])
def test_the_record_carries_every_reading(case_of, candidate):
    """What scripts read of the pillar test, complete for each country it is asked of."""
    case = case_of(candidate=candidate)
    found = summarise_pillar_test(case.results)
    assert found.specification_count >= 200
    assert found.specification_count == case.metric("specification_count()").value
    assert found.verdict in {"yes", "no", "contested"}
    assert found.splits[0].explained >= found.splits[-1].explained
    assert set(found.breadth) == set(STAGES)
    assert set(found.net_position) == {"pro_rata", "home_magnets", "home_chain", "others_first"}
    assert set(found.shapley) == {"location", "owner"}
    assert set(found.binding_stage["horizon"]["no_metal"]) == {LIGHT, HEAVY}
    assert set(found.smallest_additions) == {*STAGES, "equal"}
    assert all(0 <= s.error <= 0.5 for s in found.breadth.values())
    assert json.loads(found.model_dump_json())["specification_count"] == found.specification_count


def forecast(rule, subject, by, made_on="2026-01-01"):
    return {"rule": rule, "subject": subject, "by": by, "made_on": made_on, "probability": "0.5"}


@pytest.fixture(scope="module")
def late():
    return load_evidence(ask(as_of="data").as_of)


def test_an_event_on_record_settles_a_forecast_of_it(late):
    """The tender of March 2026 is a step of the scheme, after the registration."""
    found = settle_event(forecast("event_happens", "IND:scheme", "2026-12-31"), late)
    assert found.outcome == YES
    assert found.because


def test_an_event_before_the_registration_settles_nothing(late):
    row = forecast("event_happens", "IND:scheme", "2027-12-31", made_on="2026-11-22")
    assert settle_event(row, late).outcome == OPEN


def test_an_event_that_did_not_come_is_a_no_once_the_record_goes_on(late):
    row = forecast("event_happens", "BRA:scheme", "2026-02-01")
    assert settle_event(row, late).outcome == NO


def test_a_control_is_settled_by_its_state_on_the_day(late):
    standing = settle_event(forecast("control_in_force", "CTL-2025-18", "2026-06-30"), late)
    paused = settle_event(forecast("control_in_force", "CTL-2025-57", "2026-06-30"), late)
    unknown = settle_event(forecast("control_in_force", "CTL-2025-57", "2026-11-15"), late)
    ahead = settle_event(forecast("control_in_force", "CTL-2025-18", "2027-06-30"), late)
    assert [f.outcome for f in (standing, paused, unknown, ahead)] == [YES, NO, OPEN, OPEN]
    assert settle_event(forecast("control_in_force", "CTL-X", "2026-06-30"), late).outcome == OPEN


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"draws": 0}, "draws"),
        ({"draws": 10**9}, "draws"),
        ({"horizon": 2025}, "horizon"),
        ({"candidate": "XXX"}, "candidate"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_by_name(parameters, said):
    with pytest.raises(ParameterFault, match=said):
        ask(**parameters)


def test_demand_without_capacity_adds_no_supply(india, evidence_with):
    """A country with a need and no plant changes nothing of what others serve."""

    def add(table: pd.DataFrame) -> pd.DataFrame:
        row = table[table["figure_id"] == "DEM-EU27-2025"].assign(
            figure_id="DEM-XX", country_iso3="FRA", value=1e6
        )
        return pd.concat([table, row], ignore_index=True)

    draws = RowDraws(india.results.evidence.assumption_rows, draws=100, seed=1)
    before, after = (
        Bench(ask(), evidence, draws).capacity("location", 2030).draws
        for evidence in (india.results.evidence, evidence_with(magnet_demand=add))
    )
    assert np.array_equal(np.nan_to_num(before), np.nan_to_num(after))


def test_a_chance_carries_its_error_and_settles_with_more_draws(india):
    """A few hundred draws and eight times as many differ by no more than their errors allow."""
    found = []
    for count in (300, 2400):
        draws = RowDraws(india.results.evidence.assumption_rows, draws=count, seed=20251107)
        bench = Bench(ask(), india.results.evidence, draws)
        breadth = assess_breadth(
            bench.own("location", 2030),
            bench.need(2030).tonnes,
            specification=BreadthSpecification(),
        )
        chance = float(breadth.chance_by_stage[STAGES.index(Stage.MAGNET)])
        found.append((chance, compute_monte_carlo_error(chance, count)))
    (few, wide), (many, narrow) = found
    assert wide > narrow > 0
    assert abs(few - many) <= 4 * (wide + narrow)
