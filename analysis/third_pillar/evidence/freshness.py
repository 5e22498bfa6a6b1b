"""How old each table is against the rhythm in which news of it is expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from third_pillar.evidence.descriptor import read_resources

RHYTHM_DAYS: Mapping[str, int] = {"monthly": 31, "quarterly": 92, "annual": 366}
"""Days between two editions; a table that follows events (`as_events`) has none."""
PATIENCE = 1.5
"""A table is overdue when its newest row is older than this many rhythms."""
_DATED = ("known_from", "announced")


@dataclass(frozen=True)
class TableAge:
    """How fresh one table is on a day.

    Attributes:
        name: Short name of the table.
        title: Its title in the data package.
        rhythm: How often news of it is expected.
        newest: Day on which its newest row became known, or nothing where it holds none.
        due: First day on which it counts as overdue, or nothing where it has no rhythm.
        on: The day it is judged on.
    """

    name: str
    title: str
    rhythm: str
    newest: dt.date | None
    due: dt.date | None
    on: dt.date

    @property
    def is_overdue(self) -> bool:
        """Whether newer rows should have come by that day."""
        return self.due is not None and self.due <= self.on

    @property
    def age_days(self) -> int | None:
        """Days since its newest row became known."""
        return None if self.newest is None else (self.on - self.newest).days


def assess_freshness(
    tables: Mapping[str, pd.DataFrame], on: dt.date, *, root: Path | None = None
) -> tuple[TableAge, ...]:
    """Every table with a dated row, in the order of the data package.

    Args:
        tables: As known on the day.
        on: The day.
        root: Folder of the project.

    Method:
        §0.5 of docs/methods.md.
    """
    found = []
    for resource in read_resources(root).values():
        frame = tables.get(resource.name)
        column = next((name for name in _DATED if frame is not None and name in frame), None)
        if frame is None or column is None:
            continue
        newest = None if frame[column].dropna().empty else frame[column].max().date()
        rhythm = str(resource.descriptor.get("rhythm", ""))
        found.append(
            TableAge(
                name=resource.name,
                title=str(resource.descriptor.get("title", resource.name)),
                rhythm=rhythm,
                newest=newest,
                due=_due(newest, rhythm, on),
                on=on,
            )
        )
    return tuple(found)


def _due(newest: dt.date | None, rhythm: str, on: dt.date) -> dt.date | None:
    days = RHYTHM_DAYS.get(rhythm)
    if days is None:
        return None
    if newest is None:
        return on  # expected, and nothing there
    return newest + dt.timedelta(days=int(days * PATIENCE) + 1)
