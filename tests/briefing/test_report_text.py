"""Promises about every report: what a reader reads, whatever the question."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from third_pillar import briefing
from third_pillar.vocabulary.errors import ParameterFault
from toy_ledger import retell

PARTS = [name for name in briefing.__all__ if name.startswith(("compose_", "show_"))]
LIKELIHOOD = re.compile(
    r"\b(almost no chance|very unlikely|unlikely|roughly even chance|likely|almost certain)\b"
)
MACHINE = re.compile(
    r"\b(nan|NaN|NaT|inf|Timestamp|Timedelta|null|dtype|Markup|Stage\.\w+)\b"
    r"|\bNone\b(?! [a-z])|00:00:00|<NA>|object at 0x"
)
MACHINERY = re.compile(r"[{}]|%[sd]\b|\bDid you mean\b|\bhas no row\b|\b[a-z]+_[a-z]+\b")
UNIT = re.compile(r"\b(percent|tonnes|number of)\b", re.IGNORECASE)
FIGURE_WORDS = {"compose_numbers", "compose_sources"}


def anchor(kind: str, name: str) -> str:
    return f"{kind}-{re.sub(r'[^0-9a-z]+', '-', name.casefold()).strip('-')}"


def ids(report: Any, part: str) -> list[str]:
    return [item["id"] for item in report.soup(part).find_all("li", id=True)]


def links(report: Any) -> set[str]:
    return {
        a["href"].removeprefix("#")
        for soup in report.soups()
        for a in soup.find_all("a", href=re.compile("^#"))
    }


def test_every_part_of_the_report_is_composed(report):
    """No question that may be put leaves a part of the report without words."""
    assert all(text.strip() for text in report.fragments.values())
    assert report.exhibits
    assert report.findings


def test_no_machine_word_reaches_the_reader(report):
    """No "nan", "None", "inf", timestamp or type name, in text or in attribute."""
    found = [(n, t) for n, t in report.texts if MACHINE.search(t)]
    found += [(n, html) for n, html in report.fragments.items() if '="nan"' in html]
    assert not found


def test_no_message_for_programmers_reaches_the_reader(report):
    """No unfilled placeholder, no column name, no error message stands in a sentence."""
    found = [
        (name, text)
        for name, text in report.texts
        if name not in FIGURE_WORDS
        and MACHINERY.search(re.sub(r"pillar report .*? with", "", text))
    ]
    assert not found


def test_sentences_are_whole(report):
    """No doubled space, no doubled stop, no space before a sign, no empty brackets."""
    fault = re.compile(
        r"  |\.\s+\.(?!\.)|(?<!\.)\.\.(?!\.)|[,;:?!]\.|\s[,.;:!?](?=\s|$)|\(\s|\s\)|\(\)|,,"
    )
    found = [
        (name, text)
        for name, text in report.texts
        if name != "compose_sources" and fault.search(text)
    ]
    assert not found


def test_every_paragraph_starts_with_a_capital_and_ends_with_a_stop(report):
    """A paragraph is made of sentences, whoever the candidate is."""
    for name, html in report.fragments.items():
        for paragraph in BeautifulSoup(html, "html.parser").find_all("p"):
            text = paragraph.get_text().strip()
            assert re.match(r"[A-Z0-9“]", text), (name, text)
            assert text.endswith((".", ":", "?")), (name, text)
            assert not re.search(r"[.?!] [a-z]", text), (name, text)


def test_a_negative_number_has_a_minus_and_no_hyphen(report):
    """The minus is the same sign everywhere."""
    found = [(n, t) for n, t in report.texts if re.search(r"(?:^|[\s(])-\d", t)]
    assert not found


def test_large_numbers_are_grouped_in_words(report):
    """Four figures and more carry a comma in what is measured; years and codes do not."""
    for soup in report.soups():
        for data in soup.find_all("data"):
            assert not re.search(r"\d{4}", data.get_text()), data


def test_likelihood_and_confidence_never_share_a_sentence(report):
    """How likely a thing is, and how well that is known, are said apart."""
    found = [
        (name, sentence)
        for name, sentence in report.sentences
        if LIKELIHOOD.search(sentence) and re.search("confidence", sentence, re.IGNORECASE)
    ]
    assert not found


def test_a_likelihood_word_stands_with_its_chance(report):
    """The word is never alone where the report judges: its percentage stands beside it."""
    judged = [
        sentence
        for name, sentence in report.sentences
        if name in {"compose_judgements", "compose_pillar_test"} and LIKELIHOOD.search(sentence)
    ]
    assert judged
    assert all(re.search(r"\d\s?%", sentence) for sentence in judged)


def test_whose_need_a_share_is_of_names_every_pillar(report):
    """The need is that of all pillars together, also where the candidate is one of them."""
    names = [briefing_name(report, iso3) for iso3 in report.case.results.pillars]
    parts = {"compose_title", "compose_headline", "compose_pillar_test", *report.exhibits}
    for name, text in report.texts:
        for said in re.findall(r"\bneed of ([^.;,:]*)", text):
            if name in parts and any(country in said for country in names):
                rest = text[text.index(said) :]
                assert all(country in rest for country in names), (name, text)


def briefing_name(report: Any, iso3: str) -> str:
    name: str = report.case.results.evidence.country_name(iso3)
    return name


def test_every_number_in_the_text_leads_to_its_row(report):
    """A number names its row, the list of numbers holds it, and it is told as it is there."""
    listed = ids(report, "compose_numbers")
    assert len(listed) == len(set(listed))
    told = [data for soup in report.soups() for data in soup.find_all("data")]
    assert told
    for data in told:
        assert anchor("n", data["data-source"]) in listed, data
        metric = report.case.metrics[data["data-source"]]
        assert float(data["value"]) == pytest.approx(metric.value, rel=1e-5)


def test_a_number_reads_as_its_value(report):
    """What is read is the value behind it, rounded."""
    for soup in report.soups():
        for data in soup.find_all("data"):
            figure = re.match(r"[+−]?[\d,.]*\d", re.sub(r"^(rank|USD)\s", "", data.get_text()))
            if figure is None:
                assert data.get_text().startswith(("under ", "+under "))
                continue
            shown = float(figure.group().replace(",", "").replace("−", "-"))
            assert shown == pytest.approx(float(data["value"]), rel=0.05, abs=0.5), data


def test_every_source_link_leads_to_a_source(report):
    """No link to the list of sources leads nowhere; no source is listed twice."""
    listed = ids(report, "compose_sources")
    assert len(listed) == len(set(listed))
    wanted = {link for link in links(report) if link.startswith("s-")}
    wanted |= {
        anchor("s", s) for exhibit in report.exhibits.values() for s in exhibit["source_ids"]
    }
    assert wanted
    assert not wanted - set(listed)


def test_every_link_inside_the_report_has_its_target(report):
    """Links within the page lead to something that is there, and only once."""
    anchors = [tag["id"] for soup in report.soups() for tag in soup.find_all(id=True)]
    anchors += [exhibit["id"] for exhibit in report.exhibits.values()]
    assert len(anchors) == len(set(anchors))
    assert not links(report) - set(anchors)


def test_only_what_is_cited_is_listed_as_a_source(report):
    """The list of sources is the sources of this report, not of the whole data package."""
    case = report.case
    cited = {s for exhibit in report.exhibits.values() for s in exhibit["source_ids"]}
    cited |= {s for metric in case.metrics.values() for s in metric.source_ids}
    cited |= {s for verdict in case.verdicts.values() for s in verdict.source_ids}
    cited |= {s for gap in case.gaps for s in gap.source_ids}
    cited |= {str(s) for s in case.results.suspension.controls["source_id"]}
    listed = set(ids(report, "compose_sources"))
    assert not listed - {anchor("s", source) for source in cited}


def test_sources_say_when_they_are_of_and_when_they_were_read(report):
    """A date, as exact as it is known, or "undated"; never a time of day."""
    for item in report.soup("compose_sources").find_all("li"):
        text = item.get_text(" ")
        assert re.search(r"; read \d{4}-\d\d-\d\d", text), text
        assert re.search(r", (undated|\d{4}(-\d\d){0,2})\b", text), text
        assert not re.search(r"\d\d:\d\d", text), text


def test_every_exhibit_is_complete(report):
    """Title without a stop, note with unit and source, words for who cannot see it, a table."""
    seen = [exhibit["id"] for exhibit in report.exhibits.values()]
    assert len(seen) == len(set(seen))
    for exhibit in report.exhibits.values():
        assert re.fullmatch(r"fig-[a-z0-9-]+", exhibit["id"])
        assert 0 < len(exhibit["title"]) <= 160, exhibit["title"]
        assert not exhibit["title"].endswith("."), exhibit["title"]
        assert exhibit["title"][0].isupper() or exhibit["title"][0].isdigit()
        assert UNIT.search(exhibit["note"]), exhibit["note"]
        assert re.search(r"\bSources?\b", exhibit["note"]), exhibit["note"]
        assert len(exhibit["alt"]) > 20
        assert exhibit["alt"].endswith(".")
        assert exhibit["source_ids"] or "data package" in exhibit["note"], exhibit["id"]


def test_every_exhibit_has_the_table_behind_it(report):
    """At least one row, each with a cell a column; a gap in it is empty, not zero."""
    for exhibit in report.exhibits.values():
        columns, rows = exhibit["table"]["columns"], exhibit["table"]["rows"]
        assert rows, exhibit["id"]
        assert len(set(columns)) == len(columns)
        assert all(len(row) == len(columns) for row in rows), exhibit["id"]
        assert all(row[0] not in (None, "") for row in rows)


def test_exhibits_and_record_are_plain_json(report):
    """What leaves the notebook can be read by any program: no NaN, no object of ours."""
    for exhibit in report.exhibits.values():
        json.dumps({**exhibit, "figure": None}, allow_nan=False)
    bundle = briefing.record(report.case)._repr_mimebundle_()
    json.dumps(bundle, allow_nan=False)


def test_no_figure_holds_a_title_or_a_template(report):
    """The page writes the title and decides the look."""
    for exhibit in report.exhibits.values():
        assert set(exhibit["figure"]) == {"data", "layout"}
        assert not {"title", "template"} & set(exhibit["figure"]["layout"])


def test_a_report_on_another_country_does_not_speak_of_the_article_s_country(other_report):
    """Where another candidate is tested, India stands only in titles and names as published."""
    sources = other_report.case.results.evidence.sources
    published = sorted({*sources["title"], *sources["publisher"]}, key=len, reverse=True)
    found = []
    for name, text in other_report.texts:
        own = re.sub(r"[A-Z0-9]+(?:[-_][A-Z0-9]+)+", "", text)  # ids of rows and sources
        for words in published:
            own = own.replace(words, "") if "Ind" in words or "IREL" in words else own
        if re.search(r"\bIndia|\bIREL\b|\bIND\b", own):
            found.append((name, text))
    assert not found


def test_the_report_names_its_candidate_and_its_date(report):
    """Title and stamp say whom and when the answer is for."""
    name = briefing_name(report, report.case.results.candidate)
    asked = report.case.results.question.as_of
    assert name in report.soup("compose_title").h1.get_text()
    assert f"{asked.day} {asked:%B %Y}" in report.soup("compose_title").get_text()
    assert f"{asked.day} {asked:%B %Y}" in report.soup("compose_stamp").get_text()


def test_the_stamp_reproduces_the_question(report):
    """The command in the stamp names every parameter that differs from its default."""
    command = report.soup("compose_stamp").code.get_text()
    given = dict(part.split("=", 1) for part in re.findall(r"-p (\S+)", command))
    asked = report.case.results.question.parameters
    again = type(asked).model_validate(given)
    assert again == asked


def test_the_bottom_line_in_the_record_is_the_one_in_the_report(report):
    """Scripts and readers get the same answer in the same words."""
    findings = json.loads(report.findings)
    said = " ".join(report.soup("compose_headline").get_text().split())
    first = findings["bottom_line"]["text"].split(". ")[0]
    assert " ".join(first.split()) in said
    assert findings["bottom_line"]["answer"] in {"yes", "no", "contested"}
    listed = report.soup("compose_judgements").find_all("li")
    assert len(findings["key_judgements"]) == len(listed)
    assert 3 <= len(listed) <= 6


def test_the_ledger_holds_every_claim_with_its_verdict_in_words(report):
    """A row a claim, in order; the verdict is text, not only a colour."""
    rows = report.soup("compose_claims").find_all("tr")[1:]
    verdicts = report.case.verdicts
    assert [row.th.get_text() for row in rows] == list(verdicts)
    chips = [row.find(class_="verdict").get_text() for row in rows]
    assert chips == [verdict.verdict.value for verdict in verdicts.values()]


def test_the_figure_of_verdicts_counts_the_ledger(report):
    """The figure's table adds up to the claims shown."""
    rows = report.exhibits["show_verdicts"]["table"]["rows"]
    assert sum(sum(row[1:]) for row in rows) == len(report.case.verdicts)


def test_all_claims_of_the_article_are_settled_for_its_own_country(baseline):
    """India's report has a verdict on each of the 43 claims, and the counts say so."""
    counts = briefing.record(baseline.case).findings.verdict_counts()
    assert sum(counts.values()) == 43
    assert len(json.loads(baseline.findings)["verdicts"]) == 43


def test_a_stage_that_is_not_known_is_never_shown_as_zero(vietnam):
    """Vietnam's metal stage: "not known" in table and words, no bar and no 0 in the figure."""
    exhibit = vietnam.exhibits["show_stage_capacity"]
    metal = [row for row in exhibit["table"]["rows"] if row[0] == "Metal"]
    assert metal
    assert all(row[2] is None and row[-1] == "not known" for row in metal)
    assert "metal: not known" in exhibit["alt"]
    for bars in (trace for trace in exhibit["figure"]["data"] if trace["type"] == "bar"):
        drawn = dict(zip(bars["x"], bars["y"], strict=True))
        assert drawn.get("Metal") is None
    (words,) = [trace for trace in exhibit["figure"]["data"] if trace.get("mode") == "text"]
    assert dict(zip(words["x"], words["text"], strict=True))["Metal"] == "not known"


def test_a_country_that_is_its_own_only_pillar_is_refused_or_answered():
    """The question is either refused with the reason or answered in full, never half composed."""
    refusal = ""
    try:
        case = briefing.open_case(draws=500, candidate="USA", pillars=("USA",))
    except ParameterFault as fault:
        refusal = str(fault)
    assert "pillars" in refusal or all(getattr(briefing, part)(case) for part in PARTS)


def test_the_record_is_the_same_to_the_byte_for_a_second_run(baseline):
    """The same parameters, data and seed give the same findings."""
    again = briefing.record(briefing.open_case(draws=500)).findings.to_json()
    assert again == baseline.findings
    assert briefing.record(baseline.case).findings.to_json() == again


def test_the_record_holds_no_path_and_no_time_of_day(report):
    """Findings can be compared between machines and days."""
    assert str(Path.cwd()) not in report.findings
    assert not re.search(r"/(home|root|tmp|usr|work|Users|var)/|[A-Z]:\\", report.findings)
    assert not re.search(r"\b\d{1,2}:\d\d(:\d\d)?\b", report.findings)


def test_the_record_states_the_day_asked_and_the_parameters(report):
    """A word such as "data" is resolved; everything else is as asked."""
    stated = json.loads(report.findings)["parameters"]
    assert stated["as_of"] == report.case.results.question.as_of.isoformat()
    asked = report.case.results.question.parameters.model_dump(mode="json")
    assert {**asked, "as_of": stated["as_of"]} == stated


def test_words_from_the_data_never_become_markup(baseline):
    """A hostile title, claim, gap, label or address is shown as text and does nothing."""
    hostile = '"><script>alert(1)</script><img src=x onerror="alert(2)">'
    case = baseline.case
    evidence = case.results.evidence
    sources = evidence.sources.assign(
        title=hostile, publisher=hostile, url=f"https://example.org/{hostile}"
    )
    spoilt = retell(
        case,
        results=replace(case.results, evidence=replace(evidence, sources=sources)),
        verdicts={
            claim: verdict.model_copy(
                update=dict.fromkeys(("label", "reason", "threshold", "flips_if"), hostile)
            )
            for claim, verdict in case.verdicts.items()
        },
        metrics={
            name: metric.model_copy(update={"label": hostile, "period": hostile})
            if not name.startswith("magnet_exports")
            else metric
            for name, metric in case.metrics.items()
        },
        gaps=tuple(
            gap.model_copy(update={"what": hostile, "sought": hostile}) for gap in case.gaps
        ),
    )
    report = type(baseline)(spoilt)
    shown = 0
    for soup in report.soups():
        assert not soup.find_all(["script", "img"])
        assert not [tag for tag in soup.find_all() if any(a.startswith("on") for a in tag.attrs)]
        shown += soup.get_text().count(hostile)
    assert shown > 100


def test_an_address_that_is_no_web_page_is_never_a_link(baseline):
    """Only http and https addresses can be followed."""
    case = baseline.case
    evidence = case.results.evidence
    sources = evidence.sources.assign(url="javascript:alert(1)")
    spoilt = retell(
        case, results=replace(case.results, evidence=replace(evidence, sources=sources))
    )
    soup = BeautifulSoup(str(briefing.compose_sources(spoilt).html), "html.parser")
    assert not soup.find_all("a", href=re.compile("javascript"))
    assert len(soup.find_all("li")) == len(ids(baseline, "compose_sources"))
