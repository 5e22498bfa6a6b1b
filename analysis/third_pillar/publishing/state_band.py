"""What a page says of its own standing: draft, reviewed, published or under embargo.

The band stands between two marks at the start of the page's body. To approve a report its text
between the marks is exchanged; nothing else of the page changes and nothing is run.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from markupsafe import Markup

State = Literal["draft", "reviewed", "published"]

_BEGIN, _END = "<!--tp:state-->", "<!--/tp:state-->"
_BODY = re.compile(r"<body[^>]*>", re.IGNORECASE)
_STATE = re.compile(r'class="tp-band" role="note" data-state="([a-z]+)"')
_STYLE = (
    ".tp-band{display:flex;flex-wrap:wrap;justify-content:center;gap:.1rem .8rem;margin:0;"
    "padding:.42rem 1.3rem;border-bottom:1px solid #6b4a00;background:#fbeed2;color:#6b4a00;"
    "font:500 .8rem/1.45 system-ui,'Liberation Sans',sans-serif;text-align:center}"
    ".tp-band strong{letter-spacing:.04em}"
    ".tp-mark{position:fixed;inset:0;display:grid;place-items:center;z-index:-1;"
    "overflow:hidden;pointer-events:none;user-select:none;-webkit-user-select:none}"
    ".tp-mark span{font:800 18vmin/1 system-ui,'Liberation Sans',sans-serif;letter-spacing:.08em;"
    "text-transform:uppercase;transform:rotate(-32deg);color:#6b4a00;opacity:.055;"
    "print-color-adjust:exact;-webkit-print-color-adjust:exact}"
    "@media screen and (prefers-color-scheme:dark){.tp-band{background:#3a2d10;color:#f3cd7c;"
    "border-color:#f3cd7c}.tp-mark span{color:#f3cd7c}}"
    "@media print{.tp-mark{z-index:9}.tp-mark span{font-size:120pt;opacity:.1}}"
)


def show_state(
    html: str,
    state: State,
    *,
    by: str = "",
    at: dt.datetime | None = None,
    embargo: dt.datetime | None = None,
) -> str:
    """The page with a band for this state in place of the one it had; all else as it was.

    Args:
        html: A page of this kit, with or without a band.
        state: A published page without embargo has none.
        by: Who reviewed it.
        at: When.
        embargo: Said on the page, where it is published for a later moment.
    """
    band = f"{_BEGIN}{_compose(state, by, at, embargo)}{_END}"
    start = html.find(_BEGIN)
    stop = html.find(_END, start)
    body = _BODY.search(html)
    # The marks are ours only where they stand first in the body: text further down is the report's.
    if 0 <= start < stop and (body is None or start == body.end()):
        return html[:start] + band + html[stop + len(_END) :]
    place = body.end() if body else len(html)
    return html[:place] + band + html[place:]


def read_state(html: str) -> str | None:
    """The state a page says it has; none for a page without a band."""
    start, stop = html.find(_BEGIN), html.find(_END)
    if not 0 <= start < stop:
        return None
    said = _STATE.search(html, start, stop)
    return said[1] if said else "published"


def _compose(state: State, by: str, at: dt.datetime | None, embargo: dt.datetime | None) -> Markup:
    if state == "published" and embargo is None:
        return Markup("")
    said, word = _words(state, by, at, embargo)
    lead, _, rest = said.partition("|")
    mark = (
        Markup('<div class="tp-mark" aria-hidden="true"><span>{}</span></div>').format(word)
        if word
        else Markup("")
    )
    return Markup(
        '<style id="tp-state-style">{}</style><div class="tp-band" role="note" data-state="{}">'
        "<strong>{}</strong><span>{}</span></div>{}"
    ).format(Markup(_STYLE), state, lead, rest, mark)  # noqa: S704  our own constant


def _words(
    state: State, by: str, at: dt.datetime | None, embargo: dt.datetime | None
) -> tuple[str, str]:
    if state == "draft":
        return "Draft, not reviewed|Made by machine; nobody has approved it for citation.", "Draft"
    if state == "reviewed":
        when = f" on {at.day} {at:%B %Y}" if at else ""
        return f"Reviewed, not published|Reviewed by {by}{when}.", "Not published"
    until = f"{embargo.day} {embargo:%B %Y, %H:%M} {_zone(embargo)}" if embargo else ""
    # it stands on the page when the embargo is over as well, and has to be true then
    return f"Embargo|Not for release before {until}.", ""


def _zone(moment: dt.datetime) -> str:
    offset = f"{moment:%z}"
    return "UTC" if offset in {"", "+0000"} else f"UTC{offset[:3]}:{offset[3:5]}"
