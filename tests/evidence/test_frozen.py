"""Tables that nobody can change for somebody else, as frames and as rows."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from third_pillar.evidence import HeldTable, load_evidence, read_record, record_reads
from third_pillar.evidence.frozen import FrozenTables

DAY = dt.date(2025, 11, 7)


@pytest.fixture
def held():
    return HeldTable(
        pd.DataFrame({"id": ["a", "b", "c"], "value": [1.0, np.nan, 3.0], "year": [1, 2, 3]})
    )


@pytest.fixture(scope="module")
def evidence():
    return load_evidence(DAY)


def test_rows_hold_what_the_frame_holds_in_its_order(evidence):
    for _, table in evidence.tables.glance():
        pd.testing.assert_frame_equal(
            pd.DataFrame(list(table.rows), columns=table.frame.columns).astype(table.frame.dtypes),
            table.frame,
        )


def test_a_frame_that_was_handed_out_changes_neither_the_next_nor_the_rows(held):
    frame = held.frame
    frame.loc[0, "value"] = 9.0
    assert held.frame.loc[0, "value"] == 1.0
    assert held.rows[0]["value"] == 1.0


def test_a_changed_row_stands_in_rows_and_frame_alike(held):
    other = held.with_rows({2: {**held.rows[2], "value": 30.0}})
    assert [row["value"] for row in other.rows][2] == 30.0
    assert other.frame["value"].tolist()[2] == 30.0
    assert np.isnan(other.frame["value"][1])
    assert held.frame["value"].tolist()[2] == 3.0
    assert other.frame.dtypes.equals(held.frame.dtypes)


def test_rows_left_out_are_gone_from_rows_frame_and_places(held):
    other = held.only(lambda row: row["year"] != 2)
    assert [row["id"] for row in other.rows] == ["a", "c"]
    assert other.frame["id"].tolist() == ["a", "c"]
    assert dict(other.places) == {"a": 0, "c": 1}


def test_what_follows_from_tables_is_found_once_for_as_long_as_they_stand(held):
    asked = []

    def find():
        asked.append(1)
        return len(asked)

    tables = FrozenTables({"one": held, "two": held.frame, "three": held.frame})
    assert tables.remember(("one", "two"), "count", find) == 1
    assert tables.replaced({"three": held.frame}).remember(("one", "two"), "count", find) == 1
    assert tables.remember(("one",), "count", find) == 2
    assert tables.replaced({"two": held.frame}).remember(("one", "two"), "count", find) == 3


def test_what_was_found_before_is_noted_as_read_all_the_same(evidence, tmp_path):
    """A report that is spared a reading still depends on the tables."""
    evidence.remember(("mine_production", "conflicts"), len_of_both)
    record_reads(tmp_path / "reads")
    try:
        evidence.remember(("mine_production", "conflicts"), len_of_both)
        evidence.rows("stage_shares")
        noted = read_record(tmp_path / "reads")
    finally:
        record_reads(None)
    assert noted == ("curated/conflicts.csv", "curated/mine_production.csv",
                     "curated/stage_shares.csv")  # fmt: skip


def len_of_both(evidence):
    return len(evidence.rows("mine_production")) + len(evidence.rows("conflicts"))


def test_scenarios_of_one_day_share_the_tables_they_leave_alone(evidence):
    other = load_evidence(DAY, scenario="price_war")
    assert other.tables.hold("mine_production") is evidence.tables.hold("mine_production")


def test_an_assumption_fixed_for_a_trial_is_fixed_in_frame_and_rows(evidence):
    trial = evidence.with_assumption("demand_growth", 4.5)
    row, frame = trial.assumption_rows["demand_growth"], trial.assumptions.loc["demand_growth"]
    assert [row[end] for end in ("value", "low", "high")] == [4.5] * 3
    assert [frame[end] for end in ("value", "low", "high")] == [4.5] * 3
    assert evidence.assumption_rows["demand_growth"]["value"] != 4.5
    assert trial.tables.hold("projects") is evidence.tables.hold("projects")
    with pytest.raises(KeyError):
        evidence.with_assumption("no_such", 1.0)
