"""Who makes how much of the world's supply at each stage."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from third_pillar.assessment.capacity import read_best_production
from third_pillar.evidence import Evidence
from third_pillar.model.concentration import (
    Concentration,
    compute_concentration,
    compute_country_shares,
)
from third_pillar.vocabulary.codes import AGGREGATES, STAGES, WORLD, Stage
from third_pillar.vocabulary.errors import MissingEvidence


@dataclass(frozen=True)
class StageShares:
    """World shares at one stage in the newest year on record.

    Attributes:
        stage: The stage.
        year: The year.
        shares: One row per country, largest first: `country_iso3`, `share` (0 to 1), `low`,
            `high`, `figure_id`, `source_id`.
        concentration: With bounds for what no row attributes.
    """

    stage: Stage
    year: int
    shares: pd.DataFrame
    concentration: Concentration


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
    best = read_best_production(evidence)
    rows = best[(best["country_iso3"] == country) & (best["year"] == year)]
    world = best[(best["country_iso3"] == WORLD) & (best["year"] == year)]
    if rows.empty or world.empty:
        years = sorted(set(best.loc[best["country_iso3"] == country, "year"]))
        raise MissingEvidence(
            f"mine_production has no row for {country} in {year}; it has {years or 'none'}"
        )
    row, total = rows.iloc[0], float(world.iloc[0]["value"])
    ends = [row["value"] if pd.isna(row[end]) else row[end] for end in ("low", "high")]
    share, low, high = (100.0 * float(number) / total for number in (row["value"], *ends))
    return share, low, high, str(row["figure_id"])


def _mine_shares(evidence: Evidence) -> StageShares:
    best = read_best_production(evidence)
    year = int(best.loc[best["country_iso3"] == WORLD, "year"].max())
    rows = best[best["year"] == year]
    named = rows[~rows["country_iso3"].isin(AGGREGATES) & (rows["value"] > 0)]
    total = float(rows.loc[rows["country_iso3"] == WORLD, "value"].iloc[0])
    share = compute_country_shares(named, world_total=total)
    table = named.set_index("country_iso3").loc[share.index]
    low, high = (table[end].fillna(table["value"]) / total for end in ("low", "high"))
    return _as_stage_shares(Stage.MINE, year, table.assign(share=share, low=low, high=high))


def _published_shares(evidence: Evidence, stage: Stage) -> StageShares | None:
    table = evidence.table("stage_shares")
    table = table[
        (table["stage"] == stage)
        & (table["basis"] != "announced")
        & (table["period_type"] != "target")
        & ~table["country_iso3"].isin(AGGREGATES)
    ].dropna(subset=["value"])
    if table.empty:
        return None
    # Products differ in denominator (all NdFeB, sintered only): they are never mixed. The one
    # that names most countries says most of concentration; among equals the newest wins.
    groups = table.groupby(["product", "year"]).agg(
        countries=("country_iso3", "nunique"), known=("known_from", "max")
    )
    product, year = groups.sort_values(["countries", "known"], kind="stable").index[-1]
    rows = table[(table["product"] == product) & (table["year"] == year)]
    newest = (
        rows.sort_values("known_from", kind="stable")
        .drop_duplicates("country_iso3", keep="last")
        .set_index("country_iso3")
    )
    low, high = (newest[end].fillna(newest["value"]) / 100.0 for end in ("low", "high"))
    return _as_stage_shares(
        stage, int(year), newest.assign(share=newest["value"] / 100.0, low=low, high=high)
    )


def _as_stage_shares(stage: Stage, year: int, table: pd.DataFrame) -> StageShares:
    kept = table[["share", "low", "high", "figure_id", "source_id"]].sort_values(
        "share", ascending=False, kind="stable"
    )
    return StageShares(
        stage, year, kept.reset_index(), compute_concentration(kept["share"].to_numpy())
    )
