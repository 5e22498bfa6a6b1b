"""A proposal: the rows a refresh found, set beside what is here, in a folder of their own.

Nothing in `data/curated/` changes by making one. `rows.csv` holds the rows in the long form,
`what.md` says in words what they would change, `tables/` holds the rows a curated table can take
(yours to edit before accepting), `proposal.json` where all of it came from.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.candidates import ORDER, Change
from third_pillar.evidence.connectors.catalogue import Source
from third_pillar.evidence.connectors.payload import RawPayload
from third_pillar.evidence.files import (
    read_json,
    storage_faults,
    write_json,
    write_whole,
)
from third_pillar.evidence.spreadsheet import guard_cell
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import nearest

RECORD, ROWS, WORDS, TABLES = "proposal.json", "rows.csv", "what.md", "tables"


@dataclass(frozen=True)
class Proposal:
    """One proposal.

    Attributes:
        id: Name of its folder.
        folder: Where it lies.
        source: Whose rows.
        payloads: What they were read from.
        asked: What was asked for.
        rows: Their count.
        against: What they were compared with, in words.
        changes: What they would change.
        remarks: What a reader must know.
        source_row: Row of sources.csv that accepted rows cite; empty where none can be accepted.
    """

    id: str
    folder: Path
    source: Source
    payloads: tuple[RawPayload, ...]
    asked: Mapping[str, str]
    rows: int
    against: str
    changes: tuple[Change, ...]
    remarks: tuple[str, ...]
    source_row: Mapping[str, str]

    @property
    def counts(self) -> dict[str, int]:
        """How many changes of each kind, most important kind first."""
        counted = Counter(change.kind for change in self.changes)
        return {kind: counted[kind] for kind in ORDER if counted[kind]}

    @property
    def takes(self) -> dict[str, list[Mapping[str, str]]]:
        """Table to the rows it would take."""
        found: dict[str, list[Mapping[str, str]]] = {}
        for change in self.changes:
            if change.row:
                found.setdefault(change.table, []).append(change.row)
        return found

    def record(self) -> dict[str, Any]:
        """All of it but rows and changes, as data."""
        source = {key: value for key, value in asdict(self.source).items() if key != "by_hand"}
        return {
            "id": self.id,
            "source": source,
            "made_at": dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
            "asked": dict(self.asked),
            "payloads": [payload.record() for payload in self.payloads],
            "rows": self.rows,
            "against": self.against,
            "counts": self.counts,
            "tables": {name: len(rows) for name, rows in self.takes.items()},
            "remarks": list(self.remarks),
            "source_row": dict(self.source_row),
        }


def write_proposal(proposal: Proposal, frame: pd.DataFrame) -> Proposal:
    """The proposal, once its folder is written whole.

    Raises:
        StorageFault: It cannot be written; nothing is left behind.
    """
    building = proposal.folder.with_name(f".{proposal.folder.name}-{uuid.uuid4().hex}")
    try:
        with storage_faults(proposal.folder):
            building.mkdir(parents=True)
        write_whole(building / ROWS, _as_csv(frame))
        for name, rows in proposal.takes.items():
            write_whole(building / TABLES / f"{name}.csv", rows_as_csv(rows))
        write_whole(building / WORDS, "\n".join(describe(proposal)) + "\n")
        write_json(building / RECORD, proposal.record())
        with storage_faults(proposal.folder):
            building.replace(proposal.folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return proposal


def name_proposal(cache: Cache, source: Source, payloads: Sequence[RawPayload]) -> Path:
    """A folder for a new proposal; its name sorts by time."""
    now = dt.datetime.now(tz=dt.UTC).strftime("%Y%m%dT%H%M%S%f")[:-3]
    return cache.proposals / f"{source.id}-{now}-{payloads[0].sha256[:8]}"


def find_proposal(cache: Cache, name: str) -> tuple[Path, dict[str, Any]]:
    """Folder and record of a proposal by its id, its path, or `latest`.

    Raises:
        ParameterFault: There is none of that name; names the nearest.
    """
    known = {path.parent.name: path.parent for path in cache.proposals.glob(f"[!.]*/{RECORD}")}
    if name == "latest" and known:
        name = max(known, key=lambda one: one.split("-")[-2])
    folder = known.get(Path(name.rstrip("/")).name)
    record = read_json(folder / RECORD) if folder else None
    if folder is None or record is None:
        near = nearest(name, tuple(known))
        raise ParameterFault(
            f"there is no proposal {name!r}.{near}",
            hint=f"Known: {', '.join(sorted(known)[-5:])}, or latest."
            if known
            else "Make one first: pillar data refresh SOURCE.",
        )
    return folder, record


def last_rows(cache: Cache, source: Source, asked: Mapping[str, str]) -> tuple[str, Path] | None:
    """Id and rows file of the newest proposal of the same question; None where there is none."""
    found = []
    for path in cache.proposals.glob(f"{source.id}-*/{RECORD}"):
        record = read_json(path)
        if record and record.get("asked") == dict(asked):
            found.append((path.parent.name, path.parent / ROWS))
    return max(found, default=None)


def rows_as_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as CSV text with their columns in the order of the first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _as_csv(frame: pd.DataFrame) -> str:
    """The rows as CSV; text of a publisher that a spreadsheet would run is marked as text."""
    guarded = frame.copy()
    for name in list(map(str, guarded.select_dtypes("string").columns)):
        guarded[name] = guarded[name].map(guard_cell, na_action="ignore")
    return guarded.to_csv(index=False, lineterminator="\n")


def describe(proposal: Proposal) -> list[str]:
    """The proposal in words, as `what.md` has it."""
    lines = [f"# {proposal.source.title}: {counted(proposal.rows, 'row')} proposed", ""]
    for payload in proposal.payloads:
        lines.append(f"- {payload.address}, retrieved {payload.retrieved_at}")
        lines.append(f"  sha256 {payload.sha256}, {payload.size:,} bytes")
    lines.append(f"- Terms: {proposal.source.licence}")
    lines += [f"- Note: {remark}" for remark in proposal.remarks]
    lines += ["", f"Compared with {proposal.against}."]
    for kind in proposal.counts:
        some = [change for change in proposal.changes if change.kind == kind]
        lines += ["", f"## {kind} ({len(some)})", ""]
        lines += [f"- {change.table}: {change.words}" for change in some]
    return lines


def with_changes(proposal: Proposal, changes: Sequence[Change], against: str) -> Proposal:
    """The same proposal with what it would change."""
    return replace(proposal, changes=tuple(changes), against=against)
