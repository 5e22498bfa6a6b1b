"""How many tonnes of magnets a country needs in a given year."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from third_pillar.assessment.draws import RowDraws, read_range
from third_pillar.evidence import Evidence, Row
from third_pillar.model.conversion import MAGNET_UNIT
from third_pillar.model.sampling import Draws
from third_pillar.vocabulary.errors import MissingEvidence


@dataclass(frozen=True)
class Need:
    """Need for NdFeB magnets in one year.

    Attributes:
        tonnes: Tonnes a year, shape (draws,).
        row_ids: Rows it rests on.
        source_ids: Their sources.
    """

    tonnes: Draws
    row_ids: tuple[str, ...]
    source_ids: tuple[str, ...]


def assess_need(
    evidence: Evidence, countries: tuple[str, ...], *, draws: RowDraws, year: int
) -> Need:
    """Need of several countries together.

    Args:
        evidence: The data package as of some day.
        countries: Whose need.
        draws: Draws of the assumptions.
        year: Calendar year.

    Raises:
        MissingEvidence: A country without a row in `magnet_demand`; those with one are named.

    Method:
        §3.5 of docs/methods.md: the row of that year if there is one, else the latest row
        before it, grown at the assumed rate.
    """
    table = [
        row
        for row in evidence.rows("magnet_demand")
        if row["unit"] == MAGNET_UNIT
        and row["scope"] == _WHOLE_COUNTRY
        and not math.isnan(row["value"])
    ]
    total = np.zeros(draws.draws)
    rows = []
    for country in countries:
        row = _nearest_row([row for row in table if row["country_iso3"] == country], year)
        if row is None:
            known = ", ".join(sorted({row["country_iso3"] for row in table}))
            raise MissingEvidence(
                f"magnet_demand has no tonnage of NdFeB for {country} up to {year}",
                hint=f"Countries with a figure: {known}. Add a row, or name other pillars.",
            )
        total = total + _grown(row, draws=draws, year=year)
        rows.append(row)
    return Need(
        total,
        tuple(str(row["figure_id"]) for row in rows),
        tuple(dict.fromkeys(str(row["source_id"]) for row in rows)),
    )


_WHOLE_COUNTRY = "need"
"""Scope of rows that count a country's whole need; others count one industry or imports."""


def find_need(evidence: Evidence, country: str, *, draws: RowDraws, year: int) -> Need | None:
    """Need of one country, or nothing where no row carries it: not known is not zero."""
    try:
        return assess_need(evidence, (country,), draws=draws, year=year)
    except MissingEvidence:
        return None


def _nearest_row(rows: list[Row], year: int) -> Row | None:
    earlier = [row for row in rows if row["year"] <= year]
    # among rows known on one day the last of the table
    return max(reversed(earlier), key=lambda row: (row["year"], row["known_from"]), default=None)


def _grown(row: Row, *, draws: RowDraws, year: int) -> Draws:
    base = draws.draw(read_range({**row, "id": row["figure_id"]}))
    growth = 1.0 + draws["demand_growth"] / 100.0
    return np.asarray(base * growth ** (year - int(row["year"])), dtype=float)
