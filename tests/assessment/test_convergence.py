"""The chance from fewer draws lies about the chance from all."""

from __future__ import annotations

import pytest

from third_pillar.assessment.convergence import assess_convergence


@pytest.mark.parametrize("candidate", ["IND", "AUS"])
def test_fewer_draws_give_the_same_chance_within_their_error(case_of, candidate):
    """The last point is the chance of the report; each other lies within four errors of it."""
    case = case_of(candidate=candidate)
    *fewer, last = assess_convergence(case.results)
    assert last.draws == case.results.draws.draws
    assert 100 * last.chance == pytest.approx(
        case.metric(f"breadth_chance({candidate}, horizon)").value
    )
    assert [point.draws for point in fewer] == [last.draws // part for part in (8, 4, 2)]
    for point in fewer:
        room = 4 * max(point.error, last.error, 1 / point.draws)
        assert abs(point.chance - last.chance) <= room


def test_more_draws_have_the_smaller_error(case_of):
    errors = [point.error for point in assess_convergence(case_of(candidate="AUS").results)]
    assert errors[-1] < errors[0]
    assert errors[-1] > 0
