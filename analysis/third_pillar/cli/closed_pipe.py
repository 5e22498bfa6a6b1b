"""When whoever reads the output stops reading, as `| head -1` does: the command ends quietly.

Every command goes through `guard`, so none needs to know. A pipe that breaks elsewhere, to a kernel
or to a server, is a fault like any other and is not taken for this.
"""

from __future__ import annotations

import errno
import os
import select
import sys
from collections.abc import Callable

READER_LEFT = 141
"""What a shell shows of a program that a closed pipe ended (128 and the number of SIGPIPE)."""


def guard(command: Callable[[], int]) -> int:
    """The exit code of a command, or 141 where its reader left and nothing else went wrong.

    Raises:
        BrokenPipeError: Another pipe broke.
    """
    try:
        code = command()
    except SystemExit as stop:
        # typer ends with 1 and without a word on every broken pipe, whichever it was
        cause = stop.__context__
        if not isinstance(cause, OSError) or cause.errno != errno.EPIPE:
            raise
        if not _has_reader_left():
            raise cause from None
        code = 0
    except BrokenPipeError:
        if not _has_reader_left():
            raise
        code = 0
    if not _has_reader_left():
        return code
    _silence()
    return code or READER_LEFT


def _has_reader_left() -> bool:
    """Whether the other end of stdout or stderr is closed."""
    return any(_is_closed(stream) for stream in (sys.stdout, sys.stderr))


def _is_closed(stream: object) -> bool:
    try:
        number = stream.fileno()  # type: ignore[attr-defined]  # whatever stands in for a stream
    except (AttributeError, OSError, ValueError):
        return False
    poll = select.poll()
    poll.register(number, 0)
    return any(events & select.POLLERR for _, events in poll.poll(0))


def _silence() -> None:
    """What is still to be written goes nowhere: the interpreter writes it out when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if _is_closed(stream):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
