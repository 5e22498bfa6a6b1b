"""Notebooks as files: read, written and injected with parameters, without a second of imports.

nbformat and papermill do the same and are what these are tested against; importing the two costs
more than the rest of a report's overhead together.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from third_pillar.execution.indented_json import write_indented
from third_pillar.vocabulary.errors import ParameterFault, ReportFailed

PARAMETERS = "parameters"
INJECTED = "injected-parameters"
_MAJOR = 4
_MINOR_WITH_IDS = 5
_LONGEST_TEXT = 100_000
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_MARKS = re.compile(r"[*_`]|\[([^\]]*)\]\([^)]*\)")


class Node(dict[str, Any]):
    """A mapping whose keys are attributes too, as those of nbformat's notebooks are."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


def as_node(value: Any) -> Any:
    """Plain data with every mapping in it as a node; lists and texts stay what they are."""
    if isinstance(value, Mapping):
        return Node({key: as_node(part) for key, part in value.items()})
    return [as_node(part) for part in value] if isinstance(value, list | tuple) else value


def read_notebook(path: Path) -> Any:
    """The notebook of a file, format 4; texts split into lines are joined.

    Raises:
        ReportFailed: The file is no notebook, or of an older format.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        said = str(error).splitlines()[0]
        raise ReportFailed(f"{path.name} is no notebook: not JSON ({said})") from None
    if not isinstance(content, dict) or content.get("nbformat") != _MAJOR:
        raise ReportFailed(
            f"{path.name} is no notebook of format {_MAJOR}",
            hint="Open it in JupyterLab and save it: that brings it to the format of today.",
        )
    cells = content.get("cells")
    if not isinstance(cells, list) or not all(map(_is_cell, cells)):
        raise ReportFailed(f"{path.name} is no notebook: its cells are not as the format says")
    notebook = as_node(content)
    notebook.setdefault("metadata", Node())
    for number, cell in enumerate(notebook.cells):
        cell.source = _joined(cell.source)
        cell.setdefault("metadata", Node())
        if notebook.get("nbformat_minor", 0) >= _MINOR_WITH_IDS:
            cell.setdefault("id", f"cell-{number}")
        if cell.cell_type == "code":
            cell.outputs = [_joined_output(output) for output in cell.get("outputs", [])]
            cell.setdefault("execution_count", None)
    return notebook


def _is_cell(cell: object) -> bool:
    return (
        isinstance(cell, dict)
        and cell.get("cell_type") in {"code", "markdown", "raw"}
        and isinstance(cell.get("source"), str | list)
        and isinstance(cell.get("metadata", {}), dict)
    )


def _joined(value: Any) -> Any:
    is_lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
    return "".join(value) if is_lines else value


def _joined_output(output: Any) -> Any:
    if "text" in output:
        output.text = _joined(output.text)
    for kind, value in output.get("data", {}).items():
        if not _is_json(kind):
            output.data[kind] = _joined(value)
    return output


def _is_json(kind: str) -> bool:
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def write_notebook(notebook: Any, path: Path) -> None:
    """Write a notebook as nbformat does: keys sorted, texts split into lines, one final newline."""
    content = write_indented(_split(notebook))
    path.write_text(content + "\n", encoding="utf-8", newline="\n", errors="backslashreplace")


def _split(notebook: Any) -> dict[str, Any]:
    cells = []
    for cell in notebook["cells"]:
        written = {**cell, "source": cell["source"].splitlines(keepends=True)}
        if "outputs" in cell:
            written["outputs"] = [_split_output(output) for output in cell["outputs"]]
        cells.append(written)
    return {**notebook, "cells": cells}


def _split_output(output: Mapping[str, Any]) -> dict[str, Any]:
    written = dict(output)
    if isinstance(written.get("text"), str):
        written["text"] = written["text"].splitlines(keepends=True)
    if "data" in written:
        written["data"] = {
            kind: value.splitlines(keepends=True)
            if isinstance(value, str) and not _is_json(kind)
            else value
            for kind, value in written["data"].items()
        }
    return written


def inject_parameters(notebook: Any, parameters: Mapping[str, Any]) -> None:
    """Put a cell with these values after the notebook's parameters cell, as papermill does.

    Each is written as a literal of plain ASCII: no value can end its literal, none is ever code,
    and a sign that would be invisible in the cell is shown by its number.

    Raises:
        ParameterFault: A value is not plain data, or a name is none.
    """
    lines = ["# Parameters", *(_assignment(*pair) for pair in parameters.items())]
    cell = Node(
        cell_type="code",
        metadata=Node(tags=[INJECTED]),
        execution_count=None,
        outputs=[],
        source="\n".join(lines) + "\n",
    )
    if notebook.get("nbformat_minor", 0) >= _MINOR_WITH_IDS:
        cell.id = INJECTED
    cells = [part for part in notebook.cells if INJECTED not in part.metadata.get("tags", [])]
    place = next(
        (n for n, part in enumerate(cells, 1) if PARAMETERS in part.metadata.get("tags", [])), 0
    )
    notebook.cells = [*cells[:place], cell, *cells[place:]]
    notebook.metadata.papermill = Node(
        default_parameters=Node(),
        environment_variables=Node(),
        parameters=as_node(dict(parameters)),
        version=None,
    )


def _assignment(name: str, value: Any) -> str:
    if not name.isidentifier():
        raise ParameterFault(f"{name!r} is no name of a parameter")
    return f"{name} = {_literal(name, value)}"


def _literal(name: str, value: Any) -> str:
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if isinstance(value, str) and len(value) <= _LONGEST_TEXT:
        return ascii(str(value))
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_literal(name, part) for part in value) + "]"
    if isinstance(value, str):
        raise ParameterFault(f"{name} is a text of {len(value):,} signs; at most {_LONGEST_TEXT:,}")
    raise ParameterFault(f"{name} is a {type(value).__name__}, which is no plain value")


def is_code(cell: Any) -> bool:
    """Whether a cell has code to run."""
    return cell.cell_type == "code" and bool(cell.source.strip())


def heading_above(notebook: Any, index: int) -> str:
    """The last heading at or above a cell, without marks; says so where there is none."""
    for cell in reversed(notebook.cells[: index + 1]):
        found = _HEADING.findall(cell.source) if cell.cell_type == "markdown" else []
        if found:
            return _MARKS.sub(lambda match: match.group(1) or "", found[-1]).strip()
    return "set-up"


class RunRecord:
    """Writes on a notebook how far it got, in the metadata papermill uses, and only what is so.

    Where papermill ends by calling every cell it never reached "completed", those stay "pending".
    """

    def __init__(self, notebook: Any) -> None:
        self.nb = notebook
        self._began = _now()
        notebook.metadata.setdefault("papermill", Node()).update(
            start_time=self._began.isoformat(), end_time=None, duration=None, exception=None
        )
        for cell in notebook.cells:
            empty = dict.fromkeys(("exception", "start_time", "end_time", "duration"))
            cell.metadata.papermill = Node(**empty, status="pending")
            if cell.cell_type == "code":
                cell.execution_count, cell.outputs = None, []

    def cell_start(self, cell: Any, cell_index: int) -> None:
        """A cell begins."""
        del cell_index
        cell.metadata.papermill.update(
            start_time=_now().isoformat(), status="running", exception=False
        )

    def cell_exception(self, cell: Any, cell_index: int, exception: BaseException) -> None:
        """A cell did not end well, for whatever reason."""
        del cell_index, exception
        cell.metadata.papermill.update(exception=True, status="failed")
        self.nb.metadata.papermill.exception = True

    def cell_complete(self, cell: Any, cell_index: int) -> None:
        """A cell is over."""
        del cell_index
        said, now = cell.metadata.papermill, _now()
        began = dt.datetime.fromisoformat(said.start_time) if said.start_time else now
        said.update(end_time=now.isoformat(), duration=(now - began).total_seconds())
        if said.status != "failed":
            said.status = "completed"

    def autosave_cell(self) -> None:
        """Nothing: the notebook is written once, whole."""

    def finish(self) -> None:
        """The run is over, however far it got."""
        now = _now()
        self.nb.metadata.papermill.update(
            end_time=now.isoformat(), duration=(now - self._began).total_seconds()
        )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
