"""What an event study says: phases, their changes, the course without events."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Phase:
    """A run of months between events: its name, first and last month ("YYYY-MM")."""

    name: str
    first: str
    last: str

    def holds(self, month: str) -> bool:
        """Whether the month lies in the phase."""
        return self.first <= month <= self.last


@dataclass(frozen=True)
class Change:
    """How far a phase lies from what it is compared with.

    Attributes:
        name: The phase, or "phase against phase".
        points: Months of the phase on record.
        percent: Change in percent; nothing where it is not estimable.
        low: Lower end of the 95 % interval.
        high: Upper end.
    """

    name: str
    points: int
    percent: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_estimable(self) -> bool:
        """Whether the phase has months enough."""
        return self.percent is not None

    @property
    def is_told_apart(self) -> bool:
        """Whether the interval leaves out no change."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Interruption:
    """The series against its own course before the first event.

    Attributes:
        points: Months used.
        points_before: Months before the first phase.
        reason: Why nothing is estimated; empty where something is.
        changes: Each phase against the course before; as given.
        contrasts: Each phase against the one before it, where both are estimable.
        trend: Change of the course before, percent a month; nothing without a trend.
        dispersion: Variance over mean (Pearson); 1 would be counts.
        autocorrelation: Of the residuals with those of the month before.
        largest_residual: Month and Pearson residual of the worst fit, over the dispersion.
        course: One row a month from first to last: `month`, `observed`, `expected`, `low`,
            `high` (tonnes; expected without events; observed is NaN where not on record).
    """

    points: int
    points_before: int
    reason: str = ""
    changes: tuple[Change, ...] = ()
    contrasts: tuple[Change, ...] = ()
    trend: Change | None = None
    dispersion: float = math.nan
    autocorrelation: float = math.nan
    largest_residual: tuple[str, float] = ("", math.nan)
    course: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def is_estimable(self) -> bool:
        """Whether there are months enough before the first event."""
        return not self.reason

    def change(self, phase: str) -> Change:
        """The change of one phase.

        Raises:
            KeyError: No such phase.
        """
        return {change.name: change for change in self.changes}[phase]
