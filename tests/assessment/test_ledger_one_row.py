"""One row changed changes the claims that rest on it and no others, and it is said why."""

from __future__ import annotations

import contextlib
import datetime as dt
import re

import pytest

from third_pillar.assessment.case import assess
from third_pillar.assessment.claim_history import read_fingerprints, record_verdicts
from third_pillar.assessment.claim_rows import locate_row, scale_row
from third_pillar.assessment.claims import settle_claims, weigh_measure
from third_pillar.assessment.expressions import measure_test
from third_pillar.vocabulary.codes import Settled, Verdict
from third_pillar.vocabulary.errors import PillarError
from toy_ledger import copy_project, set_figure_in_file

OXIDE = "SEP-IND-NDPR-2025"
RESTING = {"C32", "C33"}


def _always(table):
    """A change that puts this table in the place of whatever was there."""
    return lambda _: table


@pytest.fixture(scope="module")
def more_oxide(results_with, set_figure):
    """India's NdPr oxide at 2,500 t instead of 500."""
    change = set_figure(OXIDE, value=2500.0, low=2500.0, high=2500.0)
    verdicts, _ = settle_claims(results_with(separation_capacity=change))
    return verdicts


def test_five_times_the_oxide_changes_the_two_claims_that_rest_on_it(india, more_oxide):
    """Not one other claim moves: verdict, value, range and grounds stay as they were."""
    resting = {c for c, v in india.settled.items() if OXIDE in v.rests_on}
    assert resting == RESTING
    assert {c for c, v in india.settled.items() if v != more_oxide[c]} == RESTING
    for claim in RESTING:
        assert india.settled[claim].verdict is Verdict.CONTRADICTED
        assert more_oxide[claim].verdict is not Verdict.CONTRADICTED


def test_the_change_named_as_the_smallest_flip_flips_it(india, results_with):
    """Each measured claim: the row named, moved as far as is said, gives the verdict said."""
    named = re.compile(r"row (\S+) of (\w+) \w+ from ([\d.,]+) to about ([\d.,]+) .*: (.*)")
    tried = 0
    for claim, verdict in india.verdicts.items():
        found = named.fullmatch(verdict.flips_by)
        if verdict.how is not Settled.MEASURED or not found:
            continue
        row = locate_row(india.results.evidence, found[1])
        before, after = (float(found[place].replace(",", "")) for place in (3, 4))
        moved = {}
        for overshoot in (0.97, 1.0, 1.03):  # the search is exact to about two figures
            changed = scale_row(india.results.evidence, row, after / before * overshoot)
            if changed is None:
                continue
            table = found[2]
            if table in {"assumptions", "gaps"}:
                continue
            with contextlib.suppress(ValueError):  # more than the world: the whole case refuses
                fresh = results_with(**{table: _always(changed.table(table))})
                test = fresh.article.tests[claim]
                metric = measure_test(fresh, claim, test).metric
                low, high = (
                    metric.value if end is None else end for end in (metric.low, metric.high)
                )
                moved[overshoot] = weigh_measure(
                    metric.value, low, high, support=test.support, refutation=test.refutation
                ).value
        if moved:
            assert verdict.verdict.value != found[5], claim
            assert found[5] in moved.values(), (claim, verdict.flips_by, moved)
            tried += 1
    assert tried >= 8


def test_half_of_the_smallest_change_flips_nothing(india, results_with):
    """What is told as the smallest change is not twice too large."""
    for claim, row_id in (("C17", "IMP-IND-CHN-85051190-FY2025"), ("C28", "MINE-BRA-2025-MCS2026")):
        verdict = india.verdicts[claim]
        assert row_id in verdict.flips_by
        row = locate_row(india.results.evidence, row_id)
        numbers = re.findall(r"from ([\d.,]+) to about ([\d.,]+)", verdict.flips_by)[0]
        before, after = (float(number.replace(",", "")) for number in numbers)
        changed = scale_row(india.results.evidence, row, (after / before) ** 0.5)
        fresh = results_with(**{row.table: _always(changed.table(row.table))})
        assert settle_claims(fresh)[0][claim].verdict is verdict.verdict


def test_margin_and_shares_of_draws_fit_the_verdict(india):
    """The margin is the distance to the nearer threshold; shares of draws sum to one."""
    tests = india.results.article.tests
    for claim, verdict in india.verdicts.items():
        if verdict.how is not Settled.MEASURED:
            assert verdict.margin is None, claim
            continue
        test = tests[claim]
        ends = (test.support.threshold, test.refutation.threshold)
        assert verdict.margin == min(abs(verdict.value - end) for end in ends), claim
        if verdict.draw_shares:
            assert sum(verdict.draw_shares.values()) == pytest.approx(1, abs=1e-3), claim
        if verdict.verdict is Verdict.SUPPORTED:
            assert verdict.draw_shares.get("supported", 1.0) > 0.7, claim


def test_the_history_says_which_row_made_a_claim_turn(tmp_path, monkeypatch):
    """Recorded, changed in the file, recorded again: the row and both figures are named."""
    root = copy_project(tmp_path)
    monkeypatch.setenv("PILLAR_ROOT", str(root))
    file = root / "data/claims/newsx-2025-11-07/history.csv"
    record_verdicts(assess(draws=500), on=dt.date(2027, 1, 1))
    assert record_verdicts(assess(draws=500), on=dt.date(2027, 1, 2)) == ()
    before = file.read_bytes()
    set_figure_in_file(root, "separation_capacity", OXIDE, value="2500", low="", high="")
    case = assess(draws=500)
    entries = record_verdicts(case, on=dt.date(2027, 1, 3))
    assert {entry.claim_id for entry in entries} == RESTING
    for entry in entries:
        assert f"row {OXIDE} changed from 500 to 2500" in entry.because
        assert read_fingerprints(entry.rows)[OXIDE][0] == "2500"
    assert file.read_bytes().startswith(before)
    again = assess(draws=500)
    assert {
        c for c, v in again.settled.items() if v.changed and v.changed[-1].date == "2027-01-03"
    } == RESTING
    turn = again.settled["C33"].changed[-1]
    assert (turn.before, turn.because) == (Verdict.CONTRADICTED, entries[1].because)
    assert turn.after is again.settled["C33"].verdict


def test_a_claim_has_one_verdict_a_day_and_the_past_stays(tmp_path, monkeypatch):
    root = copy_project(tmp_path)
    monkeypatch.setenv("PILLAR_ROOT", str(root))
    record_verdicts(assess(draws=500), on=dt.date(2027, 1, 3))
    set_figure_in_file(root, "separation_capacity", OXIDE, value="2500", low="", high="")
    case = assess(draws=500)
    for day in (dt.date(2026, 11, 22), dt.date(2025, 1, 1)):
        with pytest.raises(PillarError, match="already holds entries"):
            record_verdicts(case, on=day)


def test_only_the_baseline_of_the_articles_own_subject_is_recorded(case_of):
    with pytest.raises(PillarError, match="own subject"):
        record_verdicts(case_of(candidate="BRA"), on=dt.date(2027, 1, 1))


def test_turns_after_the_day_asked_are_not_shown(india, case_of):
    """§6.8: with the date of the data all turns, before it those made by then."""
    assert india.settled["C26"].changed
    assert all(turn.because for v in india.settled.values() for turn in v.changed)
    early = case_of(as_of="2026-06-30")
    assert not [claim for claim, v in early.settled.items() if v.changed]
