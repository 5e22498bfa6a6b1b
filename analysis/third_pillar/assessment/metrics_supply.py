"""Metrics of supply: who mines, holds, refines and makes how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from third_pillar.assessment.catalogue import Reading, metric
from third_pillar.assessment.production import find_best_rows, find_mine_row
from third_pillar.assessment.shares import StageShares
from third_pillar.assessment.shares import mine_share as read_mine_share
from third_pillar.evidence import Row
from third_pillar.model.sampling import Range
from third_pillar.vocabulary.codes import AGGREGATES, CHINA, WORLD, Stage
from third_pillar.vocabulary.errors import MissingEvidence

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results


@metric
def mine_share(results: Results, country: str, year: int) -> Reading:
    """A country's share of the world's mine output, in percent."""
    share, low, high, row_id = read_mine_share(results.evidence, country, year)
    world_id = str(find_mine_row(results.evidence, WORLD, year)["figure_id"])
    name = results.evidence.country_name(country)
    return Reading(
        f"{name}: share of world mine output",
        share, "%", str(year), "§1.1", "share", low, high, (row_id, world_id),
        (str(find_mine_row(results.evidence, country, year)["source_id"]),),
        draws=results.draws.draw(Range(row_id, share, low, high)),
    )  # fmt: skip


@metric
def mine_output(results: Results, country: str, year: int) -> Reading:
    """A country's mine output, in tonnes of rare-earth oxide."""
    row = find_mine_row(results.evidence, country, year)
    name = results.evidence.country_name(country)
    return Reading(
        f"{name}: mine output", float(row["value"]), "t REO", str(year), "§0.3", "tonnes",
        _or_none(row["low"]), _or_none(row["high"]),
        (str(row["figure_id"]),), (str(row["source_id"]),),
    )  # fmt: skip


@metric
def mine_rank(results: Results, country: str, year: int) -> Reading:
    """A country's rank among the world's miners; equal output shares the better rank."""
    rows = [
        row
        for (place, of), row in find_best_rows(results.evidence).items()
        if of == year and place not in AGGREGATES
    ]
    row = find_mine_row(results.evidence, country, year)
    rank = 1 + sum(other["value"] > row["value"] for other in rows)
    name = results.evidence.country_name(country)
    return Reading(
        f"{name}: rank by mine output", rank, "rank", str(year), "§0.3", "rank",
        rests_on=_unique(row["figure_id"], *(other["figure_id"] for other in rows)),
        source_ids=(str(row["source_id"]),),
    )  # fmt: skip


@metric
def world_share(results: Results, country: str, stage: str) -> Reading:
    """A country's share of the world at a stage, newest year with most countries named, percent."""
    shares = _stage(results, stage)
    row = _share_row(shares, country)
    name = results.evidence.country_name(country)
    return Reading(
        f"{name}: share of the world at the {stage} stage",
        100 * float(row["share"]), "%", str(shares.year), "§1.1", "share",
        100 * float(row["low"]), 100 * float(row["high"]),
        (str(row["figure_id"]),), (str(row["source_id"]),),
    )  # fmt: skip


@metric
def stages_dominated(results: Results, country: str, threshold_pct: float) -> Reading:
    """At how many stages with data a country holds at least this share of the world."""
    held = {
        stage: _share_row(shares, country)
        for stage, shares in results.stage_shares.items()
        if shares.find(country) is not None
    }
    reached = [stage for stage, row in held.items() if 100 * row["share"] >= threshold_pct]
    name = results.evidence.country_name(country)
    return Reading(
        f"{name}: stages with at least {threshold_pct:g} % of the world, of {len(held)} with data",
        len(reached), "stages", "newest year by stage", "§1.1", "count",
        rests_on=tuple(str(row["figure_id"]) for row in held.values()),
        source_ids=tuple(dict.fromkeys(str(row["source_id"]) for row in held.values())),
    )  # fmt: skip


@metric
def stage_hhi(results: Results, stage: str) -> Reading:
    """Concentration of a stage: Herfindahl–Hirschman index by country, 0 to 1."""
    shares = _stage(results, stage)
    index = shares.concentration
    return Reading(
        f"Concentration by country at the {stage} stage",
        index.hhi_low, "HHI, 0 to 1", str(shares.year), "§1.1", "index",
        index.hhi_low, index.hhi_high, shares.row_ids,
        shares.source_ids,
    )  # fmt: skip


@metric
def largest_share_outside_china(results: Results, stage: str) -> Reading:
    """The largest share of the world any one country but China holds, or could hold, in percent."""
    shares = _stage(results, stage)
    others = [float(row["share"]) for row in shares.rows if row["country_iso3"] != CHINA]
    named = max(others, default=0.0)
    # What no row attributes could at most all be one country's.
    ceiling = max(named, shares.concentration.unattributed) if len(others) < _FEW else named
    return Reading(
        f"Largest share of a single country other than China at the {stage} stage",
        100 * named if others else 100 * ceiling, "%", str(shares.year), "§1.1", "share",
        100 * named, 100 * ceiling, shares.row_ids,
        shares.source_ids,
    )  # fmt: skip


_FEW = 2


@metric
def resource_rank(results: Results, country: str) -> Reading:
    """Rank of a country's rare-earth resource among the reserves other countries report."""
    own = _resource(results, country)
    others = [row for row in _newest_reserves(results) if row["country_iso3"] != country]
    rank = 1 + sum(other["value"] > own["value"] for other in others)
    name = results.evidence.country_name(country)
    return Reading(
        f"{name}: rank its in-situ resource would take among reported reserves "
        "(a resource is not a reserve)",
        rank, "rank", str(int(own["year"])), "§0.1", "rank",
        rests_on=_unique(own["figure_id"], *(other["figure_id"] for other in others)),
        source_ids=(str(own["source_id"]),),
    )  # fmt: skip


@metric
def life_ratio(results: Results, country: str, year: int) -> Reading:
    """Years a country's resource would last over years the world's reserves would last."""
    own = _resource(results, country)
    mined = find_mine_row(results.evidence, country, year)
    world_mined = find_mine_row(results.evidence, WORLD, year)
    world = [
        row
        for row in results.evidence.rows(_RESOURCES)
        if row["country_iso3"] == WORLD and row["measure"] == "reserve"
    ]
    row = max(reversed(world), key=_when)
    world_tonnes = float(row["low"] if np.isnan(row["value"]) else row["value"])
    ratio = (own["value"] / mined["value"]) / (world_tonnes / world_mined["value"])
    name = results.evidence.country_name(country)
    return Reading(
        f"{name}: years its resource would last over years the world's reserves would last",
        float(ratio), "times", str(year), "§0.1", "ratio",
        rests_on=(str(own["figure_id"]), str(mined["figure_id"]), str(row["figure_id"])),
        source_ids=_unique(own["source_id"], mined["source_id"], row["source_id"]),
    )  # fmt: skip


def _resource(results: Results, country: str) -> Row:
    rows = [
        row
        for row in results.evidence.rows(_RESOURCES)
        if row["country_iso3"] == country
        and row["measure"] == "resource"
        and row["unit"] == "t_reo"
        and not np.isnan(row["value"])
    ]
    if not rows:
        raise MissingEvidence(f"{_RESOURCES} has no resource in t REO for {country}")
    return max(reversed(rows), key=lambda row: (row["value"], row["known_from"]))


_RESOURCES = "reserves_resources"


def _newest_reserves(results: Results) -> list[Row]:
    rows = [
        row
        for row in results.evidence.rows(_RESOURCES)
        if row["measure"] == "reserve"
        and row["unit"] == "t_reo"
        and row["country_iso3"] not in AGGREGATES
    ]
    newest = {row["country_iso3"]: row for row in sorted(rows, key=_when)}
    return [row for row in sorted(newest.values(), key=_when) if not np.isnan(row["value"])]


def _when(row: Row) -> tuple[int, object]:
    return row["year"], row["known_from"]


def _stage(results: Results, stage: str) -> StageShares:
    shares = results.stage_shares.get(Stage(stage))
    if shares is None:
        raise MissingEvidence(f"stage_shares has no row for the {stage} stage")
    return shares


def _share_row(shares: StageShares, country: str) -> Row:
    row = shares.find(country)
    if row is None:
        raise MissingEvidence(f"no share of {country} at the {shares.stage} stage")
    return row


def _unique(*values: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values))


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
