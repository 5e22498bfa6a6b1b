"""What in the model rests on a row: its numbers and the verdicts on claims."""

from __future__ import annotations

from dataclasses import dataclass

from third_pillar.assessment.case import Case
from third_pillar.assessment.catalogue import measure
from third_pillar.vocabulary.findings import ClaimVerdict, Metric


@dataclass(frozen=True)
class Uses:
    """What rests on a row, or on a number.

    Attributes:
        metrics: Numbers of the case, those that rest on the fewest rows first.
        claims: Claim id → verdict, those that name it and those that name such a number.
    """

    metrics: tuple[Metric, ...]
    claims: dict[str, ClaimVerdict]


def find_uses(case: Case, named: str) -> Uses:
    """Every number and verdict of a case that rests on a row, a source or a number.

    Args:
        case: The assessed case.
        named: Key of a row, id of a source, or expression of a metric.
    """
    found = [
        metric
        for metric in case.metrics.values()
        if named in metric.rests_on or named in metric.source_ids
    ]
    metrics = tuple(sorted(found, key=lambda metric: (len(metric.rests_on), metric.id)))
    through = {named, *(metric.id for metric in metrics)}
    claims = {
        claim: verdict
        for claim, verdict in case.settled.items()
        if through & {*verdict.rests_on, *verdict.source_ids}
    }
    return Uses(metrics, claims)


def find_number(case: Case, expression: str) -> Metric:
    """A number of the case by the id that a report prints, computed where it is not among them.

    Raises:
        PillarError: Malformed, unknown name, or wrong arguments.
        MissingEvidence: The data do not carry it.
    """
    return case.find_metric(expression) or measure(case.results, expression)
