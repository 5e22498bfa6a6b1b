"""A candidate that is itself a pillar has its own need counted once."""

import pytest

from third_pillar.assessment.bench import Bench
from third_pillar.assessment.case import ask
from third_pillar.assessment.draws import RowDraws
from third_pillar.evidence import load_evidence


def bench_of(candidate, pillars="USA,JPN"):
    question = ask(candidate=candidate, pillars=pillars, draws=200)
    evidence = load_evidence(question.as_of)
    draws = RowDraws(evidence.assumption_rows, draws=200, seed=1)
    return Bench(question, evidence, draws)


def test_the_need_of_the_others_leaves_out_the_candidate_s_own():
    bench = bench_of("JPN")
    others, home = bench.others_need(2030), bench.home_need(2030)
    assert others is not None
    assert home is not None
    assert others.tonnes + home.tonnes == pytest.approx(bench.need(2030).tonnes)


def test_for_a_candidate_outside_the_pillars_it_is_the_need_of_the_pillars():
    bench = bench_of("IND")
    assert bench.others_need(2030) is bench.need(2030)


def test_an_only_pillar_has_no_others_to_serve():
    assert bench_of("USA", pillars="USA").others_need(2030) is None
