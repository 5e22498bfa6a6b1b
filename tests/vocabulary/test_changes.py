"""Promises about comparing two reports: what counts as a change, and what as noise (§14.1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from small_notebook import findings_dict
from third_pillar.vocabulary.changes import (
    ReportIdentity,
    compare_events,
    compare_findings,
    compare_number,
    compare_rows,
)
from third_pillar.vocabulary.findings import Findings, Metric

SIDE = ReportIdentity(run_id="r", lineage="l", started="", as_of="2025-12-01", release="toy 1")


def metric(value: Any, low: float | None = None, high: float | None = None, **more: Any) -> Metric:
    given = {"id": "m", "kind": "share", "label": "Share", "unit": "%", "period": "2030"}
    fixed = {"method": "§5.1", "confidence": "low", "value": value, "low": low, "high": high}
    return Metric.model_validate({**given, **fixed, **more})


def findings(**parts: Any) -> Findings:
    return Findings.model_validate({**findings_dict(), **parts})


def claim(verdict: str) -> dict[str, Any]:
    return {"verdict": verdict, "how": "measured", "label": "A claim", "reason": "Measured."} | {
        "confidence": "low"
    }


def compare(before: Findings, after: Findings, **parts: Any) -> Any:
    return compare_findings(before, after, sides=(SIDE, SIDE), **parts)


@pytest.mark.parametrize(
    ("before", "after", "beyond"),
    [
        (metric(10, 8, 12), metric(11, 9, 13), False),
        (metric(10, 8, 12), metric(13, 11, 15), True),
        (metric(10, 8, 12), metric(11, 10.5, 15), True),  # the old value lies outside the new range
        (metric(10), metric(10.2), True),
        (metric(10), metric(None), True),
        (metric(None), metric(10), True),
        (metric("mine"), metric("metal"), True),
        (metric(10), metric(10, unit="t"), True),
        (metric(0, 0, 0), metric(5, 5, 5), True),
    ],
)
def test_a_change_is_beyond_noise_when_a_value_leaves_a_range(
    before: Metric, after: Metric, *, beyond: bool
) -> None:
    change = compare_number(before, after)
    assert change is not None
    assert change.beyond_noise is beyond


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (metric(10.01), metric(10.02)),
        (metric(1234.1), metric(1234.4)),
        (metric(None), metric(None)),
        (metric("mine"), metric("mine")),
        (metric(0.0), metric(-0.0)),
    ],
)
def test_what_reads_the_same_is_no_change(before: Metric, after: Metric) -> None:
    """Three figures are printed; further ones are not news."""
    assert compare_number(before, after) is None


def test_a_chance_without_a_range_is_held_against_its_monte_carlo_error() -> None:
    """At 10,000 draws 50 % is known to about 1.4 points between two runs; fewer draws, less."""
    before, near, far = (metric(value, kind="chance") for value in (50, 51.2, 52))
    assert not compare_number(before, near).beyond_noise
    assert compare_number(before, far).beyond_noise
    assert not compare_number(before, far, draws=(500, 500)).beyond_noise
    certain = [metric(value, kind="chance") for value in (0, 100)]
    assert compare_number(*certain).beyond_noise


def test_another_method_is_told_even_where_the_number_is_the_same() -> None:
    change = compare_number(metric(10), metric(10, method="§5.2"))
    assert (change.method_before, change.method, change.beyond_noise) == ("§5.1", "§5.2", False)


@given(
    value=st.floats(-1e9, 1e9),
    half=st.floats(0, 1e6),
    other=st.floats(-1e9, 1e9),
)
def test_the_order_of_two_reports_changes_the_sign_and_nothing_else(
    value: float, half: float, other: float
) -> None:
    one, two = metric(value, value - half, value + half), metric(other, other - half, other + half)
    there, back = compare_number(one, two), compare_number(two, one)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there.beyond_noise == back.beyond_noise
        assert there.change == -back.change
    assert compare_number(one, one) is None


def test_the_same_findings_leave_nothing_that_matters() -> None:
    same = findings(metrics=[metric(10).model_dump()], verdicts={"C01": claim("supported")})
    changes = compare(same, same)
    assert not changes.matters
    assert (changes.numbers, changes.claims, changes.gaps, changes.parameters) == ((), (), (), ())


def test_every_kind_of_change_is_found() -> None:
    """Answer, question, numbers new and gone, verdicts, gaps."""
    gap = {"id": "G1", "what": "Output of a plant", "sought": "press"}
    stood = gap | {"stand_in": {"value": 3.0, "unit": "t", "rating": "red", "why": "None."}}
    before = findings(
        metrics=[metric(1, id="gone").model_dump(), metric(10).model_dump()],
        verdicts={"C01": claim("supported"), "C02": claim("opinion")},
        gaps=[gap, gap | {"id": "G2"}],
    )
    after = findings(
        bottom_line={"answer": "yes", "reading": "breadth", "text": "Yes."},
        parameters={**before.parameters, "horizon": 2035, "pillars": ["USA"]},
        metrics=[metric(20).model_dump(), metric(1, id="new").model_dump()],
        verdicts={"C01": claim("contradicted"), "C03": claim("supported")},
        gaps=[stood, gap | {"id": "G3"}],
    )
    changes = compare(before, after)
    assert (changes.bottom_line.before, changes.bottom_line.after) == ("no", "yes")
    assert [one.name for one in changes.parameters] == ["horizon", "pillars"]
    assert [one.id for one in changes.moved] == ["m"]
    assert (len(changes.numbers_added), len(changes.numbers_removed)) == (1, 1)
    assert [(one.claim_id, one.before, one.after) for one in changes.claims] == [
        ("C01", "supported", "contradicted"),
        ("C02", "opinion", None),
        ("C03", None, "supported"),
    ]
    assert {one.gap_id: one.how for one in changes.gaps} == {
        "G3": "opened",
        "G2": "closed",
        "G1": "revised",
    }


def test_rows_are_named_with_the_cells_that_changed() -> None:
    before = {"A": {"id": "A", "value": "1"}, "B": {"id": "B", "value": "2"}}
    after = {"A": {"id": "A", "value": "3", "note": "seen"}, "C": {"id": "C", "value": "2"}}
    change = compare_rows("curated/projects.csv", before, after)
    assert [(row.key, row.how) for row in change.rows] == [
        ("C", "added"),
        ("B", "removed"),
        ("A", "changed"),
    ]
    cells = [(cell.field, cell.before, cell.after) for cell in change.rows[2].cells]
    assert cells == [("value", "1", "3"), ("note", "", "seen")]
    assert not compare_rows("curated/projects.csv", None, after).is_listed


def test_an_event_counts_from_the_day_it_could_be_known() -> None:
    """Already in the table, it comes into view when the later report looks from a later day."""
    row = {"date": "2026-10-01", "known_from": "2026-10-05", "event": "A plant opens"}
    rows = {"E1": row}
    seen = compare_events(rows, rows, as_of=("2026-10-04", "2026-10-05"))
    assert [(one.event_id, one.how) for one in seen] == [("E1", "added")]
    assert compare_events(rows, rows, as_of=("2026-10-05", "2026-10-05")) == ()
    told = {"E1": row | {"event": "A plant opens late"}}
    revised = compare_events(rows, told, as_of=("2026-12-01", "2026-12-01"))
    assert [one.how for one in revised] == ["revised"]
    assert compare_events(None, rows, as_of=("2026-12-01", "2026-12-01")) == ()
