"""India tradestat: a page of the export-import data bank saved from the browser, or a CSV of it.

The page shows one code by country for two fiscal years (April to March): values, then quantities,
each with a growth in percent. It says itself whether it holds imports or exports, in which money
(US dollars in millions, or rupees in crore) and in which unit; none of that is guessed. A page that
does not say is refused: a public copy of this bank calls exports in rupees imports. A CSV says it
in the lines above its header, if at all; flow and code may come from the command line instead.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bs4
import pandas as pd

from third_pillar.evidence.connectors.catalogue import SOURCES
from third_pillar.evidence.connectors.countries import find_by_name
from third_pillar.evidence.connectors.figures import read_plain
from third_pillar.evidence.connectors.flows import make_flows, system_of
from third_pillar.evidence.connectors.payload import RawPayload
from third_pillar.evidence.connectors.web_faults import fault_of

SOURCE = SOURCES["tradestat"]
_YEARS = re.compile(r"(\d{4})\s*-\s*(\d{4})")
_CODE = re.compile(r"Commodity\s*:?\s*(\d{2,8})\s+(.*?)\s*(?:Unit\s*:?\s*(\w+)|$)", re.DOTALL)
_MONEY = (
    (re.compile(r"US\s*\$\s*(?:in\s*)?Million", re.IGNORECASE), "USD", 1e6),
    (re.compile(r"(?:Rs\.?|₹|INR)\s*(?:in\s*)?Crore", re.IGNORECASE), "INR", 1e7),
)
_KILOGRAMS = {"KGS": 1.0, "KG": 1.0, "TON": 1000.0, "MTS": 1000.0}
_PREAMBLE = 15
_FOOT = frozenset({"total", "india s total", "share", ""})
_WAY_OUT = (
    "On tradestat.commerce.gov.in open Commodity-wise all countries, show one code with quantity, "
    "and save the whole page as HTML."
)


_Table = tuple[list[str], list[list[str]]]


@dataclass(frozen=True)
class _Page:
    """What the page says of itself."""

    flow: str
    currency: str
    factor: float
    code: str
    description: str
    unit: str


def is_page(text: str) -> bool:
    """Whether a text is a page of the data bank, or a table saved from one."""
    plain = text.lower()
    if "<table" in plain:
        return "tradestat" in plain or "export import data bank" in plain
    return _header_line(text) is not None


def normalise(raw: RawPayload, *, flow: str = "", code: str = "") -> pd.DataFrame:
    """The flows of a page in the long form, by fiscal year (`period` FY2024-25).

    Args:
        raw: The page.
        flow: "import" or "export", where the page does not say.
        code: Code of the goods, where the page does not say.

    Raises:
        SourceFault: Neither says what it holds, they disagree, or the page has another shape.
    """
    text, tables = _open(raw)
    page = _read_page(text, flow, code, raw)
    rows = [row for headings, lines in tables for row in _table_rows(headings, lines, page, raw)]
    if not rows:
        happened = "no table of countries with two fiscal years is on the page"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
    return make_flows(rows, source_id=f"tradestat:{raw.sha256[:12]}", place=SOURCE.title)


def _open(raw: RawPayload) -> tuple[str, list[_Table]]:
    """The words of a page, and its tables as headings and lines of cells."""
    content = raw.read()
    text = content.decode("utf-8-sig", "replace")
    start = None if b"<table" in content.lower() else _header_line(text)
    if start is not None:
        lines = list(csv.reader(io.StringIO(text, newline="")))
        said = " ".join(cell for line in lines[:start] for cell in line)
        return said, [(lines[start], lines[start + 1 :])]
    soup = bs4.BeautifulSoup(content, "html.parser")
    tables = [
        (
            [head.get_text(" ", strip=True) for head in table.find_all("th")],
            [
                [cell.get_text(" ", strip=True) for cell in line.find_all("td")]
                for line in table.find_all("tr")
            ],
        )
        for table in soup.find_all("table")
    ]
    return soup.get_text(" "), tables


def _header_line(text: str) -> int | None:
    """Place of the header in a CSV of the bank: Country and two fiscal years at least."""
    for place, line in enumerate(csv.reader(io.StringIO(text, newline=""))):
        years = [cell for cell in line if _YEARS.search(cell)]
        if len(years) > 1 and "country" in {cell.strip().lower() for cell in line}:
            return place
        if place > _PREAMBLE:
            break
    return None


def _read_page(text: str, flow: str, code: str, raw: RawPayload) -> _Page:
    text = " ".join(text.split())
    heads = re.findall(r"\b(export|import)s?\b\s*(?:::|-|:)?\s*commodity", text, re.IGNORECASE)
    flows = {head.lower() for head in heads} | ({flow} if flow else set())
    if len(flows) != 1:
        happened = "does not say whether it holds imports or exports"
        if heads and flow:
            happened = f"says that it holds {heads[0].lower()}s, --flow says {flow}s"
        raise fault_of(SOURCE, raw.address, f"the page {happened}", _WAY_OUT)
    money = [(name, factor) for sign, name, factor in _MONEY if sign.search(text)]
    if len(money) != 1:
        happened = "the page does not say whether values are million US dollars or crore rupees"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
    found = _CODE.search(text)
    if not (found or code):
        raise fault_of(SOURCE, raw.address, "the page names no commodity code", _WAY_OUT)
    goods = (found[1], found[2][:120], (found[3] or "").upper()) if found else (code, "", "")
    return _Page(flows.pop(), *money[0], *goods)


def _table_rows(
    headings: list[str], lines: list[list[str]], page: _Page, raw: RawPayload
) -> Iterator[dict[str, Any]]:
    years = [match for head in headings if (match := _YEARS.search(head))]
    if not years:
        return
    labels = [f"FY{match[1]}-{match[2][2:]}" for match in years]
    for cells in lines:
        name = cells[1] if len(cells) > 1 else ""
        folded = " ".join(re.sub(r"[^a-z]+", " ", name.lower()).split())
        # the foot holds totals, the head nothing; a country has a number and a name
        if len(cells) > 1 and cells[0].strip().isdigit() and folded not in _FOOT:
            yield from _country_rows(cells, labels, page, raw)


def _country_rows(
    cells: list[str], labels: list[str], page: _Page, raw: RawPayload
) -> Iterator[dict[str, Any]]:
    """Both years of one country: values of two years and growth, then quantities likewise."""
    has_quantity = len(labels) == 4 and len(cells) >= 8  # noqa: PLR2004  two and two, with growth
    if len(labels) not in {2, 4} or len(cells) < 5:  # noqa: PLR2004
        happened = f"the row of {cells[1]!r} has {len(cells)} cells under {len(labels)} years"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
    for place in (0, 1):
        value = _number(cells[2 + place], raw)
        quantity = _number(cells[5 + place], raw) if has_quantity else None
        if value is None and quantity is None:
            continue
        factor = _KILOGRAMS.get(page.unit)
        yield {
            "reporter": "IND",
            "partner": find_by_name(cells[1]),
            "flow": page.flow,
            "system": system_of(page.code, "IN-ITC"),
            "code": page.code,
            "period": labels[place],
            "period_type": "fiscal_year_apr_mar",
            "value": None if value is None else round(value * page.factor, 2),
            "currency": page.currency,
            "valuation": "FOB" if page.flow == "export" else "CIF",
            "net_kg": None if quantity is None or factor is None else quantity * factor,
            "quantity": quantity,
            "unit_bucket": page.unit if has_quantity else "",
            "note": page.description,
        }


def _number(text: str, raw: RawPayload) -> float | None:
    text = text.replace(",", "").strip()
    if text.upper() in {"", "-", "NA", "N/A"}:
        return None
    try:
        return read_plain(text)
    except ValueError:
        happened = f"{text!r} stands where a number was due"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT) from None
