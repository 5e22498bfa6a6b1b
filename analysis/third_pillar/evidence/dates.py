"""What a partial date counts as: the last day of its period."""

from __future__ import annotations

import calendar
import datetime as dt
import re

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def last_day(text: str, *, precision: str = "") -> dt.date | None:
    """The day a date written in full or in part counts from.

    A figure dated "2024" could be known on the last day of 2024 at the latest, so a question
    put on an earlier day does not see it.

    Args:
        text: "YYYY", "YYYY-MM" or "YYYY-MM-DD".
        precision: "day", "month" or "year": how much of a full date is meant.

    Returns:
        The day, or None where the text is not a date.
    """
    match = _DATE.fullmatch(text.strip())
    if not match:
        return None
    year, month, day = int(match[1]), match[2], match[3]
    if precision == "year" or month is None:
        return dt.date(year, 12, 31) if year else None
    try:
        first = dt.date(year, int(month), int(day or 1))
    except ValueError:
        return None
    if precision == "month" or day is None:
        return first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return first
