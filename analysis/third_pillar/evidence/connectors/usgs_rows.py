"""What of a USGS release the curated tables can take: rows in their columns, to be proposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd

from third_pillar.evidence.connectors import usgs
from third_pillar.evidence.connectors.candidates import Candidate, Candidates
from third_pillar.evidence.connectors.countries import is_known
from third_pillar.evidence.connectors.payload import RawPayload

_WORLD = "World Mine Production and Reserves"
_SOURCES = "Import Sources"
_IMPORTED = "Rare-earth compounds and metals"
_ZERO = "zero"


def find_candidates(raw: RawPayload, figures: pd.DataFrame) -> Candidates:
    """The rows of a release that curated tables take, with the source row they cite.

    Args:
        raw: The release; its date decides from when the rows could be known.
        figures: Its cells, as `usgs.normalise` makes them.
    """
    edition = int(figures["edition"].iloc[0])
    known_from = _known_from(raw, edition)
    chapter = figures[figures["chapter"] == usgs.CHAPTERS[0]]
    shared = {
        "gap_id": "",
        "edition": f"MCS {edition} data release",
        "known_from": known_from.isoformat(),
        "source_id": f"USGS_MCS{edition}_DATA",
    }
    rows = tuple(
        Candidate(table, natural, {**cells, **shared}, printed, problem)
        for make in (_mine_rows, _reserve_rows, _import_rows)
        for table, natural, cells, printed, problem in make(chapter, edition)
    )
    return Candidates(rows, _source_row(raw, edition, known_from), usgs.SOURCE.accepts)


def _known_from(raw: RawPayload, edition: int) -> dt.date:
    """The day this release came out, at the latest the day it was read.

    That is the day the server gives; where it gives none or one before the edition's first day on
    record, that first day; where there is none either, the day it was read.
    """
    read = dt.date.fromisoformat(raw.retrieved_at[:10])
    first = usgs.FIRST_PUBLISHED.get(edition)
    said = dt.date.fromisoformat(raw.published) if raw.published else None
    days = [day for day in (first, said) if day]
    return min(max(days), read) if days else read


def _source_row(raw: RawPayload, edition: int, known_from: dt.date) -> dict[str, str]:
    is_web = raw.address.startswith("http")
    return {
        "source_id": f"USGS_MCS{edition}_DATA",
        "title": f"Mineral Commodity Summaries {edition}: data release",
        "publisher": "U.S. Geological Survey",
        "date": known_from.isoformat(),
        "date_precision": "day",
        "url": raw.address if is_web else "",
        "accessed": raw.retrieved_at[:10],
        "reliability": "A",
        "credibility": "1",
        "licence": usgs.SOURCE.licence,
        "note": f"sha256 {raw.sha256}.",
    }


_Made = Iterator[tuple[str, tuple[str, ...], dict[str, str], str, str]]


def _mine_rows(chapter: pd.DataFrame, edition: int) -> _Made:
    rows = chapter[(chapter["section"] == _WORLD) & (chapter["statistic"] == "Production")]
    for row in _tuples(rows[rows["detail"].str.startswith("Mine production")]):
        cells = {
            "figure_id": f"MINE-{row.country}-{row.year_to}-MCS{edition}",
            "country_iso3": row.country,
            **_numbers(row),
            "unit": "t_reo",
            "year": str(row.year_to),
            "period": f"CY{row.year_to}",
            "period_type": "calendar_year",
            "basis": "reported" if row.notes.startswith("Reported") else "estimated",
            "note": _rounding(row),
        }
        yield "mine_production", ("country_iso3", "year", "unit"), cells, row.printed, _fault(row)


def _reserve_rows(chapter: pd.DataFrame, edition: int) -> _Made:
    rows = chapter[(chapter["section"] == _WORLD) & (chapter["statistic"] == "Reserves")]
    for row in _tuples(rows[rows["detail"].str.startswith("Reserves")]):
        cells = {
            "figure_id": f"RES-{row.country}-MCS{edition}",
            "country_iso3": row.country,
            "entity": "national",
            "measure": "reserve",
            **_numbers(row),
            "unit": "t_reo",
            "year": str(row.year_to),
            "period": "as printed",
            "period_type": "snapshot",
            "basis": "estimated",
            "note": _rounding(row),
        }
        natural = ("country_iso3", "entity", "measure", "unit")
        yield "reserves_resources", natural, cells, row.printed, _fault(row)


def _import_rows(chapter: pd.DataFrame, edition: int) -> _Made:
    rows = chapter[(chapter["section"] == _SOURCES) & (chapter["detail"] == _IMPORTED)]
    for row in _tuples(rows):
        cells = {
            "figure_id": f"IMP-USA-{row.country}-MCS{edition}",
            "importer_iso3": "USA",
            "exporter_iso3": row.country,
            "product": "re_compounds_metals",
            "measured_by": "unstated",
            **_numbers(row),
            "unit": "pct",
            "year": str(row.year_to),
            "period": f"{row.year_from}-{row.year_to}",
            "period_type": "multi_year",
            "basis": "reported",
            "note": "China includes Hong Kong." if row.country == "CHN" else "",
        }
        natural = ("importer_iso3", "exporter_iso3", "product", "measured_by", "unit")
        yield "import_shares", natural, cells, row.printed, _fault(row)


def _tuples(rows: pd.DataFrame) -> Iterator[Any]:
    yield from rows.itertuples()


def _numbers(row: Any) -> dict[str, str]:
    return {
        name: "" if pd.isna(number := getattr(row, name)) else f"{number:.10g}"
        for name in ("value", "low", "high")
    }


def _rounding(row: Any) -> str:
    if row.qualifier == "more than":
        return "More than this; rounded." if "rounded" in row.detail else "More than this."
    if "rounded" in row.detail:
        return "World total as printed, rounded."
    return "Printed as a dash." if row.qualifier == _ZERO else ""


def _fault(row: Any) -> str:
    """Why a row cannot be taken as it stands; nothing where it can."""
    expected = "percent" if row.section == _SOURCES else "metric tons"
    if row.unit != expected:
        return f"its unit is {row.unit!r}, not {expected}"
    if not is_known(row.country):
        return f"the country {row.country[1:-1]!r} is not known here"
    return ""
