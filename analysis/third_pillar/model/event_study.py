"""How far a monthly series left its course after dated events: interrupted time series."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from third_pillar.model.interruption import Change, Interruption, Phase

Array = npt.NDArray[np.float64]

FEWEST_BEFORE = 8
"""Months before the first event that a level and a trend need: two parameters, six to spare."""
FEWEST_FOR_LEVEL = 4
"""Months before the first event that a level alone needs."""
FEWEST_WITHIN = 2
"""Months of a phase below which it is not told from its own scatter."""
_SMALL = 1e-12
_DIGITS = 8
"""Decimals of what is stated: an iterated fit differs beyond them from process to process."""
LEVEL = 0.95
"""Coverage that the intervals aim at."""


def fit_interruptions(
    tonnes: Mapping[str, float],
    phases: Sequence[Phase],
    *,
    weights: Mapping[str, float] | None = None,
    has_trend: bool = True,
) -> Interruption:
    """Level change of each phase against the course before the first of them.

    Args:
        tonnes: "YYYY-MM" to tonnes, for the months on record.
        phases: In order, without overlap; months of no phase after the first are left out.
        weights: Weight of a month, 1 where not given; 0 leaves it out.
        has_trend: Whether the course before has a trend, or a level alone.

    Raises:
        ValueError: Phases overlap or are out of order, a tonnage is negative or not finite, or
            a weight lies outside 0 to 1.

    Method:
        §2.6 of docs/methods.md: quasi-Poisson with log link, Newey–West errors, no interval
        narrower than the one without correction for neighbouring months.
    """
    _check(tonnes, phases, weights or {})
    weight = {month: (weights or {}).get(month, 1.0) for month in tonnes}
    used = [m for m in sorted(tonnes) if weight[m] > 0 and _is_used(m, phases)]
    before = [m for m in used if m < phases[0].first]
    needed = FEWEST_BEFORE if has_trend else FEWEST_FOR_LEVEL
    if len(before) < needed:
        reason = f"{len(before)} points before the first event, {needed} needed"
        return Interruption(len(used), len(before), reason)
    within = {phase.name: sum(phase.holds(month) for month in used) for phase in phases}
    # a phase without any tonnage has no logarithm: it is told, not estimated
    shipped = {p.name: sum(tonnes[m] for m in used if p.holds(m)) for p in phases}
    kept = [p for p in phases if within[p.name] >= FEWEST_WITHIN and shipped[p.name] > 0]
    used = [month for month in used if _is_used(month, kept) or month < phases[0].first]
    if not kept or float(np.var([tonnes[month] for month in before])) == 0:
        reason = "no phase with two points" if not kept else "the months before do not vary"
        return Interruption(len(used), len(before), reason)
    fit = _fit(tonnes, used, kept, weight, has_trend=has_trend, start=before[-1])
    return _summarise(fit, tonnes, phases, kept, within, before)


@dataclass(frozen=True)
class _Fit:
    months: list[str]
    design: Array
    estimates: Array
    covariance: Array
    residuals: Array
    dispersion: float
    freedom: int
    first_phase: int
    start: str


def _check(
    tonnes: Mapping[str, float], phases: Sequence[Phase], weights: Mapping[str, float]
) -> None:
    if not phases:
        raise ValueError("no phase to estimate")
    ends = [end for phase in phases for end in (phase.first, phase.last)]
    if ends != sorted(ends) or any(
        earlier.last >= later.first for earlier, later in pairwise(phases)
    ):
        raise ValueError("phases must follow each other without overlap")
    if not all(math.isfinite(value) and value >= 0 for value in tonnes.values()):
        raise ValueError("tonnes must be finite and not negative")
    if not all(0 <= value <= 1 for value in weights.values()):
        raise ValueError("weights lie between 0 and 1")


def _is_used(month: str, phases: Sequence[Phase]) -> bool:
    return not phases or month < phases[0].first or any(phase.holds(month) for phase in phases)


def _months_apart(month: str, start: str) -> float:
    return float((int(month[:4]) - int(start[:4])) * 12 + int(month[5:]) - int(start[5:]))


def _design(
    months: Sequence[str], phases: Sequence[Phase], *, has_trend: bool, start: str
) -> Array:
    columns = [[1.0] * len(months)]
    if has_trend:
        columns.append([_months_apart(month, start) for month in months])
    columns += [[float(phase.holds(month)) for month in months] for phase in phases]
    return np.array(columns, dtype=float).T


def _fit(
    tonnes: Mapping[str, float],
    months: list[str],
    phases: Sequence[Phase],
    weight: Mapping[str, float],
    *,
    has_trend: bool,
    start: str,
) -> _Fit:
    # two seconds to import, and only this needs them
    from statsmodels.genmod.families import Poisson  # noqa: PLC0415
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415

    design = _design(months, phases, has_trend=has_trend, start=start)
    observed = np.array([tonnes[month] for month in months])
    weights = np.array([weight[month] for month in months])
    fit: Any = GLM(observed, design, family=Poisson(), var_weights=weights).fit(scale="X2")
    scores = design * (weights * (observed - np.asarray(fit.mu)))[:, None]
    return _Fit(
        months, design, np.asarray(fit.params), _wider(np.asarray(fit.cov_params()), scores, fit),
        np.asarray(fit.resid_pearson) / math.sqrt(max(float(fit.scale), _SMALL)), float(fit.scale),
        len(months) - design.shape[1], design.shape[1] - len(phases), start,
    )  # fmt: skip


def _wider(plain: Array, scores: Array, fit: Any) -> Array:
    """The plain covariance, scaled up where the Newey–West one is wider.

    A phase of few months has almost no scatter of its own, so that the correction alone would
    make its interval too narrow.
    """
    corrected = _newey_west(plain / max(float(fit.scale), _SMALL), scores)
    larger = np.sqrt(np.maximum(np.diag(plain), np.diag(corrected)))
    shape = plain / np.sqrt(np.outer(np.diag(plain), np.diag(plain)))
    return np.asarray(shape * np.outer(larger, larger))


def _newey_west(bread: Array, scores: Array) -> Array:
    """Sandwich over the scores of the months in their order, with the small-sample factor."""
    from statsmodels.stats.sandwich_covariance import S_hac_simple  # noqa: PLC0415  slow import

    months, parameters = scores.shape
    lags = math.floor(4 * (months / 100) ** (2 / 9))
    meat = np.asarray(S_hac_simple(scores, nlags=lags))
    covariance: Array = bread @ meat @ bread * months / (months - parameters)
    return covariance


def _summarise(
    fit: _Fit,
    tonnes: Mapping[str, float],
    phases: Sequence[Phase],
    kept: Sequence[Phase],
    within: Mapping[str, int],
    before: Sequence[str],
) -> Interruption:
    place = {phase.name: fit.first_phase + n for n, phase in enumerate(kept)}
    changes = tuple(
        _change(fit, phase.name, within[phase.name], _unit(fit, place[phase.name]))
        if phase.name in place
        else Change(phase.name, within[phase.name])
        for phase in phases
    )
    contrasts = tuple(
        _change(
            fit,
            f"{later.name} against {earlier.name}",
            within[later.name],
            _unit(fit, place[later.name]) - _unit(fit, place[earlier.name]),
        )
        for earlier, later in pairwise(kept)
    )
    worst = int(np.argmax(np.abs(fit.residuals)))
    return Interruption(
        points=len(fit.months),
        points_before=len(before),
        changes=changes,
        contrasts=contrasts,
        trend=_change(fit, "trend", len(before), _unit(fit, 1)) if fit.first_phase > 1 else None,
        dispersion=fit.dispersion,
        autocorrelation=_autocorrelation(fit),
        largest_residual=(fit.months[worst], float(fit.residuals[worst])),
        course=_course(fit, tonnes),
    )


def _unit(fit: _Fit, place: int) -> Array:
    picked = np.zeros(len(fit.estimates))
    picked[place] = 1.0
    return picked


def _quantile(fit: _Fit) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415  scipy.stats would cost every page a second

    return float(stdtrit(fit.freedom, (1 + LEVEL) / 2))


def _change(fit: _Fit, name: str, points: int, picked: Array) -> Change:
    middle = float(picked @ fit.estimates)
    half = _quantile(fit) * math.sqrt(max(float(picked @ fit.covariance @ picked), 0.0))
    ends = (100 * math.expm1(value) for value in (middle, middle - half, middle + half))
    return Change(name, points, *(round(end, _DIGITS) for end in ends))


def _autocorrelation(fit: _Fit) -> float:
    """Of residuals one month apart; pairs across a month not on record are left out."""
    pairs = [
        (fit.residuals[n], fit.residuals[n + 1])
        for n in range(len(fit.months) - 1)
        if _months_apart(fit.months[n + 1], fit.months[n]) == 1
    ]
    total = float(np.sum(fit.residuals**2))
    return round(float(sum(a * b for a, b in pairs)) / total, _DIGITS) if total > 0 else 0.0


def _course(fit: _Fit, tonnes: Mapping[str, float]) -> pd.DataFrame:
    months = [str(m) for m in pd.period_range(min(tonnes), max(tonnes), freq="M")]
    calm = _design(months, (), has_trend=fit.first_phase > 1, start=fit.start)
    picked = np.hstack([calm, np.zeros((len(months), len(fit.estimates) - calm.shape[1]))])
    middle = picked @ fit.estimates
    spread = np.sqrt(np.einsum("ij,jk,ik->i", picked, fit.covariance, picked))
    half = _quantile(fit) * spread
    return pd.DataFrame(
        {
            "month": months,
            "observed": [tonnes.get(month, math.nan) for month in months],
            "expected": np.exp(middle).round(_DIGITS),
            "low": np.exp(middle - half).round(_DIGITS),
            "high": np.exp(middle + half).round(_DIGITS),
        }
    )


def fit_placebos(
    tonnes: Mapping[str, float],
    *,
    first_event: str,
    length: int,
    weights: Mapping[str, float] | None = None,
) -> tuple[Change, ...]:
    """Changes that events nobody decreed would show, on the months before the first real one.

    Each month with enough months before it starts a placebo of `length` months; the course is a
    level alone, for the series is short.

    Method:
        §2.7 of docs/methods.md.
    """
    calm = {month: value for month, value in tonnes.items() if month < first_event}
    found = []
    for month in sorted(calm)[FEWEST_FOR_LEVEL:]:
        end = str(pd.Period(month, freq="M") + (length - 1))
        fit = fit_interruptions(
            {m: v for m, v in calm.items() if m <= end},
            [Phase(month, month, end)],
            weights={m: w for m, w in (weights or {}).items() if m in calm},
            has_trend=False,
        )
        found += [change for change in fit.changes if change.is_estimable]
    return tuple(found)
