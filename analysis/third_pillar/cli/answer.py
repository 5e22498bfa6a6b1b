"""How the command answers: one JSON object, or words; results on stdout, the rest on stderr."""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from typing import Any

from third_pillar.cli.streams import takes_every_sign
from third_pillar.vocabulary.errors import EvidenceFault, PillarError

DEBUG_VARIABLE = "PILLAR_DEBUG"
_LONGEST_LINE = 4000
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
"""What a terminal obeys, and what turns the direction of reading or cannot be seen."""
REPORT_KEYS = ("state", "html", "findings", "manifest", "run_key", "cells_executed", "seconds")


def answer_json(content: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    plain = not takes_every_sign(sys.stdout)
    text = json.dumps(content, indent=1, ensure_ascii=plain, default=str) + "\n"
    # half a surrogate pair, such as stands for a byte that is no text, is escaped as JSON has it
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def say(text: str) -> None:
    """A line on stdout."""
    sys.stdout.write(text + "\n")


def warn(text: str) -> None:
    """A line on stderr: nothing in it is obeyed by a terminal, and no line fills the screen."""
    sys.stderr.write(f"{_bounded(CONTROL.sub('', text))}\n")


def _bounded(text: str) -> str:
    """Each line at most some thousand characters, with what was left out counted."""
    plain = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "\n".join(
        line
        if len(line) <= _LONGEST_LINE
        else f"{line[:_LONGEST_LINE]}... and {len(line) - _LONGEST_LINE:,} more characters"
        for line in plain.split("\n")
    )


class Interrupted(PillarError):
    """The user stopped it."""

    exit_code = 130


def answer_failure(error: PillarError, arguments: list[str]) -> int:
    """The exit code of a failure, said on stderr and, where asked for, as JSON on stdout."""
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error)
    if "--json" in arguments:
        empty = dict.fromkeys(REPORT_KEYS) if arguments[:1] == ["report"] else {}
        counts = {"cells_executed": 0, "seconds": 0.0} if empty else {}
        answer_json({"status": "failed", **empty, **counts, "error": describe(error)})
    warn(f"pillar: {error}")
    if error.hint:
        warn(error.hint)
    return error.exit_code


def describe(error: PillarError) -> dict[str, Any]:
    """A failure as data: kind, message, way out, exit code, and the faults of the data."""
    described: dict[str, Any] = {
        "kind": type(error).__name__,
        "message": _bounded(str(error)),
        "hint": error.hint,
        "exit_code": error.exit_code,
    }
    if isinstance(error, EvidenceFault):
        described["faults"] = [vars(fault) for fault in error.faults]
    return described
