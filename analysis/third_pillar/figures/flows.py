"""The chain as flows: what each stage could make, and the part of it that gets through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from third_pillar.figures.drawing import Drawing, scale_from_zero
from third_pillar.figures.theme import role_colour


@dataclass(frozen=True)
class FlowColumn:
    """One stage of the chain, or the need at its end.

    Attributes:
        label: Its heading.
        capacity: Group → tonnes a year it could make (of the need: one group).
        is_binding: Whether it is the narrowest.
    """

    label: str
    capacity: Mapping[str, float]
    is_binding: bool = False

    @property
    def total(self) -> float:
        """All groups together."""
        return sum(self.capacity.values())


def draw_chain_flows(
    columns: Sequence[FlowColumn], *, flow: float, roles: Mapping[str, str]
) -> go.Figure:
    """Stages as columns, filled as far as the flow through all of them, and ribbons between.

    Args:
        columns: Stages upstream first, then the need.
        flow: Tonnes a year that pass every stage: no more than the narrowest column.
        roles: Group → role of its colour.

    Returns:
        Ribbons join the groups in proportion to what each holds: the sum is known, who supplies
        whom is not.
    """
    drawing = Drawing()
    for before, (left, right) in enumerate(pairwise(columns)):
        for ribbon in _ribbons(before, left, right, flow, roles):
            drawing.add_scatter(**ribbon)
    named: set[str] = set()
    for place, column in enumerate(columns):
        for block in _blocks(place, column, flow, roles, named):
            drawing.add_scatter(**block)
    top = max(column.total for column in columns)
    for place, column in enumerate(columns):
        words = f"<b>{column.label}</b>" if column.is_binding else column.label
        note = "<br>narrowest" if column.is_binding else ""
        drawing.add_annotation(
            x=place, y=column.total, text=f"{words}<br>{_round(column.total)} t{note}",
            yanchor="bottom", xanchor="center", yshift=3,
        )  # fmt: skip
    drawing.update_layout(
        xaxis={
            "range": [-0.5, len(columns) - 0.5], "showticklabels": False, "ticks": "",
            "showline": False,
        },
        yaxis={
            "title": {"text": "tonnes of magnets a year"}, "range": [0, top * 1.24],
            "tickformat": ",.0f",
        },
        height=440,
    )  # fmt: skip
    return drawing.figure()


_HALF = 0.17
_CURVE = np.linspace(0.0, 1.0, 13)
_IDLE = "beyond the narrowest stage, or not served"


def _round(tonnes: float) -> str:
    """To three figures: more is not known."""
    return f"{float(f'{tonnes:.3g}'):,.0f}"


def _blocks(
    place: int, column: FlowColumn, flow: float, roles: Mapping[str, str], named: set[str]
) -> list[dict[str, Any]]:
    """The parts of a column: what passes from the bottom, by group, then what stays idle."""
    passes = min(flow, column.total)
    blocks, floor = [], 0.0
    for group, tonnes in column.capacity.items():
        part = passes * tonnes / column.total if column.total else 0.0
        if part > 0:
            said = f"{column.label}, {group}: {part:,.0f} of {tonnes:,.0f} t get through"
            block = _box(place, floor, floor + part, role_colour(roles[group]), said)
            blocks.append({**block, "name": group, "showlegend": group not in named})
            named.add(group)
        floor += part
    if column.total > passes:
        said = f"{column.label}: {column.total - passes:,.0f} t beyond what gets through"
        block = _box(place, passes, column.total, role_colour("unknown"), said)
        block["line"] = {"width": 1, "color": role_colour("rest")}
        blocks.append({**block, "name": _IDLE, "showlegend": _IDLE not in named})
        named.add(_IDLE)
    return blocks


def _box(place: int, low: float, high: float, colour: str, said: str) -> dict[str, Any]:
    left, right = place - _HALF, place + _HALF
    return {
        "x": [left, right, right, left, left],
        "y": [low, low, high, high, low],
        "mode": "lines",
        "line": {"width": 0, "color": colour},
        "fill": "toself",
        "fillcolor": colour,
        "text": said,
        "hoverinfo": "text",
        "hoveron": "fills",
    }


def _ribbons(
    before: int, left: FlowColumn, right: FlowColumn, flow: float, roles: Mapping[str, str]
) -> list[dict[str, Any]]:
    passes = min(flow, left.total, right.total)
    if passes <= 0:
        return []
    ribbons = []
    starts = _floors(left, min(flow, left.total))
    ends = _floors(right, min(flow, right.total))
    for group, tonnes in left.capacity.items():
        for target, wanted in right.capacity.items():
            size = passes * tonnes / left.total * wanted / right.total
            if size > 0:
                ribbons.append(
                    _ribbon(before, starts[group], ends[target], size, role_colour(roles[group]))
                )
                starts[group] += size
                ends[target] += size
    return ribbons


def _floors(column: FlowColumn, passes: float) -> dict[str, float]:
    """Where the part of each group that passes begins, from the bottom."""
    floors, floor = {}, 0.0
    for group, tonnes in column.capacity.items():
        floors[group] = floor
        floor += passes * tonnes / column.total
    return floors


def _ribbon(before: int, start: float, end: float, size: float, colour: str) -> dict[str, Any]:
    across = before + _HALF + (1 - 2 * _HALF) * _CURVE
    bend = start + (end - start) * (3 * _CURVE**2 - 2 * _CURVE**3)
    return {
        "x": [*across, *across[::-1]],
        "y": [*bend, *(bend[::-1] + size)],
        "mode": "lines",
        "line": {"width": 0, "color": colour},
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.28,
        "hoverinfo": "skip",
        "showlegend": False,
    }


@dataclass(frozen=True)
class OxideBar:
    """One amount of NdPr oxide: its range, and whether it is needed or at hand."""

    label: str
    low: float
    value: float
    high: float
    is_need: bool


def draw_oxide_bars(bars: Sequence[OxideBar]) -> go.Figure:
    """Oxide that magnets need beside the oxide at hand, tonnes a year, with ranges."""
    drawing = Drawing()
    for name, is_need, role in (("needed", True, "candidate"), ("at hand", False, "pillars")):
        picked = [bar for bar in bars if bar.is_need is is_need]
        if picked:
            drawing.add_bar(
                y=[bar.label for bar in picked],
                x=[bar.value for bar in picked],
                name=name,
                orientation="h",
                marker={"color": role_colour(role)},
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [max(bar.high - bar.value, 0) for bar in picked],
                    "arrayminus": [max(bar.value - bar.low, 0) for bar in picked],
                },
                hovertemplate="%{y}: %{x:,.0f} t<extra></extra>",
            )
    drawing.update_layout(
        xaxis={"title": {"text": "tonnes of NdPr oxide a year"}, "tickformat": ",.0f",
               **scale_from_zero(max([0.0, *(bar.high for bar in bars)]), room=1.1)},
        yaxis={"autorange": "reversed", "showgrid": False, "categoryorder": "array",
               "categoryarray": [bar.label for bar in bars]},
        height=110 + 52 * len(bars),
    )  # fmt: skip
    return drawing.figure()
