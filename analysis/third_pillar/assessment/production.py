"""Mine output by country and year: of each figure the newest edition, wider where disputed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from third_pillar.evidence import Evidence, Row
from third_pillar.vocabulary.amounts import phrase_list
from third_pillar.vocabulary.errors import MissingEvidence

_TABLES = ("mine_production", "conflicts")
BestRows = Mapping[tuple[str, int], Row]


def find_best_rows(evidence: Evidence) -> BestRows:
    """Mine output from the newest edition that prints it; only to be read.

    Returns:
        (country, year) → row of `mine_production`, aggregates included, sorted by it.

    Method:
        §0.3 of docs/methods.md: vintages are kept, the one known last wins.
    """
    return evidence.remember(_TABLES, _best_rows)


def find_mine_row(evidence: Evidence, country: str, year: int) -> Row:
    """The row of one country and year.

    Raises:
        MissingEvidence: None is on record; the years that are, are named.
    """
    best = find_best_rows(evidence)
    if (country, year) not in best:
        years = phrase_list(tuple(str(known) for place, known in best if place == country))
        raise MissingEvidence(
            f"mine_production has no row for {country} in {year}; it has {years or 'none'}"
        )
    return best[country, year]


def newest_year(best: BestRows, country: str) -> int:
    """The last year with a figure of a country; ValueError where there is none."""
    return max(year for place, year in best if place == country)


def _best_rows(evidence: Evidence) -> BestRows:
    table = [row for row in evidence.rows("mine_production") if not math.isnan(row["value"])]
    newest = {
        (str(row["country_iso3"]), int(row["year"])): row
        for row in sorted(table, key=lambda row: (row["known_from"], row["edition"]))
    }
    vintages = frozenset(str(row["figure_id"]) for row in table)
    widened = _widen_by_conflicts(newest, evidence.rows("conflicts"), vintages=vintages)
    return MappingProxyType(dict(sorted(widened.items())))


def _widen_by_conflicts(
    best: Mapping[tuple[str, int], Row], conflicts: tuple[Row, ...], *, vintages: frozenset[str]
) -> dict[tuple[str, int], Row]:
    """Figures that sources dispute carry the range of the dispute (§0.3)."""
    widened = dict(best)
    place = {row["figure_id"]: key for key, row in best.items()}
    for conflict in conflicts:
        disputed = frozenset(str(conflict["figure_ids"]).split(";"))
        # Between vintages of one publisher the newer one settles it; only other sources widen.
        if disputed <= vintages:
            continue
        for key in sorted(place[named] for named in disputed if named in place):
            row = widened[key]
            if row["unit"] == conflict["unit"]:
                widened[key] = {**row, **_stretch(row["value"], conflict)}
    return widened


def _stretch(value: float, conflict: Row) -> dict[str, float]:
    ends = (("low", min), ("high", max))
    return {end: pick(value, conflict[end]) for end, pick in ends if not math.isnan(conflict[end])}
