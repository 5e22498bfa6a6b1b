"""CSV and workbooks that a spreadsheet opens as text: no cell can become a formula."""

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


def write_workbook(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The same as an Excel workbook of one sheet.

    Text is stored as text, whatever it begins with, and marked so that it stays text when it is
    edited; numbers are numbers. Signs that a workbook cannot hold are left out.

    Args:
        title: Name of the sheet, 31 signs at most.
        columns: Headings, which stay in sight.
        rows: Cells in the order of the columns.
    """
    from openpyxl import Workbook  # noqa: PLC0415  slow to import, only here
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415  same

    book = Workbook()
    sheet = book.active
    sheet.title = title
    for line, row in enumerate([columns, *rows], start=1):
        for place, value in enumerate(row, start=1):
            if value is None or value == "":
                continue
            cell = sheet.cell(line, place)
            if isinstance(value, str):
                text = ILLEGAL_CHARACTERS_RE.sub("", value)
                cell.value, cell.data_type = text, "s"
                cell.quotePrefix = guard_cell(text) != text
            else:
                cell.value = value
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
