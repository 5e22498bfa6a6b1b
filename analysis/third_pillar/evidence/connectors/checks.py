"""Whether what arrived is what was due: not empty, not a web page, not cut."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from third_pillar.evidence.connectors.catalogue import Source
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
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if not head.strip():
            raise fault_of(source, address, "the answer is empty", _TRY_AGAIN)
        is_page = head.lstrip().lower().startswith((b"<!doctype html", b"<html", b"<head"))
        if is_page or headers.get("content-type", "").startswith("text/html"):
            titled = _TITLE.search(head)
            title = " ".join(titled[1].decode("utf-8", "replace").split()) if titled else ""
            shown = f" titled {title[:80]!r}" if title else ""
            raise fault_of(source, address, f"a web page{shown} where {kind} was due", _LOGIN)
        happened = {"json": _json_fault, "zip": _zip_fault, "csv": _csv_fault}[kind](path)
        if happened:
            raise fault_of(source, address, happened, _TRY_AGAIN)

    return check


def _json_fault(path: Path) -> str:
    text = path.read_bytes()
    try:
        json.loads(text)
    except UnicodeDecodeError:
        return "the answer is not UTF-8 text"
    except json.JSONDecodeError as error:
        cut = text.rstrip()[-1:] not in (b"}", b"]")
        what = "the JSON is cut short" if cut else "the answer is not JSON"
        return f"{what} (character {error.pos:,} of {len(text):,})"
    return ""


def _zip_fault(path: Path) -> str:
    return "" if zipfile.is_zipfile(path) else "the answer is not a whole zip file"


def _csv_fault(path: Path) -> str:
    # every byte is a character of Latin-1, and commas, quotes and line ends are where they are
    with path.open(encoding="latin-1", newline="") as file:
        reader = csv.reader(file)
        try:
            width, last = len(next(reader)), 0
            for cells in reader:
                last = len(cells)
        except csv.Error as error:
            return f"the answer is not CSV ({error})"
    if last not in {width, 0}:
        return f"the table is cut short: its last row has {last} of {width} cells"
    return ""
