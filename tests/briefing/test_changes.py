"""Promises about what is said of two reports: sentences to paste, nothing a browser would run."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup

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
    """An id without a country may name another one in each report; the rest is said once."""
    told = phrase_changes(changes((number(10), number(20, label="Australia: share"))))
    said = told[1].replace("\N{NO-BREAK SPACE}", " ")
    assert said == (
        "Share, end of 2030: India 10 % (9.0–11), Australia 20 % (19–21) "
        "(+10 percentage points; outside the range stated)."
    )


def test_each_value_of_the_table_says_whose_it_is_and_each_change_has_its_unit() -> None:
    """India's value had stood as the earlier one of "Brazil: share"."""
    pairs = (number(10), number(20, label="Brazil: share"))
    table = BeautifulSoup(str(compose_comparison(changes(pairs)).html), "html.parser")
    cells = [cell.get_text().replace("\N{NO-BREAK SPACE}", " ") for cell in table.select("td, th")]
    assert "Share, end of 2030" in cells
    assert "India: 10 % (9.0–11)" in cells
    assert "Brazil: 20 % (19–21)" in cells
    assert "+10 percentage points" in cells
    assert not [cell for cell in cells if cell.startswith("Brazil: share")]


def test_a_rank_moves_by_places() -> None:
    told = phrase_changes(changes((number(3, unit="rank"), number(9, unit="rank"))))
    assert "(+6 places;" in told[1].replace("\N{NO-BREAK SPACE}", " ")
    told = phrase_changes(changes((number(3, unit="rank"), number(2, unit="rank"))))
    assert "within" in told[1]
    bare = {"low": None, "high": None}
    told = phrase_changes(changes((number(3, unit="rank", **bare), number(2, unit="rank", **bare))))
    assert "(−1 place)" in told[1].replace("\N{NO-BREAK SPACE}", " ")


def test_a_fall_of_less_than_a_tonne_is_not_told_without_its_direction() -> None:
    bare = {"low": None, "high": None, "unit": "t NdPr oxide a year"}
    said = phrase_changes(changes((number(0.4, **bare), number(0.0, **bare))))[1]
    assert said.replace("\N{NO-BREAK SPACE}", " ").endswith("now 0 t NdPr oxide a year.")


def test_two_countries_within_a_name_are_told_once_too() -> None:
    bare = {"low": None, "high": None}
    told = phrase_changes(
        changes(
            (
                number(10, label="Need served after a loss, with India, metal counted", **bare),
                number(20, label="Need served after a loss, with Viet Nam, metal counted", **bare),
            )
        )
    )
    assert told[1].replace("\N{NO-BREAK SPACE}", " ") == (
        "Need served after a loss, with India or Viet Nam, metal counted, end of 2030: "
        "India 10 %, Viet Nam 20 % (+10 percentage points)."
    )


def test_a_number_whose_label_is_another_altogether_is_told_with_both() -> None:
    told = phrase_changes(changes((number(10, label="Old rule"), number(20, label="New rule"))))
    said = told[1].replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith("Old rule: 10 % (9.0–11) before; New rule, end of 2030: now 20 %")


def test_a_number_that_moved_never_reads_the_same_before_and_after() -> None:
    """Printed at its usual figures it would: "7.7 % before, now 7.7 % (0 percentage points)"."""
    bare = {"low": None, "high": None}
    pairs = (
        (0.03, 0.02),
        (7.72, 7.69),
        (7.74, 7.7),
        (7.7, 7.74),
        (99.8, 100.0),
        (100.0, 99.8),
        (10.2, 10.4),
    )
    for before, after in pairs:
        told = phrase_changes(changes((number(before, **bare), number(after, **bare))))
        said = told[1].replace("\N{NO-BREAK SPACE}", " ")
        was, now = (text.split(" %")[0] for text in said.split(": ", 2)[2].split(", now "))
        assert float(was) != float(now), said
        assert "(0 " not in said


def test_claims_and_gaps_of_another_question_are_not_said_to_have_gone_or_closed() -> None:
    """A report on Brazil holds fewer claims of the ledger on India; the ledger is as it was."""
    claim = {"verdict": "supported", "how": "measured", "label": "A claim", "reason": "Measured."}
    gaps = [{"id": "A", "what": "Reserves of India.", "sought": "press"}]
    more = [{"id": "B", "what": "Ore of Brazil.", "sought": "press"}]
    sides = [
        Findings.model_validate({**findings_dict(), **parts})
        for parts in (
            {"verdicts": {"C01": claim | {"confidence": "low"}}, "gaps": gaps, "metrics": []},
            {"verdicts": {}, "gaps": more, "metrics": [number(10)]},
        )
    ]
    asked = [
        {**one.parameters, "candidate": who} for one, who in zip(sides, ("IND", "BRA"), strict=True)
    ]
    sides = [
        one.model_copy(update={"parameters": put}) for one, put in zip(sides, asked, strict=True)
    ]
    found = compare_findings(*sides, sides=(side("2026-11-22"), side("2026-11-29")))
    told = phrase_changes(found)
    assert told[0] == "The question was put differently since the report of 22 November 2026."
    assert "One claim bears on the earlier question alone: C01." in told
    assert "One gap bears on the earlier question alone: Reserves of India." in told
    assert "One gap bears on the later question alone: Ore of Brazil." in told
    assert "One number answers the later question alone: India: share." in told
    said = " ".join((*told, str(compose_changes(found).html)))
    for false in ("no longer in the ledger", "Gap closed", "New gap", "for the first time"):
        assert false not in said


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
