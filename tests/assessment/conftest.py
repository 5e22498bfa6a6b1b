"""Cases of the real data package, each assessed once a session; small changes of its tables."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from third_pillar.assessment.capacity import StageCapacity, assess_stage_capacity
from third_pillar.assessment.case import Case, ask, assess
from third_pillar.assessment.results import Results, assess_results
from third_pillar.evidence import Evidence, load_article, load_evidence

DRAWS = 500
"""Enough for every promise here: none of them is about the third digit of a chance."""

Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="session")
def case_of() -> Callable[..., Case]:
    """The case that parameters describe; each is assessed once."""
    known: dict[str, Case] = {}

    def find(**parameters: object) -> Case:
        # The defaults spelled out are the defaults.
        asked = {"draws": DRAWS, "candidate": "IND", "as_of": "data", **parameters}
        key = repr(sorted(asked.items()))
        if key not in known:
            known[key] = assess(**asked)
        return known[key]

    return find


@pytest.fixture(scope="session")
def india(case_of) -> Case:
    """The baseline: India as of the date of the data."""
    return case_of()


@pytest.fixture(scope="session")
def evidence_with(india) -> Callable[..., Evidence]:
    """The baseline's evidence with some tables passed through a change, in memory."""
    return lambda **changes: change(india.results.evidence, changes)


@pytest.fixture(scope="session")
def capacity_with(india, evidence_with) -> Callable[..., StageCapacity]:
    """Capacity as of the date of the data, on changed tables."""

    def find(**changes: Change) -> StageCapacity:
        return assess_stage_capacity(
            evidence_with(**changes),
            draws=india.results.draws,
            count_by="location",
            at=india.results.now.capacity.at,
        )

    return find


@pytest.fixture(scope="session")
def results_with() -> Callable[..., Results]:
    """The baseline's results on evidence of which some tables were changed in memory.

    `results_with(projects=change)` passes the table through `change`; parameters of the
    question go into `asking`.
    """

    def find(*, asking: dict[str, object] | None = None, **changes: Change) -> Results:
        question = ask(**{"draws": DRAWS, **(asking or {})})
        evidence = load_evidence(question.as_of, scenario=question.parameters.scenario)
        return assess_results(question, change(evidence, changes), load_article(_ARTICLE))

    return find


_ARTICLE = "newsx-2025-11-07"


def change(evidence: Evidence, changes: dict[str, Change]) -> Evidence:
    """The evidence with each named table passed through its change."""
    fresh = {name: edit(evidence.table(name)) for name, edit in changes.items()}
    return evidence.with_tables(fresh)


@pytest.fixture(scope="session")
def set_figure() -> Callable[..., Change]:
    """A change that sets cells of the row with this id."""

    def find(row_id: str, **cells: object) -> Change:
        def edit(table: pd.DataFrame) -> pd.DataFrame:
            hit = table.iloc[:, 0] == row_id
            assert hit.sum() == 1, f"the table has no row {row_id}"
            for column, value in cells.items():
                table.loc[hit, column] = value
            return table

        return edit

    return find
