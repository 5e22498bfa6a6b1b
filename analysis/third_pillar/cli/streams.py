"""Where the locale has fewer signs than the text, the words are written all the same.

A terminal or a log file in ASCII or Latin-1 has no en dash: the range "0–4" is then written "0-4",
and a sign that nothing can stand for as its code point. Without this, a command whose work was
done would end as if it had failed.
"""

from __future__ import annotations

import codecs
import sys

_NAME = "third_pillar.plain_signs"
_STAND_INS = {
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{MINUS SIGN}": "-",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{MIDDLE DOT}": "*",
    "\N{DOUBLE DAGGER}": "++",
}


def write_every_word() -> None:
    """Let stdout and stderr take every text, whatever their encoding."""
    codecs.register_error(_NAME, _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if not takes_every_sign(stream) and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_NAME)


def takes_every_sign(stream: object) -> bool:
    """Whether a stream writes UTF-8."""
    named = getattr(stream, "encoding", None) or "utf-8"
    return codecs.lookup(named).name == "utf-8"


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    written = "".join(_STAND_INS.get(sign) or _code_point(sign) for sign in lost)
    return written, error.end


def _code_point(sign: str) -> str:
    return sign.encode("ascii", "backslashreplace").decode("ascii")
