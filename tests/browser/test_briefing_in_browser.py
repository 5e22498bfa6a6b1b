"""The briefing itself, made from the real data, as a reader's browser shows it."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from page_checks import CLASHES, DRAWN, WIDE
from third_pillar.publishing.report import publish_report

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """The India briefing, published into an archive of its own."""
    before = os.environ.get("PILLAR_REPORTS")
    os.environ["PILLAR_REPORTS"] = str(tmp_path_factory.mktemp("reports"))
    try:
        outcome = publish_report()
    finally:
        os.environ.pop("PILLAR_REPORTS")
        if before is not None:
            os.environ["PILLAR_REPORTS"] = before
    assert outcome.status == "published", outcome.message
    return outcome


@pytest.fixture
def briefing(read, published):
    """Opens the published briefing; keyword arguments are Playwright's context's."""
    return lambda **options: read(file=Path(published.html), **options)


def test_the_briefing_draws_every_figure_and_asks_nothing_of_the_network(briefing):
    """At least six figures, each with marks; no request, no console message, no page error."""
    reading = briefing()
    reading.draw_all()
    drawn = reading.page.evaluate(DRAWN)
    assert len(drawn) >= 6
    assert all(figure["state"] == "drawn" and figure["marks"] for figure in drawn), drawn
    assert reading.requests == []
    assert reading.complaints == []


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_the_briefing_fits_the_screen_and_its_figures_hold_their_texts(briefing, width):
    """Nothing scrolls sideways, no text lies over another or outside its figure."""
    reading = briefing(viewport={"width": width, "height": 844})
    reading.draw_all()
    assert reading.page.evaluate("document.documentElement.scrollWidth") <= width
    assert reading.page.evaluate(WIDE) == []
    assert reading.page.evaluate(CLASHES) == []


@pytest.mark.parametrize(("scheme", "inks"), [("dark", 1), ("light", 2)])
def test_every_number_in_a_bar_can_be_read_on_either_screen(briefing, scheme, inks):
    """On a dark screen both bars are light: white numbers vanished on the amber one."""
    reading = briefing(color_scheme=scheme)
    reading.draw_all()
    fills = "[...document.querySelectorAll('#fig-served .bartext')].map(t => t.style.fill)"
    seen = set(reading.page.evaluate(fills))
    assert len(seen) == inks
    assert ("rgb(255, 255, 255)" in seen) is (scheme == "light")


def test_a_long_table_is_carried_once_and_saved_whole(briefing, published):
    """The data behind the specification curve: every definition, as the page's cells say it."""
    reading = briefing(accept_downloads=True)
    with reading.page.expect_download() as download:
        reading.page.click("#fig-curve button[data-save-csv]")
    text = download.value.path().read_text(encoding="utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert head == ["Reading", "Choices", "Chance, %", "Pillar"]
    findings = json.loads(Path(published.findings).read_text())
    assert len(rows) == findings["pillar_test"]["specification_count"]
    assert {len(row) for row in rows} == {4}
    assert all(0 <= float(row[2]) <= 100 for row in rows)


def test_every_number_and_source_of_the_briefing_leads_somewhere(briefing):
    """No link inside the page is broken."""
    broken = """() => [...document.querySelectorAll('a[href^="#"]')].map((a) =>
      a.getAttribute('href').slice(1)).filter((id) => !document.getElementById(id))"""
    assert briefing().page.evaluate(broken) == []


def test_the_briefing_weighs_less_than_a_megabyte_and_a_quarter(published):
    """A file that travels by mail; with the full chart library it is larger."""
    size = Path(published.html).stat().st_size
    manifest = json.loads(Path(published.manifest).read_text())
    is_partial = "basic" in json.dumps(manifest)
    assert size < (1_250_000 if is_partial else 3_000_000)


def test_the_findings_beside_the_briefing_answer_for_all_claims(published):
    """Bottom line, verdicts of all claims, binding stage, served shares, gaps."""
    findings = json.loads(Path(published.findings).read_text())
    assert findings["bottom_line"]["text"]
    assert len(findings["verdicts"]) == 43
    ids = {metric["id"] for metric in findings["metrics"]}
    assert {"binding_stage(horizon)", "served_share(pillars, metal, with, horizon)"} <= ids
    assert findings["gaps"]
