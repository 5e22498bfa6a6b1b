"""A reader's own copy of an article: plain text as it stands, or the text of a saved page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from third_pillar.vocabulary.errors import ParameterFault

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

MAX_BYTES = 20_000_000
MAX_CHARACTERS = 500_000
"""Of text: an article, not a book."""

_BLOCKS = (
    "address", "article", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure", "h1",
    "h2", "h3", "h4", "h5", "h6", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td",
    "th", "tr", "ul",
)  # fmt: skip
_NOT_PROSE = (
    "aside", "button", "footer", "form", "head", "iframe", "nav", "noscript", "script", "style",
    "svg", "template",
)  # fmt: skip
_PARAGRAPH, _LINE = "\ue000", "\ue001"
_HTML_NAMES = frozenset({".html", ".htm", ".xhtml"})
_META = {
    "title": ("og:title", "twitter:title", "headline"),
    "publisher": ("og:site_name", "publisher"),
    "author": ("author", "article:author", "parsely-author"),
    "date": ("article:published_time", "datePublished", "date", "dc.date", "parsely-pub-date"),
    "url": ("og:url",),
}


@dataclass(frozen=True)
class Document:
    """An article's text and what its page says of itself.

    Attributes:
        text: Paragraphs divided by blank lines; of a text file, the file as it stands.
        meta: title, publisher, author, date (YYYY-MM-DD), url, language; only what was found.
    """

    text: str
    meta: dict[str, str] = field(default_factory=dict)


def read_document(path: Path) -> Document:
    """The article in a file: text in UTF-8, or a saved page of HTML.

    Raises:
        ParameterFault: The file cannot be read, is too large, is not UTF-8 text, or holds no text.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise ParameterFault(
            f"{str(path)!r} cannot be read: {said}",
            hint="The article's text is not in the package; give your own copy.",
        ) from None
    if size > MAX_BYTES:
        raise ParameterFault(f"{str(path)!r} has {size:,} bytes; at most {MAX_BYTES:,} are read")
    document = (
        read_page(content)
        if path.suffix.casefold() in _HTML_NAMES or _looks_like_page(content)
        else Document(_decode(content, path))
    )
    if len(document.text) > MAX_CHARACTERS:
        said = (
            f"{len(document.text):,} characters of text; at most {MAX_CHARACTERS:,} are an article"
        )
        raise ParameterFault(f"{str(path)!r} has {said}")
    if not document.text.strip():
        raise ParameterFault(f"{str(path)!r} holds no text", hint="Save the article as plain text.")
    return document


def read_page(content: bytes) -> Document:
    """The text of the page's article, and what its head says; scripts are never run."""
    from bs4 import BeautifulSoup  # noqa: PLC0415  only drafts of saved pages need it

    soup = BeautifulSoup(content, "html.parser")
    meta = _read_meta(soup)
    for tag in soup.find_all(_NOT_PROSE):
        tag.decompose()
    return Document(_text_of(_find_article(soup)), meta)


def _looks_like_page(content: bytes) -> bool:
    start = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html"))


def _decode(content: bytes, path: Path) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ParameterFault(
            f"{str(path)!r} is no text in UTF-8", hint="Save your copy as plain text in UTF-8."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _find_article(soup: BeautifulSoup) -> Tag:
    """The longest `article`, else `main`, else the body."""
    for name in ("article", "main", "body"):
        found = soup.find_all(name)
        if found:
            return max(found, key=lambda tag: len(tag.get_text()))
    return soup


def _text_of(root: Tag) -> str:
    for tag in root.find_all(_BLOCKS):
        tag.insert_before(_PARAGRAPH)
        tag.insert_after(_PARAGRAPH)
    for tag in root.find_all("br"):
        tag.replace_with(_LINE)
    paragraphs = [
        "\n".join(line for part in paragraph.split(_LINE) if (line := " ".join(part.split())))
        for paragraph in root.get_text().split(_PARAGRAPH)
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _read_meta(soup: BeautifulSoup) -> dict[str, str]:
    named = _named_metas(soup)
    linked = _linked_data(soup)
    found = {
        key: next((value for name in names if (value := named.get(name.casefold()))), "")
        or linked.get(key, "")
        for key, names in _META.items()
    }
    heading, title = soup.find("h1"), soup.find("title")
    for tag in (heading, title):
        if tag is not None and not found["title"]:
            found["title"] = " ".join(tag.get_text().split())
    canonical = soup.find("link", rel="canonical")
    if canonical is not None and not found["url"]:
        found["url"] = str(canonical.get("href") or "")
    page = soup.find("html")
    found["language"] = str(page.get("lang") or "").split("-")[0] if page is not None else ""
    day = re.match(r"\d{4}-\d{2}-\d{2}", found["date"])
    found["date"] = day[0] if day else ""
    if not found["url"].startswith(("https://", "http://")):
        found["url"] = ""
    return {key: value for key, value in found.items() if value}


def _named_metas(soup: BeautifulSoup) -> dict[str, str]:
    named: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop")
        value = " ".join(str(tag.get("content") or "").split())
        if name and value:
            named.setdefault(str(name).casefold(), value)
    return named


def _linked_data(soup: BeautifulSoup) -> dict[str, str]:
    """What a JSON-LD record of the article says; a broken record says nothing."""
    for tag in soup.find_all("script", type="application/ld+json"):
        try:
            content = json.loads(tag.get_text())
        except (ValueError, RecursionError):
            continue
        for record in _records(content):
            if str(record.get("@type", "")).endswith(("Article", "Posting")):
                return {
                    "title": _name(record.get("headline")),
                    "publisher": _name(record.get("publisher")),
                    "author": _name(record.get("author")),
                    "date": _name(record.get("datePublished")),
                    "url": _name(record.get("url")),
                }
    return {}


def _records(content: Any) -> Iterator[dict[str, Any]]:
    listed = content.get("@graph", content) if isinstance(content, dict) else content
    for record in listed if isinstance(listed, list) else [listed]:
        if isinstance(record, dict):
            yield record


def _name(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_name, value)))
    if isinstance(value, dict):
        value = value.get("name")
    return " ".join(value.split()) if isinstance(value, str) else ""
