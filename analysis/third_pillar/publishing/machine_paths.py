"""Paths of the machine a report was made on: no reader may learn of one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_ROOTS = "/(?:home|Users|root|tmp|work|var|opt|mnt|srv|usr|private|workspace)/"
_PATH = re.compile(
    rf"file:///|(?<![\w/.:-]){_ROOTS}[\w.-]+"
    r"|(?<!\w)[A-Za-z]:\\(?:Users|Program|Windows|[\w.-]+\\)"
)
_MAYBE = re.compile(rf"{_ROOTS}|:(?:///|\\)")
"""What every such path holds, and next to no other text."""


def find_machine_path(text: str) -> re.Match[str] | None:
    """Where in a text the first of them is."""
    if "/" not in text and "\\" not in text:
        return None
    return _PATH.search(text) if _MAYBE.search(text) else None


def path_in_figure(drawing: dict[str, Any]) -> bool:
    """Whether a figure holds one in any of its texts."""
    # written as JSON, what stands around a path is not what a reader sees: it says whether to look
    if not _MAYBE.search(json.dumps(drawing)):
        return False
    return any(map(find_machine_path, _texts(drawing)))


def _texts(value: Any) -> Iterator[str]:
    """Every text in plain data, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
