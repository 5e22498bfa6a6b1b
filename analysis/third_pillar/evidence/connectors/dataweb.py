"""USITC DataWeb: a workbook saved by hand, one sheet a measure.

Traps of the form. The workbook must be opened normally: in read-only mode its sheets report one
cell. A heading splits into unit buckets (kilograms, pieces, none collected), each a row of its own
that is never added to another. A quantity may be suppressed, which a column of its own says. A
sheet whose name ends in YTD holds part of a year and is marked so.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from third_pillar.evidence.connectors.catalogue import SOURCES
from third_pillar.evidence.connectors.countries import find_by_name
from third_pillar.evidence.connectors.figures import read_plain
from third_pillar.evidence.connectors.flows import make_flows, system_of
from third_pillar.evidence.connectors.payload import RawPayload
from third_pillar.evidence.connectors.web_faults import fault_of

SOURCE = SOURCES["dataweb"]
_HEADER = ("Data Type", "Country", "HTS Number")
_PARAMETERS = "Query Parameters"
_SUPPRESSED = re.compile(r"(\d{4})[ _]Suppressed", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4})(?:\s*YTD)?", re.IGNORECASE)
_VALUES = {
    "customs value": "customs",
    "cif import value": "CIF",
    "cif value": "CIF",
    "landed duty-paid value": "not stated",
    "fas value": "FAS",
}
_KILOGRAMS = {"kilograms": 1.0, "metric tons": 1000.0, "grams": 0.001}
_WAY_OUT = "Save the report of dataweb.usitc.gov as .xlsx, with one sheet a measure, and give that."


@dataclass
class _Cell:
    """What the sheets say of one row and year."""

    value: float | None = None
    valuation: str = ""
    quantity: float | None = None
    suppressed: bool | None = None
    notes: list[str] = field(default_factory=list)


_Place = tuple[str, str, str, str, str, bool]


def is_workbook(path: Path) -> bool:
    """Whether a file is an Excel workbook."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def normalise(raw: RawPayload) -> pd.DataFrame:
    """The flows of a workbook in the long form, a row a unit bucket; values in US dollars.

    Raises:
        SourceFault: Not such a workbook, or a cell is not what its column says.
    """
    cells: dict[_Place, _Cell] = {}
    for title, rows in _sheets(raw):
        _read_sheet(title, rows, cells, raw)
    if not cells:
        happened = f"no sheet has a header that begins {', '.join(_HEADER)}"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
    return make_flows(
        (_flow(place, cell) for place, cell in cells.items() if _says_something(cell)),
        source_id=f"dataweb:{raw.sha256[:12]}",
        place=SOURCE.title,
    )


def _sheets(raw: RawPayload) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    import openpyxl  # noqa: PLC0415  slow to import, only here

    if not is_workbook(raw.path):
        raise fault_of(SOURCE, raw.address, "is not an Excel workbook (.xlsx)", _WAY_OUT)
    try:
        # read_only mode trusts a dimension that these workbooks give as one cell
        with raw.path.open("rb") as file:
            book = openpyxl.load_workbook(file, data_only=True)
    except (KeyError, ValueError, zipfile.BadZipFile, EOFError) as error:
        happened = f"the workbook is damaged ({error})"
        raise fault_of(SOURCE, raw.address, happened, "Save it again.") from None
    for sheet in book.worksheets:
        if sheet.title != _PARAMETERS:
            yield sheet.title, list(sheet.iter_rows(values_only=True))
    book.close()


def _read_sheet(
    title: str, rows: list[tuple[Any, ...]], cells: dict[_Place, _Cell], raw: RawPayload
) -> None:
    start = next((place for place, row in enumerate(rows) if _is_header(row)), None)
    if start is None:
        return
    header = [str(cell or "").strip() for cell in rows[start]]
    is_part = title.upper().endswith("YTD")
    measure = re.sub(r"\s*YTD$", "", title, flags=re.IGNORECASE).strip().lower()
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        named = dict(zip(header, row, strict=False))
        if not named.get("Country") or not named.get("HTS Number"):
            continue  # blank lines and the totals and notes at the foot
        for column, cell in named.items():
            place = f"sheet {title!r}, row {number}, column {column}"
            _read_cell(measure, named, column, cell, is_part, cells, (raw, place))


def _read_cell(
    measure: str,
    named: Mapping[str, Any],
    column: str,
    cell: Any,
    is_part: bool,  # noqa: FBT001  part of the place
    cells: dict[_Place, _Cell],
    where: tuple[RawPayload, str],
) -> None:
    hidden, year = _SUPPRESSED.fullmatch(column), _YEAR.fullmatch(column)
    found = hidden or year
    if found is None or cell is None or str(cell).strip() == "":
        return
    code = re.sub(r"\D", "", str(named["HTS Number"]))
    place = (
        str(named["Data Type"]).strip(),
        str(named["Country"]).strip(),
        code,
        str(named.get("Quantity Description") or "").strip().lower(),
        found[1],
        is_part,
    )
    held = cells.setdefault(place, _Cell())
    if hidden:
        held.suppressed = str(cell).strip().lower() not in {"0", "0.0", "false", "no", "n"}
    elif measure in _VALUES:
        held.value, held.valuation = _number(cell, where), _VALUES[measure]
    elif "first unit of quantity" in measure or measure == "quantity":
        held.quantity = _number(cell, where)


def _number(cell: Any, where: tuple[RawPayload, str]) -> float:
    try:
        return read_plain(str(cell))
    except ValueError:
        raw, place = where
        happened = f"{place}: {str(cell)[:40]!r} is not a number"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT) from None


def _is_header(row: tuple[Any, ...]) -> bool:
    names = {str(cell or "").strip() for cell in row}
    return set(_HEADER) <= names


def _says_something(cell: _Cell) -> bool:
    return cell.value is not None or cell.quantity is not None or bool(cell.suppressed)


def _flow(place: _Place, cell: _Cell) -> dict[str, Any]:
    kind, country, code, bucket, year, is_part = place
    factor = _KILOGRAMS.get(bucket)
    # what is suppressed prints as zero and is not zero
    quantity = None if cell.suppressed else cell.quantity
    return {
        "reporter": "USA",
        "partner": find_by_name(country),
        "flow": _flow_kind(kind),
        "system": system_of(code, f"US-HTS{len(code)}"),
        "code": code,
        "period": f"{year}-YTD" if is_part else year,
        "period_type": "year_to_date" if is_part else "calendar_year",
        "value": cell.value,
        "currency": "USD",
        "valuation": cell.valuation or "not stated",
        "net_kg": None if factor is None or quantity is None else quantity * factor,
        "quantity": quantity,
        "unit_bucket": bucket,
        "suppressed": cell.suppressed,
        "note": kind,
    }


def _flow_kind(text: str) -> str:
    words = text.lower()
    if "import" in words:
        return "import for consumption" if "consumption" in words else "import"
    if "domestic" in words:
        return "domestic export"
    return "foreign export" if "foreign" in words else "export"
