"""The pillar test: need served without China, and breadth as tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from third_pillar.figures.drawing import Drawing
from third_pillar.figures.theme import role_colour, stand_in_marker


@dataclass(frozen=True)
class ServedBar:
    """Share of need one pool serves, in percent: mean and ends, without and with the candidate."""

    pool: str
    without: tuple[float, float, float] | None
    joined: tuple[float, float, float]


def draw_served_shares(
    bars: Sequence[ServedBar], *, without_label: str, joined_label: str
) -> go.Figure:
    """Need of the pillars served by each pool, without and with the candidate."""
    drawing = Drawing()
    for name, role, drawn in (
        (without_label, "pillars", [(bar.pool, bar.without) for bar in bars]),
        (joined_label, "candidate", [(bar.pool, bar.joined) for bar in bars]),
    ):
        pools = [pool for pool, triple in drawn if triple is not None]
        triples = [triple for _, triple in drawn if triple is not None]
        drawing.add_bar(
            y=pools,
            x=[triple[0] for triple in triples],
            name=name,
            orientation="h",
            marker={"color": role_colour(role)},
            text=[f"{triple[0]:.0f} %  " for triple in triples],
            # a bar too short to hold its number has it beside it
            textposition=["inside" if triple[0] >= _HOLDS else "outside" for triple in triples],
            insidetextanchor="start",
            textangle=0,
            insidetextfont={"color": "#ffffff" if role == "pillars" else "#1b1f25"},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [triple[2] - triple[0] for triple in triples],
                "arrayminus": [triple[0] - triple[1] for triple in triples],
            },
            hovertemplate="%{y}, " + name + ": %{x:.0f} %<extra></extra>",
        )
    drawing.update_layout(
        barmode="group",
        xaxis={"title": {"text": "share of the pillars' need, percent"}, "range": [0, 105],
               "dtick": 20},
        yaxis={"autorange": "reversed", "showgrid": False},
        height=120 + 74 * len(bars),
    )  # fmt: skip
    return drawing.figure()


_HOLDS = 3.0
"""Percent from which a bar can hold its number."""


@dataclass(frozen=True)
class Tile:
    """One country and stage: share of the pillars' need in percent, or nothing if not known.

    `shown` is the share as it is written, exact enough to stand beside the threshold.
    """

    country: str
    stage: str
    share: float | None
    reaches: bool
    is_stand_in: bool
    shown: str = ""


def draw_breadth_tiles(
    tiles: Sequence[Tile], *, countries: Sequence[str], stages: Sequence[str]
) -> go.Figure:
    """Countries by stage as tiles: filled where the threshold is reached, hatched if not known.

    Args:
        tiles: One a country and stage.
        countries: Rows, first on top.
        stages: Columns, upstream first.
    """
    drawing = Drawing()
    groups = (
        ("reaches the threshold", [t for t in tiles if t.share is not None and t.reaches]),
        ("falls short", [t for t in tiles if t.share is not None and not t.reaches]),
        ("not known", [t for t in tiles if t.share is None]),
    )
    looks = (
        {"color": role_colour("pillars")},
        {"color": role_colour("rest")},
        _thin(stand_in_marker()),
    )
    for (name, group), look in zip(groups, looks, strict=True):
        if not group:
            continue
        drawing.add_bar(
            x=[0.92] * len(group),
            base=[stages.index(tile.stage) - 0.46 for tile in group],
            y=[tile.country for tile in group],
            width=0.84,
            orientation="h",
            name=name,
            marker=look,
            text=[_tile_text(tile) for tile in group],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "#ffffff" if name == "reaches the threshold" else "#1b1f25"},
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    drawing.update_layout(
        barmode="overlay",
        xaxis={
            "tickmode": "array",
            "tickvals": list(range(len(stages))),
            "ticktext": list(stages),
            "range": [-0.55, len(stages) - 0.45],
            "side": "top",
            "showline": False,
            "ticks": "",
        },
        yaxis={
            "categoryorder": "array",
            "categoryarray": list(reversed(countries)),
            "showgrid": False,
        },
        margin={"t": 66},
        height=110 + 38 * len(countries),
    )
    return drawing.figure()


def _thin(marker: dict[str, Any]) -> dict[str, Any]:
    """The marker hatched so thinly that words on it can be read."""
    return {**marker, "pattern": {**marker["pattern"], "size": 12, "solidity": 0.07}}


def _tile_text(tile: Tile) -> str:
    if tile.share is None:
        return "not known"
    written = tile.shown or f"{tile.share:.0f}"
    shown = f"{written} %" if tile.share >= 1 or tile.share == 0 else "<1 %"
    return f"{shown} *" if tile.is_stand_in else shown
