"""Amounts in words: a number beside its unit, a count beside its noun, a value beside a limit."""

from __future__ import annotations

from collections.abc import Iterable

_ONE = {
    "stages": "stage",
    "definitions": "definition",
    "criteria": "criterion",
    "years": "year",
    "months": "month",
    "days": "day",
    "places": "place",
    "times": "time",
    "tonnes": "tonne",
}
_DISTANCES = {"%": "percentage points", "rank": "places"}
_MONEY = ("USD", "Rs")
_MOST_DIGITS = 9


def counted(number: int, one: str, many: str = "") -> str:
    """A count with its noun, e.g. "1 source" or "3 sources"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def phrase_list(items: tuple[str, ...]) -> str:
    """Items as "A", "A and B" or "A, B and C"."""
    if len(items) < 2:  # noqa: PLR2004  one item has no "and"
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def attach_unit(text: str, unit: str, *, space: str = " ") -> str:
    """A number already written, with its unit where a reader expects it.

    Args:
        text: The number, e.g. "1,930".
        unit: Its unit as metrics have it, or "" for none.
        space: What stands between the words.

    Returns:
        E.g. "81 %", "rank 3", "USD 1,930 m", "1 stage", "2 stages".
    """
    if not unit:
        return text
    if unit == "rank":
        words = ["rank", text]
    elif unit.split(maxsplit=1)[0] in _MONEY:
        money, *scale = unit.split()
        words = [money, text, *scale]
    else:
        is_one = text.lstrip("+-\N{MINUS SIGN}") in {"1", "under 1"}
        words = [text, *(_ONE.get(unit, unit) if is_one else unit).split()]
    return space.join(words)


def group_thousands(text: str) -> str:
    """A figure as it stands in a table, with its thousands apart; words stay as they are."""
    try:
        number = float(text)
    except ValueError:
        return text
    return f"{number:,.12g}"


def find_distance_unit(unit: str) -> str:
    """The unit of a difference between two amounts: percentage points, places of a rank."""
    return _DISTANCES.get(unit, unit)


def keep_apart(text: str, value: float, limits: Iterable[float]) -> str:
    """The number as written, with as many digits more as show on which side of a limit it lies.

    Args:
        text: The number as it would be written, e.g. "10" for 9.98.
        value: The number.
        limits: What it is held against, e.g. (10,).

    Returns:
        E.g. "9.98"; the text as it is where it neither meets nor crosses a limit.
    """
    lines = tuple(limits)
    more = (f"{value:,.{digits}f}" for digits in range(1, _MOST_DIGITS))
    return next((shown for shown in (text, *more) if not _misleads(shown, value, lines)), text)


def round_apart(value: float, limits: Iterable[float], *, digits: int = 1) -> float:
    """The number rounded, to more digits where rounding would hide the side of a limit it is on."""
    return float(keep_apart(f"{value:.{digits}f}", value, limits).replace(",", ""))


def _misleads(text: str, value: float, limits: tuple[float, ...]) -> bool:
    try:
        shown = float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    except ValueError:  # "under 0.1": words mislead nobody
        return False
    return any(_side(shown, limit) != _side(value, limit) for limit in limits)


def _side(value: float, limit: float) -> int:
    return int(value > limit) - int(value < limit)
