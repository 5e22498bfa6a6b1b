"""The ledger seen as a whole: order, half-truths, conclusion and the sources behind each claim."""

from __future__ import annotations

from typing import Any

import pytest

from third_pillar.assessment.case import assess
from third_pillar.assessment.ledger import FAILED, HELD, STANCES, LedgerReview, review_ledger
from third_pillar.vocabulary.codes import Confidence, Settled, Verdict

_TESTED = {Settled.MEASURED, Settled.EVENT_TESTED}


@pytest.fixture(scope="module")
def case() -> Any:
    return assess(draws=100)


@pytest.fixture(scope="module")
def earlier() -> Any:
    return assess(draws=100, as_of="2026-01-15")


@pytest.fixture(scope="module")
def review(case: Any) -> LedgerReview:
    return review_ledger(case.results, case.verdicts)


def test_the_lists_hold_every_claim_of_their_verdicts_once(case: Any, review: LedgerReview):
    """Nothing that fails or holds is left out, nothing is listed twice."""
    fails = {claim for claim, verdict in case.verdicts.items() if verdict.verdict in FAILED}
    holds = {c for c, v in case.verdicts.items() if v.verdict is Verdict.SUPPORTED}
    assert sorted(review.contradicted) == sorted(fails)
    assert sorted(review.supported) == sorted(holds)


def test_the_plainest_comes_first(case: Any, review: LedgerReview):
    """Contradicted before not supported; a test before a reading; high confidence before low."""
    order = [Confidence.HIGH, Confidence.MODERATE, Confidence.LOW]
    for claims in (review.contradicted, review.supported):
        keys = [
            (
                v.verdict is Verdict.NOT_SUPPORTED,
                v.how not in _TESTED,
                order.index(v.confidence),
            )
            for v in (case.verdicts[claim] for claim in claims)
        ]
        assert keys == sorted(keys)


def test_a_half_truth_holds_and_leaves_something_out(case: Any, review: LedgerReview):
    """Both at once: the verdict is at least partly supported and a qualifier was dropped."""
    assert "C13" in review.half_truths
    for claim, verdict in case.verdicts.items():
        expected = verdict.verdict in HELD and verdict.qualifier_dropped
        assert (claim in review.half_truths) is expected


def test_a_dropped_qualifier_alone_makes_no_half_truth(case: Any, review: LedgerReview):
    """The headline drops a qualifier too, but what does not hold is no half-truth."""
    assert case.verdicts["C42"].qualifier_dropped
    assert ("C42" in review.half_truths) is (case.verdicts["C42"].verdict in HELD)


def test_the_conclusion_and_its_grounds_are_apart(case: Any, review: LedgerReview):
    """C09 and the headline conclude; every other claim of the bottom line is a ground."""
    assert set(review.conclusion) == {"C09", "C42"}
    assert review.premises
    assert not set(review.conclusion) & set(review.premises)
    flagged = {claim for claim, verdict in case.verdicts.items() if verdict.bottom_line}
    assert flagged == {*review.conclusion, *review.premises}


def test_a_source_counts_once_a_claim_and_stance(case: Any, review: LedgerReview):
    """Two rows of one source are one mark; the counts are those of the evidence table."""
    backing = review.backing
    assert not backing.duplicated(["claim_id", "stance", "source_id"]).any()
    evidence = case.results.article.evidence
    for claim in ("C01", "C09", "C13", "C20"):
        rows = evidence[evidence["claim_id"] == claim]
        for stance in STANCES:
            expected = rows.loc[rows["stance"] == stance, "source_id"].nunique()
            assert review.count_sources(claim, stance) == expected


def test_solid_means_reliability_a_or_b(case: Any, review: LedgerReview):
    """The mark is filled for A and B, open for C to F."""
    grades = case.results.evidence.sources["reliability"]
    for row in review.backing.to_dict("records"):
        assert row["is_solid"] is (grades[row["source_id"]] in {"A", "B"})


def test_contested_and_single_sourced_are_what_they_say(review: LedgerReview):
    """Contested has both a source for and one against; single-sourced has one in all."""
    for claim in review.contested():
        assert review.count_sources(claim, "supports") > 0
        assert review.count_sources(claim, "refutes") > 0
    backing = review.backing
    for claim in review.single_sourced():
        assert backing.loc[backing["claim_id"] == claim, "source_id"].nunique() == 1


def test_evidence_that_came_later_is_not_shown(earlier: Any):
    """In January 2026 nobody could cite a source of May."""
    backing = review_ledger(earlier.results, earlier.verdicts).backing
    later = {"MINING-2026-05-26", "GADG-2026-06-02", "CIVILSWISDOM-2026-05-26"}
    assert len(backing)
    assert not later & set(backing["source_id"])


def test_claims_that_do_not_bear_on_the_candidate_are_left_out():
    """For Brazil the lists and the sources speak only of claims with a verdict there."""
    brazil = assess(draws=100, candidate="BRA")
    review = review_ledger(brazil.results, brazil.verdicts)
    named = {*review.contradicted, *review.supported, *review.backing["claim_id"]}
    assert named <= set(brazil.verdicts)
    assert review.conclusion == ()


def test_no_verdicts_give_an_empty_review(case: Any):
    """A ledger of which nothing bears on the candidate is reviewed, not refused."""
    review = review_ledger(case.results, {})
    assert review.contradicted == review.supported == review.half_truths == ()
    assert len(review.backing) == 0
