"""A notebook becomes one page that holds everything, or no page at all."""

from __future__ import annotations

import copy
import re

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_output

from sample_report import (
    GENERATED,
    RUN_ID,
    build_findings,
    build_notebook,
    exhibit_cell,
    exhibits,
    html_cell,
)
from third_pillar.publishing.exhibits import PLOTLY
from third_pillar.publishing.html_export import HtmlReport, export_html
from third_pillar.publishing.offline_check import check_offline
from third_pillar.publishing.paper import compose_paper
from third_pillar.vocabulary.errors import ReportFailed


def export(notebook) -> HtmlReport:
    return export_html(notebook, findings=build_findings(), generated=GENERATED, run_id=RUN_ID)


@pytest.fixture(scope="module")
def html() -> str:
    return export(build_notebook()).html


@pytest.fixture(scope="module")
def page(html) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def test_the_sample_report_is_published_whole(html, page):
    """Every exhibit is on the page with finding, note, alternative text and data."""
    assert check_offline(html) == []
    figures = page.select("figure.exhibit")
    assert [figure["id"] for figure in figures] == [
        "fig-exports",
        "fig-verdicts",
        "fig-shares",
        "fig-balance",
        "fig-concentration",
        "fig-dependence",
        "fig-served",
    ]
    for figure in figures:
        for part in (".finding", ".note", ".alt", "tbody td"):
            assert figure.select_one(part).get_text(strip=True)


def test_the_report_says_how_many_figures_and_which_plotly():
    """The exporter counts what it drew and names the bundle."""
    report = export(build_notebook())
    assert report.figures == len(exhibits())
    assert re.match(r"(partial|full) \d+\.\d+\.\d+ \(.+\)", report.bundle)


def test_plotly_is_embedded_once_and_figures_carry_no_template(html, page):
    """One compressed library, one pair of templates, however many figures."""
    assert len(page.select("script#tp-plotly")) == 1
    assert html.count('"colorway"') == 2


def test_code_and_hidden_cells_are_not_shown(html):
    """Neither the parameters cell, nor set-up, nor the source of any cell."""
    for source in ("show(exhibit)", "secret_setup", 'candidate: str = "IND"'):
        assert source not in html


def test_the_same_notebook_gives_the_same_page_and_is_left_untouched():
    """Export is repeatable and does not write into its argument."""
    notebook = build_notebook()
    before = copy.deepcopy(notebook)
    assert export(notebook).html == export(notebook).html
    assert notebook == before


def test_masthead_contents_and_landmarks(page):
    """One title, dates in words, the data release, a list of the numbered sections."""
    assert [h.get_text() for h in page.find_all("h1")] == [
        "Can India become the third pillar of a magnet supply without China?"
    ]
    facts = page.select_one(".facts").get_text(" ", strip=True)
    assert "22 November 2026" in facts
    assert "third-pillar-data 0.1.0" in facts
    for link in page.select(".contents a"):
        assert page.find("h2", id=link["href"][1:]).get_text() == link.get_text()
    assert len(page.select("main")) == len(page.select("header")) == len(page.select("footer")) == 1
    assert page.html["lang"] == "en"
    assert page.select_one("a.skip")["href"] == "#content"


def test_every_number_in_prose_links_to_its_row(page):
    """No script is needed to follow a number to where it comes from."""
    numbers = page.select("data.n")
    assert numbers
    for number in numbers:
        assert page.find(id=number.parent["href"][1:]).name == "tr"


def test_tables_can_be_reached_and_read_on_a_phone(page):
    """Each table scrolls in a named, focusable wrap; tables of sentences carry cell labels."""
    for table in page.select("table"):
        wrap = table.find_parent(class_="table-wrap")
        assert (wrap["tabindex"], wrap["role"]) == ("0", "region")
        assert wrap["aria-label"]
    claims = page.select_one("main > .table-wrap table.stack")
    assert len(claims.select("tbody tr")) == 43
    assert claims.select_one("td:nth-of-type(3)")["data-label"] == "Verdict"


def _table(columns: int, text: str) -> str:
    head = "".join(f"<th>H{n}</th>" for n in range(columns))
    cells = "".join(f"<td>{text}</td>" for _ in range(columns - 2))
    chip = '<td><span class="verdict verdict-supported">supported</span></td>'
    row = f"<tr><th>C01</th>{cells}{chip}</tr><tr><th>2026-01-02</th>{cells}<td>-</td></tr>"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{row}</tbody></table>"


@pytest.mark.parametrize(
    ("columns", "text", "kinds"),
    [
        (3, "1,450", set()),
        (7, "1,450", set()),
        (4, "a sentence of some length that no phone shows in a column", {"stack"}),
        (7, "a sentence of some length that no page shows in a column", {"stack", "ledger"}),
    ],
)
def test_a_table_takes_the_form_its_text_needs(columns, text, kinds):
    """Numbers stay a table; sentences become cards, on a phone or, with many columns, always."""
    table = BeautifulSoup(compose_paper(f"<h1>T</h1>{_table(columns, text)}").body, "html.parser")
    assert set(table.table.get_attribute_list("class")) - {None} == kinds
    assert "date" in table.find(string="2026-01-02").parent["class"]
    if kinds:
        assert "chip" in table.find(class_="verdict").parent["class"]
        assert "none" in table.find(string="-").parent["class"]


def test_rows_and_sources_of_a_number_fold_away():
    """The number stays in sight; what it rests on opens with a click, without scripts."""
    html = (
        '<h1>T</h1><ol class="numbers"><li id="n-a">Share: 1 %. <span class="rows">Rests on X.'
        '</span> <a href="#s-x">X</a></li></ol>'
    )
    item = BeautifulSoup(compose_paper(html).body, "html.parser").li
    assert item.details.summary.get_text() == "Rows and sources"
    assert item.details.a["href"] == "#s-x"
    assert item.get_text().startswith("Share: 1 %.")


def test_claim_texts_are_never_cut(html):
    """Long texts stand in full; nothing ends in dots."""
    assert "by the end of 2030." in html
    assert "..." not in BeautifulSoup(html, "html.parser").main.get_text()


def test_text_of_a_figure_cannot_break_out_of_its_script():
    """A title or label that holds markup stays text."""
    item = exhibits()[0]
    evil = "</script><script>alert(1)</script><!--"
    item["title"] = item["alt"] = evil
    item["figure"]["data"][0]["name"] = item["table"]["columns"][1] = evil
    notebook = build_notebook()
    notebook.cells.append(exhibit_cell(item | {"id": "fig-evil"}))
    page = BeautifulSoup(export(notebook).html, "html.parser")
    assert [script["id"] for script in page.find_all("script")] == [
        "tp-start",
        "tp-figures",
        "tp-look",
        "tp-plotly",
        "tp-page",
    ]
    assert page.select_one("#fig-evil .finding").get_text() == evil


def test_the_title_cannot_break_out_of_the_print_style():
    """Whatever the title holds, the running head stays one CSS string."""
    notebook = build_notebook()
    notebook.cells[0].source = '# A "quoted" \\ title } @import url(x) </style'
    html = export(notebook).html
    assert html.count("</style") == 1
    assert "@import" not in html.split("<style", 1)[1].split("</style")[0]


def test_values_that_are_not_numbers_are_gaps_not_crashes():
    """NaN becomes null in the drawing and a dash in the table."""
    item = exhibits()[0]
    item["figure"]["data"][0]["x"][0] = float("nan")
    item["table"]["rows"][0][1] = None
    notebook = build_notebook()
    notebook.cells.append(exhibit_cell(item | {"id": "fig-gap"}))
    html = export(notebook).html
    assert "NaN" not in html.split('id="tp-figures"')[1].split("</script>")[0]
    row = BeautifulSoup(html, "html.parser").select_one("#fig-gap tbody tr")
    assert row.get_text("|", strip=True).startswith("Mine|\N{EN DASH}|")


def _exhibit_with(**parts):
    return exhibit_cell(exhibits()[0] | {"id": "fig-bad"} | parts)


def _output_cell(kind, data=None, **fields):
    output = new_output(kind, data, **fields) if data else new_output(kind, **fields)
    return new_code_cell("", outputs=[output])


BAD_CELLS = {
    "fig-bad: has no title": _exhibit_with(title=" "),
    "fig-bad: has no note": _exhibit_with(note=""),
    "fig-bad: has no alt": _exhibit_with(alt=None),
    "fig-bad: has no data table": _exhibit_with(table={"columns": ["A"], "rows": []}),
    "fig-bad: row 1 of its table has 1 cells for 2 columns": _exhibit_with(
        table={"columns": ["A", "B"], "rows": [[1]]}
    ),
    "fig-bad: draws nothing": _exhibit_with(figure={"data": [], "layout": {}}),
    "fig-shares: two exhibits have this id": _exhibit_with(id="fig-shares"),
    "its id must be lower-case": _exhibit_with(id="Fig 1"),
    "fig-bad: scattergeo fetches a map": _exhibit_with(
        figure={"data": [{"type": "scattergeo"}], "layout": {}}
    ),
    "fig-bad: the bundle cannot draw nosuchtrace": _exhibit_with(
        figure={"data": [{"type": "nosuchtrace"}], "layout": {}}
    ),
    "fig-bad: a picture in it would be fetched": _exhibit_with(
        figure={
            "data": [{"type": "bar", "x": [1]}],
            "layout": {"images": [{"source": "https://example.org/a.png"}]},
        }
    ),
    "a plotly figure that is not an exhibit": _output_cell("display_data", {PLOTLY: {"data": []}}),
    "an output the report cannot show (image/png)": _output_cell(
        "display_data", {"image/png": "AAAA"}
    ),
    "an output the report cannot show (text/plain)": _output_cell(
        "display_data", {"text/plain": "42"}
    ),
    "prints text that no reader would see": _output_cell("stream", name="stdout", text="debug"),
    "ended in ZeroDivisionError": _output_cell(
        "error", ename="ZeroDivisionError", evalue="", traceback=[]
    ),
    "used twice": html_cell('<p id="content">x</p>'),
    "<script>: a script that is not the page's own": html_cell("<script>1</script>"),
    "src would load 'https://example.org/x.png'": html_cell(
        '<img alt="x" src="https://example.org/x.png">'
    ),
    "a path of this machine is shown": html_cell("<p>see /home/ana/data.csv</p>"),
    "number M:none: no row n-m-none in the list of numbers": html_cell(
        '<p><data class="n" value="1" data-source="M:none">1</data></p>'
    ),
    "2 titles (h1)": html_cell("<h1>Another</h1>"),
    "cannot be read to its end: excessive depth": html_cell("<div>" * 3_000 + "deep"),
}


@pytest.mark.parametrize("fault", BAD_CELLS)
def test_a_faulty_cell_stops_the_export_and_is_named(fault):
    """Nothing is published, and the message names figure or element."""
    notebook = build_notebook()
    notebook.cells.append(copy.deepcopy(BAD_CELLS[fault]))
    with pytest.raises(ReportFailed, match=re.escape(fault)):
        export(notebook)


def test_halves_of_characters_are_left_out_and_nothing_after_them_is_lost():
    """A parser stops at them: what comes behind must still stand on the page."""
    notebook = build_notebook()
    notebook.cells.append(html_cell("<p>be\ud800fore \ufffe\x01\x00</p><p>and behind</p>"))
    html = export(notebook).html
    assert "<p>before </p><p>and behind</p>" in html
    html.encode("utf-8")


def test_an_error_in_a_hidden_cell_stops_the_export_too():
    """`remove-cell` hides output from readers, not failure from the exporter."""
    notebook = build_notebook()
    cell = copy.deepcopy(BAD_CELLS["ended in ZeroDivisionError"])
    cell.metadata["tags"] = ["remove-cell"]
    notebook.cells.append(cell)
    with pytest.raises(ReportFailed, match="ZeroDivisionError"):
        export(notebook)


def test_all_faults_are_named_at_once():
    """A reader of the message mends everything in one go."""
    notebook = build_notebook()
    notebook.cells += [_exhibit_with(title=""), _exhibit_with(id="fig-b", note="")]
    with pytest.raises(ReportFailed, match=r"fig-bad: has no title\n.*fig-b: has no note"):
        export(notebook)
