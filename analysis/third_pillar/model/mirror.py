"""The same flow as both sides report it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MONTHS = 12
_FISCAL_START = 4


@dataclass(frozen=True)
class Side:
    """What one side reports of a flow in one period.

    Attributes:
        period: "CY2024" or "FY2024-25" (April to March).
        usd: Value, or nothing where withheld.
        kg: Net weight, or nothing where withheld.
    """

    period: str
    usd: float | None
    kg: float | None


@dataclass(frozen=True)
class Mirror:
    """Importer over exporter.

    Attributes:
        exporter: The exporter's side.
        importer: The importer's side.
        overlap_months: Months that both periods hold.
        kg_ratio: Weight of the importer over that of the exporter, or nothing.
        value_ratio: The same of values: freight and insurance are in it.
    """

    exporter: Side
    importer: Side
    overlap_months: int
    kg_ratio: float | None
    value_ratio: float | None


def compare_sides(exporter: Side, importer: Side) -> Mirror:
    """Ratios of what both sides report, with the months their periods share.

    Raises:
        ValueError: A period that is neither a calendar nor a fiscal year.

    Method:
        §2.5 of docs/methods.md.
    """
    return Mirror(
        exporter,
        importer,
        len(_months(exporter.period) & _months(importer.period)),
        _ratio(importer.kg, exporter.kg),
        _ratio(importer.usd, exporter.usd),
    )


def compare_totals(pairs: Sequence[Mirror]) -> Mirror | None:
    """All pairs with both weights as one, so that shifted years weigh less; nothing without any.

    Method:
        §2.5 of docs/methods.md.
    """
    whole = [p for p in pairs if p.kg_ratio is not None and p.value_ratio is not None]
    if not whole:
        return None
    sides = [
        Side(
            f"{getattr(whole[0], who).period} to {getattr(whole[-1], who).period}",
            sum(getattr(pair, who).usd for pair in whole),
            sum(getattr(pair, who).kg for pair in whole),
        )
        for who in ("exporter", "importer")
    ]
    return Mirror(
        sides[0],
        sides[1],
        sum(pair.overlap_months for pair in whole),
        _ratio(sides[1].kg, sides[0].kg),
        _ratio(sides[1].usd, sides[0].usd),
    )


def _ratio(top: float | None, base: float | None) -> float | None:
    return top / base if top is not None and base else None


def _months(period: str) -> set[tuple[int, int]]:
    match = re.fullmatch(r"(CY|FY)(\d{4})(?:-\d{2})?", period)
    if match is None:
        raise ValueError(f"{period!r} is neither a calendar nor a fiscal year")
    first, start = int(match[2]), _FISCAL_START if match[1] == "FY" else 1
    return {
        (first + (start - 1 + n) // _MONTHS, (start - 1 + n) % _MONTHS + 1) for n in range(_MONTHS)
    }
