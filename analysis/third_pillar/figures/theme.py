"""How every figure looks: two templates, one set of role colours, one configuration.

A colour means a role, never a position: China is red, the pillars navy, the candidate amber,
in every figure. `draw_` functions paint with `ROLES` (light); the page exchanges each of those
colours for its counterpart in `ROLES_DARK` when the reader's screen is dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

SANS = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans',"
    " 'Liberation Sans', Arial, sans-serif"
)

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "china": "#a63d2f",
        "pillars": "#16355c",
        "candidate": "#d08300",
        "partners": "#26857a",
        "rest": "#b7bcc4",
        "unknown": "#e3e5e9",
        "emphasis": "#1b1f25",
        "muted": "#59626d",
    }
)
"""Role to colour on a light page; apart in hue, in lightness (grey print) and for the colour-blind.

`unknown` is always drawn with a pattern (`stand_in_marker`); `emphasis` is for reference lines
and the one thing to see, `muted` for annotations.
"""

ROLES_DARK: Mapping[str, str] = MappingProxyType(
    {
        "china": "#d9533f",
        "pillars": "#7db6ef",
        "candidate": "#ffd166",
        "partners": "#35a898",
        "rest": "#5f6873",
        "unknown": "#333a43",
        "emphasis": "#f1efe9",
        "muted": "#a9b0ba",
    }
)
"""Role to colour on a dark page."""

SWAP: Mapping[str, str] = MappingProxyType(
    {light: ROLES_DARK[role] for role, light in ROLES.items()}
)
"""Light colour to dark colour, applied by the page to whatever a figure painted."""

CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        "displayModeBar": False,
        "displaylogo": False,
        "plotlyServerURL": "",
        "showSendToCloud": False,
        "showEditInChartStudio": False,
        "showLink": False,
        "modeBarButtonsToRemove": ["sendChartToCloud"],
        "scrollZoom": False,
        "responsive": False,
    }
)
"""Plotly's configuration: nothing is ever uploaded, no buttons over the data."""

_SIZE = 13


def role_colour(role: str) -> str:
    """Colour of a role on a light page, as "#rrggbb".

    Raises:
        KeyError: No such role; the message lists them.
    """
    if role not in ROLES:
        raise KeyError(f"no role {role!r}; roles: {', '.join(ROLES)}")
    return ROLES[role]


def stand_in_marker(role: str = "unknown") -> dict[str, Any]:
    """Bar marker for what is not known or rests on a stand-in: hatched, so grey print shows it.

    The hatching takes the role's colour on the ground of "unknown".
    """
    lines = ROLES["muted"] if role == "unknown" else role_colour(role)
    return {
        "color": ROLES["unknown"],
        "pattern": {
            "shape": "/",
            "size": 7,
            "solidity": 0.25,
            "bgcolor": ROLES["unknown"],
            "fgcolor": lines,
        },
        "line": {"color": lines, "width": 1},
    }


def bar_marker(roles: Sequence[str], *, stand_in: Sequence[bool]) -> dict[str, Any]:
    """Marker of one bar trace whose bars play different roles, some of them stand-ins (hatched).

    Raises:
        ValueError: The two sequences differ in length.
    """
    pairs = list(zip(roles, stand_in, strict=True))
    # Plotly hatches in the bar's own colour when colours differ bar by bar.
    colours = [ROLES["muted"] if role == "unknown" else role_colour(role) for role, _ in pairs]
    return {
        "color": colours,
        "pattern": {
            "shape": ["/" if hatched else "" for hatched in stand_in],
            "size": 7,
            "solidity": 0.25,
        },
        "line": {"color": colours, "width": [int(hatched) for hatched in stand_in]},
    }


def _axis(colours: Mapping[str, str], *, ink: str, rule: str, grid: str) -> dict[str, Any]:
    return {
        "automargin": True,
        "color": ink,
        "gridcolor": grid,
        "linecolor": rule,
        "tickcolor": rule,
        "tickfont": {"color": ink},
        "title": {"font": {"color": colours["muted"], "size": _SIZE}, "standoff": 12},
        "zeroline": False,
    }


def _legend(ink: str) -> dict[str, Any]:
    """Above the drawing, flush left; the page puts it below on a phone."""
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "xref": "container",
        "y": 1,
        "yanchor": "top",
        "yref": "container",
        "font": {"color": ink},
        "itemclick": False,
        "itemdoubleclick": False,
        "itemsizing": "constant",
        "title": {"text": ""},
        "traceorder": "normal",
    }


def _traces(colours: Mapping[str, str], *, ink: str) -> dict[str, Any]:
    whisker = {"color": colours["emphasis"], "thickness": 1.4, "width": 4}
    common = {
        "cliponaxis": False,
        "textfont": {"color": ink, "size": 12},
        "error_x": whisker,
        "error_y": whisker,
    }
    bar = {"type": "bar", "marker": {"line": {"width": 0}}}
    scatter = {"type": "scatter", "line": {"width": 2.4}, "marker": {"size": 9}}
    return {"bar": [common | bar], "scatter": [common | scatter]}


def _template(
    colours: Mapping[str, str], *, ink: str, paper: str, rule: str, grid: str
) -> dict[str, Any]:
    axis = _axis(colours, ink=ink, rule=rule, grid=grid)
    muted = colours["muted"]
    text = {"family": SANS, "size": _SIZE, "color": ink}
    order = ("pillars", "candidate", "partners", "china", "rest")
    layout = {
        "annotationdefaults": {
            "font": {"color": muted, "size": 12},
            "showarrow": False,
            "arrowcolor": muted,
            "arrowwidth": 1,
            "arrowhead": 0,
        },
        "bargap": 0.32,
        "bargroupgap": 0.08,
        "colorway": [colours[role] for role in order],
        "dragmode": False,
        "font": text,
        "hoverlabel": {"align": "left", "bgcolor": paper, "bordercolor": rule, "font": text},
        "hovermode": "closest",
        "legend": _legend(ink),
        "margin": {"l": 8, "r": 20, "t": 14, "b": 8, "pad": 4},
        "paper_bgcolor": paper,
        "plot_bgcolor": paper,
        "separators": ".,",
        "shapedefaults": {"line": {"color": colours["emphasis"], "width": 1.2}},
        "xaxis": axis | {"showgrid": False, "showline": True, "ticks": "outside", "ticklen": 4},
        "yaxis": axis | {"showgrid": True, "showline": False, "ticks": ""},
    }
    return {"layout": layout, "data": _traces(colours, ink=ink)}


LIGHT: dict[str, Any] = _template(
    ROLES, ink="#2b3037", paper="#ffffff", rule="#8f969f", grid="#e4e3de"
)
"""Plotly template for a light page, paper and saved images."""

DARK: dict[str, Any] = _template(
    ROLES_DARK, ink="#dddad3", paper="#171a1e", rule="#6d7680", grid="#2d333a"
)
"""Plotly template for a dark page."""
