"""Eurostat Comext: an SDMX-CSV of one dataset, plain or packed with gzip.

One row is one indicator of one flow: value in euro and quantity in 100 kg of the same reporter,
partner, product, flow and period are brought together. Flow 1 is import (CIF), 2 is export (FOB).
The dataset reports whole members of the Union, partners inside it too; 2020 to 2021 breaks where
the United Kingdom left.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd

from third_pillar.evidence.connectors.catalogue import SOURCES
from third_pillar.evidence.connectors.countries import find_by_alpha_2
from third_pillar.evidence.connectors.figures import read_plain
from third_pillar.evidence.connectors.flows import make_flows, system_of
from third_pillar.evidence.connectors.payload import RawPayload
from third_pillar.evidence.connectors.web_faults import fault_of

SOURCE = SOURCES["comext"]
COLUMNS = ("reporter", "partner", "product", "flow", "indicators", "TIME_PERIOD", "OBS_VALUE")
_FLOWS = {"1": ("import", "CIF"), "2": ("export", "FOB")}
_VALUES = frozenset({"VALUE_IN_EUROS", "VALUE_EUR"})
_WEIGHTS = {"QUANTITY_IN_100KG": 100.0, "QUANTITY_KG": 1.0}
_HUNDRED_KG = 100.0
_WAY_OUT = "Save the dataset DS-045409 again in the format SDMX-CSV, with value and quantity."
_Flow = tuple[str, str, str, str, str]


def is_export(text: str) -> bool:
    """Whether a text begins like an SDMX-CSV of Comext."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    return first.startswith("DATAFLOW") and set(COLUMNS) <= {
        name.strip() for name in first.split(",")
    }


def normalise(raw: RawPayload) -> pd.DataFrame:
    """The flows of a file in the long form; values in euro.

    Raises:
        SourceFault: A row is not in the shape of the dataset, or says a thing twice.
    """
    cells: dict[_Flow, dict[str, float | None]] = {}
    text = raw.read().decode("utf-8-sig", "replace")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for row in reader:
        if any(row.get(name) is None for name in COLUMNS):
            happened = f"line {reader.line_num} has fewer cells than the header: cut short"
            raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
        _take({name: str(row[name]).strip() for name in COLUMNS}, cells, reader.line_num, raw)
    if not cells:
        raise fault_of(SOURCE, raw.address, "holds a header and no rows", _WAY_OUT)
    return make_flows(
        (_flow(place, held) for place, held in cells.items()),
        source_id=f"comext:{raw.sha256[:12]}",
        place=SOURCE.title,
    )


def _take(
    row: dict[str, str], cells: dict[_Flow, dict[str, float | None]], line: int, raw: RawPayload
) -> None:
    indicator = row["indicators"]
    number = _number(row["OBS_VALUE"], line, raw)
    if indicator in _VALUES:
        name = "value"
    elif indicator in _WEIGHTS:
        name, number = "kg", None if number is None else round(number * _WEIGHTS[indicator], 3)
    else:
        return  # supplementary units are counts of other things
    if row["flow"] not in _FLOWS:
        happened = f"line {line}: flow {row['flow']!r} is neither 1 (import) nor 2 (export)"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
    place = (row["reporter"], row["partner"], row["product"], row["flow"], row["TIME_PERIOD"])
    held = cells.setdefault(place, {})
    if name in held and held[name] != number:
        happened = f"line {line}: a second {indicator} of {', '.join(place)}"
        raise fault_of(SOURCE, raw.address, happened, "Save one dataset and one request a file.")
    held[name] = number


def _flow(place: _Flow, held: dict[str, float | None]) -> dict[str, Any]:
    reporter, partner, product, flow, period = place
    kind, valuation = _FLOWS[flow]
    kilograms = held.get("kg")
    return {
        "reporter": find_by_alpha_2(reporter),
        "partner": find_by_alpha_2(partner),
        "flow": kind,
        "system": system_of(product, "EU-CN8"),
        "code": product,
        "period": period,
        "period_type": "month" if "-" in period else "calendar_year",
        "value": held.get("value"),
        "currency": "EUR",
        "valuation": valuation,
        "net_kg": kilograms,
        "quantity": None if kilograms is None else kilograms / _HUNDRED_KG,
        "unit_bucket": "" if kilograms is None else "100 kg",
        "note": "",
    }


def _number(text: str, line: int, raw: RawPayload) -> float | None:
    if text in {"", ":"}:
        return None
    try:
        return read_plain(text)
    except ValueError:
        happened = f"line {line}: {text!r} stands where a number was due"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT) from None
