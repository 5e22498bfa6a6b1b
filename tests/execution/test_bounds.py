"""Bounds on what this process does for a report hold inside, and are gone after."""

from __future__ import annotations

import mmap
import resource
import signal
import threading
import time

import numpy as np
import pytest

from third_pillar.execution import bounds
from third_pillar.execution.bounds import bounded, data_held, default_memory

_SIZE = 64 * 2**20
ROOMY = 64 * 2**30


def take(size: int) -> mmap.mmap:
    """Memory from the system itself: an allocator may still hold as much that was freed."""
    return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


def test_what_takes_too_long_is_ended():
    with pytest.raises(TimeoutError, match=r"longer than 0\.05 s"), bounded(None, 0.05):
        time.sleep(60.0)


def test_who_takes_it_for_a_fault_of_a_file_is_told_again(monkeypatch):
    """A time-out is an OSError, which many a reader of files forgives."""
    monkeypatch.setattr(bounds, "_AGAIN", 0.05)
    forgiven = []

    def read_twice():
        try:
            time.sleep(60.0)
        except OSError as error:
            forgiven.append(error)
        time.sleep(60.0)

    with pytest.raises(TimeoutError), bounded(None, 0.05):
        read_twice()
    assert len(forgiven) == 1
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_is_held_is_what_the_bound_counts():
    """A little more than is held can be had under a bound just above it, and no more than that."""
    before = data_held()
    with take(_SIZE):
        assert data_held() - before >= _SIZE
    with bounded(data_held() + 2 * _SIZE, 60.0):
        with take(_SIZE) as kept:
            assert len(kept) == _SIZE
        with pytest.raises(OSError, match="allocate"):
            take(4 * _SIZE)


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
