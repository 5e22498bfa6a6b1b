"""Served shares, breadth and the candidate's own chain for different questions."""

from __future__ import annotations

import numpy as np
import pytest

from third_pillar.assessment.capacity import StageCapacity
from third_pillar.assessment.case import assess
from third_pillar.assessment.catalogue import measure
from third_pillar.assessment.demand import Need
from third_pillar.assessment.network import (
    WITH_METAL,
    WITHOUT_METAL,
    MemberSet,
    assess_served_shares,
    build_member_sets,
)
from third_pillar.vocabulary.codes import CHINA, STAGES
from third_pillar.vocabulary.errors import MissingEvidence

CANDIDATES = ["IND", "BRA", "AUS", "DEU", "USA", "JPN"]
MOMENTS = ["now", "horizon"]


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_every_candidate_is_answered(case_of, candidate):
    """Shares stay shares, joining never hurts, and a pillar may be put to the test itself."""
    results = case_of(candidate=candidate).results
    for when in MOMENTS:
        moment = results.moment(when)
        for (pool, rule, joins), served in moment.served.items():
            mean, low, high = served.share
            assert 0 <= low <= high <= 1
            assert 0 <= mean <= 1
            assert (candidate in served.members) == joins
            if joins:
                without = moment.served.get((pool, rule, False))
                assert without is None or mean >= without.share[0]
        assert moment.balance.binding_stage in {stage.value for stage in STAGES}


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_china_is_in_no_pool(case_of, candidate):
    results = case_of(candidate=candidate).results
    assert all(CHINA not in pool.members for pool in results.sets)
    assert CHINA not in results.now.breadth


@pytest.mark.parametrize("when", MOMENTS)
def test_a_wider_pool_never_serves_less(case_of, when):
    served = case_of(partners="quad").results.moment(when).served
    for rule in ("metal counted", "metal left out"):
        for joins in (False, True):
            pillars, partners, everyone = (
                served[pool, rule, joins].share[0] for pool in ("pillars", "partners", "ex_china")
            )
            assert pillars <= partners <= everyone


@pytest.mark.parametrize("when", MOMENTS)
def test_leaving_metal_out_never_serves_less(india, when):
    served = india.results.moment(when).served
    for pool in ("pillars", "ex_china"):
        for joins in (False, True):
            assert (
                served[pool, "metal left out", joins].share[0]
                >= served[pool, "metal counted", joins].share[0]
            )


def test_partners_name_the_other_members_of_the_network(case_of):
    """The Quad without its pillars and the candidate is Australia."""
    results = case_of(partners="quad").results
    pool = next(pool for pool in results.sets if pool.id == "partners")
    assert pool.members == ("USA", "JPN", "AUS")
    assert "served_share(partners, metal, with, horizon)" in case_of(partners="quad").metrics


def test_without_partners_no_pool_of_partners_is_shown(india):
    assert [pool.id for pool in india.results.sets] == ["pillars", "ex_china"]
    assert not any("partners" in name for name in india.metrics)


def test_the_candidate_is_in_no_pool_it_may_join():
    pools = build_member_sets(
        pillars=("USA", "JPN"), partners=(), candidate="USA", known=("CHN", "IND", "JPN", "USA")
    )
    assert {pool.id: pool.members for pool in pools} == {
        "pillars": ("JPN",),
        "ex_china": ("IND", "JPN"),
    }


def test_a_pillar_put_to_the_test_is_still_part_of_the_need(case_of, india):
    """Asking about Japan does not shrink what the United States and Japan need."""
    need = "pillars_need(horizon)"
    assert case_of(candidate="JPN").metric(need).value == india.metric(need).value


def test_a_sole_pillar_put_to_the_test_has_no_pool_without_it():
    case = assess(draws=100, candidate="USA", pillars=("USA",))
    assert case.find_metric("served_share(pillars, metal, without, now)") is None
    assert case.metric("served_share(pillars, metal, with, now)").value >= 0
    with pytest.raises(MissingEvidence, match="not among the numbers"):
        case.metric("served_share(pillars, metal, without, now)")


def test_breadth_counts_stages_with_data_and_carries_its_doubt(india):
    """The count lies within the range of what is sure and what is possible."""
    for country in ("IND", "USA", "JPN"):
        for when in MOMENTS:
            stages = india.metric(f"breadth_stages({country}, {when})")
            assert 0 <= stages.low <= stages.value <= stages.high <= 4
            chance = india.metric(f"breadth_chance({country}, {when})")
            assert 0 <= chance.low <= chance.value <= chance.high <= 100


def _pool_of_one(*stages):
    """Served shares of a pool of one country, with metal counted and left out."""
    draws = np.tile(np.array(stages, dtype=float), (3, 1))[:, None, :]
    capacity = StageCapacity(at=2026.0, countries=("USA",), draws=draws, records={})
    served = assess_served_shares(
        capacity,
        Need(np.full(3, 1000.0), (), ()),
        sets=(MemberSet("pillars", "the pillars alone", ("USA",)),),
        candidate="IND",
    )
    return served["pillars", WITH_METAL, False], served["pillars", WITHOUT_METAL, False]


def test_a_stage_nobody_in_the_pool_has_data_on_is_left_out_and_named():
    """Missing data on metal does not close the chain; the report can say it is missing (§0.4)."""
    counted, left_out = _pool_of_one(900, 800, np.nan, 700)
    assert counted.stages_left_out == ("metal",)
    assert left_out.stages_left_out == ()
    assert counted.share == left_out.share == pytest.approx((0.7, 0.7, 0.7))
    assert counted.binding_stage == "magnet"


def test_a_stage_known_to_be_empty_closes_the_chain():
    """No metal on record is not the same as no record of metal."""
    counted, left_out = _pool_of_one(900, 800, 0, 700)
    assert counted.share == (0, 0, 0)
    assert (counted.binding_stage, counted.stages_left_out) == ("metal", ())
    assert left_out.share == pytest.approx((0.7, 0.7, 0.7))


@pytest.mark.parametrize("when", MOMENTS)
def test_a_stage_counts_exactly_when_it_lacks_nothing(case_of, when):
    """One threshold, told three ways: the count (§5.2), the share and the shortfall (§5.3)."""
    results = case_of(draws=10_000).results
    threshold = 100 * results.specification.threshold
    for country in ("IND", "USA", "JPN", "BRA", "KOR"):
        known = [s for s in STAGES if results.moment(when).capacity.record(country, s).is_known]
        share, lacking = (
            [measure(results, f"{name}({country}, {stage}, {when})").value for stage in known]
            for name in ("share_of_need", "breadth_shortfall")
        )
        counted = measure(results, f"breadth_stages({country}, {when})").value
        assert counted == sum(tonnes == 0 for tonnes in lacking), country
        assert counted == sum(percent >= threshold for percent in share), country


def test_what_it_would_take_closes_the_gap(india, capacity_with, set_figure):
    """Adding the shortfall that is stated brings the mean up to the threshold (§5.3)."""
    lacking = india.metric("breadth_shortfall(IND, magnet, now)").value
    assert lacking > 0
    built = capacity_with(
        projects=set_figure(
            "MAG-IND-SONA", value=lacking, status="operating", start_year=2026.0, low=np.nan
        )
    )
    threshold = india.results.specification.threshold
    magnets = built.of("IND")[:, 3].mean()
    assert magnets == pytest.approx(threshold * india.results.now.need.tonnes.mean())


def test_the_horizon_may_lie_far_out(case_of):
    """In 2050 every plant with a date has run its ramp; the need has grown."""
    far, near = case_of(horizon=2050), case_of()
    assert far.metric("pillars_need(horizon)").value > near.metric("pillars_need(horizon)").value
    magnets = "stage_capacity(IND, magnet, horizon)"
    assert far.metric(magnets).value >= near.metric(magnets).value
    assert far.results.horizon.label == "end of 2050"


def test_a_candidate_without_a_need_on_record_has_none_not_zero(case_of):
    brazil = case_of(candidate="BRA")
    assert brazil.results.now.home_need is None
    assert brazil.find_metric("home_need(now)") is None
    assert all(np.isnan(tonnes) for tonnes in brazil.results.now.balance.surplus.values())


def test_gaps_shown_bear_on_the_question(case_of):
    """Brazil's report lists gaps of Brazil, the pillars, China and of everyone, not India's."""
    countries = {gap.country for gap in case_of(candidate="BRA").gaps}
    assert countries == {"BRA", "USA", "JPN", "CHN", None}
