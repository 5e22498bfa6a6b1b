"""Dependence on China's supply: who buys from whom, and what left China month by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from third_pillar.evidence import Evidence, FrozenFrame
from third_pillar.model.dependence import (
    ImportConcentration,
    compute_import_concentration,
    compute_net_import_reliance,
)
from third_pillar.vocabulary.codes import AGGREGATES, CHINA, WORLD


@dataclass(frozen=True, eq=False, kw_only=True)
class Dependence:
    """Import dependence as far as published shares carry it.

    Attributes:
        from_china: One row per (importer_iso3, product), newest period: `value`, `low`, `high`
            (percent of imports), `period`, `measured_by`, `figure_id`, `source_id`.
        concentration: (importer, product) → import concentration, where at least two
            suppliers are named for the same period.
        net_import_reliance: Country → (percent computed, percent printed or NaN, year, row ids).
    """

    from_china: pd.DataFrame = FrozenFrame()  # type: ignore[assignment]  # noqa: RUF009  a descriptor: hands out frames
    concentration: Mapping[tuple[str, str], ImportConcentration]
    net_import_reliance: Mapping[str, tuple[float, float, int, tuple[str, ...]]]


def assess_dependence(evidence: Evidence) -> Dependence:
    """Dependence of every importer with a row.

    Method:
        §2 of docs/methods.md.
    """
    return evidence.remember(("import_shares", "apparent_consumption"), _assess_dependence)


def _assess_dependence(evidence: Evidence) -> Dependence:
    shares = evidence.table("import_shares")
    newest = shares.sort_values(["year", "known_from"], kind="stable")
    china = newest[(newest["exporter_iso3"] == CHINA) & newest["value"].notna()]
    china = china.drop_duplicates(["importer_iso3", "product"], keep="last")
    return Dependence(
        from_china=china.sort_values(["product", "importer_iso3"], kind="stable"),
        concentration=_concentrations(newest),
        net_import_reliance=_reliance(evidence),
    )


def _concentrations(shares: pd.DataFrame) -> dict[tuple[str, str], ImportConcentration]:
    named = shares[~shares["exporter_iso3"].isin(AGGREGATES)].dropna(subset=["value"])
    found: dict[tuple[str, str], ImportConcentration] = {}
    for (importer, product, _), rows in named.groupby(["importer_iso3", "product", "period"]):
        if rows["exporter_iso3"].nunique() > 1:
            found[str(importer), str(product)] = compute_import_concentration(
                rows["value"].to_numpy(dtype=float) / 100.0
            )
    return found


def _reliance(
    evidence: Evidence,
) -> dict[str, tuple[float, float, int, tuple[str, ...]]]:
    table = evidence.table("apparent_consumption")
    found: dict[str, tuple[float, float, int, tuple[str, ...]]] = {}
    for country, rows in table.groupby("country_iso3"):
        # The definition follows compounds and metals: concentrates that are exported whole
        # never enter the country's own balance.
        own = rows[~rows["product"].str.contains("concentrate", case=False)]
        by_measure = {
            str(measure): dict(zip(part["year"], part["value"], strict=True))
            for measure, part in own.dropna(subset=["value"]).groupby("measure")
        }
        production = by_measure.get("production", {})
        consumption = by_measure.get("apparent_consumption", {})
        years = sorted(set(production) & set(consumption))
        if not years:
            continue
        year = int(years[-1])
        found[str(country)] = (
            compute_net_import_reliance(float(production[year]), float(consumption[year])),
            float(by_measure.get("net_import_reliance", {}).get(year, np.nan)),
            year,
            tuple(str(row) for row in own.loc[own["year"] == year, "figure_id"]),
        )
    return found


@dataclass(frozen=True, eq=False, kw_only=True)
class MagnetExports:
    """China's monthly exports of rare-earth magnets.

    Attributes:
        world: One row per month present, ascending: `month`, `value` (tonnes), `basis`,
            `figure_id`, `source_id`.
        missing_months: Months between the first and the last for which no figure is on record.
        by_destination: The same columns with `destination_iso3`, without the world.
    """

    world: pd.DataFrame = FrozenFrame()  # type: ignore[assignment]  # noqa: RUF009  a descriptor: hands out frames
    missing_months: tuple[str, ...]
    by_destination: pd.DataFrame = FrozenFrame()  # type: ignore[assignment]  # noqa: RUF009  same

    def mean(self, first: str, last: str) -> float | None:
        """Mean tonnes a month over the months present between two, or nothing."""
        span = self.world[(self.world["month"] >= first) & (self.world["month"] <= last)]
        return float(span["value"].mean()) if len(span) else None


def assess_magnet_exports(evidence: Evidence) -> MagnetExports:
    """China's magnet exports by month, gaps named.

    Method:
        §2.3 of docs/methods.md.
    """
    return evidence.remember(("trade_monthly",), _assess_magnet_exports)


def _assess_magnet_exports(evidence: Evidence) -> MagnetExports:
    table = evidence.table("trade_monthly").sort_values("month", kind="stable")
    china = table[table["exporter_iso3"] == CHINA]
    world = china[china["destination_iso3"] == WORLD].reset_index(drop=True)
    months = pd.period_range(world["month"].iloc[0], world["month"].iloc[-1], freq="M")
    present = set(world["month"])
    return MagnetExports(
        world=world,
        missing_months=tuple(str(month) for month in months if str(month) not in present),
        by_destination=china[china["destination_iso3"] != WORLD].reset_index(drop=True),
    )
