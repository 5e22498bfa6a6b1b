"""The check reads markup as a browser would, and finds whatever would be loaded."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.publishing import offline_check
from third_pillar.publishing.offline_check import check_offline

HEAD = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'


def faults(body: str) -> list[str]:
    return check_offline(f"<!DOCTYPE html><html><head>{HEAD}</head><body>{body}</body></html>")


LOADING = [
    '<script src="https://example.org/x.js"></script>',
    "<SCRIPT SRC=//example.org/x.js></SCRIPT>",
    '<script id="tp-page">fetch("data.json")</script>',
    '<script id="tp-page">import("./x.js")</script>',
    '<link rel="stylesheet" href="style.css">',
    '<link rel="preload" href="https://example.org/f.woff2">',
    '<style id="tp-style">@import "x.css";</style>',
    '<style id="tp-style">p { background: url( "https://example.org/x.png" ) }</style>',
    '<style id="tp-style">@font-face { src: url(fonts/a.woff2) }</style>',
    '<style id="tp-style">p { background: image-set("x.png" 1x) }</style>',
    "<style>p { color: red }</style>",
    '<img src="x.png">',
    '<img srcset="x.png 1x, y.png 2x">',
    '<img srcset="data:image/png;base64,AAAA 1x, https://example.org/x.png 2x">',
    '<img srcset="data:x 1x, https://example.org/x.png 2x">',
    '<img src="https://example.org/x.png" src="data:image/png;base64,AAAA">',
    '<a href="notes.html" HREF="#x">x</a><p id="x">x</p>',
    '<img src="file:///x.png">',
    "<picture><source srcset=x.webp></picture>",
    '<iframe src="x.html"></iframe>',
    '<iframe srcdoc="<p>"></iframe>',
    '<object data="x.svg"></object>',
    '<embed src="x.swf">',
    '<video poster="x.png"></video>',
    '<svg><image href="x.png"></image></svg>',
    '<svg><use xlink:href="icons.svg#a"></use></svg>',
    '<svg><rect fill="url(icons.svg#a)"></rect></svg>',
    '<p style="background: url(x.png)">x</p>',
    '<table background="x.png"></table>',
    '<base href="https://example.org/">',
    '<meta http-equiv="refresh" content="0; url=https://example.org">',
    '<form action="https://example.org"></form>',
    '<a href="#x" ping="https://example.org">x</a>',
    '<p onclick="x()">x</p>',
    '<a href="javascript:x()">x</a>',
    '<a href="file:///etc/passwd">x</a>',
    '<a href="notes.html">x</a>',
    '<a href="//example.org">x</a>',
]


@pytest.mark.parametrize("markup", LOADING)
def test_what_would_load_something_is_a_fault(markup):
    """Scripts, styles, fonts, pictures, frames, forms, links beside the file."""
    assert faults(markup)


STANDING = [
    '<a href="https://example.org/report.pdf" rel="noopener">source</a>',
    '<a href="#n-x">1</a><p id="n-x">row</p>',
    '<img alt="" src="data:image/png;base64,AAAA">',
    '<svg><rect fill="url(#hatch)"></rect></svg>',
    '<style id="tp-style">p { background: url("data:image/png;base64,AAAA") }</style>',
    "<p>Written as url(x.png) or https://example.org in plain text; and/or 7/11.</p>",
    '<data value="1" data-source="M:x">1</data>',
]


@pytest.mark.parametrize("markup", STANDING)
def test_what_loads_nothing_is_allowed(markup):
    """Source links, inner links, embedded pictures, and words about addresses."""
    assert faults(markup) == []


@pytest.mark.parametrize(
    "path", ["/home/ana/x.csv", "/opt/build/x", "C:\\Users\\ana\\x.csv", "file:///srv/x"]
)
def test_paths_of_the_machine_are_faults(path):
    """A reader learns nothing of where the report was made."""
    assert faults(f"<p>read from {path}</p>")
    assert faults(f'<p title="{path}">x</p>')


def test_a_link_within_the_page_leads_somewhere():
    """A contents line, a number or a source that leads to nothing is named."""
    assert faults('<a href="#s-usgs">USGS</a>') == [
        '<a href="#s-usgs">: leads to nothing on the page'
    ]


def test_a_page_without_policy_is_a_fault():
    """The browser itself is told to load nothing."""
    assert check_offline("<!DOCTYPE html><p>x</p>")
    assert check_offline(f"<!DOCTYPE html>{HEAD.replace('none', 'self')}<p>x</p>")


def test_a_figure_without_its_drawing_is_named():
    """An empty frame is never published."""
    figure = (
        '<figure class="exhibit" id="fig-a"><h3 class="finding">T</h3><p class="alt">A</p>'
        '<p class="note">N</p><table><tr><td>1</td></tr></table></figure>'
    )
    assert "fig-a: has no rendering" in faults(figure)


def test_a_path_in_a_figure_is_found_however_its_json_writes_it():
    """On a new line, of Windows, after a dash: what a reader sees counts, not its escapes."""
    for text in ("see\n/home/ana/x", "C:\\Users\\ana", "\N{EN DASH}/srv/x", "file:///x"):
        figure = {"data": [{"type": "bar", "text": ["ok", {"deep": text}]}], "layout": {}}
        page = json.dumps({"fig-a": {"figure": figure}})
        body = '<figure class="exhibit" id="fig-a"><div data-figure="fig-a"></div></figure>'
        found = faults(f'{body}<script id="tp-figures" type="application/json">{page}</script>')
        assert "fig-a: a path of this machine is in it" in found
        figure["data"][0]["text"] = ["and/or", "a\\b", "https://example.org/home", "1/tmp/2"]
        page = json.dumps({"fig-a": {"figure": figure}})
        found = faults(f'{body}<script id="tp-figures" type="application/json">{page}</script>')
        assert "fig-a: a path of this machine is in it" not in found


class _EachTagAnew(offline_check._Page):
    """The same check on the library's parser as it is."""

    parse_starttag = HTMLParser.parse_starttag
    parse_endtag = HTMLParser.parse_endtag
    updatepos = HTMLParser.updatepos


PIECES = [
    *("<td>", "</td>", "<td >", "<TD>", "</TD>", "</td >", "<td", "<td/>", "<tr>", "</tr>", "<"),
    *('<td class="num">', "<td class=num>", "<td class='num'>", '<p class="alt note">', "</p>"),
    *('<p id="a">', '<p id="b">', '<a href="#a">', '<a href="#c">', '<a href="x.html">', "</a>"),
    *('<a title="x>', '<a title="x>">', '">', "'", '<span title="a&amp;b">', "<span title='>'>"),
    *('<figure class="exhibit" id="f">', '<div data-figure="f">', "</div>", "</figure>", "<br>"),
    *('<p onclick="x()">', '<li style="x">', '<td background="x.png">', "</br>", "</nothing>"),
    *('<script id="tp-page">', "fetch('x')", "</script>", '<style id="tp-style">', "</style>"),
    *("<!--", "-->", "<td><!-- </td> -->", "@import 'x'", "/home/ana/x", "C:\\Users\\x", "text"),
    *("<title>", "</title>", "<textarea>", "</textarea>", "<![CDATA[", "]]>", "&lt;td&gt;", "\n"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_a_tag_that_comes_again_is_read_as_the_first_time(pieces):
    """What is known of a tag never changes what a page is found to hold, however broken it is."""
    markup = "".join(pieces) * 2
    pages = [offline_check._Page(), _EachTagAnew()]
    for page in pages:
        page.feed(markup)
        page.close()
    kept = ("faults", "ids", "inner_links", "exhibits", "scripts", "has_policy", "rawdata")
    fast, slow = ([getattr(page, name) for name in kept] for page in pages)
    assert fast == slow


def test_a_fault_is_found_each_time_its_tag_comes():
    """The second of two same ids is a fault, and so is what stands where a script was left."""
    assert "<p id=a>: this id is used twice" in faults('<p id="a">x</p><p id="a">y</p>')
    hidden = '<td>1</td><script id="tp-page">"<td></td>"; fetch("x")</script><td>2</td>'
    assert faults(hidden) == ["<script id=tp-page> would load something: fetch("]
    assert len(faults('<td>1</td><td onclick="x">2</td><td>3</td>')) == 1
