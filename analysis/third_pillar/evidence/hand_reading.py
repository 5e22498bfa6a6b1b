"""A reading by hand: claim by claim a verdict of the closed list, with a reason."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from third_pillar.vocabulary.codes import Verdict
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import nearest

VERDICT_COLUMNS = ("verdict", "hand_verdict")
REASON_COLUMNS = ("reason", "hand_reason")
_VALID = tuple(map(str, Verdict))


def read_hand_reading(path: Path) -> dict[str, tuple[Verdict, str]]:
    """Claim id → verdict and reason ("" where none is given), in the order of the file.

    The file is CSV in UTF-8 with the columns claim_id, verdict (or hand_verdict) and, if wanted,
    reason (or hand_reason).

    Raises:
        ParameterFault: The file cannot be read, lacks a column, or has rows that say nothing
            valid; all of them at once, by line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ParameterFault(f"{str(path)!r} is no text in UTF-8") from None
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise ParameterFault(f"{str(path)!r} cannot be read: {said}") from None
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise ParameterFault(f"{str(path)!r} is not CSV ({error})") from None
    header = list(rows[0]) if rows else []
    column = next((name for name in VERDICT_COLUMNS if name in header), "")
    if "claim_id" not in header or not column:
        raise ParameterFault(
            f"{str(path)!r} needs the columns claim_id and verdict, and rows below them",
            hint=f"Verdicts are: {', '.join(_VALID)}.",
        )
    reason = next((name for name in REASON_COLUMNS if name in header), "")
    return _read_rows(str(path), rows, column, reason)


def _read_rows(
    path: str, rows: list[dict[str, str]], column: str, reason: str
) -> dict[str, tuple[Verdict, str]]:
    read: dict[str, tuple[Verdict, str]] = {}
    faults = []
    for line, row in enumerate(rows, start=2):
        claim, verdict = (row["claim_id"] or "").strip(), (row[column] or "").strip().casefold()
        if not claim:
            faults.append(f"row {line}: no claim_id")
        elif claim in read:
            faults.append(f"row {line}: {claim} stands there twice")
        elif verdict not in _VALID:
            faults.append(f"row {line}: {claim} has {verdict!r}.{nearest(verdict, _VALID)}")
        else:
            read[claim] = (Verdict(verdict), (row.get(reason) or "").strip() if reason else "")
    if faults:
        raise ParameterFault(
            f"{path!r} has rows that cannot be read:\n" + "\n".join(f"  {f}" for f in faults),
            hint=f"Verdicts are: {', '.join(_VALID)}.",
        )
    return read
