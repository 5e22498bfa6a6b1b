"""From a notebook's body to a paper: title, contents, number links, tables that fit a phone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import lxml.html
from lxml.html import HtmlElement as Tag
from markupsafe import escape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_SET_APART = ("bottom-line", "judgements", "stamp", "banner")
_WORDY = 45
_WIDE = 60
_LEDGER = 6
_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?")
_NONE = {"", "-", "\N{EN DASH}", "\N{EM DASH}"}
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Entry:
    """One line of the table of contents."""

    id: str
    text: str


@dataclass(frozen=True)
class Paper:
    """A body ready for the page.

    Attributes:
        title: Text of its one h1; empty if there is none.
        standfirst: The paragraph of class `standfirst`, as HTML; may be empty.
        contents: One entry per h2, those set apart (bottom line, stamp) left out.
        body: HTML without the title and the standfirst.
        faults: What forbids publication.
    """

    title: str
    standfirst: str
    contents: tuple[Entry, ...]
    body: str
    faults: tuple[str, ...]


def slug(text: str) -> str:
    """Lower-case letters and digits joined by hyphens: "M:share.IND" becomes "m-share-ind"."""
    return _SLUG.sub("-", text.casefold()).strip("-")


def compose_paper(html: str) -> Paper:
    """The body as a paper; its numbers become links to their rows in the list of numbers."""
    # a cell may print a text of any length; what is too much is refused elsewhere
    parser = lxml.html.HTMLParser(huge_tree=True)
    body = lxml.html.fragment_fromstring(html, create_parent="div", parser=parser)
    # while they are held, each element is made once, and not at every look at it
    held = list(body.iter())
    title, faults = _take_title(body)
    # where it gave up, the rest of the text is lost: that is no page
    faults += [
        f"the text cannot be read to its end: {error.message.split(',')[0].lower()}"
        for error in parser.error_log.filter_from_fatals()
    ]
    standfirst = next((p for p in body.iter("p") if "standfirst" in p.classes), None)
    if standfirst is not None:
        standfirst.drop_tree()
        standfirst.tail = None
    contents = tuple(_name_headings(body))
    _prepare_tables(body)
    _fold_origins(body)
    _mark_outside_links(body)
    faults += _link_numbers(body)
    text = "".join([str(escape(body.text or "")), *(_serialise(part) for part in body)])
    del held
    return Paper(
        title,
        "" if standfirst is None else _serialise(standfirst),
        contents,
        text,
        tuple(faults),
    )


def _serialise(tag: Tag) -> str:
    return str(lxml.html.tostring(tag, encoding="unicode"))


def _take_title(body: Tag) -> tuple[str, list[str]]:
    titles = list(body.iter("h1"))
    texts = [_text(heading) for heading in titles]
    for heading in titles:
        heading.drop_tree()
    if len(texts) != 1:
        return "", [f"the report has {len(texts)} titles (h1); it needs one"]
    return texts[0], []


def _text(tag: Tag) -> str:
    if not len(tag):
        return " ".join((tag.text or "").split())
    return " ".join(word for text in tag.itertext() for word in text.split())


def _ids(body: Tag) -> list[str]:
    """Every id in it, in the order of the text."""
    return [str(name) for name in body.xpath("descendant::*/@id", smart_strings=False)]


def _is_inside(tag: Tag, names: Collection[str] = (), classes: Collection[str] = ()) -> bool:
    """Whether an element around it is one of these, or has one of these classes."""
    return any(
        around.tag in names or not around.classes.isdisjoint(classes)
        for around in tag.iterancestors()
    )


def _wrap(tag: Tag, around: str, **attributes: str) -> Tag:
    """Put a new element around a tag; the text behind the tag stays behind."""
    wrap = lxml.html.Element(around, attributes)
    wrap.tail, tag.tail = tag.tail, None
    tag.getparent().replace(tag, wrap)
    wrap.append(tag)
    return wrap


def _name_headings(body: Tag) -> Iterator[Entry]:
    taken = set(_ids(body))
    for heading in body.iter("h2"):
        if not heading.get("id"):
            base = slug(_text(heading)) or "section"
            name, count = base, 2
            while name in taken:
                name, count = f"{base}-{count}", count + 1
            heading.set("id", name)
            taken.add(name)
        if not _is_inside(heading, classes=_SET_APART):
            yield Entry(heading.get("id"), _text(heading))


def _prepare_tables(body: Tag) -> None:
    before = None
    for tag in list(body.iter("h2", "h3", "table", "td", "th")):
        if tag.tag in {"h2", "h3"}:
            before = tag
        elif tag.tag == "table":
            _frame(tag, before)
        elif _DATE.fullmatch(_text(tag)):
            tag.classes.add("date")


def _frame(table: Tag, before: Tag | None) -> None:
    """A region that scrolls must be reachable by keyboard and say what it is."""
    wrap = next((w for w in table.iterancestors() if "table-wrap" in w.classes), None)
    if wrap is None:
        wrap = _wrap(table, "div", **{"class": "table-wrap"})
    caption = table.find("caption")
    named = before if caption is None else caption
    said = "Table" if named is None else f"Table: {_text(named)}"
    for name, value in (("tabindex", "0"), ("role", "region"), ("aria-label", said)):
        if wrap.get(name) is None:
            wrap.set(name, value)
    if not _is_inside(table, ("figure",)):
        _stack(table)


def _stack(table: Tag) -> None:
    """Mark a table of sentences: on a phone each of its rows becomes a card.

    One of six columns or more is a ledger: cards everywhere, as no page is wide enough for it.
    """
    head = table.find("thead")
    labels = [] if head is None else [_text(cell) for cell in head.iter("th")]
    rows = [row.xpath("td|th") for row in table.iterfind("tbody/tr")]
    whole = [[(cell, _text(cell)) for cell in row] for row in rows if len(row) == len(labels)]
    if not labels or not whole:
        return
    means = [sum(len(row[n][1]) for row in whole) / len(whole) for n in range(len(labels))]
    is_wide = sum(means) >= _WIDE and len(labels) < _LEDGER
    if "stack" not in table.classes and max(means) < _WORDY and not is_wide:
        return
    table.classes.update(["stack"] if len(labels) < _LEDGER else ["stack", "ledger"])
    for row in whole:
        for (cell, text), label in zip(row, labels, strict=True):
            _label(cell, text, label)


def _label(cell: Tag, text: str, label: str) -> None:
    if cell.tag == "td" and label:
        cell.set("data-label", label)
    if text in _NONE:
        cell.classes.add("none")
    if any("verdict" in part.classes for part in cell.iterdescendants()):
        cell.classes.add("chip")


def _fold_origins(body: Tag) -> None:
    """Rows and sources of each number fold away; the number and its method stay in sight."""
    for entry in body.xpath(_NUMBERS):
        rows = next((part for part in entry if "rows" in part.classes), None)
        if rows is None:
            continue
        rest = [rows, *rows.itersiblings()]
        fold = lxml.html.Element("details", {"class": "origin"})
        entry.insert(entry.index(rows), fold)
        summary = lxml.html.Element("summary")
        summary.text = "Rows and sources"
        fold.extend([summary, *rest])


_NUMBERS = "descendant::*[contains(concat(' ', normalize-space(@class), ' '), ' numbers ')]/li"


def _mark_outside_links(body: Tag) -> None:
    for link in body.iter("a"):
        if link.get("href", "").startswith(("http:", "https:")):
            link.set("rel", "noopener noreferrer external")


def _link_numbers(body: Tag) -> list[str]:
    names = _ids(body)
    rows = {slug(name.removeprefix("n-")): name for name in names if name.startswith("n-")}
    lost = []
    for number in list(body.iter("data")):
        source = number.get("data-source")
        if source is None or "n" not in number.classes:
            continue
        row = rows.get(slug(source))
        if row is None:
            lost.append(source)
        elif not _is_inside(number, ("a", "button", "summary")):
            title = "Where this number comes from"
            _wrap(number, "a", **{"class": "n", "href": f"#{row}", "title": title})
    return [
        f"number {source}: no row n-{slug(source)} in the list of numbers"
        for source in dict.fromkeys(lost)
    ]
