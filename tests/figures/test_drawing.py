"""A drawing gives the figure that plotly's own verbs would give, and refuses what they refuse."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
import pytest

from third_pillar.figures.drawing import Drawing


@pytest.fixture(autouse=True)
def _no_default_template(monkeypatch):
    monkeypatch.setattr(pio.templates, "default", "none")


def paint(figure: Any) -> None:
    """All verbs, in an order in which each comes before and after others."""
    figure.add_shape(type="line", x0=0, x1=1, y0=2, y1=2, line={"dash": "dot"}, layer="below")
    figure.add_scatter(y=[1.5, None], x=["a", "b"], name="points", marker={"size": [3, 4]})
    figure.update_layout(yaxis={"title": {"text": "t"}, "range": [0, 3]}, height=300)
    figure.add_annotation(text="first", x="a", y=1, font={"size": 13})
    figure.add_bar(x=[1], y=[2], marker={"color": ["#16355c"]}, yaxis="y2")
    figure.add_shape(type="rect", x0=0, x1=1, y0=0, y1=1, opacity=0.1, line={"width": 0})
    figure.update_layout(yaxis2={"domain": [0, 0.4]}, xaxis={"type": "category"}, height=320)
    figure.add_annotation(text="second", x="b", y=2, xanchor="left")
    figure.update_layout(yaxis={"dtick": 1})


def written(figure: go.Figure) -> str:
    told = figure.to_plotly_json()
    told["layout"].pop("template", None)
    return json.dumps(told)


def test_the_figure_is_plotly_s_own_to_the_order_of_its_names():
    """What a page carries is the same, byte for byte."""
    plain, drawing = go.Figure(), Drawing()
    paint(plain)
    paint(drawing)
    assert written(drawing.figure()) == written(plain)


def test_a_figure_without_a_layout_or_without_traces_is_one_too():
    """Nothing said is nothing drawn."""
    assert written(Drawing().figure()) == written(go.Figure())
    drawing = Drawing()
    drawing.add_annotation(text="alone", x=0, y=0)
    assert written(drawing.figure()) == written(go.Figure().add_annotation(text="alone", x=0, y=0))


@pytest.mark.parametrize(
    "say",
    [
        lambda drawing: drawing.add_bar(x=[1], colour="red"),
        lambda drawing: drawing.add_scatter(mode="dots"),
        lambda drawing: drawing.add_shape(type="cloud"),
        lambda drawing: drawing.add_annotation(txt="x"),
        lambda drawing: drawing.update_layout(xaxes={}),
        lambda drawing: drawing.update_layout(yaxis={"rang": [0, 1]}),
        lambda drawing: drawing.add_bar(marker={"color": ["#16355c", "no colour"]}),
    ],
)
def test_what_plotly_does_not_know_is_refused(say):
    """A name or value that is misspelt is an error, never a figure without it."""
    drawing = Drawing()
    say(drawing)
    with pytest.raises(ValueError, match="Invalid"):
        drawing.figure()


def test_no_template_is_brought_along(monkeypatch):
    """Whatever plotly's default is, the page's own look is not hidden by it."""
    monkeypatch.setattr(pio.templates, "default", "plotly_dark")
    drawing = Drawing()
    drawing.add_bar(x=[1], y=[2])
    layout = drawing.figure().to_plotly_json()["layout"]
    assert list(layout) == ["template"]
    assert "layout" not in layout["template"]
