"""Promises about a draft: every span is exact, what is seen is told, nothing is scored."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.evidence import project_root, read_document, write_draft
from third_pillar.evidence.attribution import Voices
from third_pillar.evidence.documents import Document, read_page
from third_pillar.evidence.sentence_marks import (
    Figure,
    find_countries,
    find_dates,
    find_figures,
    find_names,
    find_quotes,
)
from third_pillar.evidence.sentences import split_sentences
from third_pillar.vocabulary.errors import ParameterFault, StorageFault

PAGE = """<!doctype html><html lang="en-GB"><head><title>Not this | Paper</title>
<meta property="og:title" content="Brazil digs in"><meta property="og:site_name" content="Toy Post">
<meta property="article:published_time" content="2026-02-03T10:00:00Z">
<link rel="canonical" href="https://example.org/brazil"><style>p{}</style>
<script type="application/ld+json">{"@type":"NewsArticle","author":[{"name":"Ana Lima"}]}</script>
</head><body><nav>Home News</nav><article><h1>Brazil digs in</h1>
<p>Brazil&nbsp;mined <b>1,500 tonnes</b> in 2025.<script>alert("no")</script></p>
<p>“We will double it by 2030,” said João da Silva,<br>who runs the mine.</p></article>
<footer>Subscribe now.</footer></body></html>"""


def draft(tmp_path: Path, text: str, **meta: str) -> Path:
    document = Document(text, meta)
    return write_draft(document, into=tmp_path, source_name="op-ed.txt", article_id="a-1").folder


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@given(st.text(max_size=300))
def test_every_span_and_fragment_is_exact_in_any_text(text):
    """Whatever the text, a sentence's span gives its words, a fragment's span the fragment."""
    end = 0
    for sentence in split_sentences(text):
        assert sentence.start >= end, "sentences overlap"
        end = sentence.end
        assert text[sentence.start : sentence.end] == sentence.text
        assert text[slice(*sentence.fragment_span)] == sentence.fragment
        assert sentence.text.strip() == sentence.text != ""
        assert 1 <= len(sentence.fragment.split()) <= 12


def test_no_word_of_a_text_is_lost():
    """All that is not white space stands in some sentence."""
    text = "One. Two said no.\n\nA heading\n\nThree: Mr. Lee paid Rs. 40, 3.5 % more. 😀 Four!"
    joined = "".join("".join(sentence.text.split()) for sentence in split_sentences(text))
    assert joined == "".join(text.split())


def test_abbreviations_and_decimals_do_not_end_a_sentence():
    """The splitter knows them."""
    text = "The U.S. said Dr. Lee sold 3.5 tonnes. Indian Rare Earths Ltd. has more."
    assert [s.text for s in split_sentences(text)] == [text[:38], text[39:]]


def test_headings_and_repeats_are_marked_not_dropped():
    """A line without an end of sentence is a heading; the same words again say where first."""
    found = split_sentences("Big News\nLIVE TV\n\nIndia mines. Brazil mines.\n\nIndia mines.")
    assert [(s.is_heading, s.repeats) for s in found] == [
        (True, None), (True, None), (False, None), (False, None), (False, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "figures"),
    [
        ("Output rose 12.5% to 3,000 tonnes.", [("12.5%", "%"), ("3,000 tonnes", "tonnes")]),
        ("It cost US$2.5 billion in 2024.", [("US$2.5 billion", "US$ billion")]),
        ("Between 10-15 kt a year.", [("10-15 kt", "kt")]),
        ("A one-year pause for half of the plants.", [("one-year", "year"), ("half", "")]),
        ("On 7 November 2025, in 2030 and FY2026.", []),
        ("It was the 3rd at 16:58:23.", []),
        ("It is one of many and grew twofold.", [("twofold", "")]),
        ("About 6 000 or 6,000 t/y.", [("6", ""), ("000", ""), ("6,000 t/y", "t/y")]),
        ("India plans ₹7,280 crore.", [("₹7,280 crore", "₹ crore")]),
    ],
)
def test_figures_come_with_their_units_and_dates_are_none(sentence, figures):
    """As written; a year is a date."""
    assert find_figures(sentence) == [Figure(*figure) for figure in figures]


@pytest.mark.parametrize(
    ("sentence", "dates"),
    [
        ("On 7 November 2025 and November 7, 2025.", ["7 November 2025", "November 7, 2025"]),
        ("In June, by 2030 or next year.", ["June", "by 2030", "next year"]),
        ("India may become one in May 2026.", ["May 2026"]),
        ("Maria marched on 2026-02-03.", ["2026-02-03"]),
        ("In fiscal year 2025-26.", ["fiscal year 2025-26"]),
    ],
)
def test_dates_are_found_and_words_like_may_are_not(sentence, dates):
    """A month needs its surroundings."""
    assert find_dates(sentence) == dates


def test_names_keep_their_links_and_lose_what_is_none():
    """A lone word that opens a sentence, a month or an article's word is no name."""
    said = "Officials met Maria da Silva of the World Trade Organization in June. The U.S. left."
    assert find_names(said) == ["Maria da Silva of the World Trade Organization", "U.S."]


def test_countries_come_as_codes_in_the_order_of_the_sentence():
    """Names and adjectives alike; part of a longer word is none."""
    aliases = {"India": "IND", "Indian": "IND", "Brazil": "BRA", "US": "USA"}
    assert find_countries("US and Indian firms left Brazil, USED by India.", aliases) == [
        "USA", "IND", "BRA",
    ]  # fmt: skip


def test_quotes_of_every_make_are_found_and_none_crosses_a_paragraph():
    """Curly, straight and angled."""
    text = '“one” "two" «three» “never\n\nclosed”'
    assert [text[a:b] for a, b in find_quotes(text)] == ["“one”", '"two"', "«three»"]


@pytest.mark.parametrize(
    ("sentences", "speakers"),
    [
        (["“We shall win with our own plants,” said Ana Lima."], ["Ana Lima"]),
        (["Ana Lima, a minister, says so.", "She adds more."], ["article after Ana Lima"] * 2),
        (["Ana Lima says it.", "Lima argues on."], ["article after Ana Lima"] * 2),
        (["According to the International Energy Agency it grew."],
         ["article after International Energy Agency"]),
        (["It holds, notes the report by Ana Lima.", "The report further urges more."],
         ["article after Ana Lima"] * 2),
        (["“No other country can match that,” said a former minister."], ["a former minister"]),
        (["The senior official added that it grew."], ["article after the senior official"]),
        (["“It is so,” said the deal was good."], ["article"]),
        (["Analysts say it will."], ["article after unnamed analysts"]),
        (["India mines little."], ["article"]),
        (["“It takes two years.”", "“We can wait for it,” said Ana Lima."],
         ["article", "Ana Lima"]),
        (["“We can wait for it all,” said Ana Lima.", "“It takes two years.”"],
         ["Ana Lima", "Ana Lima"]),
    ],
)  # fmt: skip
def test_the_speaker_of_a_sentence(sentences, speakers):
    """Quoted, reported, a pronoun, a surname, a report with an author, a quote that goes on."""
    assert [s.speaker for s in split_sentences(" ".join(sentences))] == speakers


def test_a_country_that_acts_is_no_speaker():
    """Only a verb of saying makes one."""
    assert Voices().name_speaker("Beijing agreed to delay its controls.") == ""


def test_a_saved_page_gives_its_article_and_what_its_head_says():
    """No menu, no script, no footer; entities and markup resolved; paragraphs kept apart."""
    document = read_page(PAGE.encode())
    assert document.text == (
        "Brazil digs in\n\nBrazil mined 1,500 tonnes in 2025.\n\n"
        "“We will double it by 2030,” said João da Silva,\nwho runs the mine.\n"
    )
    assert document.meta == {
        "title": "Brazil digs in",
        "publisher": "Toy Post",
        "author": "Ana Lima",
        "date": "2026-02-03",
        "url": "https://example.org/brazil",
        "language": "en",
    }


def test_a_page_deep_enough_to_break_a_parser_is_read():
    """Ten thousand nested blocks, a broken record, an address that is a script."""
    page = (
        '<html><link rel="canonical" href="javascript:alert(1)">'
        '<script type="application/ld+json">{{{</script>'
        + "<div>" * 10_000 + "Deep down it says so." + "</div>" * 10_000
    )  # fmt: skip
    document = read_page(page.encode())
    assert (document.text, document.meta) == ("Deep down it says so.\n", {})


def test_a_draft_is_a_ledger_to_edit_without_any_score(tmp_path):
    """Its tables have the columns of the package; verdict, type and way are left to the author."""
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    document = read_document(tmp_path / "page.html")
    made = write_draft(document, into=tmp_path, source_name="page.html")
    assert made.folder == tmp_path / "toy-post-2026-02-03"
    rows = read(made.folder / "claims.csv")
    known = project_root() / "data/claims/newsx-2025-11-07/claims.csv"
    assert list(rows[0]) == list(read(known)[0])
    assert [row["claim_id"] for row in rows] == ["C01", "C02"]
    for row in rows:
        span = slice(int(row["char_start"]), int(row["char_end"]))
        assert document.text[span] == row["fragment"]
        assert not any(row[name] for name in ("how", "hand_verdict", "claim_type", "paraphrase"))
    head = yaml.safe_load((made.folder / "article.yml").read_text(encoding="utf-8"))
    assert (head["id"], head["subject"], head["date"]) == (made.folder.name, "", "2026-02-03")
    assert yaml.safe_load((made.folder / "tests.yml").read_text()) == {}


def test_the_worksheet_tells_what_was_seen(tmp_path):
    """Speaker, quotes, figures with units, dates, names, countries."""
    folder = draft(tmp_path, "“We made 500 tonnes in India by May 2026,” said Ana Lima.")
    (row,) = read(folder / "sentences.csv")
    assert (row["speaker"], row["figures"], row["units"]) == ("Ana Lima", "500 tonnes", "tonnes")
    assert (row["dates"], row["countries"]) == ("May 2026", "IND")
    assert row["quotes"] == "We made 500 tonnes in India by May 2026,"
    assert "Ana Lima" in row["names"]


def test_the_articles_text_stays_out_of_git(tmp_path):
    """The two files that hold it are named in the folder's own .gitignore."""
    kept = (draft(tmp_path, "India mines.") / ".gitignore").read_text().split()
    assert kept == ["article.txt", "sentences.csv"]


def test_a_sentence_that_looks_like_a_formula_is_disarmed_and_its_fragment_exact(tmp_path):
    """The worksheet's cell gets an apostrophe; the fragment starts at the first letter."""
    text = '=HYPERLINK("x","y") is what it says. @SUM pays.'
    folder = draft(tmp_path, text)
    assert all(row["text"][0] == "'" for row in read(folder / "sentences.csv"))
    for row in read(folder / "claims.csv"):
        assert row["fragment"][0].isalpha()
        assert text[int(row["char_start"]) : int(row["char_end"])] == row["fragment"]


@pytest.mark.parametrize("name", ["../up", "A", "a/b", "-a", "a" * 61, "a b", "ä"])
def test_a_name_that_is_none_is_refused(tmp_path, name):
    """Nothing is written anywhere."""
    with pytest.raises(ParameterFault, match="no name for a ledger"):
        write_draft(Document("It is."), into=tmp_path, source_name="x", article_id=name)
    assert list(tmp_path.iterdir()) == []


def test_work_is_never_overwritten_and_the_package_never_broken(tmp_path):
    """A folder that is there, and data/, are refused."""
    draft(tmp_path, "India mines.")
    with pytest.raises(ParameterFault, match="never overwrites"):
        draft(tmp_path, "India mines.")
    with pytest.raises(ParameterFault, match="data package"):
        draft(project_root() / "data" / "claims", "India mines.")


def test_a_folder_that_takes_no_file_is_said_and_nothing_is_left(tmp_path):
    """Exit code 4's fault, with the way out."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFault, match="cannot write"):
        draft(tmp_path / "file", "India mines.")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no text"),
        (b" \n", "no text"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a" * 600_000, "article"),
    ],
)
def test_a_file_that_is_no_article_is_said(tmp_path, content, said):
    """Empty, of another encoding, a book."""
    (tmp_path / "x.txt").write_bytes(content)
    with pytest.raises(ParameterFault, match=said):
        read_document(tmp_path / "x.txt")


def test_line_ends_of_other_systems_count_as_one_character(tmp_path):
    """Spans are the same whichever system saved the file."""
    (tmp_path / "x.txt").write_bytes("\ufeffOne.\r\nTwo.\rThree.".encode())
    assert read_document(tmp_path / "x.txt").text == "One.\nTwo.\nThree."


@pytest.mark.parametrize(
    "text",
    ["Aa of " * 3_000, "“" * 20_000, "“a. b.” said. " * 3_000, "1," * 20_000, "The the " * 5_000],
    ids=["names", "open quotes", "short quotes", "figures", "links"],
)
def test_a_hostile_text_costs_no_more_than_a_long_one(text):
    """Repeats in the patterns are bounded: seconds, not hours."""
    began = time.monotonic()
    split_sentences(text)
    assert time.monotonic() - began < 10
