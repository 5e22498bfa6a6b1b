"""Promises about amounts in words: the unit where a reader expects it, the side of a limit kept."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from third_pillar.vocabulary.amounts import (
    attach_unit,
    counted,
    find_distance_unit,
    group_thousands,
    keep_apart,
    phrase_list,
    round_apart,
)


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("3", "rank", "rank 3"),
        ("1,930", "USD m", "USD 1,930 m"),
        ("30,400", "USD a t NdFeB a year", "USD 30,400 a t NdFeB a year"),
        ("5", "USD", "USD 5"),
        ("81", "%", "81 %"),
        ("1", "stages", "1 stage"),
        ("0", "stages", "0 stages"),
        ("2", "stages", "2 stages"),
        ("1", "criteria", "1 criterion"),
        ("2,900", "t REO", "2,900 t REO"),
        ("0.5", "", "0.5"),
    ],
)
def test_a_unit_stands_where_a_reader_expects_it(text, unit, said):
    assert attach_unit(text, unit) == said
    assert attach_unit(text, unit, space="_") == said.replace(" ", "_")


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1200, "1,200 rows")]
)
def test_a_count_has_the_noun_of_its_number(number, said):
    assert counted(number, "row") == said
    assert counted(number, "entry", "entries").endswith("entry" if number == 1 else "entries")


@pytest.mark.parametrize(
    ("text", "said"),
    [("21000000", "21,000,000"), ("3326", "3,326"), ("2.15", "2.15"), ("-4500.5", "-4,500.5"),
     ("NdPr oxide", "NdPr oxide"), ("", "")],
)  # fmt: skip
def test_a_figure_of_a_table_has_its_thousands_apart_and_words_stay(text, said):
    assert group_thousands(text) == said


def test_a_distance_between_shares_is_in_points_and_between_ranks_in_places():
    assert [find_distance_unit(unit) for unit in ("%", "rank", "t REO")] == [
        "percentage points", "places", "t REO"
    ]  # fmt: skip
    assert attach_unit("1", find_distance_unit("rank")) == "1 place"


@pytest.mark.parametrize(
    ("text", "value", "limits", "said"),
    [
        ("10", 9.98, (10,), "9.98"),
        ("10", 10.0, (10,), "10"),
        ("10", 10.2, (10,), "10.2"),
        ("60", 59.6, (60,), "59.6"),
        ("20", 19.96, (5, 20), "19.96"),
        ("7", 7.1, (10,), "7"),
        ("10", 9.98, (), "10"),
        ("under 0.1", 0.02, (10,), "under 0.1"),
        ("1,000", 999.7, (1000,), "999.7"),
    ],
)
def test_rounding_does_not_carry_a_number_to_the_other_side_of_its_limit(text, value, limits, said):
    """A share of 9.98 that misses a threshold of 10 is not shown as 10."""
    assert keep_apart(text, value, limits) == said


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
@example(9.999_999_99, 10.0)
@example(-0.04, 0.0)
def test_whoever_compares_the_number_shown_comes_to_the_same_answer(value, limit):
    """Unless they are equal to nine digits, for which no reader asks."""
    shown = round_apart(value, [limit])
    if abs(value - limit) > 1e-7:
        assert (shown > limit) == (value > limit)
        assert (shown < limit) == (value < limit)
    assert abs(shown - value) <= 0.051


def test_a_list_reads_as_a_sentence_does():
    assert [phrase_list(("A", "B", "C")[:n]) for n in range(4)] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]
