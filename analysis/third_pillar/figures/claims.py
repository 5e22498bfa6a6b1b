"""How the claims came out, and how each was settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from third_pillar.figures.drawing import Drawing
from third_pillar.figures.theme import role_colour

_WAYS: Mapping[str, tuple[str, str]] = {
    "measured": ("pillars", ""),
    "event-tested": ("partners", "\\"),
    "documented": ("candidate", "x"),
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
    drawing = Drawing()
    for way, (role, shape) in _WAYS.items():
        numbers = counts.get(way, ())
        if not any(numbers):
            continue
        drawing.add_bar(
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
                # wide and thin, so that the number on it can be read
                "pattern": {"shape": shape, "size": 11, "solidity": 0.09,
                            "fgcolor": role_colour("emphasis" if role == "partners" else "muted"),
                            "bgcolor": role_colour(role)},
                "line": {"color": role_colour("muted"), "width": 0.6},
            },
            hovertemplate="%{y}: %{x} " + labels[way] + "<extra></extra>",
        )  # fmt: skip
    drawing.update_layout(
        barmode="stack",
        xaxis={"title": {"text": "number of claims"}, "dtick": 2, "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "showgrid": False},
        height=340,
    )
    return drawing.figure()


@dataclass(frozen=True)
class ClaimDots:
    """One claim and the sources that speak to it.

    Attributes:
        claim: Its id.
        sources: Stance → pairs of source id and whether its reliability is A or B.
    """

    claim: str
    sources: Mapping[str, Sequence[tuple[str, bool]]]


_STANCES: Mapping[str, tuple[int, str, str]] = {
    "refutes": (-1, "x", "china"),
    "qualifies": (-1, "diamond", "candidate"),
    "supports": (1, "circle", "partners"),
    "context": (1, "square", "rest"),
}
"""Stance → side, sign and role; on each side the first stands nearest to the middle."""
_ROW = 17


def draw_evidence_map(
    groups: Mapping[str, Sequence[ClaimDots]], *, labels: Mapping[str, str]
) -> go.Figure:
    """Claims as rows, sources as marks: against and limiting to the left, for to the right.

    Args:
        groups: Heading → its claims, first on top.
        labels: Stance → words for the legend.
    """
    drawing = Drawing()
    heads, rows = _place(groups)
    ends: list[float] = []
    for stance, (side, sign, role) in _STANCES.items():
        marks = [mark for place, dots in rows for mark in _marks(place, dots, stance, side)]
        # the legend shows the first mark: a filled one, where there is one
        marks.sort(key=lambda mark: not mark[3])
        if not marks:
            continue
        ends += [mark[0] for mark in marks]
        drawing.add_scatter(
            x=[mark[0] for mark in marks],
            y=[mark[1] for mark in marks],
            text=[mark[2] for mark in marks],
            name=labels[stance],
            mode="markers",
            # a lying drawing keeps its height on a phone
            orientation="h",
            marker={
                "symbol": [sign if mark[3] else f"{sign}-open" for mark in marks],
                "size": 8,
                "color": role_colour(role),
                "line": {"width": 1.3, "color": role_colour(role)},
            },
            hovertemplate="%{text}<extra>" + labels[stance] + "</extra>",
        )
    drawing.update_layout(
        xaxis=_count_axis(ends),
        yaxis={
            "tickmode": "array",
            "tickvals": [place for place, _ in rows],
            "ticktext": [dots.claim for _, dots in rows],
            "range": [len(rows) + len(heads) - 0.3, -0.7],
            "tickfont": {"size": 11},
            "showgrid": True,
        },
        shapes=[{"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1,
                 "line": {"color": role_colour("muted"), "width": 1}}],
        annotations=[
            {"x": 0, "xref": "paper", "xanchor": "left", "y": place, "yanchor": "middle",
             "text": f"<b>{heading}</b>", "showarrow": False}
            for place, heading in heads
        ],
        height=110 + _ROW * (len(rows) + len(heads)),
    )  # fmt: skip
    return drawing.figure()


def _place(
    groups: Mapping[str, Sequence[ClaimDots]],
) -> tuple[list[tuple[int, str]], list[tuple[int, ClaimDots]]]:
    """Rows from the top: a heading, its claims, the next heading."""
    heads: list[tuple[int, str]] = []
    rows: list[tuple[int, ClaimDots]] = []
    place = 0
    for heading, claims in groups.items():
        heads.append((place, heading))
        rows += [(place + step, dots) for step, dots in enumerate(claims, start=1)]
        place += 1 + len(claims)
    return heads, rows


def _marks(
    place: int, dots: ClaimDots, stance: str, side: int
) -> list[tuple[float, int, str, bool]]:
    """Marks of one stance: they stand outside those of the stance nearer to the middle."""
    nearer = 0
    for other, (side_of_other, _, _) in _STANCES.items():
        if other == stance:
            break
        nearer += len(dots.sources.get(other, ())) if side_of_other == side else 0
    return [
        (side * (nearer + step - 0.4), place, f"{dots.claim}: {source}", is_solid)
        for step, (source, is_solid) in enumerate(dots.sources.get(stance, ()), start=1)
    ]


def _count_axis(ends: Sequence[float]) -> dict[str, Any]:
    """Counts in both directions, without a minus on the left."""
    reach = max((abs(end) for end in ends), default=1.0)
    low, high = min([*ends, 0.0]), max([*ends, 0.0])
    step = 2 if reach <= 8 else 4  # noqa: PLR2004  more than four ticks a side crowd a phone
    left = int(0.9 - low) // step * step
    ticks = [*range(-left, int(high + 0.9) + 1, step)]
    return {
        "title": {"text": "number of sources: against and limiting | for and background"},
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [str(abs(tick)) for tick in ticks],
        "range": [low - 0.8, high + 0.8],
    }
