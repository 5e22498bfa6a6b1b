"""Definitions of "pillar" as files: what a critic may write, and what is refused."""

import pytest

from third_pillar.vocabulary.specifications import (
    CHOICES,
    READING_WORDS,
    Reading,
    expand_family,
    find_family_faults,
)

POOLS = ("quad", "allied_chain")
FAMILY = {
    "id": "mine",
    "title": "A test",
    "reading": "breadth",
    "choices": {
        "threshold": [0.1, 0.2],
        "stages_needed": [2],
        "metal": ["counted"],
        "count_by": ["location", "owner"],
        "horizon": [2030],
    },
}


def faults(**changes):
    return dict(find_family_faults({**FAMILY, **changes}, pools=POOLS))


def test_a_family_is_the_product_of_its_choices():
    found = list(expand_family(FAMILY))
    assert len(found) == 4
    assert len({specification.id for specification in found}) == 4
    assert {specification["threshold"] for specification in found} == {0.1, 0.2}


def test_a_correct_family_has_no_fault():
    assert faults() == {}


@pytest.mark.parametrize(
    ("changes", "field", "wanted"),
    [
        ({"reading": "bredth"}, "reading", "Did you mean 'breadth'?"),
        ({"choices": {}}, "choices", "missing"),
        ({"choices": {**FAMILY["choices"], "threshold": [2]}}, "choices.threshold", "outside"),
        ({"choices": {**FAMILY["choices"], "metal": ["yes"]}}, "choices.metal", "counted"),
        ({"choices": {**FAMILY["choices"], "horizon": ["soon"]}}, "choices.horizon", "number"),
        ({"choices": {**FAMILY["choices"], "horizon": []}}, "choices.horizon", "list"),
        ({"choices": {**FAMILY["choices"], "mood": [1]}}, "choices.mood", "unknown choice"),
        ({"title": ""}, "title", "missing"),
    ],
)
def test_an_unknown_choice_is_named_with_the_valid_ones(changes, field, wanted):
    assert wanted in faults(**changes)[field]


def test_a_choice_left_out_is_asked_for():
    left = {k: v for k, v in FAMILY["choices"].items() if k != "count_by"}
    assert "needs this choice" in faults(choices=left)["choices.count_by"]


def test_an_empty_file_is_a_fault_and_no_family():
    assert [rule for _, rule in find_family_faults(None, pools=POOLS)]


def test_every_reading_has_words_and_choices():
    assert set(CHOICES) == set(READING_WORDS) == set(Reading)
