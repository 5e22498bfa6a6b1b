"""An Atom feed (RFC 4287) of published reports."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACE = uuid.UUID("7d0b5c43-6f1e-5b39-9a64-0d6f6d1c1a9e")
_ENTRIES = 100
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class FeedEntry:
    """One report.

    Attributes:
        run_id: Gives the entry's id, so that it is the same wherever the feed is served.
        title: Its title.
        href: Address below the site.
        published: When readers could first have it, with its zone.
        summary: The answer and what changed.
        author: Who approved it, or the kit.
    """

    run_id: str
    title: str
    href: str
    published: dt.datetime
    summary: str
    author: str


def compose_feed(entries: Sequence[FeedEntry], *, base_url: str = "") -> str:
    """The feed as XML text, newest first; the same reports give the same bytes.

    Args:
        entries: Published reports.
        base_url: Where the site is served, ending in a slash; without it addresses are relative.
    """
    ET.register_namespace("", ATOM)
    newest = sorted(entries, key=lambda one: (one.published, one.run_id), reverse=True)[:_ENTRIES]
    feed = ET.Element(_tag("feed"))
    _add(feed, "title", "Reports of Third Pillar")
    _add(feed, "id", f"urn:uuid:{uuid.uuid5(_NAMESPACE, base_url or 'feed')}")
    updated = newest[0].published if newest else dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    _add(feed, "updated", _moment(updated))
    _add(_add(feed, "author"), "name", "Third Pillar")
    if base_url:
        _link(feed, urljoin(base_url, "feed.xml"), "self", "application/atom+xml")
    _link(feed, urljoin(base_url, "index.html"), "alternate", "text/html")
    for one in newest:
        entry = _add(feed, "entry")
        _add(entry, "title", one.title)
        _add(entry, "id", f"urn:uuid:{uuid.uuid5(_NAMESPACE, one.run_id)}")
        _add(entry, "published", _moment(one.published))
        _add(entry, "updated", _moment(one.published))
        _add(_add(entry, "author"), "name", one.author)
        _link(entry, urljoin(base_url, one.href), "alternate", "text/html")
        _add(entry, "summary", one.summary)
    ET.indent(feed, space=" ")
    return ET.tostring(feed, encoding="unicode", xml_declaration=False) + "\n"


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    child = ET.SubElement(parent, _tag(name))
    if text:
        child.text = _NOT_XML.sub("", text)
    return child


def _link(parent: ET.Element, href: str, rel: str, kind: str) -> None:
    ET.SubElement(parent, _tag("link"), {"rel": rel, "type": kind, "href": href})


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
