"""What would flip a measured verdict: the smallest change of one input row."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from third_pillar.assessment.capacity import assess_stage_capacity
from third_pillar.assessment.claim_rows import FoundRow, locate_row, scale_row
from third_pillar.assessment.demand import assess_need
from third_pillar.assessment.draws import RowDraws
from third_pillar.assessment.expressions import measure_test
from third_pillar.assessment.network import assess_candidate_balance, assess_served_shares
from third_pillar.assessment.rows import find_unit_words
from third_pillar.assessment.shares import assess_stage_shares
from third_pillar.assessment.trade import assess_dependence, assess_magnet_exports
from third_pillar.evidence import Evidence
from third_pillar.model.breadth import assess_breadth
from third_pillar.vocabulary.claims import MeasuredTest
from third_pillar.vocabulary.codes import Verdict
from third_pillar.vocabulary.errors import PillarError
from third_pillar.vocabulary.expressions import find_calls
from third_pillar.vocabulary.metrics import METRICS

if TYPE_CHECKING:
    from third_pillar.assessment.results import Moment, Results

SEARCH_DRAWS = 200
"""Draws of a trial: a flip is told to two figures, and a search takes many trials."""

LARGEST_CHANGE = 10.0
"""A row is changed up to tenfold, up or down; beyond that it would be another row."""

_STEPS, _LAST_STEPS, _RETREATS = 5, 6, 5
_CLEARLY = 0.95
_NO_ROW = "no single row: none changes the verdict as far as it can move, up to tenfold"
_SHARES = frozenset({"stages_dominated", "world_share", "stage_hhi", "largest_share_outside_china"})
_EXPORTS = frozenset({"magnet_exports_mean", "magnet_exports_change"})
_CURVE = frozenset({"specification_count", "specification_share", "specification_share_of"})

Weigh = Callable[["Results"], Verdict | None]


@dataclass(frozen=True)
class _Flip:
    row: FoundRow
    factor: float
    verdict: Verdict


def find_smallest_change(
    results: Results, test: MeasuredTest, verdict: Verdict, rests_on: tuple[str, ...]
) -> str:
    """The smallest relative change of one row that changes the verdict, in words.

    Each row the verdict rests on is multiplied, range and all, by more and by less; the model
    is run again with the others as they are. An assumption moves within its range only.

    Args:
        results: The assessed case.
        test: The test of the claim.
        verdict: Its verdict.
        rests_on: Ids of the rows it rests on.

    Returns:
        Row, figure now and then, and the verdict then; that none does; or nothing where the
        verdict hangs on the draws themselves.

    Method:
        §6.1 of docs/methods.md.
    """
    names = frozenset(call.name for call in find_calls(test.expression))
    if names & _CURVE:
        return ""
    trial = _Trial(replace(results, evidence=_without_idle_conflicts(results)), test, names)
    if trial.weigh_scaled(None, 1.0) is not verdict:
        return ""
    best: _Flip | None = None
    for row_id in rests_on:
        row = locate_row(results.evidence, row_id)
        if row is not None and row.figure:
            best = _closer(trial, row, verdict, best)
    if best is None:
        return _NO_ROW
    return _phrase(results.evidence, _narrow(trial, best, verdict, _LAST_STEPS))


def _closer(trial: _Trial, row: FoundRow, verdict: Verdict, best: _Flip | None) -> _Flip | None:
    """The smaller of the best flip so far and the smallest by this row."""
    for direction in (1.0, -1.0):
        # another row must do it with a change clearly smaller: among equals the first stays
        reach = _CLEARLY * abs(math.log(best.factor)) if best else math.log(LARGEST_CHANGE)
        found = None
        for _ in range(_RETREATS):  # a change too large for the row to bear is made smaller
            found = trial.weigh_scaled(row, math.exp(direction * reach))
            if found is not None:
                break
            reach /= 2
        if found is not None and found is not verdict:
            best = _narrow(trial, _Flip(row, math.exp(direction * reach), found), verdict, _STEPS)
    return best


def _narrow(trial: _Trial, flip: _Flip, verdict: Verdict, steps: int) -> _Flip:
    """The same flip by a smaller change: the gap between flip and no flip is halved each step."""
    far = math.log(flip.factor)
    near = trial.near.get((flip.row.id, far > 0), 0.0)
    for _ in range(steps):
        middle = (near + far) / 2
        found = trial.weigh_scaled(flip.row, math.exp(middle))
        if found is None or found is verdict:
            near = middle
        else:
            far, flip = middle, _Flip(flip.row, math.exp(middle), found)
    trial.near[flip.row.id, far > 0] = near
    return flip


def _without_idle_conflicts(results: Results) -> Evidence:
    """The evidence less the conflicts that touch no mine output: only there are they read."""
    evidence = results.evidence
    mined = set(evidence.table("mine_production")["figure_id"])
    conflicts = evidence.table("conflicts")
    touches = conflicts["figure_ids"].map(lambda cell: bool(set(str(cell).split(";")) & mined))
    tables = {**evidence.tables, "conflicts": conflicts[touches]}
    return replace(evidence, tables=MappingProxyType(tables))


class _Trial:
    """The case with one row changed, as far as the test looks at it."""

    def __init__(self, results: Results, test: MeasuredTest, names: frozenset[str]) -> None:
        self._results = results
        self._test = test
        self._names = names
        self.near: dict[tuple[str, bool], float] = {}
        self._kinds = {kind for name in names for _, kind in METRICS[name].arguments}
        self._countries = {
            str(argument)
            for call in find_calls(test.expression)
            for argument, (_, kind) in zip(
                call.arguments, METRICS[call.name].arguments, strict=False
            )
            if kind == "country"
        }

    def weigh_scaled(self, row: FoundRow | None, factor: float) -> Verdict | None:
        """The verdict with one row multiplied; nothing where the row or the model refuses."""
        evidence = self._results.evidence
        changed = evidence if row is None else scale_row(evidence, row, factor)
        return None if changed is None else self._weigh(changed)

    def _weigh(self, evidence: Evidence) -> Verdict | None:
        from third_pillar.assessment.claim_measures import weigh_measure  # noqa: PLC0415  it calls this module

        try:
            metric = measure_test(self._rebuild(evidence), "", self._test).metric
        except (PillarError, ValueError):
            return None  # the change left nothing to measure: it is no flip
        if not isinstance(metric.value, int | float):
            return None
        value = float(metric.value)
        low, high = (value if end is None else end for end in (metric.low, metric.high))
        return weigh_measure(
            value, low, high, support=self._test.support, refutation=self._test.refutation
        )

    def _rebuild(self, evidence: Evidence) -> Results:
        """Only what the named metrics read is assessed again."""
        old = self._results
        draws = RowDraws(
            evidence.assumptions, draws=min(SEARCH_DRAWS, old.draws.draws), seed=old.draws.seed
        )
        fresh = replace(old, evidence=evidence, draws=draws)
        if self._names & _SHARES:
            fresh = replace(fresh, stage_shares=assess_stage_shares(evidence))
        if "net_import_reliance" in self._names:
            fresh = replace(fresh, dependence=assess_dependence(evidence))
        if self._names & _EXPORTS:
            fresh = replace(fresh, exports=assess_magnet_exports(evidence))
        if "when" in self._kinds:
            fresh = replace(
                fresh,
                **{when: self._moment(fresh, moment) for when, moment in self._moments().items()},
            )
        return fresh

    def _moments(self) -> dict[str, Moment]:
        named = {str(a) for call in find_calls(self._test.expression) for a in call.arguments}
        moments = {"now": self._results.now, "horizon": self._results.horizon}
        return {when: moment for when, moment in moments.items() if when in named}

    def _moment(self, fresh: Results, moment: Moment) -> Moment:
        draws = fresh.draws
        evidence = self._narrowed(fresh.evidence)
        capacity = assess_stage_capacity(
            evidence, draws=draws, count_by=fresh.count_by, at=moment.capacity.at
        )
        need = assess_need(fresh.evidence, fresh.pillars, draws=draws, year=moment.year)
        again: Moment = replace(
            moment,
            capacity=capacity,
            need=need,
            breadth={
                country: assess_breadth(
                    capacity.of(country), need.tonnes, specification=fresh.specification
                )
                for country in self._countries
            },
        )
        if _POOLED in self._kinds:
            served = assess_served_shares(
                capacity, need, sets=fresh.sets, candidate=fresh.candidate
            )
            again = replace(again, served=served)
        if self._names & {"chain_flow", "feed_gap", "binding_stage", "home_need"}:
            balance = assess_candidate_balance(
                capacity, None, candidate=fresh.candidate, draws=draws
            )
            again = replace(again, balance=balance)
        return again


    def _narrowed(self, evidence: Evidence) -> Evidence:
        """Only the rows of the countries named: most trials look at one country."""
        if _POOLED in self._kinds:
            return evidence
        wanted = {*self._countries, self._results.candidate}
        projects, mined = evidence.table("projects"), evidence.table("mine_production")
        is_named = projects["country_iso3"].isin(wanted) | projects["owner_iso3"].isin(wanted)
        tables = {
            **evidence.tables,
            "projects": projects[is_named],
            "mine_production": mined[mined["year"] == mined["year"].max()],
        }
        gaps = tuple(gap for gap in evidence.gaps if gap.country in wanted)
        return replace(evidence, tables=MappingProxyType(tables), gaps=gaps)


_POOLED = METRICS["served_share"].arguments[0][1]


def _phrase(evidence: Evidence, flip: _Flip) -> str:
    now = flip.row.figure or 0.0
    then = now * flip.factor
    unit = find_unit_words(evidence, str(flip.row.cells.get("unit", "")))
    word = "rises" if then > now else "falls"
    return (
        f"row {flip.row.id} of {flip.row.table} {word} from {_number(now)} to about "
        f"{_number(then)} {unit}".rstrip() + f": {flip.verdict.value}"
    )


def _number(value: float) -> str:
    """Three figures are all a search of this many draws carries."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= _WHOLE else f"{rounded:g}"


_WHOLE = 1000
