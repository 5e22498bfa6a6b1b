"""Frames that nobody can change for somebody else: each reader gets a copy on write."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, TypeVar, overload

import numpy as np
import pandas as pd

from third_pillar.evidence.reads import WHOLE, note_read

Row = Mapping[str, Any]
_Found = TypeVar("_Found")


class HeldTable:
    """One table as a frame and as rows; each is made from the other when first asked for.

    Compared by identity: what was found from it holds as long as it stands in its place.
    """

    def __init__(
        self, frame: pd.DataFrame | None = None, *, build: Callable[[], pd.DataFrame] | None = None
    ) -> None:
        self._frame = frame
        self._build = build
        self._rows: tuple[Row, ...] | None = None
        self._places: dict[Any, int] | None = None
        self.found: dict[Hashable, Any] = {}

    @property
    def frame(self) -> pd.DataFrame:
        """The table, yours to change: a shallow copy whose cells are copied when written to."""
        if self._frame is None:
            assert self._build is not None  # noqa: S101  one of the two is given
            self._frame = self._build()
        return self._frame.copy(deep=False)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Its rows in their order, column → cell; only to be read."""
        if self._rows is None:
            names = [str(name) for name in self.frame.columns]
            cells = [column.tolist() for _, column in self.frame.items()]
            self._rows = tuple(dict(zip(names, row, strict=True)) for row in zip(*cells))  # noqa: B905
        return self._rows

    @property
    def places(self) -> Mapping[Any, int]:
        """Cell of the first column → place of its row, of several the last; only to be read."""
        if self._places is None:
            first = self.frame.iloc[:, 0].tolist() if len(self.frame.columns) else []
            self._places = {cell: place for place, cell in enumerate(first)}
        return self._places

    def only(self, is_kept: Callable[[Row], bool]) -> HeldTable:
        """The rows of this table that are wanted, in their order."""
        kept = [is_kept(row) for row in self.rows]
        other = HeldTable(build=lambda: self.frame[kept].reset_index(drop=True))
        other._rows = tuple(itertools.compress(self.rows, kept))
        return other

    def with_rows(self, changed: Mapping[int, Row]) -> HeldTable:
        """The same table with other numbers in the rows at these places; the frame comes later."""

        def build() -> pd.DataFrame:
            frame = self.frame
            for name in frame.columns:
                moved = {
                    place: row[name]
                    for place, row in changed.items()
                    if row[name] is not self.rows[place][name]
                }
                if moved:
                    cells = frame[name].to_numpy(dtype=float, na_value=np.nan, copy=True)
                    cells[list(moved)] = list(moved.values())
                    frame[name] = cells
            return frame

        other = HeldTable(build=build)
        other._rows = tuple(changed.get(place, row) for place, row in enumerate(self.rows))
        return other


class FrozenTables(Mapping[str, pd.DataFrame]):
    """Name to frame; what a reader does to a frame it got stays with that reader.

    Args:
        frames: Name → frame, or the table as it is held elsewhere.
        paths: Name → file below `data/`, noted when a table is looked up; where not given,
            nothing is noted.
    """

    def __init__(
        self,
        frames: Mapping[str, pd.DataFrame | HeldTable],
        paths: Mapping[str, str] | None = None,
    ) -> None:
        self._held = {
            name: frame if isinstance(frame, HeldTable) else HeldTable(frame)
            for name, frame in frames.items()
        }
        self._paths = paths

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.hold(name).frame

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, name: object) -> bool:
        return name in self._held

    def hold(self, name: str) -> HeldTable:
        """A table as it is held; looking it up notes its file.

        Raises:
            KeyError: No such table.
        """
        held = self._held[name]
        if self._paths is not None:
            note_read(self._paths.get(name, WHOLE))
        return held

    def glance(self) -> Iterator[tuple[str, HeldTable]]:
        """Every table, unnoted: for who looks at keys alone, which `@keys` stands for."""
        return iter(self._held.items())

    def noted(self, paths: Mapping[str, str]) -> FrozenTables:
        """The same tables; looking one up notes its file."""
        return FrozenTables(self._held, paths)

    def replaced(self, frames: Mapping[str, pd.DataFrame | HeldTable]) -> FrozenTables:
        """The same tables, these in the place of theirs."""
        return FrozenTables({**self._held, **frames}, self._paths)

    def remember(self, names: tuple[str, ...], key: Hashable, find: Callable[[], _Found]) -> _Found:
        """What follows from these tables alone, found once for as long as they stand."""
        first, *others = (self.hold(name) for name in names)
        whole = (key, *others)
        if whole not in first.found:
            first.found[whole] = find()
        return first.found[whole]  # type: ignore[no-any-return]  # one key, one kind of value


class FrozenFrame:
    """A field of a frozen record that hands out copies on write of its frame."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, record: None, owner: type) -> Any: ...
    @overload
    def __get__(self, record: object, owner: type) -> pd.DataFrame: ...
    def __get__(self, record: object | None, owner: type) -> Any:
        if record is None:
            raise AttributeError(self._name)  # so that the record knows no default
        held: HeldTable = record.__dict__[self._name]
        return held.frame

    def __set__(self, record: object, frame: pd.DataFrame | HeldTable) -> None:
        held = frame if isinstance(frame, HeldTable) else HeldTable(frame)
        record.__dict__[self._name] = held


def rows_by_index(record: object, name: str) -> dict[str, Row]:
    """The rows of such a field by the index of its frame; only to be read."""
    held: HeldTable = record.__dict__[name]
    return {str(key): row for key, row in zip(held.frame.index, held.rows, strict=True)}
