"""Metrics of trade, programmes and the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from third_pillar.assessment.catalogue import Reading, metric
from third_pillar.assessment.draws import read_range
from third_pillar.assessment.rows import find_product_label, find_row, find_unit_words
from third_pillar.evidence import Row
from third_pillar.model.conversion import compute_oxide_need
from third_pillar.model.sampling import Draws, summarise
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import WORLD
from third_pillar.vocabulary.country_words import name_in_sentence
from third_pillar.vocabulary.errors import MissingEvidence

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results


@metric
def import_share(results: Results, figure_id: str) -> Reading:
    """A published share of one supplier in a country's imports, in percent, by row id."""
    row = find_row(results.evidence, "import_shares", figure_id)
    importer, exporter = (
        results.evidence.country_name(str(row[side])) for side in ("importer_iso3", "exporter_iso3")
    )
    return Reading(
        f"{importer}: share of imports that comes from {name_in_sentence(exporter)}, "
        f"{find_product_label(results.evidence, str(row['product']))} ({row['measured_by']})",
        float(row["value"]), "%", str(row["period"]), "§2.2", "share",
        _end(row["low"]), _end(row["high"]), (figure_id,), (str(row["source_id"]),),
    )  # fmt: skip


@metric
def net_import_reliance(results: Results, country: str) -> Reading:
    """Net import reliance for rare-earth compounds and metals, percent, newest year."""
    computed, _, year, rows = results.dependence.net_import_reliance[country]
    used = [find_row(results.evidence, "apparent_consumption", row) for row in rows]
    sources = tuple(dict.fromkeys(str(row["source_id"]) for row in used))
    name = results.evidence.country_name(country)
    return Reading(
        f"{name}: net import reliance, rare-earth compounds and metals",
        computed, "%", str(year), "§2.1", "share", rests_on=rows, source_ids=sources,
    )  # fmt: skip


@metric
def magnet_exports_mean(results: Results, first: str, last: str) -> Reading:
    """China's magnet exports to the world, mean of the months on record, tonnes a month."""
    world = results.exports.world
    span = world[(world["month"] >= first) & (world["month"] <= last)]
    if span.empty:
        raise MissingEvidence(f"trade_monthly has no month from {first} to {last}")
    derived = int((span["basis"] == "derived").sum())
    return Reading(
        f"China's exports of rare-earth magnets, mean of {counted(len(span), 'month')} on record "
        f"({derived} derived)",
        float(span["value"].mean()), "t a month", f"{first} to {last}", "§2.3", "tonnes",
        rests_on=tuple(span["figure_id"]), source_ids=tuple(dict.fromkeys(span["source_id"])),
    )  # fmt: skip


@metric
def magnet_exports_change(
    results: Results, first: str, last: str, after: str, until: str
) -> Reading:
    """Change of China's mean monthly magnet exports between two spans of months, percent."""
    before, later = (
        magnet_exports_mean(results, first, last),
        magnet_exports_mean(results, after, until),
    )
    change = 100 * (_number(later) / _number(before) - 1)
    return Reading(
        "China's exports of rare-earth magnets: change of the monthly mean",
        change, "%", f"{after} to {until} against {first} to {last}", "§2.3", "change",
        rests_on=(*before.rests_on, *later.rests_on),
        source_ids=tuple(dict.fromkeys((*before.source_ids, *later.source_ids))),
    )  # fmt: skip


@metric
def utilisation(results: Results, output_id: str, capacity_id: str) -> Reading:
    """Output over capacity of one national programme, in percent, by the two row ids."""
    output, capacity = (_programme(results, row_id) for row_id in (output_id, capacity_id))
    if output["unit"] != capacity["unit"]:
        raise MissingEvidence(f"{output_id} and {capacity_id} are in different units")
    return Reading(
        f"{output['entity']}: output over capacity",
        100 * float(output["value"]) / float(capacity["value"]), "%", str(output["period"]),
        "§0.1", "share", rests_on=(output_id, capacity_id),
        source_ids=tuple(dict.fromkeys((str(output["source_id"]), str(capacity["source_id"])))),
        draws=100 * _row_draws(results, output) / _row_draws(results, capacity),
    )  # fmt: skip


@metric
def programme_figure(results: Results, figure_id: str) -> Reading:
    """A figure of a national programme as published, by row id."""
    row = _programme(results, figure_id)
    figure = read_range({**row, "id": figure_id})
    return Reading(
        f"{row['programme']}: {row['measure']}",
        figure.value, find_unit_words(results.evidence, str(row["unit"])),
        str(row["period"]), "§0.1", "figure",
        _end(row["low"]), _end(row["high"]), (figure_id,), (str(row["source_id"]),),
    )  # fmt: skip


@metric
def oxide_need(results: Results, magnets_id: str) -> Reading:
    """NdPr oxide that the magnet tonnage of one plant or scheme takes, in tonnes a year."""
    need, sources = _oxide_for(results, magnets_id)
    summary = summarise(need)
    return Reading(
        "NdPr oxide that the planned magnets take",
        summary.mean, "t NdPr oxide a year", "at full output", "§3.1", "need",
        float(need.min()), float(need.max()),
        (magnets_id, "magnet_per_ndpr_oxide"), sources, draws=need,
    )  # fmt: skip


@metric
def oxide_coverage(results: Results, oxide_id: str, magnets_id: str) -> Reading:
    """Share of the NdPr oxide a magnet scheme takes that a stated supply covers, in percent."""
    need, sources = _oxide_for(results, magnets_id)
    supply, row = _oxide_supply(results, oxide_id)
    share = 100 * supply / need
    summary = summarise(share)
    return Reading(
        "Domestic NdPr oxide over what the planned magnets take",
        summary.mean, "%", "at full output", "§3.1", "share",
        float(share.min()), float(share.max()),
        (oxide_id, magnets_id, "magnet_per_ndpr_oxide"),
        tuple(dict.fromkeys((str(row["source_id"]), *sources))), draws=share,
    )  # fmt: skip


@metric
def oxide_balance(results: Results, oxide_id: str, magnets_id: str) -> Reading:
    """NdPr oxide a stated supply leaves after a magnet scheme is fed, in tonnes a year."""
    need, sources = _oxide_for(results, magnets_id)
    supply, row = _oxide_supply(results, oxide_id)
    balance = supply - need
    summary = summarise(balance)
    return Reading(
        "Domestic NdPr oxide less what the planned magnets take",
        summary.mean, "t NdPr oxide a year", "at full output", "§3.4", "balance",
        float(balance.min()), float(balance.max()),
        (oxide_id, magnets_id, "magnet_per_ndpr_oxide"),
        tuple(dict.fromkeys((str(row["source_id"]), *sources))), draws=balance,
    )  # fmt: skip


@metric
def magnet_demand_share(results: Results, demand_id: str, world_id: str) -> Reading:
    """A country's magnet need over the world's magnet output, in percent, by the two row ids."""
    demand = find_row(results.evidence, "magnet_demand", demand_id)
    world = find_row(results.evidence, "magnet_capacity", world_id)
    if world["country_iso3"] != WORLD:
        raise MissingEvidence(f"{world_id} is not a world figure")
    top, base = (
        read_range({**row, "id": name}) for row, name in ((demand, demand_id), (world, world_id))
    )
    name = results.evidence.country_name(str(demand["country_iso3"]))
    return Reading(
        f"{name}: need for magnets over world output of magnets",
        100 * top.value / base.value, "%", str(demand["period"]), "§0.1", "share",
        100 * top.low / base.high, 100 * top.high / base.low, (demand_id, world_id),
        tuple(dict.fromkeys((str(demand["source_id"]), str(world["source_id"])))),
        draws=100 * results.draws.draw(top) / results.draws.draw(base),
    )  # fmt: skip


def _programme(results: Results, figure_id: str) -> Row:
    return find_row(results.evidence, "national_programmes", figure_id)


def _row_draws(results: Results, row: Row) -> Draws:
    return results.draws.draw(read_range({**row, "id": row["figure_id"]}))


def _oxide_for(results: Results, magnets_id: str) -> tuple[Draws, tuple[str, ...]]:
    row = find_row(results.evidence, "projects", magnets_id)
    magnets = results.draws.draw(read_range({**row, "id": magnets_id}))
    return compute_oxide_need(magnets, assumptions=results.draws), (str(row["source_id"]),)


def _oxide_supply(results: Results, oxide_id: str) -> tuple[Draws, Row]:
    row = find_row(results.evidence, "separation_capacity", oxide_id)
    return results.draws.draw(read_range({**row, "id": oxide_id})), row


def _end(value: object) -> float | None:
    number = float(value) if isinstance(value, int | float | np.number) else float("nan")
    return None if np.isnan(number) else number


def _number(reading: Reading) -> float:
    return float(reading.value) if isinstance(reading.value, int | float) else float("nan")
