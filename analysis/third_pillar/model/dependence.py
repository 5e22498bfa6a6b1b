"""How much of a country's supply comes from abroad, and from one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class ImportConcentration:
    """Concentration of one importer's suppliers.

    Attributes:
        hhi_low: Index (0 to 1) if suppliers without a row are atomistic.
        hhi_high: The index if they are one supplier.
        is_concentrated: Whether even `hhi_low` exceeds the 0.4 used for countries' trade.
    """

    hhi_low: float
    hhi_high: float
    is_concentrated: bool


TRADE_DEPENDENCE_HHI = 0.4
"""Threshold for import concentration of countries (CEPII GeoDep, European Commission);
bands made for firms in merger control do not apply to countries."""


def compute_net_import_reliance(production: float, apparent_consumption: float) -> float:
    """Net import reliance in percent, 0 for a net exporter.

    Args:
        production: Domestic production, in the unit of consumption.
        apparent_consumption: Production + imports - exports + stock change.

    Raises:
        ValueError: Consumption is not positive, or production is negative.

    Method:
        §2.1 of docs/methods.md (USGS definition).

    Example:
        >>> round(compute_net_import_reliance(8900, 27000))
        67
    """
    if apparent_consumption <= 0 or production < 0:
        raise ValueError("apparent consumption must be positive and production not negative")
    return max(0.0, 100.0 * (apparent_consumption - production) / apparent_consumption)


def compute_import_concentration(named_shares: npt.ArrayLike) -> ImportConcentration:
    """Concentration of an importer's suppliers from the shares that are published.

    Args:
        named_shares: Share of each named supplier, 0 to 1; "other" left out.

    Raises:
        ValueError: A share outside 0 to 1, or shares adding to more than 1.

    Method:
        §2.2 of docs/methods.md.
    """
    share = np.asarray(named_shares, dtype=float)
    if share.size == 0 or not np.all(share >= 0) or share.sum() > 1.0 + _ROUNDING:
        raise ValueError("supplier shares must lie between 0 and 1 and not add to more than 1")
    rest = max(0.0, 1.0 - float(share.sum()))
    low = float(np.sum(share**2))
    return ImportConcentration(low, low + rest**2, low > TRADE_DEPENDENCE_HHI)


_ROUNDING = 0.02


@dataclass(frozen=True)
class SupplierShares:
    """Suppliers of one importer, product and period.

    Attributes:
        shares: Supplier → share of the imports, 0 to 1, largest first.
        concentration: Of those shares.
        is_of_world: Whether the importer's total is known; else the shares are of what the named
            suppliers sent, and the true ones are lower.
    """

    shares: dict[str, float]
    concentration: ImportConcentration
    is_of_world: bool

    def share(self, supplier: str) -> float:
        """Share of one supplier, 0 where it is not named."""
        return self.shares.get(supplier, 0.0)


def compute_supplier_shares(
    flows: Mapping[str, float], *, total: float | None = None
) -> SupplierShares:
    """Shares of the suppliers in an importer's total, or among themselves where none is known.

    Args:
        flows: Supplier → what it sent, in one measure.
        total: Imports from the whole world in that measure.

    Raises:
        ValueError: No supplier, a flow below zero, or suppliers above the total.

    Method:
        §2.2 of docs/methods.md.

    Example:
        >>> compute_supplier_shares({"CHN": 3.0, "EST": 1.0}).share("CHN")
        0.75
    """
    whole = sum(flows.values()) if total is None else total
    if not flows or whole <= 0 or min(flows.values()) < 0:
        raise ValueError("suppliers and a total above zero are needed")
    ordered = dict(sorted(flows.items(), key=lambda item: (-item[1], item[0])))
    shares = {supplier: flow / whole for supplier, flow in ordered.items()}
    concentration = compute_import_concentration(list(shares.values()))
    return SupplierShares(shares, concentration, total is not None)
