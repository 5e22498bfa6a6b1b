"""CEPII BACI: trade between two countries, reconciled from what both declare.

A zip holds one CSV a year (t, i, j, k, v, q) and a list of countries. Each year is unpacked to a
file of its own, read by DuckDB as a stream that keeps our codes only, and deleted: eleven million
rows never stand in memory. `k` is text and keeps its leading zeros; `q` is blank or NA where no
quantity is known. `v` is thousand current US dollars FOB, `q` tonnes.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.catalogue import SOURCES
from third_pillar.evidence.connectors.checks import due
from third_pillar.evidence.connectors.countries import find_by_comtrade_iso, find_by_number
from third_pillar.evidence.connectors.figures import read_plain
from third_pillar.evidence.connectors.flows import make_flows
from third_pillar.evidence.connectors.payload import RawPayload, strip_secrets
from third_pillar.evidence.connectors.web import Question, Tell, Web
from third_pillar.evidence.connectors.web_faults import fault_of
from third_pillar.evidence.files import storage_faults
from third_pillar.vocabulary.errors import SourceFault

SOURCE = SOURCES["baci"]
CODES = ("280530", "284610", "284690", "850511", "850519", "261220", "360690")
"""Six-digit codes taken where none is asked for: rare-earth metals, compounds, magnets, ores."""
_YEAR_FILE = re.compile(r"(?:.*/)?BACI_(HS\d{2})_Y(\d{4})_V(\w+)\.csv", re.IGNORECASE)
_COUNTRIES = re.compile(r"(?:.*/)?country_codes\w*\.csv", re.IGNORECASE)
_COLUMNS = ("t", "i", "j", "k", "v", "q")
# all columns come as text, so that a malformed number can be told from an unknown quantity
_QUERY = """
SELECT trim(t), trim(i), trim(j), lpad(trim(k), greatest(6, length(trim(k)))::INTEGER, '0') AS code,
       trim(v), coalesce(trim(q), '')
FROM read_csv(?, header = true, delim = ',', quote = '"', auto_detect = false, columns = COLUMNS)
WHERE list_contains(?, code)
"""
_WAY_OUT = "Give the zip of one HS revision as CEPII publishes it, with --file or --address."


@dataclass(frozen=True)
class YearFile:
    """One year in the zip."""

    name: str
    revision: str
    year: int
    version: str


def fetch(*, web: Web, cache: Cache, address: str) -> RawPayload:
    """The zip at an address, kept in the cache; a broken download goes on where it stopped.

    Raises:
        SourceFault: It could not be had, or is not a BACI zip.
    """
    shown = strip_secrets(address)
    check_zip = due(SOURCE, shown, "zip")

    def check(path: Path, headers: Mapping[str, str]) -> None:
        check_zip(path, headers)
        year_files(path, shown)

    asked = {"address": shown}
    arriving = cache.partial(SOURCE.id, asked)
    web.fetch(Question(SOURCE, address, check), arriving)
    return cache.keep(arriving, source=SOURCE.id, address=shown, asked=asked, kind="zip")


def year_files(path: Path, address: str) -> list[YearFile]:
    """The yearly files of a zip, by year.

    Raises:
        SourceFault: It is no zip, or holds none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        raise fault_of(SOURCE, address, "is not a whole zip file", _WAY_OUT) from None
    matches = [match for name in names if (match := _YEAR_FILE.fullmatch(name))]
    if not matches:
        happened = "the zip holds no file BACI_HS.._Y...._V......csv"
        raise fault_of(SOURCE, address, happened, _WAY_OUT)
    found = [YearFile(match[0], match[1].upper(), int(match[2]), match[3]) for match in matches]
    return sorted(found, key=lambda file: file.year)


def normalise(
    raw: RawPayload,
    *,
    work: Path,
    codes: Sequence[str] = CODES,
    years: Sequence[int] = (),
    tell: Tell | None = None,
) -> pd.DataFrame:
    """The flows of these codes in the long form; the exporter stands as reporter, values FOB.

    Args:
        raw: The zip.
        work: A folder in which one year at a time is unpacked.
        codes: Six-digit codes.
        years: Calendar years; all in the zip where none is named.
        tell: Told each year before it is read.

    Raises:
        SourceFault: A year is missing, a file is damaged or malformed, or the codes have no flows.
    """
    files = year_files(raw.path, raw.address)
    missing = sorted(set(years) - {file.year for file in files})
    if missing:
        held = f"{files[0].year} to {files[-1].year}"
        happened = f"the zip has no year {missing[0]}; it covers {held}"
        raise fault_of(SOURCE, raw.address, happened, "Ask for a --period within that.")
    rows: list[dict[str, Any]] = []
    for file in files:
        if years and file.year not in years:
            continue
        if tell:
            tell(f"{SOURCE.title}: reading {file.name}")
        rows += _year_rows(raw, file, codes, work)
    if not rows:
        happened = f"no flow of {', '.join(codes)} in the years asked for"
        raise fault_of(SOURCE, raw.address, happened, "Check --code and --period.")
    return make_flows(rows, source_id=f"baci:{raw.sha256[:12]}", place=SOURCE.title)


def _year_rows(
    raw: RawPayload, file: YearFile, codes: Sequence[str], work: Path
) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(raw.path) as archive:
        names = _country_codes(archive)
    for exporter, importer, code, value, tonnes in _select(raw, file, codes, work):
        yield {
            "reporter": names.get(exporter) or find_by_number(int(exporter)),
            "partner": names.get(importer) or find_by_number(int(importer)),
            "flow": "export",
            "system": "HS6",
            "code": code,
            "period": str(file.year),
            "period_type": "calendar_year",
            "value": value * 1000,
            "currency": "USD",
            "valuation": "FOB",
            "net_kg": None if tonnes is None else tonnes * 1000,
            "quantity": tonnes,
            "unit_bucket": "metric tons" if tonnes is not None else "",
            "note": f"reconciled from both sides; {file.revision}, version {file.version}",
        }


def _select(
    raw: RawPayload, file: YearFile, codes: Sequence[str], work: Path
) -> list[tuple[str, str, str, float, float | None]]:
    """Exporter, importer, code, thousand dollars and tonnes of the rows with our codes."""
    import duckdb  # noqa: PLC0415  0.2 s, only here

    with storage_faults(work):
        work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work, prefix="year-") as folder:
        year = _unpack(raw, file, Path(folder))
        columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in _COLUMNS) + "}"
        query = _QUERY.replace("COLUMNS", columns)
        try:
            with duckdb.connect() as connection:
                rows = connection.execute(query, [str(year), list(codes)]).fetchall()
        except duckdb.Error as error:
            words = str(error).splitlines()[0].replace(str(year), file.name)
            raise fault_of(SOURCE, raw.address, f"{file.name}: {words}", _WAY_OUT) from None
    return [_typed(row, file, raw) for row in rows]


def _typed(
    row: tuple[str, ...], file: YearFile, raw: RawPayload
) -> tuple[str, str, str, float, float | None]:
    year, exporter, importer, code, value, tonnes = row
    try:
        quantity = None if tonnes in {"", "NA"} else read_plain(tonnes)
        typed = str(int(exporter)), str(int(importer)), code, read_plain(value), quantity
    except ValueError as error:
        happened = f"{file.name} holds a row that cannot be read: {','.join(row)} ({error})"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT) from None
    if year != str(file.year):
        happened = f"{file.name} holds a row of {year}: {','.join(row)}"
        raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
    return typed


def _unpack(raw: RawPayload, file: YearFile, folder: Path) -> Path:
    """One year as a file of its own; its checksum is verified on the way."""
    place = folder / "year.csv"
    with zipfile.ZipFile(raw.path) as archive:
        needed, free = archive.getinfo(file.name).file_size, shutil.disk_usage(folder).free
        if needed > free:
            raise SourceFault(
                f"{SOURCE.title}: {file.name} needs {needed / 1e6:,.0f} MB to unpack, "
                f"{free / 1e6:,.0f} MB are free",
                hint="Free space in data/cache.",
            )
        try:
            with archive.open(file.name) as packed, storage_faults(place):
                header = packed.readline().decode("utf-8-sig", "replace")
                names = tuple(cell.strip().strip('"') for cell in header.split(","))
                if names != _COLUMNS:
                    happened = f"{file.name} begins {header.strip()!r}, not {','.join(_COLUMNS)}"
                    raise fault_of(SOURCE, raw.address, happened, _WAY_OUT)
                with place.open("wb") as unpacked:
                    unpacked.write((",".join(_COLUMNS) + "\n").encode())
                    shutil.copyfileobj(packed, unpacked, 1 << 20)
        except (zipfile.BadZipFile, EOFError, zlib.error):
            happened = f"{file.name} in the zip is damaged"
            raise fault_of(SOURCE, raw.address, happened, "Fetch the zip again.") from None
    return place


def _country_codes(archive: zipfile.ZipFile) -> dict[str, str]:
    """Number to ISO alpha-3, from the list in the zip."""
    name = next((name for name in archive.namelist() if _COUNTRIES.fullmatch(name)), None)
    if name is None:
        return {}
    text = archive.read(name).decode("utf-8-sig", "replace")
    rows = csv.DictReader(io.StringIO(text))
    return {
        str(row.get("country_code", "")): find_by_comtrade_iso(str(row["country_iso3"]))
        for row in rows
        if row.get("country_iso3") and row["country_iso3"] != "N/A"
    }
