"""Figures of the network: what is drawn is what was given."""

from __future__ import annotations

import pytest

from third_pillar.figures.network import (
    AdditionLine,
    PairedRow,
    RuleBar,
    draw_additions,
    draw_paired_dots,
    draw_rules,
)
from third_pillar.figures.theme import ROLES

ROWS = [
    PairedRow("India", "candidate", (5.0, 1.0, 9.0), None),
    PairedRow("Japan", "pillars", (3.0, 2.0, 4.0), (2.0, 2.0, 2.0)),
]


def paired():
    return draw_paired_dots(ROWS, first_label="a", second_label="b", axis="tonnes")


def test_a_measure_that_is_not_there_is_not_drawn_as_nothing():
    first, second = paired().data
    assert list(first.x) == [5, 3]
    assert list(second.x) == [2]
    assert list(second.text) == ["Japan"]


def test_whiskers_reach_the_ends_and_colours_are_roles():
    first = paired().data[0]
    assert list(first.error_x.array) == [4, 1]
    assert list(first.error_x.arrayminus) == [4, 1]
    assert list(first.marker.color) == [ROLES["candidate"], ROLES["pillars"]]


def test_two_measures_differ_in_shape_as_well():
    """Colour is never the only sign."""
    assert len({trace.marker.symbol for trace in paired().data}) == 2


def test_the_first_row_is_on_top():
    axis = paired().layout.yaxis
    assert axis.range[0] > axis.range[1]
    assert list(axis.ticktext) == ["India", "Japan"]


def test_a_rule_under_which_the_pillars_lose_is_named_so():
    figure = draw_rules([RuleBar("x", (-2.0, -3.0, 0.0)), RuleBar("y", (1.0, 0.0, 2.0))], axis="t")
    assert {trace.name: list(trace.y) for trace in figure.data} == {
        "the pillars lose": ["x"],
        "the pillars gain": ["y"],
    }
    assert ROLES["china"] not in {trace.marker.color for trace in figure.data}


def test_no_rule_gives_an_empty_figure_rather_than_a_fault():
    assert len(draw_rules([], axis="t").data) == 0


def test_every_place_has_a_line_of_its_own_look():
    lines = [AdditionLine(f"{n}", [0.0, 1.0], [10.0, 20.0], n == 0) for n in range(5)]
    figure = draw_additions(lines, needed=90.0, axis="t")
    assert len({(trace.marker.symbol, trace.line.dash) for trace in figure.data}) == 5
    assert figure.layout.shapes[0].y0 == pytest.approx(90)


def test_a_rule_that_cannot_be_computed_keeps_its_row_and_says_so():
    """A figure of one bar would look as if the others had been left out for no reason."""
    figure = draw_rules([RuleBar("x", (1.0, 0.0, 2.0))], axis="t", unknown=["y", "z"])
    (said,) = [trace for trace in figure.data if trace.type == "scatter"]
    assert list(said.y) == ["y", "z"]
    assert {text.strip() for text in said.text} == {"not known"}
    assert not said.showlegend
    assert list(figure.layout.yaxis.categoryarray) == ["x", "z", "y"]
