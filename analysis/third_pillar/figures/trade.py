"""Trade: the course of exports without events, tiles of dependence, both sides of a flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from third_pillar.figures.drawing import Drawing
from third_pillar.figures.theme import role_colour, stand_in_marker


@dataclass(frozen=True)
class Course:
    """Expected exports by month without events: "YYYY-MM", and three lines in tonnes."""

    months: Sequence[str]
    expected: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def add_course(figure: go.Figure, course: Course, *, first_event: str) -> go.Figure:
    """The course without events over monthly bars: a fit before the first event, a guess after.

    Args:
        figure: With months on a date axis and tonnes on the first y axis.
        course: The course from the first month to the last.
        first_event: "YYYY-MM" of the first event; the band is drawn from there on.
    """
    middles = [f"{month}-15" for month in course.months]
    after = [n for n, month in enumerate(course.months) if month >= first_event]
    colour = role_colour("pillars")
    ahead = [middles[n] for n in after]
    figure.add_scatter(
        x=[*ahead, *reversed(ahead)],
        y=[*(course.high[n] for n in after), *(course.low[n] for n in reversed(after))],
        mode="lines",
        line={"width": 0, "color": colour},
        fill="toself",
        fillcolor=colour,
        opacity=0.16,
        name="95 % interval",
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=middles,
        y=list(course.expected),
        mode="lines",
        line={"width": 2.2, "dash": "dash", "color": colour},
        name="expected without the controls",
        hovertemplate="%{x|%B %Y}: %{y:,.0f} t expected<extra></extra>",
    )
    figure.update_layout(height=600, yaxis={"domain": [0.5, 1.0]}, yaxis2={"domain": [0.0, 0.43]})
    return figure


@dataclass(frozen=True)
class Tile:
    """One importer and product: the share in percent, or nothing, and what is written in it."""

    row: str
    column: int
    share: float | None
    text: str
    hover: str


_GAP = 0.05
_BANDS = ((60.0, 0.22), (80.0, 0.42), (100.01, 0.66))
"""Upper ends in percent with the strength of the colour; the shades of the tiles."""


def draw_dependence_tiles(
    rows: Sequence[str], columns: Sequence[str], tiles: Sequence[Tile]
) -> go.Figure:
    """One tile an importer and product, the stronger the more comes from one supplier.

    Args:
        rows: Importers, from the top.
        columns: Products, from the left.
        tiles: One a row and column.
    """
    drawing = Drawing()
    floor = 0.0
    for ceiling, strength in _BANDS:
        name = f"under {ceiling:.0f} %" if not floor else f"{floor:.0f} % and more"
        if floor and ceiling < _BANDS[-1][0]:
            name = f"{floor:.0f} to {ceiling:.0f} %"
        picked = [t for t in tiles if t.share is not None and floor <= t.share < ceiling]
        _add_tiles(drawing, picked, name, {"color": role_colour("china")}, strength)
        floor = ceiling
    _add_tiles(drawing, [t for t in tiles if t.share is None], "not on record", stand_in_marker())
    _write_tiles(drawing, [t for t in tiles if t.text])
    drawing.update_layout(
        barmode="overlay",
        bargap=0,
        xaxis={
            "range": [0, len(columns)],
            "tickmode": "array",
            "tickvals": [place + 0.5 for place in range(len(columns))],
            "ticktext": list(columns),
            "ticks": "",
            "showline": False,
            "side": "bottom",
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(reversed(rows)),
            "range": [-0.5, len(rows) - 0.5],
            "showgrid": False,
        },
        height=120 + 58 * len(rows),
    )
    return drawing.figure()


def _add_tiles(
    drawing: Drawing,
    tiles: Sequence[Tile],
    name: str,
    marker: dict[str, object],
    strength: float = 1.0,
) -> None:
    if not tiles:
        return
    drawing.add_bar(
        orientation="h",
        y=[tile.row for tile in tiles],
        base=[tile.column + _GAP / 2 for tile in tiles],
        x=[1 - _GAP] * len(tiles),
        width=0.92,
        marker=marker,
        opacity=strength,
        name=name,
        text=[tile.text or "not known" for tile in tiles],
        textposition="none",
        customdata=[tile.hover for tile in tiles],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _write_tiles(drawing: Drawing, tiles: Sequence[Tile]) -> None:
    """The words over the tiles: on their own, or they would fade with them."""
    drawing.add_scatter(
        x=[tile.column + 0.5 for tile in tiles],
        y=[tile.row for tile in tiles],
        mode="text",
        text=[tile.text for tile in tiles],
        textfont={"color": role_colour("emphasis"), "size": 12},
        showlegend=False,
        hoverinfo="skip",
    )


@dataclass(frozen=True)
class RatioLine:
    """One flow: its name, the role of its colour, years and ratios; a year without one is None."""

    name: str
    role: str
    years: Sequence[str]
    ratios: Sequence[float | None]


def draw_mirror_ratios(lines: Sequence[RatioLine], *, axis: str) -> go.Figure:
    """Importer over exporter by year on a log axis, with the line where both agree."""
    drawing = Drawing()
    symbols = ("circle", "diamond", "square", "triangle-up")
    for number, line in enumerate(lines):
        drawing.add_scatter(
            x=list(line.years),
            y=list(line.ratios),
            mode="lines+markers",
            name=line.name,
            connectgaps=False,
            line={"color": role_colour(line.role), "width": 1.6, "dash": "dot"},
            marker={
                "size": 11,
                "color": role_colour(line.role),
                "symbol": symbols[number % len(symbols)],
            },
            hovertemplate=line.name + ", %{x}: %{y:.2f}<extra></extra>",
        )
    years = sorted({year for line in lines for year in line.years})
    drawing.add_scatter(
        x=years,
        y=[1.0] * len(years),
        mode="lines",
        name="both sides agree",
        line={"color": role_colour("emphasis"), "width": 1.2, "dash": "dash"},
        hoverinfo="skip",
    )
    drawing.update_layout(
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": years,
            "title": {"text": "calendar year of the importer"},
        },
        yaxis={
            "title": {"text": axis},
            "type": "log",
            "tickmode": "array",
            "tickvals": [0.1, 0.2, 0.5, 1, 2, 5, 10],
            "range": [-1.2, 1.1],
        },
        height=380,
    )
    return drawing.figure()
