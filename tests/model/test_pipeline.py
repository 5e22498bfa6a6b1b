"""A plant on paper is worth between nothing and its nameplate, and never less with time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from third_pillar.model.pipeline import compute_plant_capacity

_DRAWS = 6
_BUILT = arrays(float, _DRAWS, elements=st.sampled_from([0.0, 1.0]))
_NAMEPLATE = arrays(float, _DRAWS, elements=st.floats(0, 1e5))
_DELAY = arrays(float, _DRAWS, elements=st.floats(0, 6))
_RAMP = arrays(float, _DRAWS, elements=st.floats(0.5, 6))
_YEAR = st.floats(2020, 2050)


def _capacity(at, *, nameplate=1000.0, built=1.0, start=2028.0, delay=0.0, ramp=2.0):
    one = np.ones(1)
    return float(
        compute_plant_capacity(
            nameplate * one,
            is_built=built * one,
            start=start,
            delay_years=delay * one,
            ramp_years=ramp * one,
            at=at,
        )[0]
    )


@given(_NAMEPLATE, _BUILT, _DELAY, _RAMP, _YEAR, _YEAR, st.floats(0, 20))
def test_capacity_stays_within_nameplate_and_never_falls(
    nameplate, built, delay, ramp, start, at, wait
):
    """Nothing if not built; otherwise it only grows, up to its nameplate."""
    now, later = (
        compute_plant_capacity(
            nameplate, is_built=built, start=start, delay_years=delay, ramp_years=ramp, at=when
        )
        for when in (at, at + wait)
    )
    assert np.all((now >= 0) & (now <= nameplate))
    assert np.all(later >= now)
    assert np.all(later[built == 0] == 0)


@pytest.mark.parametrize(
    ("at", "tonnes"), [(2027.9, 0), (2028, 0), (2029, 500), (2030, 1000), (2045, 1000)]
)
def test_the_ramp_is_straight_from_first_output_to_nameplate(at, tonnes):
    assert _capacity(at) == pytest.approx(tonnes)


def test_a_delay_moves_the_whole_ramp():
    assert _capacity(2031, delay=2) == pytest.approx(_capacity(2029))


def test_a_plant_of_negative_size_is_refused():
    with pytest.raises(ValueError, match="nameplate capacity is negative"):
        _capacity(2030, nameplate=-1)


@pytest.mark.parametrize("ramp", [0, -1])
def test_no_plant_starts_at_full_output(ramp):
    with pytest.raises(ValueError, match="ramp must take some time"):
        _capacity(2030, ramp=ramp)
