"""`pillar data trace`: one figure, from its source to what rests on it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from third_pillar import evidence
from third_pillar.cli.answer import answer_json
from third_pillar.cli.claims_case import say_if_slow
from third_pillar.cli.reporting import read_assignments
from third_pillar.cli.terminal import lay_out_fields, lay_out_items, say_lines, terminal_width
from third_pillar.evidence.overlay_files import find_overlay
from third_pillar.evidence.tables import find_row, read_tables
from third_pillar.evidence.tracing import RowTrace, SourceRecord, read_source, trace_row
from third_pillar.vocabulary.errors import MissingEvidence, ParameterFault, PillarError

if TYPE_CHECKING:
    from third_pillar.assessment.case import Case
    from third_pillar.assessment.uses import Uses
    from third_pillar.vocabulary.findings import Metric

_SHOWN = 12
_YEAR_DIGITS = 4
_FIGURES = ("value", "low", "high")
_TOLD_APART = frozenset(
    {*_FIGURES, "unit", "period", "period_type", "year", "basis", "edition", "known_from",
     "source_id", "source_id_2", "source_ids", "note", "gap_id"}
)  # fmt: skip


def trace(named: str, assignments: list[str], *, with_uses: bool, as_json: bool) -> int:
    """Exit code after a row or a number was traced.

    Raises:
        ParameterFault: Nothing has that name; the nearest is named.
        EvidenceFault: The data package breaks its rules.
    """
    evidence.check_package()
    if "(" in named:
        return _trace_number(named, assignments, as_json=as_json)
    root = evidence.project_root()
    own = find_overlay(root)
    own = None if own is None or own.faults else own
    tables = read_tables(root, overlay=own)
    found = find_row(named, tables, overlay=own)
    traced = trace_row(found, tables, root=root, overlay=own)
    uses = _find_uses(traced, assignments) if with_uses else None
    if as_json:
        answer_json(_row_as_data(traced, uses))
    else:
        say_lines(_row_in_words(traced, uses, terminal_width()))
    return 0


def _open_case(assignments: list[str], *, with_own: bool = False) -> Case:
    given: dict[str, Any] = dict(read_assignments(assignments))
    with say_if_slow("Assessing the case, to see what rests on it …"):
        from third_pillar.assessment.case import assess

        return assess(**given, **({"own_figures": True} if with_own else {}))


def _find_uses(traced: RowTrace, assignments: list[str]) -> Uses:
    case = _open_case(assignments, with_own=traced.is_own)
    from third_pillar.assessment.uses import find_uses

    return find_uses(case, traced.key)


def _trace_number(expression: str, assignments: list[str], *, as_json: bool) -> int:
    from third_pillar.assessment.uses import find_number, find_uses

    case = _open_case(assignments)
    try:
        metric = find_number(case, expression.strip())
    except MissingEvidence:
        raise
    except PillarError as error:
        raise ParameterFault(str(error), hint="Numbers are written name(argument, …).") from None
    tables = read_tables()
    rests_on = [_ground(row_id, tables) for row_id in metric.rests_on]
    sources = [read_source(source, tables) for source in metric.source_ids]
    uses = find_uses(case, metric.id)
    if as_json:
        answer_json(
            {
                "kind": "number",
                **metric.model_dump(mode="json"),
                "rests_on": rests_on,
                "sources": [asdict(source) for source in sources],
                "used_by": _uses_as_data(uses),
            }
        )
    else:
        say_lines(_number_in_words(metric, rests_on, sources, uses, terminal_width()))
    return 0


def _ground(row_id: str, tables: Any) -> dict[str, str]:
    """A row that a number rests on, as table, key, figure and unit; an id alone if no row."""
    try:
        found = find_row(row_id, tables)
    except ParameterFault:
        return {"key": row_id, "table": "", "figure": "", "unit": "", "source_id": ""}
    row = found.row
    prefix = "stand_in_" if found.table.resource.name == "gaps" else ""
    figures = [row.text(f"{prefix}{name}") for name in _FIGURES]
    return {
        "key": row_id,
        "table": found.table.resource.name,
        "figure": _figure(*figures),
        "unit": row.text(f"{prefix}unit"),
        "source_id": row.text("source_id"),
    }


def _figure(value: str, low: str, high: str) -> str:
    """A figure with its ends, e.g. "1,000 (400 to 2,000)"; a bound that is not given is "?"."""
    value, low, high = (_grouped(text) for text in (value, low, high))
    ends = f"{low or '?'} to {high or '?'}" if low or high else ""
    return f"{value} ({ends})" if value and ends else value or ends


def _grouped(text: str) -> str:
    """A whole number of five digits or more with its thousands apart."""
    return f"{int(text):,}" if text.isdigit() and len(text) > _YEAR_DIGITS else text


def _row_as_data(traced: RowTrace, uses: Uses | None) -> dict[str, Any]:
    return {
        "kind": "row",
        **asdict(traced),
        "address": f"{traced.table}:{traced.key}",
        "used_by": None if uses is None else _uses_as_data(uses),
    }


def _uses_as_data(uses: Uses) -> dict[str, Any]:
    return {
        "metrics": [
            {"id": m.id, "label": m.label, "value": m.value, "unit": m.unit} for m in uses.metrics
        ],
        "claims": {claim: verdict.verdict for claim, verdict in uses.claims.items()},
    }


def _row_in_words(traced: RowTrace, uses: Uses | None, width: int) -> list[str]:
    cells = traced.cells
    prefix = "stand_in_" if traced.table == "gaps" else ""
    figure = _figure(*(cells.get(f"{prefix}{name}", "") for name in _FIGURES))
    period = ", ".join(filter(None, [cells.get("period", ""), cells.get("period_type", "")]))
    own = " · the reader's own figure" if traced.is_own else ""
    about = [
        (name.removesuffix("_iso3").replace("_", " "), text)
        for name, text in cells.items()
        if name not in _TOLD_APART and text != traced.key
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
                *about,
            ],
            width,
        ),
        *_sources_in_words(traced.sources, width),
        *_history_in_words(traced, width),
        *([] if uses is None else _uses_in_words(uses, width)),
    ]


def _sources_in_words(
    sources: tuple[SourceRecord, ...] | list[SourceRecord], width: int
) -> list[str]:
    return lay_out_items(
        "Sources",
        [
            (
                source.source_id,
                f"{source.title}. {source.publisher}, {source.date or 'undated'}. "
                f"{source.url or 'no address'} (read {source.accessed or 'on no recorded day'}; "
                f"reliability {source.reliability}, credibility {source.credibility}; "
                f"{source.licence})",
            )
            for source in sources
        ],
        width,
    )


def _history_in_words(traced: RowTrace, width: int) -> list[str]:
    editions = [
        (
            "in use" if edition.wins else "      ",
            f"{edition.known_from}  {edition.edition or edition.key}: "
            f"{_figure(edition.value, edition.low, edition.high) or 'no figure'} "
            f"({edition.key}, {edition.source_id})",
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
                f"{known.field}: published {known.published}, here "
                f"{known.corrected or 'left out'} ({known.status}). {known.reason}",
            )
            for known in traced.corrections
        ],
        width,
    )
    lines += lay_out_items(
        "Conflicts",
        [
            (
                d.conflict_id,
                f"{d.topic}: {d.low} to {d.high} {d.unit}; chosen: {d.reading}. {d.why}",
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
            (name, _figure(*(str(figures.get(n, "")) for n in _FIGURES)))
            for name, figures in traced.scenarios.items()
        ],
        width,
    )
    return lines + lay_out_items(
        "Named by",
        _cut([(f"{table}:{key}", "") for table, key in traced.named_by]),
        width,
    )


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


def _number_in_words(
    metric: Metric,
    rests_on: list[dict[str, str]],
    sources: list[SourceRecord],
    uses: Uses,
    width: int,
) -> list[str]:
    from third_pillar.assessment.entries import phrase_value

    ends = ""
    if metric.low is not None and metric.high is not None:
        ends = f"{phrase_value(metric.low)} to {phrase_value(metric.high, metric.unit)}"
    grounds = [
        (f"{g['table'] or 'not a row'}:{g['key']}", f"{g['figure']} {g['unit']}".strip())
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
