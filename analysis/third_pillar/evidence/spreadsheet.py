"""CSV that a spreadsheet opens as text: no cell can become a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guard_cell(value: object) -> object:
    """The value as a cell: text that a spreadsheet would read as a formula gets a leading '.

    Numbers stay numbers, also negative ones; nothing (None) is an empty cell.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.lstrip(" \u00a0").startswith(_STARTS) else value


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV text with every cell guarded and quoted, lines ended by a line feed."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([guard_cell(name) for name in columns])
    writer.writerows([guard_cell(value) for value in row] for row in rows)
    return text.getvalue()
