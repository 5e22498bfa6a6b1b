"""`pillar data trace`: one figure, from its source to what rests on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from third_pillar import evidence
from third_pillar.cli.answer import answer_json
from third_pillar.cli.claims_case import say_if_slow
from third_pillar.cli.data_trace_shown import phrase_figure, phrase_number, phrase_row
from third_pillar.cli.reporting import read_assignments
from third_pillar.cli.terminal import say_lines, terminal_width
from third_pillar.evidence.overlay_files import find_overlay
from third_pillar.evidence.reading import Table
from third_pillar.evidence.tables import find_row, read_tables
from third_pillar.evidence.tracing import (
    RowTrace,
    read_source,
    read_unit_words,
    trace_row,
    unit_in_words,
)
from third_pillar.vocabulary.errors import MissingEvidence, ParameterFault, PillarError
from third_pillar.vocabulary.metrics import METRICS
from third_pillar.vocabulary.parameters import nearest

if TYPE_CHECKING:
    from third_pillar.assessment.case import Case
    from third_pillar.assessment.uses import Uses

_FIGURES = ("value", "low", "high")


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
        say_lines(phrase_row(traced, uses, terminal_width(), units=read_unit_words(tables)))
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

    tables = read_tables()
    _refuse_unknown_places(expression, tables)
    case = _open_case(assignments)
    try:
        metric = find_number(case, expression.strip())
    except MissingEvidence:
        raise
    except PillarError as error:
        raise ParameterFault(str(error), hint="Numbers are written name(argument, …).") from None
    rests_on = [_ground(row_id, tables) for row_id in metric.rests_on]
    sources = [read_source(source, tables) for source in metric.source_ids]
    uses = find_uses(case, metric.id)
    if as_json:
        answer_json(
            {
                "traced": "number",
                **metric.model_dump(mode="json"),
                "rests_on": rests_on,
                "sources": [asdict(source) for source in sources],
                "used_by": _uses_as_data(uses),
            }
        )
    else:
        say_lines(phrase_number(metric, rests_on, sources, uses, terminal_width()))
    return 0


def _refuse_unknown_places(expression: str, tables: Mapping[str, Table]) -> None:
    """A country that no list has is a slip of the pen, not a figure that is missing.

    Raises:
        ParameterFault: It names the country that is not known, and the nearest that is.
    """
    name, _, inside = expression.strip().removesuffix(")").partition("(")
    named = METRICS.get(name.strip())
    if named is None:
        return
    countries = {row.text("country_iso3"): row.text("name") for row in tables["countries"].rows}
    codes = {country.casefold(): code for code, country in countries.items()}
    for (argument, kind), given in zip(named.arguments, inside.split(","), strict=False):
        code = given.strip()
        if kind == "country" and code not in countries:
            meant = codes.get(code.casefold())
            near = f" Did you mean {meant!r}?" if meant else nearest(code, tuple(countries))
            raise ParameterFault(
                f"{expression.strip()}: {argument} = {code}: no such country.{near}",
                hint=f"Known: {', '.join(countries)}.",
            )


def _ground(row_id: str, tables: Any) -> dict[str, str]:
    """A row that a number rests on, as table, key, figure and unit; an id alone if no row."""
    try:
        found = find_row(row_id, tables)
    except ParameterFault:
        return {
            "key": row_id,
            "table": "",
            "figure": "",
            "unit": "",
            "unit_words": "",
            "source_id": "",
        }
    row = found.row
    prefix = "stand_in_" if found.table.resource.name == "gaps" else ""
    figures = [row.text(f"{prefix}{name}") for name in _FIGURES]
    return {
        "key": row_id,
        "table": found.table.resource.name,
        "figure": phrase_figure(*figures),
        "unit": row.text(f"{prefix}unit"),
        "unit_words": unit_in_words(row.text(f"{prefix}unit"), tables),
        "source_id": row.text("source_id"),
    }


def _row_as_data(traced: RowTrace, uses: Uses | None) -> dict[str, Any]:
    return {
        "traced": "row",
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
