"""A figure in the making, with the verbs of plotly's own: each of its parts is made once.

Plotly makes every trace that is added to a figure twice, and with each shape all the shapes
before it. Given all at once, it makes and checks each once; the figure is the same.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go


def scale_from_zero(ceiling: float, *, room: float) -> dict[str, Any]:
    """Range of an axis from zero to what is drawn, and a single tick where that is nothing.

    Left alone, an axis without data runs from −1 to 1 and its ticks, rounded, repeat themselves.

    Args:
        ceiling: The largest value drawn.
        room: How many times as far the axis goes.
    """
    if ceiling < 1:
        return {"range": [0, 1], "tickmode": "array", "tickvals": [0]}
    return {"range": [0, ceiling * room]}


class Drawing:
    """What a figure is to hold, in the order in which it was said."""

    def __init__(self) -> None:
        self._traces: list[dict[str, Any]] = []
        self._layout: list[dict[str, Any]] = []

    def add_bar(self, **trace: Any) -> None:
        """A trace of bars."""
        self._traces.append({"type": "bar", **trace})

    def add_scatter(self, **trace: Any) -> None:
        """A trace of points, lines or both."""
        self._traces.append({"type": "scatter", **trace})

    def add_shape(self, **shape: Any) -> None:
        """A line or an area that is no data."""
        self._add_to("shapes", shape)

    def add_annotation(self, **annotation: Any) -> None:
        """Words at a place."""
        self._add_to("annotations", annotation)

    def update_layout(self, **parts: Any) -> None:
        """Axes, legend, height; what is not named stays."""
        self._layout.append(parts)

    def figure(self) -> go.Figure:
        """The figure. It brings no template: the page gives it one for light and one for dark.

        Raises:
            ValueError: A part has a name or a value that plotly does not know.
        """
        figure = go.Figure(data=self._traces, layout={"template": {}})
        for parts in self._layout:
            if parts.keys() <= _LISTS:
                for name, items in parts.items():
                    figure.layout[name] = items
            else:
                figure.update_layout(parts)
        return figure

    def _add_to(self, name: str, item: dict[str, Any]) -> None:
        known = next((parts[name] for parts in self._layout if name in parts), None)
        if known is None:
            self._layout.append({name: [item]})
        else:
            known.append(item)


_LISTS = {"shapes", "annotations"}
