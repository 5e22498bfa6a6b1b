"""§6.3: documents are weighed by stance and reliability, by one rule that leaves no gap."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.assessment.claim_confidence import rate_confidence
from third_pillar.assessment.claim_documents import (
    WEIGHTS,
    Balance,
    Statement,
    balance_testimony,
    settle_documented,
    weigh_documents,
)
from third_pillar.vocabulary.codes import Confidence, Settled, Verdict

S, P, N, C, OPEN = (
    Verdict.SUPPORTED, Verdict.PARTLY_SUPPORTED, Verdict.NOT_SUPPORTED, Verdict.CONTRADICTED,
    Verdict.CANNOT_BE_TESTED_YET,
)  # fmt: skip
SCALE = [C, N, P, S]
WEIGHT = st.sampled_from([0, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 40])
BALANCES = st.builds(Balance, WEIGHT, WEIGHT, WEIGHT, st.booleans(), st.booleans())
STANCES = st.sampled_from(["supports", "refutes", "qualifies", "context"])
STATEMENTS = st.builds(
    Statement,
    st.sampled_from("abcdefgh"), STANCES, st.sampled_from("UVWXYZ"),
    st.sampled_from("ABCDEF"), st.integers(1, 6),
)  # fmt: skip


@pytest.mark.parametrize(
    ("supports", "refutes", "qualifies", "official", "verdict"),
    [
        pytest.param(0, 0, 0, "", OPEN, id="silence"),
        pytest.param(0, 0, 12, "", OPEN, id="qualifiers alone"),
        pytest.param(3, 0, 0, "", OPEN, id="one good paper"),
        pytest.param(3.5, 0, 0, "", OPEN, id="just too little"),
        pytest.param(4, 0, 0, "for", S, id="one official source"),
        pytest.param(4, 0, 2, "for", S, id="qualified by half"),
        pytest.param(4, 0, 2.5, "for", P, id="qualified by more than half"),
        pytest.param(12, 0, 0, "", P, id="the press alone settles nothing outright"),
        pytest.param(12, 4, 0, "for", S, id="three quarters"),
        pytest.param(11.9, 4, 0, "for", P, id="just under three quarters"),
        pytest.param(2, 2, 0, "both", P, id="even"),
        pytest.param(3.9, 4, 0, "both", N, id="just under a half"),
        pytest.param(4, 12, 0, "against", C, id="a quarter"),
        pytest.param(4.1, 12, 0, "against", N, id="just over a quarter"),
        pytest.param(0, 12, 0, "", N, id="the press alone refutes nothing outright"),
        pytest.param(0, 4, 0, "against", C, id="one official source against"),
        pytest.param(0, 4, 40, "against", C, id="qualifiers save nothing refuted"),
        pytest.param(1, 3, 0, "", N, id="a quarter of too little to refute"),
    ],
)
def test_the_table_of_the_rule(supports, refutes, qualifies, official, verdict):
    balance = Balance(
        supports, refutes, qualifies, official in {"for", "both"}, official in {"against", "both"}
    )
    assert weigh_documents(balance) is verdict


@given(BALANCES)
def test_every_balance_has_one_verdict_on_truth(balance):
    """Total: never an opinion, and never a verdict on less than the least weight."""
    verdict = weigh_documents(balance)
    assert verdict in {S, P, N, C, OPEN}
    assert (verdict is OPEN) == (balance.supports + balance.refutes < 4)


@given(BALANCES, st.sampled_from([1, 2, 3, 4]))
def test_more_support_never_makes_it_worse_and_more_refutation_never_better(balance, more):
    def scale(supports: float, refutes: float) -> int | None:
        verdict = weigh_documents(
            Balance(supports, refutes, balance.qualifies, balance.is_officially_supported,
                    balance.is_officially_refuted)
        )  # fmt: skip
        return SCALE.index(verdict) if verdict in SCALE else None

    now = scale(balance.supports, balance.refutes)
    better = scale(balance.supports + more, balance.refutes)
    worse = scale(balance.supports, balance.refutes + more)
    if now is not None:
        assert better is not None
        assert worse is not None
        assert better >= now >= worse


@given(BALANCES, WEIGHT)
def test_a_qualifier_never_makes_it_better(balance, more):
    before = weigh_documents(balance)
    after = weigh_documents(
        Balance(balance.supports, balance.refutes, balance.qualifies + more,
                balance.is_officially_supported, balance.is_officially_refuted)
    )  # fmt: skip
    assert after is before or (before, after) == (S, P)


@given(st.lists(STATEMENTS, max_size=8))
def test_a_source_has_one_vote_a_stance_and_context_none(testimony):
    """Saying it twice, in another order or around it changes nothing."""
    balance = balance_testimony(testimony)
    assert balance_testimony([*testimony, *testimony]) == balance
    assert balance_testimony([word for word in testimony if word.stance != "context"]) == balance
    backwards = balance_testimony(testimony[::-1])
    assert backwards.share == pytest.approx(balance.share)
    assert weigh_documents(backwards) is weigh_documents(balance)


def test_of_two_rows_of_one_source_the_stronger_counts():
    rows = [Statement("1", "supports", "X", "B", 5), Statement("2", "supports", "X", "B", 2)]
    assert balance_testimony(rows).supports == WEIGHTS["B"]
    assert balance_testimony(rows[:1]).supports == WEIGHTS["B"] / 2


def test_confidence_is_evidence_by_agreement():
    """§6.4: all nine cells."""
    table = {
        pair: rate_confidence(*pair)
        for pair in itertools.product(("limited", "medium", "robust"), ("low", "medium", "high"))
    }
    high, low = Confidence.HIGH, Confidence.LOW
    assert [pair for pair, found in table.items() if found is high] == [("robust", "high")]
    assert {pair for pair, found in table.items() if found is low} == {
        ("limited", "low"), ("limited", "medium"), ("limited", "high"), ("medium", "low"),
    }  # fmt: skip


def test_documented_verdicts_show_weights_and_are_never_dressed_as_measured(india):
    """No value, no threshold in numbers of the world: the weights are said to be weights."""
    documented = {c: v for c, v in india.verdicts.items() if v.how is Settled.DOCUMENTED}
    assert len(documented) == 8
    for claim, verdict in documented.items():
        assert verdict.value is None, claim
        assert verdict.draw_shares == {}, claim
        assert verdict.threshold, claim
        assert verdict.flips_if, claim
        assert verdict.evidence in {"limited", "medium", "robust"}, claim


def test_a_row_from_after_the_day_asked_does_not_count(case_of, india):
    """As of the end of 2025 the record of February 2026 on C19 is not known."""
    early = case_of(as_of="2025-12-31")
    assert "EV140" in india.verdicts["C19"].rests_on
    assert "EV140" not in early.verdicts["C19"].rests_on
    day = dt.date(2025, 12, 31)
    dates = early.results.article.evidence.set_index("evidence_id")["date"]
    for claim, verdict in early.verdicts.items():
        if verdict.how is Settled.DOCUMENTED:
            late = [row for row in verdict.rests_on if dates[row][:10] > day.isoformat()]
            assert not late, claim


def test_what_flips_it_flips_it(india):
    """Adding the sources named, or leaving out the row named, gives the verdict named."""
    claims = india.results.article.claims.set_index("claim_id", drop=False)
    tried = 0
    for claim, verdict in india.verdicts.items():
        if verdict.how is not Settled.DOCUMENTED:
            continue
        words = india.results.testimony[claim]
        if verdict.flips_by.startswith("without"):
            row, _, then = verdict.flips_by.removeprefix("without ").partition(" ")
            left = [word for word in words if word.evidence_id != row]
            assert weigh_documents(balance_testimony(left)).value == then.rpartition(": ")[2]
            tried += 1
        added = next(
            Statement("+", stance, "+", letter, 2)
            for letter in "AB"
            for stance in ("supports", "refutes", "qualifies")
            if verdict.flips_if.startswith(f"a source of reliability {letter} that {stance}")
        ) if verdict.flips_if.startswith("a source") else None  # fmt: skip
        if added:
            then = weigh_documents(balance_testimony([*words, added]))
            assert verdict.flips_if.endswith(then.value), claim
        assert settle_documented(india.results, claims.loc[claim]).verdict is verdict.verdict
    assert tried >= 3
