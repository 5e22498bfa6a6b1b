"""Rows put into a CSV text at the place of their key; every other row stays byte for byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from third_pillar.vocabulary.errors import ParameterFault


def insert_rows(
    text: str, rows: Sequence[Mapping[str, str]], *, key: str, table: str
) -> tuple[str, int]:
    """The text with these rows, and how many of them it did not hold before.

    Args:
        text: The table as it stands, sorted by `key`.
        rows: Rows to add, by column; a column left out is empty.
        key: Column of the key.
        table: What to call the table in a message.

    Raises:
        ParameterFault: A column is not the table's, or a key is there with another content.
    """
    records = _records(text)
    header, *body = records
    columns = header[0]
    held = {cells[columns.index(key)]: cells for cells, _ in body}
    fresh: list[tuple[list[str], str]] = []
    for row in rows:
        strange = sorted(set(row) - set(columns))
        if strange:
            raise ParameterFault(
                f"the proposal for {table} has a column {strange[0]!r} that the table has not",
                hint="Make a new proposal: the table's form changed.",
            )
        cells = [str(row.get(name, "")) for name in columns]
        if row[key] not in held:
            fresh.append((cells, _line(cells)))
        elif held[row[key]] != cells:
            raise ParameterFault(
                f"{table} holds {row[key]} already, with other contents",
                hint="Make a new proposal, or give the row another key in the proposal's tables/.",
            )
    place = columns.index(key)
    # a stable sort of a sorted table moves no row that is there
    ordered = sorted([*body, *fresh], key=lambda record: record[0][place])
    lines = [header[1], *(raw for _, raw in ordered)]
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines), len(fresh)


def _records(text: str) -> list[tuple[list[str], str]]:
    """Cells and raw text of every record, the header first."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines, strict=True)
    found, start = [], 0
    for cells in reader:
        found.append((cells, "".join(lines[start : reader.line_num])))
        start = reader.line_num
    return found


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
