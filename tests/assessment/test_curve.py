"""The specification curve on the real package."""

import pytest

from third_pillar.assessment.case import ask, assess
from third_pillar.assessment.curve import AGREEMENT, Outcome, SpecificationCurve
from third_pillar.evidence import load_specifications
from third_pillar.vocabulary.specifications import Reading, Specification


@pytest.fixture(scope="module")
def case():
    return assess(draws=500)


def curve_of(verdicts, **settings):
    return SpecificationCurve(
        tuple(
            Outcome(
                Specification("f", Reading.BREADTH, (("rank", place), *settings.items())),
                float(said),
                said,
            )
            for place, said in enumerate(verdicts)
        )
    )


def test_there_are_at_least_two_hundred_definitions_each_once():
    ids = [specification.id for specification in load_specifications()]
    assert len(ids) >= 200
    assert len(set(ids)) == len(ids)


def test_every_definition_is_tested_or_said_not_to_be(case):
    curve = case.results.curve
    assert len(curve.outcomes) == len(load_specifications())
    assert all(outcome.is_pillar in {True, False, None} for outcome in curve.outcomes)
    assert case.metric("specification_count()").value == len(curve.tested)


@pytest.mark.parametrize(
    ("yes", "no", "verdict"),
    [(9, 1, "yes"), (1, 9, "no"), (8, 2, "contested"), (5, 5, "contested"), (10, 0, "yes")],
)
def test_a_verdict_needs_nine_in_ten(yes, no, verdict):
    assert AGREEMENT == 0.9
    assert curve_of([True] * yes + [False] * no).verdict == verdict


def test_choices_account_for_no_more_than_all_of_the_variation(case):
    splits = case.results.curve.splits
    assert all(0 <= split.explained <= 1 + 1e-9 for split in splits)
    assert [s.explained for s in splits] == sorted((s.explained for s in splits), reverse=True)


def test_a_stricter_threshold_never_makes_more_pillars(case):
    """Within breadth, at the same other choices."""
    by_rest = {}
    for outcome in case.results.curve.of(Reading.BREADTH):
        rest = tuple(pair for pair in outcome.specification.settings if pair[0] != "threshold")
        by_rest.setdefault(rest, []).append(
            (outcome.specification.number("threshold"), outcome.chance)
        )
    for chances in by_rest.values():
        ordered = [chance for _, chance in sorted(chances)]
        assert ordered == sorted(ordered, reverse=True)


def test_without_a_figure_for_its_need_a_candidate_s_net_position_is_not_tested():
    curve = assess(candidate="BRA", draws=200).results.curve
    assert curve.of(Reading.NET_POSITION) == ()
    assert curve.of(Reading.MARKET) == ()
    assert curve.of(Reading.BREADTH)


def test_a_pillar_is_put_to_the_same_test():
    curve = assess(candidate="USA", draws=200).results.curve
    assert curve.share > 0.5


def test_the_same_seed_gives_the_same_curve():
    first, second = (assess(draws=300, seed=7).results.curve for _ in range(2))
    assert [o.chance for o in first.tested] == [o.chance for o in second.tested]


def test_the_question_is_checked_before_any_curve():
    assert ask(draws=500).parameters.draws == 500
