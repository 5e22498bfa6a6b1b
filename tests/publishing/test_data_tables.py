"""Promises about the table under a figure: what the reader sees, and what is saved."""

from __future__ import annotations

import math

import pytest

from third_pillar.publishing.exhibits import compose_data_table, reads_the_same, safe_json

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"


def shown(value) -> str:
    _, rows = compose_data_table({"columns": ["A", "B"], "rows": [["x", value], ["y", 1.5]]})
    return rows[0][1].text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-12, f"{MINUS}12"),
        (-1663, f"{MINUS}1,663"),
        (-1663.4, f"{MINUS}1,663"),
        (-0.25, f"{MINUS}0.25"),
        (-0.0, "0"),
        (0, "0"),
        (12, "12"),
        (-math.inf, DASH),
        (math.nan, DASH),
        (None, DASH),
        (0.0000123, "0.0000123"),
        (-0.0000123, f"{MINUS}0.0000123"),
        ("2026-11-22", "2026-11-22"),
        ("not-known", "not-known"),
    ],
)
def test_a_negative_number_is_printed_with_a_minus_and_words_as_they_are(value, text):
    """A hyphen before a number reads as a dash, and an exponent is read by nobody."""
    assert shown(value) == text


def test_the_data_kept_for_saving_has_the_hyphen_that_programs_read():
    """What leaves the page as CSV or JSON is the raw value, never its printed form."""
    table = {"columns": ["A", "B"], "rows": [[f"row {n}", -n] for n in range(1, 300)]}
    assert not reads_the_same(table), "read off the page, the minus would be text"
    assert '["row 12",-12]' in safe_json(table)
    assert MINUS not in safe_json(table)


def test_a_long_table_without_negatives_is_still_carried_once():
    """The minus costs nothing where there is none."""
    table = {"columns": ["A", "B"], "rows": [[f"row {n}", n] for n in range(300)]}
    assert reads_the_same(table)
