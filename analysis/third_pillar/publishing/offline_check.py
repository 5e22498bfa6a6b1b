"""Whether a page can be read with no network, no folder beside it, and nothing lost.

A browser is not asked: the page's own markup, styles, scripts and figures are read.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

from third_pillar.publishing.machine_paths import find_machine_path, path_in_figure

OUR_SCRIPTS = frozenset({"tp-start", "tp-figures", "tp-look", "tp-plotly", "tp-page"})
OUR_STYLES = frozenset({"tp-style", "tp-state-style"})
FETCHING_TRACES = frozenset(
    {"scattergeo", "choropleth", "scattermap", "choroplethmap", "densitymap"}
    | {"scattermapbox", "choroplethmapbox", "densitymapbox"}
)
"""Trace types whose borders or tiles plotly fetches."""

_FORBIDDEN = frozenset(
    {"iframe", "frame", "frameset", "object", "embed", "applet", "portal"}
    | {"audio", "video", "source", "track", "base"}
)
_LOADING = frozenset(
    {"src", "srcset", "imagesrcset", "poster", "data", "background", "action", "formaction"}
    | {"manifest", "ping", "codebase", "archive"}
)
_LISTS = frozenset({"srcset", "imagesrcset"})  # each of several addresses
_PARTS = frozenset({"finding", "note", "alt"})
"""What a figure must say: title, note and alternative text."""
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
    | {"source", "track", "wbr"}
)
_REPEATED = ("a", "data", "details", "li", "p", "span", "strong", "summary", "td", "th", "tr")
"""Elements of which a page has many, and whose contents are read like the text around them."""

_PLAIN = re.compile(rf"<(?:{'|'.join(_REPEATED)})(?: [a-z-]+=\"[^\"<>]*\")*>")
_PLAIN_ENDS = {f"</{name}>": name for name in _REPEATED}
_CSS_LOAD = re.compile(
    r"@import|url\(\s*[\"']?(?!\s*[\"']?(?:data:|#))|image-set\(|\bsrc\([^)]", re.IGNORECASE
)
_SCRIPT_LOAD = re.compile(
    r"\bfetch\s*\(|XMLHttpRequest|\bimport\s*\(|importScripts|\bnew\s+(?:Shared)?Worker\b"
    r"|WebSocket|EventSource|sendBeacon|\.src\s*=\s*[\"'`]|https?://"
)
_CSP = re.compile(r"default-src\s+'none'")


@dataclass
class _Exhibit:
    """Parts of one figure element found so far."""

    texts: dict[str, str] = field(default_factory=dict)
    has_plot: bool = False
    cells: int = 0


def check_offline(html: str) -> list[str]:
    """Faults of a page, each naming its element or figure; empty when it stands alone.

    Plain links (`<a href="https://…">`) are allowed: nothing follows them but the reader.
    """
    page = _Page()
    page.feed(html)
    page.close()
    faults = list(page.faults)
    if not page.has_policy:
        faults.append("the page has no Content-Security-Policy with default-src 'none'")
    lost = sorted(page.inner_links - page.ids)
    faults += [f'<a href="#{name}">: leads to nothing on the page' for name in lost]
    faults += _figure_faults(page)
    return list(dict.fromkeys(faults))


@dataclass(frozen=True, slots=True)
class _Tag:
    """What a start tag says, and what is wrong with it by itself.

    Attributes:
        name: In lower case.
        have: Its attributes.
        faults: Without its place.
        parts: What of a figure it holds.
    """

    name: str
    have: dict[str, str]
    faults: tuple[str, ...]
    parts: frozenset[str]


class _Page(HTMLParser):
    """Reads the markup once and notes what it finds."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: set[str] = set()
        self.inner_links: set[str] = set()
        self.exhibits: dict[str, _Exhibit] = {}
        self.scripts: dict[str, str] = {}
        self.bundle_types: frozenset[str] = frozenset()
        self.has_policy = False
        self._inside: list[tuple[_Tag, frozenset[str]]] = []
        self._figure: str | None = None
        self._known: dict[str, _Tag] = {}
        self._last: _Tag | None = None

    def parse_starttag(self, i: int) -> int:
        """As in the library, but a tag that is letter by letter one before it is read once.

        A page has thousands of cells and hundreds of kinds of cell.
        """
        end = self.rawdata.find(">", i) + 1
        text = self.rawdata[i:end]
        known = self._known.get(text)
        if known is not None:
            self._open(known)
            return end
        self._last = None
        at = super().parse_starttag(i)
        if self._last is not None and at == end and _PLAIN.fullmatch(text):
            self._known[text] = self._last
        return at

    def parse_endtag(self, i: int) -> int:
        """As in the library, which looks at each end tag as if it were the first."""
        end = self.rawdata.find(">", i) + 1
        name = _PLAIN_ENDS.get(self.rawdata[i:end])
        if name is None or self.cdata_elem is not None:
            return super().parse_endtag(i)
        self.handle_endtag(name)
        return end

    def updatepos(self, i: int, j: int) -> int:
        """Nobody asks for line and column, and to count them takes a tenth of the time."""
        del i
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        parts = _PARTS.intersection(have.get("class", "").split())
        faults = _element_faults(tag, have)
        if len(have) < len(attrs):
            faults.append("an attribute is written twice: of both a browser takes the first")
        self._last = _Tag(tag, have, tuple(faults), parts)
        self._open(self._last)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        # nearly always it closes what was opened last
        if self._inside and self._inside[-1][0].name == tag:
            self._inside.pop()
        elif any(one.name == tag for one, _ in self._inside):
            while self._inside.pop()[0].name != tag:
                pass
        else:
            return
        if tag == "figure":
            self._figure = None

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._note_text(data, frozenset())
            return
        tag, parts = self._inside[-1]
        if tag.name == "script":
            name = tag.have.get("id", "")
            self.scripts[name] = self.scripts.get(name, "") + data
            if name == "tp-page" and (found := _SCRIPT_LOAD.search(data)):
                self.faults.append(f"<script id=tp-page> would load something: {found[0]}")
            return
        if tag.name == "style" and (found := _CSS_LOAD.search(data)):
            self.faults.append(f"<style> would load something: {_near(data, found)}")
        self._note_text(data, parts)

    def _note_text(self, data: str, parts: frozenset[str]) -> None:
        if found := find_machine_path(data):
            self.faults.append(f"a path of this machine is shown: {_near(data, found)}")
        if parts and self._figure is not None:
            texts = self.exhibits[self._figure].texts
            for part in parts:
                texts[part] = texts.get(part, "") + data.strip()

    def _open(self, tag: _Tag) -> None:
        """An element begins."""
        have, name = tag.have, tag.name
        if have or tag.faults:
            place = f"<{name}{' id=' + have['id'] if have.get('id') else ''}>"
            self._note_id(have, place)
            self.faults += [f"{place}: {fault}" for fault in tag.faults]
            self._note_head(name, have)
            if name == "figure" and "exhibit" in have.get("class", "").split():
                self._figure = have.get("id", "")
                self.exhibits[self._figure] = _Exhibit()
            if name == "a" and have.get("href", "").startswith("#"):
                self.inner_links.add(unquote(have["href"][1:]))
        if self._figure is not None:
            self._note_exhibit(name, have)
        if name not in _VOID:
            around = self._inside[-1][1] if self._inside else tag.parts
            self._inside.append((tag, around | tag.parts if tag.parts else around))

    def _note_head(self, name: str, have: dict[str, str]) -> None:
        if name == "meta" and have.get("http-equiv", "").lower() == "content-security-policy":
            self.has_policy = bool(_CSP.search(have.get("content", "")))
        if name == "script" and have.get("id") == "tp-plotly":
            self.bundle_types = frozenset(have.get("data-trace-types", "").split())

    def _note_id(self, have: dict[str, str], place: str) -> None:
        name = have.get("id")
        if name is None:
            return
        if name in self.ids:
            self.faults.append(f"{place}: this id is used twice")
        self.ids.add(name)

    def _note_exhibit(self, tag: str, have: dict[str, str]) -> None:
        exhibit = self.exhibits[self._figure or ""]
        if have.get("data-figure") == self._figure:
            exhibit.has_plot = True
        exhibit.cells += tag == "td"


def _element_faults(tag: str, have: dict[str, str]) -> list[str]:
    if tag in _FORBIDDEN:
        return ["loads another document or medium"]
    faults = [fault for name, value in have.items() for fault in _value_faults(tag, name, value)]
    if tag == "script" and have.get("id") not in OUR_SCRIPTS:
        faults.append("a script that is not the page's own")
    if tag == "style" and have.get("id") not in OUR_STYLES:
        faults.append("a style sheet that is not the page's own")
    if tag == "meta" and have.get("http-equiv", "").lower() == "refresh":
        faults.append("leads away from the page")
    return faults


def _value_faults(tag: str, name: str, value: str) -> list[str]:
    shown = repr(value.strip()[:80])
    if name.startswith("on") or name == "style":
        return [f"attribute {name} is not allowed"]
    if name in {"href", "xlink:href"}:
        return [] if _leads_nowhere_else(tag, value) else [f"leads outside the file, to {shown}"]
    is_inside = name not in _LISTS and value.strip().lower().startswith("data:")
    if name in _LOADING and not is_inside:
        return [f"{name} would load {shown}"]
    if "url(" in value and _CSS_LOAD.search(value):
        return [f"{name} would load {shown}"]
    return [f"{name} holds a path of this machine"] if find_machine_path(value) else []


def _leads_nowhere_else(tag: str, address: str) -> bool:
    plain = ("#", "http://", "https://", "mailto:")
    allowed = plain if tag in {"a", "area"} else ("#", "data:")
    return address.strip().lower().startswith(allowed)


def _near(text: str, found: re.Match[str]) -> str:
    return repr(" ".join(text[max(0, found.start() - 20) : found.end() + 40].split()))


def _figure_faults(page: _Page) -> list[str]:
    try:
        figures: dict[str, Any] = json.loads(page.scripts.get("tp-figures", "{}"))
    except ValueError:
        return ["the figures cannot be read: their JSON is broken"]
    faults = [f"{name}: drawn nowhere on the page" for name in figures if name not in page.exhibits]
    for name, exhibit in page.exhibits.items():
        parts = {"finding": "title", "note": "note", "alt": "alt text"}
        faults += [f"{name}: has no {parts[p]}" for p in parts if not exhibit.texts.get(p)]
        if not exhibit.cells:
            faults.append(f"{name}: has no data table")
        drawing = figures.get(name, {}).get("figure", {})
        if not exhibit.has_plot or not drawing.get("data"):
            faults.append(f"{name}: has no rendering")
            continue
        faults += [f"{name}: {fault}" for fault in _drawing_faults(drawing, page.bundle_types)]
    if page.exhibits and not page.scripts.get("tp-plotly", "").strip():
        faults.append("plotly.js is not in the page")
    return faults


def _drawing_faults(drawing: dict[str, Any], bundle_types: frozenset[str]) -> list[str]:
    types = {str(trace.get("type")) for trace in drawing["data"]}
    faults = [f"the bundle cannot draw {kind}" for kind in sorted(types - bundle_types)]
    faults += [f"{kind} fetches a map" for kind in sorted(types & FETCHING_TRACES)]
    images = drawing.get("layout", {}).get("images") or []
    if any(not str(image.get("source", "")).startswith("data:") for image in images):
        faults.append("a picture in it would be fetched")
    if path_in_figure(drawing):
        faults.append("a path of this machine is in it")
    return faults
