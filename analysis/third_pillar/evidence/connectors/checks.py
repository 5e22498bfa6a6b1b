"""Whether what arrived is what was due: not empty, not a web page, not cut."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from third_pillar.evidence.connectors.catalogue import Source
from third_pillar.evidence.connectors.payload import read_unpacked
from third_pillar.evidence.connectors.web_faults import fault_of

_HEAD = 4096
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TRY_AGAIN = "Run the same command again; the cache is as it was."
_LOGIN = (
    "The server sent a page for people (a login, a notice or a firewall): open the address in a "
    "browser and see, or fetch the file by hand and give it with --file."
)
Check = Callable[[Path, Mapping[str, str]], None]


def due(source: Source, address: str, kind: str) -> Check:
    """A check that what arrived is of this kind: json, csv or zip.

    The check raises a SourceFault that names source and address.
    """

    def check(path: Path, headers: Mapping[str, str]) -> None:
        try:
            # a zip may be larger than memory; a table or a list of rows is not
            content = _first_bytes(path) if kind == "zip" else read_unpacked(path)
        except (OSError, EOFError, zlib.error):
            raise fault_of(source, address, "the packed answer is damaged", _TRY_AGAIN) from None
        head = content[:_HEAD]
        if not head.strip():
            raise fault_of(source, address, "the answer is empty", _TRY_AGAIN)
        is_page = head.lstrip().lower().startswith((b"<!doctype html", b"<html", b"<head"))
        if is_page or headers.get("content-type", "").startswith("text/html"):
            titled = _TITLE.search(head)
            title = " ".join(titled[1].decode("utf-8", "replace").split()) if titled else ""
            shown = f" titled {title[:80]!r}" if title else ""
            raise fault_of(source, address, f"a web page{shown} where {kind} was due", _LOGIN)
        if kind == "zip":
            happened = "" if zipfile.is_zipfile(path) else "the answer is not a whole zip file"
        else:
            happened = {"json": _json_fault, "csv": _csv_fault}[kind](content)
        if happened:
            raise fault_of(source, address, happened, _TRY_AGAIN)

    return check


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _json_fault(text: bytes) -> str:
    try:
        json.loads(text)
    except UnicodeDecodeError:
        return "the answer is not UTF-8 text"
    except json.JSONDecodeError as error:
        cut = text.rstrip()[-1:] not in (b"}", b"]")
        what = "the JSON is cut short" if cut else "the answer is not JSON"
        return f"{what} (character {error.pos:,} of {len(text):,})"
    return ""


def _csv_fault(content: bytes) -> str:
    # every byte is a character of Latin-1, and commas, quotes and line ends are where they are
    reader = csv.reader(io.StringIO(content.decode("latin-1"), newline=""))
    try:
        width, last = len(next(reader)), 0
        for cells in reader:
            last = len(cells)
    except csv.Error as error:
        return f"the answer is not CSV ({error})"
    if last not in {width, 0}:
        return f"the table is cut short: its last row has {last} of {width} cells"
    return ""
