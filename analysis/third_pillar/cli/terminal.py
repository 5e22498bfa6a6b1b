"""Words laid out for a terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable

from third_pillar.cli.answer import CONTROL, say

_NARROW, _WIDE = 40, 100
_LABEL = 13


def terminal_width() -> int:
    """Columns to fill: those of the terminal, between 40 and 100."""
    return min(max(shutil.get_terminal_size().columns, _NARROW), _WIDE)


def lay_out_fields(pairs: Iterable[tuple[str, str]], width: int) -> list[str]:
    """Lines with a label before each text; a pair without text is left out."""
    lines = []
    for label, text in pairs:
        if text:
            lines += textwrap.wrap(
                text,
                width,
                initial_indent=f"  {label:<{_LABEL - 2}}",
                subsequent_indent=" " * _LABEL,
                break_on_hyphens=False,
                break_long_words=False,  # a path in two pieces cannot be copied
            )
    return lines


def lay_out_items(heading: str, items: Iterable[tuple[str, str]], width: int) -> list[str]:
    """A blank line, the heading and the items, each with its id; nothing without items."""
    lines: list[str] = []
    for label, text in items:
        lines += textwrap.wrap(
            f"{label}  {text}".strip(),
            width,
            initial_indent="  ",
            subsequent_indent=" " * 6,
            break_on_hyphens=False,
            break_long_words=False,
        )
    return ["", heading, *lines] if lines else []


def say_plainly(text: str) -> None:
    """Text on stdout; control characters of a foreign ledger do not reach the terminal."""
    say(CONTROL.sub("", text))


def say_lines(lines: Iterable[str]) -> None:
    """Lines on stdout, as `say_plainly`."""
    for line in lines:
        say_plainly(line)
