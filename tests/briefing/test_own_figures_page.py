"""Promises about a page with own figures: marked where they touch, safe whatever they say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from third_pillar import briefing
from third_pillar.assessment.case import assess
from third_pillar.vocabulary.findings import OWN_MARK

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = "<script>alert(1)</script>"
BREAK_OUT = "</script><img src=x onerror=alert(2)>"
PLANT = {
    "project_id": "MAG-IND-OWN", "plant": f"Own {SCRIPT} plant", "company": BREAK_OUT,
    "stage": "magnet", "country_iso3": "IND", "owner_iso3": "IND", "product": "sintered NdFeB",
    "value": "9000", "low": "8000", "high": "10000", "unit": "t_ndfeb", "counts": "own",
    "status": "building", "start_year": "2028", "start_precision": "year",
    "known_from": "2026-10-01", "source_id": "OWN-NDA", "note": BREAK_OUT,
}  # fmt: skip
SOURCE = {
    "source_id": "OWN-NDA", "title": f"NDA {SCRIPT}", "publisher": BREAK_OUT,
    "date": "2026-10-01", "date_precision": "day", "url": "https://own.example/?a=%22%3E",
    "accessed": "2026-10-01", "reliability": "B", "credibility": "2", "licence": "private",
}  # fmt: skip
PARTS = (
    briefing.compose_title, briefing.compose_headline, briefing.compose_judgements,
    briefing.compose_stages, briefing.compose_unknowns, briefing.compose_limits,
    briefing.compose_numbers, briefing.compose_sources, briefing.compose_plants,
)  # fmt: skip


def put(root, path, row):
    header = (root / "data" / path).read_text(encoding="utf-8").splitlines()[0]
    cells = ",".join(f'"{row.get(name, "")}"' for name in header.split(","))
    target = root / "data/overlay" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"{header}\n{cells}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The case of a project with one hostile plant of the reader's own, and its page."""
    root = tmp_path_factory.mktemp("own") / "project"
    shutil.copytree(ROOT / "data", root / "data", ignore=shutil.ignore_patterns("overlay"))
    shutil.copytree(ROOT / "reports/profiles", root / "reports/profiles")
    put(root, "curated/projects.csv", PLANT)
    put(root, "sources.csv", SOURCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PILLAR_ROOT", str(root))
        case = assess(draws=100, own_figures=True)
        html = "".join(str(part(case).html) for part in PARTS)
    return case, BeautifulSoup(html, "html.parser")


def test_nothing_that_an_own_row_says_becomes_markup(page):
    _, soup = page
    assert SCRIPT in soup.text  # it is shown, as text
    assert not soup.find_all(["script", "img", "iframe", "object"])
    for tag in soup.find_all(recursive=True):
        assert not [name for name in tag.attrs if name.startswith("on")], tag
        assert not str(tag.get("href", "")).startswith("javascript:")


def test_page_one_says_so_first(page):
    _, soup = page
    notice = soup.select_one("p.own-figures")
    assert "projects (1) and sources (1)" in notice.text
    assert notice.find_next("h2").text == "The bottom line"


def test_numbers_that_it_moves_carry_the_mark_and_others_do_not(page):
    case, soup = page
    touched = {name for name, metric in case.metrics.items() if metric.own_figures}
    assert "stage_capacity(IND, magnet, horizon)" in touched
    assert "specification_share()" in touched  # moved, though it lists no plant
    assert not touched & {"net_import_reliance(USA)", "stage_hhi(mine)"}
    shown = soup.select("data.n")
    assert {data["data-source"] in touched for data in shown} == {True, False}
    for data in shown:
        mark = data.find_next_sibling()
        has_mark = mark is not None and mark.name == "sup" and mark.text == OWN_MARK
        follows = data.next_sibling is mark
        assert (has_mark and follows) == (data["data-source"] in touched), data["data-source"]


def test_the_public_case_is_the_release_alone(page):
    case, _ = page
    assert "MAG-IND-OWN" not in set(case.public.results.evidence.table("projects")["project_id"])
    assert not case.public.has_own
