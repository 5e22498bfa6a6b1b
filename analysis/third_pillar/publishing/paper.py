"""From a notebook's body to a paper: title, contents, number links, tables that fit a phone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    soup = BeautifulSoup(html, "html.parser")
    title, faults = _take_title(soup)
    standfirst = soup.select_one("p.standfirst")
    if standfirst is not None:
        standfirst.extract()
    contents = tuple(_name_headings(soup))
    _prepare_tables(soup)
    _fold_origins(soup)
    _mark_outside_links(soup)
    faults += _link_numbers(soup)
    return Paper(title, str(standfirst or ""), contents, str(soup), tuple(faults))


def _take_title(soup: BeautifulSoup) -> tuple[str, list[str]]:
    titles = soup.find_all("h1")
    texts = [_text(heading) for heading in titles]
    for heading in titles:
        heading.extract()
    if len(texts) != 1:
        return "", [f"the report has {len(texts)} titles (h1); it needs one"]
    return texts[0], []


def _text(tag: Tag) -> str:
    if len(tag.contents) == 1 and type(tag.contents[0]) is NavigableString:
        return " ".join(tag.contents[0].split())  # most cells: ten times as fast
    return " ".join(tag.get_text(" ", strip=True).split())


def _name_headings(soup: BeautifulSoup) -> Iterator[Entry]:
    taken = {str(tag["id"]) for tag in soup.find_all(id=True)}
    for heading in soup.find_all("h2"):
        if not heading.get("id"):
            base = slug(_text(heading)) or "section"
            name, count = base, 2
            while name in taken:
                name, count = f"{base}-{count}", count + 1
            heading["id"] = name
            taken.add(name)
        apart = heading.find_parent(class_=list(_SET_APART))
        if apart is None:
            yield Entry(str(heading["id"]), _text(heading))


def _prepare_tables(soup: BeautifulSoup) -> None:
    for table in soup.find_all("table"):
        wrap = table.find_parent(class_="table-wrap")
        if wrap is None:
            wrap = table.wrap(soup.new_tag("div", attrs={"class": "table-wrap"}))
        caption = table.find("caption")
        before = table.find_previous(["h2", "h3"])
        named = caption or before
        # A region that scrolls must be reachable by keyboard and say what it is.
        wrap.attrs.setdefault("tabindex", "0")
        wrap.attrs.setdefault("role", "region")
        wrap.attrs.setdefault("aria-label", f"Table: {_text(named)}" if named else "Table")
        if table.find_parent("figure") is None:
            _stack(table)
    for cell in soup.find_all(["td", "th"]):
        if _DATE.fullmatch(_text(cell)):
            cell["class"] = " ".join([*filter(None, cell.get_attribute_list("class")), "date"])


def _stack(table: Tag) -> None:
    """Mark a table of sentences: on a phone each of its rows becomes a card.

    One of six columns or more is a ledger: cards everywhere, as no page is wide enough for it.
    """
    head = table.find("thead")
    labels = [_text(cell) for cell in head.find_all("th")] if head else []
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.select("tbody > tr")]
    whole = [row for row in rows if len(row) == len(labels)]
    if not labels or not whole:
        return
    classes = table.get_attribute_list("class")
    means = [sum(len(_text(row[n])) for row in whole) / len(whole) for n in range(len(labels))]
    is_wide = sum(means) >= _WIDE and len(labels) < _LEDGER
    if "stack" not in classes and max(means) < _WORDY and not is_wide:
        return
    kinds = ["stack"] if len(labels) < _LEDGER else ["stack", "ledger"]
    table["class"] = " ".join(dict.fromkeys([*filter(None, classes), *kinds]))
    for row in whole:
        for cell, label in zip(row, labels, strict=True):
            _label(cell, label)


def _label(cell: Tag, label: str) -> None:
    if cell.name == "td" and label:
        cell["data-label"] = label
    kinds = [*filter(None, cell.get_attribute_list("class"))]
    if _text(cell) in _NONE:
        kinds.append("none")
    if cell.find(class_="verdict") is not None:
        kinds.append("chip")
    if kinds:
        cell["class"] = " ".join(kinds)


def _fold_origins(soup: BeautifulSoup) -> None:
    """Rows and sources of each number fold away; the number and its method stay in sight."""
    for rows in soup.select(".numbers > li > .rows"):
        fold = soup.new_tag("details", attrs={"class": "origin"})
        summary = soup.new_tag("summary")
        summary.string = "Rows and sources"
        rest = [rows, *rows.next_siblings]
        rows.insert_before(fold)
        fold.append(summary)
        for part in rest:
            fold.append(part.extract())


def _mark_outside_links(soup: BeautifulSoup) -> None:
    for link in soup.find_all("a", href=True):
        if str(link["href"]).startswith(("http:", "https:")):
            link["rel"] = "noopener noreferrer external"


def _link_numbers(soup: BeautifulSoup) -> list[str]:
    rows = {}
    for tag in soup.find_all(id=re.compile("^n-")):
        rows[slug(str(tag["id"]).removeprefix("n-"))] = str(tag["id"])
    lost = set()
    for number in soup.find_all("data", class_="n", attrs={"data-source": True}):
        source = str(number["data-source"])
        row = rows.get(slug(source))
        if row is None:
            lost.add(source)
        elif number.find_parent(["a", "button", "summary"]) is None:
            link = soup.new_tag("a", attrs={"class": "n", "href": f"#{row}"})
            link["title"] = "Where this number comes from"
            number.wrap(link)
    return [f"number {source}: no row n-{slug(source)} in the list of numbers" for source in lost]
