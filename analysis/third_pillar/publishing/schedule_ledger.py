"""Which slots were done: a file that only grows, and one lock an entry.

A line is written when a slot is over, not before: killed in between, the slot is due again. The
lock belongs to the process and ends with it, however it ends.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from third_pillar.publishing.atomic import storage_faults
from third_pillar.publishing.locks import hold_lock

LEDGER = "ledger.jsonl"
_LOCK = "ledger.lock"


@dataclass(frozen=True)
class Line:
    """What became of one slot.

    Attributes:
        entry: Name of the entry.
        state: "registered" where an entry was first seen; its slots count from `slot` on.
        slot: The moment, in UTC.
        at: When the line was written, in UTC.
        missed: Slots before this one that nobody ran.
        run_id: The report; empty where there is none.
        said: Why it failed, or what followed.
    """

    entry: str
    state: Literal["registered", "done", "failed"]
    slot: str
    at: str
    missed: int = 0
    run_id: str = ""
    said: str = ""

    @property
    def moment(self) -> dt.datetime:
        """The slot as a moment."""
        return dt.datetime.fromisoformat(self.slot)


class Ledger:
    """The ledger of one reports folder.

    Args:
        folder: `schedule/` below the reports folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / LEDGER

    def read(self) -> list[Line]:
        """Every line, oldest first; part of a last line, left by a kill, does not count."""
        try:
            content = self.path.read_bytes()
        except OSError:
            return []
        return [line for text in content.split(b"\n") if (line := _parse(text)) is not None]

    def last_slots(self) -> dict[str, dt.datetime]:
        """Entry to its latest slot that is over, or from which its slots count."""
        found: dict[str, dt.datetime] = {}
        for line in self.read():
            found[line.entry] = max(line.moment, found.get(line.entry, line.moment))
        return found

    def append(self, line: Line) -> None:
        """Add a line, whole.

        Raises:
            StorageFault: It cannot be written.
        """
        with hold_lock(self.folder / _LOCK), storage_faults(self.path):
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            with os.fdopen(handle, "r+b") as file:
                content = file.read()
                file.truncate(content.rfind(b"\n") + 1)
                file.seek(0, os.SEEK_END)
                file.write(json.dumps(asdict(line), ensure_ascii=False).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def hold(self, entry: str) -> AbstractContextManager[bool]:
        """Whether this process alone may run an entry now.

        Raises:
            StorageFault: The folder cannot be written.
        """
        return hold_lock(self.folder / f"{entry}.lock", wait=False)


def _parse(text: bytes) -> Line | None:
    try:
        line = Line(**json.loads(text))
        is_whole = line.moment.tzinfo is not None and line.state in {"registered", "done", "failed"}
    except (ValueError, TypeError):
        return None
    return line if is_whole else None
