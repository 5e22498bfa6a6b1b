"""The turns a claim's verdict took, from the article's history."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from third_pillar.vocabulary.codes import Verdict
from third_pillar.vocabulary.findings import VerdictChange

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results


def read_turns(results: Results) -> dict[str, tuple[VerdictChange, ...]]:
    """Claim id → its turns on record, oldest first; claims that never turned are absent.

    Asked as of a day before the date of the data, entries made later are left out. The history
    is of the article's own subject: for another candidate there is none.

    Method:
        §6.8 of docs/methods.md.
    """
    history = results.article.history
    if history.empty or not results.is_about_candidate:
        return {}
    released = dt.date.fromisoformat(results.evidence.release.date)
    if results.evidence.as_of < released:
        history = history[history["date"] <= pd.Timestamp(results.evidence.as_of)]
    found: dict[str, tuple[VerdictChange, ...]] = {}
    for claim, entries in history.groupby("claim_id", sort=False):
        said = list(zip(entries["date"], entries["verdict"], entries["because"], strict=True))
        turns = tuple(
            VerdictChange(
                date=f"{date:%Y-%m-%d}", before=Verdict(old), after=Verdict(new), because=why
            )
            for (_, old, _), (date, new, why) in pairwise(said)
            if old != new
        )
        if turns:
            found[str(claim)] = turns
    return found
