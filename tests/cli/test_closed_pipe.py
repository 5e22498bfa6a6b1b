"""Promises about a reader who stops reading: `pillar … | head -1` ends quietly."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from third_pillar.cli.closed_pipe import READER_LEFT, guard
from third_pillar.vocabulary.errors import EXIT_CODES


def broken_pipe():
    return BrokenPipeError(errno.EPIPE, "Broken pipe")


def end_as_typer_does():
    """Typer turns every broken pipe into an exit with 1 and no word."""
    try:
        raise broken_pipe()
    except OSError:
        sys.exit(1)


@contextmanager
def no_reader(monkeypatch):
    """Stdout is a pipe whose other end is closed."""
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w") as stdout, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stdout)
        yield


FAILS = [end_as_typer_does, lambda: (_ for _ in ()).throw(broken_pipe())]


@pytest.mark.parametrize(
    "arguments",
    [
        ["data", "conflicts"],
        ["data", "trace", "RES-BRA-MCS2026", "--no-uses", "--json"],
        ["--help"],
    ],
    ids=["words", "json", "help"],
)
def test_a_command_whose_reader_has_left_ends_as_other_tools_do(arguments):
    """141, nothing on stderr: what a script with pipefail sees of `yes | head -1` as well."""
    with subprocess.Popen(
        [sys.executable, "-c", "from third_pillar.cli.main import run; run()", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as command:
        command.stdout.close()
        said = command.stderr.read()
    assert (command.returncode, said) == (READER_LEFT, b"")


def test_the_code_is_among_those_that_the_help_explains():
    assert "head -1" in EXIT_CODES[READER_LEFT]


@pytest.mark.parametrize("code", [0, 1, 3])
def test_while_the_reader_reads_the_command_says_how_it_went(code):
    assert guard(lambda: code) == code


@pytest.mark.parametrize(("code", "told"), [(0, READER_LEFT), (1, 1), (3, 3)])
def test_a_failure_is_not_hidden_by_a_reader_who_left(code, told, monkeypatch):
    with no_reader(monkeypatch):
        assert guard(lambda: code) == told


@pytest.mark.parametrize("fail", FAILS)
def test_a_write_that_nobody_reads_ends_the_command(fail, monkeypatch):
    with no_reader(monkeypatch):
        assert guard(fail) == READER_LEFT


@pytest.mark.parametrize("fail", FAILS)
def test_a_pipe_that_breaks_elsewhere_is_a_fault_and_not_silence(fail):
    """To a kernel or a server: it is said, not taken for a reader who left."""
    with pytest.raises(BrokenPipeError):
        guard(fail)


def test_an_exit_for_another_reason_stays_what_it_is():
    with pytest.raises(SystemExit) as stop:
        guard(lambda: sys.exit(5))
    assert stop.value.code == 5
