"""Figures of trade: what is drawn is what was given, and shade is never the only sign."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from third_pillar.figures.theme import ROLES
from third_pillar.figures.trade import (
    Course,
    RatioLine,
    Tile,
    add_course,
    draw_dependence_tiles,
    draw_mirror_ratios,
)

MONTHS = ["2025-02", "2025-03", "2025-04", "2025-05"]
COURSE = Course(MONTHS, [5.0, 5.0, 5.0, 5.0], [4.0, 4.0, 3.0, 2.0], [6.0, 6.0, 7.0, 8.0])
TILES = [
    Tile("India", 0, 81.3, "<b>81.3 %</b>", "a"),
    Tile("India", 1, None, "", "b"),
    Tile("Japan", 0, 31.0, "<b>31 %</b>", "c"),
    Tile("Japan", 1, 60.0, "<b>60 %</b>", "d"),
]


def test_the_band_begins_with_the_event_and_the_line_before_it():
    """Before the event the line is a fit; the interval is told for what follows."""
    band, line = add_course(go.Figure(), COURSE, first_event="2025-04").data
    assert list(line.x) == [f"{month}-15" for month in MONTHS]
    assert list(band.x) == ["2025-04-15", "2025-05-15", "2025-05-15", "2025-04-15"]
    assert list(band.y) == [7.0, 8.0, 2.0, 3.0]
    assert line.line.dash == "dash"


def test_every_tile_is_drawn_once_in_its_band():
    figure = draw_dependence_tiles(["India", "Japan"], ["x", "y"], TILES)
    bars = {trace.name: trace for trace in figure.data if trace.type == "bar"}
    assert set(bars) == {"under 60 %", "60 to 80 %", "80 % and more", "not on record"}
    assert sum(len(trace.y) for trace in bars.values()) == 4
    assert list(bars["60 to 80 %"].y) == ["Japan"], "60 itself is not under 60"


def test_what_is_not_on_record_is_hatched_and_says_nothing():
    figure = draw_dependence_tiles(["India", "Japan"], ["x", "y"], TILES)
    (unknown,) = [trace for trace in figure.data if trace.name == "not on record"]
    assert unknown.marker.pattern.shape == "/"
    (words,) = [trace for trace in figure.data if trace.type == "scatter"]
    assert len(words.text) == 3
    assert words.textfont.color == ROLES["emphasis"]


def test_the_first_importer_is_on_top():
    axis = draw_dependence_tiles(["India", "Japan"], ["x", "y"], TILES).layout.yaxis
    assert list(axis.categoryarray) == ["Japan", "India"]


def test_stronger_dependence_is_a_stronger_shade():
    figure = draw_dependence_tiles(["India", "Japan"], ["x", "y"], TILES)
    shades = [t.opacity for t in figure.data if t.type == "bar" and t.name != "not on record"]
    assert shades == sorted(shades)
    assert len(set(shades)) == 3


def test_no_tiles_give_an_empty_grid():
    figure = draw_dependence_tiles([], ["x"], [])
    assert all(not len(trace.y) for trace in figure.data)


def test_a_year_without_a_ratio_is_a_gap_in_the_line():
    lines = [
        RatioLine("a", "china", ["2022", "2023", "2024"], [0.9, None, 1.1]),
        RatioLine("b", "pillars", ["2022", "2023", "2024"], [2.0, 3.0, 0.5]),
    ]
    figure = draw_mirror_ratios(lines, axis="ratio")
    first, second, agree = figure.data
    assert list(first.y) == [0.9, None, 1.1]
    assert first.connectgaps is False
    assert first.marker.symbol != second.marker.symbol
    assert agree.name == "both sides agree"
    assert set(agree.y) == {1.0}


def test_ratios_are_on_a_log_axis_with_round_ticks():
    axis = draw_mirror_ratios([], axis="ratio").layout.yaxis
    assert axis.type == "log"
    assert 1 in axis.tickvals
    assert axis.title.text == "ratio"


@pytest.mark.parametrize("share", [59.999, 60.0, 80.0, 100.0, 0.0])
def test_every_possible_share_has_a_band(share):
    figure = draw_dependence_tiles(["A"], ["x"], [Tile("A", 0, share, "t", "h")])
    assert sum(len(trace.y) for trace in figure.data if trace.type == "bar") == 1
