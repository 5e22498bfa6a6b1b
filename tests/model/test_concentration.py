"""Concentration by country: worked examples from others, and laws that hold for any shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.model.concentration import compute_concentration, compute_country_shares
from third_pillar.vocabulary.codes import AGGREGATES

_TONNES = st.lists(st.floats(1.0, 1e6), min_size=1, max_size=30)


def _production(tonnes, *, codes=None):
    codes = codes or [f"C{number:02d}" for number in range(len(tonnes))]
    return dict(zip(codes, tonnes, strict=True))


def _whole(tonnes):
    """Shares that add to one."""
    return np.asarray(tonnes) / np.sum(tonnes)


@pytest.mark.parametrize(
    ("percent", "points"),
    [
        pytest.param([30, 30, 20, 20], 2600, id="DoJ, four firms"),
        pytest.param([40, 30, 20, 10], 3000, id="The Dangerous Economist 2023, four firms"),
        pytest.param([25, 20, 15, 10, 8, 7, 6, 5, 4], 1540, id="nine firms"),
        pytest.param([25, 20, 15, 10, 9, 8, 7, 6], 1580, id="nine firms, two smallest merged"),
        pytest.param([45, 15, 10, 8, 7, 6, 5, 4], 2540, id="nine firms, two largest merged"),
        pytest.param([86, 6, 2, 2, 1, 1, 1, 1], 7444, id="EU list 2020, rare-earth output"),
    ],
)
def test_published_examples_come_out(percent, points):
    """Worked examples: U.S. DoJ and FTC merger guidelines, teaching blogs, and COM(2020) 474.

    Theirs run to 10,000, ours to 1; the European shares are rounded to whole percents, so
    the sum of squares holds to that rounding.
    """
    found = compute_concentration(np.array(percent) / 100)
    assert found.hhi_low == pytest.approx(points / 10_000, abs=5e-5)
    assert found.hhi_high == pytest.approx(points / 10_000, abs=5e-5)
    assert found.effective_suppliers == pytest.approx(10_000 / points, rel=1e-3)


def test_the_three_largest_are_summed_whatever_their_order():
    found = compute_concentration([0.1, 0.4, 0.2, 0.3])
    assert found.top_3_share == pytest.approx(0.9)
    assert found.largest_share == pytest.approx(0.4)


@given(_TONNES)
def test_the_index_lies_between_equal_shares_and_monopoly(tonnes):
    """With n suppliers and nothing unattributed, the index is at least 1/n and at most 1."""
    index = compute_concentration(_whole(tonnes)).hhi_low
    assert 1 / len(tonnes) - 1e-9 <= index <= 1 + 1e-9


@given(_TONNES, st.randoms(use_true_random=False), st.floats(0.01, 100))
def test_neither_order_nor_unit_changes_the_index(tonnes, random, factor):
    """Concentration is about shares: rows may be sorted, tonnes may be kilotonnes."""
    shuffled = random.sample(tonnes, len(tonnes))
    straight, other = (
        compute_concentration(
            list(compute_country_shares(_production(part), world_total=sum(part)).values())
        )
        for part in (tonnes, [factor * tonne for tonne in shuffled])
    )
    assert other.hhi_low == pytest.approx(straight.hhi_low)
    assert other.top_3_share == pytest.approx(straight.top_3_share)


@given(_TONNES.filter(lambda tonnes: len(tonnes) > 1), st.data())
def test_merging_two_suppliers_never_lowers_the_index(tonnes, data):
    first, second = data.draw(
        st.lists(st.sampled_from(range(len(tonnes))), min_size=2, max_size=2, unique=True)
    )
    rest = [tonne for i, tonne in enumerate(tonnes) if i not in {first, second}]
    merged = [*rest, tonnes[first] + tonnes[second]]
    before, after = (compute_concentration(_whole(part)).hhi_low for part in (tonnes, merged))
    assert after >= before - 1e-12


@given(_TONNES, st.floats(0.01, 1.0), st.integers(1, 50))
def test_the_bounds_hold_however_the_unattributed_part_is_split(tonnes, known, others):
    """Whether it is one more country or fifty, the index stays between the two bounds."""
    shares = known * _whole(tonnes)
    found = compute_concentration(shares)
    split = np.append(shares, np.full(others, (1 - known) / others))
    truth = float(np.sum(split**2))
    assert found.hhi_low <= found.hhi_high
    assert found.hhi_low - 1e-9 <= truth <= found.hhi_high + 1e-9
    assert found.unattributed == pytest.approx(1 - known, abs=1e-9)


@pytest.mark.parametrize("aggregate", sorted(AGGREGATES))
def test_a_total_among_the_countries_is_refused(aggregate):
    """A world total or a rest of the world would bend the index without a trace."""
    table = _production([60.0, 40.0], codes=["CHN", aggregate])
    with pytest.raises(ValueError, match=f"aggregates among the countries: {aggregate}"):
        compute_country_shares(table, world_total=100.0)


def test_shares_that_add_to_more_than_the_world_are_refused():
    """Rounding of printed shares passes, a total counted as a country does not."""
    assert compute_concentration([0.7, 0.31]).unattributed == 0
    with pytest.raises(ValueError, match="is a world total among the countries"):
        compute_concentration([0.7, 0.3, 1.0])


@pytest.mark.parametrize(
    "shares", [[], [0.0, 0.0], [0.5, -0.1], [0.5, float("nan")], [float("inf")]]
)
def test_what_is_no_share_is_refused(shares):
    with pytest.raises(ValueError, match="shares must be finite"):
        compute_concentration(shares)


@pytest.mark.parametrize("total", [0.0, -1.0])
def test_a_world_that_makes_nothing_has_no_shares(total):
    with pytest.raises(ValueError, match="world total"):
        compute_country_shares(_production([1.0]), world_total=total)


def test_shares_are_of_the_publishers_total_largest_first():
    """The denominator is the printed world total, not the sum of the rows."""
    table = _production([2900.0, 270000.0], codes=["IND", "CHN"])
    share = compute_country_shares(table, world_total=390000.0)
    assert list(share) == ["CHN", "IND"]
    assert share["IND"] == pytest.approx(2900 / 390000)
