"""Processes below one that was started here: found, killed, and seen to end."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

_PATIENCE = 20.0


def descendants(pid: int) -> list[int]:
    """The processes below one, one below the other."""
    return [below for below, _ in levels(pid)[1:]]


def levels(pid: int, level: int = 0) -> list[tuple[int, int]]:
    """A process and those below it, each with how far below it is."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return [(pid, level)]
    deeper = [found for child in listed.split() for found in levels(int(child), level + 1)]
    return [(pid, level), *deeper]


def kill(pid: int) -> bool:
    """Whether it was there to be killed, and alive."""
    if not is_alive(pid):
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Whether it runs; one that ended and waits to be asked how does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def left_running(pids: list[int]) -> list[str]:
    """Those that should have ended with the one above them and did not; they are ended here."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and any(map(is_alive, pids)):
        time.sleep(0.02)
    left = [pid for pid in pids if is_alive(pid)]
    for pid in left:
        kill(pid)
    return [f"process {pid} went on after the one that waited for it was killed" for pid in left]
