"""Attribution along a line: what is summed once for all additions and rules changes no number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.model.attribution import compute_shapley
from third_pillar.model.joining import JoiningLine

RULES = np.array(
    [
        [True, True, True, True, False, False],
        [True, True, False, True, False, False],
        [True, True, True, True, True, True],
        [True, True, False, True, True, True],
    ]
)
"""The rules of the curve: the metal stage counted or not, Dy and Tb counted or not."""


def random_case(seed, *, draws=60, members=5):
    generator = np.random.default_rng(seed)
    own, others = generator.random((draws, 6)), generator.random((draws, members, 6))
    own[:, 2], others[:, 3, 1] = np.nan, np.nan
    return own, others, generator.random(draws) * 2


def compute_anew(own, others, need, *, rules, is_moved, tonnes):
    grown = np.where(is_moved, np.nan_to_num(own) + tonnes, own)
    members = np.concatenate([grown[:, None], others], axis=1)
    return [compute_shapley(members, need, is_counted=rule).mean(axis=0) for rule in rules]


@pytest.mark.parametrize("moved", ["111111", "010000", "101100", "001000", "100011"])
def test_along_a_line_the_values_are_those_computed_anew_by_every_rule(moved):
    """Also where a rule counts none of the stages that grow."""
    own, others, need = random_case(11)
    is_moved = np.array([stage == "1" for stage in moved])
    line = JoiningLine(own, others, need, rules=RULES, is_moved=is_moved)
    for tonnes in (0.0, 0.001, 0.4, 3.0):
        anew = compute_anew(own, others, need, rules=RULES, is_moved=is_moved, tonnes=tonnes)
        np.testing.assert_allclose(line.find(tonnes), anew, atol=1e-9)


@given(
    seed=st.integers(0, 10_000),
    rules=st.lists(st.integers(1, 63), min_size=1, max_size=5),
    moved=st.integers(1, 63),
    tonnes=st.floats(0.0, 4.0),
)
def test_whatever_the_rules_have_in_common_each_gets_its_own_values(seed, rules, moved, tonnes):
    own, others, need = random_case(seed, draws=7, members=4)
    masks = np.array([[bool(rule >> stage & 1) for stage in range(6)] for rule in rules])
    is_moved = np.array([bool(moved >> stage & 1) for stage in range(6)])
    line = JoiningLine(own, others, need, rules=masks, is_moved=is_moved)
    anew = compute_anew(own, others, need, rules=masks, is_moved=is_moved, tonnes=tonnes)
    np.testing.assert_allclose(line.find(tonnes), anew, atol=1e-9)


def test_asking_a_line_does_not_change_it():
    own, others, need = random_case(3)
    line = JoiningLine(own, others, need, rules=RULES, is_moved=np.ones(6, dtype=bool))
    first = line.find(0.2)
    line.find(2.0)
    np.testing.assert_array_equal(line.find(0.2), first)


def test_draws_are_summed_in_parts_without_loss():
    """More draws than are held at a time."""
    own, others, need = random_case(5, draws=200, members=10)
    moved = np.ones(6, dtype=bool)
    line = JoiningLine(own, others, need, rules=RULES[:1], is_moved=moved)
    anew = compute_anew(own, others, need, rules=RULES[:1], is_moved=moved, tonnes=0.3)
    np.testing.assert_allclose(line.find(0.3), anew, atol=1e-9)


def test_a_rule_that_counts_nothing_is_refused():
    own, others, need = random_case(1)
    rules = np.array([[True] * 6, [False] * 6])
    with pytest.raises(ValueError, match="no stage is counted"):
        JoiningLine(own, others, need, rules=rules, is_moved=np.ones(6, dtype=bool))


def test_more_members_than_can_be_enumerated_are_refused():
    with pytest.raises(ValueError, match="14 members at most"):
        JoiningLine(
            np.ones((1, 6)),
            np.ones((1, 14, 6)),
            np.ones(1),
            rules=RULES,
            is_moved=np.ones(6, dtype=bool),
        )
