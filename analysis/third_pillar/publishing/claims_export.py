"""The ledger for others: schema.org ClaimReview, a spreadsheet, a page of Markdown.

None of them holds the article's text beyond the fragment that locates a claim.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from third_pillar.assessment.case import Case
from third_pillar.assessment.entries import ClaimEntry, SourceNote, collect_entries, phrase_range
from third_pillar.evidence.spreadsheet import write_table, write_workbook
from third_pillar.vocabulary.codes import Verdict
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import nearest

REVIEWER = "Third Pillar"
WORST, BEST = 1, 5
_RATINGS = {
    Verdict.CONTRADICTED: 1,
    Verdict.NOT_SUPPORTED: 2,
    Verdict.PARTLY_SUPPORTED: 3,
    Verdict.SUPPORTED: 5,
}
_WITHOUT_QUALIFIER = 4
"""Supported, but the article dropped a limit: mostly supported."""

_UNRATED_TYPES = frozenset({"prediction", "opinion", "recommendation"})
_HERE = ("article", "headline")
_AFTER = re.compile(r".*\b(?:after|quoting|←)\s+(.+)")
_OF_AN_ORGANISATION = re.compile(
    r"\b(The|Bank|Ministry|Agency|Institute|Group|Ltd|Limited|Company|Commission|Government|Council"
    r"|Department|University|Corporation|Corp|Inc|Times|Post|News|Office|Association|Union|House"
    r"|Organi[sz]ation|Center|Centre|Reuters|Bloomberg)\b"
)


def export_claims(case: Case, form: str) -> str | bytes:
    """The ledger of a case as text, or as a workbook.

    Args:
        case: The assessed case.
        form: claimreview (JSON-LD), csv, xlsx or md.

    Raises:
        ParameterFault: No such form; names the nearest.
    """
    if form not in FORMS:
        valid = tuple(FORMS)
        raise ParameterFault(
            f"--format {form!r} is not known.{nearest(form, valid)} Valid: {', '.join(valid)}"
        )
    return FORMS[form](case, collect_entries(case))


def compose_claimreview(case: Case, entries: Sequence[ClaimEntry]) -> str:
    """JSON-LD with one schema.org ClaimReview a claim, ids relative to the document.

    Ratings run from 1 (contradicted) to 5 (supported); predictions, opinions and what cannot be
    tested yet carry words and no ratingValue.
    """
    reviews = [_review(case, entry) for entry in entries]
    content = {"@context": "https://schema.org", "@graph": reviews}
    text = json.dumps(content, indent=1, ensure_ascii=False)
    # No "<" stands in it, so it may be put into a page's script element as it is.
    return text.replace("<", "\\u003c") + "\n"


def rate(entry: ClaimEntry) -> int | None:
    """The rating from 1 to 5; None where the claim gets no verdict on truth."""
    if entry.claim.get("claim_type") in _UNRATED_TYPES:
        return None
    verdict = entry.verdict
    if verdict.verdict is Verdict.SUPPORTED and verdict.qualifier_dropped:
        return _WITHOUT_QUALIFIER
    return _RATINGS.get(verdict.verdict)


def _review(case: Case, entry: ClaimEntry) -> dict[str, Any]:
    sources = _cited(entry)
    return {
        "@type": "ClaimReview",
        "@id": f"#{entry.claim_id}",
        "name": f"{entry.claim_id}: {entry.verdict.verdict.value}",
        "datePublished": case.results.question.as_of.isoformat(),
        "author": _organisation(REVIEWER),
        "claimReviewed": entry.claim["paraphrase"],
        "reviewAspect": entry.claim["topic"],
        "reviewBody": entry.verdict.reason,
        "itemReviewed": _claim(case, entry),
        "reviewRating": _rating(entry),
        **({"citation": [_work(source) for source in sources]} if sources else {}),
    }


def _claim(case: Case, entry: ClaimEntry) -> dict[str, Any]:
    meta = case.results.article.meta
    return {
        "@type": "Claim",
        "text": entry.claim["paraphrase"],
        "author": _speaker(entry.claim["speaker"], str(meta["publisher"])),
        "datePublished": str(meta["date"]),
        "appearance": {
            "@type": "NewsArticle",
            "url": str(meta["url"]),
            "name": str(meta["title"]),
            "datePublished": str(meta["date"]),
            "author": _organisation(str(meta["publisher"])),
        },
    }


def _rating(entry: ClaimEntry) -> dict[str, Any]:
    verdict = entry.verdict
    words = verdict.verdict.value[0].upper() + verdict.verdict.value[1:]
    if verdict.qualifier_dropped and verdict.verdict is not Verdict.OPINION:
        words += ": qualifier dropped"
    value = rate(entry)
    scale = (
        {} if value is None else {"ratingValue": value, "worstRating": WORST, "bestRating": BEST}
    )
    measured = phrase_range(verdict)
    explained = f"{measured}; {verdict.threshold}. {verdict.reason}" if measured else verdict.reason
    return {"@type": "Rating", **scale, "alternateName": words, "ratingExplanation": explained}


def _speaker(speaker: str, publisher: str) -> dict[str, str]:
    """The last in the chain of speakers; one without a name is the publisher's own voice."""
    match = _AFTER.fullmatch(speaker)
    who = match[1] if match else speaker
    if who in _HERE or not who[:1].isupper():
        return _organisation(publisher)
    if _OF_AN_ORGANISATION.search(who) or " " not in who:
        return _organisation(who)
    return {"@type": "Person", "name": who}


def _organisation(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name}


def _cited(entry: ClaimEntry) -> list[SourceNote]:
    """Sources of the verdict, else of the evidence; each once, those without a title left out."""
    notes = entry.sources or tuple(note.source for note in entry.evidence)
    return [source for source in dict.fromkeys(notes) if source.title]


def _work(source: SourceNote) -> dict[str, Any]:
    work: dict[str, Any] = {"@type": "CreativeWork", "name": source.title}
    if source.publisher:
        work["author"] = _organisation(source.publisher)
    if source.date:
        work["datePublished"] = source.date
    if source.url.startswith(("https://", "http://")):
        work["url"] = source.url
    return work


_COLUMNS = (
    "claim_id", "paraphrase", "fragment", "char_start", "char_end", "speaker", "claim_type",
    "topic", "verdict", "how", "confidence", "value", "low", "high", "unit", "threshold", "margin",
    "reason", "flips_if", "flips_by", "hand_verdict", "hand_reason", "qualifier_dropped", "lever",
    "rests_on", "evidence", "sources", "as_of",
)  # fmt: skip


def compose_csv(case: Case, entries: Sequence[ClaimEntry]) -> str:
    """One row a claim; text that a spreadsheet would run as a formula is disarmed."""
    as_of = case.results.question.as_of.isoformat()
    return write_table(_COLUMNS, [_cells(entry, as_of) for entry in entries])


def compose_workbook(case: Case, entries: Sequence[ClaimEntry]) -> bytes:
    """The same rows as an Excel workbook; text stays text."""
    as_of = case.results.question.as_of.isoformat()
    return write_workbook("claims", _COLUMNS, [_cells(entry, as_of) for entry in entries])


def _cells(entry: ClaimEntry, as_of: str) -> list[object]:
    claim, verdict = entry.claim, entry.verdict
    given: dict[str, object] = {
        **claim,
        **{name: getattr(verdict, name) for name in _OF_VERDICT},
        "verdict": verdict.verdict.value,
        "how": verdict.how.value,
        "confidence": verdict.confidence.value,
        "qualifier_dropped": str(verdict.qualifier_dropped).lower(),
        "lever": entry.lever,
        "rests_on": ";".join(verdict.rests_on),
        "evidence": ";".join(note.evidence_id for note in entry.evidence),
        "sources": ";".join(verdict.source_ids),
        "as_of": as_of,
    }
    return [given.get(column, "") for column in _COLUMNS]


_OF_VERDICT = (
    "value", "low", "high", "unit", "threshold", "margin", "reason", "flips_if", "flips_by",
)  # fmt: skip


def compose_markdown(case: Case, entries: Sequence[ClaimEntry]) -> str:
    """A page: what was reviewed, counts, a table of all claims, then each with its grounds."""
    meta = case.results.article.meta
    counts = [
        f"{number} {verdict.value}"
        for verdict in Verdict
        if (number := sum(entry.verdict.verdict is verdict for entry in entries))
    ]
    country = case.results.evidence.country_name(case.results.candidate)
    head = (
        f"{escape_markdown(str(meta['publisher']))}, {meta['date']}, <{meta['url']}>. Reviewed "
        f"with what was known by {case.results.question.as_of.isoformat()}, for "
        f"{escape_markdown(country)}."
    )
    lines = [
        f"# Claims of “{escape_markdown(str(meta['title']))}”",
        "",
        head,
        "",
        f"{len(entries)} claims: {', '.join(counts)}.",
        "",
        "| Claim | In our words | Verdict | Settled |",
        "|---|---|---|---|",
        *(
            f"| {entry.claim_id} | {escape_markdown(entry.verdict.label)} | "
            f"{entry.verdict.verdict.value} | {entry.verdict.how.value} |"
            for entry in entries
        ),
    ]
    for entry in entries:
        lines += ["", *_section(entry)]
    return "\n".join(lines) + "\n"


def _section(entry: ClaimEntry) -> list[str]:
    verdict, claim = entry.verdict, entry.claim
    measured = phrase_range(verdict)
    facts = [
        ("Verdict", f"{verdict.verdict.value} ({verdict.how.value})"),
        ("Why", verdict.reason),
        ("Measured", measured),
        ("Settled by", verdict.threshold),
        ("Flips if", verdict.flips_if),
        ("Smallest change", verdict.flips_by),
        ("Confidence", verdict.confidence.value),
        ("Locator", f"“{claim['fragment']}”, characters {claim['char_start']}–{claim['char_end']}"),
        ("Speaker", claim["speaker"]),
    ]
    cited = [
        f"  - {_link(source)}{f' ({source.publisher})' if source.publisher else ''}"
        for source in _cited(entry)
    ]
    return [
        f"## {entry.claim_id} {escape_markdown(verdict.label)}",
        "",
        *(f"- **{name}:** {escape_markdown(text)}" for name, text in facts if text),
        *(["- **Sources:**", *cited] if cited else []),
    ]


def _link(source: SourceNote) -> str:
    title = escape_markdown(source.title)
    safe = re.fullmatch(r"https?://[^\s<>()\[\]]+", source.url)
    return f"[{title}]({source.url})" if safe else title


def escape_markdown(text: str) -> str:
    """Text that shows as it is: no markup, no table cell, no line of its own."""
    plain = " ".join(text.split())
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", plain)


FORMS: dict[str, Callable[[Case, Sequence[ClaimEntry]], str | bytes]] = {
    "claimreview": compose_claimreview,
    "csv": compose_csv,
    "xlsx": compose_workbook,
    "md": compose_markdown,
}
"""Name of an export to what composes it."""
