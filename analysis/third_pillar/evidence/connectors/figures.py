"""What a publisher prints in a cell: a number, a bound, a range, or a sign that stands for one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_PLAIN = re.compile(_NUMBER)
_BOUND = re.compile(rf"([<>≥≤])\s*({_NUMBER})")
_RANGE = re.compile(rf"({_NUMBER})\s*[-–—]\s*({_NUMBER})")
_YEARS = re.compile(r"(\d{4})(?:\s*[-–—]\s*(\d{4}|\d{2}))?")
_SIGNS = {
    "W": "withheld",
    "E": "net exporter",
    "NA": "not available",
    "XX": "not applicable",
    "--": "zero",
    "—": "zero",
    "–": "zero",
    "": "empty",
}


@dataclass(frozen=True)
class Figure:
    """One printed cell.

    Attributes:
        value: The number; None where only a bound, a range or a sign is printed.
        low: Lower bound, where one is printed.
        high: Upper bound, where one is printed.
        qualifier: "" for a plain number, else what the print says: "more than", "less than",
            "range", "zero", "withheld", "net exporter", "not available", "not applicable", "empty".
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    qualifier: str = ""

    @property
    def has_number(self) -> bool:
        """Whether anything numeric is printed."""
        return any(number is not None for number in (self.value, self.low, self.high))


def read_figure(text: str) -> Figure:
    """The figure a cell prints: `>95`, `W`, `E`, `--`, `700–740`, `45,500`.

    Raises:
        ValueError: The cell prints none of these.
    """
    text = text.strip()
    if text in _SIGNS:
        sign = _SIGNS[text]
        return Figure(value=0.0 if sign == "zero" else None, qualifier=sign)
    if _PLAIN.fullmatch(text):
        return Figure(value=_number(text))
    bound = _BOUND.fullmatch(text)
    if bound:
        number = _number(bound[2])
        if bound[1] in ">≥":
            return Figure(low=number, qualifier="more than")
        return Figure(high=number, qualifier="less than")
    span = _RANGE.fullmatch(text)
    if span and _number(span[1]) <= _number(span[2]):
        return Figure(low=_number(span[1]), high=_number(span[2]), qualifier="range")
    raise ValueError(f"{text!r} is neither a number, a bound, a range nor a known sign")


def read_years(text: str) -> tuple[int, int]:
    """First and last year of a cell such as `2025` or `2021–24`.

    Raises:
        ValueError: The cell prints no year.
    """
    match = _YEARS.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is neither a year nor a range of years")
    first = int(match[1])
    last = int(match[1][: 4 - len(match[2])] + match[2]) if match[2] else first
    if last < first:
        raise ValueError(f"{text!r} ends before it begins")
    return first, last


def read_plain(text: str) -> float:
    """A plain number with or without thousands commas, sign and exponent.

    Raises:
        ValueError: The text is anything else, "nan" and "inf" included.
    """
    bare = text.strip().replace(",", "")
    if not _DECIMAL.fullmatch(bare):
        raise ValueError(f"{text!r} is not a number")
    return float(bare)


def _number(text: str) -> float:
    return float(text.replace(",", ""))
