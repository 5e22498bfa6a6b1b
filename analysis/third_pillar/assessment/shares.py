"""Who makes how much of the world's supply at each stage."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from third_pillar.assessment.production import find_best_rows, find_mine_row, newest_year
from third_pillar.evidence import Evidence, Row
from third_pillar.model.concentration import (
    Concentration,
    compute_concentration,
    compute_country_shares,
)
from third_pillar.vocabulary.codes import AGGREGATES, STAGES, WORLD, Stage


@dataclass(frozen=True)
class StageShares:
    """World shares at one stage in the newest year on record.

    Attributes:
        stage: The stage.
        year: The year.
        rows: One per country, largest first: `country_iso3`, `share` (0 to 1), `low`, `high`,
            `figure_id`, `source_id`.
        concentration: With bounds for what no row attributes.
    """

    stage: Stage
    year: int
    rows: tuple[Row, ...]
    concentration: Concentration

    @cached_property
    def shares(self) -> pd.DataFrame:
        """The rows as a table."""
        return pd.DataFrame(list(self.rows), columns=list(_COLUMNS))

    @property
    def row_ids(self) -> tuple[str, ...]:
        """The figures it rests on."""
        return tuple(str(row["figure_id"]) for row in self.rows)

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Their sources, each once."""
        return tuple(dict.fromkeys(str(row["source_id"]) for row in self.rows))

    def find(self, country: str) -> Row | None:
        """The row of one country, or nothing."""
        return next((row for row in self.rows if row["country_iso3"] == country), None)


_COLUMNS = ("country_iso3", "share", "low", "high", "figure_id", "source_id")


def assess_stage_shares(
    evidence: Evidence, stages: tuple[Stage, ...] = STAGES
) -> dict[Stage, StageShares]:
    """World shares at these stages; a stage without any row is absent.

    Method:
        §1.1 of docs/methods.md. Mine shares are computed from mine output over the
        publisher's own world total; later stages use published shares.
    """
    found = {}
    for stage in stages:
        is_mine = stage is Stage.MINE
        published = _mine_shares(evidence) if is_mine else _published_shares(evidence, stage)
        if published is not None:
            found[stage] = published
    return found


def mine_share(evidence: Evidence, country: str, year: int) -> tuple[float, float, float, str]:
    """A country's share of mine output: percent, low, high and the row's id.

    Raises:
        MissingEvidence: No row for the country and year; the years on record are named.
    """
    row = find_mine_row(evidence, country, year)
    total = find_mine_row(evidence, WORLD, year)["value"]
    share, low, high = (100.0 * number / total for number in (row["value"], *_ends(row)))
    return share, low, high, str(row["figure_id"])


def _ends(row: Row) -> tuple[float, float]:
    """The ends of a row's range; its value where it has none."""
    low, high = (row["value"] if math.isnan(row[end]) else row[end] for end in ("low", "high"))
    return low, high


def _mine_shares(evidence: Evidence) -> StageShares:
    best = find_best_rows(evidence)
    year = newest_year(best, WORLD)
    total = best[WORLD, year]["value"]
    named = {
        country: row
        for (country, of), row in best.items()
        if of == year and country not in AGGREGATES and row["value"] > 0
    }
    share = compute_country_shares(
        {country: row["value"] for country, row in named.items()}, world_total=total
    )
    return _as_stage_shares(
        Stage.MINE, year, ((named[c], part, total) for c, part in share.items())
    )


def _published_shares(evidence: Evidence, stage: Stage) -> StageShares | None:
    table = [
        row
        for row in evidence.rows("stage_shares")
        if row["stage"] == stage
        and row["basis"] != "announced"
        and row["period_type"] != "target"
        and row["country_iso3"] not in AGGREGATES
        and not math.isnan(row["value"])
    ]
    if not table:
        return None
    # Products differ in denominator (all NdFeB, sintered only): they are never mixed. The one
    # that names most countries says most of concentration; among equals the newest wins.
    groups: dict[tuple[str, int], list[Row]] = {}
    for row in table:
        groups.setdefault((row["product"], row["year"]), []).append(row)
    (_, year), rows = max(sorted(groups.items(), reverse=True), key=lambda group: _weight(group[1]))
    newest = {row["country_iso3"]: row for row in sorted(rows, key=lambda row: row["known_from"])}
    counted = ((row, row["value"] / _PERCENT, _PERCENT) for row in newest.values())
    return _as_stage_shares(stage, int(year), counted)


_PERCENT = 100.0


def _weight(rows: list[Row]) -> tuple[int, object]:
    return len({row["country_iso3"] for row in rows}), max(row["known_from"] for row in rows)


def _as_stage_shares(
    stage: Stage, year: int, counted: Iterable[tuple[Row, float, float]]
) -> StageShares:
    """From rows, each with its share and the total that its ends are parts of."""
    rows = []
    for row, share, total in counted:
        low, high = (end / total for end in _ends(row))
        cells = (row["country_iso3"], share, low, high, row["figure_id"], row["source_id"])
        rows.append(dict(zip(_COLUMNS, cells, strict=True)))
    rows.sort(key=lambda row: -row["share"])
    return StageShares(
        stage, year, tuple(rows), compute_concentration([row["share"] for row in rows])
    )
