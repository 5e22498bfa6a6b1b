"""Nothing due, said without loading what reads and checks the schedule.

A machine asks every few minutes and the answer is nearly always no. The last full look leaves
beside the ledger the moment before which nothing can be due; it holds while the schedule and the
ledger are the files they were, and for a few hours at most, as time zones may change their rules.
Only the standard library is imported here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

import third_pillar

HOURS = 6
_NOTE = "quiet.json"
_SCHEDULE = ("reports", "schedule.yml")
_LEDGER = "ledger.jsonl"


def find_quiet(root: Path, reports: Path, *, now: dt.datetime) -> str:
    """What there is to say if nothing can be due now; nothing where one has to look.

    Args:
        root: Project folder.
        reports: Reports folder.
        now: The moment.
    """
    try:
        note = json.loads((reports / "schedule" / _NOTE).read_text(encoding="utf-8"))
        since, until = (dt.datetime.fromisoformat(note[key]) for key in ("since", "until"))
        said = str(note["said"])
        is_same = note["state"] == _state(root, reports)
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return said if is_same and since <= now < until else ""


def likely_folders() -> tuple[Path, Path]:
    """Project and reports folder, found as `project_root` finds them but not checked."""
    named = os.environ.get("PILLAR_ROOT", "")
    root = Path(named) if named else Path(third_pillar.__file__).resolve().parents[2]
    reports = os.environ.get("PILLAR_REPORTS")
    return root, Path(reports).expanduser().absolute() if reports else root / "reports"


def note_quiet(
    root: Path, reports: Path, *, now: dt.datetime, next_slot: dt.datetime | None, said: str
) -> None:
    """Leave a note that nothing is due before the next slot; not where it cannot be written.

    Args:
        root: Project folder.
        reports: Reports folder.
        now: The moment of the look, in UTC.
        next_slot: The first slot to come; none where no entry is enabled.
        said: What to say until then.
    """
    latest = now + dt.timedelta(hours=HOURS)
    until = min(next_slot, latest) if next_slot else latest
    path = reports / "schedule" / _NOTE
    temporary = path.with_name(f"{_NOTE}.{os.getpid()}")
    with suppress(OSError):
        note = {
            "state": _state(root, reports),
            "since": now.isoformat(),
            "until": until.isoformat(),
            "said": said,
        }
        temporary.write_text(json.dumps(note), encoding="utf-8")
        temporary.replace(path)


def _state(root: Path, reports: Path) -> list[str]:
    """What the note depends on: the schedule by content, the ledger by size and time."""
    schedule = root.resolve().joinpath(*_SCHEDULE)
    content = schedule.read_bytes() if schedule.is_file() else b""
    digest = hashlib.sha256(str(schedule).encode() + b"\0" + content).hexdigest()
    ledger = (reports / "schedule" / _LEDGER).stat()
    return [digest, str(ledger.st_size), str(ledger.st_mtime_ns)]
