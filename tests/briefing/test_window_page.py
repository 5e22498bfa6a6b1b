"""The window report reads well on every question, and its numbers lead to their rows."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup

from third_pillar import briefing
from third_pillar.briefing.markup import EXHIBIT

WORDS = (
    "compose_window_title",
    "compose_window_headline",
    "compose_arrivals",
    "compose_plants",
    "compose_promises",
    "compose_forecasts",
    "compose_window_limits",
)
FIGURES = ("show_control_timeline", "show_candidate_fans", "show_pillar_fans")
MACHINE = re.compile(r"\b(nan|NaN|NaT|inf|Timestamp|null|Markup)\b|00:00:00|[{}]|%[sd]\b")
FAULT = re.compile(r"  |\s[,.;:!?](?=\s|$)|\(\s|\s\)|\(\)|,,|\.\.(?!\.)")


@pytest.fixture
def texts(report):
    """Part → what it says."""
    fragments = {
        name: BeautifulSoup(
            getattr(briefing, name)(report.case)._repr_mimebundle_()["text/html"], "html.parser"
        )
        for name in WORDS
    }
    exhibits = {
        name: getattr(briefing, name)(report.case)._repr_mimebundle_()[EXHIBIT] for name in FIGURES
    }
    return fragments, exhibits


def test_each_part_says_something_whole(texts):
    """No machine word, no doubled blank or stop, no empty brackets, on any question."""
    fragments, exhibits = texts
    said = [
        (name, block.get_text().strip())
        for name, soup in fragments.items()
        for block in soup.find_all(["p", "li", "td", "th", "caption", "h1", "h2"])
    ]
    said += [(name, one[key]) for name, one in exhibits.items() for key in ("title", "alt")]
    assert {name for name, _ in said} == {*WORDS, *FIGURES}
    assert not [(name, text) for name, text in said if MACHINE.search(text) or FAULT.search(text)]


def test_every_number_leads_to_a_row(texts, report):
    """A number in the text is among the numbers of the case."""
    fragments, _ = texts
    named = {mark["data-source"] for soup in fragments.values() for mark in soup.find_all("data")}
    assert named <= set(report.case.metrics)


def test_every_source_link_leads_to_an_entry(texts, report):
    """Publishers named in the text and below the figures are in the list of sources."""
    fragments, exhibits = texts
    listed = BeautifulSoup(
        briefing.compose_window_sources(report.case)._repr_mimebundle_()["text/html"], "html.parser"
    )
    entries = {f"#{item['id']}" for item in listed.find_all("li", id=True)}
    notes = [BeautifulSoup(one["note"], "html.parser") for one in exhibits.values()]
    links = {
        a["href"]
        for soup in (*fragments.values(), *notes)
        for a in soup.find_all("a", href=re.compile("^#s-"))
    }
    assert links
    assert links <= entries


def test_figures_state_findings_with_their_data(texts):
    """A title is a sentence of more than a label; the data stand beside it."""
    _, exhibits = texts
    for exhibit in exhibits.values():
        assert len(exhibit["title"].split()) > 6
        assert exhibit["table"]["rows"]
        assert exhibit["source_ids"]


def test_states_of_a_control_neither_overlap_nor_leave_a_day_out(texts):
    """Each control runs without a break from its first day in force or paused."""
    _, exhibits = texts
    rows = exhibits["show_control_timeline"]["table"]["rows"]
    for control in {row[0] for row in rows}:
        spans = [(first, last) for name, _, first, last in rows if name == control]
        assert spans == sorted(spans)
        assert all(first <= last for first, last in spans)
        assert all(before[1] < after[0] for before, after in pairwise(spans))
