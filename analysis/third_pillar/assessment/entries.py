"""Everything about one claim in one place: what is claimed, its verdict, and what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from third_pillar.assessment.case import Case
from third_pillar.assessment.claim_levers import LeverRecord, assess_levers
from third_pillar.assessment.ledger import select_evidence
from third_pillar.assessment.rows import find_unit_words
from third_pillar.evidence import Evidence
from third_pillar.vocabulary.amounts import attach_unit, find_distance_unit
from third_pillar.vocabulary.findings import ClaimVerdict, Metric

_KEYS = (
    "figure_id", "project_id", "event_id", "control_id", "assumption_id", "gap_id", "conflict_id",
)  # fmt: skip
_DIGITS = 4
_Rows = Mapping[str, tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class SourceNote:
    """A source as a reader needs it; reliability and credibility are marks of the Admiralty code.

    `date` is YYYY-MM-DD or the part of it that is known; `url` may be "".
    """

    source_id: str
    title: str
    publisher: str
    date: str
    url: str
    reliability: str
    credibility: str


@dataclass(frozen=True)
class EvidenceNote:
    """One row of evidence on a claim, with its source."""

    evidence_id: str
    stance: str
    summary: str
    figure: str
    unit: str
    date: str
    source: SourceNote


@dataclass(frozen=True)
class Ground:
    """A metric, row or event the verdict rests on, in words; `table` is "" for a metric."""

    id: str
    table: str
    text: str


@dataclass(frozen=True)
class ClaimEntry:
    """One claim of the article with all that is known of it.

    Attributes:
        claim: The row of the ledger, as text: paraphrase, fragment, char_start, char_end,
            speaker, claim_type, topic, hand_verdict, hand_reason, note and so on.
        verdict: What the kit says.
        grounds: What the verdict rests on, apart from rows of `evidence`.
        evidence: Rows on record by `as_of`, in the ledger's order.
        sources: Those the verdict itself names.
        lever: The lever in words, or "".
        lever_record: The lever's indicator and the events on record of it.
    """

    claim_id: str
    claim: Mapping[str, str]
    verdict: ClaimVerdict
    grounds: tuple[Ground, ...]
    evidence: tuple[EvidenceNote, ...]
    sources: tuple[SourceNote, ...]
    lever: str
    lever_record: tuple[Ground, ...]


def collect_entries(case: Case, claim_ids: Iterable[str] | None = None) -> tuple[ClaimEntry, ...]:
    """One entry a claim that bears on the candidate, in the order of the ledger.

    Args:
        case: The assessed case.
        claim_ids: Only these; by default every claim with a verdict.
    """
    wanted = [claim for claim in case.verdicts if claim_ids is None or claim in set(claim_ids)]
    claims = case.results.article.claims.set_index("claim_id", drop=False)
    rows = select_evidence(case.results, tuple(wanted))
    found = _index_rows(case.results.evidence)
    levers: dict[str, LeverRecord] = {}
    if any(case.verdicts[claim].lever for claim in wanted):
        levers = {record.lever: record for record in assess_levers(case.results)}
    return tuple(
        _entry(
            case,
            {str(key): _text(value) for key, value in claims.loc[claim].items()},
            rows[rows["claim_id"] == claim],
            found,
            levers.get(case.verdicts[claim].lever),
        )
        for claim in wanted
    )


def _entry(
    case: Case,
    claim: Mapping[str, str],
    rows: pd.DataFrame,
    found: _Rows,
    lever: LeverRecord | None,
) -> ClaimEntry:
    evidence = case.results.evidence
    verdict = case.verdicts[claim["claim_id"]]
    own = set(case.results.article.evidence["evidence_id"])
    return ClaimEntry(
        claim_id=claim["claim_id"],
        claim=claim,
        verdict=verdict,
        grounds=tuple(
            _ground(case, row_id, found) for row_id in verdict.rests_on if row_id not in own
        ),
        evidence=tuple(_evidence_note(evidence, row) for row in rows.to_dict("records")),
        sources=tuple(note_source(evidence, source) for source in verdict.source_ids),
        lever="" if lever is None else lever.label,
        lever_record=() if lever is None else _lever_record(case, lever, found),
    )


def note_source(evidence: Evidence, source_id: str) -> SourceNote:
    """A source by its id; one not on record by `as_of` has only its id."""
    if source_id not in evidence.sources.index:
        return SourceNote(source_id, "", "", "", "", "", "")
    row = {str(key): _text(value) for key, value in evidence.sources.loc[source_id].items()}
    length = {"year": 4, "month": 7}.get(row["date_precision"], 10)
    return SourceNote(
        source_id=source_id,
        title=row["title"],
        publisher=row["publisher"],
        date=row["date"][:length],
        url=row["url"],
        reliability=row["reliability"],
        credibility=row["credibility"],
    )


def phrase_value(value: float, unit: str = "") -> str:
    """A number to four digits with its unit, e.g. "1,730 t NdPr oxide" or "0.66 %"."""
    rounded = float(f"{value:.{_DIGITS}g}")
    number = f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,}"
    return attach_unit(number, unit)


def phrase_published(figure: str, unit: str) -> str:
    """A figure as its source has it, e.g. "Rs 7,280 crore" or "2026-11-10", or nothing."""
    if not figure or unit in _WITHOUT_UNIT:
        return figure
    grouped = re.sub(r"(?<![\d.])\d{4,}", lambda found: f"{int(found[0]):,}", figure)
    return attach_unit(grouped, unit)


_WITHOUT_UNIT = ("date", "year")


def phrase_range(verdict: ClaimVerdict) -> str:
    """The measured value with its range and unit; "" where nothing was measured."""
    if verdict.value is None:
        return ""
    said = phrase_value(verdict.value, verdict.unit)
    if verdict.low is None or verdict.high is None or verdict.low == verdict.high:
        return said
    return f"{said} (range {phrase_ends(verdict.low, verdict.high)})"


def phrase_ends(low: float, high: float, unit: str = "") -> str:
    """The ends of a range, e.g. "17 to 22" or "rank 2 to 4"."""
    return attach_unit(f"{phrase_value(low)} to {phrase_value(high)}", unit)


def phrase_margin(margin: float, unit: str) -> str:
    """How far the value lies from the nearest threshold, e.g. "1.256 percentage points from …"."""
    return f"{phrase_value(margin, find_distance_unit(unit))} from the nearest threshold"


def _evidence_note(evidence: Evidence, row: Mapping[Any, Any]) -> EvidenceNote:
    cells = {str(key): _text(value) for key, value in row.items()}
    return EvidenceNote(
        evidence_id=cells["evidence_id"],
        stance=cells["stance"],
        summary=cells["summary"],
        figure=cells["figure"],
        unit=cells["unit"],
        date=cells["date"],
        source=note_source(evidence, cells["source_id"]),
    )


def _lever_record(case: Case, lever: LeverRecord, found: _Rows) -> tuple[Ground, ...]:
    read = lever.indicator
    indicator = () if read is None else (Ground(read.id, "", _phrase_metric(read)),)
    return (*indicator, *(_ground(case, event, found) for event in lever.events))


def _ground(case: Case, row_id: str, found: _Rows) -> Ground:
    metric = case.metrics.get(row_id)
    if metric is not None:
        return Ground(row_id, "", _phrase_metric(metric))
    table, row = found.get(row_id, ("", {}))
    return Ground(row_id, table, _phrase_row(case.results.evidence, row))


def _phrase_metric(metric: Metric) -> str:
    value = metric.value
    shown = value if isinstance(value, str) or value is None else phrase_value(value, metric.unit)
    return (
        f"{metric.label}: {shown} ({metric.period})"
        if metric.period
        else f"{metric.label}: {shown}"
    )


def _phrase_row(evidence: Evidence, row: Mapping[str, Any]) -> str:
    cells = {key: _text(value) for key, value in row.items()}
    if cells.get("event"):
        return f"{cells['date'][:10]}: {cells['event']}"
    who = [cells.get(name, "") for name in ("label", "plant", "what", "entity", "stage", "product")]
    country = cells.get("country_iso3", "")
    said = ", ".join(filter(None, [*who, evidence.country_name(country) if country else ""]))
    if cells.get("value"):
        unit = find_unit_words(evidence, cells.get("unit", ""))
        said += f": {phrase_value(float(row['value']), unit)}"
    period = cells.get("period") or cells.get("month", "")
    return f"{said} ({period})" if period else said


def _index_rows(evidence: Evidence) -> _Rows:
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for name, table in evidence.tables.glance():
        key = next(iter(table.rows[0]), None) if table.rows else None
        if key not in _KEYS:
            continue
        for row in table.rows:
            found.setdefault(str(row[key]), (name, row))
    return found


def _text(value: Any) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)
