"""How much of each importer's supply comes from one country."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from third_pillar.figures.drawing import Drawing
from third_pillar.figures.theme import role_colour
from third_pillar.vocabulary.amounts import keep_apart


def draw_import_shares(
    labels: Sequence[str], shares: Sequence[float], *, threshold: float | None, threshold_label: str
) -> go.Figure:
    """Share of imports from one supplier as dots on lines, largest on top.

    Args:
        labels: Importer, product and period.
        shares: Percent, in the order of `labels`.
        threshold: A reference in percent, if there is one.
        threshold_label: Its label.
    """
    drawing = Drawing()
    for label, share in zip(labels, shares, strict=True):
        drawing.add_shape(
            type="line", x0=0, x1=share, y0=label, y1=label,
            line={"color": role_colour("rest"), "width": 2}, layer="below",
        )  # fmt: skip
    drawing.add_scatter(
        x=list(shares),
        y=list(labels),
        mode="markers+text",
        marker={"color": role_colour("china"), "size": 13},
        text=[f" {_percent(share, threshold)} %" for share in shares],
        # left of the line a label beside its dot would be struck through
        textposition=[
            "top center" if _is_before(share, threshold) else "middle right" for share in shares
        ],
        name="share from China",
        showlegend=False,
        hovertemplate="%{y}: %{x:.1f} %<extra></extra>",
    )
    if threshold is not None:
        drawing.add_shape(
            type="line", x0=threshold, x1=threshold, yref="paper", y0=0, y1=1, line={"dash": "dot"}
        )
        drawing.add_annotation(
            x=threshold, yref="paper", y=1, text=threshold_label, yanchor="bottom", xanchor="center"
        )
    drawing.update_layout(
        xaxis={"title": {"text": "share of imports from China, percent"}, "range": [0, 109],
               "dtick": 20},
        yaxis={"autorange": "reversed", "showgrid": False, "type": "category"},
        margin={"t": 34},
        height=110 + 42 * len(labels),
    )  # fmt: skip
    return drawing.figure()


_LABEL = 22
"""Points of percent that a label takes on a phone."""


def _is_before(share: float, threshold: float | None) -> bool:
    return threshold is not None and threshold - _LABEL < share < threshold - 1


def _percent(share: float, threshold: float | None) -> str:
    """Whole percent, more exact where rounding would put the share on the other side."""
    return keep_apart(f"{share:.0f}", share, () if threshold is None else (threshold,))
