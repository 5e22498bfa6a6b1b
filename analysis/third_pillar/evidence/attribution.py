"""Who says a sentence: the article itself, someone it reports, or someone it quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ARTICLE = "article"
_SAYING = (
    r"(?:said|says|say|wrote|writes|write|noted|notes|note|argued|argues|argue|added|adds|told|tells"
    r"|observed|observes|claimed|claims|warned|warns|warn|highlighted|highlights|stressed|stresses"
    r"|emphasi[sz]ed|emphasi[sz]es|urged|urges|urge|explained|explains|believed|believes|believe"
    r"|estimated|estimates|estimate|suggested|suggests|concluded|concludes|recommended|recommends"
    r"|insisted|insists|called (?:for|on)|calls (?:for|on)|pointed out|points out|predicted"
    r"|predicts|expects?|maintains?|contends?)"
)
_WORD = r"(?:[A-ZÀ-ÖØ-Þ][\w’'.-]*\w|[A-Z]\.)"
# Bounded repeats: a name has few words, and a hostile text must not cost more than a plain one.
_NAME = rf"{_WORD}(?: (?:(?:of|the|for|de|da|do|dos|van|von|bin|al) ){{0,2}}{_WORD}){{0,6}}"
_TITLE = r"(?:(?:Mr|Ms|Mrs|Dr|Prof)\.? )?"
_GROUP = (
    r"(?:[Aa]nalysts|[Ee]xperts|[Oo]fficials|[Cc]ritics|[Oo]bservers|[Ee]conomists|[Rr]esearchers"
    r"|[Ss]ources)"
)
_WORK = r"(?:report|analysis|op-ed|study|paper|article|column|essay|commentary|authors?)"
_PERSON = (
    r"(?:(?:[Aa]n?|[Tt]he|[Oo]ne) (?:[a-z-]+ ){0,3}(?:minister|official|analyst|executive|adviser"
    r"|spokes(?:man|woman|person)|expert|diplomat|researcher|lawmaker|source|economist|engineer"
    r"|manager|director|professor|president|chair(?:man|woman)?|founder|scientist|trader|lawyer))"
)
_OWNER = r"(?:[Tt]he|[Tt]his|[Hh]is|[Hh]er|[Tt]heir)"
_ROLE = rf"(?:, [^,“”\"]{{2,90}},| of {_NAME})?"
_ADVERB = r"(?:also |further |then |himself |herself )?"
_PATTERNS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("name", rf"\b[Aa]ccording to (?:the )?{_TITLE}(?P<who>{_NAME})"),
        ("thing", rf"\b[Aa]ccording to (?P<who>(?:an?|the|unnamed) (?:[a-z-]+ )?[a-z-]+|{_GROUP})"),
        ("name", rf"{_SAYING} (?:the |an? )?{_WORK} (?:by|of) (?P<who>{_NAME})"),
        ("name", rf"\b{_WORK} (?:by|of) (?P<who>{_NAME}){_ROLE} {_ADVERB}{_SAYING}\b"),
        ("work", rf"\b{_OWNER} (?P<who>{_WORK}) {_ADVERB}{_SAYING}\b"),
        ("group", rf"\b(?P<who>(?:[a-z]+ )?{_GROUP}) {_SAYING}\b"),
        ("name", rf"\b[Aa]s (?:the )?(?P<who>{_NAME}){_ROLE} {_SAYING}\b"),
        ("name", rf"(?P<who>{_TITLE}{_NAME}){_ROLE} {_ADVERB}{_SAYING}\b"),
        ("name", rf"[”\"»] {_SAYING} (?P<who>{_TITLE}{_NAME})"),
        ("person", rf"[”\"»] {_SAYING} (?P<who>{_PERSON})\b"),
        ("person", rf"\b(?P<who>{_PERSON}) {_ADVERB}{_SAYING}\b"),
        ("pronoun", rf"\b(?P<who>[Hh]e|[Ss]he|[Tt]hey) {_ADVERB}{_SAYING}\b"),
    )
)  # fmt: skip
_AUTHOR = re.compile(rf"\b{_WORK} (?:by|of) (?P<who>{_NAME})")
_NOBODY = frozenset({"It", "This", "That", "These", "Those", "He", "She", "They", "The", "We", "I"})


@dataclass
class Voices:
    """Who has spoken so far: what a pronoun or "the report" refers back to."""

    last: str = ""
    author: str = ""
    full: dict[str, str] = field(default_factory=dict)

    def name_speaker(self, sentence: str) -> str:
        """Whom the sentence names as saying something; "" if nobody."""
        author = _AUTHOR.search(sentence)
        if author:
            self.author = self._remember(author["who"])
        for kind, pattern in _PATTERNS:
            match = pattern.search(sentence)
            if match and (who := self._resolve(kind, match["who"].strip())):
                return who
        return ""

    def _resolve(self, kind: str, who: str) -> str:
        if kind == "pronoun":
            return self.last
        if kind == "work":
            return self.author or self.last or f"the {who}"
        if kind == "group":
            return who if " " in who else f"unnamed {who.casefold()}"
        if kind in {"thing", "person"}:
            return who[0].lower() + who[1:]
        if who.split(maxsplit=1)[0] in _NOBODY - {"The"}:
            return ""
        return self._remember(who)

    def _remember(self, who: str) -> str:
        """The full name a bare surname stands for, once it was given."""
        who = re.sub(r"[’']s$", "", who)
        who = self.full.get(who, who)
        self.full.setdefault(who.split()[-1], who)
        self.last = who
        return who


def phrase_speaker(who: str, *, is_quoted: bool) -> str:
    """The chain as the ledger writes it: the one quoted, "article after …", or "article"."""
    if not who:
        return ARTICLE
    return who if is_quoted else f"{ARTICLE} after {who}"
