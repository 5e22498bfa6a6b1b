"""The network: members by two measures, who is served first, additions and their effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from third_pillar.figures.drawing import Drawing, scale_from_zero
from third_pillar.figures.theme import role_colour

Triple = tuple[float, float, float]
_OFFSET = 0.17


@dataclass(frozen=True)
class PairedRow:
    """One country by two measures, each mean and ends, or nothing where it has none."""

    label: str
    role: str
    first: Triple | None
    second: Triple | None


def draw_paired_dots(
    rows: Sequence[PairedRow], *, first_label: str, second_label: str, axis: str, suffix: str = ""
) -> go.Figure:
    """Two measures a row as dots with whiskers: the first filled, the second an open diamond.

    Args:
        rows: First on top; the colour of a row is its role's.
        first_label: Name of the filled dot.
        second_label: Name of the open diamond.
        axis: Title of the axis, with the unit.
        suffix: Written behind a value on hover.
    """
    drawing = Drawing()
    for name, symbol, offset, picked in (
        (first_label, "circle", -_OFFSET, [(r, row.first) for r, row in enumerate(rows)]),
        (second_label, "diamond-open", _OFFSET, [(r, row.second) for r, row in enumerate(rows)]),
    ):
        shown = [(place, triple) for place, triple in picked if triple is not None]
        drawing.add_scatter(
            x=[triple[0] for _, triple in shown],
            y=[place + offset for place, _ in shown],
            mode="markers",
            name=name,
            marker={
                "symbol": symbol,
                "size": 10,
                "color": [role_colour(rows[place].role) for place, _ in shown],
                "line": {"width": 2},
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [triple[2] - triple[0] for _, triple in shown],
                "arrayminus": [triple[0] - triple[1] for _, triple in shown],
                "color": role_colour("muted"),
            },
            text=[rows[place].label for place, _ in shown],
            hovertemplate="%{text}, " + name + ": %{x:,.0f}" + suffix + "<extra></extra>",
        )
    drawing.update_layout(
        xaxis={
            "title": {"text": axis},
            "rangemode": "tozero",
            "showgrid": True,
            "nticks": 6,
            "tickformat": ",.0f",
        },
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(rows))),
            "ticktext": [row.label for row in rows],
            "range": [len(rows) - 0.5, -0.5],
            "showgrid": False,
            # a mark at nothing would lie over its name
            "ticklabelstandoff": 8,
        },
        height=130 + 34 * len(rows),
    )
    return drawing.figure()


@dataclass(frozen=True)
class RuleBar:
    """What others gain under one rule, tonnes a year: mean and ends."""

    rule: str
    net: Triple


def draw_rules(bars: Sequence[RuleBar], *, axis: str, unknown: Sequence[str] = ()) -> go.Figure:
    """One bar a rule, left of nothing where the others lose, right where they gain.

    Args:
        bars: The rules that could be computed.
        axis: Title of the axis, with the unit.
        unknown: Rules that could not: they keep their row and say so.
    """
    drawing = Drawing()
    groups = (
        ("the pillars lose", "muted", [bar for bar in bars if bar.net[0] < 0]),
        ("the pillars gain", "pillars", [bar for bar in bars if bar.net[0] >= 0]),
    )
    for name, role, group in groups:
        if not group:
            continue
        drawing.add_bar(
            y=[bar.rule for bar in group],
            x=[bar.net[0] for bar in group],
            name=name,
            orientation="h",
            marker={"color": role_colour(role)},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [bar.net[2] - bar.net[0] for bar in group],
                "arrayminus": [bar.net[0] - bar.net[1] for bar in group],
            },
            hovertemplate="%{y}: %{x:,.0f} t a year<extra></extra>",
        )
    if unknown:
        drawing.add_scatter(
            x=[0] * len(unknown), y=list(unknown), mode="text", text=[" not known"] * len(unknown),
            textposition="middle right", name="not known", showlegend=False, hoverinfo="skip",
        )  # fmt: skip
    small = [bar for bar in bars if abs(bar.net[0]) < 1]
    largest_gain = max((bar.net[2] for bar in bars), default=0.0)
    losing = any(bar.net[0] <= -1 for bar in bars)
    if small:
        drawing.add_scatter(
            x=[0] * len(small), y=[bar.rule for bar in small], mode="text",
            text=[" under 1 t " if bar.net[0] else " nothing " for bar in small],
            # on the side where no bar is, and inside the drawing
            textposition="middle right" if largest_gain >= 1 or not losing else "middle left",
            name="no bar", showlegend=False, hoverinfo="skip",
        )  # fmt: skip
    drawing.add_shape(type="line", x0=0, x1=0, yref="paper", y0=0, y1=1)
    largest = max((abs(part) for bar in bars for part in bar.net), default=0.0)
    rules = [*unknown, *(bar.rule for bar in bars)]
    drawing.update_layout(
        xaxis={
            "title": {"text": axis},
            "showgrid": True,
            **({"rangemode": "tozero"} if largest >= 1 else scale_from_zero(largest, room=1)),
        },
        yaxis={
            "categoryorder": "array",
            "categoryarray": list(reversed(rules)),
            "range": [-0.5, len(rules) - 0.5],
            "showgrid": False,
        },
        height=120 + 52 * len(rules),
    )
    return drawing.figure()


@dataclass(frozen=True)
class AdditionLine:
    """Share of the definitions, in percent, that say pillar at each addition, in tonnes a year."""

    place: str
    tonnes: Sequence[float]
    shares: Sequence[float]
    is_equal: bool


def draw_additions(lines: Sequence[AdditionLine], *, needed: float, axis: str) -> go.Figure:
    """Definitions that say pillar against what is added, a line a place, and the share needed."""
    drawing = Drawing()
    symbols = ("circle-open", "square-open", "diamond-open", "triangle-up-open")
    plain = iter(zip(symbols, ("dot", "dash", "longdash", "dashdot"), strict=True))
    for line in lines:
        symbol, dash = ("circle", "solid") if line.is_equal else next(plain)
        colour = role_colour("candidate" if line.is_equal else "muted")
        drawing.add_scatter(
            x=list(line.tonnes),
            y=list(line.shares),
            mode="lines+markers",
            name=line.place,
            line={"color": colour, "dash": dash, "width": 3 if line.is_equal else 1.6},
            marker={"symbol": symbol, "size": 8, "color": colour},
            hovertemplate=line.place + ", +%{x:,.0f} t: %{y:.0f} %<extra></extra>",
        )
    drawing.add_shape(
        type="line", xref="paper", x0=0, x1=1, y0=needed, y1=needed, line={"dash": "dash"}
    )
    drawing.add_annotation(
        xref="paper", x=0, xanchor="left", y=needed, yanchor="bottom",
        text=f"{needed:.0f} % must agree",
    )  # fmt: skip
    drawing.update_layout(
        xaxis={"title": {"text": axis}, "rangemode": "tozero", "nticks": 6, "tickformat": ",.0f"},
        yaxis={
            "title": {"text": "definitions that say pillar, percent"},
            "range": [0, 105],
            "dtick": 25,
        },
        height=420,
    )
    return drawing.figure()
