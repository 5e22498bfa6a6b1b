"""What would flip a measured verdict: the smallest change of one input row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from third_pillar.assessment.claim_rows import FoundRow, locate_row
from third_pillar.assessment.claim_trial import Trial
from third_pillar.assessment.rows import find_unit_words
from third_pillar.evidence import Evidence
from third_pillar.vocabulary.claims import MeasuredTest
from third_pillar.vocabulary.codes import Verdict
from third_pillar.vocabulary.expressions import find_calls

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

LARGEST_CHANGE = 10.0
"""A row is changed up to tenfold, up or down; beyond that it would be another row."""

_STEPS, _LAST_STEPS, _RETREATS = 5, 6, 5
_CLEARLY = 0.95
_NO_ROW = "no single row: none changes the verdict as far as it can move, up to tenfold"
_TRIED_METRICS = frozenset(
    {
        "breadth_chance", "breadth_shortfall", "breadth_stages", "chain_flow", "feed_gap",
        "home_need", "import_share", "largest_share_outside_china", "life_ratio",
        "magnet_demand_share",
        "magnet_exports_change", "magnet_exports_mean", "mine_output", "mine_rank", "mine_share",
        "net_import_reliance", "oxide_balance", "oxide_coverage", "oxide_need", "pillars_need",
        "programme_figure", "resource_rank", "served_gain", "served_share", "share_of_need",
        "stage_capacity", "stage_hhi", "stages_dominated", "utilisation", "world_share",
    }
)  # fmt: skip
"""Metrics a trial assesses again; a claim on another gets no search."""


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
    if not names <= _TRIED_METRICS:
        return ""
    trial = Trial(results, test)
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


def _closer(trial: Trial, row: FoundRow, verdict: Verdict, best: _Flip | None) -> _Flip | None:
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


def _narrow(trial: Trial, flip: _Flip, verdict: Verdict, steps: int) -> _Flip:
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


def _phrase(evidence: Evidence, flip: _Flip) -> str:
    now = flip.row.figure or 0.0
    then = now * flip.factor
    unit = find_unit_words(evidence, str(flip.row.cells.get("unit", "")))
    word = "rises" if then > now else "falls"
    return (
        f"row {flip.row.id} of {flip.row.table} {word} from {_number(now)} to about "
        f"{_number(then)} {unit}".rstrip()
        + f": {flip.verdict.value}"
    )


def _number(value: float) -> str:
    """Three figures are all a search of this many draws carries."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= _WHOLE else f"{rounded:g}"


_WHOLE = 1000
