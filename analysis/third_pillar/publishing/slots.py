"""When an entry of the schedule is due: cron expressions in a time zone, daylight saving right.

As in Debian's cron, a time that the clock skips in spring falls on the first moment after the
gap, and one that the clock strikes twice in autumn counts the first time only. Expressions that
begin minute or hour with a star go by elapsed time instead.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_WINDOWS = (1, 32, 400, 0)
"""Days to look back, so that a long pause costs no long search; 0 is all of it."""
_MOST = 1_000


@dataclass(frozen=True)
class Timetable:
    """The slots of one cron expression in one zone.

    Attributes:
        cron: Five fields.
        zone: IANA name.
    """

    cron: str
    zone: str

    def check(self) -> str:
        """What is wrong with it, or nothing."""
        if len(self.cron.split()) != 5:  # noqa: PLR2004  minute, hour, day, month, day of week
            return "needs five fields: minute, hour, day of month, month, day of week"
        try:
            ZoneInfo(self.zone)
        except (KeyError, OSError, ValueError):  # an unknown zone is a KeyError
            return f"no such time zone: {self.zone[:60]!r}"
        try:
            self.next_slot(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        except CronSimError as error:
            return f"{str(error).casefold()}, as in 0 6 * * MON or */30 8-18 * * 1-5"
        except StopIteration:
            return "names a day that never comes"
        return ""

    def next_slot(self, after: dt.datetime) -> dt.datetime:
        """The first slot after a moment, in UTC.

        Raises:
            StopIteration: There is none in 50 years.
        """
        return next(self._slots(after))

    def due_slot(self, after: dt.datetime, now: dt.datetime) -> tuple[dt.datetime, int] | None:
        """The newest slot after one moment and not after another, and how many were missed.

        However long nobody looked, one slot is due. Those before it are counted up to 1,000.
        """
        for days in _WINDOWS:
            start = max(after, now - dt.timedelta(days=days)) if days else after
            within = itertools.takewhile(lambda slot: slot <= now, self._slots(start))
            newest = max((slot for slot in within if slot > after), default=None)
            if newest is not None:
                return newest, self._count(after, newest)
            if start == after:
                break
        return None

    def _count(self, after: dt.datetime, before: dt.datetime) -> int:
        within = itertools.takewhile(lambda slot: slot < before, self._slots(after))
        return sum(1 for _ in itertools.islice(within, _MOST))

    def _slots(self, after: dt.datetime) -> Iterator[dt.datetime]:
        """Every slot after a moment, in UTC, rising."""
        local = after.astimezone(ZoneInfo(self.zone))
        last = after
        for slot in CronSim(self.cron, local):
            moment = slot.astimezone(dt.UTC)
            if moment > last:
                last = moment
                yield moment
