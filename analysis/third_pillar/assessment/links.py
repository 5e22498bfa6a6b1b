"""What bilateral links take from a pool: offtakes reserve, bans close, licences are listed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from third_pillar.assessment.bench import Bench, Mask, Tonnes, count_stages
from third_pillar.assessment.demand import assess_need
from third_pillar.evidence import Evidence
from third_pillar.model.conversion import CONVERTIBLE_UNITS, compute_magnet_equivalent
from third_pillar.model.linear import OUTSIDE, Link, compute_linked_flow
from third_pillar.model.readings import compute_pool_flow
from third_pillar.model.sampling import Draws, summarise
from third_pillar.vocabulary.codes import STAGES, WORLD, Stage

_DRAWS = 200
"""Draws of the programme: what ties take is the difference of two shares on the same draws."""


@dataclass(frozen=True)
class LinkedShare:
    """Share of the pillars' need a pool serves, links free and links binding.

    Attributes:
        free: Mean, P10, P90 with free movement, 0 to 1, on the same draws.
        bound: The same with the links.
        binding: Ids of the links that enter the programme.
        source_ids: Their sources.
    """

    free: tuple[float, float, float]
    bound: tuple[float, float, float]
    binding: tuple[str, ...]
    source_ids: tuple[str, ...]


@dataclass(frozen=True)
class LinkRecord:
    """A link of the data package and what the model makes of it.

    Attributes:
        row: The row of `links`.
        effect: "binds", or why it does not.
    """

    row: Mapping[str, Any]
    effect: str

    @property
    def is_bound(self) -> bool:
        """Whether it enters the programme."""
        return self.effect == BINDS


BINDS = "binds"


def read_links(
    evidence: Evidence, pool: tuple[str, ...], *, count_by: str, year: int
) -> tuple[LinkRecord, ...]:
    """Every link on record, with what it does in a pool at the end of a year.

    Method:
        §3.7 of docs/methods.md.
    """
    day = dt.date(year, 12, 31)
    return tuple(
        LinkRecord(row, _find_effect(row, pool, count_by=count_by, on=day))
        for row in evidence.rows("links")
    )


def _find_effect(
    row: Mapping[Any, Any], pool: tuple[str, ...], *, count_by: str, on: dt.date
) -> str:
    ends, kind = row["effective_to"], str(row["kind"])
    reasons = (
        (not pd.isna(ends) and pd.Timestamp(ends).date() < on, "has ended by then"),
        (_origin(row, count_by) not in pool, "its origin is not in the network"),
        (kind == "licence", "a licence closes nothing by itself"),
        (kind == "ban" and row["covers"] != "all", "closes only part of the trade"),
        (kind == "ban", BINDS),
        (row["destination_iso3"] == _origin(row, count_by), "stays at home, where the plants are"),
        (pd.isna(row["tonnes"]), "its tonnage is not known"),
        (row["unit"] not in CONVERTIBLE_UNITS, "what it holds of NdPr is not known"),
        (True, BINDS),
    )
    return next(effect for holds, effect in reasons if holds)


def _origin(row: Mapping[Any, Any], count_by: str) -> str:
    return str(row["owner_iso3" if count_by == "owner" else "exporter_iso3"])


def assess_linked_share(
    bench: Bench, pool: tuple[str, ...], *, count_by: str, year: int, is_without_metal: bool
) -> LinkedShare:
    """Need of the pillars served by a pool whose members are tied to each other.

    Args:
        bench: Capacities and needs.
        pool: Members, the candidate where it joins.
        count_by: "location" or "owner" of a plant.
        year: Calendar year of need, at whose end capacity is counted.
        is_without_metal: Leave the metal stage out.

    Method:
        §3.7 of docs/methods.md.
    """
    few = bench.thin(_DRAWS)
    capacity = few.capacity(count_by, year).of_members(pool)
    counted = count_stages(capacity, leaves_metal=is_without_metal)
    need = np.stack([_need_of(few, pillar, year) for pillar in bench.pillars], axis=1)
    records = [
        record
        for record in read_links(bench.evidence, pool, count_by=count_by, year=year)
        if record.is_bound
    ]
    # Members without a link are exchangeable: together they are one node.
    tied = _find_tied(records, pool, count_by=count_by)
    nodes = np.stack(
        [np.nan_to_num(capacity[:, [pool.index(country)]]).sum(axis=1) for country in tied]
        + [np.nan_to_num(capacity[:, [c not in tied for c in pool]]).sum(axis=1)],
        axis=1,
    )
    links, held = _tie(few, records, tied, count_by=count_by, last=_last(counted), draws=len(need))
    total = need.sum(axis=1)
    # without ties the programme is the least of the pooled stages (§3.3), at once for all draws
    free = np.minimum(compute_pool_flow(nodes, is_counted=counted), total) / total
    bound = free
    if links:
        flow = compute_linked_flow(nodes, need, is_counted=counted, links=links, reserved=held)
        bound = flow / total
    return LinkedShare(
        _triple(free),
        _triple(bound),
        tuple(str(record.row["link_id"]) for record in records),
        tuple(dict.fromkeys(str(record.row["source_id"]) for record in records)),
    )


def sum_reserved(bench: Bench, *, count_by: str, year: int) -> Draws:
    """Magnets' worth of the candidate's output that ties on record keep for the pillars.

    Returns:
        Tonnes a year, shape (draws,), before any cut to what it can make.

    Method:
        §3.7 of docs/methods.md.
    """
    pool = (*bench.pillars, bench.candidate)
    total = np.zeros(bench.draws.draws)
    for record in read_links(bench.evidence, pool, count_by=count_by, year=year):
        is_own = _origin(record.row, count_by) == bench.candidate
        is_for_pillars = str(record.row["destination_iso3"]) in bench.pillars
        if record.is_bound and is_own and is_for_pillars and record.row["kind"] != "ban":
            total = total + _reserve(bench, record.row)
    return total


def _last(counted: Mask) -> int:
    return int(np.flatnonzero(counted)[-1])


def _need_of(bench: Bench, pillar: str, year: int) -> Draws:
    few = bench.need(year).tonnes
    whole = assess_need(bench.evidence, (pillar,), draws=bench.draws, year=year).tonnes
    return whole[: len(few)]


def _find_tied(
    records: list[LinkRecord], pool: tuple[str, ...], *, count_by: str
) -> tuple[str, ...]:
    ends = {_origin(r.row, count_by) for r in records}
    ends |= {str(r.row["destination_iso3"]) for r in records}
    return tuple(country for country in pool if country in ends)


def _tie(
    bench: Bench,
    records: list[LinkRecord],
    tied: tuple[str, ...],
    *,
    count_by: str,
    last: int,
    draws: int,
) -> tuple[list[Link], Tonnes]:
    """Links between the nodes, and their tonnes, shape (draws, links)."""
    links, held = [], []
    for record in records:
        row, is_ban = record.row, record.row["kind"] == "ban"
        tonnes = np.zeros(draws) if is_ban else _reserve(bench, row)[:draws]
        origin = tied.index(_origin(row, count_by))
        for stage in (STAGES.index(Stage(word)) for word in str(row["stage"]).split(";")):
            # The last node holds whoever has no link of its own.
            ends = bench.pillars if stage == last else (*tied, _REST)
            for target in _find_targets(str(row["destination_iso3"]), ends, own=tied[origin]):
                links.append(Link(stage, origin, target, is_ban))
                held.append(tonnes)
    return links, np.stack(held, axis=1) if held else np.zeros((draws, 0))


_REST = "rest"


def _find_targets(destination: str, ends: tuple[str, ...], *, own: str) -> list[int]:
    if destination == WORLD:
        return [place for place, country in enumerate(ends) if country != own]
    return [ends.index(destination) if destination in ends else OUTSIDE]


def _reserve(bench: Bench, row: Mapping[str, Any]) -> Draws:
    tonnes = np.full(bench.draws.draws, float(row["tonnes"]))
    return compute_magnet_equivalent(
        tonnes,
        unit=str(row["unit"]),
        stage=Stage(str(row["stage"])),
        country=str(row["exporter_iso3"]),
        assumptions=bench.draws,
    )


def _triple(share: Draws) -> tuple[float, float, float]:
    summary = summarise(share)
    return summary.mean, summary.p10, summary.p90
