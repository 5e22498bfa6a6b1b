"""Claim tests are data: thresholds are compared, never evaluated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.vocabulary.claims import (
    OPERATORS,
    BadClaimTests,
    Comparison,
    EventTest,
    MeasuredTest,
    read_claim_tests,
    read_comparison,
)

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6)
COMPARISONS = st.builds(Comparison, st.sampled_from(OPERATORS), NUMBERS)
MEASURED = {
    "kind": "measured",
    "metric": "mine_share(IND, 2025)",
    "supported_if": ">= 5",
    "refuted_if": "< 2",
    "unit": "pct",
    "reason": "toy",
}


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        (">= 5", 5, True),
        ("> 5", 5, False),
        ("<= 5", 5.1, False),
        ("<5", 4.9, True),
        ("== 0", 0, True),
        ("> -1.5e-1", 0, True),
        (">= 5", float("nan"), False),
    ],
)
def test_a_comparison_means_what_it_says(text, value, holds):
    assert read_comparison(text).holds(value) is holds


@pytest.mark.parametrize("text", ["5", ">=", "=> 5", "> 5 or True", "> x", "> 5 < 9", "", "> nan"])
def test_anything_but_an_operator_and_a_number_is_refused(text):
    """The text is matched, not run."""
    with pytest.raises(ValueError, match="is not a comparison"):
        read_comparison(text)


@given(COMPARISONS, COMPARISONS, NUMBERS)
def test_comparisons_that_share_a_number_are_said_to_overlap(one, other, value):
    """Overlap is symmetric, and found wherever one number meets both."""
    assert one.overlaps(other) == other.overlaps(one)
    if one.holds(value) and other.holds(value):
        assert one.overlaps(other)


def test_tests_are_read_by_claim():
    """Each kind becomes its own type, with its thresholds or its events."""
    tests = read_claim_tests(
        {
            "C1": MEASURED,
            "C2": {
                "kind": "event-tested",
                "supported_by": ["E1"],
                "qualified_by": ["E2", "E1"],
                "reason": "toy",
            },
        }
    )
    measured, tested = tests["C1"], tests["C2"]
    assert isinstance(measured, MeasuredTest)
    assert measured.support.holds(5)
    assert measured.refutation.holds(1)
    assert isinstance(tested, EventTest)
    assert tested.events() == ("E1", "E2")


def test_every_fault_of_every_test_is_told_at_once():
    """Two broken tests give two faults, each with its claim."""
    with pytest.raises(BadClaimTests) as caught:
        read_claim_tests({"C1": {**MEASURED, "refuted_if": "<= 5"}, "C2": None})
    assert [claim for claim, _ in caught.value.faults] == ["C1", "C2"]
    assert "overlap" in caught.value.faults[0][1]
