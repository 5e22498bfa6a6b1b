"""The tables under a scenario: single fields changed, rows left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from third_pillar.evidence.scenario_rows import ALL, CHANGEABLE, DATE, RowChanges
from third_pillar.vocabulary.errors import MissingEvidence


def change_rows(
    tables: Mapping[str, pd.DataFrame],
    changes: RowChanges,
    left_out: Mapping[str, Any],
    *,
    scenario: str,
    as_of: dt.date,
) -> dict[str, pd.DataFrame]:
    """The tables with a scenario's changes; those untouched are the same frames.

    Raises:
        MissingEvidence: A row that changes was not known on the day.
    """
    changed = dict(tables)
    for table, rows in changes.items():
        frame = changed[table].set_index(CHANGEABLE[table][0], drop=False)
        for row, cells in rows.items():
            if row not in frame.index:
                raise MissingEvidence(
                    f"scenario {scenario!r} changes {row!r} of {table}, "
                    f"which was not known on {as_of.isoformat()}",
                    hint="Choose a later as_of, or the scenario baseline.",
                )
            for field, value in cells.items():
                if field not in frame:
                    frame[field] = float("nan")
                is_date = CHANGEABLE[table][1][field] == DATE
                frame.loc[row, field] = pd.Timestamp(str(value)) if is_date else value
        changed[table] = frame.reset_index(drop=True)
    for table, gone in left_out.items():
        frame = changed[table]
        kept = [gone != ALL and key not in gone for key in frame[CHANGEABLE[table][0]].astype(str)]
        changed[table] = frame[kept].reset_index(drop=True)
    return changed
