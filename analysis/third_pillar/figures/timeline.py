"""Controls as spans of time below the export series, and capacity fans by stage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from third_pillar.figures.drawing import Drawing, scale_from_zero
from third_pillar.figures.theme import bar_marker, role_colour, stand_in_marker

_DAY = 24 * 3600 * 1000
"""A day in milliseconds, the unit of lengths on a date axis."""


@dataclass(frozen=True)
class Span:
    """One state of one control: its row, the state, and its first and last day."""

    control: str
    state: str
    first: dt.date
    last: dt.date


_STATES: Mapping[str, str] = {"in force": "china", "suspended": "partners", "not known": "unknown"}


def draw_control_timeline(
    months: Sequence[str],
    tonnes: Sequence[float],
    *,
    is_derived: Sequence[bool],
    controls: Sequence[str],
    spans: Sequence[Span],
    today: dt.date,
) -> go.Figure:
    """Monthly exports above; below, one row a control with its state from day to day.

    Args:
        months: "YYYY-MM", ascending.
        tonnes: Tonnes in that month.
        is_derived: Whether the month was computed from a percentage in a report.
        controls: Rows of the lower panel, from the top.
        spans: States of the controls.
        today: The day asked, marked across both panels.
    """
    drawing = Drawing()
    drawing.add_bar(
        x=[f"{month}-15" for month in months],
        y=list(tonnes),
        name="exports",
        showlegend=False,
        width=_DAY * 22,
        marker=bar_marker(["rest"] * len(months), stand_in=list(is_derived)),
        hovertemplate="%{x|%B %Y}: %{y:,.0f} t<extra></extra>",
    )
    for state, role in _STATES.items():
        picked = [span for span in spans if span.state == state]
        if picked:
            drawing.add_bar(**_state_bars(state, role, picked))
    drawing.add_shape(
        type="line", x0=today.isoformat(), x1=today.isoformat(), yref="paper", y0=0, y1=1,
        line={"dash": "dot", "width": 1.2},
    )  # fmt: skip
    drawing.update_layout(
        barmode="overlay",
        xaxis={"type": "date", "tickformat": "%b\n%Y", "dtick": "M6", "anchor": "y2"},
        yaxis={
            "title": {"text": "tonnes a month"},
            "tickformat": ",.0f",
            "rangemode": "tozero",
            "domain": [0.6, 1.0],
        },
        yaxis2={
            "type": "category",
            "domain": [0.0, 0.54],
            "categoryorder": "array",
            "categoryarray": list(reversed(controls)),
            "showgrid": False,
            "tickfont": {"size": 11},
        },
        height=520,
    )
    return drawing.figure()


def _state_bars(state: str, role: str, spans: Sequence[Span]) -> dict[str, Any]:
    return {
        "orientation": "h",
        "y": [span.control for span in spans],
        "base": [span.first.isoformat() for span in spans],
        "x": [((span.last - span.first).days + 1) * _DAY for span in spans],
        "yaxis": "y2",
        "name": state,
        "width": 0.62,
        "marker": stand_in_marker() if role == "unknown" else {"color": role_colour(role)},
        "text": [f"{span.first.isoformat()} to {span.last.isoformat()}" for span in spans],
        "textposition": "none",
        "hovertemplate": "%{y}: " + state + ", %{text}<extra></extra>",
    }


@dataclass(frozen=True)
class FanBand:
    """One panel: its heading, and the three lines of the fan in tonnes a year."""

    stage: str
    p10: Sequence[float]
    p50: Sequence[float]
    p90: Sequence[float]
    threshold: float | None = None


_GAP = 0.07


def draw_capacity_fans(
    months: Sequence[str], bands: Sequence[FanBand], *, role: str = "candidate"
) -> go.Figure:
    """Capacity by month, one panel a stage: the band holds eight draws of ten.

    Args:
        months: "YYYY-MM", ascending; values stand at the end of the month.
        bands: Panels from the top.
        role: Role of the colour.
    """
    drawing = Drawing()
    ends = [f"{month}-28" for month in months]
    height = (1.0 + _GAP) / len(bands)
    for number, band in enumerate(bands, 1):
        axis = "y" if number == 1 else f"y{number}"
        for trace in _fan_traces(ends, band, axis, role, is_first=number == 1):
            drawing.add_scatter(**trace)
        top = 1.0 - (number - 1) * height
        key = "yaxis" if number == 1 else f"yaxis{number}"
        drawing.update_layout(**{key: _panel(band, top, height - _GAP)})
        drawing.add_annotation(
            xref="paper", yref="paper", x=0, y=top, text=band.stage, xanchor="left",
            yanchor="bottom", font={"size": 13},
        )  # fmt: skip
    last = "y" if len(bands) == 1 else f"y{len(bands)}"
    drawing.update_layout(
        xaxis={"type": "date", "anchor": last, **_dates(months)},
        height=150 * len(bands) + 70,
        margin={"t": 52},
    )
    return drawing.figure()


def _dates(months: Sequence[str]) -> dict[str, str]:
    """Ticks by year, or by month where there may be no turn of a year to mark."""
    if len(months) > _BY_YEAR:
        return {"tickformat": "%Y", "dtick": "M12"}
    return {"tickformat": "%b<br>%Y", "dtick": "M1" if len(months) <= _BY_MONTH else "M3"}


_BY_YEAR, _BY_MONTH = 24, 6


def _panel(band: FanBand, top: float, height: float) -> dict[str, Any]:
    highest = max([*band.p90, band.threshold or 0.0])
    return {
        "domain": [max(top - height, 0.0), top],
        "tickformat": ",.0f",
        "nticks": 4,
        **scale_from_zero(highest, room=1.12),
        "title": {"text": "t a year"},
    }


def _fan_traces(
    ends: Sequence[str], band: FanBand, axis: str, role: str, *, is_first: bool
) -> list[dict[str, Any]]:
    colour = role_colour(role)
    there_and_back = [*ends, *reversed(ends)]
    traces: list[dict[str, Any]] = [
        {
            "x": there_and_back,
            "y": [*band.p90, *reversed(band.p10)],
            "yaxis": axis,
            "mode": "lines",
            "line": {"width": 0, "color": colour},
            "fill": "toself",
            "fillcolor": colour,
            "opacity": 0.3,
            "name": "10th to 90th percentile",
            "showlegend": is_first,
            "hoverinfo": "skip",
        },
        {
            "x": list(ends),
            "y": list(band.p50),
            "yaxis": axis,
            "mode": "lines",
            "line": {"width": 2.4, "color": colour},
            "name": "median",
            "showlegend": is_first,
            "hovertemplate": "%{x|%B %Y}: %{y:,.0f} t<extra>" + band.stage + "</extra>",
        },
    ]
    if band.threshold is not None:
        traces.append(
            {
                "x": [ends[0], ends[-1]],
                "y": [band.threshold] * 2,
                "yaxis": axis,
                "mode": "lines",
                "line": {"width": 1.4, "dash": "dash", "color": role_colour("emphasis")},
                "name": "threshold",
                "showlegend": is_first,
                "hovertemplate": "threshold: %{y:,.0f} t<extra></extra>",
            }
        )
    return traces
