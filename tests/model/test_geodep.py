"""The dependence test says yes or no only where what is not known cannot change it (§2.4)."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.model.dependence import compute_supplier_shares
from third_pillar.model.geodep import TradeYear, apply_geodep

FEW, MANY, UNSURE = (0.6, 0.6), (0.2, 0.2), (0.35, 0.45)


def year(number, *, imports=FEW, world=FEW, bought=10.0, sold=1.0):
    return TradeYear(number, imports, world, bought, sold)


@pytest.mark.parametrize(
    ("years", "wanted"),
    [
        ([year(1), year(2), year(3)], True),
        ([year(1, imports=MANY), year(2), year(3)], True),
        ([year(1, imports=MANY), year(2, world=MANY), year(3)], False),
        ([year(1, sold=20.0), year(2, sold=10.0), year(3)], False),
        ([year(1, world=None), year(2, world=None), year(3, world=None)], None),
        ([year(1, world=None), year(2, world=None, imports=MANY), year(3, sold=99.0)], False),
        ([year(1, imports=UNSURE), year(2), year(3)], True),
        ([year(1, imports=UNSURE), year(2), year(3, world=MANY)], None),
        ([year(3)], None),
        ([year(2), year(3)], True),
        ([year(3, imports=MANY)], None),
        ([], None),
    ],
)
def test_all_three_criteria_in_two_of_three_years(years, wanted):
    assert apply_geodep(years).is_dependent is wanted


def test_only_the_newest_three_years_count():
    old = [year(n, imports=MANY) for n in range(2015, 2022)]
    result = apply_geodep([*old, year(2022), year(2023), year(2024)])
    assert [one.year for one in result.years] == [2022, 2023, 2024]
    assert result.is_dependent is True


def test_exports_of_nothing_are_exceeded_and_equal_flows_are_not():
    assert apply_geodep([year(1, sold=0.0)]).years[0].imports_exceed is True
    assert apply_geodep([year(1, bought=5.0, sold=5.0)]).years[0].imports_exceed is False
    assert apply_geodep([year(1, bought=0.0, sold=0.0)]).years[0].imports_exceed is False


def test_the_threshold_itself_is_not_above_it():
    """HHI of exactly 0.4 is not concentrated."""
    assert apply_geodep([year(1, imports=(0.4, 0.4))]).years[0].few_suppliers is False


def test_impossible_input_is_refused():
    with pytest.raises(ValueError, match="twice"):
        apply_geodep([year(1), year(1)])
    with pytest.raises(ValueError, match="below zero"):
        apply_geodep([year(1, bought=-1.0)])


def test_learning_what_was_unknown_never_turns_a_yes_into_a_no():
    """For every pattern of unknown criteria, each completion agrees with a given answer."""
    choices = {True: FEW, False: MANY, None: None}
    for pattern in product((True, False, None), repeat=3):
        stated = apply_geodep([year(n, world=choices[p]) for n, p in enumerate(pattern)])
        for filled in product((True, False), repeat=3):
            if all(p is None or p == f for p, f in zip(pattern, filled, strict=True)):
                full = apply_geodep([year(n, world=choices[f]) for n, f in enumerate(filled)])
                assert stated.is_dependent in {None, full.is_dependent}


@given(st.dictionaries(st.sampled_from("ABCDEF"), st.floats(0.1, 1e6), min_size=1))
def test_shares_among_the_named_add_to_one_and_bound_the_index(flows):
    found = compute_supplier_shares(flows)
    assert sum(found.shares.values()) == pytest.approx(1)
    assert not found.is_of_world
    assert 1 / len(flows) - 1e-9 <= found.concentration.hhi_low <= 1 + 1e-9
    assert list(found.shares.values()) == sorted(found.shares.values(), reverse=True)


def test_what_the_total_leaves_over_widens_the_index():
    """China 81.3 of 100: between 0.66, if the rest is many, and 0.70, if it is one."""
    found = compute_supplier_shares({"CHN": 81.3}, total=100.0)
    assert found.concentration.hhi_low == pytest.approx(0.661, abs=0.001)
    assert found.concentration.hhi_high == pytest.approx(0.696, abs=0.001)
    assert found.concentration.is_concentrated
    assert found.share("USA") == 0


@pytest.mark.parametrize(("flows", "total"), [({}, None), ({"A": 0.0}, None), ({"A": 5.0}, 2.0),
                                              ({"A": -1.0, "B": 3.0}, None)])  # fmt: skip
def test_suppliers_that_cannot_be_are_refused(flows, total):
    with pytest.raises(ValueError, match="supplier"):
        compute_supplier_shares(flows, total=total)
