"""Definitions tested together get the answer each gets alone from the model's plain functions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from third_pillar.assessment.attributed import MEMBERS, SHAPLEY_DRAWS
from third_pillar.assessment.bench import count_stages, layer_of, leaves_metal, year_of
from third_pillar.assessment.case import assess
from third_pillar.assessment.curve import assess_curve
from third_pillar.assessment.draws import find_draws
from third_pillar.assessment.heavy import HEAVY_STAGES, TABLE
from third_pillar.assessment.panel import NOTHING, Panel
from third_pillar.evidence.frozen import FrozenTables
from third_pillar.model.attribution import compute_mean_shapley
from third_pillar.model.breadth import count_reached
from third_pillar.model.chain import compute_chain_flow
from third_pillar.model.readings import (
    Allocation,
    compute_net_position,
    compute_redundancy,
    rank_partners,
)
from third_pillar.vocabulary.codes import STAGES, Stage
from third_pillar.vocabulary.specifications import HEAVY, Reading

METAL = STAGES.index(Stage.METAL)


def counts_heavies(definition):
    """Whether a definition counts Dy and Tb besides."""
    return definition.reading is not Reading.MARKET and layer_of(definition) == HEAVY


class Alone:
    """One definition, asked by the model's functions alone."""

    def __init__(self, bench, definition):
        self.bench, self.definition = bench, definition
        self.year, self.layer = year_of(definition), layer_of(definition)
        is_market = definition.reading is Reading.MARKET
        self.leaves_metal = not is_market and leaves_metal(definition)

    def find_chance(self):
        """Share of draws in which the candidate is a pillar by it."""
        return getattr(self, f"_{self.definition.reading.value}")()

    @property
    def _where(self):
        return str(self.definition["count_by"]), self.year

    @property
    def _own(self):
        return self.bench.own(*self._where, layer=self.layer)

    @property
    def _need(self):
        return self.bench.need(self.year).tonnes

    @property
    def _pool(self):
        return self.bench.pool(str(self.definition["pool"]))

    def _members(self, names):
        return self.bench.members(names, *self._where, layer=self.layer)

    def _breadth(self):
        own = self._own[:, : len(STAGES)].copy()
        if self.layer == HEAVY:
            for column, stage in enumerate(HEAVY_STAGES):
                place = STAGES.index(stage)
                own[:, place] = np.minimum(own[:, place], self._own[:, len(STAGES) + column])
        if self.leaves_metal:
            own[:, METAL] = np.nan
        reached = count_reached(own, self._need, threshold=self.definition.number("threshold"))
        return (reached >= self.definition.number("stages_needed")).mean()

    def _served(self, tonnes, counted):
        flow = compute_chain_flow(np.nan_to_num(tonnes), is_counted=counted).flow
        return np.minimum(flow, self._need)

    def _gain(self, joining):
        members = self._members(self._pool)
        both = np.concatenate([members, joining[:, None]], axis=1)
        counted = count_stages(both, leaves_metal=self.leaves_metal)
        return (self._served(both, counted) - self._served(members, counted)).mean()

    def _partner(self):
        rivals = self.bench.rivals(self._pool, *self._where)
        gains = [self._gain(self._own), *(self._gain(self._members((c,))[:, 0]) for c in rivals)]
        if gains[0] < NOTHING:
            return 0.0
        return float(rank_partners(np.array(gains), 0) <= self.definition.number("rank"))

    def _redundancy(self):
        members = self._members(self._pool)
        if members.shape[1] < 2:
            return np.nan
        counted = count_stages(members, leaves_metal=self.leaves_metal)
        alone, joined, _ = compute_redundancy(members, self._own, self._need, is_counted=counted)
        return (joined - alone >= self.definition.number("threshold")).mean()

    def _net_position(self):
        home, others = self.bench.home_need(self.year), self.bench.others_need(self.year)
        if home is None or others is None or not self._pool:
            return np.nan
        members = self._members(self._pool)
        net = compute_net_position(
            members,
            self._own,
            others.tonnes,
            home.tonnes,
            is_counted=count_stages(members, leaves_metal=self.leaves_metal),
            allocation=Allocation(str(self.definition["allocation"])),
        )
        return (net / others.tonnes >= self.definition.number("threshold")).mean()

    def _market(self):
        home = self.bench.home_need(self.year)
        if home is None:
            return np.nan
        return (home.tonnes >= self.definition.number("threshold") * self._need).mean()

    def _attribution(self):
        capacity = self.bench.whole.capacity(*self._where)
        total = np.nansum(capacity.draws.mean(axis=0), axis=1)
        weight = dict(zip(capacity.countries, total, strict=True))
        rivals = sorted(self.bench.rivals((), *self._where), key=lambda c: -weight[c])[:MEMBERS]
        members = np.concatenate([self._own[:, None], self._members(tuple(rivals))], axis=1)
        counted = count_stages(members, leaves_metal=self.leaves_metal)
        value = compute_mean_shapley(
            members[:SHAPLEY_DRAWS], self._need[:SHAPLEY_DRAWS], is_counted=counted
        )
        if value[0] < NOTHING:
            return 0.0
        return float(rank_partners(value, 0) <= self.definition.number("rank"))


ADDITIONS = {
    "nothing": [0, 0, 0, 0],
    "a little everywhere": [40, 40, 40, 40],
    "much metal": [0, 0, 9_000, 0],
    "mines and magnets apart": [800, 0, 0, 2_000],
    "more than anyone needs": [90_000, 90_000, 90_000, 90_000],
}


@pytest.mark.parametrize("addition", ADDITIONS)
@pytest.mark.parametrize("candidate", ["IND", "EST", "JPN"])
def test_together_every_definition_says_what_it_says_alone(case_of, candidate, addition):
    """A country with a chain, one without a need on record, and a pillar."""
    curve = case_of(candidate=candidate).results.curve
    bench = curve.bench.thin(120).with_addition(np.array(ADDITIONS[addition], dtype=float))
    asked = [outcome.specification for outcome in curve.outcomes]
    together = Panel(asked).find_chances(bench)
    alone = np.array([Alone(bench, one).find_chance() for one in asked])
    np.testing.assert_allclose(together, alone, atol=1e-12)
    assert {one.reading for one in asked} == set(Reading)


ODD_QUESTIONS = {
    "one pillar alone": {"candidate": "IND", "pillars": ["USA"], "horizon": 2026},
    "the only pillar is the candidate": {"candidate": "JPN", "pillars": ["JPN"]},
    "a pillar among three": {"candidate": "IND", "pillars": ["USA", "JPN", "IND"]},
    "nothing on record": {"candidate": "HKG", "pillars": ["IND"], "count_by": "owner"},
    "no heavies, beyond all plans": {
        "candidate": "EST",
        "pillars": ["IND", "USA"],
        "scenario": "no_heavies",
        "horizon": 2050,
    },
    "early, with partners": {
        "candidate": "VNM",
        "partners": "AUS,CAN",
        "as_of": "2025-12-31",
        "scenario": "price_war",
    },
}


@pytest.mark.parametrize("name", ODD_QUESTIONS)
def test_odd_questions_get_the_same_answer_together_and_alone(name):
    """Pools of one or none, stages nobody knows, the fewest draws; a gram, and much, is added."""
    curve = assess(**{"draws": 100, **ODD_QUESTIONS[name]}).results.curve
    asked = [outcome.specification for outcome in curve.outcomes]
    for addition in ([0, 0, 0, 0], [1e-7, 0, 0, 1e-7], [0, 0, 400, 0], [5, 90_000, 0, 5]):
        bench = curve.bench.thin(100).with_addition(np.array(addition, dtype=float))
        together = Panel(asked).find_chances(bench)
        alone = np.array([Alone(bench, one).find_chance() for one in asked])
        np.testing.assert_allclose(together, alone, atol=1e-12)
    assert ((together >= 0) & (together <= 1) | np.isnan(together)).all()


def test_the_order_of_the_definitions_changes_no_answer(case_of):
    curve = case_of(candidate="IND").results.curve
    asked = [outcome.specification for outcome in curve.outcomes][::-1]
    chances = [outcome.chance for outcome in curve.outcomes][::-1]
    np.testing.assert_array_equal(Panel(asked).find_chances(curve.bench), chances)


def test_what_two_candidates_share_changes_no_answer(case_of):
    """What a rival adds, or a loss costs, is found once for both: for each it is the same."""
    alone = {}
    for candidate in ("AUS", "MYS"):
        curve = case_of(candidate=candidate, seed=4).results.curve
        alone[candidate] = [outcome.chance for outcome in curve.outcomes]
    for candidate in ("MYS", "AUS"):
        curve = case_of(candidate=candidate, seed=4).results.curve
        assert [outcome.chance for outcome in curve.outcomes] == alone[candidate]


def test_without_rows_for_the_heavy_layer_its_definitions_cannot_be_tested(india, case_of):
    """The others are answered as before."""
    parameters = {"draws": 300, "seed": 9}
    question = case_of(candidate="IND", **parameters).results.question
    evidence = india.results.evidence
    tables = {name: evidence.tables[name] for name in evidence.tables if name != TABLE}
    bare = replace(evidence, tables=FrozenTables(tables))
    draws = find_draws(bare, **parameters)
    specifications = india.results.specifications
    found = assess_curve(question, bare, specifications, draws=draws).outcomes
    whole = assess_curve(question, evidence, specifications, draws=draws).outcomes
    for without, with_rows in zip(found, whole, strict=True):
        if counts_heavies(without.specification):
            assert without.is_pillar is None
        else:
            assert without.chance == pytest.approx(with_rows.chance, nan_ok=True)
