"""What was killed, what came of it, and how long the rest will take."""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

_EVERY = 15.0


def say(text: str) -> None:
    """A line of progress."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@dataclass
class Tally:
    """Kills by part and victim, with what came of each, and every fault.

    Attributes:
        wanted: Kills wanted of each part.
        guess: Seconds a kill of each part takes, until it was measured.
        came: (victim, what came of it) to how often.
        checks: Times the whole archive was verified.
        faults: What was wrong, partial, lost or left running.
    """

    wanted: dict[str, int]
    guess: dict[str, float]
    came: Counter[tuple[str, str]] = field(default_factory=Counter)
    checks: int = 0
    faults: list[str] = field(default_factory=list)
    _done: Counter[str] = field(default_factory=Counter)
    _spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _mark: float = field(default_factory=time.monotonic)
    _said: float = 0.0

    @property
    def kills(self) -> int:
        """All of them."""
        return sum(self.came.values())

    def begin(self, part: str) -> None:
        """A part begins; its set-up is over."""
        self._mark = time.monotonic()
        say(f"{part}: {self.wanted[part]} kills, about {_clock(self._left())} left of all")

    def is_wanted(self, part: str) -> bool:
        """Whether a part has kills left."""
        return self._done[part] < self.wanted[part]

    def note(self, part: str, victim: str, what: str) -> None:
        """One process was killed, and this came of it."""
        self.came[victim, what] += 1
        self._done[part] += 1
        self.pass_time(part)
        if time.monotonic() - self._said > _EVERY or not self.is_wanted(part):
            self._said = time.monotonic()
            total = sum(self.wanted.values())
            say(
                f"  {part} {self._done[part]}/{self.wanted[part]}, {self.kills}/{total} in all, "
                f"{len(self.faults)} faults, about {_clock(self._left())} left"
            )

    def pass_time(self, part: str) -> None:
        """Time since the last note counts for this part, also where nothing was hit."""
        now = time.monotonic()
        self._spent[part] += now - self._mark
        self._mark = now

    def blame(self, place: str, faults: list[str]) -> None:
        """Keep and say what is wrong."""
        for fault in faults:
            self.faults.append(f"{place}: {fault}")
            say(f"FAULT {self.faults[-1]}")

    def summary(self) -> list[str]:
        """A line for each kind of victim, and one for all."""
        lines = []
        for victim in sorted({one for one, _ in self.came}):
            parts = {what: n for (one, what), n in self.came.items() if one == victim}
            said = ", ".join(f"{n} {what}" for what, n in sorted(parts.items(), key=_by_count))
            lines.append(f"{victim:22} {sum(parts.values()):4} killed: {said}")
        lines.append(
            f"{self.kills} kills, archives verified {self.checks} times, {len(self.faults)} faults"
        )
        return lines

    def _left(self) -> float:
        return sum(
            (self.wanted[part] - self._done[part])
            * (self._spent[part] / self._done[part] if self._done[part] else self.guess[part])
            for part in self.wanted
        )


def _by_count(pair: tuple[str, int]) -> int:
    return -pair[1]


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"
