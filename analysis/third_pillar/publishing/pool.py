"""Asks a warm process for reports, several at a time, and starts another if it is lost."""

from __future__ import annotations

import contextlib
import json
import math
import os
import selectors
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from third_pillar.execution.environment import (
    AS_IN_A_NOTEBOOK,
    KEEPS_MEMORY,
    ONE_THREAD,
    hide_environment,
    kept_environment,
)
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.atomic import REPORTS_VARIABLE
from third_pillar.publishing.made import recall
from third_pillar.publishing.outcome import ReportOutcome
from third_pillar.publishing.own_figures import OwnFiguresRule
from third_pillar.vocabulary.errors import ReportFailed, StorageFault

_CHUNK = 1 << 16
_TRIES = 2
_MOST_TOGETHER = 24
"""Reports that one process makes at most before another takes over."""


@dataclass(frozen=True)
class Asked:
    """One report asked for: number, profile, parameters, how to run it, where to keep it.

    `own_figures` says what to do where the reader has some; `earlier` holds the reports it may be
    held against where they lie in another archive than the one it is kept in.
    """

    task: int
    profile: str
    given: dict[str, Any]
    force: bool = False
    timeout: float | None = None
    engine: str = "pillar"
    reports: str = ""
    own_figures: OwnFiguresRule = "refuse"
    earlier: list[dict[str, Any]] | None = None


@dataclass(frozen=True)
class Step:
    """A report is at a cell: how many there are, and the heading it stands under."""

    task: int
    number: int
    of: int
    heading: str


@dataclass(frozen=True)
class Answer:
    """A report is made, or is not: its outcome, and the processor's seconds it took."""

    task: int
    outcome: ReportOutcome
    processor_seconds: float


@dataclass
class _Work:
    """What is to be made and what is being made.

    Attributes:
        waiting: Reports that one process is to make after each other, the next at the end.
        flying: Number of a report that a process has been given → the report.
        leader: Number of a report → the first of those its process was given.
        tries: Number of a report → how often it was given to one.
        announced: Number of a report → id of the run that is about to be published.
        recall: Finds in the archive what came of a run whose maker was lost.
    """

    waiting: list[list[Asked]]
    flying: dict[int, Asked] = field(default_factory=dict)
    leader: dict[int, int] = field(default_factory=dict)
    tries: Counter[int] = field(default_factory=Counter)
    announced: dict[int, str] = field(default_factory=dict)
    recall: Callable[[Asked, str], ReportOutcome | None] = lambda _, __: None

    @property
    def busy(self) -> int:
        """How many processes are at work."""
        return len({self.leader[number] for number in self.flying})

    def next_reports(self) -> list[Asked]:
        """The next reports for a process."""
        pages = self.waiting.pop()
        for page in pages:
            self.tries[page.task] += 1
            self.flying[page.task] = page
            self.leader[page.task] = pages[0].task
        return pages

    def find_made(self) -> list[Answer]:
        """What was being made and is published all the same, though nobody said so."""
        return [answer for number in list(self.flying) if (answer := self._recall(number))]

    def _recall(self, number: int) -> Answer | None:
        run_id = self.announced.pop(number, None)
        outcome = self.recall(self.flying[number], run_id) if run_id else None
        if outcome is None:
            return None
        del self.flying[number]
        return Answer(number, outcome, 0.0)

    def take_back(self) -> list[int]:
        """All that was being made waits again, each alone; those lost for good are returned."""
        lost = [number for number in self.flying if self.tries[number] >= _TRIES]
        self.waiting += [[one] for number, one in self.flying.items() if number not in lost]
        self.flying.clear()
        return lost

    def hear(self, message: dict[str, Any]) -> Step | Answer | None:
        """What a message says of a report; nothing where there is nothing to tell."""
        if message["task"] not in self.flying:
            return None
        if "publishing" in message:
            self.announced[message["task"]] = message["publishing"]
            return None
        if "lost" in message and not message["begun"]:
            # its process was lost over another: it is made in one of its own
            self.waiting.append([self.flying.pop(message["task"])])
            return None
        if "lost" in message and (made := self._recall(message["task"])):
            return made
        told = _read(message)
        if isinstance(told, Answer):
            del self.flying[told.task]
        return told


def gather_reports(asked: list[Asked], workers: int) -> list[list[Asked]]:
    """Reports that one process makes after each other, because they share what is computed.

    Questions that differ in the candidate alone share data and draws, the pages of one question
    its whole case. They are parted only where a worker's share of all reports ends, or where what
    one process holds would grow large; the longest come first, so that the last end near each
    other.
    """
    families: dict[str, dict[str, list[Asked]]] = {}
    for one in asked:
        apart = None if one.engine == "pillar" else one.task
        rest = {name: value for name, value in one.given.items() if name != "candidate"}
        family = _spell([rest, one.reports, one.own_figures, apart])
        families.setdefault(family, {}).setdefault(_spell(one.given), []).append(one)
    share = math.ceil(len(asked) / workers)
    gathered: list[list[Asked]] = []
    room = share
    for questions in families.values():
        left = [one for pages in questions.values() for one in pages]
        while left:
            size = min(len(left), room, _MOST_TOGETHER)
            gathered.append(left[:size])
            left, room = left[size:], (room - size) or share
    return sorted(gathered, key=len, reverse=True)


def _spell(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


@dataclass
class WarmPool:
    """A warm process and what is asked of it.

    Attributes:
        workers: Reports made at a time.
        log: Takes what the process says on standard error.
        environment: Variables it has beside those that are kept of this process's.
    """

    workers: int
    log: IO[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    code: str = ""
    start_seconds: float = 0.0
    _process: subprocess.Popen[bytes] | None = None
    _buffer: bytearray = field(default_factory=bytearray)

    @property
    def pid(self) -> int | None:
        """Number of the warm process."""
        return self._process.pid if self._process else None

    def run(self, asked: list[Asked], *, patience: float = 0.5) -> Iterator[Step | Answer | None]:
        """What happens to the reports asked for, as it happens; None where a while was quiet.

        A report that was being made when the warm process was lost is asked for once more.
        """
        work = _Work(list(reversed(gather_reports(asked, self.workers))), recall=self._recall)
        while work.waiting or work.flying:
            if self._process is None:
                self._start()
            while work.waiting and work.busy < self.workers:
                self._ask(work.next_reports())
            messages = self._listen(patience)
            if messages is None:
                self.close()
                yield from work.find_made()
                why = "the warm process was lost twice while the report was being made"
                yield from (Answer(number, _lost(why), 0.0) for number in work.take_back())
                continue
            if not messages:
                yield None
            for message in messages:
                told = work.hear(message)
                if told is not None:
                    yield told

    def close(self) -> None:
        """End the process and all it is doing."""
        process, self._process = self._process, None
        self._buffer.clear()
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def _recall(self, asked: Asked, run_id: str) -> ReportOutcome | None:
        kept = asked.reports or self.environment.get(REPORTS_VARIABLE)
        with contextlib.suppress(StorageFault, OSError, ValueError):
            return recall(run_id, Archive(Path(kept) / "archive" if kept else None))
        return None

    def _start(self) -> None:
        """A warm process that answers; one that is lost while it starts is started once more."""
        hide_environment()
        for _ in range(_TRIES):
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "third_pillar.publishing.warm"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.log or subprocess.DEVNULL,
                start_new_session=True,
                env={
                    **AS_IN_A_NOTEBOOK,
                    **kept_environment(),
                    **ONE_THREAD,
                    **KEEPS_MEMORY,
                    **self.environment,
                },
            )
            messages: list[dict[str, Any]] | None = []
            while messages == []:
                messages = self._listen(60.0)
            if messages:
                self.code = str(messages[0]["code"])
                self.start_seconds = float(messages[0]["processor_seconds"])
                return
            self.close()
        raise ReportFailed(
            "the process that makes reports did not start",
            hint="`pillar doctor` looks at the installation; the log says more.",
        )

    def _ask(self, pages: list[Asked]) -> None:
        if self._process is None or self._process.stdin is None:
            return
        line = json.dumps([vars(page) for page in pages]) + "\n"
        # a process that is gone is noticed where its answers end
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()

    def _listen(self, patience: float) -> list[dict[str, Any]] | None:
        """Messages that came; none of them after a while; None when no more can come."""
        if self._process is None or self._process.stdout is None:
            return None
        descriptor = self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            if not selector.select(patience):
                return []
        data = os.read(descriptor, _CHUNK)
        if not data:
            return None
        self._buffer += data
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = bytearray(rest)
        return [json.loads(line) for line in lines if line]


def _read(message: dict[str, Any]) -> Step | Answer:
    task = int(message["task"])
    if "step" in message:
        return Step(task, *message["step"])
    if "lost" in message:
        return Answer(task, _lost(str(message["lost"])), 0.0)
    said = dict(message["outcome"])
    return Answer(task, read_outcome(said), float(said.get("processor_seconds", 0.0)))


def read_outcome(said: dict[str, Any]) -> ReportOutcome:
    """An outcome from its plain data."""
    paths = {
        name: Path(said[name]) if said.get(name) else None
        for name in ("html", "findings", "manifest", "kept")
    }
    return ReportOutcome(
        status=said["status"],
        run_key=str(said.get("run_key") or ""),
        cells_executed=int(said.get("cells_executed") or 0),
        seconds=float(said.get("seconds") or 0.0),
        bottom_line=str(said.get("bottom_line") or ""),
        state=str(said.get("state") or ""),
        message=str(said.get("message") or ""),
        error=str(said.get("error") or ""),
        hint=str(said.get("hint") or ""),
        html=paths["html"],
        findings=paths["findings"],
        manifest=paths["manifest"],
        kept=paths["kept"],
    )


def _lost(why: str) -> ReportOutcome:
    return read_outcome(
        {
            "status": "failed",
            "message": why,
            "error": "ProcessLost",
            "hint": "Run the batch again: what was published stays, what is missing is made.",
        }
    )
