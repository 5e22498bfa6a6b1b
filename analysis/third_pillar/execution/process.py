"""Runs cells in a process apart, and knows the truth of how that process ended."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from third_pillar.execution.cell_process import Work, run_forked
from third_pillar.execution.environment import hide_environment
from third_pillar.execution.orphans import end_orphans

LOG_KEPT = 1024 * 1024
"""Bytes kept of what a process writes past Python."""
MESSAGE_BOUND = 256 * 1024 * 1024
_CHUNK = 1 << 18
_LOOK = 0.05
_FAREWELL = 5.0


class CellFailed(Exception):
    """A cell ended with an error of its own; its outputs say which."""


class OutOfTime(Exception):
    """The cell or the run took longer than allowed; its process was ended."""


@dataclass(frozen=True)
class Ending:
    """How a process ended, as the system tells it.

    Attributes:
        code: What it returned; none where a signal ended it.
        signal: Name of the signal; empty where it ended of itself.
        peak_mb: The most memory it held.
    """

    code: int | None
    signal: str
    peak_mb: int

    def __str__(self) -> str:
        if self.code is None and not self.signal:
            why = "ended before the cell did"
        elif self.signal == "SIGKILL":
            why = "was killed (SIGKILL): by hand, or by the system for want of memory"
        elif self.signal:
            why = f"was ended by {self.signal}"
        else:
            why = f"ended with exit code {self.code}"
        return f"{why}; it had held up to {self.peak_mb} MB" if self.peak_mb else why


class ProcessEnded(Exception):
    """The process of the cells was gone before its cells were done."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(str(ending))
        self.ending = ending


def can_fork() -> bool:
    """Whether a fork of this process is sound: on Linux, while it has a single thread."""
    tasks = Path("/proc/self/task")
    if sys.platform != "linux" or not tasks.is_dir():
        return False
    return sum(1 for _ in tasks.iterdir()) == 1 and threading.active_count() == 1


def can_start() -> bool:
    """Whether cells can have a process of this kind at all; else they need a kernel."""
    return os.name == "posix" and hasattr(os, "waitid")


@dataclass
class _Process:
    """A started process and the ends of its pipes."""

    pid: int
    told: int
    log: int
    keeper: IO[str] | None = None
    watch: int | None = None
    ended: bool = False

    def has_ended(self) -> bool:
        if not self.ended:
            found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            self.ended = found is not None
        return self.ended

    def end(self) -> Ending:
        """End it and all it started, and say how it had ended."""
        # before it is waited for, its number cannot be another's
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        _, status, used = os.wait4(self.pid, 0)
        for descriptor in (self.told, self.log, self.watch):
            if descriptor is not None:
                os.close(descriptor)
        if self.keeper is not None:
            with contextlib.suppress(OSError):
                self.keeper.close()
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        scale = 1024 if sys.platform == "linux" else 1024 * 1024
        return Ending(
            code=None if ended_by else os.WEXITSTATUS(status),
            signal=signal.Signals(ended_by).name if ended_by else "",
            peak_mb=used.ru_maxrss // scale,
        )


def _fork(work: Work) -> _Process:
    told, tell = os.pipe()
    log, written = os.pipe()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        run_forked(work, tell=tell, log=written, parent=parent)
    os.close(tell)
    os.close(written)
    return _Process(pid, told, log)


def _spawn(work: Work) -> _Process:
    told, tell = os.pipe()
    log, written = os.pipe()
    started = subprocess.Popen(  # noqa: S603  this interpreter, a module of the kit
        [sys.executable, "-P", "-m", "third_pillar.execution.cell_process", str(tell)],
        stdin=subprocess.PIPE,
        stdout=written,
        stderr=written,
        pass_fds=(tell,),
        start_new_session=True,
        text=True,
        env=work.environment,
    )
    os.close(tell)
    os.close(written)
    keeper = started.stdin
    if keeper is not None:
        with contextlib.suppress(BrokenPipeError):
            keeper.write(work.to_json() + "\n")
            keeper.flush()
    started.returncode = 0  # it is waited for here, not there
    return _Process(started.pid, told, log, keeper)


@dataclass
class CellRun:
    """Cells running in a process apart.

    Attributes:
        on_begin: Called with the place of each cell that begins.
        on_done: Called with the message of each cell that ended.
        log: Takes what the process writes past Python.
        cell_timeout: Seconds for one cell.
        deadline: Moment of the monotonic clock at which the run is over.
        time_spent: Processor time by kind, where it was asked for.
    """

    on_begin: Callable[[int], None]
    on_done: Callable[[dict[str, Any]], None]
    log: IO[bytes]
    cell_timeout: float | None = None
    deadline: float | None = None
    time_spent: dict[str, float] = field(default_factory=dict)
    _buffer: bytearray = field(default_factory=bytearray)
    _log_bytes: int = 0
    _cell_began: float | None = None
    _is_done: bool = False

    def run(self, work: Work) -> None:
        """Run them all.

        Raises:
            CellFailed: One ended with an error.
            OutOfTime: One, or all, took too long.
            ProcessEnded: The process was gone first.
        """
        hide_environment()
        if can_fork():
            with end_orphans():
                self._follow(_fork(work))
        else:
            self._follow(_spawn(work))

    def _follow(self, process: _Process) -> None:
        error: BaseException | None = None
        try:
            self._watch(process)
        except BaseException as caught:
            error = caught
            raise
        finally:
            gone = process.has_ended()
            ending = process.end()
            self._say_what_was_dropped()
            if error is None and not self._is_done and gone:
                raise ProcessEnded(ending)

    def _watch(self, process: _Process) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(process.told, selectors.EVENT_READ, self._hear)
            selector.register(process.log, selectors.EVENT_READ, self._write_log)
            with contextlib.suppress(AttributeError, OSError):
                process.watch = os.pidfd_open(process.pid)
                selector.register(process.watch, selectors.EVENT_READ, None)
            for descriptor in (process.told, process.log):
                os.set_blocking(descriptor, False)
            while not self._is_done:
                for key, _ in selector.select(self._patience(process)):
                    if key.data is None or not _read_all(key.fd, key.data):
                        selector.unregister(key.fd)
                if not self._is_done and process.has_ended():
                    # what it said before it ended still counts
                    _read_all(process.told, self._hear)
                    _read_all(process.log, self._write_log)
                    return
                self._check_time()

    def _patience(self, process: _Process) -> float:
        bounds = [5.0 if process.watch is not None else _LOOK]
        now = time.monotonic()
        if self.deadline is not None:
            bounds.append(self.deadline - now)
        if self.cell_timeout and self._cell_began is not None:
            bounds.append(self._cell_began + self.cell_timeout - now)
        return max(0.0, min(bounds))

    def _check_time(self) -> None:
        now = time.monotonic()
        if self._is_done:
            return
        if self.deadline is not None and now >= self.deadline:
            raise OutOfTime("the run is out of time")
        if (
            self.cell_timeout
            and self._cell_began is not None
            and now >= self._cell_began + self.cell_timeout
        ):
            raise OutOfTime("the cell is out of time")

    def _hear(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= 8:  # noqa: PLR2004  the length comes first, in eight bytes
            size = int.from_bytes(self._buffer[:8], "big")
            if size > MESSAGE_BOUND:
                raise CellFailed("the process of the cells sent what no report can hold")
            if len(self._buffer) < 8 + size:
                return
            message = json.loads(bytes(self._buffer[8 : 8 + size]))
            del self._buffer[: 8 + size]
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        if "begin" in message:
            self._cell_began = time.monotonic()
            self.on_begin(int(message["begin"]))
        elif "done" in message:
            self._cell_began = None
            self.on_done(message)
            if not message["well"]:
                raise CellFailed("a cell ended with an error")
        elif message.get("end"):
            self.time_spent = {str(k): float(v) for k, v in message["time"].items()}
            self._is_done = True

    def _write_log(self, data: bytes) -> None:
        room = max(0, LOG_KEPT - self._log_bytes)
        self._log_bytes += len(data)
        if room:
            self.log.write(data[:room])
            self.log.flush()

    def _say_what_was_dropped(self) -> None:
        if self._log_bytes > LOG_KEPT:
            said = f"\n[{self._log_bytes - LOG_KEPT:,} more bytes were written and not kept]\n"
            self.log.write(said.encode())
            self.log.flush()


def _read_all(descriptor: int, take: Callable[[bytes], None]) -> bool:
    """Whether more may come from a pipe, after all that is there was taken."""
    while True:
        try:
            data = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            return False
        take(data)


def private_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for what IPython would keep at home; gone afterwards."""
    return tempfile.TemporaryDirectory(prefix="pillar-", ignore_cleanup_errors=True)
