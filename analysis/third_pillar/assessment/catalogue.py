"""Named metrics: the only words in which a claim can be put to the data.

A metric is asked for by an expression such as `mine_share(IND, 2024)`. The name is looked up
in a closed list and the arguments are plain codes and numbers: nothing is evaluated as code.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from third_pillar.model.sampling import Draws
from third_pillar.vocabulary.codes import STAGES, Confidence
from third_pillar.vocabulary.errors import MissingEvidence, PillarError
from third_pillar.vocabulary.findings import Metric
from third_pillar.vocabulary.parameters import nearest

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

Argument = str | int | float
MetricFunction = Callable[..., "Reading"]
_EXPRESSION = re.compile(r"([a-z][a-z0-9_]*)\(([A-Za-z0-9_.,\- ]*)\)")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Reading:
    """What a metric reads off a case, before it gets its name and its confidence.

    `draws` are those of the value, in its unit, where several figures enter: they keep what
    two metrics share in step when a claim joins them (§6.1).
    """

    label: str
    value: float | str | None
    unit: str
    period: str
    method: str
    kind: str
    low: float | None = None
    high: float | None = None
    rests_on: tuple[str, ...] = ()
    source_ids: tuple[str, ...] = ()
    specification: str = ""
    draws: Draws | None = None


_REGISTRY: dict[str, MetricFunction] = {}


def metric(function: MetricFunction) -> MetricFunction:
    """Enter a function into the catalogue under its own name."""
    _REGISTRY[function.__name__] = function
    return function


def catalogue() -> dict[str, str]:
    """Every metric's signature and first line of description, by name."""
    return {
        f"{name}({', '.join(list(inspect.signature(function).parameters)[1:])})": (
            inspect.getdoc(function) or ""
        ).splitlines()[0]
        for name, function in sorted(_REGISTRY.items())
    }


def measure(results: Results, expression: str) -> Metric:
    """The metric an expression names, read off a case.

    Args:
        results: The assessed case.
        expression: `name(argument, …)` with codes and numbers as arguments.

    Raises:
        PillarError: The expression is malformed, the name unknown or the arguments too many
            or too few; the valid names are listed.
        MissingEvidence: The data do not carry it as of the date asked.
    """
    metric_id, reading = take_reading(results, expression)
    return describe(results, metric_id, reading)


def take_reading(results: Results, expression: str) -> tuple[str, Reading]:
    """The canonical spelling of one metric and what it reads off the case.

    Raises:
        PillarError: As `measure`.
        MissingEvidence: As `measure`.
    """
    name, arguments = _read(expression)
    try:
        reading = _REGISTRY[name](results, *arguments)
    except (KeyError, IndexError) as error:
        raise MissingEvidence(f"{expression}: no figure on record ({error})") from None
    except (ValueError, TypeError) as error:
        raise PillarError(f"{expression}: an argument is of the wrong kind ({error})") from None
    return expression_id(name, arguments), reading


def describe(results: Results, metric_id: str, reading: Reading) -> Metric:
    """A reading with its name and its confidence (§6.4)."""
    return Metric(
        id=metric_id,
        kind=reading.kind,
        label=reading.label,
        value=reading.value,
        low=reading.low,
        high=reading.high,
        unit=reading.unit,
        period=reading.period,
        specification=reading.specification,
        method=reading.method,
        source_ids=reading.source_ids,
        rests_on=reading.rests_on,
        confidence=_rate(results, reading),
    )


def expression_id(name: str, arguments: Iterable[Argument]) -> str:
    """The canonical spelling of an expression."""
    return f"{name}({', '.join(str(argument) for argument in arguments)})"


@lru_cache(maxsize=1024)
def _read(expression: str) -> tuple[str, tuple[Argument, ...]]:
    match = _EXPRESSION.fullmatch(expression.strip())
    if match is None:
        raise PillarError(f"{expression!r} is not a metric: write name(argument, …)")
    name, inside = match[1], match[2]
    if name not in _REGISTRY:
        valid = tuple(sorted(_REGISTRY))
        raise PillarError(f"unknown metric {name}.{nearest(name, valid)} Valid: {', '.join(valid)}")
    arguments = [_argument(part.strip()) for part in inside.split(",") if part.strip()]
    wanted = list(inspect.signature(_REGISTRY[name]).parameters)[1:]
    if len(arguments) != len(wanted):
        raise PillarError(f"{expression}: {name} takes ({', '.join(wanted)})")
    _check_kinds(expression, name, arguments)
    return name, tuple(arguments)


_KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "str": (str, "a code or a word"),
    "int": (int, "a whole number"),
    "float": ((int, float), "a number"),
}


def _check_kinds(expression: str, name: str, arguments: list[Argument]) -> None:
    wanted = list(inspect.signature(_REGISTRY[name]).parameters.values())[1:]
    for parameter, argument in zip(wanted, arguments, strict=True):
        kind, words = _KINDS[str(parameter.annotation)]
        if not isinstance(argument, kind):
            raise PillarError(f"{expression}: {parameter.name} = {argument} is not {words}")
        if parameter.name == "stage" and argument not in STAGES:
            raise PillarError(f"{expression}: no stage {argument}; valid: {', '.join(STAGES)}")


def _argument(text: str) -> Argument:
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _rate(results: Results, reading: Reading) -> Confidence:
    """§6.4 of docs/methods.md."""
    assumptions, sources = results.evidence.assumption_rows, results.evidence.source_rows
    ratings = {assumptions[row]["quality"] for row in reading.rests_on if row in assumptions}
    if "red" in ratings or any(row.startswith("GAP-") for row in reading.rests_on):
        return Confidence.LOW
    reliability = {sources[one]["reliability"] for one in reading.source_ids if one in sources}
    has_range = reading.low is not None and reading.low != reading.high
    if "amber" in ratings or has_range or not reliability or reliability - {"A", "B"}:
        return Confidence.MODERATE
    return Confidence.HIGH
