"""How the claims came out, and how each was settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from third_pillar.figures.theme import role_colour

_WAYS: Mapping[str, tuple[str, str]] = {
    "measured": ("pillars", ""),
    "event-tested": ("partners", ""),
    "documented": ("candidate", ""),
    "hand": ("rest", "/"),
    "opinion": ("unknown", "."),
}


def draw_verdict_counts(
    verdicts: Sequence[str], counts: Mapping[str, Sequence[int]], *, labels: Mapping[str, str]
) -> go.Figure:
    """Claims by verdict, split by how they were settled.

    Args:
        verdicts: The scale, first on top.
        counts: How settled → number of claims per verdict, in the order of `verdicts`.
        labels: How settled → words for the legend.
    """
    figure = go.Figure()
    for way, (role, shape) in _WAYS.items():
        numbers = counts.get(way, ())
        if not any(numbers):
            continue
        figure.add_bar(
            y=list(verdicts),
            x=list(numbers),
            name=labels[way],
            orientation="h",
            text=[str(number) if number else "" for number in numbers],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "#ffffff" if role in {"pillars", "partners"} else "#1b1f25"},
            marker={
                "color": role_colour(role),
                "pattern": {"shape": shape, "size": 6, "solidity": 0.25,
                            "fgcolor": role_colour("muted"), "bgcolor": role_colour(role)},
                "line": {"color": role_colour("muted"), "width": 0.6},
            },
            hovertemplate="%{y}: %{x} " + labels[way] + "<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        barmode="stack",
        xaxis={"title": {"text": "number of claims"}, "dtick": 2, "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "showgrid": False},
        height=340,
    )
    return figure
