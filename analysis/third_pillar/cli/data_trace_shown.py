"""A traced row or number, laid out for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from third_pillar.cli.terminal import lay_out_fields, lay_out_items
from third_pillar.evidence.corrections import phrase_correction
from third_pillar.evidence.tracing import Disagreement, RowTrace, SourceRecord
from third_pillar.vocabulary.amounts import attach_unit, group_thousands

if TYPE_CHECKING:
    from third_pillar.assessment.uses import Uses
    from third_pillar.vocabulary.findings import Metric

_SHOWN = 12
_FIGURES = ("value", "low", "high")
_TOLD_APART = frozenset(
    {*_FIGURES, "unit", "period", "period_type", "year", "basis", "edition", "known_from",
     "source_id", "source_id_2", "source_ids", "note", "gap_id"}
)  # fmt: skip


def phrase_row(
    traced: RowTrace, uses: Uses | None, width: int, *, units: Mapping[str, str]
) -> list[str]:
    """A row with its sources, its history and what rests on it, as lines.

    `units` is the codelist: code → how the unit is written behind a number.
    """
    cells = traced.cells
    prefix = "stand_in_" if traced.table == "gaps" else ""
    figure = phrase_figure(*(cells.get(f"{prefix}{name}", "") for name in _FIGURES))
    period = ", ".join(filter(None, [cells.get("period", ""), cells.get("period_type", "")]))
    own = " · the reader's own figure" if traced.is_own else ""
    told = {*_TOLD_APART, *(f"{prefix}{field}" for field in (*_FIGURES, "unit"))}
    about = [
        (name.removesuffix("_iso3").replace("_", " "), text)
        for name, text in cells.items()
        if name not in told and text != traced.key
    ]
    return [
        f"{traced.table}:{traced.key}  (data/{traced.path}, line {traced.line}){own}",
        *lay_out_fields(
            [
                ("figure", f"{figure} {traced.unit}".strip() if figure else ""),
                ("period", period),
                ("basis", cells.get("basis", "")),
                ("edition", cells.get("edition", "")),
                ("known from", cells.get("known_from", "")),
                ("note", cells.get("note", "")),
            ],
            width,
        ),
        *lay_out_items("Other fields", [(f"{name}:", text) for name, text in about], width),
        *_sources_in_words(traced.sources, width),
        *_history_in_words(traced, width, units),
        *([] if uses is None else _uses_in_words(uses, width)),
    ]


def _sources_in_words(
    sources: tuple[SourceRecord, ...] | list[SourceRecord], width: int
) -> list[str]:
    lines = ["", "Sources"] if sources else []
    for source in sources:
        said = (
            f"{source.title}. {source.publisher}, {source.date or 'undated'}; read "
            f"{source.accessed or 'on no recorded day'}; reliability {source.reliability or '?'}, "
            f"credibility {source.credibility or '?'} (Admiralty code); {source.licence}"
        )
        lines += lay_out_items("", [(source.source_id, said)], width)[2:]
        if source.url:
            lines.append(f"      {source.url}")  # whole, so that it can be copied
    return lines


def _history_in_words(traced: RowTrace, width: int, units: Mapping[str, str]) -> list[str]:
    editions = [
        (
            "in use" if edition.wins else "      ",
            (
                f"{edition.known_from}  {edition.edition or edition.key}: "
                f"{phrase_figure(edition.value, edition.low, edition.high) or 'no figure'} "
                f"({edition.key}, {edition.source_id})"
            ),
        )
        for edition in traced.editions
    ]
    lines = lay_out_items("Editions, oldest first", editions, width)
    lines += lay_out_items(
        "", [("rule", "The newest edition known at a date wins.")] if editions else [], width
    )[2:]
    lines += lay_out_items(
        "Corrections",
        [
            (
                known.id,
                (f"{known.field}: published {was}, here {now} ({known.status}). {known.reason}"),
            )
            for known in traced.corrections
            for was, now in [phrase_correction(known, units)]
        ],
        width,
    )
    lines += lay_out_items(
        "Conflicts",
        [
            (
                d.conflict_id,
                f"{d.topic}: {_span(d, units)}chosen: {d.reading}. {d.why}",
            )
            for d in traced.disagreements
        ],
        width,
    )
    gap = (
        [(traced.gap["gap_id"], f"{traced.gap['what']}; sought in {traced.gap['sought']}")]
        if (traced.gap)
        else []
    )
    lines += lay_out_items("Gap", gap, width)
    lines += lay_out_items(
        "Scenarios that change it",
        [
            (name, phrase_figure(*(str(figures.get(n, "")) for n in _FIGURES)))
            for name, figures in traced.scenarios.items()
        ],
        width,
    )
    return lines + lay_out_items(
        "Named by",
        _cut([(f"{table}:{key}", "") for table, key in traced.named_by]),
        width,
    )


def _span(found: Disagreement, units: Mapping[str, str]) -> str:
    """How far the sources are apart; nothing where they disagree in words or dates."""
    ends = " to ".join(group_thousands(end) for end in (found.low, found.high) if end)
    return f"{attach_unit(ends, units.get(found.unit, found.unit))}; " if ends else ""


def _uses_in_words(uses: Uses, width: int) -> list[str]:
    if not uses.metrics and not uses.claims:
        return ["", "Nothing of the default case rests on it."]
    numbers = [(metric.id, f"{metric.label}: {_shown(metric)}") for metric in uses.metrics]
    return [
        *lay_out_items("Numbers that rest on it", _cut(numbers), width),
        *lay_out_items("Claims that rest on it", _claims(uses), width),
    ]


def _claims(uses: Uses) -> list[tuple[str, str]]:
    return _cut([(claim, str(verdict.verdict)) for claim, verdict in uses.claims.items()])


def _cut(items: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if len(items) <= _SHOWN:
        return items
    return [*items[:_SHOWN], (f"and {len(items) - _SHOWN} more", "(all with --json)")]


def _shown(metric: Metric) -> str:
    from third_pillar.assessment.entries import phrase_value

    if isinstance(metric.value, int | float):
        return phrase_value(float(metric.value), metric.unit)
    return f"{metric.value}"


def phrase_number(
    metric: Metric,
    rests_on: list[dict[str, str]],
    sources: list[SourceRecord],
    uses: Uses,
    width: int,
) -> list[str]:
    """A number with its range, its method, the rows it rests on and their sources, as lines."""
    from third_pillar.assessment.entries import phrase_ends

    ends = ""
    if metric.low is not None and metric.high is not None:
        ends = phrase_ends(metric.low, metric.high, metric.unit)
    grounds = [
        (f"{g['table'] or 'not a row'}:{g['key']}", f"{g['figure']} {g['unit_words']}".strip())
        for g in rests_on
    ]
    return [
        metric.id,
        *lay_out_fields(
            [
                ("what", metric.label),
                ("value", _shown(metric)),
                ("range", ends),
                ("period", metric.period),
                ("method", f"{metric.method} of docs/methods.md"),
                ("confidence", str(metric.confidence)),
                ("by", metric.specification),
            ],
            width,
        ),
        *lay_out_items("Rests on (trace each the same way)", grounds, width),
        *_sources_in_words(sources, width),
        *lay_out_items("Claims that rest on it", _claims(uses), width),
    ]


def phrase_figure(value: str, low: str, high: str) -> str:
    """A figure with its ends, e.g. "1,000 (400 to 2,000)"; a bound that is not given is "?"."""
    value, low, high = (group_thousands(text) for text in (value, low, high))
    ends = f"{low or '?'} to {high or '?'}" if low or high else ""
    return f"{value} ({ends})" if value and ends else value or ends
