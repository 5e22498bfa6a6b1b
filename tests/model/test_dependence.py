"""Net import reliance as the USGS defines it; import concentration with honest bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.model.dependence import (
    TRADE_DEPENDENCE_HHI,
    compute_import_concentration,
    compute_net_import_reliance,
)


@pytest.mark.parametrize(
    ("imports", "exports", "consumption"),
    [
        pytest.param((11500, 268, 404), (590, 943, 103), 10500, id="2016"),
        pytest.param((11000, 309, 524), (1740, 982, 55), 9060, id="2017"),
    ],
)
def test_a_country_that_makes_nothing_relies_on_imports_wholly(imports, exports, consumption):
    """USGS Mineral Commodity Summaries 2019, rare earths, salient statistics: 100 % printed.

    Apparent consumption from the printed flows agrees with the printed one to its rounding.
    """
    apparent = sum(imports) - sum(exports)
    assert apparent == pytest.approx(consumption, abs=50)
    assert compute_net_import_reliance(0, apparent) == 100


@pytest.mark.parametrize(
    ("production", "consumption", "printed"),
    [pytest.param(4300, 9010, 53, id="2024"), pytest.param(8900, 27000, 67, id="2025")],
)
def test_printed_reliance_comes_out_within_a_point(production, consumption, printed):
    """USGS Mineral Commodity Summaries 2026; inputs are rounded in print, so to one point."""
    assert compute_net_import_reliance(production, consumption) == pytest.approx(printed, abs=1)


def test_a_net_exporter_relies_on_nobody():
    """The publisher prints E; the number is 0, never negative."""
    assert compute_net_import_reliance(27000, 10000) == 0


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1, 1e6))
def test_reliance_is_a_percentage_that_production_never_raises(some, more, consumption):
    less = compute_net_import_reliance(some + more, consumption)
    reliance = compute_net_import_reliance(some, consumption)
    assert 0 <= less <= reliance <= 100 + 1e-9


@pytest.mark.parametrize(("production", "consumption"), [(1, 0), (1, -5), (-1, 10)])
def test_reliance_on_impossible_numbers_is_refused(production, consumption):
    with pytest.raises(ValueError, match="must be positive"):
        compute_net_import_reliance(production, consumption)


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=10), st.floats(0.05, 1.0))
def test_unnamed_suppliers_widen_the_bounds_and_never_lift_the_lower(weights, named):
    """Leaving a supplier out cannot make an importer look more concentrated for sure."""
    shares = named * np.array(weights) / np.sum(weights)
    found = compute_import_concentration(shares)
    assert found.hhi_low <= found.hhi_high <= 1 + 1e-9
    assert compute_import_concentration(shares[:-1] if len(shares) > 1 else shares).hhi_low <= (
        found.hhi_low + 1e-12
    )


def test_only_a_sure_concentration_counts_as_dependence():
    """71 % from one country is; 60 % is not, though the rest might be one supplier."""
    assert compute_import_concentration([0.71, 0.13, 0.05, 0.05]).is_concentrated
    doubtful = compute_import_concentration([0.6])
    assert doubtful.hhi_low < TRADE_DEPENDENCE_HHI < doubtful.hhi_high
    assert not doubtful.is_concentrated


@pytest.mark.parametrize("shares", [[], [0.7, 0.5], [-0.1, 0.5], [0.5, float("nan")]])
def test_supplier_shares_that_cannot_be_are_refused(shares):
    """A missing share is not silently dropped from the index."""
    with pytest.raises(ValueError, match="supplier shares"):
        compute_import_concentration(shares)
