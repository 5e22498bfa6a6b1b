"""The page of claims on another article about another country: nothing is wired to the first."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup

from third_pillar import briefing
from third_pillar.assessment.case import Case
from toy_ledger import SYNTHETIC, copy_project

PAGE = (
    "compose_ledger_title",
    "compose_ledger_headline",
    "compose_ledger_judgements",
    "compose_verdict_counts",
    "compose_standing",
    "compose_foundations",
    "compose_evidence",
    "compose_recommendations",
    "compose_ledger",
    "compose_ledger_numbers",
    "compose_ledger_sources",
    "compose_claims",
)


@pytest.fixture(scope="module")
def brazil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Brazil's case on the synthetic article, from a copy of the data that holds it."""
    root = copy_project(tmp_path_factory.mktemp("second"), with_synthetic=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PILLAR_ROOT", str(root))
        patch.setenv("PILLAR_ALLOW_SYNTHETIC", "1")
        yield briefing.open_case(candidate="BRA", article=SYNTHETIC, draws=200)


def read(part: str, case: Case) -> BeautifulSoup:
    return BeautifulSoup(str(getattr(briefing, part)(case).html), "html.parser")


@pytest.mark.parametrize("part", PAGE)
def test_every_part_is_written_for_the_second_article(part: str, brazil: Case):
    """Whole sentences, and not a word of the first article or its country's claims."""
    text = read(part, brazil).get_text(" ")
    assert len(text) > 40
    assert "NewsX" not in text
    assert not re.search(r"[{}]|\bnan\b|  \.", text)


def test_its_title_conclusion_and_recommendations_are_its_own(brazil: Case):
    """What is named at the top and under the levers comes from the article's own ledger."""
    meta, verdicts = brazil.results.article.meta, brazil.verdicts
    assert meta["title"] in read("compose_ledger_title", brazil).get_text()
    assert verdicts["C11"].label in read("compose_ledger_headline", brazil).get_text()
    levers = read("compose_recommendations", brazil)
    named = {link.get_text() for link in levers.select("li > a.claim")}
    assert {"C14", "C15", "C16"} <= named


def test_its_ledger_and_map_hold_each_of_its_claims(brazil: Case):
    """Seventeen rows in the table and in the figure's data."""
    rows = read("compose_ledger", brazil).select("table tbody > tr")
    assert [row.th.get_text() for row in rows] == list(brazil.verdicts)
    shown = briefing.show_evidence_map(brazil)
    assert [row[0] for row in shown.rows] == list(brazil.verdicts)
    assert len(rows) == 17
