"""Processes that cells left behind in a session of their own: found when the cells are over.

A cell that starts a daemon would have it live on after its report. While it waits, this process
takes in what the processes below it abandon, and ends it. Only where this process has one thread:
what else it starts meanwhile could not be told apart otherwise.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_ROUNDS = 1_000
"""Each ends those that came to light by the last; a process that forks faster is left."""


@contextlib.contextmanager
def end_orphans() -> Iterator[None]:
    """Whatever is below this process afterwards and was not before is ended."""
    if sys.platform != "linux" or not _take_in(1):
        yield
        return
    before = _children()
    try:
        yield
    finally:
        for _ in range(_ROUNDS):
            left = _children() - before
            if not left:
                break
            for pid in left:
                _end(pid)
        _take_in(0)


def _take_in(wanted: int) -> bool:
    try:
        return bool(ctypes.CDLL(None).prctl(_SUBREAPER, wanted, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def _children() -> set[int]:
    pid = os.getpid()
    try:
        return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except (OSError, ValueError):
        return set()


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)
