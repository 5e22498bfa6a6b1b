"""How a run tells where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class CellProgress:
    """One code cell is about to run.

    Attributes:
        number: Its place among the code cells, from 1.
        of: Number of code cells.
        heading: The heading it stands under, without marks.
    """

    number: int
    of: int
    heading: str


EngineName = Literal["pillar", "kernel"]
ENGINES: tuple[EngineName, ...] = ("pillar", "kernel")
Progress = Callable[[CellProgress], None]
