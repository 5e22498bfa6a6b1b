"""Promises about the exported ledger: valid ClaimReview, no formula in CSV, no foreign markup."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.assessment.case import Case, assess
from third_pillar.assessment.entries import ClaimEntry, collect_entries
from third_pillar.evidence.spreadsheet import guard_cell, write_table, write_workbook
from third_pillar.publishing.claims_export import (
    FORMS,
    compose_claimreview,
    compose_csv,
    compose_markdown,
    compose_workbook,
    escape_markdown,
    export_claims,
    rate,
)
from third_pillar.vocabulary.codes import Verdict
from third_pillar.vocabulary.errors import ParameterFault

# The schema.org vocabulary as far as a claim review needs it: type → parent, property → types.
PARENTS = {
    "Thing": None,
    "CreativeWork": "Thing",
    "Review": "CreativeWork",
    "ClaimReview": "Review",
    "Claim": "CreativeWork",
    "Article": "CreativeWork",
    "NewsArticle": "Article",
    "Rating": "Thing",
    "Organization": "Thing",
    "Person": "Thing",
}
PROPERTIES: dict[str, dict[str, tuple[str, ...]]] = {
    "Thing": {
        "name": ("Text",),
        "url": ("URL",),
        "alternateName": ("Text",),
        "sameAs": ("URL",),
        "image": ("URL",),
    },
    "CreativeWork": {
        "author": ("Organization", "Person"),
        "datePublished": ("Date",),
        "text": ("Text",),
        "citation": ("CreativeWork", "Text"),
        "about": ("Thing",),
    },
    "Review": {
        "itemReviewed": ("Thing",),
        "reviewRating": ("Rating",),
        "reviewBody": ("Text",),
        "reviewAspect": ("Text",),
    },
    "ClaimReview": {"claimReviewed": ("Text",)},
    "Claim": {
        "appearance": ("CreativeWork",),
        "firstAppearance": ("CreativeWork",),
        "claimInterpreter": ("Organization", "Person"),
    },
    "Rating": {
        "ratingValue": ("Number", "Text"),
        "bestRating": ("Number", "Text"),
        "worstRating": ("Number", "Text"),
        "ratingExplanation": ("Text",),
        "reviewAspect": ("Text",),
        "author": ("Organization", "Person"),
    },
}
NEEDED = ("claimReviewed", "itemReviewed", "reviewRating", "author", "datePublished")
DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@pytest.fixture(scope="module")
def case() -> Case:
    return assess(draws=100)


@pytest.fixture(scope="module")
def entries(case: Case) -> tuple[ClaimEntry, ...]:
    return collect_entries(case)


@pytest.fixture(scope="module")
def reviews(case: Case, entries: tuple[ClaimEntry, ...]) -> dict[str, dict[str, Any]]:
    content = json.loads(compose_claimreview(case, entries))
    assert content["@context"] == "https://schema.org"
    return {review["@id"].removeprefix("#"): review for review in content["@graph"]}


def ancestry(kind: str) -> list[str]:
    found = [kind]
    while (parent := PARENTS[found[-1]]) is not None:
        found.append(parent)
    return found


def is_of(value: object, kind: str) -> bool:
    if isinstance(value, dict):
        return value.get("@type") in PARENTS and kind in ancestry(value["@type"])
    if kind == "Number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str) or not value:
        return False
    if kind == "URL":
        return urlsplit(value).scheme in {"http", "https"} and bool(urlsplit(value).netloc)
    return bool(DAY.fullmatch(value)) if kind == "Date" else kind == "Text"


def find_faults(node: dict[str, Any], place: str) -> list[str]:
    """Properties a type does not have, and values of a type the property does not take."""
    if node.get("@type") not in PARENTS:
        return [f"{place}: unknown type {node.get('@type')!r}"]
    allowed = {
        name: types
        for kind in ancestry(node["@type"])
        for name, types in PROPERTIES.get(kind, {}).items()
    }
    faults = []
    for name, held in node.items():
        if name.startswith("@"):
            continue
        if name not in allowed:
            faults.append(f"{place}: {node['@type']} has no property {name}")
            continue
        for value in held if isinstance(held, list) else [held]:
            if not any(is_of(value, kind) for kind in allowed[name]):
                faults.append(f"{place}.{name}: {value!r} is none of {allowed[name]}")
            if isinstance(value, dict):
                faults += find_faults(value, f"{place}.{name}")
    return faults


def test_every_review_keeps_the_vocabulary(reviews):
    """Names and types of properties as schema.org has them, all the way down."""
    assert len(reviews) == 43
    faults = [fault for claim, review in reviews.items() for fault in find_faults(review, claim)]
    assert faults == []


def test_the_check_would_find_a_wrong_name_and_a_wrong_type(reviews):
    """A misspelt property, a rating in a list of words, an address that is none."""
    wrong = json.loads(json.dumps(reviews["C01"]))
    wrong["claimreviewed"] = wrong["claimReviewed"]
    wrong["itemReviewed"]["appearance"]["url"] = "article.html"
    wrong["reviewRating"]["@type"] = "Score"
    wrong["datePublished"] = "yesterday"
    said = " ".join(find_faults(wrong, "C01"))
    for part in ("claimreviewed", "appearance.url", "'Score'", "datePublished"):
        assert part in said


def test_every_review_has_what_a_reader_of_reviews_needs(reviews):
    """Claim, author, date, rating in words; the claim names its article and who said it."""
    for review in reviews.values():
        assert all(review[name] for name in NEEDED)
        assert review["reviewRating"]["alternateName"]
        assert review["reviewRating"]["ratingExplanation"]
        claim = review["itemReviewed"]
        assert claim["@type"] == "Claim"
        assert claim["appearance"]["url"].startswith("https://www.newsx.com/")
        assert claim["author"]["name"]


def test_ratings_follow_the_verdicts_from_one_to_five(reviews, entries):
    """1 contradicted, 2 not supported, 3 partly, 4 supported without its limit, 5 supported."""
    wanted = {
        Verdict.CONTRADICTED: {1},
        Verdict.NOT_SUPPORTED: {2},
        Verdict.PARTLY_SUPPORTED: {3},
        Verdict.SUPPORTED: {4, 5},
    }
    rated = 0
    for entry in entries:
        rating = reviews[entry.claim_id]["reviewRating"]
        if "ratingValue" in rating:
            rated += 1
            assert rating["ratingValue"] in wanted[entry.verdict.verdict]
            assert (rating["worstRating"], rating["bestRating"]) == (1, 5)
    assert rated >= 20


def test_what_cannot_be_told_true_or_false_gets_words_and_no_number(reviews, entries):
    """Opinions, recommendations, predictions, and what cannot be tested yet."""
    unrated = [
        entry
        for entry in entries
        if entry.verdict.verdict in {Verdict.OPINION, Verdict.CANNOT_BE_TESTED_YET}
        or entry.claim["claim_type"] in {"prediction", "opinion", "recommendation"}
    ]
    assert len(unrated) >= 10
    for entry in unrated:
        rating = reviews[entry.claim_id]["reviewRating"]
        assert not {"ratingValue", "worstRating", "bestRating"} & set(rating)
        assert rating["alternateName"]


def test_a_supported_claim_that_lost_its_limit_is_mostly_supported(entries):
    """4 and not 5, and the words say so."""
    held = next(
        entry
        for entry in entries
        if entry.verdict.verdict is Verdict.SUPPORTED and rate(entry) == 5
    )
    half = held.verdict.model_copy(update={"qualifier_dropped": True})
    assert rate(dataclasses.replace(held, verdict=half)) == 4


def test_speakers_are_persons_or_organisations(reviews):
    """The one quoted, the one reported, and the publisher where no one is named."""
    authors = {claim: review["itemReviewed"]["author"] for claim, review in reviews.items()}
    assert authors["C09"] == {"@type": "Person", "name": "Jianli Yang"}
    assert authors["C05"] == {"@type": "Person", "name": "Jianli Yang"}
    assert authors["C15"] == {"@type": "Organization", "name": "The Diplomat"}
    for claim in ("C01", "C03", "C08", "C42"):
        assert authors[claim] == {"@type": "Organization", "name": "NewsX"}


def test_reviews_hold_none_of_the_articles_words_and_may_stand_in_a_page(case, entries):
    """No fragment but the title's, and no "<" that could end a script element."""
    text = compose_claimreview(case, entries)
    title = case.results.article.meta["title"]
    assert "<" not in text
    for entry in entries:
        fragment = entry.claim["fragment"]
        if len(fragment.split()) > 4 and fragment not in title:
            assert fragment not in text


def test_csv_has_a_row_a_claim_that_reads_back(case, entries):
    """Every claim with verdict, way and reason; the fragment is as it stands."""
    rows = list(csv.DictReader(io.StringIO(compose_csv(case, entries))))
    assert [row["claim_id"] for row in rows] == list(case.verdicts)
    for row, entry in zip(rows, entries, strict=True):
        assert row["verdict"] == entry.verdict.verdict.value
        assert row["how"] == entry.verdict.how.value
        assert row["fragment"] == entry.claim["fragment"]
        if entry.verdict.value is not None:
            assert float(row["value"]) == entry.verdict.value
    counted = Counter(row["how"] for row in rows)
    assert counted["measured"] >= 12


@given(st.text(max_size=40))
def test_no_cell_of_text_can_become_a_formula(text):
    """Whatever the text, also behind spaces; and it can be had back."""
    (row,) = list(csv.reader(io.StringIO(write_table(["a"], [[text]]), newline="")))[1:]
    assert not row[0].lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert row[0].removeprefix("'") == text.removeprefix("'")


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_no_cell_of_a_workbook_is_a_formula_and_its_text_is_whole(texts):
    """Opened as a spreadsheet opens it; signs that no workbook can hold are left out."""
    book = openpyxl.load_workbook(io.BytesIO(write_workbook("t", ["a"], [[x] for x in texts])))
    cells = [row[0] for row in book.active.iter_rows(min_row=2, max_row=1 + len(texts))]
    for cell, text in zip(cells, texts, strict=True):
        assert cell.data_type in {"s", "inlineStr", "n"}
        assert cell.data_type != "n" or cell.value is None
        assert cell.value is None or isinstance(cell.value, str)
        kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
        shown = (cell.value or "").replace("\r\n", "\n").replace("\r", "\n")
        assert shown == kept.replace("\r\n", "\n").replace("\r", "\n")


def test_the_workbook_says_what_the_csv_says(case, entries):
    book = openpyxl.load_workbook(io.BytesIO(compose_workbook(case, entries)))
    heading, *rows = book.active.iter_rows(values_only=True)
    told = list(csv.DictReader(io.StringIO(compose_csv(case, entries))))
    assert len(rows) == len(told)
    for row, line in zip(rows, told, strict=True):
        for name, value in zip(heading, row, strict=True):
            said = line[name].removeprefix("'") if isinstance(value, str) else line[name]
            if isinstance(value, int | float):
                assert float(said) == pytest.approx(value)
            else:
                assert said == (value or "")


def test_numbers_stay_numbers_in_csv():
    """A negative balance is not text."""
    assert [guard_cell(value) for value in (-2143.0, -1, None, "-1", "a-1")] == [
        -2143.0, -1, "", "'-1", "a-1",
    ]  # fmt: skip


def test_a_hostile_claim_is_disarmed_in_every_form(case, entries):
    """A paraphrase that is a formula, a script and a table cell at once."""
    evil = '=cmd|"/c calc"!A1 <script>x</script> | [y](javascript:z)'
    entry = dataclasses.replace(
        entries[0],
        claim={**entries[0].claim, "paraphrase": evil},
        verdict=entries[0].verdict.model_copy(update={"label": evil, "reason": evil}),
    )
    (row,) = list(csv.DictReader(io.StringIO(compose_csv(case, [entry]))))
    assert row["paraphrase"] == "'" + evil
    sheet = openpyxl.load_workbook(io.BytesIO(compose_workbook(case, [entry]))).active
    (cell,) = [cell for cell in sheet[2] if cell.value == evil and cell.column == 2]
    assert (cell.data_type in {"s", "inlineStr"}, cell.quotePrefix) == (True, True)
    assert json.loads(compose_claimreview(case, [entry]))["@graph"][0]["claimReviewed"] == evil
    page = compose_markdown(case, [entry])
    assert "<script>" not in page
    assert not re.search(r"(?<!\\)\]\(javascript", page)
    line = next(line for line in page.splitlines() if line.startswith("| C01"))
    assert len(re.findall(r"(?<!\\)\|", line)) == 5


def test_markdown_has_every_claim_its_locator_and_its_sources(case, entries):
    """Counts at the head sum to the claims."""
    page = compose_markdown(case, entries)
    counts = next(line for line in page.splitlines() if line.startswith("43 claims: "))
    assert sum(map(int, re.findall(r"(\d+) (?!claims)", counts))) == 43
    for entry in entries:
        assert f"## {entry.claim_id} " in page
        assert escape_markdown(entry.claim["fragment"]) in page
    assert page.count("](https://") > 40


@given(st.text(max_size=60))
def test_escaped_text_is_one_line_without_markup(text):
    """Every sign that Markdown reads is behind a backslash."""
    shown = escape_markdown(text)
    assert len(shown.splitlines()) <= 1
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_{}\[\]<>#|~]", shown)


def test_an_unknown_form_is_said_with_the_nearest(case):
    """And the valid ones."""
    with pytest.raises(ParameterFault, match="Did you mean 'claimreview'"):
        export_claims(case, "claimreviews")
    assert set(FORMS) == {"claimreview", "csv", "xlsx", "md"}
