"""What is not known, as typed values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from third_pillar.vocabulary.findings import CAPACITY_GAP, Gap, StandIn


def read_gaps(frame: pd.DataFrame) -> tuple[Gap, ...]:
    """One `Gap` a row of the table `gaps`, in its order.

    A row without any stand-in number is a gap that nothing stands in for; `loses` stays
    empty, for what a finding loses is for the assessment to say.
    """
    return tuple(_gap(row) for row in frame.to_dict("records"))


def _gap(row: Mapping[Any, Any]) -> Gap:
    return Gap(
        id=row["gap_id"],
        what=row["what"],
        about=row.get("about") or CAPACITY_GAP,
        stage=row["stage"] or None,
        country=row["country_iso3"] or None,
        sought=row["sought"],
        stand_in=_stand_in(row),
        source_ids=(row["source_id"],) if row["source_id"] else (),
    )


def _stand_in(row: Mapping[Any, Any]) -> StandIn | None:
    value, low, high = (_number(row[f"stand_in_{name}"]) for name in ("value", "low", "high"))
    if value is None and low is None and high is None:
        return None
    return StandIn(
        value=value,
        low=low,
        high=high,
        unit=row["stand_in_unit"],
        rating=row["stand_in_rating"],
        why=row["stand_in_why"],
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
