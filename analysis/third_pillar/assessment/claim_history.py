"""Recording verdicts: what changed since the last record, and which rows made it change."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from third_pillar.assessment.claim_rows import locate_row
from third_pillar.evidence import append_history
from third_pillar.evidence.history import HistoryEntry
from third_pillar.vocabulary.errors import PillarError
from third_pillar.vocabulary.findings import ClaimVerdict

if TYPE_CHECKING:
    from third_pillar.assessment.case import Case

FIRST = "first record"
_TEST = "test"
_MANY = 6
_Rows = dict[str, tuple[str, str]]


def record_verdicts(
    case: Case, *, on: dt.date, root: Path | None = None
) -> tuple[HistoryEntry, ...]:
    """The entries appended to the article's history: claims whose verdict or way changed.

    Args:
        case: The case of the article's own subject, at the defaults.
        on: Day of the record.
        root: Folder of the project; found where not given.

    Returns:
        The new entries, in the order of the ledger; none where nothing changed.

    Raises:
        PillarError: The case is of another country or scenario, or the history already holds
            another verdict for this or a later day.
        StorageFault: The file cannot be written.

    Method:
        §6.8 of docs/methods.md.
    """
    parameters = case.results.question.parameters
    if not case.results.is_about_candidate or parameters.scenario != "baseline":
        raise PillarError(
            "the history is that of the article's own subject under the baseline; "
            f"this case is of {case.results.candidate}, scenario {parameters.scenario}",
            hint="Record without -p candidate and -p scenario.",
        )
    last = _last_entries(case)
    fresh = tuple(
        entry
        for claim_id, verdict in case.settled.items()
        if (entry := _entry(case, claim_id, verdict, last.get(claim_id), on)) is not None
    )
    late = [entry.claim_id for entry in fresh if _is_taken(last.get(entry.claim_id), on)]
    newest = max((str(entry["date"]) for entry in last.values()), default="")
    if late or (fresh and newest > on.isoformat()):
        raise PillarError(
            f"the history already holds entries for {newest or on.isoformat()}: "
            f"{', '.join(late) or 'it only grows forward'}",
            hint="A claim has one verdict a day: record on a later day.",
        )
    if fresh:
        append_history(parameters.article, fresh, root=root)
    return fresh


def _last_entries(case: Case) -> dict[str, dict[str, str]]:
    history = case.results.article.history
    if history.empty:
        return {}
    rows = history.assign(date=history["date"].dt.strftime("%Y-%m-%d")).to_dict("records")
    return {str(row["claim_id"]): {str(k): str(v) for k, v in row.items()} for row in rows}


def _is_taken(last: dict[str, str] | None, on: dt.date) -> bool:
    return last is not None and last["date"] >= on.isoformat()


def _entry(
    case: Case, claim_id: str, verdict: ClaimVerdict, last: dict[str, str] | None, on: dt.date
) -> HistoryEntry | None:
    if last and (last["verdict"], last["how"]) == (verdict.verdict.value, verdict.how.value):
        return None
    rows = _fingerprints(case, claim_id, verdict)
    release = case.results.evidence.release
    return HistoryEntry(
        date=on.isoformat(),
        claim_id=claim_id,
        verdict=verdict.verdict.value,
        how=verdict.how.value,
        value="" if verdict.value is None else f"{verdict.value:.6g}",
        data=f"{release.version}+{release.sha256[:12]}",
        rows=";".join(f"{row}@{figure}@{digits}" for row, (figure, digits) in rows.items()),
        because=_because(rows, last, verdict) if last else FIRST,
    )


def _fingerprints(case: Case, claim_id: str, verdict: ClaimVerdict) -> _Rows:
    """Row id → its figure as text and its fingerprint; the claim's test is one of the rows."""
    found: _Rows = {}
    test = case.results.article.tests.get(claim_id)
    if test is not None:
        digest = hashlib.sha256(test.model_dump_json().encode()).hexdigest()[:8]
        found[_TEST] = ("", digest)
    for row_id in verdict.rests_on:
        row = locate_row(case.results.evidence, row_id, article=case.results.article)
        if row is not None:
            figure = row.figure
            found[row_id] = ("" if figure is None else f"{figure:.6g}", row.fingerprint)
    return found


def read_fingerprints(text: str) -> _Rows:
    """The rows of an entry, from its cell."""
    parts = (part.rsplit("@", 2) for part in text.split(";") if part)
    return {row: (figure, digits) for row, figure, digits in parts}


def _because(rows: _Rows, last: dict[str, str], verdict: ClaimVerdict) -> str:
    """What differs from the last entry, in words: rows first, then the way it is settled."""
    before = read_fingerprints(last["rows"])
    said = []
    if last["how"] != verdict.how.value:
        said.append(f"settled another way: {verdict.how.value}, before {last['how']}")
    if _TEST in before and _TEST in rows and before[_TEST] != rows[_TEST]:
        said.append("its test changed")
    changed = [row for row in rows if row in before and before[row] != rows[row] and row != _TEST]
    said += [_phrase_row(row, before[row][0], rows[row][0]) for row in changed[:_MANY]]
    for word, names in (
        ("on record now", [row for row in rows if row not in before and row != _TEST]),
        ("no longer counted", [row for row in before if row not in rows and row != _TEST]),
        ("more rows changed", changed[_MANY:]),
    ):
        if names:
            more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
            said.append(f"{word}: {', '.join(names[:_MANY])}{more}")
    return "; ".join(said) or "the method or another input changed, none of its rows did"


def _phrase_row(row: str, before: str, after: str) -> str:
    if before == after:
        return f"row {row} changed"
    return f"row {row} changed from {before or 'nothing'} to {after or 'nothing'}"
