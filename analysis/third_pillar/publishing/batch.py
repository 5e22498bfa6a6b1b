"""Many reports: those that stand are served, those that are missing are made, and all is on record.

Below the reports' folder, `batches/<name>/` holds of the last batch of each matrix:

- `journal.jsonl`: a line when it began and one for every report that ended, written as it did;
- `summary.json`, `summary.csv` and `index.html`: how it ended.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from third_pillar.execution.matrix import Task
from third_pillar.publishing.archive import Archive, ArchivedRun, Lineage, reports_folder
from third_pillar.publishing.atomic import storage_faults
from third_pillar.publishing.locks import hold_lock
from third_pillar.publishing.outcome import ReportOutcome
from third_pillar.publishing.own_figures import OwnFiguresRule
from third_pillar.publishing.pool import Answer, Asked, Step, read_outcome
from third_pillar.publishing.report import find_unchanged
from third_pillar.vocabulary.errors import ParameterFault, PillarError

BATCHES = "batches"
JOURNAL = "journal.jsonl"
_LOCK = ".lock"
Status = Literal["published", "unchanged", "failed", "missing"]


@dataclass(frozen=True)
class Result:
    """How one report of a batch ended; "missing" where it was not made.

    Attributes:
        task: The report asked for.
        status: How it ended.
        outcome: The report or the reason why there is none; none where it was not made.
        processor_seconds: What it took, its cells included.
    """

    task: Task
    status: Status
    outcome: ReportOutcome | None = None
    processor_seconds: float = 0.0


@dataclass(frozen=True)
class BatchOptions:
    """How a batch is run.

    Attributes:
        force: Make every report, though nothing changed.
        fail_fast: Stop at the first that fails.
        resume: Take up the last batch of this matrix where it stopped.
        timeout: Seconds for one report; the profile's where not given.
        engine: "kernel" for ordinary kernels.
        own_figures: What to do where the reader has own figures in `data/overlay/`.
    """

    force: bool = False
    fail_fast: bool = False
    resume: bool = False
    timeout: float | None = None
    engine: str = "pillar"
    own_figures: OwnFiguresRule = "refuse"


class Maker(Protocol):
    """Makes reports, somewhere."""

    def run(self, asked: list[Asked]) -> Iterator[Step | Answer | None]:
        """What happens to each, as it happens."""

    def close(self) -> None:
        """Stop."""


@dataclass
class Batch:
    """The reports a matrix asks for.

    Attributes:
        name: Of the matrix file; names the batch's folder.
        title: What it is for.
        tasks: Its reports.
        options: How it is run.
        results: How each ended so far, by number.
        seconds: Wall time of the last run.
        has_begun: Whether it got as far as to a journal of its own.
    """

    name: str
    title: str
    tasks: tuple[Task, ...]
    options: BatchOptions = field(default_factory=BatchOptions)
    results: dict[int, Result] = field(default_factory=dict)
    seconds: float = 0.0
    has_begun: bool = False

    @property
    def folder(self) -> Path:
        """Where its journal and summary lie."""
        return reports_folder() / BATCHES / self.name

    @property
    def missing(self) -> list[Task]:
        """Reports that have not ended, in order."""
        return [task for task in self.tasks if task.number not in self.results]

    def count(self, status: Status) -> int:
        """Reports that ended so."""
        if status == "missing":
            return len(self.missing)
        return sum(result.status == status for result in self.results.values())

    def ordered(self) -> list[Result]:
        """A result for every report, "missing" where there is none."""
        return [self.results.get(task.number, Result(task, "missing")) for task in self.tasks]

    def run(
        self, maker: Maker, *, tell: Callable[[Step | Result | None], None] = lambda _: None
    ) -> None:
        """Serve what stands, make what is missing; `tell` hears of each.

        Raises:
            StorageFault: The reports' folder cannot be written.
            ParameterFault: There is no batch to resume, or another process runs this one.
        """
        began = time.monotonic()
        archive = Archive()
        archive.check_writable()
        try:
            with hold_lock(self.folder / _LOCK, wait=False) as is_ours:
                if not is_ours:
                    raise ParameterFault(
                        f"the batch {self.name!r} is being run by another process",
                        hint="Wait for it, or give the matrix another name: the folder of a batch "
                        "is named for it.",
                    )
                self._run(archive, maker, tell)
        finally:
            self.seconds = round(time.monotonic() - began, 3)
            maker.close()

    def _run(
        self, archive: Archive, maker: Maker, tell: Callable[[Step | Result | None], None]
    ) -> None:
        with storage_faults(self.folder):
            journal = _Journal(self.folder / JOURNAL, self)
            if self.options.resume:
                self.results = journal.take_up(archive)
            journal.begin(self.results.values())
        self.has_begun = True
        try:
            for result in self._serve(archive):
                self._note(result, journal, tell)
            self._make(maker, journal, tell)
        finally:
            journal.close()
            self._lead_to_the_plainest(archive)

    def _serve(self, archive: Archive) -> Iterator[Result]:
        if self.options.force:
            return
        for task in self.missing:
            served = _find(task, self.options, archive)
            if served:
                yield Result(task, "unchanged", served)

    def _make(
        self, maker: Maker, journal: _Journal, tell: Callable[[Step | Result | None], None]
    ) -> None:
        tasks = {task.number: task for task in self.missing}
        options = self.options
        asked = [
            Asked(
                number,
                task.profile,
                task.given,
                options.force,
                options.timeout,
                options.engine,
                own_figures=options.own_figures,
            )
            for number, task in tasks.items()
        ]
        for told in maker.run(asked):
            if not isinstance(told, Answer):
                tell(told)
                continue
            outcome = told.outcome
            result = Result(tasks[told.task], outcome.status, outcome, told.processor_seconds)
            self._note(result, journal, tell)
            if options.fail_fast and outcome.status == "failed":
                return

    def _lead_to_the_plainest(self, archive: Archive) -> None:
        """Make `latest` of each lineage lead to its report that departs least from the profile.

        Reports end in any order: it would lead to whichever variant was last.
        """
        plainest: dict[Path, tuple[int, int, Path]] = {}
        for task, outcome in ((one.task, one.outcome) for one in self.results.values()):
            if outcome is not None and outcome.html is not None:
                run = outcome.html.parent.resolve()
                rank = task.departs, task.number, run
                plainest[run.parent] = min(rank, plainest.get(run.parent, rank))
        for _, _, run in plainest.values():
            lineage = Lineage(*run.relative_to(archive.folder.resolve()).parts[:4])
            archive.lead_to(ArchivedRun(lineage, run, {}))

    def _note(
        self, result: Result, journal: _Journal, tell: Callable[[Step | Result | None], None]
    ) -> None:
        self.results[result.task.number] = result
        journal.add(result)
        tell(result)


class _Journal:
    """What has ended, a line each, so that a batch that is killed can be taken up."""

    def __init__(self, path: Path, batch: Batch) -> None:
        self._path = path
        self._batch = batch
        self._file: Any = None
        asked = [[task.profile, task.given] for task in batch.tasks]
        rule = batch.options.own_figures
        content = json.dumps([rule, asked], sort_keys=True, default=str)
        self._asked = hashlib.sha256(content.encode()).hexdigest()

    def take_up(self, archive: Archive) -> dict[int, Result]:
        """What ended well in the last batch of the same questions, if it still verifies."""
        lines = self._lines()
        if not lines or lines[0].get("asked") != self._asked:
            raise ParameterFault(
                f"there is no batch of {self._batch.name!r} with these questions to resume",
                hint="Without --resume, what is unchanged is served and the rest is made.",
            )
        tasks = {task.number: task for task in self._batch.tasks}
        found = {}
        for line in lines[1:]:
            task = tasks.get(line.get("task", 0))
            outcome = read_outcome(line["outcome"])
            is_kept = outcome.manifest is not None and archive.holds(outcome.manifest.parent)
            if task and outcome.status != "failed" and is_kept:
                seconds = float(line["processor_seconds"])
                found[task.number] = Result(task, outcome.status, outcome, seconds)
        return found

    def _lines(self) -> list[dict[str, Any]]:
        try:
            text = self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return []
        lines = []
        for line in text.splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                break  # the process was killed while it wrote this one
        return lines

    def begin(self, known: Iterable[Result]) -> None:
        """A new journal that holds what is known."""
        fresh = self._path.with_name(f".{self._path.name}-{os.getpid()}")
        self._file = fresh.open("w", encoding="utf-8")
        self._write({"asked": self._asked, "title": self._batch.title})
        for result in known:
            self.add(result)
        fresh.replace(self._path)

    def add(self, result: Result) -> None:
        """One more has ended."""
        if result.outcome is not None:
            outcome = replace(result.outcome, time_spent={})
            said = {"outcome": asdict(outcome), "processor_seconds": result.processor_seconds}
            self._write({"task": result.task.number, **said})

    def _write(self, content: dict[str, Any]) -> None:
        with storage_faults(self._path):
            self._file.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Nothing more is noted."""
        self._file.close()


def _find(task: Task, options: BatchOptions, archive: Archive) -> ReportOutcome | None:
    found, _ = find_unchanged(
        task.profile, task.given, archive=archive, own_figures=options.own_figures
    )
    return found


def list_tasks(batch: Batch) -> Iterator[Result]:
    """What the batch would do with each report, as it is found out; nothing is run.

    "unchanged" would be served, "missing" made, "failed" refused.
    """
    for task in batch.tasks:
        served = None
        if not batch.options.force:
            try:
                served = _find(task, batch.options, Archive())
            except PillarError as error:
                failed = {"status": "failed", "message": str(error), "hint": error.hint}
                yield Result(task, "failed", read_outcome(failed))
                continue
        yield Result(task, "unchanged" if served else "missing", served)
