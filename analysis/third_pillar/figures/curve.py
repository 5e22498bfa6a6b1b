"""The specification curve: every definition as one mark, sorted by its chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from third_pillar.figures.drawing import Drawing
from third_pillar.figures.theme import role_colour


@dataclass(frozen=True)
class CurveMark:
    """One definition: its place among all sorted by chance, the chance in percent, its words."""

    place: int
    chance: float
    words: str


def draw_specification_curve(groups: Mapping[str, Sequence[CurveMark]]) -> go.Figure:
    """A specification chart: chances sorted above, and below them which reading each mark is.

    Args:
        groups: Reading in words → its definitions, rows of the lower panel from the top.
    """
    drawing = Drawing()
    every = sorted((m for marks in groups.values() for m in marks), key=lambda mark: mark.place)
    for name, role, is_above in (("pillar", "candidate", True), ("not a pillar", "rest", False)):
        picked = [mark for mark in every if (mark.chance >= _EVEN) is is_above]
        drawing.add_scatter(
            x=[mark.place for mark in picked],
            y=[mark.chance for mark in picked],
            mode="markers",
            name=name,
            marker={"color": role_colour(role), "size": 6},
            text=[mark.words for mark in picked],
            hovertemplate="%{text}: %{y:.0f} %<extra></extra>",
        )
    for reading, marks in groups.items():
        drawing.add_scatter(
            x=[mark.place for mark in marks],
            y=[reading] * len(marks),
            yaxis="y2",
            mode="markers",
            name=reading,
            showlegend=False,
            marker={
                "symbol": "line-ns-open",
                "size": 13,
                "color": [
                    role_colour("candidate" if mark.chance >= _EVEN else "rest") for mark in marks
                ],
                "line": {"width": 1.6},
            },
            # the words of a mark are said above: twice, they would weigh as much as the page
            hovertemplate="definition %{x}<extra>" + reading + "</extra>",
        )
    drawing.add_shape(
        type="line", xref="paper", x0=0, x1=1, y0=_EVEN, y1=_EVEN, line={"dash": "dash"}
    )
    drawing.update_layout(
        xaxis={
            "title": {"text": "definitions, sorted by chance"},
            "range": [-len(every) * 0.02, len(every) * 1.02],
            "anchor": "y2",
        },
        yaxis={
            "title": {"text": "chance, percent"},
            "range": [-5, 105],
            "dtick": 25,
            "domain": [0.5, 1.0],
        },
        yaxis2={
            "domain": [0.0, 0.42],
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(reversed(list(groups))),
            "showgrid": False,
        },
        height=520,
    )
    return drawing.figure()


_EVEN = 50.0
"""Percent from which a definition counts as saying pillar."""
