"""India tradestat: a page of the export-import data bank, saved from the browser.

The page shows one code by country for two fiscal years (April to March): values, then quantities,
each with a growth in percent. It says itself whether it holds imports or exports, in which money
(US dollars in millions, or rupees in crore) and in which unit; none of that is guessed. A page that
does not say is refused: a public copy of this bank calls exports in rupees imports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bs4
import pandas as pd

from third_pillar.evidence.connectors.catalogue import SOURCES
from third_pillar.evidence.connectors.countries import find_by_name
from third_pillar.evidence.connectors.figures import read_plain
from third_pillar.evidence.connectors.flows import make_flows
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
_FOOT = frozenset({"total", "india s total", "share", ""})
_WAY_OUT = (
    "On tradestat.commerce.gov.in open Commodity-wise all countries, show one code with quantity, "
    "and save the whole page as HTML."
)


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
    """Whether a text is a page of the data bank."""
    plain = text.lower()
    is_html = "<table" in plain
    return is_html and ("tradestat" in plain or "export import data bank" in plain)


def normalise(raw: RawPayload) -> pd.DataFrame:
    """The flows of a page in the long form, by fiscal year (`period` FY2024-25).

    Raises:
        SourceFault: The page does not say what it holds, or has another shape.
    """
    soup = bs4.BeautifulSoup(raw.read(), "html.parser")
    page = _read_page(soup, raw)
    rows = [row for table in soup.find_all("table") for row in _table_rows(table, page, raw)]
    if not rows:
        happened = "no table of countries with two fiscal years is on the page"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
    return make_flows(rows, source_id=f"tradestat:{raw.sha256[:12]}", place=SOURCE.title)


def _read_page(soup: bs4.BeautifulSoup, raw: RawPayload) -> _Page:
    text = " ".join(soup.get_text(" ").split())
    heads = re.findall(r"\b(export|import)s?\b\s*(?:::|-|:)?\s*commodity", text, re.IGNORECASE)
    flows = {head.lower() for head in heads}
    if len(flows) != 1:
        happened = "the page does not say whether it holds imports or exports"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
    money = [(code, factor) for sign, code, factor in _MONEY if sign.search(text)]
    if len(money) != 1:
        happened = "the page does not say whether values are million US dollars or crore rupees"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
    found = _CODE.search(text)
    if not found:
        raise fault_of(SOURCE, raw.address, "the page names no commodity code", _WAY_OUT)
    flow = flows.pop()
    return _Page(flow, *money[0], found[1], found[2][:120], (found[3] or "").upper())


def _table_rows(table: bs4.Tag, page: _Page, raw: RawPayload) -> Iterator[dict[str, Any]]:
    headings = [head.get_text(" ", strip=True) for head in table.find_all("th")]
    years = [match for head in headings if (match := _YEARS.search(head))]
    if not years:
        return
    labels = [f"FY{match[1]}-{match[2][2:]}" for match in years]
    for line in table.find_all("tr"):
        cells = [cell.get_text(" ", strip=True) for cell in line.find_all("td")]
        name = cells[1] if len(cells) > 1 else ""
        folded = " ".join(re.sub(r"[^a-z]+", " ", name.lower()).split())
        if len(cells) < 2 or not cells[0].isdigit() or folded in _FOOT:  # noqa: PLR2004  number, name
            continue
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
            "system": "IN-ITC" if len(page.code) > len("850511") else "HS6",
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
