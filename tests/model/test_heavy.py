"""The heavy layer: what Dy and Tb are enough for, and what is served with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.model.heavy import (
    compute_heavy_equivalent,
    compute_layered_share,
    compute_mined_heavies,
)

FACTORS = {
    "magnet_per_ndpr_oxide": np.array([2.15]),
    "dytb_per_ndpr_oxide": np.array([870 / 26504]),
    "dytb_share_of_reo": np.array([0.29]),
    "dytb_share_of_reo.AUS": np.array([0.34]),
    "ndpr_share_of_reo": np.array([22.6]),
    "ndpr_share_of_reo.AUS": np.array([23.29]),
}
_TONNES = st.floats(0, 1e6)


def one(value):
    return np.array([value], dtype=float)


def test_scrap_says_what_a_tonne_is_enough_for():
    """870 t of Dy and Tb oxide came with 26,504 t of NdPr oxide: 65 t of magnets a tonne."""
    assert compute_heavy_equivalent(one(1.0), assumptions=FACTORS)[0] == pytest.approx(
        65.5, abs=0.1
    )


def test_an_ore_with_less_than_magnets_hold_is_enough_for_fewer():
    """Mt Weld holds 0.34 of Dy and Tb to 23.29 of NdPr, magnets 3.28 to 100."""
    found = compute_mined_heavies(one(1000.0), country="AUS", assumptions=FACTORS)[0]
    assert found == pytest.approx(1000 * (0.34 / 23.29) / (870 / 26504))


def test_a_country_without_an_assay_has_the_general_share():
    found = compute_mined_heavies(one(1000.0), country="VNM", assumptions=FACTORS)[0]
    assert found == pytest.approx(1000 * (0.29 / 22.6) / (870 / 26504))


def test_what_is_not_known_stays_not_known():
    assert np.isnan(compute_mined_heavies(one(np.nan), country="AUS", assumptions=FACTORS)[0])


@given(_TONNES, _TONNES, st.floats(0, 1e6), st.floats(0, 1))
def test_dy_and_tb_never_raise_what_is_served_and_mixed_is_the_lower_end(flow, heavy, need, share):
    light = compute_layered_share(one(flow), one(need), one(need))[0]
    apart = compute_layered_share(one(flow), one(heavy), one(need), heavy_share=share)[0]
    mixed = compute_layered_share(one(flow), one(heavy), one(need))[0]
    assert 0 <= mixed <= apart + 1e-12 <= light + 2e-12 <= 1 + 2e-12


@given(_TONNES, _TONNES, st.floats(1, 1e6))
def test_without_heavy_grades_only_the_light_chain_counts(flow, heavy, need):
    light = compute_layered_share(one(flow), one(need), one(need))[0]
    assert compute_layered_share(one(flow), one(heavy), one(need), heavy_share=0.0)[
        0
    ] == pytest.approx(light)


def test_a_chain_without_dy_and_tb_makes_no_magnet_that_needs_them():
    assert compute_layered_share(one(100), one(0), one(100))[0] == 0
    assert compute_layered_share(one(100), one(0), one(100), heavy_share=0.4)[0] == pytest.approx(
        0.6
    )


def test_a_need_of_zero_is_met():
    assert compute_layered_share(one(0), one(0), one(0))[0] == 1


@pytest.mark.parametrize(
    ("need", "share", "said"),
    [(-1, 0.5, "need"), (1, 1.5, "between 0 and 1"), (1, -0.1, "0 and 1")],
)
def test_what_cannot_be_is_refused(need, share, said):
    with pytest.raises(ValueError, match=said):
        compute_layered_share(one(1), one(1), one(need), heavy_share=share)


def test_negative_tonnes_are_refused():
    with pytest.raises(ValueError, match="negative"):
        compute_heavy_equivalent(one(-1), assumptions=FACTORS)
