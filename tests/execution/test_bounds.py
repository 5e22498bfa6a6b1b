"""Bounds on what this process does for a report hold inside, and are gone after."""

from __future__ import annotations

import resource
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from third_pillar.execution.bounds import bounded, default_memory

ROOMY = 64 * 2**30


def data_held() -> int:
    """Bytes of data this process holds."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmData"))
    return int(line.split()[1]) * 1024


def test_what_takes_too_long_is_ended():
    with pytest.raises(TimeoutError, match=r"longer than 0\.05 s"), bounded(None, 0.05):
        time.sleep(60.0)


def test_what_would_hold_too_much_fails():
    with pytest.raises(MemoryError), bounded(data_held() + 64 * 2**20, 60.0):
        np.ones(2**27)


def test_nothing_of_the_bounds_is_left():
    before = resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGALRM)
    with pytest.raises(ZeroDivisionError), bounded(ROOMY, 5.0):
        raise ZeroDivisionError
    with bounded(ROOMY, 5.0):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    after = resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGALRM)
    assert after == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_outside_the_first_thread_there_is_no_alarm_to_fail_with():
    said = []

    def work():
        with bounded(None, 0.01):
            said.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert said == ["done"]


def test_half_of_the_machine_is_what_a_report_may_hold():
    memory = default_memory()
    assert memory is not None
    assert 0 < memory < ROOMY * 64
