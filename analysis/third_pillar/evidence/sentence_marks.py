"""What can be seen in a sentence: quotes, figures with units, dates, names, countries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_QUOTE = re.compile(r"“[^“”]{1,2000}”|\"[^\"]{1,2000}\"|«[^«»]{1,2000}»|„[^„“”]{1,2000}[“”]")
_MONTH = (
    r"(?:January|February|March|April|June|July|August|September|October|November|December"
    r"|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?"
    r"|May(?= \d)|(?<=in )May|(?<=since )May|(?<=by )May|(?<=until )May|(?<=\d )May)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b"
    rf"|\b(?:{_DAY} )?{_MONTH}(?!\w)(?: {_DAY}\b)?(?:,? \d{{4}}\b)?"
    r"|\b(?:FY|fiscal(?: year)?) ?\d{2,4}(?:[-–/]\d{2,4})?\b"
    r"|\b(?:19|20)\d{2}(?:[-–/]\d{2,4})?\b(?! ?(?:t\b|tonnes|tons|kg|per cent|%))"
    r"|\b(?:last|next|this) (?:year|month|week|quarter|decade|summer|autumn|winter|spring)\b"
    r"|\bby (?:mid-?|late |early )?(?:the end of )?(?:19|20)\d{2}\b"
)
_SCALE = r"(?:thousand|million|billion|trillion|crore|lakh|mn|bn)"
_UNIT = (
    r"(?:%|per ?cent|percent|percentage points?|times|-?fold"
    r"|(?:metric )?(?:tonnes?|tons?)(?: (?:a|per) year| annually)?|t/y|tpa|kt|Mt|kg|g|t"
    r"|km|m|GW|MW|kWh|years?|months?|weeks?|days?|hours?|decades?"
    r"|dollars?|rupees?|yen|euros?|reais|yuan|USD|EUR|INR|CNY|JPY|BRL"
    r"|countries|companies|plants?|mines?|projects?|firms|jobs|people)"
)
_CURRENCY = r"(?:US\$|A\$|R\$|\$|€|£|¥|₹|Rs\.? ?|USD |EUR )"
_WORDS = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty"
    r"|fifty|sixty|seventy|eighty|ninety|a hundred|a thousand|a dozen|half|a third|two thirds"
    r"|a quarter|three quarters|a fifth|a tenth)"
)
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_FIGURE = re.compile(
    rf"(?P<money>{_CURRENCY})?(?<![\w.,:-])(?P<number>{_NUMBER}(?: ?[-–] ?{_NUMBER})?)"
    r"(?!st\b|nd\b|rd\b|th\b|:\d|\d)"
    rf"(?:[ \u00a0\u202f-]?(?P<scale>{_SCALE}))?(?:[ \u00a0\u202f-]?(?P<unit>{_UNIT})(?![\w]))?"
    r"|\b(?P<fold>(?:two|three|four|five|ten)fold)\b"
    rf"|\b(?P<words>{_WORDS})[ -](?:of )?(?P<word_unit>{_UNIT}|of)(?!\w)",
    re.IGNORECASE,
)
_LINKS = r"(?:of|the|for|de|da|do|dos|del|al|bin|van|von|&)"
_CAPITAL = r"(?:[A-Z]\.(?:[A-Z]\.)+|[A-ZÀ-ÖØ-Þ][\w’'.-]*\w)(?![$\w])"
# Bounded repeats: a name has few words, and a hostile text must not cost more than a plain one.
_NAME = re.compile(rf"(?<![\w-]){_CAPITAL}(?: (?:{_LINKS} ){{0,2}}{_CAPITAL}){{0,8}}")
_NO_NAMES = frozenset(
    word
    for line in (
        "A An And As At But By For From He Her His However I If In It Its Meanwhile Moreover No",
        "Not Of On Or Our She So Such That The Their These They This Those To We What When Where",
        "While Who Why With Yet You Your Among Following Companies Although Because After Before",
        "Since Until Under Here There Then According Mr Ms Mrs Dr",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May",
        "June July August September October November December",
        "of the for de da do dos del al bin van von &",
    )
    for word in line.split()
)


@dataclass(frozen=True)
class Figure:
    """A number as written, with its unit in words ("" where none follows)."""

    text: str
    unit: str


def find_quotes(text: str) -> list[tuple[int, int]]:
    """Start and end of each quoted passage, quotation marks included; none spans a blank line."""
    return [match.span() for match in _QUOTE.finditer(text) if "\n\n" not in match[0]]


def find_dates(sentence: str) -> list[str]:
    """Dates, months, years and spans such as "next year", as written."""
    return _without_repeats(match[0].strip() for match in _DATE.finditer(sentence))


def find_figures(sentence: str) -> list[Figure]:
    """Numbers with their units; a number that is part of a date is none."""
    dates = [match.span() for match in _DATE.finditer(sentence)]
    found = []
    for match in _FIGURE.finditer(sentence):
        start, end = match.span()
        if any(start < last and first < end for first, last in dates):
            continue
        if match[0].casefold() == "one of":
            continue
        money = (match["money"] or "").strip()
        unit = match["unit"] or match["word_unit"] or ""
        parts = [money, match["scale"] or "", "" if unit == "of" else unit]
        text = match[0].removesuffix(" of").strip()
        found.append(Figure(text, " ".join(part for part in parts if part)))
    return list(dict.fromkeys(found))


def find_names(sentence: str) -> list[str]:
    """Names as written; a single capitalised word that opens the sentence is left out."""
    found = []
    for match in _NAME.finditer(sentence):
        words = match[0].removesuffix("’s").removesuffix("'s").split()
        opens = not sentence[: match.start()].strip("“\"'‘«„([ ")
        while words and words[0] in _NO_NAMES:
            words, opens = words[1:], False
        while words and words[-1] in _NO_NAMES:
            words = words[:-1]
        if not words or (opens and len(words) == 1 and not words[0].isupper()):
            continue
        found.append(" ".join(words).strip("’'"))
    return _without_repeats(found)


def find_countries(sentence: str, aliases: Mapping[str, str]) -> list[str]:
    """Codes of the countries named; `aliases` maps a name or adjective to its code."""
    found = [
        (match.start(), code)
        for name, code in aliases.items()
        if (match := re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence))
    ]
    return _without_repeats(code for _, code in sorted(found))


def _without_repeats(found: Iterator[str] | list[str]) -> list[str]:
    return list(dict.fromkeys(found))
