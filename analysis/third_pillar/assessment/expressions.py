"""What a claim measures: one metric, or arithmetic over several, draw by draw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from third_pillar.assessment.catalogue import Reading, describe, take_reading
from third_pillar.model.sampling import Draws, Range, summarise
from third_pillar.vocabulary.claims import MeasuredTest
from third_pillar.vocabulary.errors import DataFault, EvidenceFault, MissingEvidence
from third_pillar.vocabulary.expressions import (
    PERCENT,
    RATIO,
    BadExpression,
    Call,
    Expression,
    Number,
    Operation,
    apply_sign,
    combine_units,
    find_calls,
    is_same_unit,
)
from third_pillar.vocabulary.findings import Metric

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

_JOINTS = {"+": "plus", "-": "less", "*": "times", "/": "over"}


@dataclass(frozen=True, eq=False)
class Measurement:
    """What a claim's test measures.

    Attributes:
        metric: The number with range, sources and confidence; its id is the expression.
        draws: Draws of the value in its unit, shape (draws,); the same number throughout where
            no figure has a range.
    """

    metric: Metric
    draws: Draws


def measure_test(results: Results, claim_id: str, test: MeasuredTest) -> Measurement:
    """What the test of a claim measures on a case.

    A single metric keeps the value and the range of the report. An expression of several has
    the mean of its draws and their 10th and 90th percentile, so that figures that enter twice
    stay in step.

    Args:
        results: The assessed case.
        claim_id: Named in a fault.
        test: The test of the claim.

    Raises:
        EvidenceFault: Unlike units are added, or the test states another unit than it measures.
        MissingEvidence: A figure is not on record, is no number, or a divisor can be zero.
        PillarError: The expression names no metric of the catalogue.

    Method:
        §6.1 of docs/methods.md.
    """
    reading, draws = read_test(results, claim_id, test)
    if draws is None:
        draws = _draws_of(results, str(test.expression), reading)
    return Measurement(describe(results, str(test.expression), reading), draws)


def read_test(results: Results, claim_id: str, test: MeasuredTest) -> tuple[Reading, Draws | None]:
    """The reading of a test alone, without its confidence; its draws where it is an expression.

    Raises:
        EvidenceFault: As `measure_test`; so for the others.
        MissingEvidence: A figure is not on record, is no number, or a divisor can be zero.
        PillarError: The expression names no metric of the catalogue.
    """
    expression = test.expression
    readings = {str(call): take_reading(results, str(call))[1] for call in find_calls(expression)}
    unit = _check_unit(claim_id, test, expression, readings)
    if isinstance(expression, Call):
        return readings[str(expression)], None
    drawn = {name: _draws_of(results, name, reading) for name, reading in readings.items()}
    draws = _compute(expression, drawn, results.draws.draws)
    scale = 100.0 if unit == RATIO and is_same_unit(test.unit, PERCENT) else 1.0
    return _join(expression, readings, scale * draws, test.unit), scale * draws


def _check_unit(
    claim_id: str, test: MeasuredTest, expression: Expression, readings: dict[str, Reading]
) -> str:
    try:
        unit = combine_units(expression, lambda call: readings[str(call)].unit)
    except BadExpression as error:
        raise _unit_fault(claim_id, test, str(error)) from None
    is_percent = is_same_unit(test.unit, PERCENT) and isinstance(expression, Operation)
    measured = readings[str(expression)].unit if isinstance(expression, Call) else unit
    if not is_same_unit(test.unit, measured) and not (is_percent and unit == RATIO):
        raise _unit_fault(claim_id, test, f"{test.metric} is in {measured}, not in {test.unit}")
    return unit


def _unit_fault(claim_id: str, test: MeasuredTest, rule: str) -> EvidenceFault:
    return EvidenceFault(
        [DataFault("tests.yml", claim_id, "unit", test.unit, rule)],
        hint="Name metrics of one unit, or state the unit that the expression has.",
    )


def _draws_of(results: Results, name: str, reading: Reading) -> Draws:
    """The draws of a reading; one that rests on a single row is drawn as that row is."""
    if reading.draws is not None:
        return reading.draws
    if not isinstance(reading.value, int | float):
        raise MissingEvidence(f"{name} is {reading.value}, which is no number")
    value = float(reading.value)
    low, high = (value if end is None else end for end in (reading.low, reading.high))
    key = reading.rests_on[0] if len(reading.rests_on) == 1 else name
    return results.draws.draw(Range(key, value, min(low, value), max(high, value)))


def _compute(expression: Expression, drawn: dict[str, Draws], count: int) -> Draws:
    if isinstance(expression, Number):
        return np.full(count, expression.value)
    if isinstance(expression, Call):
        return drawn[str(expression)]
    left, right = (_compute(part, drawn, count) for part in (expression.left, expression.right))
    if expression.sign == "/" and not (np.all(right > 0) or np.all(right < 0)):
        raise MissingEvidence(f"{expression}: the divisor {expression.right} can be zero")
    return np.asarray(apply_sign(expression.sign, left, right), dtype=float)


def _join(
    expression: Operation | Number, readings: dict[str, Reading], draws: Draws, unit: str
) -> Reading:
    parts = tuple(readings.values())
    summary = summarise(draws)
    joined = Reading(
        _phrase(expression, readings),
        summary.mean, unit, "; ".join(dict.fromkeys(part.period for part in parts)), "§6.1",
        "expression", min(summary.p10, summary.mean), max(summary.p90, summary.mean),
        tuple(dict.fromkeys(row for part in parts for row in part.rests_on)),
        tuple(dict.fromkeys(source for part in parts for source in part.source_ids)),
        str(expression),
    )  # fmt: skip
    is_fixed = bool(np.ptp(draws) == 0)
    return replace(joined, value=float(draws[0]), low=None, high=None) if is_fixed else joined


def _phrase(expression: Expression, readings: dict[str, Reading]) -> str:
    if isinstance(expression, Call):
        reading = readings[str(expression)]
        return f"{reading.label} ({reading.period})"
    if isinstance(expression, Number):
        return str(expression)
    left, right = (_phrase(part, readings) for part in (expression.left, expression.right))
    return f"{left}, {_JOINTS[expression.sign]} {right}"
