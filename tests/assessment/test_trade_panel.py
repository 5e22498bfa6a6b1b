"""Who buys from whom by line and year: what the rows carry, and where they stop."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from third_pillar.assessment.catalogue import measure
from third_pillar.assessment.metrics_flows import list_flow_expressions, select_newest
from third_pillar.assessment.trade_panel import (
    VALUE,
    WEIGHT,
    assess_trade_panel,
    describe_line,
)
from third_pillar.evidence import load_evidence
from third_pillar.vocabulary.errors import MissingEvidence, PillarError
from third_pillar.vocabulary.metrics import METRICS


@pytest.fixture(scope="module")
def panel(india):
    return india.results.trade_panel


@pytest.fixture
def panel_with(india):
    """The panel of the baseline's evidence with the annual table changed."""

    def find(change):
        evidence = india.results.evidence
        changed = change(evidence.table("trade_annual"))
        return assess_trade_panel(evidence.with_tables({"trade_annual": changed}))

    return find


def test_the_share_of_china_in_the_indian_line_is_the_published_one(india, panel):
    """110.68 of 136.14 million dollars: the 81.3 % of the ministry."""
    year = panel.newest(("IND", "IN-ITC-85051190", VALUE))
    assert 100 * year.suppliers.share("CHN") == pytest.approx(81.3, abs=0.05)
    published = india.metric("import_share(IMP-IND-CHN-85051190-FY2025)")
    assert 100 * year.suppliers.share("CHN") == pytest.approx(published.value, abs=0.1)


def test_value_adds_unit_buckets_and_weight_does_not(panel):
    """Heading 8505 of the United States is partly counted in pieces: it has no weight."""
    assert ("USA", "HS4-8505", VALUE) in panel.years
    assert ("USA", "HS4-8505", WEIGHT) not in panel.years
    year = panel.newest(("USA", "HS4-8505", VALUE))
    assert year.total == pytest.approx(702e6, rel=0.05)


def test_without_a_world_total_shares_are_of_the_named(panel):
    year = panel.newest(("USA", "HS4-2846", VALUE))
    assert not year.suppliers.is_of_world
    assert sum(year.suppliers.shares.values()) == pytest.approx(1)


def test_two_partners_without_a_world_are_no_panel(panel):
    """China's imports of 2846 are on record from India alone: nothing can be shared out."""
    assert not [key for key in panel.years if key[0] == "CHN"]


def test_a_withheld_figure_leaves_its_year_out(panel_with):
    def withhold(table):
        picked = table["figure_id"] == "TRA-USA-IMP-CHN-HS4-2846-2025"
        table.loc[picked, ["value"]] = float("nan")
        return table

    years = [one.year for one in panel_with(withhold).years["USA", "HS4-2846", VALUE]]
    assert 2025 not in years
    assert 2024 in years


def test_fiscal_and_calendar_years_never_meet_in_one_series(panel):
    for years in panel.years.values():
        assert len({one.period[:2] for one in years}) == 1


def test_the_dependence_test_says_no_only_where_it_can(panel):
    """The United States sold more of heading 2846 than it bought in 2023 and 2024."""
    found = panel.tests["USA", "HS4-2846"].result
    assert found.is_dependent is False
    assert [year.imports_exceed for year in found.years] == [False, False, True]
    indian = panel.tests["IND", "IN-ITC-85051190"].result
    assert indian.is_dependent is None
    assert all(year.few_exporters is None for year in indian.years)


def test_few_suppliers_missing_in_two_years_settle_the_test_without_exports(panel):
    """The European Union buys from three: whatever its exports, it cannot pass."""
    union = panel.tests["EU27", "EU-BASKET-REE_PLUS"]
    assert [year.few_suppliers for year in union.result.years] == [False, False]
    assert all(year.imports_exceed is None for year in union.result.years)
    assert union.result.is_dependent is False
    assert union.measured_by == WEIGHT


def test_the_mirror_is_of_the_same_goods(panel):
    """Chinese rare-earth magnets are no mirror of the American heading with ferrite inside."""
    assert {(m.exporter, m.importer, m.heading) for m in panel.mirrors} == {
        ("IND", "CHN", "2846"),
        ("IND", "USA", "2846"),
    }


def test_a_line_left_out_leaves_its_year_without_a_ratio(panel):
    """Fiscal 2024 lacks the 475 t that are not believed: the ratio would be of unlike things."""
    china = next(m for m in panel.mirrors if m.importer == "CHN")
    broken = next(pair for pair in china.pairs if pair.exporter.period == "FY2023-24")
    assert (broken.exporter.kg, broken.kg_ratio) == (None, None)
    assert china.total is not None
    assert 0.8 < china.total.kg_ratio < 1.0


def test_the_published_mirror_ratios_are_reproduced(panel):
    """0.89 in fiscal 2019 and 1.12 in fiscal 2022, towards China."""
    china = next(m for m in panel.mirrors if m.importer == "CHN")
    ratios = {pair.exporter.period: pair.kg_ratio for pair in china.pairs}
    assert ratios["FY2018-19"] == pytest.approx(0.89, abs=0.005)
    assert ratios["FY2021-22"] == pytest.approx(1.12, abs=0.005)
    assert all(pair.overlap_months == 9 for pair in china.pairs)


def test_nothing_is_seen_before_it_was_known():
    early = assess_trade_panel(load_evidence(dt.date(2025, 12, 31)))
    assert not [key for key in early.years if key[0] == "USA"]
    assert ("IND", "IN-ITC-85051190", VALUE) in early.years
    assert early.mirrors == ()


def test_an_empty_table_is_an_empty_panel(panel_with):
    empty = panel_with(lambda table: table.head(0))
    assert (empty.years, empty.tests, empty.mirrors) == ({}, {}, ())


def test_every_number_of_the_page_has_the_unit_of_the_list(india):
    """What can be measured is measured, with rows, sources and the unit the list promises."""
    read = []
    for expression in list_flow_expressions(india.results):
        metric = measure(india.results, expression)
        read.append(metric)
        assert metric.unit == METRICS[metric.id.partition("(")[0]].unit, expression
        assert metric.rests_on, expression
        assert metric.source_ids, expression
        if metric.low is not None and metric.high is not None:
            assert metric.low <= metric.value <= metric.high, expression
    assert len(read) >= 25


@pytest.mark.parametrize(
    "expression",
    [
        "supplier_share(IND, CHN, HS6-000000, 2025)",
        "supplier_share(IND, CHN, IN-ITC-85051190, 1999)",
        "import_hhi(BRA, HS4-2846, 2025)",
        "dependence_criteria(JPN, HS4-2846)",
        "mirror_weight(IND, JPN, HS4-2846)",
        "months_of_import(JPN, IMP-IND-2025)",
        "destination_exports(KOR, before)",
        "destination_exports(XXX, onset)",
    ],
)
def test_what_is_not_on_record_is_said(india, expression):
    with pytest.raises(MissingEvidence):
        measure(india.results, expression)


@pytest.mark.parametrize(
    "expression", ["export_change(october)", "export_contrast(onset)", "export_change(7)"]
)
def test_a_phase_that_is_none_is_refused(india, expression):
    with pytest.raises(PillarError):
        measure(india.results, expression)


def test_the_newest_year_comes_by_value_where_both_reach_as_far(india):
    chosen = {(one.importer, one.line): one for one in select_newest(india.results)}
    assert chosen["USA", "HS4-2846"].measured_by == VALUE
    assert chosen["DEU", "EU-BASKET-REE_PLUS"].measured_by == WEIGHT
    assert chosen["DEU", "EU-BASKET-REE_PLUS"].year == 2024


def test_one_month_from_china_is_a_third_of_the_year_india_counts(india):
    """261 t in July 2024 against 700 t for the fiscal year that holds it."""
    metric = measure(india.results, "months_of_import(IND, IMP-IND-2025)")
    assert metric.value == pytest.approx(37.3, abs=0.1)
    assert metric.rests_on == ("TRD-CHN-IND-2024-07", "IMP-IND-2025")


def test_a_line_is_told_in_words(india):
    evidence = india.results.evidence
    assert describe_line(evidence, "HS4-2846") == "compounds of rare-earth metals (HS4 2846)"
    assert "ferrite cores" in describe_line(evidence, "IN-ITC-85051110")
    with pytest.raises(MissingEvidence):
        describe_line(evidence, "HS4-9999")


def test_the_panel_changes_nothing_it_reads(india):
    before = india.results.evidence.tables["trade_annual"].copy()
    assess_trade_panel(india.results.evidence)
    pd.testing.assert_frame_equal(before, india.results.evidence.tables["trade_annual"])
