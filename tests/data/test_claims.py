"""Promises about the claims of the article and the evidence on them."""

from __future__ import annotations

import re

import pytest
import yaml

OPINIONS = {"C36", "C37", "C38", "C39", "C41"}
MEASURED_THOUGH_READ_AS_OPINION = {"C24", "C25"}


@pytest.fixture(scope="module")
def article(data_folder) -> dict:
    path = data_folder / "claims" / "newsx-2025-11-07" / "article.yml"
    return yaml.safe_load(path.read_text("utf-8"))


def test_the_article_is_a_record_and_not_a_copy(article, data_folder):
    """The folder holds title, date, address and fingerprint; no text of the article."""
    assert article["subject"] == "IND"
    assert re.fullmatch(r"[0-9a-f]{64}", article["sha256"])
    names = {path.name for path in (data_folder / "claims" / article["id"]).iterdir()}
    assert names == {"article.yml", "claims.csv", "evidence.csv", "history.csv", "tests.yml"}


def test_there_are_43_claims_and_247_pieces_of_evidence(tables):
    """No claim and no piece of evidence is lost."""
    assert list(tables["claims"]["claim_id"]) == [f"C{n:02d}" for n in range(1, 44)]
    assert list(tables["claim_evidence"]["evidence_id"]) == [f"EV{n:03d}" for n in range(1, 248)]
    assert set(tables["claim_evidence"]["claim_id"]) <= set(tables["claims"]["claim_id"])


def test_fragments_are_short_and_lie_inside_the_article(tables, article):
    """A fragment has at most twelve words and its span is as long as the fragment."""
    claims = tables["claims"]
    assert (claims["fragment"].str.split().str.len() <= 12).all()
    start, end = claims["char_start"].astype(int), claims["char_end"].astype(int)
    assert (end - start == claims["fragment"].str.len()).all()
    assert end.max() <= article["text_chars"]


def test_paraphrases_are_our_own_words(tables):
    """A paraphrase does not repeat its fragment."""
    for row in tables["claims"].itertuples():
        if len(row.fragment.split()) > 4:
            assert row.fragment.lower() not in row.paraphrase.lower(), row.claim_id


def test_opinions_are_not_fact_checked(tables):
    """Recommendations and judgements of value are opinions; nothing else is."""
    claims = tables["claims"].set_index("claim_id")
    assert set(claims.index[claims["how"] == "opinion"]) == OPINIONS
    read_so = set(claims.index[claims["hand_verdict"] == "opinion"])
    assert read_so == OPINIONS | MEASURED_THOUGH_READ_AS_OPINION
    assert set(claims.loc[sorted(MEASURED_THOUGH_READ_AS_OPINION), "how"]) == {"measured"}


def test_hand_verdicts_follow_the_closed_mapping(tables):
    """Claims that nothing supports are not supported; open predictions cannot be tested yet."""
    verdict = tables["claims"].set_index("claim_id")["hand_verdict"]
    assert {verdict[c] for c in ("C03", "C20", "C21", "C32", "C40", "C43")} == {"not supported"}
    open_ones = ("C09", "C11", "C15", "C34", "C42")
    assert {verdict[c] for c in open_ones} == {"cannot be tested yet"}
    assert {verdict[c] for c in ("C01", "C06", "C18", "C33")} == {"contradicted"}


def test_every_claim_that_is_not_open_has_evidence(tables):
    """Each claim has at least one piece of evidence."""
    assert set(tables["claims"]["claim_id"]) == set(tables["claim_evidence"]["claim_id"])


def test_recommendations_pull_known_levers(tables):
    """Every opinion and recommendation names a lever of the closed list."""
    claims = tables["claims"].set_index("claim_id")
    assert set(claims["lever"]) - {""} <= set(tables["levers"]["lever"])
    assert all(claims.loc[claim, "lever"] for claim in OPINIONS)


def test_the_dropped_limit_is_marked(tables):
    """The article left out that only the latest round of controls was delayed."""
    claims = tables["claims"].set_index("claim_id")
    assert claims.loc["C13", "qualifier_dropped"] == "true"
