"""Findings as data, and the lists that let a reader trace every number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from third_pillar import __version__
from third_pillar.assessment.case import Case
from third_pillar.briefing.headline import compose_bottom_line, compose_judgement_list
from third_pillar.briefing.markup import FINDINGS, Fragment, fragment, paragraph, section
from third_pillar.briefing.numbers import show_number
from third_pillar.briefing.words import day
from third_pillar.vocabulary.findings import Findings, Metric


@dataclass(frozen=True)
class Record:
    """The findings of a run, carried in the notebook's output for the export to lift."""

    findings: Findings

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002  the protocol of IPython names these
        exclude: object = None,  # noqa: ARG002  same
    ) -> dict[str, object]:
        bottom = self.findings.bottom_line
        return {
            FINDINGS: self.findings.model_dump(mode="json"),
            "text/plain": f"{bottom.answer}: {bottom.text}",
        }


def record(case: Case) -> Record:
    """The findings of the case: what scripts read and later runs are compared with."""
    question = case.results.question
    parameters = question.parameters.model_dump(mode="json")
    parameters["as_of"] = question.as_of.isoformat()
    return Record(
        Findings(
            parameters=parameters,
            data=case.results.evidence.release,
            bottom_line=compose_bottom_line(case),
            key_judgements=tuple(str(j.striptags()) for j in compose_judgement_list(case)),
            verdicts=case.verdicts,
            metrics=tuple(case.metrics.values()),
            gaps=case.gaps,
        )
    )


def compose_numbers(case: Case) -> Fragment:
    """Every number of the report with its range, period, method and rows."""
    items = [
        Markup(
            '<li id="n-{}"><span class="label">{}</span>: <strong>{}</strong>{}, {}. '
            'Method {}; confidence {}. <span class="rows">Rests on {}.</span> {}</li>'
        ).format(
            slug(metric.id), metric.label, _value(metric), _ends(metric), metric.period,
            metric.method, metric.confidence,
            ", ".join(metric.rests_on) or "no row", _links(metric.source_ids),
        )
        for metric in case.metrics.values()
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
    if metric.low is None or metric.high is None or metric.low == metric.high:
        return ""
    low, high = (show_number(end, "", like=metric.unit) for end in (metric.low, metric.high))
    return f" ({low}–{high})"


def _links(source_ids: Iterable[str]) -> Markup:
    links = [Markup('<a href="#s-{}">{}</a>').format(slug(source), source) for source in source_ids]
    return Markup(", ").join(links)


def compose_sources(case: Case) -> Fragment:
    """Every source that the report cites, with its reliability."""
    known = case.results.evidence.sources
    items = [
        Markup(
            '<li id="s-{}"><span class="label">{}</span> {}. {}, {}. <a href="{}">{}</a> '
            '<span class="grade">Reliability {}{}; read {}.</span></li>'
        ).format(
            slug(source), source, row["title"], row["publisher"], row["date"], row["url"],
            row["url"], row["reliability"], row["credibility"], _day(row["accessed"]),
        )
        if str(row["url"]).startswith("https://") or str(row["url"]).startswith("http://")
        else Markup(
            '<li id="s-{}"><span class="label">{}</span> {}. {}, {}. '
            '<span class="grade">Reliability {}{}; read {}.</span></li>'
        ).format(
            slug(source), source, row["title"], row["publisher"], _date(row),
            row["reliability"], row["credibility"], _day(row["accessed"]),
        )
        for source, row in known.loc[list(_cited(case))].iterrows()
    ]  # fmt: skip
    return fragment(
        paragraph(
            "Reliability follows the Admiralty code: A to F for the source, 1 to 6 for the "
            "information."
        ),
        Markup('<ol class="sources">{}</ol>').format(Markup("").join(items)),
    )


def _cited(case: Case) -> list[str]:
    known = case.results.evidence.sources.index
    named = [
        *(source for metric in case.metrics.values() for source in metric.source_ids),
        *(source for verdict in case.verdicts.values() for source in verdict.source_ids),
        *(source for gap in case.gaps for source in gap.source_ids),
        *(
            str(s)
            for shares in case.results.stage_shares.values()
            for s in shares.shares["source_id"]
        ),
        *(str(source) for source in case.results.exports.world["source_id"]),
        *(str(source) for source in case.results.suspension.controls["source_id"]),
        *(
            source
            for breadth in case.results.horizon.capacity.records.values()
            for source in breadth.source_ids
        ),
    ]
    return sorted({source for source in named if source in known})


def _date(row: Any) -> str:
    """A source's date as exact as it is known."""
    day = _day(row["date"])
    return day[: {"year": 4, "month": 7}.get(str(row["date_precision"]), 10)]


def _day(value: object) -> str:
    return "undated" if pd.isna(value) else str(pd.Timestamp(str(value)).date())  # type: ignore[call-overload]  # a date or missing


def slug(text: str) -> str:
    """An id as an anchor: lower-case letters, digits and hyphens."""
    kept = "".join(sign if sign.isalnum() else "-" for sign in text.casefold())
    return "-".join(part for part in kept.split("-") if part)


def compose_stamp(case: Case) -> Fragment:
    """How to reproduce the report: parameters, data release and version."""
    parameters = case.results.question.parameters
    release = case.results.evidence.release
    command = "pillar report " + " ".join(
        f"-p {name}={','.join(value) if isinstance(value, tuple) else value}"
        for name, value in parameters.model_dump().items()
        if value != type(parameters).model_fields[name].default and name != "profile"
    )
    return section(
        "stamp",
        Markup("<h2>How to reproduce</h2>"),
        paragraph(
            Markup("Run <code>{}</code> with version {} of the kit and data release {} {} ").format(
                command.strip(), __version__, release.name, release.version
            )
            + Markup("(sha256 <code>{}</code>), as of {}, seed {}, {:,} draws.").format(
                release.sha256[:16],
                day(case.results.question.as_of),
                parameters.seed,
                parameters.draws,
            ),
            "The same parameters, data and seed give the same findings to the byte.",
        ),
    )
