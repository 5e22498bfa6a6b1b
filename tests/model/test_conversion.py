"""One unit along the chain: what a tonne at each stage is worth in magnets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.model.conversion import (
    CONVERTIBLE_UNITS,
    compute_magnet_equivalent,
    compute_oxide_need,
)
from third_pillar.vocabulary.codes import Stage

FACTORS = {
    name: np.array([value])
    for name, value in {
        "magnet_per_ndpr_oxide": 2.15,
        "magnet_per_ndpr_metal": 2.34,
        "magnet_per_re_alloy": 0.725,
        "ndpr_share_of_reo": 20.0,
        "ndpr_share_of_reo.IND": 25.5,
        "separation_recovery": 0.85,
    }.items()
}


def _magnets(tonnes, *, unit, stage, country="IND"):
    found = compute_magnet_equivalent(
        np.array([tonnes]), unit=unit, stage=stage, country=country, assumptions=FACTORS
    )
    return float(found[0])


@pytest.mark.parametrize(
    ("unit", "stage", "magnets"),
    [
        pytest.param("t_reo", Stage.MINE, 1000 * 0.255 * 0.85 * 2.15, id="mined oxide"),
        pytest.param("t_reo", Stage.SEPARATION, 1000 * 0.255 * 2.15, id="separated oxide"),
        pytest.param("t_ndpr_oxide", Stage.SEPARATION, 2150, id="NdPr oxide"),
        pytest.param("t_ndpr_metal", Stage.METAL, 2340, id="NdPr metal"),
        pytest.param("t_re_alloy", Stage.METAL, 725, id="alloy"),
        pytest.param("t_ndfeb", Stage.MAGNET, 1000, id="magnets"),
    ],
)
def test_a_thousand_tonnes_of_each(unit, stage, magnets):
    """The products of docs/methods.md §3.1, worked by hand."""
    assert _magnets(1000, unit=unit, stage=stage) == pytest.approx(magnets)


@given(st.floats(0, 1e6))
def test_what_is_separated_already_loses_nothing_in_separation(tonnes):
    mined, separated = (
        _magnets(tonnes, unit="t_reo", stage=stage) for stage in (Stage.MINE, Stage.SEPARATION)
    )
    assert mined == pytest.approx(separated * 0.85)


def test_ore_is_read_by_the_deposit_it_comes_from():
    """India's own assay where there is one, the range over deposits elsewhere."""
    own, other = (
        _magnets(1000, unit="t_reo", stage=Stage.SEPARATION, country=country)
        for country in ("IND", "VNM")
    )
    assert own / other == pytest.approx(25.5 / 20)


@pytest.mark.parametrize("unit", ["t_smco", "t_magnets_all", "t_ore", "t_dytb_oxide", ""])
def test_what_cannot_become_ndfeb_is_refused_with_what_can(unit):
    """Samarium–cobalt, magnets of any kind, ore and heavy oxides are never converted."""
    with pytest.raises(ValueError, match="cannot be turned into NdFeB magnets") as raised:
        _magnets(1, unit=unit, stage=Stage.MAGNET)
    assert all(valid in str(raised.value) for valid in CONVERTIBLE_UNITS)


@pytest.mark.parametrize("unit", sorted(CONVERTIBLE_UNITS))
def test_every_unit_said_to_be_convertible_is(unit):
    assert _magnets(1, unit=unit, stage=Stage.SEPARATION) > 0


@given(st.floats(0, 1e6))
def test_the_oxide_magnets_take_would_make_those_magnets(magnets):
    oxide = compute_oxide_need(np.array([magnets]), assumptions=FACTORS)
    back = _magnets(float(oxide[0]), unit="t_ndpr_oxide", stage=Stage.SEPARATION)
    assert back == pytest.approx(magnets)
