"""How many tonnes of magnets a country needs in a given year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from third_pillar.assessment.draws import RowDraws, read_range
from third_pillar.evidence import Evidence
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
    table = evidence.table("magnet_demand")
    table = table[(table["unit"] == MAGNET_UNIT) & (table["scope"] == _WHOLE_COUNTRY)]
    table = table.dropna(subset=["value"])
    total = np.zeros(draws.draws)
    rows = []
    for country in countries:
        row = _nearest_row(table[table["country_iso3"] == country], year)
        if row is None:
            known = ", ".join(sorted(set(table["country_iso3"])))
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


def _nearest_row(rows: pd.DataFrame, year: int) -> pd.Series | None:
    earlier = rows[rows["year"] <= year].sort_values(["year", "known_from"], kind="stable")
    return None if earlier.empty else earlier.iloc[-1]


def _grown(row: pd.Series, *, draws: RowDraws, year: int) -> Draws:
    base = draws.draw(read_range({**row.to_dict(), "id": row["figure_id"]}))
    growth = 1.0 + draws["demand_growth"] / 100.0
    return np.asarray(base * growth ** (year - int(row["year"])), dtype=float)
