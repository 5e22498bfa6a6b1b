"""What a reader's browser does with a report: draws it all, asks nothing of anyone."""

from __future__ import annotations

import pytest

from page_checks import CLASHES, DRAWN, WIDE
from sample_report import exhibits
from third_pillar.figures.theme import ROLES, ROLES_DARK

pytestmark = pytest.mark.slow

FIGURES = [item["id"] for item in exhibits()]
PAGE_HEIGHT = 980  # px of text on A4 with our margins


def test_every_figure_is_drawn_and_nothing_is_asked_of_the_network(read):
    """All figures hold marks; no request, no console message, no page error."""
    reading = read()
    reading.draw_all()
    drawn = reading.page.evaluate(DRAWN)
    assert sorted(figure["id"] for figure in drawn) == sorted(FIGURES)
    assert all(figure["state"] == "drawn" and figure["marks"] for figure in drawn), drawn
    assert reading.requests == []
    assert reading.complaints == []


def test_a_figure_is_drawn_when_the_reader_comes_near(read):
    """The last figure waits until it is scrolled to."""
    page = read(viewport={"width": 1200, "height": 700}).page
    page.wait_for_selector(f"#{FIGURES[1]} .plot[data-state=drawn]")
    last = page.locator("figure.exhibit .plot").last
    assert last.get_attribute("data-state") is None
    last.scroll_into_view_if_needed()
    page.wait_for_selector("figure.exhibit:nth-last-of-type(1) .plot[data-state=drawn]")


def test_nothing_is_shared_and_no_button_covers_the_data(read):
    """No modebar, no share or upload button, nothing focusable inside a drawing."""
    reading = read()
    reading.draw_all()
    page = reading.page
    assert page.locator(".modebar").count() == 0
    assert page.locator("button, a[data-title]").get_by_text("share").count() == 0
    assert page.locator(".plot a, .plot button, .plot [tabindex]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_follow_the_reader_s_screen(read, scheme):
    """Colours are the scheme's own, and change when the screen does."""
    reading = read(color_scheme=scheme)
    reading.draw_all()
    colour = "document.querySelector('#fig-exports .js-line').style.stroke"
    both = {"light": _rgb(ROLES["china"]), "dark": _rgb(ROLES_DARK["china"])}
    assert reading.page.evaluate(colour) == both[scheme]
    other = "dark" if scheme == "light" else "light"
    reading.page.emulate_media(color_scheme=other)
    reading.wait_until(f"{colour} === '{both[other]}'")


@pytest.mark.parametrize(("scheme", "ink"), [("light", "#ffffff"), ("dark", "#14171b")])
def test_labels_inside_bars_can_be_read_on_either_screen(read, scheme, ink):
    """A label takes light ink on a dark bar and dark ink on a light one."""
    reading = read(color_scheme=scheme)
    reading.draw_all()
    last = "[...document.querySelectorAll('#fig-verdicts .bartext')].at(-1).style.fill"
    assert reading.page.evaluate(last) == _rgb(ink)


def _rgb(colour: str) -> str:
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgb({', '.join(map(str, parts))})"


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_the_page_never_scrolls_sideways(read, width):
    """No element but a table's own wrap is wider than the screen."""
    reading = read(viewport={"width": width, "height": 844})
    reading.draw_all()
    assert reading.page.evaluate("document.documentElement.scrollWidth") <= width
    assert reading.page.evaluate(WIDE) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_texts_of_a_figure_do_not_overlap_its_legend_or_leave_it(read, width):
    """Axis labels, titles, annotations and the legend keep apart and inside the drawing."""
    reading = read(viewport={"width": width, "height": 844})
    reading.draw_all()
    assert reading.page.evaluate(CLASHES) == []


def test_paper_is_light_and_complete_and_cuts_no_figure(read):
    """Printing draws what was not scrolled to, in light colours, each figure on one page."""
    reading = read(color_scheme="dark")
    page = reading.page
    page.wait_for_selector(f"#{FIGURES[1]} .plot[data-state=drawn]")
    page.emulate_media(media="print")
    reading.wait_until(
        "[...document.querySelectorAll('.plot')].every((p) => p.dataset.drawnAt === '640 false')"
    )
    assert all(figure["marks"] for figure in page.evaluate(DRAWN))
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    sizes = page.evaluate(
        "[...document.querySelectorAll('figure.exhibit')].map((f) => [f.offsetHeight,"
        " getComputedStyle(f).breakInside])"
    )
    assert all(rule == "avoid" and height < PAGE_HEIGHT for height, rule in sizes), sizes
    assert page.locator("button:visible, summary:visible, nav:visible").count() == 0


def test_print_to_pdf_draws_figures_never_seen(read):
    """A PDF made at once, from the top of the page, has every figure in it."""
    reading = read()
    page = reading.page
    reading.wait_until("Boolean(window.Plotly)")
    assert page.pdf(format="A4").startswith(b"%PDF")
    drawn = page.evaluate(DRAWN)
    assert all(figure["marks"] for figure in drawn), drawn


def test_without_scripts_the_data_are_read_as_tables(read):
    """No chart, but a sentence that says so, open tables, and number links that lead on."""
    page = read(java_script_enabled=False).page
    assert page.locator("figure.exhibit table").locator("visible=true").count() == len(FIGURES)
    assert page.locator(".plot-fallback").locator("visible=true").count() == len(FIGURES)
    assert page.locator(".plot").locator("visible=true").count() == 0
    assert page.locator(".tools").locator("visible=true").count() == 0
    page.locator("a.n").first.click()
    assert "#n-" in page.url


def test_a_number_leads_to_its_row_and_back_by_keyboard(read):
    """Enter on a number goes to its row; Enter on the button there returns to the number."""
    reading = read()
    page = reading.page
    page.locator("a.n").first.focus()
    page.keyboard.press("Enter")
    reading.wait_until("document.activeElement.matches('tr[id^=n-] button.back')")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('.bottom-line a.n')")


def test_a_figure_is_saved_with_its_title_and_as_data(read):
    """One click gives a picture, another a table; neither asks the network."""
    reading = read(accept_downloads=True)
    for kind, ending in (("image", ".png"), ("csv", ".csv")):
        with reading.page.expect_download() as download:
            reading.page.click(f"#fig-served button[data-save-{kind}]")
        assert download.value.suggested_filename == f"fig-served{ending}"
    assert "Metal and alloy,18,18.5,21" in download.value.path().read_text(encoding="utf-8")
    assert reading.requests == []
    assert reading.complaints == []


def test_saved_data_cannot_become_formulas(read):
    """Text a spreadsheet would run is disarmed; numbers stay numbers."""
    table = {"columns": ["=a", "b"], "rows": [["@x", -3], ["-1+2", None], [" =c", 'say "hi"']]}
    text = read().page.evaluate("(table) => thirdPillar.csv(table)", table)
    assert text.split("\r\n") == ["'=a,b", "'@x,-3", "'-1+2,", '\' =c,"say ""hi"""', ""]


def test_a_bundle_that_does_not_open_leaves_the_data(read, report, tmp_path):
    """Where the drawing library is damaged the reader is told, and the tables open."""
    html = report.read_text(encoding="utf-8")
    start = html.index('id="tp-plotly"')
    start = html.index(">", start) + 1
    broken = tmp_path / "broken.html"
    broken.write_text(html[:start] + "AAAA" + html[html.index("</script", start) :], "utf-8")
    reading = read(file=broken)
    page = reading.page
    reading.wait_until("document.querySelectorAll('.undrawn').length > 0")
    page.evaluate("thirdPillar.drawAll()")
    assert page.locator(".plot-fallback").locator("visible=true").count() == len(FIGURES)
    assert page.locator("details.figure-data[open]").count() == len(FIGURES)
