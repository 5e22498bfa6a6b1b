"""What each country can make: plants, stand-ins, gaps, owners, scenarios."""

from __future__ import annotations

import numpy as np
import pytest

from third_pillar.assessment.capacity import (
    NONE_ON_RECORD,
    NOT_KNOWN,
    ON_RECORD,
    PARTLY_KNOWN,
    STAND_IN,
)
from third_pillar.assessment.catalogue import measure
from third_pillar.assessment.production import find_best_rows
from third_pillar.vocabulary.codes import AGGREGATES, STAGES, Stage
from third_pillar.vocabulary.errors import MissingEvidence

MAGNET = STAGES.index(Stage.MAGNET)
SEPARATION = STAGES.index(Stage.SEPARATION)


def _draws(capacity, country, stage):
    return capacity.of(country)[:, STAGES.index(stage)]


@pytest.mark.parametrize("when", ["now", "horizon"])
def test_a_gap_without_stand_in_is_not_known_and_never_zero(india, when):
    """Nobody has printed what Hanau makes: Germany's magnets are NaN throughout (§0.4)."""
    capacity = india.results.moment(when).capacity
    record = capacity.record("DEU", Stage.MAGNET)
    assert record.status == NOT_KNOWN
    assert not record.is_known
    assert np.isnan([record.value, record.low, record.high]).all()
    assert np.isnan(capacity.of("DEU")[:, MAGNET]).all()


def test_not_known_and_none_on_record_are_two_things(india):
    """Canada has no magnet plant on record: that is a zero. Germany has one without tonnage."""
    capacity = india.results.now.capacity
    assert capacity.record("CAN", Stage.MAGNET).status == NONE_ON_RECORD
    assert capacity.record("CAN", Stage.MAGNET).value == 0
    assert capacity.record("ISL", Stage.MAGNET).status == NONE_ON_RECORD
    assert not capacity.of("ISL").any()


def test_status_not_known_and_nan_always_go_together(india):
    """No figure hides behind "not known", and no NaN behind a known status."""
    for when in ("now", "horizon"):
        capacity = india.results.moment(when).capacity
        for (country, stage), record in capacity.records.items():
            is_nan = np.isnan(capacity.of(country)[:, STAGES.index(stage)])
            assert is_nan.all() == (record.status == NOT_KNOWN), (country, stage)
            assert is_nan.any() == is_nan.all(), (country, stage)


def test_a_plant_without_tonnage_beside_others_leaves_the_stage_partly_known(india):
    """IREL's Bhopal pilots have no tonnage; a planned plant in Gujarat has."""
    record = india.results.horizon.capacity.record("IND", Stage.METAL)
    assert record.status == PARTLY_KNOWN
    assert record.row_ids == ("MET-IND-TRAFALGAR",)


def test_a_stand_in_takes_the_place_of_operating_plants(india, capacity_with, set_figure):
    """Japan's national figure holds Takefu already: its tonnage, once known, adds nothing."""
    takefu = set_figure("MAG-JPN-TAKEFU", value=4000.0)
    before, after = india.results.now.capacity, capacity_with(projects=takefu)
    record = after.record("JPN", Stage.MAGNET)
    assert record.status == STAND_IN
    assert record.row_ids == ("GAP-JPN-MAGNET",)
    assert 13_000 <= record.low <= record.value <= record.high <= 19_200
    np.testing.assert_array_equal(
        _draws(before, "JPN", Stage.MAGNET), _draws(after, "JPN", Stage.MAGNET)
    )


def test_a_planned_plant_is_added_to_a_stand_in(india, capacity_with, set_figure):
    """A national total of today does not hold what is still being built."""
    planned = set_figure(
        "MAG-JPN-TAKEFU", value=4000.0, counts="own", status="commissioning", start_year=2020.0
    )
    before, after = india.results.now.capacity, capacity_with(projects=planned)
    added = _draws(after, "JPN", Stage.MAGNET) - _draws(before, "JPN", Stage.MAGNET)
    assert added.max() == pytest.approx(4000)
    assert added.min() == pytest.approx(0)


def test_a_mine_inside_the_national_output_adds_nothing(india, capacity_with, set_figure):
    """Mountain Pass is what the United States mine: its nameplate would count it twice."""
    larger = set_figure("MINE-USA-MOUNTAINPASS", value=50_000.0)
    before, after = india.results.now.capacity, capacity_with(projects=larger)
    np.testing.assert_array_equal(
        _draws(before, "USA", Stage.MINE), _draws(after, "USA", Stage.MINE)
    )
    assert before.record("USA", Stage.MINE).status == ON_RECORD


def test_an_intermediate_adds_nothing_to_its_stage(india, capacity_with, set_figure):
    """Chatrapur's chloride is the feed of Aluva; by itself it would double India's separation."""
    before = india.results.now.capacity
    larger = capacity_with(projects=set_figure("SEP-IND-OSCOM", value=50_000.0))
    own = capacity_with(projects=set_figure("SEP-IND-OSCOM", counts="own"))
    held = _draws(before, "IND", Stage.SEPARATION)
    np.testing.assert_array_equal(held, _draws(larger, "IND", Stage.SEPARATION))
    assert (_draws(own, "IND", Stage.SEPARATION) > held).all()


def test_a_plant_inside_a_figure_nobody_has_leaves_the_stage_unknown(capacity_with):
    """Take the stand-in for Japan's metal away: the alloy maker on record is not a zero."""
    bare = capacity_with(
        projects=lambda table: table.assign(
            counts=table["counts"].mask(table["project_id"] == "MET-FRA-LCM", "national")
        )
    )
    assert bare.record("FRA", Stage.METAL).status == NOT_KNOWN


@pytest.mark.parametrize(
    ("country", "stage", "gap"),
    [
        ("BRA", Stage.MINE, "GAP-BRA-SERRAVERDE-CLOSING"),
        ("CHN", Stage.MINE, "GAP-CHN-ASSAY"),
    ],
)
def test_a_gap_about_something_else_leaves_the_tonnage_known(india, country, stage, gap):
    """Whether a purchase closed, or an old assay, says nothing on the tonnes on record."""
    known = {one.id: one for one in india.results.evidence.gaps}
    assert (known[gap].country, known[gap].stage) == (country, stage)
    assert known[gap].about != "capacity"
    assert india.results.now.capacity.record(country, stage).status == ON_RECORD


def test_a_plant_without_a_start_year_never_counts(india):
    """Narva's second phase has a tonnage and no date."""
    far = india.results.horizon.capacity.record("EST", Stage.MAGNET)
    assert far.row_ids == ("MAG-EST-NARVA-1",)


def test_samarium_cobalt_never_counts_as_ndfeb(india, capacity_with, set_figure):
    """Visakhapatnam's plant could be a thousand times larger and India's NdFeB the same."""
    larger = set_figure("MAG-IND-VIZAG", value=3000.0, status="operating")
    before, after = india.results.now.capacity, capacity_with(projects=larger)
    np.testing.assert_array_equal(
        _draws(before, "IND", Stage.MAGNET), _draws(after, "IND", Stage.MAGNET)
    )


def test_capacity_never_falls_between_today_and_the_horizon(india):
    now, then = (india.results.moment(when).capacity for when in ("now", "horizon"))
    assert now.countries == then.countries
    known = ~np.isnan(now.draws)
    assert np.all(then.draws[known] >= now.draws[known])
    assert np.nansum(then.draws) > np.nansum(now.draws)


def test_announced_in_full_raises_magnets_and_lowers_nothing(india, case_of):
    """Cell by cell and draw by draw, now and at the horizon."""
    full = case_of(scenario="announced_in_full")
    for when in ("now", "horizon"):
        base, more = (case.results.moment(when).capacity.draws for case in (india, full))
        known = ~np.isnan(base)
        np.testing.assert_array_equal(known, ~np.isnan(more))
        assert np.all(more[known] >= base[known])
    india_magnets, full_magnets = (
        case.metric("stage_capacity(IND, magnet, horizon)").value for case in (india, full)
    )
    assert full_magnets > 1.5 * india_magnets


def test_two_more_years_late_raises_nothing(india, case_of):
    late = case_of(scenario="two_more_years_late")
    base, less = (c.results.horizon.capacity for c in (india, late))
    for country in ("IND", "USA", "FRA", "VNM"):
        for stage in STAGES:
            before, after = (c.record(country, stage) for c in (base, less))
            assert not after.value > before.value, (country, stage)
    assert less.record("USA", Stage.MAGNET).value < base.record("USA", Stage.MAGNET).value


def test_by_owner_malaysias_separation_is_australian(india, case_of):
    """Kuantan belongs to Lynas of Australia; what Malaysia mines stays Malaysian."""
    by_owner = case_of(count_by="owner").results.now.capacity
    here = india.results.now.capacity
    assert here.record("MYS", Stage.SEPARATION).row_ids == ("SEP-MYS-LYNAS",)
    assert by_owner.record("MYS", Stage.SEPARATION).status == NONE_ON_RECORD
    assert "SEP-MYS-LYNAS" in by_owner.record("AUS", Stage.SEPARATION).row_ids
    assert by_owner.record("MYS", Stage.MINE) == here.record("MYS", Stage.MINE)


@pytest.mark.parametrize("when", ["now", "horizon"])
def test_counting_by_owner_moves_tonnes_and_loses_none(india, case_of, when):
    """The world makes the same whoever owns the plants.

    A stand-in is the total of the plants in a country: it does not hold what the country's
    firms own abroad, such as Shin-Etsu's works in Vietnam.
    """
    here, owned = (
        np.nansum(case.results.moment(when).capacity.draws, axis=1)
        for case in (india, case_of(count_by="owner"))
    )
    np.testing.assert_allclose(owned, here)


def test_a_dispute_between_sources_widens_indias_mine_output(india):
    """The flat estimate of 2,900 t stands against 2,200 t from monazite output."""
    row = find_best_rows(india.results.evidence)["IND", 2025]
    assert row["figure_id"] == "MINE-IND-2025-MCS2026"
    assert (row["low"], row["value"], row["high"]) == (2200, 2900, 2900)
    output = india.metric("mine_output(IND, 2025)")
    assert (output.low, output.value, output.high) == (2200, 2900, 2900)
    share = india.metric("mine_share(IND, 2025)")
    assert share.low == pytest.approx(100 * 2200 / 390_000)


def test_editions_of_one_publisher_do_not_widen_each_other(india):
    """The newer edition settles it: Australia, Nigeria and Thailand carry no range for 2024."""
    best = find_best_rows(india.results.evidence)
    conflicts = india.results.evidence.table("conflicts")["figure_ids"]
    for country, kept in (("AUS", 29_000), ("NGA", 1_500), ("THA", 2_100)):
        row = best[country, 2024]
        assert conflicts.str.contains(f"MINE-{country}-2024").any(), "no dispute on record"
        assert row["value"] == kept
        assert np.isnan(row["low"]), country
        assert np.isnan(row["high"]), country


def test_one_row_a_country_and_year_from_the_newest_edition(india):
    table = india.results.evidence.table("mine_production")
    best = find_best_rows(india.results.evidence)
    named = table.dropna(subset=["value"])[["country_iso3", "year"]].drop_duplicates()
    assert set(best) == set(named.itertuples(index=False, name=None))
    world = best["WLD", 2024]
    assert (world["value"], world["edition"]) == (380_000, "MCS 2026 v1.3")


def test_totals_are_no_countries_of_the_chain(india):
    assert not set(india.results.now.capacity.countries) & AGGREGATES
    for shares in india.results.stage_shares.values():
        assert not set(shares.shares["country_iso3"]) & AGGREGATES


def test_no_factor_of_the_package_beats_chemistry(india):
    """Magnets per tonne of oxide stay below 1/(30 % rare earth × oxide per metal) = 2.83."""
    rows = india.results.evidence.assumptions
    content = rows.loc["re_content_of_magnet", "low"] / 100
    ceiling = 1 / (content * rows.loc["oxide_per_metal.NdPr", "value"])
    assert ceiling == pytest.approx(2.83, abs=0.005)
    assert rows.loc["magnet_per_ndpr_oxide", "high"] <= ceiling
    assert rows.loc["magnet_per_ndpr_metal", "high"] <= 1 / content
    assert rows.loc["magnet_per_re_alloy", "high"] <= 1
    assert india.results.draws["magnet_per_ndpr_oxide"].max() <= ceiling


def test_asking_for_what_is_not_known_says_so(india):
    """No metric turns a gap into a number."""
    for name in ("stage_capacity", "share_of_need", "breadth_shortfall"):
        with pytest.raises(MissingEvidence, match="DEU"):
            measure(india.results, f"{name}(DEU, magnet, now)")
