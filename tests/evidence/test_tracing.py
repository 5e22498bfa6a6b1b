"""Promises about tracing a row: by any name it goes by, to its source, editions and disputes."""

from __future__ import annotations

import pytest

from third_pillar.evidence.tables import find_row, read_tables
from third_pillar.evidence.tracing import trace_row
from third_pillar.vocabulary.errors import ParameterFault
from toy import change_table, set_cell


def trace(root, named):
    tables = read_tables(root)
    return trace_row(find_row(named, tables), tables, root=root)


def second_edition(rows):
    """India's output of 2024 printed once more, later and otherwise."""
    fresh = {**next(row for row in rows if row["figure_id"] == "MP-IND-2024")}
    fresh |= {"figure_id": "MP-IND-2024-B", "value": "3300", "known_from": "2025-06-30"}
    return [*rows, {**fresh, "edition": "Toy 2026"}]


@pytest.mark.parametrize(
    ("named", "table", "key"),
    [
        ("MP-IND-2024", "mine_production", "MP-IND-2024"),
        ("mine_production:MP-IND-2024", "mine_production", "MP-IND-2024"),
        ("  gaps:GAP-JPN-MAGNET ", "gaps", "GAP-JPN-MAGNET"),
        ("sources:TOY-A", "sources", "TOY-A"),
        ("delay_years", "assumptions", "delay_years"),
        ("hs_codes:IN,85051110", "hs_codes", "IN,85051110"),
        ("quad,IND", "country_sets", "quad,IND"),
    ],
)
def test_a_row_is_found_by_table_and_key_or_by_its_key_alone(checked_toy, named, table, key):
    traced = trace(checked_toy, named)
    assert (traced.table, traced.key) == (table, key)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("MP-IND-2042", "Did you mean 'MP-IND-20"),
        ("MP-IND", "begin so: MP-IND-2023, MP-IND-2024"),
        ("mine_production:MP-IND-204", "mine_production has no row"),
        ("mine_prodution:MP-IND-2024", "Did you mean 'mine_production'"),
        ("mine_production:", "names no row"),
        ("", "is no row"),
        (":", "names no row"),
        ("\x00", "is no row"),
        ("../../etc/passwd", "is no row"),
    ],
)
def test_what_has_no_such_name_is_answered_with_the_nearest(checked_toy, named, said):
    with pytest.raises(ParameterFault) as caught:
        trace(checked_toy, named)
    assert said in str(caught.value)


def test_a_key_of_two_tables_is_refused_with_both(toy_package):
    def rename(rows):
        rows[0]["conflict_id"] = "E-PAUSE"
        return rows

    change_table(toy_package, "curated/conflicts.csv", rename)
    with pytest.raises(ParameterFault, match="2 tables") as caught:
        trace(toy_package, "E-PAUSE")
    assert "policy_events:E-PAUSE" in caught.value.hint
    assert "conflicts:E-PAUSE" in caught.value.hint


def test_a_row_carries_its_source_with_address_day_and_grade(checked_toy):
    (source,) = trace(checked_toy, "MP-IND-2024").sources
    assert source.url == "https://example.org/a"
    assert (source.reliability, source.credibility, source.accessed) == ("A", "1", "2025-11-01")
    assert source.date == "2025-02"  # known to the month, so no day is claimed


def test_editions_stand_in_order_and_the_newest_wins(toy_package):
    change_table(toy_package, "curated/mine_production.csv", second_edition)
    editions = trace(toy_package, "MP-IND-2024").editions
    assert [(e.key, e.wins) for e in editions] == [("MP-IND-2024", False), ("MP-IND-2024-B", True)]
    assert trace(toy_package, "MP-IND-2024-B").editions == editions


def test_an_edition_without_a_figure_does_not_win(toy_package):
    change_table(toy_package, "curated/mine_production.csv", second_edition)
    set_cell(toy_package, "curated/mine_production.csv", "MP-IND-2024-B", "value", "")
    editions = trace(toy_package, "MP-IND-2024").editions
    assert [e.key for e in editions if e.wins] == ["MP-IND-2024"]


def test_other_years_and_countries_are_not_editions_of_a_figure(checked_toy):
    assert trace(checked_toy, "MP-IND-2024").editions == ()


def test_corrections_conflicts_gaps_and_scenarios_are_told(checked_toy):
    (mended,) = trace(checked_toy, "MP-IND-2024").corrections
    assert (mended.published, mended.corrected, mended.reason) == ("2900", "3000", "misprint")
    (dispute,) = trace(checked_toy, "MD-IND").disagreements
    assert (dispute.low, dispute.high, dispute.reading) == ("900", "4000", "4000")
    assert trace(checked_toy, "MC-JPN").gap["what"] == "Capacity of Japan"
    assert trace(checked_toy, "delay_years").scenarios == {
        "late": {"value": 4, "low": 2, "high": 6}
    }


def test_rows_that_name_a_row_or_a_source_are_listed_and_it_not_itself(checked_toy):
    assert ("magnet_capacity", "MC-JPN") in trace(checked_toy, "GAP-JPN-MAGNET").named_by
    cited = trace(checked_toy, "TOY-LATE").named_by
    assert cited == (("gaps", "GAP-LATER"),)
