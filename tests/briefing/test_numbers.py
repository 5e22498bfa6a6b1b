"""Numbers, likelihood and lists as a reader writes them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.briefing.numbers import (
    MINUS,
    NBSP,
    phrase_count,
    phrase_likelihood,
    phrase_list,
    show_number,
    show_span,
)

TONNES = "t NdFeB a year"
UNITS = ("%", "percentage points", TONNES, "stages", "")
AMOUNTS = st.floats(min_value=-1e7, max_value=1e7, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0, "%", "0 %"),
        (7.1, "%", "7.1 %"),
        (7.06, "%", "7.1 %"),
        (52.4, "%", "52 %"),
        (100, "%", "100 %"),
        (-3.2, "percentage points", "−3.2 percentage points"),
        (-52.4, "%", "−52 %"),
        (0, TONNES, "0 t NdFeB a year"),
        (1238, TONNES, "1,238 t NdFeB a year"),
        (53_748, TONNES, "53,700 t NdFeB a year"),
        (2142.7, TONNES, "2,140 t NdFeB a year"),
        (-2142.7, TONNES, "−2,140 t NdFeB a year"),
        (13.4, TONNES, "13 t NdFeB a year"),
        (3, "stages", "3 stages"),
        (0.505, "", "0.505"),
        (1238, "", "1,238"),
        (1_234_567, "", "1,230,000"),
    ],
)
def test_numbers_are_shown_as_readers_write_them(value: float, unit: str, shown: str):
    """One decimal below ten percent, three figures above ten thousand, commas, a true minus."""
    assert show_number(value, unit).replace(NBSP, " ") == shown


def test_a_number_and_its_unit_never_part_at_the_end_of_a_line():
    """Number and unit are tied by spaces that do not break."""
    assert " " not in show_number(2142, TONNES)
    assert show_number(2142, TONNES).count(NBSP) == 4


@pytest.mark.parametrize("value", [0.001, 0.0071, 0.4, 0.5, 0.999])
def test_tonnes_under_one_are_never_zero(value: float):
    """A trace of a tonne reads "under 1", never "0" and never a fraction."""
    assert show_number(value, TONNES).startswith("under 1")
    assert show_number(value, "", like=TONNES) == "under 1"


@pytest.mark.parametrize("value", [0.001, 0.04, 0.049])
def test_a_share_above_zero_is_never_zero(value: float):
    """0.04 % is little, not nothing."""
    shown = show_number(value, "%").replace(NBSP, " ")
    assert shown not in {"0 %", "0.0 %"}
    assert shown.endswith(" %")


@pytest.mark.parametrize("value", [9.951, 9.96, 9.999])
def test_rounding_up_to_ten_percent_keeps_the_form_of_ten(value: float):
    """9.96 % reads 10 %, as 10.04 % does: one width for one amount."""
    assert show_number(value, "%") == show_number(10.04, "%") == f"10{NBSP}%"


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_known(value: float, unit: str):
    """A missing value reads "not known", whatever its unit; it is never "nan" or "inf"."""
    shown = show_number(value, unit)
    assert shown.startswith("not known")
    assert "nan" not in shown
    assert "inf" not in shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (4.1, "percentage points", "+4.1 percentage points"),
        (-4.1, "percentage points", "−4.1 percentage points"),
        (0, "percentage points", "0 percentage points"),
        (22.4, "%", "+22 %"),
    ],
)
def test_a_change_shows_its_sign(value: float, unit: str, shown: str):
    """Plus for more, minus for less, none for nothing."""
    assert show_number(value, unit, signed=True).replace(NBSP, " ") == shown


@pytest.mark.parametrize(("value", "unit"), [(0.5, TONNES), (0.04, "percentage points")])
def test_a_trace_more_is_no_sum(value: float, unit: str):
    """A sign stands before figures only, never before "under"."""
    assert not show_number(value, unit, signed=True).startswith("+under")


@given(AMOUNTS, st.sampled_from(UNITS))
def test_a_negative_number_never_carries_a_hyphen(value: float, unit: str):
    """Minus is the minus sign; nothing that rounds to zero has one."""
    shown = show_number(value, unit)
    assert "-" not in shown
    assert not re.match(rf"{MINUS}0(\.0*)?({NBSP}|$)", shown)


@given(AMOUNTS, st.sampled_from(UNITS))
def test_like_rounds_as_with_the_unit(value: float, unit: str):
    """A number in a table under a unit's heading is the number in the text."""
    assert show_number(value, unit).startswith(show_number(value, "", like=unit))


@given(AMOUNTS.filter(lambda value: abs(value) >= 1), st.sampled_from(UNITS))
def test_what_is_shown_is_the_value_rounded(value: float, unit: str):
    """From one upwards what is read differs from the value by less than five in a hundred."""
    shown = show_number(value, "", like=unit).replace(",", "").replace(MINUS, "-")
    assert float(shown) == pytest.approx(value, rel=0.05, abs=0.5 if unit == TONNES else 0.05)


@pytest.mark.parametrize(
    ("low", "high", "like", "shown"),
    [
        (17.2, 22.4, "%", "17–22"),
        (-2490, -1750, TONNES, "−2,490 to −1,750"),
        (-3, 4, "%", "−3.0 to 4.0"),
        (0, 3590, TONNES, "0–3,590"),
    ],
)
def test_a_range_shows_both_ends(low: float, high: float, like: str, shown: str):
    """A dash between positive ends, the word "to" where a minus would meet it."""
    assert show_span(low, high, like=like) == shown


LIKELIHOOD = (
    (0, 5, "almost no chance"),
    (5, 20, "very unlikely"),
    (20, 45, "unlikely"),
    (45, 55, "roughly even chance"),
    (55, 80, "likely"),
    (80, 95, "very likely"),
)


@pytest.mark.parametrize(("low", "high", "word"), LIKELIHOOD)
def test_a_band_of_likelihood_holds_its_lower_edge_and_not_its_upper(
    low: float, high: float, word: str
):
    """The bands of ICD 203, half open (§6.5): the lower edge belongs, the upper does not."""
    assert phrase_likelihood(low) == word
    assert phrase_likelihood((low + high) / 2) == word
    assert phrase_likelihood(math.nextafter(high, low)) == word
    assert phrase_likelihood(high) != word


@pytest.mark.parametrize("percent", [95, 97.5, 100])
def test_from_95_percent_on_it_is_almost_certain(percent: float):
    """The last band has no upper edge."""
    assert phrase_likelihood(percent) == "almost certain"


def test_a_chance_that_is_not_known_gets_no_word():
    """Not knowing is never "almost certain"."""
    with pytest.raises(ValueError, match="nan"):
        phrase_likelihood(math.nan)


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ((), ""),
        (("Japan",), "Japan"),
        (("Japan", "Korea"), "Japan and Korea"),
        (("Japan", "Korea", "India"), "Japan, Korea and India"),
    ],
)
def test_a_list_reads_as_a_sentence(items: tuple[str, ...], text: str):
    """Commas, then "and" before the last; nothing for nothing."""
    assert phrase_list(items) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "none"), (1, "one"), (9, "nine"), (10, "10"), (1200, "1,200")]
)
def test_small_counts_are_words(count: int, text: str):
    """Words up to nine, figures from ten."""
    assert phrase_count(count) == text
