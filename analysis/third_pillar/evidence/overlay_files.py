"""The reader's private figures: files of `data/overlay/`, in the schemas of the data package."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.location import data_folder, file_state, project_root
from third_pillar.evidence.reading import Table, read_table_at
from third_pillar.vocabulary.errors import DataFault, ParameterFault
from third_pillar.vocabulary.findings import OwnFigures
from third_pillar.vocabulary.parameters import nearest

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "overlay"
SOURCES = "sources"
VARIABLE = "PILLAR_OVERLAY"
"""Set to 1, the reader's own figures enter; `pillar report --allow-overlay` and `lab` set it."""

_IGNORED = frozenset({"README.md", ".gitkeep", ".DS_Store"})


@dataclass(frozen=True)
class OverlayFiles:
    """The reader's own rows as text.

    Attributes:
        folder: Where they are.
        tables: Short name of a table to its own rows, as the file has them.
        keys: Short name of a table to the keys of those rows.
        faults: What is wrong with the folder or the form of a file.
        sha256: Over names and contents of the files.
    """

    folder: Path
    tables: Mapping[str, Table]
    keys: Mapping[str, frozenset[str]]
    faults: tuple[DataFault, ...]
    sha256: str
    state: tuple[tuple[Path, int, int], ...] = field(default=(), repr=False)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(len(table.rows) for table in self.tables.values())

    @property
    def holds_anything(self) -> bool:
        """Whether there is a row, or something that should have been one."""
        return bool(self.rows or self.faults)


@dataclass(frozen=True)
class OwnRows:
    """The reader's own rows that were known on a day.

    Attributes:
        keys: Short name of a table to the keys of its own rows; tables without any are left out.
        unseen: Keys of own rows that were not known on that day yet.
        sha256: Of the files they came from.
    """

    keys: Mapping[str, tuple[str, ...]]
    unseen: tuple[str, ...]
    sha256: str

    @property
    def figures(self) -> frozenset[str]:
        """Keys of all own rows but sources."""
        return frozenset(k for name, keys in self.keys.items() if name != SOURCES for k in keys)

    @property
    def sources(self) -> frozenset[str]:
        """Ids of own sources."""
        return frozenset(self.keys.get(SOURCES, ()))

    def stated(self) -> OwnFigures:
        """As findings state it: how many, never which figures."""
        counts = {name: len(keys) for name, keys in self.keys.items()}
        return OwnFigures(sha256=self.sha256, rows=sum(counts.values()), tables=counts)


def overlay_folder(root: Path | None = None) -> Path:
    """The folder of the reader's own figures; it need not be there."""
    return data_folder(root) / FOLDER


def chosen_overlay(root: Path | None = None) -> Path | None:
    """The folder of own figures where the environment asks for them, else nothing.

    Raises:
        ParameterFault: The variable holds something else than 0 or 1.
    """
    asked = os.environ.get(VARIABLE, "")
    if asked not in {"", "0", "1"}:
        raise ParameterFault(f"{VARIABLE} is {asked!r}", hint="Set it to 1, or to nothing.")
    return overlay_folder(root) if asked == "1" else None


def read_overlay(folder: Path, *, root: Path | None = None) -> OverlayFiles:
    """What the folder holds; nothing is raised, faults of form are listed."""
    root = project_root() if root is None else root
    resources = read_resources(root)
    valid = [path for path in resources if path.startswith("curated/") or path == "sources.csv"]
    tables: dict[str, Table] = {}
    faults: list[DataFault] = []
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if path.name in _IGNORED:
            continue
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        shown = f"{FOLDER}/{name}"
        if name not in valid:
            faults.append(_stray(shown, name, tuple(valid)))
            continue
        table = read_table_at(replace(resources[name], path=shown), path)
        tables[resources[name].name] = table
        faults += table.faults
    keys = {
        name: frozenset(
            ",".join(row.text(part) for part in table.resource.key) for row in table.rows
        )
        for name, table in tables.items()
    }
    return OverlayFiles(
        folder=folder,
        tables=MappingProxyType(tables),
        keys=MappingProxyType(keys),
        faults=tuple(faults),
        sha256=digest.hexdigest(),
        state=tuple(file_state(path) for path in paths),
    )


def find_overlay(root: Path | None = None) -> OverlayFiles | None:
    """The reader's own figures, where the folder holds any."""
    folder = overlay_folder(root)
    found = read_overlay(folder, root=root) if folder.is_dir() else None
    return found if found is not None and found.holds_anything else None


def merge_overlay(tables: Mapping[str, Table], overlay: OverlayFiles) -> dict[str, Table]:
    """The tables with own rows in place of those of the same key, and new ones at the end."""
    merged = dict(tables)
    for name, own in overlay.tables.items():
        table = tables[name]
        key = table.resource.key
        fresh = {tuple(row.text(part) for part in key): row for row in own.rows}
        kept = [fresh.pop(tuple(row.text(part) for part in key), row) for row in table.rows]
        merged[name] = replace(table, rows=(*kept, *fresh.values()))
    return merged


def find_rows_in_use(mine: OverlayFiles, tables: Mapping[str, pd.DataFrame]) -> OwnRows:
    """Own rows among those that were known on a day."""
    keys: dict[str, tuple[str, ...]] = {}
    unseen: list[str] = []
    for name, own in mine.keys.items():
        columns = list(mine.tables[name].resource.key)
        known = {",".join(map(str, row)) for row in tables[name][columns].itertuples(index=False)}
        keys[name] = tuple(sorted(own & known))
        unseen += sorted(own - known)
    return OwnRows(
        MappingProxyType({name: found for name, found in keys.items() if found}),
        tuple(unseen),
        mine.sha256,
    )


def _stray(shown: str, name: str, valid: tuple[str, ...]) -> DataFault:
    near = nearest(name, valid).strip()
    rule = "is not a table that own figures may stand in"
    mend = f"{near} It holds curated/<table>.csv and sources.csv, named as in data/".strip()
    return DataFault(shown, "", "", "", rule, mend)
