"""Promises about the generated pages: complete, stable, and safe whatever a cell holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from third_pillar.evidence.corrections import Correction, phrase_correction
from third_pillar.evidence.corrections_page import render_corrections
from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.dictionary import read_warnings, render_dictionary
from toy import set_cell, write

ROOT = Path(__file__).resolve().parents[2]


def test_the_dictionary_names_every_table_field_and_key():
    text = render_dictionary(ROOT)
    for resource in read_resources(ROOT).values():
        section = text.partition(f"\n## {resource.name}\n")[2].partition("\n## ")[0]
        for column in resource.columns:
            assert f"| `{column.name}` |" in section, (resource.name, column.name)
        for part in resource.key:
            assert f"`{part}`" in section.partition("Row key:")[2].partition("\n")[0]


def test_the_shipped_pages_are_those_of_the_data():
    """`pillar data dictionary` and `pillar data corrections` write them."""
    for file, render in (
        ("data_dictionary", render_dictionary),
        ("corrections", render_corrections),
    ):
        held = (ROOT / f"docs/{file}.md").read_text(encoding="utf-8")
        assert held == render(ROOT), f"docs/{file}.md is stale"


def test_units_licences_and_rhythm_are_told():
    text = render_dictionary(ROOT)
    mine = text.partition("\n## mine_production\n")[2].partition("\n## ")[0]
    assert "| `value` | number | t REO |" in mine
    assert "News expected: annual" in mine
    assert "public domain" in mine
    assert "a row of countries" in mine


def test_every_usage_warning_belongs_to_a_table():
    names = {str(r.descriptor["name"]) for r in read_resources(ROOT).values()}
    assert set(read_warnings(ROOT)) <= names
    assert {"projects", "magnet_demand", "metal_capacity"} <= set(read_warnings(ROOT))


def test_counts_of_tables_that_commands_append_to_make_no_page_stale():
    text = render_dictionary(ROOT)
    assert re.search(r"\| \[forecasts\].*\| append-only \|", text)


def test_a_page_changes_with_the_data(toy_package):
    before = render_dictionary(toy_package), render_corrections(toy_package)
    write(toy_package / "data/CHANGELOG.md", "## 0.2.0 (2026-01-01)\n\nA new yearbook.\n")
    set_cell(toy_package, "codelists/units.csv", "t_reo", "label", "tonnes of oxide")
    after = render_dictionary(toy_package), render_corrections(toy_package)
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert "### 0.2.0 (2026-01-01)\n\nA new yearbook." in after[1]


def test_the_corrections_page_says_what_was_published_and_what_stands_here(checked_toy):
    text = render_corrections(checked_toy)
    assert "Published: 2,900 t_reo. Here: 3,000 t_reo." in text
    assert "Published: 99 t_reo. Here: left out." in text
    assert "misprint" in text


def test_markup_in_a_cell_stays_text(toy_package):
    set_cell(toy_package, "codelists/units.csv", "t_reo", "label", "a|b <script>x</script>")
    path = toy_package / "data/corrections.yml"
    path.write_text(path.read_text().replace("misprint", '"<img src=x onerror=y>"'))
    pages = render_dictionary(toy_package) + render_corrections(toy_package)
    assert "<script" not in pages
    assert "<img" not in pages
    assert "a\\|b" in pages


def test_without_corrections_the_page_says_so(toy_package):
    (toy_package / "data/corrections.yml").unlink()
    assert "None on record." in render_corrections(toy_package)


@pytest.mark.parametrize(
    ("field", "published", "corrected", "unit", "said"),
    [
        ("value", "21000000", "11000000", "t_reo", ("21,000,000 t REO", "11,000,000 t REO")),
        ("value", "3326", "", "t_reo", ("3,326 t REO", "left out")),
        ("value", "12000", "11670", "usd_m", ("USD 12,000 m", "USD 11,670 m")),
        ("note", "4.5", "4.5", "pct", ("4.5 %", "4.5 %, with a note")),
        ("start_year", "2025", "2026.5", "", ("2025", "mid-2026")),
        ("full_year", "2027", "", "", ("2027", "left out")),
        ("unit", "t_reo", "pct", "", ("t REO", "%")),
        ("product", "NdPr metal", "NdPr oxide", "", ("NdPr metal", "NdPr oxide")),
        ("value", "", "3", "kg", ("nothing", "3 kg")),
    ],
)
def test_both_sides_of_a_correction_read_as_amounts(field, published, corrected, unit, said):
    """Thousands apart, the unit behind, a year as a year."""
    units = {"t_reo": "t REO", "usd_m": "USD m", "pct": "%"}
    known = Correction("K", "t.csv", "k", field, published, corrected, "p", "r", "s", "e", unit)
    assert phrase_correction(known, units) == said
