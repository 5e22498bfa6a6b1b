"""Frames that nobody can change for somebody else: each reader gets a copy on write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, overload

import pandas as pd


class FrozenTables(Mapping[str, pd.DataFrame]):
    """Name to frame; what a reader does to a frame it got stays with that reader.

    The copy is shallow and costs microseconds: pandas copies the cells when they are written to.
    """

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        self._frames = dict(frames)

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._frames[name].copy(deep=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def __contains__(self, name: object) -> bool:
        return name in self._frames


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
        frame: pd.DataFrame = record.__dict__[self._name]
        return frame.copy(deep=False)

    def __set__(self, record: object, frame: pd.DataFrame) -> None:
        record.__dict__[self._name] = frame
