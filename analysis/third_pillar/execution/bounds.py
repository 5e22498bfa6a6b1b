"""Bounds on what this process does for a report, where no process of its own does it."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

_AGAIN = 1.0
"""Seconds after which what took too long is told so once more, if it went on all the same."""


def default_memory() -> int | None:
    """Bytes a report's cells may hold where nothing else is said: half of the machine's memory."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (ValueError, OSError, AttributeError):
        return None


def data_held() -> int:
    """Bytes of private data this process holds now, as its bound counts them; 0 where none does.

    What a fork is given counts for it as well as for the process that it came from.
    """
    status = Path("/proc/self/status")
    if sys.platform != "linux" or not status.is_file():
        return 0
    lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), 0)


def give_back() -> None:
    """Return to the system what was freed: a fork copies the tables of all memory held."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # of glibc alone
        ctypes.CDLL(None).malloc_trim(0)


@contextlib.contextmanager
def bounded(memory: int | None, seconds: float) -> Iterator[None]:
    """What is done inside may hold so much memory and take so long.

    Where the system has no such bounds, or outside the first thread, there are none.

    Args:
        memory: Bytes of data the process may hold; no bound where none is given.
        seconds: By the clock.

    Raises:
        MemoryError: It would have held more.
        TimeoutError: It took longer.
    """
    with _bounded_time(seconds), _bounded_memory(memory):
        yield


@contextlib.contextmanager
def _bounded_time(seconds: float) -> Iterator[None]:
    is_first = threading.current_thread() is threading.main_thread()
    if not is_first or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    try:
        # whoever waits for a file may take the first for a fault of the file, and go on
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
        finally:  # the alarm may ring on the way here
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _bounded_memory(memory: int | None) -> Iterator[None]:
    if memory is None or sys.platform != "linux":
        yield
        return
    import resource  # noqa: PLC0415  not on every system

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    least = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (least, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
