"""Fragments and exhibits: nothing from the data ever becomes markup, every number has its row."""

from __future__ import annotations

import math

import plotly.graph_objects as go
import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup

from third_pillar.briefing.markup import (
    EXHIBIT,
    PLOTLY,
    Exhibit,
    bullets,
    fragment,
    number,
    paragraph,
    section,
    span,
    table,
)
from third_pillar.vocabulary.codes import Confidence
from third_pillar.vocabulary.findings import Metric

HOSTILE = '<script>alert("x")</script> & "quoted" \'onload=\''


def metric(
    value: float | str | None, low: float | None = None, high: float | None = None
) -> Metric:
    return Metric(
        id='mine_share("IND", 2025)',
        kind="share",
        label="share",
        value=value,
        low=low,
        high=high,
        unit="%",
        period="2025",
        method="§1.1",
        confidence=Confidence.HIGH,
    )


def exhibit() -> Exhibit:
    return Exhibit(
        id="fig-one",
        title="One is one",
        note=Markup("Percent. Source: one."),
        alt="One bar.",
        figure=go.Figure(go.Bar(x=["a"], y=[1])),
        columns=("Name", "Value, %"),
        rows=[("a", 1)],
        source_ids=("ONE",),
    )


@pytest.mark.parametrize(
    "composed",
    [
        paragraph(HOSTILE),
        paragraph("Fine.", HOSTILE),
        bullets([HOSTILE]),
        table((HOSTILE, "b"), [(HOSTILE, HOSTILE)], caption=HOSTILE),
        section("gap", paragraph(HOSTILE)).html,
        fragment(paragraph(HOSTILE)).html,
    ],
    ids=["paragraph", "second sentence", "bullets", "table", "section", "fragment"],
)
def test_plain_text_never_becomes_markup(composed: Markup):
    """Whatever a text holds is shown as it is."""
    soup = BeautifulSoup(str(composed), "html.parser")
    assert not soup.find_all("script")
    assert HOSTILE in soup.get_text()


def test_a_fragment_gives_its_words_without_tags():
    """What a terminal shows is what a reader reads."""
    assert fragment(paragraph(HOSTILE)).text == HOSTILE
    assert fragment(paragraph(HOSTILE))._repr_mimebundle_()["text/plain"] == HOSTILE


def test_a_number_leads_to_its_row_and_holds_its_value():
    """The words are rounded, the value behind them is not, and the row is named."""
    data = BeautifulSoup(str(number(metric(7.0612))), "html.parser").data
    assert data["value"] == "7.0612"
    assert data["data-source"] == 'mine_share("IND", 2025)'
    assert data["class"] == ["n"]
    assert data.get_text().replace("\N{NO-BREAK SPACE}", " ") == "7.1 %"


@pytest.mark.parametrize("missing", [None, metric(None), metric(math.nan), metric("separation")])
def test_a_number_that_is_not_there_reads_not_known(missing: Metric | None):
    """A gap is said, never a zero, a blank or "nan"; nothing leads nowhere."""
    soup = BeautifulSoup(str(number(missing)), "html.parser")
    assert soup.get_text() == "not known"
    assert soup.find("span", class_="gap")
    assert not soup.find("data")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (None, ""),
        (metric(7.0), ""),
        (metric(7.0, 7.0, 7.0), ""),
        (metric(20.0, 17.2, 22.4), " (17–22)"),
        (metric(-20.0, -22.4, -17.2), " (−22 to −17)"),
    ],
)
def test_a_range_is_shown_only_where_there_is_one(given: Metric | None, shown: str):
    """Two different ends make a range; one end, or none, is silence."""
    assert str(span(given)) == shown


def test_a_paragraph_of_nothing_is_nothing():
    """No empty paragraph is left where there was nothing to say."""
    assert paragraph() == paragraph("", "") == ""
    assert paragraph("", "Said.") == "<p>Said.</p>"


def test_every_row_of_a_table_has_a_heading_and_the_columns_of_the_head():
    """Assistive technology can name each cell; the table can scroll in its wrap."""
    soup = BeautifulSoup(
        str(table(("A", "B"), [("x", "y"), ("z", "w")], caption="C")), "html.parser"
    )
    assert soup.find("div", class_="table-wrap").table["class"] == ["data"]
    assert [th["scope"] for th in soup.thead.find_all("th")] == ["col", "col"]
    assert [row.th["scope"] for row in soup.tbody.find_all("tr")] == ["row", "row"]
    assert [row.td.get_text() for row in soup.tbody.find_all("tr")] == ["y", "w"]
    assert soup.caption.get_text() == "C"


def test_an_exhibit_shows_itself_in_the_page_in_jupyter_and_in_a_terminal():
    """One object, three readers: the export, JupyterLab and plain text."""
    bundle = exhibit()._repr_mimebundle_()
    assert set(bundle) == {EXHIBIT, PLOTLY, "text/plain"}
    assert bundle[EXHIBIT]["figure"]["data"] == bundle[PLOTLY]["data"]
    assert "One is one" in bundle["text/plain"]
    assert bundle[PLOTLY]["layout"]["title"] == {"text": "One is one"}
    assert bundle[PLOTLY]["config"]["plotlyServerURL"] == ""


def test_no_template_is_baked_into_an_exhibit():
    """The page, light or dark, decides how a figure looks; its title stands outside it."""
    figure = exhibit()._repr_mimebundle_()[EXHIBIT]["figure"]
    assert set(figure) == {"data", "layout"}
    assert not {"template", "title"} & set(figure["layout"])
