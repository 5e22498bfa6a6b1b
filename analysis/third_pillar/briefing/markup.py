"""Fragments of a report: escaped HTML with every number tied to its row."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import chain, repeat
from typing import Any

from markupsafe import Markup, escape

from third_pillar.briefing.numbers import show_number, show_range
from third_pillar.vocabulary.findings import OWN_MARK, Metric

EXHIBIT = "application/vnd.third-pillar.exhibit+json"
FINDINGS = "application/vnd.third-pillar.findings+json"
PLOTLY = "application/vnd.plotly.v1+json"
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Fragment:
    """A part of the report. In a notebook it shows itself; the export lifts it as it is."""

    html: Markup

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002  the protocol of IPython names these
        exclude: object = None,  # noqa: ARG002  same
    ) -> dict[str, str]:
        return {"text/html": str(self.html), "text/plain": self.text}

    @property
    def text(self) -> str:
        """The words alone."""
        return unescape(_TAG.sub("", str(self.html))).strip()


@dataclass(frozen=True)
class Exhibit:
    """A figure with what a reader needs to trust it.

    Attributes:
        id: Anchor, "fig-…".
        title: The finding, one sentence.
        note: Units, source and vintage, as HTML.
        alt: What the figure shows, for who cannot see it.
        figure: The plotly figure.
        columns: Headings of the table behind it.
        rows: Its rows.
        source_ids: Sources of its data.
    """

    id: str
    title: str
    note: Markup
    alt: str
    figure: Any
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    source_ids: tuple[str, ...]

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002  the protocol of IPython names these
        exclude: object = None,  # noqa: ARG002  same
    ) -> dict[str, object]:
        drawn = self.figure.to_plotly_json()
        bare = {"data": drawn["data"], "layout": _without_template(drawn["layout"])}
        return {
            EXHIBIT: {
                "id": self.id,
                "title": self.title,
                "note": str(self.note),
                "alt": self.alt,
                "figure": bare,
                "table": {"columns": list(self.columns), "rows": [list(r) for r in self.rows]},
                "source_ids": list(self.source_ids),
            },
            PLOTLY: {
                "data": bare["data"],
                "layout": {**bare["layout"], "title": {"text": self.title}},
                "config": {"plotlyServerURL": ""},
            },
            "text/plain": f"{self.title} ({self.alt})",
        }


def _without_template(layout: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in layout.items() if key != "template"}


def number(
    metric: Metric | None, *, unit: bool = True, signed: bool = False, limits: Iterable[float] = ()
) -> Markup:
    """A number in prose that leads to its row; a metric that is not there reads "not known".

    Args:
        metric: The number.
        unit: Write its unit.
        signed: Write a plus sign.
        limits: What it is held against: rounding does not hide on which side it lies.
    """
    value = None if metric is None else metric.value
    if metric is None or not isinstance(value, int | float) or not math.isfinite(value):
        return Markup('<span class="gap">not known</span>')
    shown = show_number(
        float(value), metric.unit if unit else "", like=metric.unit, signed=signed, limits=limits
    )
    said = Markup('<data class="n" value="{}" data-source="{}">{}</data>').format(
        f"{value:.6g}", metric.id, shown
    )
    return said + own_mark(metric)


def own_mark(metric: Metric) -> Markup:
    """A sign beside a number that rests on the reader's own figures; else nothing."""
    if not metric.own_figures:
        return Markup("")
    return Markup('<sup class="own" title="rests on the reader’s own figures">{}</sup>').format(
        OWN_MARK
    )


def span(metric: Metric | None) -> Markup:
    """The range of a metric in brackets, or nothing where it has none that shows."""
    if metric is None or metric.low is None or metric.high is None:
        return Markup("")
    value = metric.value if isinstance(metric.value, int | float) else math.nan
    return Markup("{}").format(show_range(value, metric.low, metric.high, like=metric.unit))


def paragraph(*sentences: str | Markup, css: str = "") -> Markup:
    """Sentences as one paragraph; empty ones are left out."""
    said = Markup(" ").join(escape(sentence) for sentence in sentences if sentence)
    opening = Markup('<p class="{}">').format(css) if css else Markup("<p>")
    return opening + said + Markup("</p>") if said else Markup("")


def bullets(items: Iterable[str | Markup], *, css: str = "") -> Markup:
    """Items as a list."""
    inside = Markup("").join(_ITEM % (item,) for item in items)
    opening = Markup('<ul class="{}">').format(css) if css else Markup("<ul>")
    return opening + inside + Markup("</ul>")


_ROW = Markup('<tr%s><th scope="row">%s</th>%s</tr>')
_CELL = Markup("<td>%s</td>")
_ITEM = Markup("<li>%s</li>")
"""Filled in by `%`: `format` takes five times as long, and a page has thousands of these."""


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Markup]],
    *,
    caption: str = "",
    attributes: Mapping[str, str] | None = None,
    row_attributes: Sequence[Mapping[str, str]] = (),
) -> Markup:
    """A data table in its wrap, first column as row heading.

    Args:
        columns: Headings.
        rows: Cells, one a column.
        caption: What the table holds.
        attributes: Of the table itself.
        row_attributes: Of each row, in order; fewer than rows leave the rest bare.
    """
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in columns)
    body = Markup("").join(
        _ROW % (_attributes(own), row[0], Markup("").join(_CELL % (cell,) for cell in row[1:]))
        for row, own in zip(rows, chain(row_attributes, repeat({})), strict=False)
    )
    heading = Markup("<caption>{}</caption>").format(caption) if caption else Markup("")
    return Markup(
        '<div class="table-wrap"><table class="data"{}>{}<thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(_attributes(attributes or {}), heading, head, body)


def _attributes(named: Mapping[str, str]) -> Markup:
    return Markup("").join(Markup(' {}="{}"').format(name, text) for name, text in named.items())


def section(css: str, *parts: Markup) -> Fragment:
    """Parts as one set-apart section."""
    return Fragment(Markup('<section class="{}">{}</section>').format(css, Markup("").join(parts)))


def fragment(*parts: Markup) -> Fragment:
    """Parts one after another."""
    return Fragment(Markup("").join(parts))
