"""The files as they stand: tables as text, YAML; each file read once."""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from third_pillar.evidence.descriptor import Resource
from third_pillar.evidence.location import DESCRIPTOR, data_folder, file_state
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import DataFault

NUMERIC = frozenset({"number", "integer", "year"})


@dataclass(frozen=True)
class Row:
    """One line of a table, as text."""

    line: int
    cells: Mapping[str, str]

    def text(self, name: str) -> str:
        """The cell, or nothing where the column is missing."""
        return self.cells.get(name, "")

    def items(self, name: str) -> tuple[str, ...]:
        """The parts of a cell that holds a list joined by semicolons."""
        return tuple(part.strip() for part in self.text(name).split(";") if part.strip())


@dataclass(frozen=True)
class Table:
    """A table as text, with the faults of its form."""

    resource: Resource
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    faults: tuple[DataFault, ...] = ()

    @property
    def path(self) -> str:
        """Path below `data/`."""
        return self.resource.path

    def has(self, *names: str) -> bool:
        """Whether the file holds all these columns."""
        return all(name in self.header for name in names)

    def label(self, row: Row) -> str:
        """How a reader finds the row: its key and its line."""
        key = ", ".join(row.text(name) for name in self.resource.key if row.text(name))
        return f"{key} (line {row.line})" if key else f"line {row.line}"

    def fault(self, row: Row, name: str, rule: str, mend: str = "") -> DataFault:
        """A broken rule in one cell of this table."""
        return DataFault(self.path, self.label(row), name, row.text(name), rule, mend)


def read_table(resource: Resource, root: Path | None = None) -> Table:
    """The table as text; what is wrong with its form is in `faults`, nothing is raised."""
    return read_table_at(resource, data_folder(root) / resource.path)


def read_table_at(resource: Resource, path: Path) -> Table:
    """As `read_table`, from a file that lies elsewhere."""
    try:
        text = _file_text(*file_state(path))
    except FileNotFoundError:
        fault = DataFault(
            resource.path,
            "",
            "",
            "",
            "the table file is missing",
            f"put the file back, or take the table out of {DESCRIPTOR}",
        )
        return Table(resource, (), (), (fault,))
    except (OSError, UnicodeDecodeError) as error:
        fault = DataFault(
            resource.path, "", "", "", f"the file is not readable UTF-8 text ({error})"
        )
        return Table(resource, (), (), (fault,))
    return _parse(resource, text)


def read_yaml(path: Path) -> Any:
    """What a YAML file holds.

    Raises:
        ValueError: The file cannot be read as YAML; says where.
    """
    try:
        return copy.deepcopy(_parse_yaml(*file_state(path)))
    except yaml.YAMLError as error:
        raise ValueError(f"is not YAML ({' '.join(str(error).split())})") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read ({error})") from None
    except RecursionError:
        raise ValueError("nests too deep to be read") from None


@lru_cache(maxsize=64)
def _parse_yaml(path: Path, changed: int, size: int) -> Any:
    del changed, size  # parts of the cache key only
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=512)
def _file_text(path: Path, changed: int, size: int) -> str:
    del changed, size  # parts of the cache key only
    with path.open(encoding="utf-8-sig", newline="") as file:
        return file.read()


def _parse(resource: Resource, text: str) -> Table:
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[Row] = []
    faults: list[DataFault] = []
    header: tuple[str, ...] = ()
    try:
        header = tuple(next(reader, ()))
        for cells in reader:
            if len(cells) == len(header):
                rows.append(
                    Row(reader.line_num, dict(zip(header, map(str.strip, cells), strict=True)))
                )
                continue
            rule = f"the row has {counted(len(cells), 'cell')}, the header has {len(header)}"
            mend = "quote a cell that holds a comma" if cells else "delete the blank line"
            faults.append(DataFault(resource.path, f"line {reader.line_num}", "", "", rule, mend))
    except csv.Error as error:
        faults.append(
            DataFault(resource.path, f"line {reader.line_num}", "", "", f"not CSV ({error})")
        )
    return Table(resource, header, tuple(rows), (*_header_faults(resource, header), *faults))


def _header_faults(resource: Resource, header: tuple[str, ...]) -> list[DataFault]:
    described = [column.name for column in resource.columns]
    faults = [
        DataFault(resource.path, "", name, "", "the column is missing", "add it to the header line")
        for name in described
        if name not in header
    ]
    faults += [
        DataFault(
            resource.path,
            "",
            name,
            "",
            f"{DESCRIPTOR} does not describe this column",
            "describe it, or take it out",
        )
        for name in header
        if name not in described
    ]
    twice = sorted({name for name in header if header.count(name) > 1})
    return faults + [
        DataFault(resource.path, "", name, "", "the column occurs twice") for name in twice
    ]
