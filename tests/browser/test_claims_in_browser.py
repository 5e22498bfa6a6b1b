"""The ledger in a browser: filters by keyboard and touch, and the whole table without scripts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from page_checks import CLASHES, WIDE
from third_pillar import briefing
from third_pillar.publishing.html_export import export_html

pytestmark = pytest.mark.slow

ROWS = "table[data-filters] tbody > tr"


@pytest.fixture(scope="module")
def page_of_claims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The parts of the page of claims that hold the ledger, exported from the real data."""
    case = briefing.open_case(draws=200)
    parts = (
        briefing.compose_ledger_title(case),
        briefing.compose_ledger_headline(case),
        briefing.compose_standing(case),
        briefing.show_evidence_map(case),
        briefing.compose_ledger(case),
        briefing.compose_ledger_numbers(case),
        briefing.compose_ledger_sources(case),
    )
    cells = [
        nbformat.v4.new_code_cell(
            "…", outputs=[nbformat.v4.new_output("display_data", data=part._repr_mimebundle_())]
        )
        for part in parts
    ]
    exported = export_html(
        nbformat.v4.new_notebook(cells=cells),
        findings=briefing.record(case).findings,
        generated=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
        run_id="test",
    )
    file = tmp_path_factory.mktemp("claims") / "report.html"
    file.write_text(exported.html, encoding="utf-8")
    return file


@pytest.fixture
def claims(read: Any, page_of_claims: Path) -> Callable[..., Any]:
    return lambda **options: read(file=page_of_claims, **options)


def visible(page: Any) -> int:
    found: int = page.locator(ROWS).locator("visible=true").count()
    return found


@pytest.mark.parametrize("width", [390, 1440])
def test_a_filter_leaves_the_rows_it_names(claims: Any, width: int):
    """Choosing a verdict shows its claims only, says how many, and "Show all" brings all back."""
    page = claims(viewport={"width": width, "height": 844}).page
    whole = visible(page)
    page.get_by_label("Verdict", exact=True).select_option("contradicted")
    left = page.locator(f"{ROWS}[data-verdict=contradicted]").count()
    assert 0 < visible(page) == left < whole
    assert page.get_by_role("status").inner_text() == f"{left} of {whole} claims"
    page.get_by_role("button", name="Show all").click()
    assert visible(page) == whole


def test_filters_work_together_and_say_what_they_would_leave(claims: Any):
    """Two filters leave what meets both; each choice carries its number."""
    page = claims().page
    page.get_by_label("Verdict", exact=True).select_option("supported")
    choices = page.get_by_label("Settled").locator("option").all_inner_texts()
    assert sum(int(text.rpartition("(")[2][:-1]) for text in choices[1:]) == visible(page)
    page.get_by_label("Settled").select_option("measured")
    both = f"{ROWS}[data-verdict=supported][data-how=measured]"
    assert visible(page) == page.locator(both).count() > 0
    assert f"measured ({visible(page)})" in choices


def test_filters_are_used_by_keyboard(claims: Any):
    """Tab reaches each list and the button, a letter chooses, Enter brings all back."""
    page = claims().page
    whole = visible(page)
    page.get_by_label("Verdict", exact=True).focus()
    page.keyboard.press("c")
    assert visible(page) < whole
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Show all"
    page.keyboard.press("Enter")
    assert visible(page) == whole
    assert page.evaluate("document.activeElement.tagName") == "SELECT"


def test_a_link_to_a_claim_that_is_filtered_away_shows_it(claims: Any):
    """The reader who follows C18 arrives at C18, whatever was filtered."""
    page = claims().page
    page.get_by_label("Verdict", exact=True).select_option("supported")
    assert not page.locator("#claim-c18").is_visible()
    page.locator('.claims a[href="#claim-c18"]').first.click()
    assert page.locator("#claim-c18").is_visible()


def test_without_scripts_the_whole_ledger_stays(claims: Any):
    """All rows, no dead control; evidence unfolds by the browser's own means."""
    page = claims(java_script_enabled=False).page
    assert visible(page) == page.locator(ROWS).count() > 40
    assert page.locator(".filters").count() == 0
    fold = page.locator("details.fold").first
    fold.locator("summary").click()
    assert fold.locator("li").first.is_visible()


def test_paper_has_every_claim(claims: Any):
    """What the reader filtered away is printed; the controls are not."""
    page = claims().page
    whole = visible(page)
    page.get_by_label("Verdict", exact=True).select_option("supported")
    page.emulate_media(media="print")
    assert visible(page) == whole
    assert page.locator(".filters:visible").count() == 0


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_claims_fits_the_screen(claims: Any, width: int, scheme: str):
    """Nothing scrolls sideways, no text of the map lies over another; no complaint."""
    reading = claims(viewport={"width": width, "height": 844}, color_scheme=scheme)
    reading.draw_all()
    assert reading.page.evaluate("document.documentElement.scrollWidth") <= width
    assert reading.page.evaluate(WIDE) == []
    assert reading.page.evaluate(CLASHES) == []
    assert reading.complaints == []
    assert reading.requests == []
