"""One test a reading: in which share of the draws the candidate is a pillar by a definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from third_pillar.assessment.bench import (
    Bench,
    Mask,
    Tonnes,
    add_heavies,
    count_stages,
    layer_of,
    leaves_metal,
    year_of,
)
from third_pillar.assessment.heavy import HEAVY_STAGES
from third_pillar.model.attribution import JoiningLine, compute_mean_shapley, compute_shapley
from third_pillar.model.breadth import count_reached
from third_pillar.model.chain import count_known
from third_pillar.model.readings import (
    Allocation,
    compute_net_position,
    compute_redundancy,
    rank_partners,
)
from third_pillar.vocabulary.codes import STAGES, Stage
from third_pillar.vocabulary.specifications import LAYERED, LIGHT, Reading, Specification

NOTHING = 1.0
"""Tonnes a year below which an addition is none."""
MEMBERS = 10
"""Largest other members whose orders of joining are enumerated."""
SHAPLEY_DRAWS = 200
"""Draws of the Shapley value: it is exact over the orders, and ranks settle early."""
_TWO = 2


def find_chance(bench: Bench, specification: Specification) -> float | None:
    """Share of draws in which the candidate is a pillar; nothing if that cannot be tested.

    Method:
        §5.8 of docs/methods.md.
    """
    if specification.reading in LAYERED and not bench.has_layer(
        layer_of(specification), str(specification["count_by"]), year_of(specification)
    ):
        return None
    return _TESTS[specification.reading](bench, specification)


def _test_breadth(bench: Bench, specification: Specification) -> float | None:
    count_by, year = str(specification["count_by"]), year_of(specification)
    threshold, layer = specification.number("threshold"), layer_of(specification)
    without_metal = leaves_metal(specification)

    def count() -> npt.NDArray[np.int64]:
        own = narrow_layers(bench.own(count_by, year, layer=layer))
        if without_metal:
            own[:, STAGES.index(Stage.METAL)] = np.nan
        return count_reached(own, bench.need(year).tonnes, threshold=threshold)

    reached = bench.keep(("breadth", layer, without_metal, count_by, year, threshold), count)
    return float((reached >= specification.number("stages_needed")).mean())


def narrow_layers(capacity: Tonnes) -> Tonnes:
    """The four stages, each no wider than its heavy layer where there is one, shape (draws, 4)."""
    narrowed = capacity[:, : len(STAGES)].copy()
    for column, stage in enumerate(HEAVY_STAGES[: capacity.shape[1] - len(STAGES)]):
        place = STAGES.index(stage)
        narrowed[:, place] = np.minimum(narrowed[:, place], capacity[:, len(STAGES) + column])
    return narrowed


def find_gains(
    bench: Bench,
    members: tuple[str, ...],
    *,
    is_without_metal: bool,
    count_by: str,
    year: int,
    layer: str = LIGHT,
) -> dict[str, Tonnes]:
    """What the candidate, and each country outside the pool, adds alone, tonnes a year by draw.

    Args:
        bench: Capacities and needs.
        members: The pool they would join, the candidate not among them.
        is_without_metal: Leave the metal stage out.
        count_by: "location" or "owner" of a plant.
        year: Calendar year of need, at whose end capacity is counted.
        layer: "light", or "heavy" for Dy and Tb besides.

    Returns:
        Country → shape (draws,); the candidate first.

    Method:
        §5.4 of docs/methods.md.
    """
    need = bench.need(year).tonnes
    pooled, is_known = bench.pooled(members, count_by, year, layer=layer)

    def gain(joining: Tonnes) -> Tonnes:
        # Joining adds to what the pool holds already: only the sums are needed.
        known = is_known | ~np.isnan(joining[0])
        if is_without_metal:
            known[STAGES.index(Stage.METAL)] = False
        before = pooled[:, known].min(axis=1)
        flow = (pooled + count_known(joining))[:, known].min(axis=1)
        return np.asarray(np.minimum(flow, need) - np.minimum(before, need))

    others = bench.share(
        ("gains", members, is_without_metal, count_by, year, layer),
        lambda: {
            c: gain(bench.members((c,), count_by, year, layer=layer)[:, 0])
            for c in bench.rivals(members, count_by, year)
        },
    )
    return {bench.candidate: gain(bench.own(count_by, year, layer=layer)), **others}


def _test_partner(bench: Bench, specification: Specification) -> float | None:
    pool, is_without_metal = bench.pool(str(specification["pool"])), leaves_metal(specification)
    count_by, year = str(specification["count_by"]), year_of(specification)

    def mean_gains() -> Tonnes:
        gains = find_gains(
            bench,
            pool,
            is_without_metal=is_without_metal,
            count_by=count_by,
            year=year,
            layer=layer_of(specification),
        )
        return np.array([tonnes.mean() for tonnes in gains.values()])

    key = ("partner", pool, is_without_metal, count_by, year, layer_of(specification))
    ranked = bench.keep(key, mean_gains)
    # Who adds nothing is nobody's partner, however few add more.
    if ranked[0] < NOTHING:
        return 0.0
    return float(rank_partners(ranked, 0) <= specification.number("rank"))


def _test_redundancy(bench: Bench, specification: Specification) -> float | None:
    pool = bench.pool(str(specification["pool"]))
    if len(pool) < _TWO:
        return None
    count_by, year = str(specification["count_by"]), year_of(specification)

    layer, need = layer_of(specification), bench.need(year).tonnes

    def lose() -> tuple[Tonnes, Mask, Tonnes]:
        members = bench.members(pool, count_by, year, layer=layer)
        counted = count_stages(members, leaves_metal=leaves_metal(specification))
        nothing = np.zeros((len(members), members.shape[2]))
        alone, _, lost = compute_redundancy(members, nothing, need, is_counted=counted)
        left = count_known(np.delete(members, lost, axis=1)).sum(axis=1)
        return left, counted, alone

    def gained() -> Tonnes:
        # Who fails does not depend on the candidate: only what it adds is asked anew.
        left, counted, alone = bench.share(("loss", *choices, count_by, year), lose)
        joined = left + count_known(bench.own(count_by, year, layer=layer))
        return np.asarray(np.minimum(joined[:, counted].min(axis=1) / need, 1.0) - alone)

    choices = tuple(specification[name] for name in ("pool", "metal", "layer"))
    key = ("redundancy", *choices, count_by, year)
    return float((bench.keep(key, gained) >= specification.number("threshold")).mean())


def _test_net_position(bench: Bench, specification: Specification) -> float | None:
    count_by, year = str(specification["count_by"]), year_of(specification)
    home, pool = bench.home_need(year), bench.pool(str(specification["pool"]))
    others = bench.others_need(year)
    if home is None or others is None or not pool:
        return None
    layer, need = layer_of(specification), others.tonnes
    allocation = Allocation(str(specification["allocation"]))

    def net() -> Tonnes:
        pooled, is_known = bench.pooled(pool, count_by, year, layer=layer)
        counted = is_known.copy()
        counted[STAGES.index(Stage.METAL)] &= not leaves_metal(specification)
        own = bench.own(count_by, year, layer=layer)
        tonnes = compute_net_position(
            pooled[:, None, :], own, need, home.tonnes, is_counted=counted, allocation=allocation
        )
        return tonnes / need

    key = ("net", allocation, specification["metal"], pool, layer, count_by, year)
    return float((bench.keep(key, net) >= specification.number("threshold")).mean())


def _test_market(bench: Bench, specification: Specification) -> float | None:
    home = bench.home_need(year_of(specification))
    if home is None:
        return None
    need = bench.need(year_of(specification)).tonnes
    return float((home.tonnes >= specification.number("threshold") * need).mean())


def find_shapley(
    bench: Bench, *, is_without_metal: bool, count_by: str, year: int, layer: str = LIGHT
) -> tuple[tuple[str, ...], Tonnes]:
    """Shapley values of the candidate and the ten largest others.

    Returns:
        The members, the candidate first, and tonnes a year, shape (200 draws at most, members).

    Method:
        §5.7 of docs/methods.md.
    """
    names, members, counted = _enumerate(
        bench, is_without_metal=is_without_metal, count_by=count_by, year=year, layer=layer
    )
    need = bench.need(year).tonnes[:SHAPLEY_DRAWS]
    return names, compute_shapley(members, need, is_counted=counted)


def _enumerate(
    bench: Bench, *, is_without_metal: bool, count_by: str, year: int, layer: str
) -> tuple[tuple[str, ...], Tonnes, Mask]:
    """Members whose orders of joining are enumerated, their tonnes, and the stages counted."""
    rivals, others = bench.share(
        ("largest", count_by, year, layer),
        lambda: _find_largest(bench, count_by=count_by, year=year, layer=layer),
    )
    own = bench.own(count_by, year, layer=layer)[:SHAPLEY_DRAWS, None, :]
    members = np.concatenate([own, others], axis=1)
    counted = count_stages(members, leaves_metal=is_without_metal)
    return (bench.candidate, *rivals), members, counted


def _find_largest(
    bench: Bench, *, count_by: str, year: int, layer: str
) -> tuple[tuple[str, ...], Tonnes]:
    capacity = bench.capacity(count_by, year)
    mean = capacity.draws.mean(axis=0)
    weight = {c: float(np.nansum(mean[place])) for place, c in enumerate(capacity.countries)}
    names = tuple(sorted(bench.rivals((), count_by, year), key=lambda c: -weight[c])[:MEMBERS])
    return names, bench.members(names, count_by, year, layer=layer)[:SHAPLEY_DRAWS]


def _test_attribution(bench: Bench, specification: Specification) -> float | None:
    count_by, year = str(specification["count_by"]), year_of(specification)
    layer = layer_of(specification)

    def attribute() -> Tonnes:
        return _attribute(
            bench,
            is_without_metal=leaves_metal(specification),
            count_by=count_by,
            year=year,
            layer=layer,
        )

    value = bench.keep(("attribution", specification["metal"], layer, count_by, year), attribute)
    if value[0] < NOTHING:
        return 0.0
    return float(rank_partners(value, 0) <= specification.number("rank"))


def _attribute(
    bench: Bench, *, is_without_metal: bool, count_by: str, year: int, layer: str
) -> Tonnes:
    """Mean Shapley values, the candidate first; along a line of additions summed once."""
    _, members, counted = _enumerate(
        bench, is_without_metal=is_without_metal, count_by=count_by, year=year, layer=layer
    )
    need = bench.need(year).tonnes[:SHAPLEY_DRAWS]
    moved = add_heavies(bench.addition, layer)
    tonnes = moved.max()
    line = None
    if tonnes and np.isin(moved, (0.0, tonnes)).all():
        line = bench.keep_line(
            ("coalitions", is_without_metal, count_by, year, layer),
            lambda: JoiningLine(
                bench.before(count_by, year, layer=layer)[:SHAPLEY_DRAWS],
                members[:, 1:],
                need,
                is_counted=counted,
                is_moved=moved > 0,
            ),
        )
    if line is None:
        return compute_mean_shapley(members, need, is_counted=counted)
    return line.find(float(tonnes))


_TESTS: Mapping[Reading, Callable[[Bench, Specification], float | None]] = {
    Reading.BREADTH: _test_breadth,
    Reading.PARTNER: _test_partner,
    Reading.REDUNDANCY: _test_redundancy,
    Reading.NET_POSITION: _test_net_position,
    Reading.MARKET: _test_market,
    Reading.ATTRIBUTION: _test_attribution,
}
