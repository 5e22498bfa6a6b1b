"""The chain stage by stage: world shares, and the candidate's capacity against need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import plotly.graph_objects as go

from third_pillar.figures.drawing import Drawing, scale_from_zero
from third_pillar.figures.theme import bar_marker, role_colour, stand_in_marker


def draw_stage_shares(
    stages: Sequence[str],
    shares: Mapping[str, Sequence[float | None]],
    *,
    roles: Mapping[str, str],
) -> go.Figure:
    """Who makes how much of the world at each stage, as bars of one hundred percent.

    Args:
        stages: Labels, upstream first (drawn on top).
        shares: Group → share in percent by stage; None where no source gives it.
        roles: Group → role of its colour; "unknown" is hatched.
    """
    drawing = Drawing()
    for group, values in shares.items():
        role = roles[group]
        dark = role in {"china", "pillars", "partners"}
        drawing.add_bar(
            y=list(stages),
            x=list(values),
            name=group,
            # a group of which no stage shows a bar has nothing to be told apart from
            showlegend=any(values),
            orientation="h",
            marker=stand_in_marker() if role == "unknown" else {"color": role_colour(role)},
            text=[
                f"{value:.0f} %" if value is not None and value >= _LABELLED else ""
                for value in values
            ],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "#ffffff" if dark else "#1b1f25"},
            hovertemplate="%{y}, " + group + ": %{x:.1f} %<extra></extra>",
        )
    drawing.update_layout(
        barmode="stack",
        xaxis={"title": {"text": "share of the world, percent"}, "range": [0, 100], "dtick": 20},
        yaxis={"autorange": "reversed", "showgrid": False},
        height=330,
    )
    return drawing.figure()


_LABELLED = 7
"""Percent below which a segment is too narrow for its label."""


@dataclass(frozen=True)
class CapacityBars:
    """One date's capacity by stage: tonnes, ends of the range, and whether it is a stand-in."""

    name: str
    values: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]
    is_stand_in: Sequence[bool]
    is_faint: bool = False


def draw_stage_capacity(
    stages: Sequence[str],
    bars: Sequence[CapacityBars],
    *,
    lines: Mapping[str, float],
    role: str = "candidate",
    empty: Mapping[str, str] = MappingProxyType({}),
) -> go.Figure:
    """Capacity by stage in magnet-equivalent tonnes, against thresholds across all stages.

    Args:
        stages: Labels, upstream first.
        bars: One set of bars a date.
        lines: Label → tonnes of a threshold drawn across.
        role: Role of the bars' colour.
        empty: Stage → words that stand where it has no bar.
    """
    drawing = Drawing()
    for group in bars:
        roles = ["rest" if group.is_faint else role] * len(stages)
        drawing.add_bar(
            x=list(stages),
            y=list(group.values),
            name=group.name,
            showlegend=any(value is not None for value in group.values),
            marker=bar_marker(roles, stand_in=list(group.is_stand_in)),
            error_y={
                "type": "data",
                "symmetric": False,
                "array": _whiskers(group.values, group.high),
                "arrayminus": _whiskers(group.low, group.values),
            },
            hovertemplate="%{x}, " + group.name + ": %{y:,.0f} t<extra></extra>",
        )
    for (label, tonnes), dash in zip(lines.items(), _DASHES, strict=False):
        line = {"dash": dash, "width": 1.6, "color": role_colour("emphasis")}
        drawing.add_shape(type="line", xref="paper", x0=0, x1=1, y0=tonnes, y1=tonnes, line=line)
        # named in the legend: a label on the line would lie over the bars that reach it
        drawing.add_scatter(
            x=[stages[0]], y=[tonnes], mode="lines", name=label, line=line,
            hovertemplate=label + ": %{y:,.0f} t<extra></extra>",
        )  # fmt: skip
    ends = [high for group in bars for high in group.high if high is not None]
    if empty:
        drawing.add_scatter(
            x=list(empty), y=[0] * len(empty), mode="text", text=list(empty.values()),
            textposition="top center", name="no bar", showlegend=False, hoverinfo="skip",
        )  # fmt: skip
    ceiling = max([0.0, *lines.values(), *ends])
    drawing.update_layout(
        barmode="group",
        yaxis={
            "title": {"text": "tonnes of magnets a year"},
            "tickformat": ",.0f",
            **scale_from_zero(ceiling, room=1.18),
        },
        height=400,
    )
    return drawing.figure()


_DASHES = ("dash", "dot", "dashdot")


def _whiskers(near: Sequence[float | None], far: Sequence[float | None]) -> list[float | None]:
    """From one end to the other, never negative; nothing where either is not known."""
    return [
        None if one is None or other is None else max(other - one, 0)
        for one, other in zip(near, far, strict=True)
    ]
