"""China customs: the CSV a browser saves from the site's query by commodity and partner.

The text is GB 18030 with Chinese headings; each row is a month (or several added together), an
eight-digit code and a partner. The file does not say whether it holds imports or exports: the
question put to the site does, so `--flow` must. Values are US dollars or yuan, as the last heading
says; yuan are kept as yuan.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from third_pillar.evidence.connectors.catalogue import SOURCES
from third_pillar.evidence.connectors.countries import find_by_name
from third_pillar.evidence.connectors.figures import read_plain
from third_pillar.evidence.connectors.flows import make_flows, system_of
from third_pillar.evidence.connectors.payload import RawPayload
from third_pillar.evidence.connectors.web_faults import fault_of
from third_pillar.vocabulary.codes import CHINA
from third_pillar.vocabulary.errors import ParameterFault

SOURCE = SOURCES["gacc"]
MONTH, CODE, PARTNER = "数据年月", "商品编码", "贸易伙伴名称"
_QUANTITY = (("第一数量", "第一计量单位"), ("第二数量", "第二计量单位"))
_VALUES = {"美元": "USD", "人民币": "CNY"}
_UNITS = {"千克": ("kilograms", 1.0), "吨": ("metric tons", 1000.0), "克": ("grams", 0.001)}
_VALUATION = {"import": "CIF", "export": "FOB"}
_WAY_OUT = "Save the result of the query again as CSV, with months, codes, partners and values."


def is_export(text: str) -> bool:
    """Whether a file begins like the site's CSV."""
    head = text[:400]
    return CODE in head and PARTNER in head and any(name in head for name in _VALUES)


def decode(content: bytes) -> str:
    """The text of a saved CSV, whose encoding depends on the program that saved it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def normalise(raw: RawPayload, *, flow: str) -> pd.DataFrame:
    """The flows of a CSV in the long form.

    Args:
        raw: The file.
        flow: "import" or "export": what was asked of the site.

    Raises:
        ParameterFault: The flow is not given.
        SourceFault: The file is not in the site's shape.
    """
    if flow not in _VALUATION:
        raise ParameterFault(
            f"{SOURCE.title}: {raw.address} does not say whether it holds imports or exports",
            hint="Say it: --flow import or --flow export.",
        )
    reader = csv.DictReader(io.StringIO(decode(raw.read()), newline=""), skipinitialspace=True)
    rows = [
        _flow({name.strip(): (cell or "").strip() for name, cell in row.items() if name}, flow, raw)
        for row in reader
        if any(row.values())
    ]
    if not rows:
        raise fault_of(SOURCE, raw.address, "holds a header and no rows", _WAY_OUT)
    return make_flows(rows, source_id=f"gacc:{raw.sha256[:12]}", place=SOURCE.title)


def _flow(row: Mapping[str, str], flow: str, raw: RawPayload) -> dict[str, Any]:
    if not re.fullmatch(r"\d{2,10}", row.get(CODE, "")):
        happened = f"a row has the code {row.get(CODE, '')!r}, which is no customs code"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
    period, kind = _period(row.get(MONTH, ""), raw)
    money = next(name for name in row if any(name.startswith(value) for value in _VALUES))
    quantities = [(_number(row.get(a, ""), raw), row.get(b, "")) for a, b in _QUANTITY]
    # the first quantity stands for the row; a second one in kilograms gives the weight
    quantity, unit = quantities[0]
    kilograms = [
        number * _UNITS[name][1]
        for number, name in quantities
        if number is not None and name in _UNITS
    ]
    return {
        "reporter": CHINA,
        "partner": find_by_name(row[PARTNER]),
        "flow": flow,
        "system": system_of(row[CODE], "CN"),
        "code": row[CODE],
        "period": period,
        "period_type": kind,
        "value": _number(row[money], raw),
        "currency": next(code for name, code in _VALUES.items() if money.startswith(name)),
        "valuation": _VALUATION[flow],
        "net_kg": kilograms[0] if kilograms else None,
        "quantity": quantity,
        "unit_bucket": _UNITS.get(unit, (unit, 0.0))[0],
        "note": row.get("商品名称", ""),
    }


def _period(text: str, raw: RawPayload) -> tuple[str, str]:
    months = re.findall(r"(20\d{2})\D?(0[1-9]|1[0-2])", text)
    if not months:
        happened = f"a row has the month {text!r}"
        way_out = "Tick the months in the site's query, so that each row says its own, and save."
        raise fault_of(SOURCE, raw.address, happened, way_out)
    first, last = (f"{year}-{month}" for year, month in (months[0], months[-1]))
    return (first, "month") if first == last else (f"{first} to {last}", "several_months")


def _number(text: str, raw: RawPayload) -> float | None:
    text = text.replace(",", "")
    if text in {"", "-", "--"}:
        return None
    try:
        return read_plain(text)
    except ValueError:
        happened = f"{text!r} stands where a number was due"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT) from None
