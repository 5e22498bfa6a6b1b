"""Cost of additions: a range between plants, and a stage without a cost is never free."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.model.capital import compute_addition_cost, compute_unit_cost


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=5), st.floats(0, 1))
def test_a_cost_lies_between_the_cheapest_plant_and_the_dearest(costs, place):
    found = compute_unit_cost([np.array([c]) for c in costs], place=np.array([place]))[0]
    assert min(costs) - 1e-6 <= found <= max(costs) + 1e-6


def test_one_plant_alone_gives_its_own_cost():
    assert compute_unit_cost([np.array([7.0])], place=np.array([0.9])).tolist() == [7.0]


@pytest.mark.parametrize(
    "plants", [[], [np.array([0.0])], [np.array([-1.0])], [np.array([np.nan])]]
)
def test_no_plant_and_no_cost_are_refused(plants):
    with pytest.raises(ValueError, match="cost"):
        compute_unit_cost(plants, place=np.array([0.5]))


def test_stages_add_up():
    found = compute_addition_cost(
        {"mine": 10.0, "magnet": 2.0}, {"mine": np.array([3.0]), "magnet": np.array([5.0])}
    )
    assert found.total.tolist() == [40.0]
    assert found.missing == ()


def test_a_stage_without_a_cost_is_named_and_the_rest_is_a_floor():
    found = compute_addition_cost({"mine": 10.0, "metal": 4.0}, {"mine": np.array([3.0])})
    assert found.total.tolist() == [30.0]
    assert found.missing == ("metal",)


def test_where_no_cost_is_known_there_is_no_total():
    found = compute_addition_cost({"metal": 4.0}, {"metal": None})
    assert found.total is None
    assert found.missing == ("metal",)


def test_nothing_added_misses_nothing():
    assert compute_addition_cost({"metal": 0.0}, {"metal": None}).missing == ()


def test_a_negative_addition_is_refused():
    with pytest.raises(ValueError, match="negative"):
        compute_addition_cost({"mine": -1.0}, {})
