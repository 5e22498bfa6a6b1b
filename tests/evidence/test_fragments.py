"""A fragment is checked to the character, in the reader's own copy of the article."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from third_pillar.evidence import check_fragments, verify_fragments
from third_pillar.vocabulary.errors import MissingEvidence
from toy import ARTICLE, ARTICLE_TEXT


def test_every_fragment_stands_in_the_article_it_was_taken_from(toy_package):
    assert verify_fragments(ARTICLE, ARTICLE_TEXT, root=toy_package) == []
    checks = check_fragments(ARTICLE, ARTICLE_TEXT, root=toy_package)
    assert [(check.claim_id, check.status.value, check.found) for check in checks] == [
        ("C1", "ok", (0, 17)),
        ("C2", "ok", (19, 50)),
        ("C3", "ok", (68, 92)),
        ("C4", "ok", (106, 129)),
    ]


def test_a_claim_whose_fragment_is_not_in_the_article_is_named(toy_package):
    """The claim and its words are named; the others are not blamed."""
    text = ARTICLE_TEXT.replace("paused", "lifted")
    faults = verify_fragments(ARTICLE, text, root=toy_package)
    assert [(fault.claim_id, fault.status.value, fault.found) for fault in faults] == [
        ("C3", "missing", None)
    ]
    assert str(faults[0]) == "claim C3: 'Beijing paused its curbs' is not in the given article"


def test_a_shifted_copy_is_told_with_the_new_places(toy_package):
    """A line more at the top moves every fragment by its length."""
    faults = verify_fragments(ARTICLE, "Live TV\n" + ARTICLE_TEXT, root=toy_package)
    assert {fault.status.value for fault in faults} == {"moved"}
    assert faults[0].found == (8, 25)
    assert "recorded at 0 to 17" in str(faults[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("India digs", "India\u00a0digs"),
        ("India digs", "India  digs"),
        ("India digs", "In\u00addia digs"),
        ("digs little", "digs\nlittle"),
    ],
    ids=["no-break space", "two spaces", "soft hyphen", "line break"],
)
def test_another_space_is_tolerated_but_told(toy_package, old, new):
    """The fragment counts as found, and its difference is said."""
    faults = verify_fragments(ARTICLE, ARTICLE_TEXT.replace(old, new), root=toy_package)
    first = next(fault for fault in faults if fault.claim_id == "C1")
    assert first.status.value == "ok"
    assert not first.is_exact
    assert first.found == (0, 17 + len(new) - len(old))
    assert "differ" in str(first)


def test_of_several_places_the_nearest_counts(toy_package):
    """A fragment that occurs twice is not said to have moved."""
    text = ARTICLE_TEXT + "India digs little. Beijing paused its curbs."
    assert verify_fragments(ARTICLE, text, root=toy_package) == []


def test_an_unknown_article_is_named(toy_package):
    with pytest.raises(MissingEvidence, match="Did you mean"):
        verify_fragments("newsx-2025-11-08", "", root=toy_package)


@given(st.text())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered(toy_package, text):
    """Whatever the reader gives, each claim gets one answer inside the text's bounds."""
    checks = check_fragments(ARTICLE, text, root=toy_package)
    assert len(checks) == 4
    for check in checks:
        if check.found:
            assert 0 <= check.found[0] < check.found[1] <= len(text)
