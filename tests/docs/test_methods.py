"""Code and docs/methods.md cite each other: no rule without use, no § without rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
METHODS = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^#{2,3} (\d+(?:\.\d+)?) (.+)$", re.MULTILINE)
CITATION = re.compile(r"§\s?(\d+(?:\.\d+)*)")
RULES = {number: title for number, title in HEADING.findall(METHODS) if "." in number}
HEADINGS = {number for number, _ in HEADING.findall(METHODS)}


def _citations(*folders):
    """(file, § number) for every citation in the Python files below these folders."""
    return [
        (file.relative_to(ROOT).as_posix(), number)
        for folder in folders
        for file in sorted((ROOT / folder).rglob("*.py"))
        if folder != "tests" or file.name.startswith("test_")
        for number in CITATION.findall(file.read_text(encoding="utf-8"))
    ]


def test_the_methods_have_numbered_rules():
    """The numbers are unique and each rule stands under the chapter of its first number."""
    numbers = [number for number, _ in HEADING.findall(METHODS)]
    assert len(numbers) == len(set(numbers))
    assert len(RULES) >= 20
    assert {number.split(".")[0] for number in RULES} <= HEADINGS


def test_every_paragraph_cited_in_the_code_is_a_heading():
    """A reader who follows a § arrives."""
    astray = [(file, number) for file, number in _citations("analysis") if number not in HEADINGS]
    assert not astray, f"cited but not in docs/methods.md: {astray}"


def test_the_methods_cite_their_own_paragraphs_rightly():
    assert set(CITATION.findall(METHODS)) <= HEADINGS


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_cited_by_the_code_or_a_test(rule):
    """A rule nobody applies or checks would be a promise on paper."""
    cited = {number for _, number in _citations("analysis", "tests")}
    assert rule in cited, f"§{rule} {RULES[rule]} is cited nowhere"


def test_every_method_section_of_a_docstring_names_its_rule():
    """What follows the word "Method" is a § of docs/methods.md."""
    section = re.compile(r"^ +Method:\n((?: +\S.*\n)+)", re.MULTILINE)
    sections = [
        (file.relative_to(ROOT).as_posix(), text.strip())
        for file in sorted((ROOT / "analysis").rglob("*.py"))
        for text in section.findall(file.read_text(encoding="utf-8"))
    ]
    assert len(sections) > 20
    assert not [(file, text) for file, text in sections if not CITATION.search(text)]


def test_the_methods_state_the_factors_of_the_data():
    """Where a rule prints a number that is a row of the assumptions, they are the same number."""
    rows = {
        line.split(",")[0]: line
        for line in (ROOT / "data/curated/assumptions.csv").read_text("utf-8").splitlines()
    }
    assert "2.15 (2.0 to 2.69)" in METHODS
    assert ",2.15,2,2.69," in rows["magnet_per_ndpr_oxide"]
