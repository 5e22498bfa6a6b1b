"""Both sides of a flow, with the months their years share (§2.5)."""

from __future__ import annotations

import pytest

from third_pillar.model.mirror import Side, compare_sides, compare_totals


def test_a_fiscal_year_shares_nine_months_with_the_year_it_begins_in():
    fiscal = Side("FY2024-25", 100.0, 10.0)
    assert compare_sides(fiscal, Side("CY2024", 110.0, 9.0)).overlap_months == 9
    assert compare_sides(fiscal, Side("CY2025", 110.0, 9.0)).overlap_months == 3
    assert compare_sides(fiscal, Side("CY2023", 110.0, 9.0)).overlap_months == 0
    assert compare_sides(Side("CY2024", 1.0, 1.0), Side("CY2024", 1.0, 1.0)).overlap_months == 12


def test_ratios_are_the_importer_over_the_exporter():
    pair = compare_sides(Side("CY2024", 100.0, 10.0), Side("CY2024", 112.0, 9.0))
    assert (pair.value_ratio, pair.kg_ratio) == (pytest.approx(1.12), pytest.approx(0.9))


@pytest.mark.parametrize("side", [Side("CY2024", None, None), Side("CY2024", 0.0, 0.0)])
def test_what_is_withheld_or_nothing_gives_no_ratio(side):
    """Neither zero nor endless: there is no ratio."""
    pair = compare_sides(side, Side("CY2024", 5.0, 5.0))
    assert (pair.value_ratio, pair.kg_ratio) == (None, None)


def test_all_years_together_leave_out_years_with_a_missing_side():
    """Otherwise one side would hold a year the other lacks."""
    first = compare_sides(Side("FY2022-23", 100.0, 10.0), Side("CY2022", 120.0, 8.0))
    broken = compare_sides(Side("FY2023-24", 50.0, None), Side("CY2023", 900.0, 90.0))
    last = compare_sides(Side("FY2024-25", 100.0, 30.0), Side("CY2024", 80.0, 32.0))
    total = compare_totals([first, broken, last])
    assert total is not None
    assert total.kg_ratio == pytest.approx(1.0)
    assert total.value_ratio == pytest.approx(1.0)
    assert total.exporter.period == "FY2022-23 to FY2024-25"
    assert compare_totals([broken]) is None
    assert compare_totals([]) is None


@pytest.mark.parametrize("period", ["2024", "FY24", "CY2024-25-26", "H1 2024", ""])
def test_a_period_of_another_kind_is_refused(period):
    with pytest.raises(ValueError, match="neither a calendar nor a fiscal year"):
        compare_sides(Side(period, 1.0, 1.0), Side("CY2024", 1.0, 1.0))
