"""Promises about what is said of two reports: sentences to paste, nothing a browser would run."""

from __future__ import annotations

from typing import Any

from small_notebook import findings_dict
from third_pillar.briefing.changes import (
    HEADING,
    NOTHING,
    compose_changes,
    compose_comparison,
    phrase_changes,
)
from third_pillar.publishing.comparison_page import export_comparison
from third_pillar.publishing.offline_check import check_offline
from third_pillar.vocabulary.changes import (
    Changes,
    ReportIdentity,
    TableChange,
    ValueChange,
    compare_findings,
    compare_rows,
)
from third_pillar.vocabulary.findings import Findings

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e"


def side(day: str) -> ReportIdentity:
    return ReportIdentity(
        run_id=f"run-{day}", lineage="full/IND/a/en", started=f"{day}T06:00:00+00:00",
        as_of=day, release="toy 1",
    )  # fmt: skip


def number(value: float, **more: Any) -> dict[str, Any]:
    given = {"id": "share_of(IND)", "kind": "share", "label": "India: share", "unit": "%"}
    fixed = {"period": "end of 2030", "method": "§5.1", "confidence": "low", "value": value}
    return {**given, **fixed, "low": value - 1, "high": value + 1, **more}


def changes(
    *metrics: tuple[dict[str, Any], dict[str, Any]], after: Any = None, **parts: Any
) -> Changes:
    sides = [
        Findings.model_validate({**findings_dict(), "metrics": [pair[place] for pair in metrics]})
        for place in (0, 1)
    ]
    if after:
        sides[1] = Findings.model_validate({**sides[1].model_dump(), **after})
    return compare_findings(*sides, sides=(side("2026-11-22"), side("2026-11-29")), **parts)


def test_the_number_of_another_candidate_keeps_its_name() -> None:
    """An id without a country may name another one in each report."""
    told = phrase_changes(changes((number(10), number(20, label="Australia: share"))))
    said = told[1].replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith("India: share: 10 % (9.0–11) before; Australia: share, end of 2030: now")


def test_a_number_is_told_with_unit_range_size_and_what_it_was_held_against() -> None:
    told = phrase_changes(changes((number(10), number(20))))
    assert told[0] == "One number moved beyond its noise since the report of 22 November 2026."
    said = told[1].replace("\N{NO-BREAK SPACE}", " ")
    assert said == (
        "India: share, end of 2030: 10 % (9.0–11) before, now 20 % (19–21) "
        "(+10 percentage points; outside the range stated)."
    )


def test_nothing_that_matters_is_said_in_these_words() -> None:
    """With a revised table and another version of the kit, too."""
    assert phrase_changes(changes())[0] == (
        f"{NOTHING} since the report of 22 November 2026: every number reads the same."
    )
    rows = compare_rows("curated/projects.csv", {"A": {"v": "1"}}, {"A": {"v": "2"}})
    kit = [ValueChange(name="code", before="1", after="2")]
    told = phrase_changes(changes((number(10), number(10.5)), tables=[rows], kit=kit))
    assert told[0].startswith(NOTHING)
    assert "one row of the data was revised" in told[0]
    assert "no number moved beyond its noise" in told[0]
    assert told[1] == "One number reads differently, but within its noise."
    assert "Data: projects, one row changed (A)." in told


def test_a_table_whose_rows_are_not_kept_is_told_without_inventing_any() -> None:
    told = phrase_changes(
        changes(tables=[TableChange(table="curated/prices.csv", is_listed=False)])
    )
    assert told[-1] == "Data: prices was revised; its earlier rows are not kept."


def test_the_part_of_a_report_leads_numbers_to_their_rows_only_where_there_are_such() -> None:
    """A number without a row in the list would stop the report from being published."""
    found = changes((number(10), number(20)))
    assert "<data" not in compose_changes(found).html
    part = compose_changes(found, linked={"n-share-of-ind"}).html
    assert 'data-source="share_of(IND)"' in part
    assert HEADING in part


def test_hostile_text_stays_text_on_the_page() -> None:
    """Labels, claims, gaps and cells of foreign data."""
    claim = {"verdict": "supported", "how": "measured", "label": HOSTILE, "reason": HOSTILE}
    gap = {"id": "G", "what": HOSTILE, "sought": "press"}
    rows = compare_rows("curated/projects.csv", {"A": {"v": HOSTILE}}, {"A": {"v": HOSTILE * 2}})
    found = changes(
        (number(10, label=HOSTILE), number(20, label=HOSTILE)),
        after={"verdicts": {"C01": claim | {"confidence": "low"}}, "gaps": [gap]},
        tables=[rows],
    )
    for html in (str(compose_changes(found).html), str(compose_comparison(found).html)):
        assert "<img" not in html
        assert "</script" not in html
    page = export_comparison(found)
    assert check_offline(page) == []
    assert page.count("<h1>") == 1
