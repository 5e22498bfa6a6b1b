"""Expressions over metrics: metrics, numbers, + - * / and parentheses, and nothing else.

The text is never run. Calls are cut out first by a pattern, what is left is read as a tree,
and every node of the tree must be one of a short list.
"""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

MAX_LENGTH = 400
MAX_DEPTH = 20
RATIO = "ratio"
PERCENT = "%"
_CALL = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*\(([A-Za-z0-9_.,\- ]*)\)")
_PLAIN = re.compile(r"[0-9.eE+\-*/() \t]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_YEARLY = " a year"
_SPELLED = {"pct": PERCENT}

Sign = Literal["+", "-", "*", "/"]
_SIGNS: dict[type[ast.operator], Sign] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


class BadExpression(ValueError):
    """The text is not an expression over metrics; says what is wrong with it."""


@dataclass(frozen=True)
class Number:
    """A plain number."""

    value: float

    def __str__(self) -> str:
        return f"{self.value:g}"


@dataclass(frozen=True)
class Call:
    """One metric with its arguments, as plain codes and numbers."""

    name: str
    arguments: tuple[str | int | float, ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True)
class Operation:
    """Two parts joined by one of the four signs."""

    sign: Sign
    left: Expression
    right: Expression

    def __str__(self) -> str:
        left, right = str(self.left), str(self.right)
        if self.sign in "*/" and isinstance(self.left, Operation) and self.left.sign in "+-":
            left = f"({left})"
        if isinstance(self.right, Operation) and (self.sign in "*/-" or self.right.sign in "+-"):
            right = f"({right})"
        return f"{left} {self.sign} {right}"


Expression = Number | Call | Operation


def read_expression(text: str) -> Expression:
    """The tree of a text such as `oxide_need(MAG-IND-REPM) / 1000`; nothing is evaluated.

    Raises:
        BadExpression: Too long, too deep, or anything but metrics, numbers, + - * / and
            parentheses.

    Method:
        §6.1 of docs/methods.md.
    """
    if len(text) > MAX_LENGTH:
        raise BadExpression(f"has {len(text)} characters; at most {MAX_LENGTH} are read")
    _check_depth(text)
    calls: list[Call] = []

    def keep(match: re.Match[str]) -> str:
        arguments = [part.strip() for part in match[2].split(",") if part.strip()]
        calls.append(Call(match[1], tuple(map(_read_argument, arguments))))
        return f"__{len(calls) - 1}__"

    skeleton = _CALL.sub(keep, text.strip())
    if not _PLAIN.fullmatch(re.sub(r"__\d+__", "1", skeleton)) or "__" in text or "**" in text:
        raise BadExpression(
            f"{text!r} is not an expression: write metrics as name(argument, …) with plain codes "
            "and numbers, joined by + - * / and parentheses"
        )
    try:
        tree = ast.parse(skeleton, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadExpression(f"{text!r} does not read as arithmetic") from None
    return _build(tree, calls, depth=1)


def find_calls(expression: Expression) -> Iterator[Call]:
    """Every metric an expression names, in the order of the text."""
    if isinstance(expression, Call):
        yield expression
    elif isinstance(expression, Operation):
        yield from find_calls(expression.left)
        yield from find_calls(expression.right)


def combine_units(expression: Expression, unit_of: Callable[[Call], str]) -> str:
    """Unit of an expression in words; `RATIO` where equal units divide.

    Args:
        expression: The tree.
        unit_of: Unit of one metric.

    Raises:
        BadExpression: Unlike units are added or subtracted; names both.

    Method:
        §6.1 of docs/methods.md.
    """
    over, under = _dimension(expression, unit_of)
    if not over and not under:
        return RATIO
    left = " × ".join(sorted(over.elements())) or "1"
    return " / ".join([left, *sorted(under.elements())])


def is_same_unit(one: str, other: str) -> bool:
    """Whether two units are one: `pct` is `%`, and tonnes of a year are tonnes a year."""
    return _even_unit(one) == _even_unit(other)


_Dimension = tuple[Counter[str], Counter[str]]


def _dimension(expression: Expression, unit_of: Callable[[Call], str]) -> _Dimension:
    if isinstance(expression, Number):
        return Counter(), Counter()
    if isinstance(expression, Call):
        unit = _even_unit(unit_of(expression))
        return (Counter() if unit in {RATIO, "times"} else Counter([unit])), Counter()
    left, right = (_dimension(part, unit_of) for part in (expression.left, expression.right))
    if expression.sign in "+-":
        if left != right:
            raise BadExpression(
                f"{expression}: {_word(left)} and {_word(right)} are different units and are "
                "never added or subtracted"
            )
        return left
    if expression.sign == "/":
        right = (right[1], right[0])
    over, under = left[0] + right[0], left[1] + right[1]
    return over - under, under - over


def _word(dimension: _Dimension) -> str:
    over, under = (" × ".join(sorted(part.elements())) for part in dimension)
    return f"{over or '1'} / {under}" if under else over or "a plain number"


def _even_unit(unit: str) -> str:
    unit = _SPELLED.get(unit.strip(), unit.strip())
    return unit.removesuffix(_YEARLY)


def _check_depth(text: str) -> None:
    depth = deepest = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise BadExpression(f"nests {deepest} parentheses deep; at most {MAX_DEPTH} are read")


def _read_argument(text: str) -> str | int | float:
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _build(node: ast.expr, calls: list[Call], *, depth: int) -> Expression:
    if depth > MAX_DEPTH:
        raise BadExpression(f"is more than {MAX_DEPTH} operations deep")
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        right = _build(node.right, calls, depth=depth + 1)
        if isinstance(node.op, ast.Div) and _constant(right) == 0:
            raise BadExpression("divides by zero")
        return Operation(_SIGNS[type(node.op)], _build(node.left, calls, depth=depth + 1), right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _build(node.operand, calls, depth=depth + 1)
        if isinstance(node.op, ast.UAdd):
            return inner
        return (
            Number(-inner.value)
            if isinstance(inner, Number)
            else Operation("*", Number(-1.0), inner)
        )
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        return Number(_finite(node.value))
    if isinstance(node, ast.Name) and re.fullmatch(r"__\d+__", node.id):
        return calls[int(node.id.strip("_"))]
    raise BadExpression("holds something other than metrics, numbers, + - * / and parentheses")


def _constant(expression: Expression) -> float | None:
    """What an expression of numbers alone comes to; a metric minus itself is zero."""
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Call):
        return None
    if expression.sign == "-" and expression.left == expression.right:
        return 0.0
    left, right = _constant(expression.left), _constant(expression.right)
    if expression.sign == "*" and 0 in {left, right}:
        return 0.0
    if left is None or right is None:
        return None
    return float(apply_sign(expression.sign, left, right))


def apply_sign(sign: Sign, left: Any, right: Any) -> Any:
    """Two numbers, or two arrays of draws, joined by a sign."""
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    return left * right if sign == "*" else left / right


def _finite(value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]  # the caller checked that it is a number
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise BadExpression("holds a number too large to compute with")
    return number
