"""Numbers and likelihood as a reader writes them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from third_pillar.vocabulary.amounts import attach_unit, keep_apart, phrase_list

__all__ = [
    "LIKELIHOOD_EDGES",
    "MINUS",
    "NBSP",
    "phrase_count",
    "phrase_likelihood",
    "phrase_list",
    "show_number",
    "show_range",
    "show_span",
]

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
_THOUSAND = 1_000
_TEN_THOUSAND = 10_000
_TEN, _TENTH = 10, 0.1
_LIKELIHOOD = (
    (5, "almost no chance"),
    (20, "very unlikely"),
    (45, "unlikely"),
    (55, "roughly even chance"),
    (80, "likely"),
    (95, "very likely"),
)
LIKELIHOOD_EDGES = tuple(edge for edge, _ in _LIKELIHOOD)
"""Where one likelihood word ends: a chance beside its word is not rounded across."""


def show_number(
    value: float,
    unit: str,
    *,
    like: str = "",
    signed: bool = False,
    limits: Iterable[float] = (),
) -> str:
    """A number with its unit, rounded to what it can bear: three figures at most.

    Args:
        value: The number.
        unit: Its unit, or "" for none.
        like: Round as for this unit without writing it.
        signed: Write a plus sign.
        limits: What it is held against: as many digits more as show on which side it lies.
    """
    if not math.isfinite(value):
        return "not known"
    kind = unit or like
    if kind.startswith(("%", "percentage")):
        text = _percent(value)
    elif kind.startswith("t "):
        text = _tonnes(value)
    else:
        text = _plain(value)
    text = keep_apart(text, value, limits).replace("-", MINUS)
    if signed and value > 0 and text[0].isdigit() and text != "0":
        text = f"+{text}"
    return attach_unit(text, unit, space=NBSP)


def show_span(low: float, high: float, *, like: str) -> str:
    """The two ends of a range, e.g. "17–22", or "−2,500 to −1,730" below zero.

    Ends that read alike are said once.
    """
    ends = [show_number(end, "", like=like) for end in (low, high)]
    if ends[0] == ends[1]:
        return ends[0]
    return (" to " if low < 0 else "–").join(ends)


def show_range(value: float, low: float, high: float, *, like: str) -> str:
    """The range beside a number in brackets, as in " (17–22)"; empty where it says no more.

    A mean outside its range is one of draws of which nearly all are the same, such as a plant
    that seldom comes: " (0 in eight draws of ten)".
    """
    shown = {show_number(part, "", like=like) for part in (value, low, high)}
    said = show_span(low, high, like=like)
    if len(shown) == 1:
        return ""
    is_outside = not low <= value <= high
    return f" ({said} in eight draws of ten)" if said in shown and is_outside else f" ({said})"


def _percent(value: float) -> str:
    size = abs(value)
    if size < _TENTH / 2:
        return "under 0.1" if value > 0 else "0"
    return f"{value:.1f}" if size < _TEN - _TENTH / 2 else f"{value:.0f}"


def _tonnes(value: float) -> str:
    """Whole tonnes: no figure of this kit is known to a fraction of one."""
    if 0 < abs(value) < 1:
        return "under 1"
    return _plain(float(round(value))) if abs(value) < _THOUSAND else _plain(value)


def _plain(value: float) -> str:
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < _TEN_THOUSAND:
        return f"{value:,.0f}"
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return f"{rounded:,.0f}" if digits <= 0 else f"{rounded:,.{digits}f}".rstrip("0").rstrip(".")


def phrase_likelihood(percent: float) -> str:
    """The likelihood word of a chance: ICD 203, half-open bands.

    Raises:
        ValueError: The chance is not a number.

    Method:
        §6.5 of docs/methods.md.
    """
    if math.isnan(percent):
        raise ValueError("the chance is nan: not known is no likelihood")
    for ceiling, word in _LIKELIHOOD:
        if percent < ceiling:
            return word
    return "almost certain"


def phrase_count(count: int) -> str:
    """Small numbers as words."""
    words = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[count] if 0 <= count < len(words) else f"{count:,}"
