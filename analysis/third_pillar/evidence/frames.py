"""Tables as typed pandas frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from third_pillar.evidence.dates import last_day
from third_pillar.evidence.descriptor import Column
from third_pillar.evidence.reading import Table

PRECISION = "_precision"
_DATED = frozenset({"known_from", "announced", "effective_from", "suspended_from", "suspended_to"})
_TRUE = frozenset({"true", "yes", "1"})


def read_frame(table: Table) -> pd.DataFrame:
    """The table with one column a field, in the order of the file.

    Text is `str` and empty where missing; numbers are `float64` and NaN where missing;
    integers are `int64` where the schema requires them, else `float64`; dates are
    `datetime64` and NaT where missing; truth values are `bool`, false where missing.
    A partial date (by its form, or by a `_precision` field beside it) is the last day of
    its period.
    """
    columns = {
        column.name: _cells(table, column)
        for column in table.resource.columns
        if table.has(column.name)
    }
    return pd.DataFrame(columns)


def holds_date(table: Table, column: Column) -> bool:
    """Whether a column counts as a date: by its type, its name or its precision field."""
    by_name = column.name in _DATED or table.has(column.name + PRECISION)
    return column.type == "date" or by_name


def _cells(table: Table, column: Column) -> Any:
    """The cells of a column as an array of its type; arrays cost a third of what series do."""
    cells = [row.cells.get(column.name, "") for row in table.rows]
    if holds_date(table, column):
        precisions = [row.text(column.name + PRECISION) for row in table.rows]
        days = [
            last_day(cell, precision=precision) if cell else None
            for cell, precision in zip(cells, precisions, strict=True)
        ]
        return np.array(days, dtype="datetime64[s]")
    if column.type == "number" or (column.type in {"integer", "year"} and not column.is_required):
        return np.array([float(cell) if cell else np.nan for cell in cells], dtype="float64")
    if column.type in {"integer", "year"}:
        return np.array([int(cell) for cell in cells], dtype="int64")
    if column.type == "boolean":
        return np.array([cell.casefold() in _TRUE for cell in cells], dtype="bool")
    return pd.array(cells, dtype="str")
