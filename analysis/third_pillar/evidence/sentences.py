"""An article's sentences: where each stands, who says it, what can be seen in it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from third_pillar.evidence.attribution import Voices, phrase_speaker
from third_pillar.evidence.sentence_marks import (
    Figure,
    find_countries,
    find_dates,
    find_figures,
    find_names,
    find_quotes,
)

FRAGMENT_WORDS = 12
LONGEST = 2_000
"""Characters of a sentence that are searched for marks; what is longer is no sentence."""

_ENDS = re.compile(r"[.!?…][”’\"')\]»]*$")
Span = tuple[int, int]
_NEAR = 40
"""How many sentences around one are searched for the speaker of a quote they share."""


@dataclass(frozen=True)
class Sentence:
    """One sentence or heading, and what can be seen in it.

    Attributes:
        number: Place in the text, from 1.
        start: First character in the text; `end` is the one after the last.
        is_heading: Whether it lacks the end of a sentence: a heading, byline or link.
        repeats: Number of the earlier sentence with the same words, or None.
        speaker: The article, someone quoted, or "article after" someone.
        countries: Codes of the countries named.
    """

    number: int
    start: int
    end: int
    text: str
    is_heading: bool
    repeats: int | None
    speaker: str
    quotes: tuple[str, ...]
    figures: tuple[Figure, ...]
    dates: tuple[str, ...]
    names: tuple[str, ...]
    countries: tuple[str, ...]

    @property
    def fragment(self) -> str:
        """The first words, at most twelve, as they stand: a locator."""
        start, end = self.fragment_span
        return self.text[start - self.start : end - self.start]

    @property
    def fragment_span(self) -> tuple[int, int]:
        """Start and end of `fragment` in the text; no cell can begin with a formula's sign."""
        words = list(re.finditer(r"\S+", self.text))
        lead = re.match(r"[\W_]*", self.text)
        skipped = lead.end() if lead and lead.end() < len(self.text) else 0
        first = next((n for n, word in enumerate(words) if word.end() > skipped), 0)
        chosen = words[first : first + FRAGMENT_WORDS]
        return self.start + skipped, self.start + chosen[-1].end()


def split_sentences(
    text: str, *, language: str = "en", aliases: Mapping[str, str] | None = None
) -> list[Sentence]:
    """The sentences and headings of a text, in order; spans count characters.

    Args:
        text: The article.
        language: ISO 639-1 code; decides what an abbreviation is.
        aliases: Name or adjective of a country to its code.
    """
    places = _places(text, language)
    speakers = _speakers(text, places)
    first: dict[str, int] = {}
    found = []
    for number, (place, (speaker, quotes)) in enumerate(
        zip(places, speakers, strict=True), start=1
    ):
        whole, seen = text[slice(*place)], _seen(text, place)
        found.append(
            Sentence(
                number=number,
                start=place[0],
                end=place[1],
                text=whole,
                is_heading=not _ENDS.search(whole),
                repeats=first.get(whole),
                speaker=speaker,
                quotes=quotes,
                figures=tuple(find_figures(seen)),
                dates=tuple(find_dates(seen)),
                names=tuple(find_names(seen)),
                countries=tuple(find_countries(seen, aliases or {})),
            )
        )
        first.setdefault(whole, number)
    return found


def _speakers(text: str, places: Sequence[Span]) -> list[tuple[str, tuple[str, ...]]]:
    """For each sentence its speaker, and the quotes that begin in it."""
    quotes = find_quotes(text)
    ends = [end for _, end in quotes]
    voices = Voices()
    named = [voices.name_speaker(_seen(text, place)) for place in places]
    told, before = [], ""
    for number, ((start, end), who) in enumerate(zip(places, named, strict=True)):
        inside = []
        for span in quotes[bisect_left(ends, start + 1) :]:
            if span[0] >= end:
                break
            inside.append(span)
        quoted = sum(min(end, last) - max(start, begins) for begins, last in inside)
        is_quoted = 2 * quoted >= end - start
        near = slice(max(0, number - _NEAR), number + _NEAR)
        said_by = who or _speaker_of_quote(inside, places[near], named[near])
        if is_quoted and not said_by:
            said_by = before  # a quote that goes on in a sentence of its own
        before = said_by or (before if is_quoted else "")
        begun = tuple(" ".join(text[a + 1 : b - 1].split()) for a, b in inside if a >= start)
        told.append((phrase_speaker(said_by, is_quoted=is_quoted), begun))
    return told


def _places(text: str, language: str) -> list[Span]:
    from sentencex import get_sentence_boundaries  # noqa: PLC0415  only drafts need it

    places: list[Span] = []
    for boundary in get_sentence_boundaries(language, text):
        start, end = int(boundary["start_index"]), int(boundary["end_index"])
        whole = text[start:end]
        # Lines without an end of sentence are headings and links, one a line.
        pattern = r"\S(?:.*\S)?" if not _ENDS.search(whole.rstrip()) else r"(?s:\S(?:.*\S)?)"
        places += [(start + m.start(), start + m.end()) for m in re.finditer(pattern, whole)]
    return places


def _seen(text: str, place: Span) -> str:
    start, end = place
    return re.sub(r"\s", " ", text[start : min(end, start + LONGEST)])


def _speaker_of_quote(quotes: Sequence[Span], places: Sequence[Span], named: Sequence[str]) -> str:
    """Who is named in another sentence that shares a quoted passage with this one."""
    for start, end in quotes:
        for (first, last), who in zip(places, named, strict=True):
            if who and first < end and start < last:
                return who
    return ""
