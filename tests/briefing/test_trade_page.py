"""The trade page reads well on every question, and its certainty follows the intervals."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from third_pillar import briefing
from third_pillar.briefing.markup import EXHIBIT
from third_pillar.briefing.trade_page import list_trade_numbers
from third_pillar.briefing.trade_study import phrase_change
from third_pillar.vocabulary.codes import Confidence
from third_pillar.vocabulary.findings import Metric

WORDS = (
    "compose_trade_title",
    "compose_trade_headline",
    "compose_export_study",
    "compose_dependence_panel",
    "compose_mirror",
    "compose_trade_limits",
)
FIGURES = ("show_export_course", "show_dependence_tiles", "show_mirror_ratios")
MACHINE = re.compile(r"\b(nan|NaN|NaT|inf|None|Timestamp|null|Markup)\b|00:00:00|[{}]|%[sd]\b")
FAULT = re.compile(r"  |\s[,.;:!?](?=\s|$)|\(\s|\s\)|\(\)|,,|\.\.(?!\.)")


def show(case, name):
    """What a part shows: an exhibit, or a fragment where there is nothing to draw."""
    bundle = getattr(briefing, name)(case)._repr_mimebundle_()
    return bundle.get(EXHIBIT), BeautifulSoup(bundle.get("text/html", ""), "html.parser")


@pytest.fixture(scope="module", params=["India", "Vietnam", "India in January 2026"])
def case(request):
    """On the article's country, on one without imports on record, and before most was known."""
    if request.param == "India in January 2026":
        return briefing.open_case(draws=500, as_of="2026-01-15")
    name = "baseline" if request.param == "India" else "vietnam"
    return request.getfixturevalue(name).case


@pytest.fixture
def texts(case):
    fragments = {name: show(case, name)[1] for name in WORDS}
    exhibits = {name: show(case, name) for name in FIGURES}
    drawn = {name: exhibit for name, (exhibit, _) in exhibits.items() if exhibit}
    return {**fragments, **{n: soup for n, (e, soup) in exhibits.items() if not e}}, drawn


def test_each_part_says_something_whole(texts):
    fragments, exhibits = texts
    said = [
        (name, block.get_text().strip())
        for name, soup in fragments.items()
        for block in soup.find_all(["p", "li", "td", "th", "caption", "h1", "h2"])
    ]
    said += [(name, one[key]) for name, one in exhibits.items() for key in ("title", "alt")]
    assert {name for name, _ in said} >= set(WORDS)
    assert not [(name, text) for name, text in said if MACHINE.search(text) or FAULT.search(text)]


def test_every_number_leads_to_a_row(texts, case):
    fragments, _ = texts
    named = {mark["data-source"] for soup in fragments.values() for mark in soup.find_all("data")}
    assert named <= {metric.id for metric in list_trade_numbers(case)}


def test_every_source_link_leads_to_an_entry(texts, case):
    _, exhibits = texts
    listed = show(case, "compose_trade_sources")[1]
    entries = {f"#{item['id']}" for item in listed.find_all("li", id=True)}
    notes = [BeautifulSoup(one["note"], "html.parser") for one in exhibits.values()]
    links = {a["href"] for soup in notes for a in soup.find_all("a", href=re.compile("^#s-"))}
    assert links
    assert links <= entries


def test_figures_state_findings_with_their_data(texts):
    _, exhibits = texts
    assert {"show_export_course", "show_dependence_tiles"} <= set(exhibits)
    for exhibit in exhibits.values():
        assert len(exhibit["title"].split()) > 6
        assert exhibit["table"]["rows"]
        assert exhibit["source_ids"]


def test_the_headline_follows_the_interval(case):
    """A direction is told where the interval leaves out no change, and only there."""
    text = show(case, "compose_trade_headline")[1].get_text()
    study = case.results.export_study.headline
    if not study.is_estimable:
        assert "not estimable" in text
        assert "fell" not in text
        return
    assert ("exports fell" in text) == study.change("onset").is_told_apart
    paused = study.change("suspension")
    assert ("cannot be told" in text) == (not paused.is_told_apart)


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (-55.0, -70.0, -30.0, "fell"),
        (40.0, 10.0, 80.0, "rose"),
        (-5.0, -20.0, 12.0, "cannot be told"),
        (0.0, 0.0, 12.0, "cannot be told"),
    ],
)
def test_words_are_as_certain_as_the_interval(value, low, high, said):
    metric = Metric(
        id="export_change(onset)", kind="change", label="l", value=value, low=low, high=high,
        unit="%", period="p", method="§2.6", confidence=Confidence.MODERATE,
    )  # fmt: skip
    assert said in phrase_change(metric)
    assert "interval" in phrase_change(metric)


def test_shares_of_countries_are_not_called_shares_of_firms(texts):
    fragments, _ = texts
    assert "countries, not of firms" in fragments["compose_trade_title"].get_text()
    said = fragments["compose_dependence_panel"].get_text()
    assert "merger" in said or "No annual trade" in said


def test_tables_give_both_treatments_of_derived_months(baseline):
    soup = show(baseline.case, "compose_export_study")[1]
    heads = [th.get_text() for th in soup.find("table").find_all("th", scope="col")]
    assert "Derived months at half weight" in heads
    assert "Derived months left out" in heads
    assert "not estimable: 1 point" in soup.get_text()


def test_a_page_on_another_country_leaves_the_articles_country_out_of_the_tiles(vietnam):
    """Shares of India stand in the page on India; elsewhere the article's subject is foreign."""
    exhibit, _ = show(vietnam.case, "show_dependence_tiles")
    assert not [row for row in exhibit["table"]["rows"] if row[0] == "India"]


def test_the_candidate_is_in_the_tiles_even_where_nothing_is_known(vietnam):
    exhibit, _ = show(vietnam.case, "show_dependence_tiles")
    assert "Vietnam, compounds, metals: not on record" in exhibit["alt"]
