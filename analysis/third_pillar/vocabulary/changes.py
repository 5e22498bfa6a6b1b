"""What differs between two reports: compared as records, no file read and nothing phrased.

A number has changed when its three printed figures have; whether the change is more than noise
is settled by the ranges both reports state, or by the Monte Carlo error of a chance.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import ConfigDict, Field

from third_pillar.vocabulary.findings import Findings, Frozen, Gap, Metric

Rows = Mapping[str, Mapping[str, str]]
"""Key of a row to its cells, as text."""

EVENTS_TABLE = "curated/policy_events.csv"
_FIGURES = 3
_TWO_SIDED = 1.96
_DEFAULT_DRAWS = 10_000


class NumberChange(Frozen):
    """One number that reads differently now."""

    id: str
    label: str
    unit: str
    period: str
    before: float | str | None
    after: float | str | None
    label_before: str = Field(default="", description="only where the label was another")
    before_low: float | None = None
    before_high: float | None = None
    after_low: float | None = None
    after_high: float | None = None
    change: float | None = Field(default=None, description="after minus before, in the unit")
    beyond_noise: bool
    noise: str = Field(description="what the change was held against")
    method: str = Field(default="", description="§ of docs/methods.md, as of the later report")
    method_before: str = Field(default="", description="only where the method itself changed")


class ClaimChange(Frozen):
    """One claim of the article whose verdict changed, came or went."""

    claim_id: str
    label: str
    before: str | None
    after: str | None
    reason: str = ""


class EventChange(Frozen):
    """One dated event that is new on record, gone from it, or told differently."""

    event_id: str
    date: str
    event: str
    how: Literal["added", "removed", "revised"]


class GapChange(Frozen):
    """One gap that opened, closed, or has another stand-in."""

    gap_id: str
    what: str
    how: Literal["opened", "closed", "revised"]


class CellChange(Frozen):
    """One cell of a row."""

    field: str
    before: str
    after: str


class RowChange(Frozen):
    """One row of a table of the data package."""

    key: str
    how: Literal["added", "removed", "changed"]
    cells: tuple[CellChange, ...] = ()


class TableChange(Frozen):
    """One file of the data package that differs.

    Rows are named where both versions of the file are kept; else only that it differs.
    """

    table: str
    rows: tuple[RowChange, ...] = ()
    is_listed: bool = Field(description="whether the rows that changed could be found")

    def count(self, how: str) -> int:
        """Rows added, removed or changed."""
        return sum(row.how == how for row in self.rows)


class ValueChange(Frozen):
    """A parameter, or a part of the kit, that is another now."""

    name: str
    before: str
    after: str


class ReportIdentity(Frozen):
    """Which report a side of the comparison is."""

    run_id: str
    lineage: str
    started: str
    as_of: str
    release: str


def _as_printed(schema: dict[str, Any]) -> None:
    """`pillar diff --json` prints the record with three more keys."""
    schema["properties"] |= {
        "matters": {
            "type": "boolean",
            "description": "whether anything a reader relies on changed",
        },
        "sentences": {"type": "array", "items": {"type": "string"}, "description": "to paste"},
        "html": {
            "type": ["string", "null"],
            "description": "path of the page, where one was asked for",
        },
    }
    schema["required"] += ["matters", "sentences", "html"]


class Changes(Frozen):
    """Everything that differs between two reports, the earlier first.

    `numbers` holds every number that reads differently, the largest against its noise first.
    """

    model_config = ConfigDict(json_schema_extra=_as_printed)

    before: ReportIdentity
    after: ReportIdentity
    bottom_line: ValueChange | None = None
    parameters: tuple[ValueChange, ...] = ()
    numbers: tuple[NumberChange, ...] = ()
    numbers_added: tuple[str, ...] = ()
    numbers_removed: tuple[str, ...] = ()
    numbers_compared: int = 0
    claims: tuple[ClaimChange, ...] = ()
    events: tuple[EventChange, ...] = ()
    gaps: tuple[GapChange, ...] = ()
    tables: tuple[TableChange, ...] = ()
    kit: tuple[ValueChange, ...] = ()

    @property
    def moved(self) -> tuple[NumberChange, ...]:
        """Numbers that changed by more than their noise."""
        return tuple(number for number in self.numbers if number.beyond_noise)

    @property
    def matters(self) -> bool:
        """Whether a reader of the earlier report would now read something else."""
        return bool(
            self.bottom_line
            or self.parameters
            or self.moved
            or self.numbers_added
            or self.numbers_removed
            or self.claims
            or self.events
            or self.gaps
            or any(number.method_before for number in self.numbers)
        )

    def to_json(self) -> str:
        """The record as JSON text, with what its readers ask first."""
        return self.model_dump_json(indent=1) + "\n"


def compare_findings(
    before: Findings,
    after: Findings,
    *,
    sides: tuple[ReportIdentity, ReportIdentity],
    tables: Iterable[TableChange] = (),
    events: Iterable[EventChange] = (),
    kit: Iterable[ValueChange] = (),
) -> Changes:
    """What a reader of the earlier findings would now read differently.

    Args:
        before: The earlier findings.
        after: The later ones.
        sides: Which reports they are of.
        tables: Files of the data package that differ.
        events: Dated events that differ, as each report knew them.
        kit: Parts of the kit (code, method, versions) that differ.

    Method:
        §14.1 of docs/methods.md.
    """
    old = {metric.id: metric for metric in before.metrics}
    new = {metric.id: metric for metric in after.metrics}
    draws = (_draws(before), _draws(after))
    numbers = [compare_number(old[id_], new[id_], draws=draws) for id_ in new if id_ in old]
    answers = (before.bottom_line.answer, after.bottom_line.answer)
    return Changes(
        before=sides[0],
        after=sides[1],
        bottom_line=ValueChange(name="answer", before=answers[0], after=answers[1])
        if answers[0] != answers[1]
        else None,
        parameters=compare_values(before.parameters, after.parameters),
        numbers=tuple(sorted(filter(None, numbers), key=_weight, reverse=True)),
        numbers_added=_alone(new, old),
        numbers_removed=_alone(old, new),
        numbers_compared=sum(id_ in old for id_ in new),
        claims=_compare_claims(before, after),
        events=tuple(events),
        gaps=_compare_gaps(before.gaps, after.gaps),
        tables=tuple(tables),
        kit=tuple(kit),
    )


def _alone(of: Mapping[str, Metric], without: Mapping[str, Metric]) -> tuple[str, ...]:
    """Labels of what one report has alone, with the period where the other uses the same label."""
    taken = {metric.label for name, metric in without.items() if name not in of}
    return tuple(
        f"{metric.label}, {metric.period}" if metric.label in taken else metric.label
        for name, metric in of.items()
        if name not in without
    )


def compare_number(
    before: Metric, after: Metric, *, draws: tuple[int, int] = (_DEFAULT_DRAWS, _DEFAULT_DRAWS)
) -> NumberChange | None:
    """The change of one number, or none where it reads the same and its method is the same.

    Args:
        before: The number in the earlier report.
        after: The number in the later one.
        draws: Monte Carlo draws of each.

    Method:
        §14.1 of docs/methods.md.
    """
    is_same = _rounded(before.value) == _rounded(after.value) and before.unit == after.unit
    is_same_method = before.method == after.method
    if is_same and is_same_method:
        return None
    beyond, noise = (False, "reads the same") if is_same else _weigh(before, after, draws)
    both = _is_number(before.value) and _is_number(after.value) and before.unit == after.unit
    return NumberChange(
        id=after.id,
        label=after.label,
        unit=after.unit,
        period=after.period,
        before=before.value,
        after=after.value,
        label_before="" if before.label == after.label else before.label,
        before_low=before.low,
        before_high=before.high,
        after_low=after.low,
        after_high=after.high,
        change=float(after.value) - float(before.value)  # type: ignore[arg-type]
        if both
        else None,
        beyond_noise=beyond,
        noise=noise,
        method=after.method,
        method_before="" if is_same_method else before.method,
    )


def _weigh(before: Metric, after: Metric, draws: tuple[int, int]) -> tuple[bool, str]:
    if before.unit != after.unit:
        return True, "another unit"
    if not (_is_number(before.value) and _is_number(after.value)):
        return True, "known in one report only, or in words"
    was, now = float(before.value), float(after.value)  # type: ignore[arg-type]
    spans = [_span(metric) for metric in (before, after)]
    if any(spans):
        inside = all(
            span is None or span[0] <= value <= span[1]
            for span, value in zip(spans, (now, was), strict=True)
        )
        return not inside, "the range stated"
    if before.kind == after.kind == "chance" and before.unit == "%":
        error = _TWO_SIDED * math.hypot(
            _standard_error(was, draws[0]), _standard_error(now, draws[1])
        )
        return abs(now - was) > error, f"a Monte Carlo error of {error:.2g} percentage points"
    return True, "no range: any change counts"


def _span(metric: Metric) -> tuple[float, float] | None:
    if metric.low is None or metric.high is None or metric.low >= metric.high:
        return None
    return metric.low, metric.high


def _standard_error(percent: float, draws: int) -> float:
    share = min(max(percent / 100, 0.0), 1.0)
    return 100 * math.sqrt(share * (1 - share) / max(draws, 1))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _rounded(value: float | str | None) -> float | str | None:
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return None if value is None else str(value)
    return float(f"{value:.{_FIGURES}g}") + 0.0


def _weight(number: NumberChange) -> tuple[bool, float, str]:
    """Beyond noise first; then by the change against the size of the number."""
    size = 0.0
    if number.change is not None:
        scale = max(abs(float(number.before or 0)), abs(float(number.after or 0)), 1e-12)
        size = abs(number.change) / scale
    return number.beyond_noise, size, number.id


def _draws(findings: Findings) -> int:
    draws = findings.parameters.get("draws", _DEFAULT_DRAWS)
    return draws if isinstance(draws, int) and draws > 0 else _DEFAULT_DRAWS


def compare_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ValueChange, ...]:
    """Names whose values differ, in order of the names."""
    return tuple(
        ValueChange(name=name, before=_shown(before.get(name)), after=_shown(after.get(name)))
        for name in sorted({*before, *after})
        if _shown(before.get(name)) != _shown(after.get(name))
    )


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return "" if value is None else str(value)


def _compare_claims(before: Findings, after: Findings) -> tuple[ClaimChange, ...]:
    changes = []
    for claim in sorted({*before.verdicts, *after.verdicts}):
        old, new = before.verdicts.get(claim), after.verdicts.get(claim)
        said = tuple(one.verdict.value if one else None for one in (old, new))
        known = new or old
        if said[0] != said[1] and known is not None:
            changes.append(
                ClaimChange(
                    claim_id=claim,
                    label=known.label,
                    before=said[0],
                    after=said[1],
                    reason=new.reason if new else "",
                )
            )
    return tuple(changes)


def _compare_gaps(before: Sequence[Gap], after: Sequence[Gap]) -> tuple[GapChange, ...]:
    old = {gap.id: gap for gap in before}
    new = {gap.id: gap for gap in after}
    changes = [
        GapChange(gap_id=id_, what=new[id_].what, how="opened") for id_ in new if id_ not in old
    ]
    changes += [
        GapChange(gap_id=id_, what=old[id_].what, how="closed") for id_ in old if id_ not in new
    ]
    changes += [
        GapChange(gap_id=id_, what=new[id_].what, how="revised")
        for id_ in new
        if id_ in old and old[id_].stand_in != new[id_].stand_in
    ]
    return tuple(changes)


def compare_rows(table: str, before: Rows | None, after: Rows | None) -> TableChange:
    """Rows that came, went or have another cell; none listed where a version is not at hand."""
    if before is None or after is None:
        return TableChange(table=table, is_listed=False)
    rows = [RowChange(key=key, how="added") for key in after if key not in before]
    rows += [RowChange(key=key, how="removed") for key in before if key not in after]
    for key in after:
        if key in before and before[key] != after[key]:
            cells = tuple(
                CellChange(
                    field=name,
                    before=before[key].get(name, ""),
                    after=after[key].get(name, ""),
                )
                for name in {**before[key], **after[key]}
                if before[key].get(name, "") != after[key].get(name, "")
            )
            rows.append(RowChange(key=key, how="changed", cells=cells))
    return TableChange(table=table, rows=tuple(rows), is_listed=True)


def compare_events(
    before: Rows | None, after: Rows | None, *, as_of: tuple[str, str]
) -> tuple[EventChange, ...]:
    """Dated events that came onto record, left it, or are told differently.

    Args:
        before: Rows of the earlier report's table of events; none where they are not kept.
        after: Those of the later one.
        as_of: The date each report looks from; what was not known by then does not count.
    """
    if before is None or after is None:
        return ()
    old, new = _known(before, as_of[0]), _known(after, as_of[1])
    found = [(id_, new[id_], "added") for id_ in new if id_ not in old]
    found += [(id_, old[id_], "removed") for id_ in old if id_ not in new]
    found += [
        (id_, new[id_], "revised")
        for id_ in new
        if id_ in old
        and any(old[id_].get(n) != new[id_].get(n) for n in ("date", "event", "status"))
    ]
    return tuple(
        EventChange(event_id=id_, date=row.get("date", ""), event=row.get("event", ""), how=how)
        for id_, row, how in sorted(found, key=lambda one: (one[1].get("date", ""), one[0]))
    )


def _known(rows: Rows, as_of: str) -> dict[str, Mapping[str, str]]:
    """Rows known by a date; one without a usable date is left in, not lost."""
    kept = {}
    for id_, row in rows.items():
        try:
            known = dt.date.fromisoformat(row.get("known_from", ""))
        except ValueError:
            kept[id_] = row
            continue
        if known.isoformat() <= as_of:
            kept[id_] = row
    return kept
