"""Promises about the narrowest stages: what is as narrow is named, what is left out never is."""

from __future__ import annotations

import numpy as np
import pytest

from third_pillar.assessment.narrowest import find_narrowest, name_narrowest
from third_pillar.model.chain import compute_chain_flow

ALL = np.array([True, True, True, True])


def narrowest(tonnes, counted=ALL):
    pooled = np.array(tonnes, dtype=float)
    chain = compute_chain_flow(pooled[:, None, :], is_counted=counted)
    return find_narrowest(pooled, chain.binding_share, is_counted=counted)


@pytest.mark.parametrize(
    ("tonnes", "places"),
    [
        ([[5, 4, 3, 6]], (2,)),
        ([[5, 0, 0, 0]], (1, 2, 3)),
        ([[0, 4, 0, 6]], (0, 2)),
        ([[2, 2, 2, 2]], (0, 1, 2, 3)),
    ],
)
def test_every_stage_that_is_as_narrow_is_found(tonnes, places):
    """Ties go upstream in the model; a reader is told of all of them."""
    assert narrowest(tonnes) == places


def test_a_tie_in_a_few_draws_is_no_tie():
    """Metal is narrowest throughout, magnets as narrow in one draw of four."""
    assert narrowest([[9, 9, 1, 5], [9, 9, 1, 5], [9, 9, 1, 5], [9, 9, 0, 0]]) == (2,)
    assert narrowest([[9, 9, 1, 5], [9, 9, 0, 0]]) == (2, 3)


def test_a_stage_that_is_left_out_is_not_called_narrow():
    """What nothing is known of counts as nothing in the sum, and is no narrowest stage."""
    counted = np.array([True, True, False, True])
    assert narrowest([[5, 4, 0, 6]], counted) == (1,)


def test_the_names_read_as_one_value():
    assert name_narrowest(["metal"]) == "metal"
    assert name_narrowest(["separation", "metal", "magnet"]) == "separation, metal and magnet"
