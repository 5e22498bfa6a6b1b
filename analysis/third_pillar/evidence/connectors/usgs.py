"""USGS Mineral Commodity Summaries, the data release: one CSV with every chapter of a year.

The file is Windows-1252 text. A cell of `Value` prints commas, bounds (`>95`), ranges (`700–740`),
`W` (withheld), `E` (net exporter), `NA`, and dashes for zero; a cell of `Year` may print `2021–24`.
The edition is the year after the last year in the rare-earth chapter.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.catalogue import SOURCES
from third_pillar.evidence.connectors.checks import due
from third_pillar.evidence.connectors.countries import find_by_name
from third_pillar.evidence.connectors.figures import read_figure, read_years
from third_pillar.evidence.connectors.payload import RawPayload, strip_secrets
from third_pillar.evidence.connectors.web import Question, Web
from third_pillar.evidence.connectors.web_faults import fault_of

SOURCE = SOURCES["usgs"]
ASKED = {"release": "MCS data release"}
ENCODING = "cp1252"
CHAPTERS = ("RARE EARTHS", "RARE EARTHS (Heavy)", "SCANDIUM", "YTTRIUM")
PATH = "/catalog/file/get/696a75d5d4be0228872d3bf8?name=MCS2026_Commodities_Data.csv"
FIRST_PUBLISHED = {2026: dt.date(2026, 2, 6)}
"""Edition to the day its data release came out, where it is on record."""
NEEDED = (
    "MCS chapter",
    "Section",
    "Commodity",
    "Country",
    "Statistics",
    "Statistics_detail",
    "Unit",
    "Year",
    "Value",
    "Notes",
)
COLUMNS = {
    "chapter": "string",
    "section": "string",
    "commodity": "string",
    "country": "string",
    "statistic": "string",
    "detail": "string",
    "unit": "string",
    "year_from": "Int64",
    "year_to": "Int64",
    "value": "Float64",
    "low": "Float64",
    "high": "Float64",
    "qualifier": "string",
    "printed": "string",
    "notes": "string",
    "edition": "Int64",
    "source_id": "string",
}
"""Column to type of `normalise`: one row a printed cell, in the publisher's words and units;
`country` in ISO 3166-1 alpha-3 (WLD, OTH), `qualifier` as `figures.Figure` has it."""


def fetch(*, web: Web, cache: Cache, base: str, address: str | None = None) -> RawPayload:
    """The data release, kept in the cache.

    Args:
        web: How to ask.
        cache: Where to keep it.
        base: Where the site is.
        address: The whole address of another release.

    Raises:
        SourceFault: It could not be had, or is not the data release.
    """
    url = address or f"{base}{PATH}"
    shown = strip_secrets(url)
    check_csv = due(SOURCE, shown, "csv")

    def check(path: Path, headers: Mapping[str, str]) -> None:
        check_csv(path, headers)
        normalise(RawPayload.arriving(SOURCE.id, shown, path))

    arriving = cache.partial(SOURCE.id, {**ASKED, "address": shown})
    headers = web.fetch(Question(SOURCE, url, check), arriving)
    return cache.keep(
        arriving,
        source=SOURCE.id,
        address=shown,
        asked=ASKED,
        kind="csv",
        published=_http_day(headers.get("last-modified", "")),
    )


def is_release(head: str) -> bool:
    """Whether a file begins like the data release."""
    first = next(csv.reader([head.splitlines()[0]]), []) if head.strip() else []
    return set(NEEDED) <= {name.strip().lstrip("\ufeff") for name in first}


def normalise(raw: RawPayload) -> pd.DataFrame:
    """Every printed cell of the rare-earth chapters, as `COLUMNS` says.

    Raises:
        SourceFault: Not the data release, no rare-earth chapter, or a cell that says nothing known.
    """
    records = _records(raw.read(), raw.address)
    rows = [_row(line, row, raw) for line, row in records]
    world = [row for row in rows if row["chapter"] == CHAPTERS[0] and _is_world(row["section"])]
    edition = max(row["year_to"] for row in world) + 1
    named = {"edition": edition, "source_id": f"USGS_MCS{edition}_DATA"}
    return pd.DataFrame([row | named for row in rows], columns=list(COLUMNS)).astype(COLUMNS)


def _is_world(section: str) -> bool:
    return section.startswith("World")


def _records(content: bytes, address: str) -> list[tuple[int, dict[str, str]]]:
    """Line and cells of every row of the rare-earth chapters."""
    is_unicode = content.startswith(b"\xef\xbb\xbf")
    # five bytes mean nothing in Windows-1252; one of them in a note must not cost the release
    text = content.decode("utf-8-sig" if is_unicode else ENCODING, errors="replace")
    if not is_release(text):
        way_out = "Give the address of MCS…_Commodities_Data.csv with --address, or --file."
        lack = f"the table lacks columns of the data release ({', '.join(NEEDED[:4])} …)"
        raise fault_of(SOURCE, address, lack, way_out)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    found = []
    for row in reader:
        if any(row.get(name) is None for name in NEEDED):
            happened = f"line {reader.line_num} has fewer cells than the header: cut short"
            raise fault_of(SOURCE, address, happened, "Fetch it again.")
        if row["MCS chapter"].strip() in CHAPTERS:
            found.append((reader.line_num, {name: row[name].strip() for name in NEEDED}))
    if not any(row["MCS chapter"] == CHAPTERS[0] and _is_world(row["Section"]) for _, row in found):
        happened = "it has no chapter RARE EARTHS with mine production and reserves"
        raise fault_of(SOURCE, address, happened, "Check that it is the whole data release.")
    return found


def _row(line: int, row: Mapping[str, str], raw: RawPayload) -> dict[str, Any]:
    try:
        figure, (first, last) = read_figure(row["Value"]), read_years(row["Year"])
    except ValueError as error:
        way_out = "The publisher prints something new; say in figures.py how it is to be read."
        happened = f"line {line}, {row['Country']}, {row['Statistics_detail']}: {error}"
        raise fault_of(SOURCE, raw.address, happened, way_out) from None
    return {
        "chapter": row["MCS chapter"],
        "section": row["Section"],
        "commodity": row["Commodity"],
        "country": find_by_name(row["Country"]),
        "statistic": row["Statistics"],
        "detail": row["Statistics_detail"],
        "unit": row["Unit"],
        "year_from": first,
        "year_to": last,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "qualifier": figure.qualifier,
        "printed": row["Value"],
        "notes": row["Notes"],
    }


def _http_day(text: str) -> str:
    try:
        return dt.datetime.strptime(text, "%a, %d %b %Y %H:%M:%S %Z").date().isoformat()  # noqa: DTZ007  HTTP dates are GMT
    except ValueError:
        return ""
