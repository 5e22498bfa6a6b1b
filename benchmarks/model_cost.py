"""What the two engines cost on the same pools, measured in one run: ratios, not promises.

The closed form takes 10,000 draws of 14 coalitions at once. The linear programme takes one draw
after another, on a part of them, warm (from the last basis) and rebuilt each time; its cost per
pool is compared. Run with `make bench`; nothing here asserts a time.
"""

from __future__ import annotations

import itertools
import resource
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from third_pillar.assessment.case import ask
from third_pillar.assessment.curve import assess_curve
from third_pillar.assessment.draws import RowDraws
from third_pillar.assessment.results import assess_results
from third_pillar.assessment.summary import summarise_pillar_test
from third_pillar.assessment.what_would import PLACES, WhatWould
from third_pillar.evidence import load_article, load_evidence, load_specifications
from third_pillar.model.attribution import compute_shapley
from third_pillar.model.linear import ChainProgramme
from third_pillar.model.readings import compute_pool_flow

Array = npt.NDArray[np.float64]
DRAWS, STAGES = 10_000, 4
FEW = 300
"""Draws of the programme: each costs the same, so that a part measures the whole."""
ROUNDS = 3
COUNTED = np.ones(STAGES, dtype=bool)


def measure(work: Callable[[], object]) -> float:
    """Seconds of the fastest round."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def coalitions(members: int) -> list[list[int]]:
    """All coalitions of 4 members but the empty and the whole: 14."""
    sizes = range(1, members)
    return [list(pick) for size in sizes for pick in itertools.combinations(range(members), size)]


def solve_closed(capacity: Array, need: Array) -> list[Array]:
    """Need served by every coalition, all draws at once."""
    return [
        np.minimum(compute_pool_flow(capacity[:, pick], is_counted=COUNTED), need)
        for pick in coalitions(capacity.shape[1])
    ]


def solve_programme(capacity: Array, need: Array, *, is_warm: bool) -> list[Array]:
    """The same, one programme a draw, from the last basis or built anew."""
    found = []
    for pick in coalitions(capacity.shape[1]):
        programme = ChainProgramme(members=len(pick), needs=1, is_counted=COUNTED)
        served = []
        for draw, tonnes in enumerate(capacity[:, pick]):
            if not is_warm:
                programme = ChainProgramme(members=len(pick), needs=1, is_counted=COUNTED)
            served.append(programme.solve(tonnes, need[draw : draw + 1]))
        found.append(np.array(served))
    return found


def main() -> None:
    """Measure in turn and print two tables."""
    generator = np.random.default_rng(1)
    capacity = generator.uniform(0, 10_000, (DRAWS, 4, STAGES))
    need = generator.uniform(5_000, 20_000, DRAWS)
    closed = solve_closed(capacity[:FEW], need[:FEW])
    warm = solve_programme(capacity[:FEW], need[:FEW], is_warm=True)
    apart = max(float(np.abs(a / b - 1).max()) for a, b in zip(closed, warm, strict=True))
    pools = len(coalitions(4))
    per_pool = {
        f"closed form, {DRAWS:,} draws × {pools} coalitions": measure(
            lambda: solve_closed(capacity, need)
        )
        / (DRAWS * pools),
        f"warm programme, {FEW} draws × {pools}": measure(
            lambda: solve_programme(capacity[:FEW], need[:FEW], is_warm=True)
        )
        / (FEW * pools),
        f"rebuilt programme, {FEW} draws × {pools}": measure(
            lambda: solve_programme(capacity[:FEW], need[:FEW], is_warm=False)
        )
        / (FEW * pools),
    }
    base = next(iter(per_pool.values()))
    print(f"{'':44}{'µs a pool':>12}{'ratio':>10}")  # noqa: T201  a report
    for name, seconds in per_pool.items():
        print(f"{name:44}{1e6 * seconds:12.2f}{seconds / base:10.0f}")  # noqa: T201  a report
    print(f"largest relative difference of the two engines: {apart:.1e}\n")  # noqa: T201  a report
    for name, seconds in measure_model().items():
        print(f"{name:44}{seconds:12.2f} s")  # noqa: T201  a report
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'largest memory of all of the above':44}{peak:12.0f} MB")  # noqa: T201  a report


def measure_model() -> dict[str, float]:
    """Seconds of the parts of the model that take longest, on the data of the package."""
    generator = np.random.default_rng(1)
    members, need = generator.uniform(0, 10_000, (200_000, 8, STAGES)), np.full(200_000, 2e4)
    question = ask()
    evidence = load_evidence(question.as_of)
    specifications = load_specifications()

    def curve(draws: int) -> object:
        few = RowDraws(evidence.assumption_rows, draws=draws, seed=1)
        return assess_curve(question, evidence, specifications, draws=few)

    whole = assess_curve(
        question,
        evidence,
        specifications,
        draws=RowDraws(evidence.assumption_rows, draws=2_000, seed=1),
    )

    def additions() -> object:
        search = WhatWould(whole)
        return [search.find(place) for place in PLACES]

    def model() -> object:
        # Both moments, the curve, both layers, standing, additions and their cost.
        return summarise_pillar_test(assess_results(question, evidence, article))

    article = load_article(question.parameters.article)
    return {
        "Shapley, 8 members × 200,000 draws": measure(
            lambda: compute_shapley(members, need, is_counted=COUNTED)
        ),
        f"specification curve, {len(specifications)} × 1,000 draws": measure(lambda: curve(1_000)),
        "smallest additions, five places": measure(additions),
        f"the whole model, {question.parameters.draws:,} draws, warm": measure(model),
    }


if __name__ == "__main__":
    main()
