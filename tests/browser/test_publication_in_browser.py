"""What readers see of a draft, on screen and on paper, and how they find a report on the site."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest

from kept import BRAZIL, keep
from third_pillar.publishing.approval import approve
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.offline_check import check_offline
from third_pillar.publishing.site import publish_site
from third_pillar.publishing.state_band import show_state

pytestmark = pytest.mark.slow

NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
SHOWN = ".reports > li:not([hidden])"


@pytest.fixture
def stamped(report: Path, tmp_path: Path) -> Any:
    """The sample report with a band for a state, in a file of its own."""

    def stamp(state: Any, **given: Any) -> Path:
        file = tmp_path / f"{state}.html"
        page = show_state(report.read_text("utf-8"), state, **given)
        assert check_offline(page) == []
        file.write_text(page, encoding="utf-8")
        return file

    return stamp


def test_a_draft_is_marked_on_screen_and_on_every_printed_page(read, stamped) -> None:
    """The mark covers the page without taking a click or a word from it; paper is light."""
    reading = read(file=stamped("draft"), color_scheme="dark")
    page = reading.page
    assert page.get_by_text("Draft, not reviewed").is_visible()
    mark = "getComputedStyle(document.querySelector('.tp-mark'))"
    style = f"(({mark}).position + ' ' + ({mark}).pointerEvents)"
    assert page.evaluate(style) == "fixed none"
    page.emulate_media(media="print")
    assert page.locator(".tp-mark span").is_visible()
    assert page.evaluate(style) == "fixed none"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.querySelector('.tp-mark').getAttribute('aria-hidden')") == "true"
    assert (reading.requests, reading.complaints) == ([], [])


def test_a_published_report_carries_no_mark_and_draws_as_before(read, stamped) -> None:
    draft = stamped("draft").read_text("utf-8")
    published = stamped("published")
    published.write_text(show_state(draft, "published"), encoding="utf-8")
    reading = read(file=published)
    reading.draw_all()
    assert reading.page.locator(".tp-band, .tp-mark").count() == 0
    assert reading.page.locator(".plot[data-state=drawn]").count() == 7
    assert (reading.requests, reading.complaints) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_band_can_be_read_on_a_phone_in_either_scheme(read, stamped, scheme) -> None:
    """It wraps, adds no sideways scrolling, and its text stands out at 4.5 to 1 or more."""
    embargo = dt.datetime.fromisoformat("2026-12-01T06:00+05:30")
    reading = read(
        file=stamped("published", embargo=embargo),
        color_scheme=scheme,
        viewport={"width": 320, "height": 700},
    )
    page = reading.page
    assert page.get_by_text("Not for release before 1 December 2026").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    colours = page.evaluate(
        "(() => { const s = getComputedStyle(document.querySelector('.tp-band'));"
        " return [s.color, s.backgroundColor]; })()"
    )
    assert _contrast(*colours) >= 4.5


def _contrast(one: str, two: str) -> float:
    lights = sorted(map(_light, (one, two)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _light(colour: str) -> float:
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of three reports in two lineages."""
    archive = Archive(tmp_path / "archive")
    for lineage, text in ((None, "old"), (None, "new"), (BRAZIL, "brazil")):
        given = {"lineage": lineage} if lineage else {}
        run = keep(archive, text=text, changes={"sentences": [f"São {text} moved."]}, **given)
        approve(archive, run, by="A", state="published", now=NOW)
    publish_site(archive, tmp_path / "site", now=NOW)
    return tmp_path / "site" / "index.html"


def test_a_report_is_found_by_its_words_with_the_keyboard_alone(read, site) -> None:
    """A slash goes to the field; accents and order do not matter; Escape shows all again."""
    reading = read(file=site)
    page = reading.page
    assert page.locator(SHOWN).count() == 3
    page.keyboard.press("/")
    page.keyboard.type("sao BRA")
    assert page.locator(SHOWN).count() == 1
    assert page.locator("#found").inner_text() == "1 of 3 reports"
    assert page.locator(".lineage:not([hidden])").count() == 1
    page.keyboard.type(" nonsense")
    assert page.get_by_text("No report holds all of these words.").is_visible()
    page.keyboard.press("Escape")
    assert page.locator(SHOWN).count() == 3
    assert page.locator("#find").input_value() == ""
    page.keyboard.type("26 november 2026")
    assert page.locator(SHOWN).count() == 3
    for typed, shown in (("“São” BRA?", 1), ("(brazil), %", 1), (" ! ", 3), ("brazil india,", 0)):
        page.locator("#find").fill(typed)
        assert page.locator(SHOWN).count() == shown, typed
    page.locator("#find").fill("")
    assert (reading.requests, reading.complaints) == ([], [])


def test_without_scripts_the_site_is_a_plain_list(read, site) -> None:
    page = read(file=site, java_script_enabled=False, viewport={"width": 390, "height": 800}).page
    assert page.locator(".reports > li").locator("visible=true").count() == 3
    assert not page.locator(".finder").is_visible()
    link = page.locator(".reports h3 a").first
    assert (site.parent / str(link.get_attribute("href"))).is_file()


def test_saved_figure_data_are_as_safe_as_every_other_table(read) -> None:
    """Text that a spreadsheet would run is guarded, headings too; numbers stay numbers."""
    prefixes = ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0@", "\uff1d", "\uff20", "'="]
    table = {"columns": ["=1", "n"], "rows": [[f"{p}cmd()", -5.5] for p in prefixes]}
    text = read().page.evaluate("(table) => thirdPillar.csv(table)", table)
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert head == ["'=1", "n"]
    assert rows == [[f"'{p}cmd()", "-5.5"] for p in prefixes]
