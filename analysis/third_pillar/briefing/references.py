"""The lists that let a reader trace every number: numbers with their rows, and sources."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import pandas as pd
from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.briefing.markup import Fragment, fragment, own_mark, paragraph
from third_pillar.briefing.numbers import show_number, show_range
from third_pillar.briefing.pillar_test import select_breadth_countries
from third_pillar.briefing.words import slug
from third_pillar.vocabulary.codes import STAGES
from third_pillar.vocabulary.findings import Metric

_LISTED = 16
"""A wide pool rests on more rows than a reader can use here: findings.json has them."""

_NUMBER = Markup(
    '<li id="n-%s"><span class="label">%s</span>: <strong>%s</strong>%s%s, %s. '
    'Method %s; confidence %s. <span class="rows">Rests on %s.</span>%s %s</li>'
)
_SOURCE = Markup(
    '<li id="s-%s"><span class="label">%s</span> %s. %s, %s.%s '
    '<span class="grade">Reliability %s%s; read %s.</span></li>'
)


def compose_numbers(case: Case) -> Fragment:
    """Every number of the report with its range, period, method and rows."""
    return list_numbers(case.metrics.values())


def list_numbers(metrics: Iterable[Metric]) -> Fragment:
    """These numbers with their ranges, periods, methods and rows."""
    items = [
        _NUMBER
        % (
            slug(metric.id), metric.label, _value(metric), own_mark(metric), _ends(metric),
            metric.period, metric.method, metric.confidence, _rows(metric), _own(metric),
            _links(metric),
        )
        for metric in metrics
    ]  # fmt: skip
    return fragment(
        paragraph(
            "Each number in the text leads here. “Rests on” names rows of the data package by id; "
            "ranges are the 10th to 90th percentile of the draws unless the figure is published "
            "with its own."
        ),
        Markup('<ol class="numbers">{}</ol>').format(Markup("").join(items)),
    )


def _value(metric: Metric) -> str:
    if isinstance(metric.value, int | float):
        return show_number(float(metric.value), metric.unit)
    return str(metric.value)


def _ends(metric: Metric) -> str:
    if metric.low is None or metric.high is None:
        return ""
    value = metric.value if isinstance(metric.value, int | float) else math.nan
    return show_range(value, metric.low, metric.high, like=metric.unit)


def _rows(metric: Metric) -> str:
    if len(metric.rests_on) > _LISTED:
        return f"{len(metric.rests_on)} rows, listed in findings.json"
    return ", ".join(metric.rests_on) or "no row"


def _own(metric: Metric) -> str:
    if not metric.own_figures:
        return ""
    named = ", ".join(metric.own_figures[:_LISTED])
    return f" The reader’s own figures enter: {named}."


def _links(metric: Metric) -> Markup:
    return Markup(", ").join(map(_link, select_metric_sources(metric)))


@lru_cache(maxsize=1024)
def _link(source: str) -> Markup:
    """The way to a source; most stand behind many numbers."""
    return Markup('<a href="#s-{}">{}</a>').format(slug(source), source)


def select_metric_sources(metric: Metric) -> tuple[str, ...]:
    """Sources that stand beside a number; none where it rests on too many rows to list."""
    return metric.source_ids if len(metric.rests_on) <= _LISTED else ()


def compose_sources(case: Case) -> Fragment:
    """Every source that the report cites, with its reliability."""
    return list_sources(case, _cited(case))


def list_sources(case: Case, source_ids: Iterable[str]) -> Fragment:
    """These sources with their reliability, sorted, each once; unknown ids are left out."""
    known = case.results.evidence.sources
    cited = sorted({source for source in source_ids if source in known.index})
    items = [
        _source(str(source), {str(key): value for key, value in row.items()})
        for source, row in zip(cited, known.loc[cited].to_dict("records"), strict=True)
    ]
    return fragment(
        paragraph(
            "Reliability follows the Admiralty code: A to F for the source, 1 to 6 for the "
            "information."
        ),
        Markup('<ol class="sources">{}</ol>').format(Markup("").join(items)),
    )


def _source(source: str, row: Mapping[str, Any]) -> Markup:
    address = str(row["url"])
    is_address = address.startswith(("https://", "http://"))
    link = Markup(' <a href="{0}">{0}</a>').format(address) if is_address else Markup("")
    return _SOURCE % (
        slug(source), source, row["title"], row["publisher"], _date(row), link,
        row["reliability"], row["credibility"], _day(row["accessed"]),
    )  # fmt: skip


def _cited(case: Case) -> list[str]:
    results = case.results
    shown = results.horizon.capacity
    countries = select_breadth_countries(case)
    return [
        *(source for metric in case.metrics.values() for source in select_metric_sources(metric)),
        *(source for verdict in case.verdicts.values() for source in verdict.source_ids),
        *(source for gap in case.gaps for source in gap.source_ids),
        *(source for found in results.stage_shares.values() for source in found.source_ids),
        *(str(source) for source in results.exports.world["source_id"]),
        *(str(source) for source in results.suspension.controls["source_id"]),
        *results.horizon.served["pillars", "metal counted", True].source_ids,
        *(
            s
            for iso3 in countries
            for stage in STAGES
            for s in shown.record(iso3, stage).source_ids
        ),
    ]


def _date(row: Mapping[str, Any]) -> str:
    """A source's date as exact as it is known."""
    return _day(row["date"])[: {"year": 4, "month": 7}.get(str(row["date_precision"]), 10)]


def _day(value: object) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]  # any scalar may come
        return "undated"
    return str(value)[:10]
