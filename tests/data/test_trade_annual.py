"""Promises about the table of annual trade."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def trade(tables) -> pd.DataFrame:
    numbers = {n: pd.to_numeric(tables["trade_annual"][n]) for n in ("value", "net_kg")}
    return tables["trade_annual"].assign(**numbers)


def test_no_row_stands_for_more_than_one_flow(trade):
    key = ["reporter_iso3", "partner_iso3", "flow", "system", "code", "period", "unit_bucket"]
    assert not trade[key].duplicated().any()


def test_the_indian_export_that_the_audit_doubts_is_not_printed(trade):
    """475 t of cerium compounds at 0.06 USD a kilogram stay out, in weight and in value."""
    row = trade.set_index("figure_id").loc["TRA-IND-EXP-CHN-IN-ITC-28461090-FY2024"]
    assert row["withheld"] == "excluded"
    assert pd.isna(row["net_kg"])
    assert pd.isna(row["value"])
    assert 475_000 not in set(trade["net_kg"])


def test_a_weight_the_publisher_withholds_is_empty(trade):
    row = trade.set_index("figure_id").loc["TRA-USA-IMP-CHN-HS4-8505-2019"]
    assert row["withheld"] == "suppressed"
    assert pd.isna(row["net_kg"])
    assert row["value"] > 0


def test_850511_of_india_has_the_price_of_ferrite(trade):
    """53,740 t at 3.8 USD a kilogram; its ferrite-core line is most of it."""
    rows = trade.set_index("figure_id")
    whole = rows.loc["TRA-IND-IMP-WLD-HS6-850511-FY2025"]
    assert whole["value"] / whole["net_kg"] == pytest.approx(3.83, abs=0.01)
    ferrite = rows.loc["TRA-IND-IMP-WLD-IN-ITC-85051110-FY2025"]
    assert ferrite["net_kg"] / whole["net_kg"] > 0.6
    china = rows.loc["TRA-CHN-EXP-WLD-CN-85051110-2024"]
    assert china["value"] / china["net_kg"] > 40


def test_the_two_indian_lines_add_up_to_the_bank_headline(trade):
    """206 m for HS 850511 and 84.65 m for magnets of other material make the 291 m of the bank."""
    rows = trade.set_index("figure_id")["value"]
    added = (
        rows["TRA-IND-IMP-WLD-HS6-850511-FY2025"] + rows["TRA-IND-IMP-WLD-IN-ITC-85051900-FY2025"]
    )
    assert added == pytest.approx(291e6, rel=0.005)


def test_exports_of_the_year_agree_with_the_months(trade, tables):
    """What the months on record of 2025 add up to is the year, within rounding."""
    months = tables["trade_monthly"].query("destination_iso3 == 'WLD' and month >= '2025-01'")
    months = months[months["month"] <= "2025-12"]
    year = trade.set_index("figure_id").loc["TRA-CHN-EXP-WLD-CN-85051110-2025", "net_kg"] / 1000
    assert len(months) == 12
    assert pd.to_numeric(months["value"]).sum() == pytest.approx(year, rel=0.001)


def test_what_may_not_be_redistributed_is_single_values(trade):
    """UN Comtrade has a handful of cited values, not a table."""
    assert (trade["source_id"] == "UN_COMTRADE_PREVIEW_2026_07").sum() == 7


def test_every_line_with_value_and_weight_has_a_band(trade, tables):
    """No line escapes the guard of unit values."""
    banded = set(zip(tables["unit_values"]["system"], tables["unit_values"]["code"], strict=True))
    both = trade[trade["value"].notna() & trade["net_kg"].notna() & (trade["currency"] == "usd")]
    assert set(zip(both["system"], both["code"], strict=True)) <= banded


def test_the_ferrite_band_ends_below_the_magnet_band(tables):
    bands = tables["unit_values"].set_index(["system", "code"])
    ferrite = float(bands.loc[("IN-ITC", "85051110"), "high_usd_per_kg"])
    assert ferrite < float(bands.loc[("CN", "85051110"), "low_usd_per_kg"])


def test_no_row_is_known_before_its_source_could_be_read(trade, tables):
    """Partial dates of a source count from their last day."""
    dates = tables["sources"].set_index("source_id")["date"]
    for row in trade.itertuples():
        date = dates[row.source_id]
        assert row.known_from[: len(date)] >= date, row.figure_id


def test_no_source_rated_weak_stands_alone(trade, tables):
    rating = tables["sources"].set_index("source_id")["reliability"]
    assert set(rating[sorted(set(trade["source_id"]))]) <= {"A", "B", "C"}
