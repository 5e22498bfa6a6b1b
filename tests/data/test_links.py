"""Promises about the table of links: no tonnage is invented, nobody unknown is tied."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from third_pillar.evidence import validate_package

ROOT = Path(__file__).resolve().parents[2]
FILE = "data/curated/links.csv"


def rows(name):
    with (ROOT / "data" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def by_key(name, key):
    return {row[key]: row for row in rows(name)}


@pytest.mark.parametrize(
    ("link", "table", "figure", "cell"),
    [
        ("LNK-MYS-JPN-JARE", "national_programmes", "JPN-JARE-OFFTAKE", "low"),
        ("LNK-IND-IND-REPM", "national_programmes", "IND-REPM-IREL-FEED", "high"),
        ("LNK-IND-JPN-TOYOTSU", "separation_capacity", "SEP-IND-TREI-EXPORT-2024", "low"),
    ],
)
def test_a_tonnage_is_the_figure_of_another_table(link, table, figure, cell):
    """The same number, unit and source as where the figure is kept."""
    tied = by_key("curated/links.csv", "link_id")[link]
    known = by_key(f"curated/{table}.csv", "figure_id")[figure]
    assert float(tied["tonnes"]) == float(known[cell])
    assert tied["unit"] == known["unit"]
    assert tied["source_id"] == known["source_id"]


def test_the_others_have_no_tonnage():
    known = {"LNK-MYS-JPN-JARE", "LNK-IND-IND-REPM", "LNK-IND-JPN-TOYOTSU"}
    assert {row["link_id"] for row in rows("curated/links.csv") if row["tonnes"]} == known


def test_a_link_is_not_known_before_its_source():
    """A month or a year counts from its last day, so the first of it is a lower bound."""
    sources = by_key("sources.csv", "source_id")
    for row in rows("curated/links.csv"):
        published = sources[row["source_id"]]["date"]
        assert row["known_from"][: len(published)] >= published, row["link_id"]


def test_every_link_is_limited_in_words():
    """A ban or an offtake that holds for some only says for whom."""
    for row in rows("curated/links.csv"):
        assert row["note"].endswith("."), row["link_id"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("MYS,AUS,JPN", "MYS,AUS,XXX", "unknown country"),
        ("MYS,AUS,JPN", "YYY,AUS,JPN", "unknown country"),
        ("JPN,separation,offtake", "JPN,smelting,offtake", "stage"),
        ("JPN,separation,offtake", "JPN,separation,promise", "kind"),
        (",5000,", ",-5000,", "tonnes"),
    ],
)
def test_a_link_to_nowhere_is_a_fault_that_names_it(tmp_path, old, new, said):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    file = tmp_path / FILE
    text = file.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("LNK-MYS-JPN-JARE"))
    assert old in line
    file.write_text(text.replace(line, line.replace(old, new, 1)), encoding="utf-8")
    found = [str(fault) for fault in validate_package(tmp_path) if "LNK-MYS-JPN-JARE" in str(fault)]
    assert any(said in fault for fault in found), found
