"""Exhibits of a notebook: what a figure must bring before a reader may see it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

EXHIBIT = "application/vnd.third-pillar.exhibit+json"
FINDINGS = "application/vnd.third-pillar.findings+json"
PLOTLY = "application/vnd.plotly.v1+json"
REMOVE_CELL = "remove-cell"

_ID = re.compile(r"[a-z][a-z0-9-]*")
_YEARS = range(1900, 2101)
_SHOWN = (EXHIBIT, FINDINGS, "text/html", "text/markdown")
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


class Column(NamedTuple):
    """Heading of a data table, and whether its cells are numbers."""

    name: str
    numeric: bool


class Cell(NamedTuple):
    """One cell of a data table as the reader sees it."""

    text: str
    numeric: bool


def read_exhibits(notebook: Any) -> list[dict[str, Any]]:
    """Exhibits of the notebook in reading order; cells tagged `remove-cell` are left out."""
    return [
        output.data[EXHIBIT]
        for _, output in _outputs(notebook, shown_only=True)
        if EXHIBIT in output.get("data", {})
    ]


def check_notebook(notebook: Any) -> list[str]:
    """Faults that forbid an export, each naming its cell or figure; empty when there are none.

    Found here: error outputs, plotly figures and pictures that are not exhibits, printed text,
    exhibits without title, note, alt text, figure or data table, repeated exhibit ids.
    """
    faults = [
        f"cell {number}: ended in {output.get('ename', 'an error')}"
        for number, output in _outputs(notebook, shown_only=False)
        if output.output_type == "error"
    ]
    for number, output in _outputs(notebook, shown_only=True):
        faults += _output_faults(number, output)
    seen: set[str] = set()
    for exhibit in read_exhibits(notebook):
        faults += _exhibit_faults(exhibit)
        name = str(exhibit.get("id"))
        if name in seen:
            faults.append(f"{name}: two exhibits have this id")
        seen.add(name)
    return faults


def _outputs(notebook: Any, *, shown_only: bool) -> Iterator[tuple[int, Any]]:
    for number, cell in enumerate(notebook.cells, start=1):
        hidden = REMOVE_CELL in cell.get("metadata", {}).get("tags", [])
        if cell.cell_type == "code" and not (shown_only and hidden):
            yield from ((number, output) for output in cell.outputs)


def _output_faults(number: int, output: Any) -> list[str]:
    if output.output_type == "stream":
        printed = output.get("name") == "stdout" and output.get("text", "").strip()
        return [f"cell {number}: prints text that no reader would see"] if printed else []
    if output.output_type == "error" or any(kind in output.data for kind in _SHOWN):
        return []
    if PLOTLY in output.data:
        return [f"cell {number}: a plotly figure that is not an exhibit; it would not be shown"]
    kinds = ", ".join(sorted(output.data)) or "nothing"
    return [f"cell {number}: an output the report cannot show ({kinds})"]


def _exhibit_faults(exhibit: Mapping[str, Any]) -> list[str]:
    name = str(exhibit.get("id") or "an exhibit without id")
    faults = []
    if not _ID.fullmatch(name):
        faults.append("its id must be lower-case letters, digits and hyphens")
    faults += [
        f"has no {part}"
        for part in ("title", "note", "alt")
        if not str(exhibit.get(part) or "").strip()
    ]
    traces = (exhibit.get("figure") or {}).get("data") or []
    if not traces:
        faults.append("draws nothing")
    faults += [f"trace {place} has no type" for place, t in enumerate(traces) if not t.get("type")]
    table = exhibit.get("table") or {}
    columns, rows = table.get("columns") or [], table.get("rows") or []
    if not columns or not rows:
        faults.append("has no data table")
    faults += [
        f"row {place} of its table has {len(row)} cells for {len(columns)} columns"
        for place, row in enumerate(rows, start=1)
        if len(row) != len(columns)
    ]
    return [f"{name}: {fault}" for fault in faults]


def trace_types(exhibits: list[dict[str, Any]]) -> frozenset[str]:
    """Trace types the exhibits draw."""
    return frozenset(trace["type"] for exhibit in exhibits for trace in exhibit["figure"]["data"])


def compose_data_table(table: Mapping[str, Any]) -> tuple[list[Column], list[list[Cell]]]:
    """The table behind a figure as text: numbers with separators, years plain, gaps as a dash."""
    rows: list[list[Any]] = [list(row) for row in table["rows"]]
    columns = []
    for place, name in enumerate(table["columns"]):
        values = [row[place] for row in rows if row[place] is not None]
        numeric = bool(values) and all(_is_number(value) for value in values)
        plain = numeric and all(isinstance(v, int) and v in _YEARS for v in values)
        columns.append(Column(str(name), numeric and not plain))
    cells = [
        [
            Cell(_shown(value, grouped=column.numeric), column.numeric)
            for value, column in zip(row, columns, strict=True)
        ]
        for row in rows
    ]
    return columns, cells


def reads_the_same(table: Mapping[str, Any]) -> bool:
    """Whether a long table says in the page's cells what its raw values say.

    It is then carried once: whoever saves the data reads them off the page.
    """
    cells = (cell for row in table["rows"] for cell in row)
    return len(table["rows"]) >= _LONG and all(map(_is_said_raw, cells))


_LONG = 200


def _is_said_raw(cell: object) -> bool:
    if isinstance(cell, str):
        return True
    # a minus would be taken for a formula, were it read as text
    raw = str(cell).removesuffix(".0")
    return _is_number(cell) and not raw.startswith("-") and _shown(cell, grouped=True) == raw


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any, *, grouped: bool) -> str:
    """A cell as the reader sees it; what is saved as data keeps the hyphen of a raw value."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        size = _shown_plain(-value, grouped=grouped)
        return size if size in {"0", _GAP} else f"{_MINUS}{size}"
    return _shown_plain(value, grouped=grouped)


_MINUS, _GAP = "\N{MINUS SIGN}", "\N{EN DASH}"


def _shown_plain(value: Any, *, grouped: bool) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return _GAP
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if grouped else str(value)
    if isinstance(value, float):
        return _shown_float(value)
    return str(value)


def _shown_float(value: float) -> str:
    size = abs(value)
    if size >= 1000:  # noqa: PLR2004  from here on decimals say nothing
        return f"{value:,.0f}"
    if size >= 1:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    text = f"{value:.3g}" if size else "0"
    # nobody reads an exponent aloud
    return f"{value:.9f}".rstrip("0").rstrip(".") if "e" in text else text


def safe_json(value: object) -> str:
    """JSON that may stand inside a script element; what is not finite becomes null."""
    try:
        text = _compact(value)
    except (TypeError, ValueError):
        text = _compact(_finite(value))
    for sign, escape in _UNSAFE.items():
        text = text.replace(sign, escape)
    return text


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return value
