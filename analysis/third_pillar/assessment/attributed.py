"""What the candidate is worth beside the ten largest others, over every order of joining."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from third_pillar.assessment.bench import Bench, Tonnes, add_heavies, count_stages
from third_pillar.assessment.ground import list_rules
from third_pillar.model.attribution import compute_mean_shapley, compute_shapley
from third_pillar.model.joining import JoiningLine
from third_pillar.vocabulary.codes import STAGES
from third_pillar.vocabulary.specifications import HEAVY, LIGHT

MEMBERS = 10
"""Largest other members whose orders of joining are enumerated."""
SHAPLEY_DRAWS = 200
"""Draws of the Shapley value: it is exact over the orders, and ranks settle early."""


def find_shapley(
    bench: Bench, *, is_without_metal: bool, count_by: str, year: int
) -> tuple[tuple[str, ...], Tonnes]:
    """Shapley values of the candidate and the ten largest others, by NdPr alone.

    Returns:
        The members, the candidate first, and tonnes a year, shape (200 draws at most, members).

    Method:
        §5.7 of docs/methods.md.
    """
    few = bench.thin(SHAPLEY_DRAWS)
    names, members = _gather(few, LIGHT, count_by, year)
    counted = count_stages(members, leaves_metal=is_without_metal)
    need = few.need(year).tonnes
    return (bench.candidate, *names), compute_shapley(members, need, is_counted=counted)


def find_mean_shapley(bench: Bench, *, count_by: str, year: int) -> Tonnes:
    """Mean Shapley values by each rule on what constrains, tonnes a year.

    Returns:
        Shape (rules, members), the candidate first; rules as in `ground.RULES`.

    Method:
        §5.7 of docs/methods.md.
    """
    few = bench.thin(SHAPLEY_DRAWS)
    return few.keep(("attribution", count_by, year), lambda: _find(few, count_by, year))


def _find(few: Bench, count_by: str, year: int) -> Tonnes:
    layer = HEAVY if few.has_layer(HEAVY, count_by, year) else LIGHT
    _, members = _gather(few, layer, count_by, year)
    is_known = ~np.isnan(members[0]).all(axis=0)
    rules = list_rules(len(is_known)) & is_known
    need, tonnes = few.need(year).tonnes, few.addition.max()
    if not np.isin(few.addition, (0.0, tonnes)).all():
        return np.stack([compute_mean_shapley(members, need, is_counted=rule) for rule in rules])
    # Nothing added is a point of every line: it is read from that through all stages, which
    # the search for the smallest addition follows.
    is_moved = few.addition > 0 if tonnes else np.ones(len(STAGES), dtype=bool)
    line = few.keep_line(
        tuple(np.flatnonzero(is_moved).tolist()),
        (count_by, year, is_known.tobytes()),
        lambda: JoiningLine(
            few.before(count_by, year, layer=layer),
            members[:, 1:],
            need,
            rules=rules,
            is_moved=add_heavies(is_moved.astype(float), layer) > 0,
        ),
    )
    return line.find(float(tonnes))


def _gather(few: Bench, layer: str, count_by: str, year: int) -> tuple[tuple[str, ...], Tonnes]:
    """Names of the others, and the tonnes of all, the candidate first."""
    rivals, others = few.share(
        ("largest", count_by, year, layer), lambda: _find_largest(few, layer, count_by, year)
    )
    own = few.own(count_by, year, layer=layer)[:, None, :]
    return rivals, np.concatenate([own, others], axis=1)


def _find_largest(
    few: Bench, layer: str, count_by: str, year: int
) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    capacity = few.whole.capacity(count_by, year)
    mean = capacity.draws.mean(axis=0)
    weight = {c: float(np.nansum(mean[place])) for place, c in enumerate(capacity.countries)}
    names = tuple(sorted(few.rivals((), count_by, year), key=lambda c: -weight[c])[:MEMBERS])
    return names, few.members(names, count_by, year, layer=layer)
