"""§6.7: agreement with a reading by hand is beyond chance, and every difference has its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.assessment.agreement import (
    HandReading,
    compute_agreement,
    compute_kappa,
    explain_difference,
    phrase_distance,
)
from third_pillar.assessment.entries import (
    collect_entries,
    phrase_ends,
    phrase_margin,
    phrase_published,
    phrase_value,
)
from third_pillar.vocabulary.codes import Confidence, Settled, Verdict
from third_pillar.vocabulary.findings import ClaimVerdict

S, P, N, C = (
    Verdict.SUPPORTED, Verdict.PARTLY_SUPPORTED, Verdict.NOT_SUPPORTED, Verdict.CONTRADICTED,
)  # fmt: skip
OPEN, OPINION = Verdict.CANNOT_BE_TESTED_YET, Verdict.OPINION
PAIRS = st.lists(st.tuples(st.sampled_from(Verdict), st.sampled_from(Verdict)), min_size=1)


def verdict(kind: Verdict, how: Settled = Settled.MEASURED, **rest: object) -> ClaimVerdict:
    return ClaimVerdict(
        verdict=kind, how=how, label="x", reason="Because.", confidence=Confidence.LOW, **rest
    )


def test_kappa_of_a_worked_example():
    """Cohen's own form: 20 and 15 equal of 50, margins 25/30 and 25/20: (0.7 - 0.5) / 0.5."""
    pairs = [(S, S)] * 20 + [(S, C)] * 5 + [(C, S)] * 10 + [(C, C)] * 15
    assert compute_kappa(pairs) == pytest.approx(0.4)


@given(PAIRS)
def test_kappa_lies_between_minus_one_and_one_and_does_not_depend_on_who_is_first(pairs):
    """It is symmetric, bounded, and 1 exactly where all are equal and not all the same."""
    kappa = compute_kappa(pairs)
    assert kappa == compute_kappa([(b, a) for a, b in pairs])
    if kappa is None:
        assert len({*pairs}) == 1
        assert pairs[0][0] is pairs[0][1]
    else:
        assert -1 <= kappa <= 1
        assert (kappa == 1) == all(a is b for a, b in pairs)


def test_without_a_claim_there_is_no_kappa():
    """Nothing compared, nothing said."""
    assert compute_kappa([]) is None


def test_what_is_equal_by_construction_is_left_out_of_the_ledgers_own_comparison():
    """A claim settled by that reading, and opinions; against another reader they count."""
    verdicts = {
        "C1": verdict(S),
        "C2": verdict(C, Settled.HAND),
        "C3": verdict(OPINION, Settled.OPINION),
        "C4": verdict(P),
    }
    hand = {claim: HandReading(v.verdict) for claim, v in verdicts.items() if claim != "C4"}
    own = compute_agreement(verdicts, hand, is_own=True)
    assert (own.compared, own.agreed, sorted(own.left_out)) == (1, 1, ["C2", "C3", "C4"])
    other = compute_agreement(verdicts, hand | {"C9": HandReading(S)}, is_own=False)
    assert (other.compared, sorted(other.left_out)) == (3, ["C4", "C9"])


def test_the_table_sums_to_the_claims_compared():
    """Every claim stands in one cell; those off the diagonal are the disagreements."""
    verdicts = {f"C{n}": verdict(kind) for n, kind in enumerate((S, S, P, C, N))}
    hand = {f"C{n}": HandReading(kind) for n, kind in enumerate((S, P, P, N, N))}
    found = compute_agreement(verdicts, hand, is_own=True)
    assert sum(found.counts.values()) == found.compared == 5
    off = sum(count for (kit, read), count in found.counts.items() if kit is not read)
    assert off == len(found.disagreements) == found.compared - found.agreed == 2
    assert [one.claim_id for one in found.disagreements] == ["C1", "C3"]


@pytest.mark.parametrize(
    ("kit", "hand", "said"),
    [
        (C, N, "one step apart"),
        (C, P, "two steps apart"),
        (C, S, "three steps apart"),
        (OPEN, S, "one of them gives no verdict on truth"),
    ],
)
def test_distance_is_counted_on_the_scale(kit, hand, said):
    """And is the same from either side."""
    assert phrase_distance(kit, hand) == phrase_distance(hand, kit) == said


@pytest.mark.parametrize("how", list(Settled))
@pytest.mark.parametrize("kit", list(Verdict))
@pytest.mark.parametrize("hand", list(Verdict))
def test_every_difference_has_a_reason(how, kit, hand):
    """Whatever the pair and the way it was settled."""
    if kit is not hand:
        assert len(explain_difference(verdict(kit, how), hand)) > 20


def test_on_the_real_ledger_every_disagreement_is_explained_by_value_events_or_evidence(india):
    """A measured one names its figure, an event-tested one its events."""
    claims = india.results.article.claims.set_index("claim_id")
    hand = {
        claim: HandReading(Verdict(row["hand_verdict"]), row["hand_reason"])
        for claim, row in claims.iterrows()
    }
    found = compute_agreement(india.verdicts, hand, is_own=True)
    assert found.compared + len(found.left_out) == len(claims)
    assert found.kappa is not None
    assert found.kappa > 0.5
    for one in found.disagreements:
        settled = india.verdicts[one.claim_id]
        assert one.hand_reason
        assert one.difference
        if settled.value is not None:
            assert phrase_value(settled.value) in one.because
            assert settled.threshold in one.because
        elif one.how is Settled.EVENT_TESTED:
            assert all(event in one.because for event in settled.rests_on)
        else:
            assert settled.reason in one.because


def test_an_entry_holds_all_that_a_claim_rests_on(india):
    """Every row the verdict names is in it, in words, or among its evidence with its source."""
    for entry in collect_entries(india):
        told = {ground.id: ground for ground in entry.grounds}
        known = {note.evidence_id for note in entry.evidence} | set(told)
        missing = set(entry.verdict.rests_on) - known
        assert not missing, f"{entry.claim_id}: {missing}"
        assert all(ground.text for ground in entry.grounds), entry.claim_id
        assert all(note.source.reliability for note in entry.evidence)
    assert [entry.claim_id for entry in collect_entries(india)] == list(india.verdicts)


def test_evidence_after_the_date_asked_is_not_shown(case_of, india):
    """as_of is honoured: in January 2026 nothing of that spring is on record."""
    early = {
        note.evidence_id
        for entry in collect_entries(case_of(as_of="2026-01-15"))
        for note in entry.evidence
    }
    late = {note.evidence_id for entry in collect_entries(india) for note in entry.evidence}
    assert early < late
    assert "EV217" in late - early


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1730.4, "t NdPr oxide", "1,730 t NdPr oxide"),
        (0.6612345, "%", "0.6612 %"),
        (-2143.0, "", "-2,143"),
        (13_150_000.0, "t", "13,150,000 t"),
        (0.0, "", "0"),
        (3.0, "stages", "3 stages"),
    ],
)
def test_numbers_are_told_to_four_digits(value, unit, said):
    """Without exponents, with thousands apart."""
    assert phrase_value(value, unit) == said


@pytest.mark.parametrize(
    ("figure", "unit", "said"),
    [
        ("2026", "year", "2026"),
        ("2026-11-10", "date", "2026-11-10"),
        ("7280", "Rs crore", "Rs 7,280 crore"),
        ("565", "USD million", "USD 565 million"),
        ("3500-5000", "Rs crore", "Rs 3,500-5,000 crore"),
        ("0.7230", "Mt", "0.7230 Mt"),
        ("45290", "t", "45,290 t"),
        ("", "t", ""),
    ],
)
def test_a_published_figure_reads_as_a_reader_writes_it(figure, unit, said):
    """A year has no comma and no unit; money stands before its number."""
    assert phrase_published(figure, unit) == said


def test_a_range_and_a_margin_carry_the_unit_as_the_value_does():
    assert phrase_ends(2, 4, "rank") == "rank 2 to 4"
    assert phrase_margin(7, "rank") == "7 places from the nearest threshold"
    assert phrase_margin(1.25, "%") == "1.25 percentage points from the nearest threshold"
    assert phrase_margin(1, "stages") == "1 stage from the nearest threshold"
