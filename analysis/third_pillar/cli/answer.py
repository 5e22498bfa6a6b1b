"""How the command answers: one JSON object, or words; results on stdout, the rest on stderr."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

from third_pillar.vocabulary.errors import EvidenceFault, PillarError

DEBUG_VARIABLE = "PILLAR_DEBUG"
REPORT_KEYS = ("state", "html", "findings", "manifest", "run_key", "cells_executed", "seconds")


def answer_json(content: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n")


def say(text: str) -> None:
    """A line on stdout."""
    sys.stdout.write(text + "\n")


def warn(text: str) -> None:
    """A line on stderr."""
    sys.stderr.write(text + "\n")


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
        "message": str(error),
        "hint": error.hint,
        "exit_code": error.exit_code,
    }
    if isinstance(error, EvidenceFault):
        described["faults"] = [vars(fault) for fault in error.faults]
    return described
