"""Need, world shares and trade: which rows are read, and which never are."""

from __future__ import annotations

import numpy as np
import pytest

from third_pillar.assessment.case import assess
from third_pillar.assessment.demand import assess_need, find_need
from third_pillar.assessment.draws import RowDraws
from third_pillar.assessment.shares import assess_stage_shares
from third_pillar.vocabulary.codes import STAGES, Stage
from third_pillar.vocabulary.errors import MissingEvidence


def _need(evidence, *countries, year):
    draws = RowDraws(evidence.assumption_rows, draws=50, seed=1)
    return assess_need(evidence, countries, draws=draws, year=year)


def _scaled(hit_of, factor=100.0):
    """A change that multiplies the figures of the rows it hits; they must exist."""

    def edit(table):
        hit = hit_of(table)
        assert hit.any(), "the rows this promise is about are gone"
        for column in ("value", "low", "high"):
            table.loc[hit, column] = table.loc[hit, column] * factor
        return table

    return edit


@pytest.mark.parametrize(
    "hit_of",
    [
        pytest.param(lambda t: t["scope"].str.contains("HS 850511"), id="HS 850511"),
        pytest.param(lambda t: t["scope"].str.contains("ferrite"), id="ferrite line"),
        pytest.param(lambda t: t["scope"] == "car industry only", id="car industry"),
        pytest.param(lambda t: t["scope"].str.contains("imports"), id="imports"),
    ],
)
def test_narrow_counts_never_enter_the_need(india, evidence_with, hit_of):
    """Customs lines, one industry, imports: a hundredfold of them leaves every need alone."""
    changed = evidence_with(magnet_demand=_scaled(hit_of))
    for year in (2026, 2030):
        for country in ("USA", "JPN", "IND"):
            before, after = (
                _need(evidence, country, year=year)
                for evidence in (india.results.evidence, changed)
            )
            np.testing.assert_array_equal(before.tonnes, after.tonnes)
            assert before.row_ids == after.row_ids


def test_a_narrow_count_does_not_stand_in_for_a_missing_need(results_with):
    """Without India's own rows its need is not known, though car makers' is."""
    gone = results_with(
        magnet_demand=lambda t: t[~((t["country_iso3"] == "IND") & (t["scope"] == "need"))]
    )
    assert gone.now.home_need is None
    assert gone.now.balance.home_need is None
    assert all(np.isnan(tonnes) for tonnes in gone.now.balance.surplus.values())


def test_the_row_of_the_year_is_taken_as_it_is(india):
    """India's need of 2030 is the projection for 2030, not that of 2025 grown."""
    need = _need(india.results.evidence, "IND", year=2030)
    assert need.row_ids == ("DEM-IND-2030",)
    assert need.tonnes.min() >= 7000
    assert need.tonnes.max() <= 8220


def test_an_earlier_row_grows_at_the_assumed_rate(india):
    """Two years on, each draw is (1 + its growth)² times the draw of the row's own year."""
    base, later = (_need(india.results.evidence, "JPN", year=year) for year in (2024, 2026))
    growth = RowDraws(india.results.evidence.assumption_rows, draws=50, seed=1)["demand_growth"]
    np.testing.assert_allclose(later.tonnes, base.tonnes * (1 + growth / 100) ** 2)


def test_needs_add_up(india):
    both, usa, japan = (
        _need(india.results.evidence, *countries, year=2026).tonnes
        for countries in (("USA", "JPN"), ("USA",), ("JPN",))
    )
    np.testing.assert_allclose(both, usa + japan)


def test_a_later_row_is_never_read_backwards(india):
    """Before its first row a country's need is not known."""
    draws = RowDraws(india.results.evidence.assumption_rows, draws=50, seed=1)
    assert find_need(india.results.evidence, "IND", draws=draws, year=2024) is None


def test_a_pillar_without_a_need_is_refused_with_those_that_have_one():
    with pytest.raises(MissingEvidence, match="magnet_demand has no tonnage of NdFeB for DEU") as e:
        assess(draws=100, pillars=("USA", "DEU"))
    assert "EU27, IND, JPN, USA" in e.value.hint


def test_projections_are_never_read_as_observations(india):
    """Shares of 2030 are on record; none is shown as a share of today."""
    table = india.results.evidence.table("stage_shares").set_index("figure_id")
    targets = table[(table["period_type"] == "target") | (table["basis"] == "announced")]
    assert len(targets) > 0
    for shares in india.results.stage_shares.values():
        used = set(shares.shares["figure_id"])
        assert not used & set(targets.index)
        assert shares.year <= india.results.question.as_of.year


def test_a_projection_stays_out_even_where_it_is_all_there_is(evidence_with):
    """A stage with targets alone has no share, rather than tomorrow's."""

    def only_targets(table):
        separation = table["stage"] == "separation"
        assert (separation & (table["period_type"] == "target")).any()
        return table[~separation | (table["period_type"] == "target")]

    shares = assess_stage_shares(evidence_with(stage_shares=only_targets))
    assert Stage.SEPARATION not in shares
    assert Stage.MAGNET in shares


def test_products_with_other_denominators_are_not_mixed(india):
    """94 % of one product and 85 % of another never meet in one index."""
    table = india.results.evidence.table("stage_shares").set_index("figure_id")
    for stage in STAGES[1:]:
        used = india.results.stage_shares[stage].shares["figure_id"]
        assert table.loc[used, "product"].nunique() == 1
        assert table.loc[used, "year"].nunique() == 1


def test_mine_shares_are_of_the_printed_world_total(india):
    shares = assess_stage_shares(india.results.evidence)[Stage.MINE]
    by_country = shares.shares.set_index("country_iso3")["share"]
    assert by_country["CHN"] == pytest.approx(270_000 / 390_000)
    assert by_country.sum() + shares.concentration.unattributed == pytest.approx(1)


def test_import_concentration_is_of_one_period(india):
    """The USGS shares for the United States name four suppliers: 71, 13, 5 and 5 %."""
    found = india.results.dependence.concentration["USA", "re_compounds_metals"]
    assert found.hhi_low == pytest.approx(0.71**2 + 0.13**2 + 0.05**2 + 0.05**2)
    assert found.hhi_high == pytest.approx(found.hhi_low + 0.06**2)
    assert found.is_concentrated


def test_net_import_reliance_is_computed_from_its_inputs(india):
    computed, printed, year, _ = india.results.dependence.net_import_reliance["USA"]
    assert (year, printed) == (2025, 67)
    assert computed == pytest.approx(100 * (27000 - 8900) / 27000)


def test_months_without_exports_on_record_are_listed_not_filled(india):
    """Present and missing months together are every month from the first to the last."""
    exports = india.results.exports
    present = set(exports.world["month"])
    assert exports.missing_months
    assert not present & set(exports.missing_months)
    months = sorted({*present, *exports.missing_months})
    first, last = (int(m[:4]) * 12 + int(m[5:]) for m in (months[0], months[-1]))
    assert len(months) == last - first + 1
    assert exports.mean("1999-01", "1999-12") is None
