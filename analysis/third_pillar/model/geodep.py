"""Whether a country depends on a product from abroad: the test of CEPII's GeoDep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from third_pillar.model.dependence import TRADE_DEPENDENCE_HHI

ORIGIN = "CEPII GeoDep; thresholds of the European Commission for imports"
IMPORTS_OVER_EXPORTS = 1.0
YEARS_SEEN, YEARS_MET = 3, 2

Bounds = tuple[float, float]


@dataclass(frozen=True)
class TradeYear:
    """One importer, one product, one year.

    Attributes:
        year: The year.
        import_hhi: Bounds of the concentration of its suppliers, 0 to 1, or nothing.
        world_hhi: Bounds of the concentration of the world's exports, or nothing.
        imports: Imports, or nothing where not known.
        exports: Exports in the same measure, or nothing where not known.
    """

    year: int
    import_hhi: Bounds | None = None
    world_hhi: Bounds | None = None
    imports: float | None = None
    exports: float | None = None


@dataclass(frozen=True)
class CriteriaYear:
    """The three criteria of a year: met, not met, or not known (nothing)."""

    year: int
    few_suppliers: bool | None
    few_exporters: bool | None
    imports_exceed: bool | None

    @property
    def all_met(self) -> bool | None:
        """Whether all three are met; not known unless one fails or all are known."""
        return _all((self.few_suppliers, self.few_exporters, self.imports_exceed))

    @property
    def count_met(self) -> int:
        """Criteria that are met."""
        return sum(bool(c) for c in (self.few_suppliers, self.few_exporters, self.imports_exceed))

    @property
    def count_unknown(self) -> int:
        """Criteria that are not known."""
        return (self.few_suppliers, self.few_exporters, self.imports_exceed).count(None)


@dataclass(frozen=True)
class GeoDep:
    """The test of one importer and product.

    Attributes:
        years: The newest years, at most three, oldest first.
        is_dependent: Whether all criteria hold in two years of three; nothing where what is not
            known decides.
    """

    years: tuple[CriteriaYear, ...]
    is_dependent: bool | None


def apply_geodep(years: Sequence[TradeYear]) -> GeoDep:
    """The three criteria by year, and whether all hold in two of the newest three years.

    Args:
        years: Any order, one a year.

    Raises:
        ValueError: A year twice, or a flow below zero.

    Method:
        §2.4 of docs/methods.md. What is not known neither meets nor fails a criterion.
    """
    if len({year.year for year in years}) < len(years):
        raise ValueError("a year occurs twice")
    newest = sorted(years, key=lambda year: year.year)[-YEARS_SEEN:]
    judged = tuple(_judge(year) for year in newest)
    met = sum(year.all_met is True for year in judged)
    open_years = sum(year.all_met is None for year in judged) + YEARS_SEEN - len(judged)
    if met >= YEARS_MET:
        return GeoDep(judged, is_dependent=True)
    if met + open_years < YEARS_MET:
        return GeoDep(judged, is_dependent=False)
    return GeoDep(judged, is_dependent=None)


def _judge(year: TradeYear) -> CriteriaYear:
    return CriteriaYear(
        year.year,
        _exceeds(year.import_hhi),
        _exceeds(year.world_hhi),
        _outweighs(year.imports, year.exports),
    )


def _exceeds(bounds: Bounds | None) -> bool | None:
    if bounds is None:
        return None
    low, high = bounds
    if low > TRADE_DEPENDENCE_HHI:
        return True
    return None if high > TRADE_DEPENDENCE_HHI else False


def _outweighs(imports: float | None, exports: float | None) -> bool | None:
    if imports is None or exports is None:
        return None
    if min(imports, exports) < 0:
        raise ValueError("a flow lies below zero")
    ratio = math.inf if exports == 0 and imports > 0 else imports / exports if exports else 0.0
    return ratio > IMPORTS_OVER_EXPORTS


def _all(criteria: Sequence[bool | None]) -> bool | None:
    if any(criterion is False for criterion in criteria):
        return False
    return None if None in criteria else True
