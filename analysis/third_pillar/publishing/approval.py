"""Who approved which report: an append-only record, void as soon as the report differs.

`approvals.jsonl` in the archive's folder has one line an approval. Each line holds the sha256 of
the report as the approver saw it, of the report as it was then written, of its findings, and of
the line before. A report or a line that was changed shows in `pillar archive verify`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from third_pillar.evidence.files import sync_folder
from third_pillar.publishing.archive import PUBLISHED_LINK, Archive, ArchivedRun
from third_pillar.publishing.atomic import storage_faults, switch_link
from third_pillar.publishing.locks import hold_lock
from third_pillar.publishing.manifest import find_faults, replace_file
from third_pillar.publishing.state_band import State, read_state, show_state
from third_pillar.vocabulary.errors import ParameterFault, StorageFault

RECORD = "approvals.jsonl"
REPORT = "report.html"
FINDINGS = "findings.json"
LOCK = ".lock"
_STATES: dict[str, State] = {"draft": "draft", "reviewed": "reviewed", "published": "published"}
_LONGEST_NAME = 200
_LONGEST_NOTE = 2_000


@dataclass(frozen=True)
class Approval:
    """One line of the record; every field is text, an absent one is empty."""

    run_id: str
    lineage: str
    state: str
    by: str
    at: str
    embargo: str
    note: str
    seen_sha256: str
    report_sha256: str
    findings_sha256: str
    previous: str


@dataclass(frozen=True)
class Standing:
    """Where a run stands between draft and published.

    Attributes:
        state: What a reader may take it for.
        embargo: Not for readers before this moment.
        approval: The line of the record that says so; none for a draft, or where the profile
            publishes by itself.
        void: Why the last approval does not count, or nothing.
    """

    state: State
    embargo: dt.datetime | None = None
    approval: Approval | None = None
    void: str = ""

    def is_public(self, at: dt.datetime) -> bool:
        """Whether readers may have it at that moment."""
        return self.state == "published" and (self.embargo is None or at >= self.embargo)


class Approvals:
    """The record of one archive."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.path = archive.folder / RECORD

    def read(self) -> list[Approval]:
        """Every approval, oldest first; lines that do not hold are left out."""
        return [approval for approval, _ in self._lines() if approval is not None]

    def verify(self, runs: Iterable[ArchivedRun]) -> list[str]:
        """Lines that break the chain of hashes, and pages that say another state than it."""
        faults = [fault for _, fault in self._lines() if fault]
        record = self.read()
        for run in runs:
            said = _page_state(run)
            is_so = self.standing(run, record).state
            if said and said != is_so:
                faults.append(
                    f"{run.lineage}/{run.run_id}: {REPORT} reads as {said}, and is {is_so} by the"
                    " record of approvals"
                )
        return faults

    def _lines(self) -> Iterator[tuple[Approval | None, str]]:
        try:
            content = self.path.read_bytes()
        except OSError:
            return
        previous = ""
        for number, line in enumerate(content.split(b"\n"), start=1):
            if not line:
                continue
            approval = _parse(line)
            if approval is None:
                # A kill in mid-write leaves part of a last line: it approves nothing.
                is_torn = not content.endswith(b"\n") and content.endswith(line)
                yield None, "" if is_torn else f"{RECORD}, line {number}: cannot be read"
            else:
                is_next = approval.previous == previous
                broken = f"{RECORD}, line {number}: a line before it was changed or removed"
                yield (approval if is_next else None), "" if is_next else broken
                previous = _sha256(line)

    def standing(self, run: ArchivedRun, record: Iterable[Approval] | None = None) -> Standing:
        """Where a run stands, the report compared with what was approved.

        Args:
            run: A run of the archive.
            record: The record, where it was read already.
        """
        ours = [
            approval
            for approval in (self.read() if record is None else record)
            if (approval.run_id, approval.lineage) == (run.run_id, str(run.lineage))
        ]
        if not ours:
            own = run.manifest.get("publish") == "published"
            return Standing("published" if own else "draft")
        last = ours[-1]
        held = _file_sha256(run.folder / REPORT), _file_sha256(run.folder / FINDINGS)
        if held == (last.report_sha256, last.findings_sha256):
            embargo = dt.datetime.fromisoformat(last.embargo) if last.embargo else None
            return Standing(_STATES[last.state], embargo, last)
        if held == (last.seen_sha256, last.findings_sha256):
            return Standing("draft", void="the approval was interrupted: approve it again")
        return Standing("draft", void=f"the report has changed since {last.by} approved it")

    def standings(self, runs: Iterable[ArchivedRun]) -> dict[Path, Standing]:
        """Folder of each run to where it stands."""
        record = self.read()
        return {run.folder: self.standing(run, record) for run in runs}

    def append(self, approval: Mapping[str, str]) -> Approval:
        """The approval as written at the end of the record; a torn last line is closed first.

        Raises:
            StorageFault: It cannot be written.
        """
        with storage_faults(self.path):
            content = self.path.read_bytes() if self.path.is_file() else b""
            whole = content[: content.rfind(b"\n") + 1]
            lines = [line for line in whole.split(b"\n") if line and _parse(line)]
            previous = _sha256(lines[-1]) if lines else ""
            made = Approval(**approval, previous=previous)
            line = json.dumps(asdict(made), ensure_ascii=False).encode() + b"\n"
            with self.path.open("r+b" if content else "ab") as file:
                file.truncate(len(whole))
                file.seek(0, os.SEEK_END)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            sync_folder(self.path.parent)
        return made


def _parse(line: bytes) -> Approval | None:
    try:
        content = json.loads(line)
        approval = Approval(**content)
        if approval.embargo:
            dt.datetime.fromisoformat(approval.embargo)
    except (ValueError, TypeError):
        return None
    is_text = all(isinstance(value, str) for value in asdict(approval).values())
    return approval if is_text and approval.state in _STATES else None


def approve(
    archive: Archive,
    run: ArchivedRun,
    *,
    by: str,
    state: Literal["reviewed", "published", "draft"],
    embargo: dt.datetime | None = None,
    note: str = "",
    now: dt.datetime | None = None,
) -> Standing:
    """Where the run stands now; its page says so, and nothing was executed.

    The record comes first and the page second: killed in between, the run is a draft still.

    Args:
        archive: Holds the run.
        run: Whole, as its manifest says.
        by: Who approves.
        state: "draft" takes an approval back.
        embargo: With its zone; only for "published".
        note: Why, or on what condition.
        now: The moment; the clock's where not given.

    Raises:
        ParameterFault: No name, a name or note with control characters, an embargo without zone
            or in the past; nothing to take back; or a review that would unpublish.
        StorageFault: The run is damaged, or the archive cannot be written.
    """
    _check(by, note, state, embargo)
    at = now or dt.datetime.now(dt.UTC)
    if embargo is not None and embargo <= at:
        raise ParameterFault(
            f"--embargo {embargo.isoformat(timespec='minutes')} is over: readers would have the "
            "report at once",
            hint="Mend the date, or leave --embargo out to publish now.",
        )
    with hold_lock(archive.folder / LOCK):
        faults = find_faults(run.folder)
        if faults:
            raise StorageFault(
                f"{run.run_id} is not as it was archived: {'; '.join(faults)}",
                hint="A damaged report cannot be approved; `pillar report --force` makes it anew.",
            )
        approvals = Approvals(archive)
        _refuse_step(run, approvals.standing(run), state)
        seen = (run.folder / REPORT).read_bytes()
        page = show_state(seen.decode("utf-8"), state, by=by, at=at, embargo=embargo).encode()
        approvals.append(
            {
                "run_id": run.run_id,
                "lineage": str(run.lineage),
                "state": state,
                "by": by.strip(),
                "at": at.isoformat(timespec="seconds"),
                "embargo": embargo.isoformat(timespec="minutes") if embargo else "",
                "note": note.strip(),
                "seen_sha256": _sha256(seen),
                "report_sha256": _sha256(page),
                "findings_sha256": _file_sha256(run.folder / FINDINGS),
            }
        )
        replace_file(run.folder, REPORT, page)
        lead_published(archive, run, now=at)
        return approvals.standing(run)


def _refuse_step(run: ArchivedRun, standing: Standing, state: str) -> None:
    """A step that would take a report from its readers unasked, or take back nothing."""
    if state == "reviewed" and standing.state == "published":
        raise ParameterFault(
            f"{run.run_id} is published already: a review alone would take it from its readers",
            hint="Add --publish to approve it once more, or --withdraw to make it a draft.",
        )
    if state == "draft" and standing.state == "draft" and not standing.void:
        raise ParameterFault(
            f"{run.run_id} is a draft: there is no approval to withdraw",
            hint="`pillar archive list` shows the state of every run.",
        )


def _check(by: str, note: str, state: str, embargo: dt.datetime | None) -> None:
    if by.startswith("-"):
        raise ParameterFault(
            f"--by {by[:40]!r}: is an option and no name; the name is missing",
            hint='Write it as --by "A. Reader".',
        )
    if not by.strip() or len(by) > _LONGEST_NAME or not by.isprintable():
        raise ParameterFault(
            f"--by {by[:40]!r}: should be a name of 1 to {_LONGEST_NAME} printable characters",
            hint="It stands in the record and, for a reviewed report, on its page.",
        )
    if len(note) > _LONGEST_NOTE or not note.replace("\n", " ").isprintable():
        raise ParameterFault(
            f"--note: should be at most {_LONGEST_NOTE} printable characters, and is {len(note)}"
        )
    if embargo is not None and embargo.tzinfo is None:
        raise ParameterFault(
            f"--embargo {embargo.isoformat()}: the zone is missing",
            hint="Write it with its offset, such as 2026-12-01T06:00+05:30.",
        )
    if embargo is not None and state != "published":
        raise ParameterFault(
            "--embargo needs --publish: only what is published can wait for a date"
        )


def lead_published(archive: Archive, run: ArchivedRun, *, now: dt.datetime | None = None) -> None:
    """Make `latest-published` of the run's lineage lead to the newest one readers may have.

    Raises:
        StorageFault: The link cannot be switched.
    """
    at = now or dt.datetime.now(dt.UTC)
    home = archive.lineage_folder(run.lineage)
    approvals = Approvals(archive)
    record = approvals.read()
    newest_first = reversed(archive.list_lineage(run.lineage))
    public = next((r for r in newest_first if approvals.standing(r, record).is_public(at)), None)
    link = home / PUBLISHED_LINK
    if public and link.resolve() != public.folder.resolve():
        switch_link(link, public.folder)
    elif not public and link.is_symlink():
        with storage_faults(link):
            link.unlink(missing_ok=True)


def _page_state(run: ArchivedRun) -> str | None:
    try:
        return read_state((run.folder / REPORT).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _file_sha256(path: Path) -> str:
    try:
        return _sha256(path.read_bytes())
    except OSError:
        return ""
