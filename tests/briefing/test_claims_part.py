"""The briefing's part on the article, and the page of claims, as a reader reads them."""

from __future__ import annotations

import functools
import json
import re

import pytest
from bs4 import BeautifulSoup, Tag

from third_pillar import briefing
from third_pillar.assessment.case import Case
from third_pillar.briefing.markup import EXHIBIT
from third_pillar.vocabulary.codes import Settled, Verdict
from third_pillar.vocabulary.findings import VerdictChange
from toy_ledger import retell

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
)
LISTS = {"compose_ledger_numbers", "compose_ledger_sources"}
QUESTIONS: dict[str, dict[str, object]] = {
    "IND": {},
    "BRA": {"candidate": "BRA"},
    "in January 2026": {"as_of": "2026-01-15"},
}


@functools.cache
def _case(question: str) -> Case:
    return briefing.open_case(draws=200, **json.loads(question))


@pytest.fixture(scope="module", params=QUESTIONS)
def case(request: pytest.FixtureRequest) -> Case:
    return _case(json.dumps(QUESTIONS[request.param]))


@pytest.fixture(scope="module")
def india() -> Case:
    return _case("{}")


def read(part: str, case: Case) -> BeautifulSoup:
    return BeautifulSoup(str(getattr(briefing, part)(case).html), "html.parser")


def rows(soup: BeautifulSoup) -> list[Tag]:
    table = soup.find("table")
    assert isinstance(table, Tag)
    return list(table.select("tbody > tr"))


@pytest.mark.parametrize("part", ["compose_claims", "compose_ledger"])
def test_a_row_carries_what_the_filters_read(part: str, case: Case):
    """Id, verdict, way and topic of each row are those of its claim, and each a choice."""
    soup = read(part, case)
    filters = {name: values for name, _, values in json.loads(soup.table["data-filters"])}
    assert set(filters) == {"verdict", "how", "topic"}
    for row, (claim, verdict) in zip(rows(soup), case.verdicts.items(), strict=True):
        assert row["id"] == f"claim-{claim.casefold()}"
        assert row.th.get_text() == claim
        assert row["data-verdict"] == verdict.verdict.value
        assert row["data-topic"] == verdict.topic
        assert all(row[f"data-{name}"] in values for name, values in filters.items())


def test_the_ways_of_the_filter_are_the_ways_the_reader_sees(india: Case):
    """A filter that names a way finds the rows in which that way is written."""
    for row in rows(read("compose_claims", india)):
        if row["data-how"] != "opinion":
            assert row.find(class_="how").get_text() == row["data-how"]
        assert row.find(class_="verdict").get_text() == row["data-verdict"]


def test_without_scripts_no_claim_is_hidden(case: Case):
    """Nothing in the markup hides a row; the controls come with the script."""
    for part in ("compose_claims", "compose_ledger"):
        soup = read(part, case)
        assert not soup.find_all(hidden=True)
        assert not soup.find_all(["select", "input", "button"])


def test_every_link_to_a_claim_arrives(case: Case):
    """On the page of claims and in the briefing, an id named in prose leads to its row."""
    for parts in (PAGE, ("compose_claims",)):
        soups = [read(part, case) for part in parts]
        targets = {tag["id"] for soup in soups for tag in soup.find_all(id=True)}
        wanted = {
            link["href"].removeprefix("#")
            for soup in soups
            for link in soup.find_all("a", class_="claim")
        }
        assert wanted
        assert wanted <= targets


def test_every_source_and_number_of_the_page_arrives(case: Case):
    """Links to sources and numbers have their entry in the page's own lists."""
    soups = [read(part, case) for part in PAGE]
    targets = [tag["id"] for soup in soups for tag in soup.find_all(id=True)]
    assert len(targets) == len(set(targets))
    for soup in soups:
        for link in soup.find_all("a", href=re.compile("^#")):
            assert link["href"][1:] in targets, link
        for data in soup.find_all("data"):
            anchor = re.sub(r"[^0-9a-z]+", "-", data["data-source"].casefold()).strip("-")
            assert f"n-{anchor}" in targets, data


def test_the_short_lists_are_short_and_say_what_they_leave_out(india: Case):
    """At most four claims a list in the briefing; the rest are named by id."""
    soup = read("compose_claims", india)
    lists = soup.select("ul.claims")
    headings = [heading.get_text() for heading in soup.find_all("h3")]
    assert headings == [
        "What fails most plainly", "What holds best", "Half-truths", "The ledger",
    ]  # fmt: skip
    assert all(1 <= len(found.find_all("li", recursive=False)) <= 4 for found in lists)
    named = {link.get_text() for link in soup.select("p a.claim, ul.claims > li > a.claim")}
    firm = {Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.NOT_SUPPORTED}
    assert {claim for claim, v in india.verdicts.items() if v.verdict in firm} <= named


def test_a_verdict_in_a_list_is_a_word(case: Case):
    """Each item says its verdict in words; colour never stands alone."""
    for part in ("compose_claims", "compose_standing", "compose_foundations"):
        for item in read(part, case).select("ul.claims > li"):
            claim = item.a.get_text()
            chip = item.find(class_="verdict").get_text()
            assert chip == case.verdicts[claim].verdict.value


def test_the_standing_lists_every_claim_that_fails_or_holds(case: Case):
    """The page of claims leaves none out."""
    listed = {link.get_text() for link in read("compose_standing", case).select("li > a.claim")}
    wanted = {Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.NOT_SUPPORTED}
    wanted |= {Verdict.CANNOT_BE_TESTED_YET}
    assert {c for c, v in case.verdicts.items() if v.verdict in wanted} <= listed


def test_the_foundations_name_every_claim_of_the_bottom_line(india: Case):
    """Conclusion and grounds together are the claims marked so in the data."""
    listed = {link.get_text() for link in read("compose_foundations", india).select("li > a.claim")}
    assert listed == {claim for claim, verdict in india.verdicts.items() if verdict.bottom_line}


def test_the_recommendations_show_the_record_under_a_lever_in_words(india: Case):
    """Each lever has a heading without machine words, its claims and rows of evidence."""
    soup = read("compose_recommendations", india)
    headings = [heading.get_text() for heading in soup.find_all("h3")]
    assert len(headings) == len(set(headings)) >= 4
    assert all(re.fullmatch(r"[A-Z][^_]*", heading) for heading in headings)
    claims = india.results.article.claims
    recommended = set(claims.loc[claims["claim_type"] == "recommendation", "claim_id"])
    assert recommended <= {link.get_text() for link in soup.select("li > a.claim")}
    stances = {tag.get_text() for tag in soup.find_all(class_="stance")}
    assert stances <= {"For:", "Against:", "Limits it:", "Background:", "Indicator:"}


def test_the_counts_never_dress_one_way_as_another(case: Case):
    """The number told of each way is the number of claims settled so."""
    text = read("compose_verdict_counts", case).get_text()
    words = {
        Settled.MEASURED: r"(\d+) are measured",
        Settled.EVENT_TESTED: r"(\d+) put to dated events",
        Settled.DOCUMENTED: r"(\d+) weighed from the evidence",
        Settled.OPINION: r"(\d+) opinions or recommendations",
        Settled.HAND: r"(\d+) read by hand",
    }
    for way, pattern in words.items():
        told = sum(int(number) for number in re.findall(pattern, text))
        assert told == sum(verdict.how is way for verdict in case.verdicts.values()), way


def test_an_entry_holds_all_that_is_known_of_its_claim(india: Case):
    """Fragment, speaker, reason, test, flip, confidence and evidence of a measured claim."""
    (row,) = [row for row in rows(read("compose_ledger", india)) if row.th.get_text() == "C01"]
    text, verdict = row.get_text(" "), india.verdicts["C01"]
    for part in ("India is steadily emerging", "(article)", verdict.reason, verdict.threshold,
                 verdict.flips_if, str(verdict.confidence.value), "rows:"):  # fmt: skip
        assert part in text, part
    evidence = india.results.article.evidence
    held = evidence[evidence["claim_id"] == "C01"]
    assert len(row.select("details li")) == len(held)


def test_fragments_are_no_longer_than_a_locator(india: Case):
    """Twelve words of the article at most stand in an entry."""
    for row in rows(read("compose_ledger", india)):
        quoted = row.find_all("td")[2].get_text().rpartition("”")[0]
        assert 0 < len(quoted.split()) <= 12, quoted


def test_history_is_told_with_its_reason(india: Case):
    """What turned, when, from what to what and because of what."""
    turn = VerdictChange(
        date="2026-12-01", before=Verdict.CONTRADICTED, after=Verdict.SUPPORTED,
        because="row SEP-IND-NDPR-2025 changed",
    )  # fmt: skip
    turned = india.verdicts["C33"].model_copy(update={"changed": (turn,)})
    case = retell(india, verdicts={**india.verdicts, "C33": turned})
    said = "2026-12-01: from contradicted to supported, because row SEP-IND-NDPR-2025 changed."
    assert said in read("compose_ledger", case).get_text()
    assert (
        "C33 from contradicted to supported" in read("compose_ledger_judgements", case).get_text()
    )


def test_only_what_was_on_record_is_shown():
    """In January 2026 no row of evidence of May is told."""
    case = _case(json.dumps(QUESTIONS["in January 2026"]))
    for part in ("compose_ledger", "compose_recommendations"):
        dates = re.findall(r", (20\d\d-\d\d(?:-\d\d)?), reliability", read(part, case).get_text())
        assert dates
        assert max(dates) <= "2026-01-15"


def test_the_evidence_map_counts_the_sources_of_every_claim(case: Case):
    """Its table has a row a claim; each number is one of distinct sources on record."""
    exhibit = briefing.show_evidence_map(case)._repr_mimebundle_()[EXHIBIT]
    assert isinstance(exhibit, dict)
    assert [row[0] for row in exhibit["table"]["rows"]] == list(case.verdicts)
    marks = sum(len(trace["x"]) for trace in exhibit["figure"]["data"])
    assert marks == sum(sum(row[2:]) for row in exhibit["table"]["rows"]) > 0
    assert exhibit["alt"].endswith(".")


def test_sentences_of_the_page_are_whole(case: Case):
    """Capital first, stop last, no doubled sign, no machine word, no placeholder."""
    fault = re.compile(r"  |(?<!\.)\.\.(?!\.)|[,;:?!]\.|\s[,.;:!?](?=\s|$)|\(\)|,,|\bnan\b|[{}]")
    for part in PAGE:
        soup = read(part, case)
        for paragraph in soup.find_all("p"):
            text = paragraph.get_text().strip()
            assert re.match(r"[A-Z0-9“]", text), (part, text)
            assert text.endswith((".", ":", "?")), (part, text)
        for block in soup.find_all(["p", "li", "td"]):
            text = block.get_text()
            assert part in LISTS or not fault.search(text), (part, text)
            assert part in LISTS or not re.search(r"\b[a-z]+_[a-z]+\b", text), (part, text)


def test_words_from_the_data_never_become_markup(india: Case):
    """A hostile label, reason, topic, history or flip is text in every part of the page."""
    hostile = '"><script>alert(1)</script><img src=x onerror="alert(2)">'
    turn = VerdictChange(
        date="2026-12-01", before=Verdict.OPINION, after=Verdict.OPINION, because=hostile
    )
    fields = ("label", "reason", "threshold", "flips_if", "flips_by", "topic")
    spoilt = retell(
        india,
        verdicts={
            claim: verdict.model_copy(update={**dict.fromkeys(fields, hostile), "changed": (turn,)})
            for claim, verdict in india.verdicts.items()
        },
    )
    for part in (*PAGE, "compose_claims"):
        soup = read(part, spoilt)
        assert not soup.find_all(["script", "img"]), part
        assert not [tag for tag in soup.find_all() if any(a.startswith("on") for a in tag.attrs)]
    assert read("compose_ledger", spoilt).get_text().count(hostile) > 100


def test_a_ledger_without_claims_is_said_so(india: Case):
    """Where no claim bears on the candidate each part says so in words."""
    empty = retell(india, verdicts={})
    for part in ("compose_claims", "compose_ledger", "compose_ledger_headline"):
        assert "No claim of the article bears on this candidate" in read(part, empty).get_text()
