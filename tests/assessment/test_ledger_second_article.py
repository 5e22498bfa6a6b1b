"""A second article on another country proves that nothing is wired to the first."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter

import pandas as pd
import pytest
import yaml

from third_pillar.assessment.case import Case, assess
from third_pillar.assessment.claim_history import record_verdicts
from third_pillar.assessment.claim_levers import assess_levers
from third_pillar.evidence import (
    article_names,
    check_fragments,
    is_synthetic,
    read_document,
    write_draft,
)
from third_pillar.execution.profiles import load_profile
from third_pillar.execution.question import SYNTHETIC_VARIABLE, resolve
from third_pillar.vocabulary.claims import MeasuredTest
from third_pillar.vocabulary.codes import Settled, Verdict
from third_pillar.vocabulary.errors import ParameterFault
from toy_ledger import ROOT, SYNTHETIC, copy_project

LEDGER = ROOT / "tests" / "ledgers" / SYNTHETIC
EXPECTED = {
    "C01": "contradicted", "C02": "supported", "C03": "supported", "C04": "supported",
    "C05": "opinion", "C06": "supported", "C07": "supported", "C08": "cannot be tested yet",
    "C09": "contradicted", "C10": "supported", "C13": "cannot be tested yet",
    "C14": "opinion", "C15": "opinion", "C16": "opinion", "C17": "opinion",
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("synthetic"), with_synthetic=True)


@pytest.fixture
def brazil(project, monkeypatch) -> Case:
    monkeypatch.setenv("PILLAR_ROOT", str(project))
    return assess(article=SYNTHETIC, candidate="BRA", draws=500)


def test_the_ledger_is_marked_synthetic_and_its_text_is_the_one_on_record():
    """The text is ours and kept; every fragment stands in it at its place."""
    head = yaml.safe_load((LEDGER / "article.yml").read_text(encoding="utf-8"))
    text = (LEDGER / "article.txt").read_bytes()
    assert head["synthetic"] is True
    assert head["sha256"] == hashlib.sha256(text).hexdigest()
    assert "synthetic" in text.decode()


def test_no_synthetic_article_is_in_the_data_package():
    assert SYNTHETIC not in article_names(ROOT)
    assert not [name for name in article_names(ROOT) if is_synthetic(name, root=ROOT)]


def test_every_fragment_of_the_second_article_is_found(project):
    text = (LEDGER / "article.txt").read_text(encoding="utf-8")
    checks = check_fragments(SYNTHETIC, text, root=project)
    assert len(checks) == 17
    assert all(check.status == "ok" and check.is_exact for check in checks)


def test_the_ledger_was_finished_from_a_draft(tmp_path):
    """The kept draft is what the article drafts to; every claim is part of one of its rows."""
    document = read_document(LEDGER / "article.txt")
    made = write_draft(document, into=tmp_path, source_name="article.txt", article_id=SYNTHETIC)
    kept = LEDGER.with_suffix(".draft.csv")
    assert (made.folder / "claims.csv").read_bytes() == kept.read_bytes()
    drafted = {row.note: row for row in pd.read_csv(kept, dtype=str).itertuples()}
    finished = pd.read_csv(LEDGER / "claims.csv")
    place = finished["note"].str.extract(r"(sentence \d+)$", expand=False)
    for claim, sentence in zip(finished.itertuples(), place, strict=True):
        assert int(drafted[sentence].char_start) <= claim.char_start, claim.claim_id
    assert place.map(lambda note: drafted[note].claim_id).nunique() == 15
    assert len(drafted) == 20


def test_its_claims_are_settled_in_all_four_ways(brazil):
    """Seventeen claims, three of them recommendations."""
    assert Counter(verdict.how for verdict in brazil.settled.values()) == {
        Settled.MEASURED: 6, Settled.EVENT_TESTED: 3, Settled.DOCUMENTED: 3, Settled.OPINION: 5,
    }  # fmt: skip
    found = {claim: verdict.verdict.value for claim, verdict in brazil.settled.items()}
    assert {claim: found[claim] for claim in EXPECTED} == EXPECTED
    assert found["C11"] in {"not supported", "contradicted"}


def test_arithmetic_over_metrics_settles_claims_without_python(brazil):
    """Growth of output and of capacity are written in the ledger alone."""
    tests = brazil.results.article.tests
    spelled = [c for c, t in tests.items() if isinstance(t, MeasuredTest) and "/" in t.metric]
    assert spelled == ["C03", "C12"]
    growth = brazil.settled["C03"]
    outputs = [
        float(
            brazil.results.evidence.table("mine_production")
            .set_index("figure_id")
            .loc[row, "value"]
        )
        for row in ("MINE-BRA-2025-MCS2026", "MINE-BRA-2024-MCS2026")
    ]
    assert growth.value == pytest.approx(outputs[0] / outputs[1])
    assert set(growth.rests_on) >= {"MINE-BRA-2025-MCS2026", "MINE-BRA-2024-MCS2026"}
    expansion = brazil.settled["C12"]
    assert expansion.unit == "%"
    assert expansion.low < expansion.value < expansion.high
    assert set(expansion.draw_shares) >= {"supported", "contradicted"}


def test_its_recommendations_meet_the_record_on_their_levers(brazil):
    levers = {record.lever: record for record in assess_levers(brazil.results)}
    assert levers["separation_at_home"].claims == ("C14",)
    assert levers["separation_at_home"].indicator.value == 0
    assert "E50" in levers["offtake"].events
    assert levers["market_weight"].indicator.id == "mine_rank(BRA, 2025)"


def test_another_candidate_is_not_told_what_it_says_of_brazil(project, monkeypatch):
    monkeypatch.setenv("PILLAR_ROOT", str(project))
    case = assess(article=SYNTHETIC, candidate="AUS", draws=500)
    assert list(case.settled) == ["C09"]


def test_its_history_begins_when_it_is_recorded(brazil, project, monkeypatch):
    monkeypatch.setenv("PILLAR_ROOT", str(project))
    file = project / "data/claims" / SYNTHETIC / "history.csv"
    assert brazil.results.article.history.empty
    try:
        entries = record_verdicts(brazil, on=dt.date(2027, 1, 1))
        assert len(entries) == len(brazil.settled)
        again = assess(article=SYNTHETIC, candidate="BRA", draws=500)
        assert len(again.results.article.history) == len(entries)
        assert not any(verdict.changed for verdict in again.settled.values())
    finally:
        file.unlink()


def test_no_briefing_is_published_on_a_synthetic_article(project, monkeypatch):
    """It is refused before any kernel, unless a test asks for it by a variable of its own."""
    monkeypatch.delenv(SYNTHETIC_VARIABLE, raising=False)
    profile = load_profile("full", root=project)
    given = {"article": SYNTHETIC, "candidate": "BRA"}
    with pytest.raises(ParameterFault, match="written for tests"):
        resolve(given, profile, root=project)
    monkeypatch.setenv(SYNTHETIC_VARIABLE, "1")
    assert resolve(given, profile, root=project).parameters.article == SYNTHETIC


def test_a_verdict_of_the_second_article_is_no_opinion_by_mistake(brazil):
    kinds = brazil.results.article.claims.set_index("claim_id")["claim_type"]
    for claim, verdict in brazil.settled.items():
        is_opinion = kinds[claim] in {"opinion", "recommendation"}
        assert (verdict.verdict is Verdict.OPINION) == is_opinion, claim
        assert bool(verdict.lever) == is_opinion, claim
