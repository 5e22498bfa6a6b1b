"""What could be known on a day: rows that came later are left out, nothing is foretold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

OWN_SOURCE = "TP_"
"""Prefix of the sources that are the kit's own judgement or arithmetic."""


def filter_tables(whole: Mapping[str, pd.DataFrame], as_of: dt.date) -> dict[str, pd.DataFrame]:
    """Every table with the rows known on `as_of`, as frames of their own.

    A row counts from its `known_from`, a control from the day it was announced. Three tables
    have a rule of their own:

    - assumptions: the kit's own judgement and arithmetic are method, not news, and hold on
      every day;
    - gaps: what is unknown does not begin on the day somebody looked, so a gap also counts
      from the date of its source, from the first row that names it, and always without a
      source;
    - conflicts: one counts when every figure it weighs is known.
    """
    day = pd.Timestamp(as_of)
    tables = {name: _known_rows(name, frame, day) for name, frame in whole.items()}
    tables["gaps"] = _known_gaps(whole["gaps"], whole["sources"], tables, day)
    if "conflicts" in tables:
        hidden = _figure_ids(whole) - _figure_ids(tables)
        cells = tables["conflicts"]["figure_ids"]
        seen = [hidden.isdisjoint(map(str.strip, cell.split(";"))) for cell in cells]
        tables["conflicts"] = tables["conflicts"][seen].reset_index(drop=True)
    return tables


def _known_rows(name: str, frame: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    column = next((known for known in ("known_from", "announced") if known in frame), None)
    if column is None:
        return frame.copy()
    is_known = frame[column] <= day
    if column == "announced":
        # an undated control is known once it is in force
        is_known |= frame["announced"].isna() & (frame["effective_from"] <= day)
    if name == "assumptions":
        is_known |= frame["source_id"].str.startswith(OWN_SOURCE)
    kept = frame[is_known].reset_index(drop=True)
    suspension = ["suspended_from", "suspended_to"]
    if set(suspension) <= set(kept.columns):
        kept.loc[kept["suspended_from"] > day, suspension] = pd.NaT
    return kept


def _known_gaps(
    gaps: pd.DataFrame,
    sources: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    day: pd.Timestamp,
) -> pd.DataFrame:
    named = {
        str(gap)
        for name, frame in tables.items()
        if name != "gaps" and "gap_id" in frame
        for gap in frame["gap_id"]
    }
    published = gaps["source_id"].map(sources.set_index("source_id")["date"])
    is_own = (gaps["source_id"] == "") | gaps["source_id"].str.startswith(OWN_SOURCE)
    is_known = (
        (gaps["known_from"] <= day) | (published <= day) | is_own | gaps["gap_id"].isin(named)
    )
    return gaps[is_known].reset_index(drop=True)


def _figure_ids(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    return {
        str(figure)
        for frame in tables.values()
        for key in ("figure_id", "project_id")
        if key in frame
        for figure in frame[key]
    }
