"""What a forecast can come to, and the rules of those about events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from third_pillar.model.scoring import is_miss

EVENT_HAPPENS, CONTROL_IN_FORCE = "event_happens", "control_in_force"
YES, NO, OPEN = "yes", "no", "open"


@dataclass(frozen=True)
class Settled:
    """One forecast with what the register says of it.

    Attributes:
        row: The forecast as registered.
        outcome: yes, no or open.
        because: The row of the register that settles it, in words.
    """

    row: Mapping[str, str]
    outcome: str
    because: str

    @property
    def probability(self) -> float:
        """The chance stated."""
        return float(self.row["probability"])

    @property
    def is_miss(self) -> bool:
        """Whether it is settled and leaned the wrong way."""
        return self.outcome != OPEN and is_miss(self.probability, came_true=self.outcome == YES)
