"""Whether an article says what the ledger quotes, in the reader's own copy."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.location import article_folder, project_root
from third_pillar.evidence.reading import Row, read_table
from third_pillar.evidence.validation import check_package

_EVEN = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032`\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
}
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")


class Found(StrEnum):
    """Where a fragment is in the reader's copy."""

    OK = "ok"
    MOVED = "moved"
    MISSING = "missing"


@dataclass(frozen=True)
class FragmentCheck:
    """One claim's fragment, looked up in the reader's copy.

    Attributes:
        claim_id: The claim.
        fragment: The words the ledger quotes.
        status: ok (at the recorded place), moved (elsewhere), missing.
        expected: Recorded start and end, in characters.
        found: Start and end in the copy; None when missing.
        is_exact: Whether the copy has the very characters; false where quotation marks,
            hyphens, spaces or letter composition differ.
    """

    claim_id: str
    fragment: str
    status: Found
    expected: tuple[int, int]
    found: tuple[int, int] | None
    is_exact: bool

    def __str__(self) -> str:
        place = f"claim {self.claim_id}: {self.fragment!r}"
        if self.found is None:
            return f"{place} is not in the given article"
        said = [f"stands at {self.found[0]} to {self.found[1]}"]
        if self.status is Found.MOVED:
            said.append(f"recorded at {self.expected[0]} to {self.expected[1]}")
        if not self.is_exact:
            said.append("quotation marks, hyphens or spaces differ")
        return f"{place} {'; '.join(said)}"


FragmentFault = FragmentCheck
"""A check whose fragment is not, to the character, where the ledger says."""


def verify_fragments(
    article_id: str, text: str, *, root: Path | None = None
) -> list[FragmentFault]:
    """Claims whose fragment is moved, missing or differs in characters; empty when all stand.

    Args:
        article_id: Name of a folder in `data/claims/`.
        text: The reader's own copy of the article.
        root: Folder of the project.

    Raises:
        MissingEvidence: No such article.
        EvidenceFault: The data package breaks its rules.
    """
    checks = check_fragments(article_id, text, root=root)
    return [check for check in checks if check.status is not Found.OK or not check.is_exact]


def check_fragments(article_id: str, text: str, *, root: Path | None = None) -> list[FragmentCheck]:
    """One check a claim, in the order of the ledger; parameters as `verify_fragments`."""
    root = project_root() if root is None else root
    article_folder(article_id, root)
    check_package(root)
    claims = read_table(read_resources(root)[f"claims/{article_id}/claims.csv"], root)
    even, places = _even_out(text)
    return [_look_up(row, text, even, places) for row in claims.rows]


def _look_up(row: Row, text: str, even: str, places: list[int]) -> FragmentCheck:
    fragment = row.text("fragment")
    expected = int(row.text("char_start") or 0), int(row.text("char_end") or 0)
    start = _nearest_start(text, fragment, expected[0])
    found = None if start is None else (start, start + len(fragment))
    is_exact = found is not None
    if found is None:
        wanted, _ = _even_out(fragment)
        wanted = wanted.strip()
        near = sum(1 for place in places if place < expected[0])
        start = _nearest_start(even, wanted, near) if wanted else None
        if start is not None:
            found = places[start], places[start + len(wanted) - 1] + 1
    status = Found.MISSING if found is None else Found.MOVED
    if found is not None and found[0] == expected[0]:
        status = Found.OK
    return FragmentCheck(row.text("claim_id"), fragment, status, expected, found, is_exact)


def _nearest_start(text: str, fragment: str, expected: int) -> int | None:
    """Where the fragment starts, of several places the one nearest the recorded one."""
    starts: list[int] = []
    start = text.find(fragment)
    while start >= 0:
        starts.append(start)
        start = text.find(fragment, start + 1)
    return min(starts, key=lambda place: abs(place - expected), default=None)


def _even_out(text: str) -> tuple[str, list[int]]:
    """Text with quotes, hyphens, spaces and composition evened out, and where each came from."""
    even: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if letter in _INVISIBLE:
            continue
        if letter.isspace():
            if even and even[-1] == " ":
                continue
            even.append(" ")
            places.append(place)
            continue
        for part in unicodedata.normalize("NFKD", _EVEN.get(letter, letter)):
            if part.isspace() and even and even[-1] == " ":
                continue
            even.append(" " if part.isspace() else part)
            places.append(place)
    return "".join(even), places
