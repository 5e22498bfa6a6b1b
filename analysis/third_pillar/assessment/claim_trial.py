"""A measured test on trial: the verdict if one row of the data were another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from third_pillar.assessment.capacity import StageCapacity, assess_stage_capacity
from third_pillar.assessment.claim_rows import FoundRow, scale_row
from third_pillar.assessment.claim_weights import weigh_measure
from third_pillar.assessment.demand import assess_need, find_need
from third_pillar.assessment.draws import RowDraws
from third_pillar.assessment.expressions import read_test
from third_pillar.assessment.network import assess_candidate_balance, assess_served_shares
from third_pillar.assessment.shares import assess_stage_shares
from third_pillar.assessment.trade import assess_dependence, assess_magnet_exports
from third_pillar.evidence import Evidence
from third_pillar.model.breadth import assess_breadth
from third_pillar.model.sampling import summarise
from third_pillar.vocabulary.claims import MeasuredTest
from third_pillar.vocabulary.codes import STAGES, Stage, Verdict
from third_pillar.vocabulary.errors import PillarError
from third_pillar.vocabulary.expressions import find_calls
from third_pillar.vocabulary.metrics import METRICS

if TYPE_CHECKING:
    from third_pillar.assessment.results import Moment, Results

SEARCH_DRAWS = 200
"""Draws of a trial: a flip is told to two figures, and a search takes many trials."""

_SHARES = frozenset({"stages_dominated", "world_share", "stage_hhi", "largest_share_outside_china"})
_EXPORTS = frozenset({"magnet_exports_mean", "magnet_exports_change"})
_OF_CHAIN = frozenset({"chain_flow", "feed_gap", "binding_stage", "home_need"})
_OF_NAMED_COUNTRIES = _OF_CHAIN | {
    "breadth_chance", "breadth_shortfall", "breadth_stages", "pillars_need", "share_of_need",
    "stage_capacity",
}  # fmt: skip
"""Metrics that look at the plants of the candidate and of the countries named, and no others."""
_POOLED = METRICS["served_share"].arguments[0][1]
_LINEAR = frozenset({"projects", "mine_production", "gaps"})
"""Tables whose rows enter capacity in proportion: twice the row is twice its tonnes."""


class Trial:
    """The case with one row changed, as far as one test looks at it."""

    def __init__(self, results: Results, test: MeasuredTest) -> None:
        self.near: dict[tuple[str, bool], float] = {}
        self._test = test
        calls = tuple(find_calls(test.expression))
        self._names = {call.name for call in calls}
        named = [
            (kind, argument)
            for call in calls
            for (_, kind), argument in zip(
                METRICS[call.name].arguments, call.arguments, strict=False
            )
        ]
        self._kinds = {kind for kind, _ in named}
        self._countries = {str(argument) for kind, argument in named if kind == "country"}
        self._when = {str(argument) for kind, argument in named if kind == "when"}
        self._capacities: dict[tuple[str, str], StageCapacity] = {}
        years = {int(argument) for kind, argument in named if kind == "year"}
        evidence = _relevant(results.evidence, years if not self._reads_world() else set())
        if self._names <= _OF_NAMED_COUNTRIES:
            evidence = _plants_of(evidence, self._countries | {results.candidate})
        self._results = replace(results, evidence=evidence)
        count = min(SEARCH_DRAWS, results.draws.draws)
        self._draws = RowDraws(evidence.assumption_rows, draws=count, seed=results.draws.seed)

    def weigh_scaled(self, row: FoundRow | None, factor: float) -> Verdict | None:
        """The verdict with one row multiplied; nothing where the row or the model refuses."""
        evidence = self._results.evidence
        changed = evidence if row is None else scale_row(evidence, row, factor)
        if changed is None:
            return None
        try:
            metric, _ = read_test(self._rebuild(changed, row, factor), "", self._test)
        except (PillarError, ValueError):
            return None  # the change left nothing to measure: it is no flip
        if not isinstance(metric.value, int | float):
            return None
        value = float(metric.value)
        low, high = (value if end is None else end for end in (metric.low, metric.high))
        return weigh_measure(
            value, low, high, support=self._test.support, refutation=self._test.refutation
        )

    def _reads_world(self) -> bool:
        return bool(self._names & _SHARES) or "when" in self._kinds

    def _rebuild(self, evidence: Evidence, row: FoundRow | None, factor: float) -> Results:
        """Only what the named metrics read is assessed again."""
        old = self._results
        is_assumed = row is not None and row.table == "assumptions"
        draws = self._draws.beside(evidence.assumption_rows) if is_assumed else self._draws
        fresh = replace(old, evidence=evidence, draws=draws)
        if self._names & _SHARES:
            again = assess_stage_shares(evidence, _stages_of(row))
            fresh = replace(fresh, stage_shares={**old.stage_shares, **again})
        if "net_import_reliance" in self._names:
            fresh = replace(fresh, dependence=assess_dependence(evidence))
        if self._names & _EXPORTS:
            fresh = replace(fresh, exports=assess_magnet_exports(evidence))
        if "now" in self._when:
            fresh = replace(fresh, now=self._moment(fresh, "now", row, factor))
        if "horizon" in self._when:
            fresh = replace(fresh, horizon=self._moment(fresh, "horizon", row, factor))
        return fresh

    def _moment(self, fresh: Results, when: str, row: FoundRow | None, factor: float) -> Moment:
        moment = self._results.moment(when)
        capacity = self._capacity(fresh, when, row, factor)
        need = assess_need(fresh.evidence, fresh.pillars, draws=fresh.draws, year=moment.year)
        breadth = {
            country: assess_breadth(
                capacity.of(country), need.tonnes, specification=fresh.specification
            )
            for country in self._countries
        }
        again: Moment = replace(moment, capacity=capacity, need=need, breadth=breadth)
        if _POOLED in self._kinds:
            served = assess_served_shares(
                capacity, need, sets=fresh.sets, candidate=fresh.candidate
            )
            again = replace(again, served=served)
        if self._names & _OF_CHAIN:
            home = None
            if "home_need" in self._names:
                home = find_need(
                    fresh.evidence, fresh.candidate, draws=fresh.draws, year=moment.year
                )
            balance = assess_candidate_balance(
                capacity, home, candidate=fresh.candidate, draws=fresh.draws
            )
            again = replace(again, balance=balance, home_need=home)
        return again

    def _capacity(
        self, fresh: Results, when: str, row: FoundRow | None, factor: float
    ) -> StageCapacity:
        """Capacity with the row changed; the tonnes of a row in proportion are found once."""
        if row is not None and row.table not in {*_LINEAR, "assumptions"}:
            row = None
        if row is None:
            return self._kept(fresh, when, "")
        if row.table not in _LINEAR:
            return self._assess(fresh, when)
        base = self._kept(fresh, when, "", evidence=self._results.evidence)
        doubled = scale_row(self._results.evidence, row, 2.0)
        if doubled is None:
            return self._assess(fresh, when)
        twice = self._kept(fresh, when, row.id, evidence=doubled)
        return _between(base, twice, factor - 1.0)

    def _kept(
        self, fresh: Results, when: str, key: str, *, evidence: Evidence | None = None
    ) -> StageCapacity:
        if (key, when) not in self._capacities:
            source = fresh if evidence is None else replace(fresh, evidence=evidence)
            self._capacities[key, when] = self._assess(source, when)
        return self._capacities[key, when]

    def _assess(self, fresh: Results, when: str) -> StageCapacity:
        return assess_stage_capacity(
            fresh.evidence,
            draws=fresh.draws,
            count_by=fresh.count_by,
            at=self._results.moment(when).capacity.at,
        )


def _stages_of(row: FoundRow | None) -> tuple[Stage, ...]:
    """The stages whose world shares a row enters."""
    if row is None:
        return STAGES
    named = row.cells.get("stage")
    return (Stage(named),) if named in set(STAGES) else (Stage.MINE,)


def _between(base: StageCapacity, twice: StageCapacity, more: float) -> StageCapacity:
    """Capacity with `more` times what the doubled row adds."""
    draws = base.draws + more * (twice.draws - base.draws)
    records = dict(base.records)
    for (country, stage), record in records.items():
        if record.is_known and twice.records[country, stage].value != record.value:
            known = summarise(draws[:, base.countries.index(country), STAGES.index(stage)])
            records[country, stage] = replace(
                record, value=known.mean, low=known.p10, high=known.p90
            )
    return replace(base, draws=draws, records=records)


def _relevant(evidence: Evidence, years: set[int]) -> Evidence:
    """The evidence less what no metric of the test looks at, so that a trial is quick.

    Conflicts are read for mine output only; of mine output the years named, where any is.
    """
    mined = evidence.tables.hold("mine_production")
    if years:
        mined = mined.only(lambda row: row["year"] in years)
    conflicts = evidence.tables.hold("conflicts").only(
        lambda row: any(named in mined.places for named in str(row["figure_ids"]).split(";"))
    )
    return evidence.with_tables({"conflicts": conflicts, "mine_production": mined})


def _plants_of(evidence: Evidence, countries: set[str]) -> Evidence:
    """The evidence with the plants in these countries, or owned there, alone."""
    plants = evidence.tables.hold("projects").only(
        lambda row: row["country_iso3"] in countries or row["owner_iso3"] in countries
    )
    return evidence.with_tables({"projects": plants})
