"""The check reads markup as a browser would, and finds whatever would be loaded."""

from __future__ import annotations

import pytest

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
