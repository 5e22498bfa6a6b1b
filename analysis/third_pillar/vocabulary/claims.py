"""How a claim is put to the test: a metric with thresholds, or dated events."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from third_pillar.vocabulary.expressions import Expression, find_calls, read_expression
from third_pillar.vocabulary.findings import Frozen

OPERATORS = (">=", "<=", "==", ">", "<")
_COMPARISON = re.compile(r"\s*(>=|<=|==|>|<)\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*")


class BadClaimTests(ValueError):
    """One or more claim tests cannot be read.

    Attributes:
        faults: Pairs of claim id and what is wrong with its test.
    """

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{claim}: {text}" for claim, text in faults))


@dataclass(frozen=True)
class Comparison:
    """A number compared with a threshold, such as ">= 5"."""

    operator: str
    threshold: float

    def holds(self, value: float) -> bool:
        """Whether `value` meets the comparison; a NaN meets none."""
        return {
            ">=": value >= self.threshold,
            "<=": value <= self.threshold,
            "==": value == self.threshold,
            ">": value > self.threshold,
            "<": value < self.threshold,
        }[self.operator]

    def holds_each(self, values: Any) -> Any:
        """Whether each of an array of values meets the comparison, as an array."""
        compare: Callable[[Any, Any], Any] = {
            ">=": ge, "<=": le, "==": eq, ">": gt, "<": lt,
        }[self.operator]  # fmt: skip
        return compare(values, self.threshold)

    def overlaps(self, other: Comparison) -> bool:
        """Whether some number meets both comparisons."""
        apart = (self.threshold + other.threshold) / 2
        beyond = max(abs(self.threshold), abs(other.threshold), 1.0) * 4
        trials = (self.threshold, other.threshold, apart, beyond, -beyond)
        return any(self.holds(trial) and other.holds(trial) for trial in trials)

    def __str__(self) -> str:
        return f"{self.operator} {self.threshold:g}"


def read_comparison(text: str) -> Comparison:
    """The comparison a text such as ">= 5" states; nothing is evaluated.

    Raises:
        ValueError: The text is not one operator and one plain number.
    """
    match = _COMPARISON.fullmatch(text)
    if not match:
        raise ValueError(
            f"{text!r} is not a comparison; write one of {' '.join(OPERATORS)} and a number, "
            'such as ">= 5"'
        )
    return Comparison(operator=match[1], threshold=float(match[2]))


class MeasuredTest(Frozen):
    """A claim settled by a metric of the report, or arithmetic over several, and two thresholds.

    A value that meets neither threshold leaves the claim partly supported.
    """

    kind: Literal["measured"] = "measured"
    metric: str = Field(
        description="metrics of the catalogue joined by + - * /, e.g. mine_share(IND, 2025)"
    )
    supported_if: str = Field(description='comparison such as ">= 5"')
    refuted_if: str = Field(description='comparison such as "< 2"')
    unit: str = Field(min_length=1, description="unit of metric and thresholds")
    reason: str = Field(min_length=1, description="why these thresholds")

    @field_validator("metric")
    @classmethod
    def _check_metric(cls, value: str) -> str:
        expression = read_expression(value)
        if not any(find_calls(expression)):
            raise ValueError(
                f"{value!r} is not a metric; write name(argument, …) with plain codes and numbers"
            )
        return str(expression)

    @field_validator("supported_if", "refuted_if")
    @classmethod
    def _check_comparison(cls, value: str) -> str:
        return str(read_comparison(value))

    @model_validator(mode="after")
    def _keep_thresholds_apart(self) -> MeasuredTest:
        if self.support.overlaps(self.refutation):
            raise ValueError(
                f"supported_if {self.supported_if!r} and refuted_if {self.refuted_if!r} overlap: "
                "a value could support and refute the claim at once"
            )
        return self

    @property
    def expression(self) -> Expression:
        """What is measured, as a tree."""
        return read_expression(self.metric)

    @property
    def support(self) -> Comparison:
        """The comparison that supports the claim."""
        return read_comparison(self.supported_if)

    @property
    def refutation(self) -> Comparison:
        """The comparison that refutes the claim."""
        return read_comparison(self.refuted_if)


class EventTest(Frozen):
    """A claim settled by dated events of `policy_events`."""

    kind: Literal["event-tested"] = "event-tested"
    supported_by: tuple[str, ...] = Field(description="events that bear the claim out")
    refuted_by: tuple[str, ...] = ()
    qualified_by: tuple[str, ...] = ()
    refuted_by_must_precede: str | None = Field(
        default=None, description="date YYYY-MM-DD before which a refuting event counts"
    )
    reason: str = Field(min_length=1, description="why these events settle it")

    @field_validator("refuted_by_must_precede")
    @classmethod
    def _check_date(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError(f"{value!r} is not a date; write YYYY-MM-DD")
        return value

    @model_validator(mode="after")
    def _name_some_event(self) -> EventTest:
        if not (self.supported_by or self.refuted_by):
            raise ValueError("names no event that supports or refutes the claim")
        twice = set(self.supported_by) & set(self.refuted_by)
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))} both supports and refutes the claim")
        return self

    def events(self) -> tuple[str, ...]:
        """Every event id the test names, without repeats."""
        return tuple(dict.fromkeys((*self.supported_by, *self.refuted_by, *self.qualified_by)))


ClaimTest = MeasuredTest | EventTest

_KINDS: dict[str, type[MeasuredTest | EventTest]] = {
    "measured": MeasuredTest,
    "event-tested": EventTest,
}


def read_claim_tests(tests: Mapping[str, object]) -> dict[str, ClaimTest]:
    """Claim id to test, from the mapping a tests file holds.

    Raises:
        BadClaimTests: A `ValueError` that holds every fault of every test at once.
    """
    read: dict[str, ClaimTest] = {}
    faults: list[tuple[str, str]] = []
    for claim, content in tests.items():
        name = str(claim)
        model = _KINDS.get(str(content.get("kind"))) if isinstance(content, Mapping) else None
        if model is None:
            faults.append((name, f"kind is missing or unknown; valid: {', '.join(_KINDS)}"))
            continue
        try:
            read[name] = model.model_validate(content)
        except ValidationError as error:
            faults += [(name, _phrase(dict(detail))) for detail in error.errors()]
    if faults:
        raise BadClaimTests(tuple(faults))
    return read


def _phrase(detail: Mapping[str, object]) -> str:
    place = detail.get("loc")
    where = ".".join(str(part) for part in place) if isinstance(place, tuple) else ""
    text = str(detail["msg"]).removeprefix("Value error, ")
    return f"{where}: {text}" if where else text
