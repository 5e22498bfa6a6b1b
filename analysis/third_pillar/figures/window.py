"""China's magnet exports month by month, with the controls and the suspension marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from third_pillar.figures.drawing import Drawing
from third_pillar.figures.theme import bar_marker, role_colour


@dataclass(frozen=True)
class Mark:
    """A dated line across the figure with its label."""

    day: dt.date
    label: str


def draw_export_months(
    months: Sequence[str],
    tonnes: Sequence[float],
    *,
    is_derived: Sequence[bool],
    marks: Sequence[Mark] = (),
    band: tuple[dt.date, dt.date] | None = None,
    band_label: str = "",
) -> go.Figure:
    """Monthly exports as bars; derived months hatched; months not on record left empty.

    Args:
        months: "YYYY-MM", ascending.
        tonnes: Tonnes in that month.
        is_derived: Whether the month was computed from a percentage in a report.
        marks: Dates to mark.
        band: First and last day of the suspension.
        band_label: Its label.
    """
    rows = list(zip([f"{month}-15" for month in months], tonnes, is_derived, strict=True))
    drawing = Drawing()
    for name, wanted in (("reported", False), ("derived from a percentage", True)):
        picked = [(middle, value) for middle, value, derived in rows if derived is wanted]
        if picked:
            drawing.add_bar(
                x=[middle for middle, _ in picked],
                y=[value for _, value in picked],
                name=name,
                width=_MONTH * 0.74,
                marker=bar_marker(["china"] * len(picked), stand_in=[wanted] * len(picked)),
                hovertemplate="%{x|%B %Y}: %{y:,.0f} t<extra></extra>",
            )
    top = max(tonnes) * 1.22
    if band:
        drawing.add_shape(
            type="rect", x0=band[0].isoformat(), x1=band[1].isoformat(), y0=0, y1=top,
            fillcolor=role_colour("partners"), opacity=0.13, line={"width": 0}, layer="below",
        )  # fmt: skip
        drawing.add_annotation(
            x=_middle(*band), y=top, text=band_label, yanchor="top", xanchor="center"
        )
    for mark in marks:
        drawing.add_shape(
            type="line", x0=mark.day.isoformat(), x1=mark.day.isoformat(), y0=0, y1=top,
            line={"dash": "dot", "width": 1.2},
        )  # fmt: skip
        drawing.add_annotation(
            x=mark.day.isoformat(),
            y=top,
            text=mark.label,
            yanchor="top",
            xanchor="right",
            xshift=-5,
        )
    drawing.update_layout(
        barmode="overlay",
        bargap=0,
        xaxis={"type": "date", "tickformat": "%b\n%Y", "dtick": "M6", "tick0": "2024-01-01"},
        yaxis={"title": {"text": "tonnes a month"}, "range": [0, top], "tickformat": ",.0f"},
        height=380,
    )
    return drawing.figure()


_MONTH = 30.4 * 24 * 3600 * 1000
"""A month in milliseconds, the unit of bar widths on a date axis."""


def _middle(first: dt.date, last: dt.date) -> str:
    return (first + (last - first) / 2).isoformat()
