"""Reports on real questions, composed once and read as a reader reads them."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from third_pillar import briefing
from third_pillar.assessment.case import Case
from third_pillar.briefing.markup import EXHIBIT

_NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "90_briefing.ipynb"
_CALLS = re.findall(r"briefing\.(\w+)\(", _NOTEBOOK.read_text(encoding="utf-8"))
PARTS = tuple(sorted(name for name in _CALLS if name.startswith(("compose_", "show_"))))
"""Parts of the briefing; pages of their own have tests of their own."""
QUESTIONS: dict[str, dict[str, object]] = {
    "IND": {},
    "BRA": {"candidate": "BRA"},
    "AUS": {"candidate": "AUS"},
    "USA": {"candidate": "USA"},
    "JPN": {"candidate": "JPN"},
    "VNM": {"candidate": "VNM"},
    "in January 2026": {"as_of": "2026-01-15"},
    "the Quad by owner in 2040": {
        "candidate": "BRA",
        "partners": "quad",
        "horizon": 2040,
        "count_by": "owner",
    },
    "three pillars": {"candidate": "AUS", "pillars": ("USA", "JPN", "IND")},
    "one pillar": {"candidate": "VNM", "pillars": ("JPN",)},
}
OTHERS = ("BRA", "AUS", "USA", "JPN", "VNM")
_BLOCKS = ("p", "li", "td", "th", "caption", "h1", "h2", "h3", "summary")


class Report:
    """One question's report, part by part.

    Attributes:
        case: What it is written from.
    """

    def __init__(self, case: Case) -> None:
        self.case = case

    @functools.cached_property
    def fragments(self) -> dict[str, str]:
        """Function → the HTML it composes."""
        return {
            name: getattr(briefing, name)(self.case)._repr_mimebundle_()["text/html"]
            for name in PARTS
            if name.startswith("compose_")
        }

    @functools.cached_property
    def exhibits(self) -> dict[str, dict[str, Any]]:
        """Function → the exhibit it shows."""
        return {
            name: getattr(briefing, name)(self.case)._repr_mimebundle_()[EXHIBIT]
            for name in PARTS
            if name.startswith("show_")
        }

    @functools.cached_property
    def findings(self) -> str:
        """The findings record as JSON text."""
        return briefing.record(self.case).findings.to_json()

    def soup(self, name: str) -> BeautifulSoup:
        """A fragment, parsed."""
        return BeautifulSoup(self.fragments[name], "html.parser")

    def soups(self) -> Iterator[BeautifulSoup]:
        """Every fragment, and the note of every exhibit, parsed."""
        yield from (self.soup(name) for name in self.fragments)
        for exhibit in self.exhibits.values():
            yield BeautifulSoup(exhibit["note"], "html.parser")

    @functools.cached_property
    def texts(self) -> list[tuple[str, str]]:
        """Everything a reader reads: the part, and one paragraph, cell, heading or label of it."""
        return [
            *((name, text) for name in self.fragments for text in _blocks(self.soup(name))),
            *(
                (name, text)
                for name, exhibit in self.exhibits.items()
                for text in (*_exhibit_texts(exhibit), *_labels(exhibit["figure"]))
            ),
        ]

    @property
    def sentences(self) -> Iterator[tuple[str, str]]:
        """The part and one sentence of it."""
        for name, text in self.texts:
            for sentence in re.split(r"(?<=[.!?])\s+|\n", text):
                yield name, sentence


def _blocks(soup: BeautifulSoup) -> Iterator[str]:
    for line_break in soup.find_all("br"):
        line_break.replace_with("\n")
    for block in soup.find_all(_BLOCKS):
        if isinstance(block, Tag) and not block.find(_BLOCKS):
            yield block.get_text().strip()


def _exhibit_texts(exhibit: dict[str, Any]) -> Iterator[str]:
    note = BeautifulSoup(exhibit["note"], "html.parser").get_text()
    yield from (exhibit["title"], exhibit["alt"], note)
    yield from exhibit["table"]["columns"]
    for row in exhibit["table"]["rows"]:
        yield from (cell for cell in row if isinstance(cell, str))


def _labels(part: Any, key: str = "") -> Iterator[str]:
    """Words inside a figure: names, labels, axis titles, annotations."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _labels(value, name)
    elif isinstance(part, (list, tuple)):
        for value in part:
            yield from _labels(value, key)
    elif isinstance(part, str) and not key.endswith(("template", "format", "color")):
        yield BeautifulSoup(part.replace("<br>", "\n"), "html.parser").get_text().strip()


@functools.cache
def _report(question: str) -> Report:
    return Report(briefing.open_case(draws=500, **json.loads(question)))


@pytest.fixture(scope="session", params=QUESTIONS)
def report(request: pytest.FixtureRequest) -> Report:
    """The report on each question in turn."""
    return _report(json.dumps(QUESTIONS[request.param]))


@pytest.fixture(scope="session", params=OTHERS)
def other_report(request: pytest.FixtureRequest) -> Report:
    """The report on each candidate whom the article is not about."""
    return _report(json.dumps(QUESTIONS[request.param]))


@pytest.fixture(scope="session")
def baseline() -> Report:
    """The report on India with every default, on fewer draws."""
    return _report("{}")


@pytest.fixture(scope="session")
def vietnam() -> Report:
    """The report on a country whose metal stage is not known."""
    return _report(json.dumps(QUESTIONS["VNM"]))
