"""Draws are kept for the next who asks, and only so many of them."""

from __future__ import annotations

import copy
import gc
import weakref

from third_pillar.assessment import draws
from third_pillar.assessment.draws import find_draws


def test_the_same_run_is_drawn_once_and_another_apart(india):
    evidence = india.results.evidence
    first = find_draws(evidence, draws=100, seed=1)
    assert find_draws(evidence, draws=100, seed=1) is first
    assert find_draws(evidence, draws=100, seed=2) is not first
    assert find_draws(evidence, draws=101, seed=1) is not first
    assert find_draws(copy.copy(evidence), draws=100, seed=1) is not first


def test_of_many_trials_with_few_draws_only_the_last_are_kept(india):
    """A ranking asks dozens of states of the evidence once each: none is asked for again."""
    made = [
        weakref.ref(find_draws(copy.copy(india.results.evidence), draws=20, seed=3))
        for _ in range(3 * draws._MOST_RUNS)
    ]
    gc.collect()
    assert sum(one() is not None for one in made) == draws._MOST_RUNS
    assert made[-1]() is not None


def test_of_runs_with_many_draws_fewer_are_kept(india):
    most = draws._MOST_DRAWS // 2
    made = [
        weakref.ref(find_draws(india.results.evidence, draws=most, seed=seed)) for seed in range(4)
    ]
    gc.collect()
    assert [one() is not None for one in made] == [False, False, True, True]


def test_what_is_kept_for_a_key_is_found_once_and_the_oldest_gives_way(india):
    run = draws.RowDraws(india.results.evidence.assumption_rows, draws=20, seed=3)
    found = [run.keep(key, lambda key=key: [key]) for key in range(draws._MOST_KEPT + 1)]
    assert run.keep(1, lambda: ["again"]) is found[1]
    assert run.keep(0, lambda: ["again"]) == ["again"]
