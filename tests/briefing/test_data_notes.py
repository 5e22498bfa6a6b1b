"""Promises about page one: overdue tables and own figures are said, in words that are safe."""

from __future__ import annotations

import dataclasses
import datetime as dt
from types import MappingProxyType, SimpleNamespace

from bs4 import BeautifulSoup

from third_pillar.briefing.data_notes import note_overdue, note_own_figures, tabulate_corrections
from third_pillar.briefing.markup import number, own_mark
from third_pillar.briefing.references import list_numbers
from third_pillar.evidence import load_evidence, load_parameter_choices, read_corrections
from third_pillar.evidence.freshness import TableAge
from third_pillar.evidence.overlay_files import OwnRows
from third_pillar.vocabulary.findings import OWN_MARK, Metric

DAY = dt.date(2026, 11, 22)
METRIC = Metric(
    id="mine_share(IND, 2025)", kind="share", label="India: share", value=0.7, unit="%",
    period="2025", method="§1.1", rests_on=("ROW-1",), confidence="moderate",
)  # fmt: skip
HOSTILE = '"><script>alert(1)</script>'


def age(name, due):
    return TableAge(name, f"Table {name}", "monthly", dt.date(2026, 4, 20), due, DAY)


def case(*, freshness=(), own=None, metrics=(), verdicts=()):
    evidence = SimpleNamespace(freshness=freshness, own=own)
    question = SimpleNamespace(as_of=DAY)
    return SimpleNamespace(
        results=SimpleNamespace(evidence=evidence, question=question),
        metrics={metric.id: metric for metric in metrics},
        verdicts=dict(verdicts),
    )


def own_rows(**tables):
    return OwnRows(MappingProxyType(tables), ("LATER",), "0" * 64)


def test_overdue_tables_are_named_with_their_newest_row():
    said = note_overdue(case(freshness=(age("a", DAY), age("b", DAY + dt.timedelta(days=1)))))
    assert "Overdue in the data on 22 November 2026: Table a (expected monthly" in said
    assert "20 April 2026" in said
    assert "Table b" not in said


def test_a_table_without_any_row_is_named_too():
    empty = dataclasses.replace(age("a", DAY), newest=None)
    assert "newest row none" in note_overdue(case(freshness=(empty,)))


def test_fresh_data_and_no_own_figures_say_nothing():
    assert note_overdue(case(freshness=(age("a", None),))) == ""
    assert note_own_figures(case()) == ""
    assert own_mark(METRIC) == ""


def test_own_figures_are_said_with_what_they_touch():
    marked = METRIC.model_copy(update={"own_figures": ("OWN-1",)})
    verdicts = {
        "C01": SimpleNamespace(own_figures=("OWN-1",)),
        "C02": SimpleNamespace(own_figures=()),
    }
    said = note_own_figures(
        case(own=own_rows(projects=("OWN-1", "OWN-2")), metrics=(marked,), verdicts=verdicts)
    )
    assert "2 rows of the reader" in said
    assert "projects (2)" in said
    assert "1 of its 1 numbers" in said
    assert "C01" in said
    assert "C02" not in said
    assert "1 more were not known on that day" in said


def test_the_mark_stands_beside_the_number_in_prose_and_in_the_list():
    marked = METRIC.model_copy(update={"own_figures": ("OWN-1",)})
    prose = BeautifulSoup(number(marked), "html.parser")
    assert prose.data.find_next_sibling("sup").text == OWN_MARK
    assert OWN_MARK not in prose.data.text
    listed = BeautifulSoup(str(list_numbers([marked]).html), "html.parser").li
    assert listed.sup.text == OWN_MARK
    assert "own figures enter: OWN-1" in listed.text
    assert OWN_MARK not in str(list_numbers([METRIC]).html)


def test_what_a_reader_wrote_into_a_row_stays_text():
    marked = METRIC.model_copy(update={"own_figures": (HOSTILE,), "label": HOSTILE, "id": HOSTILE})
    pages = [
        number(marked),
        str(list_numbers([marked]).html),
        note_own_figures(case(own=own_rows(**{HOSTILE: (HOSTILE,)}), metrics=(marked,))),
    ]
    for page in pages:
        assert not BeautifulSoup(page, "html.parser").find_all("script")


def test_every_correction_stands_on_the_page_in_words():
    """One row each, with what was wrong; no key of a row, no code of a unit."""
    evidence = load_evidence(load_parameter_choices().data_date)
    html = tabulate_corrections(SimpleNamespace(results=SimpleNamespace(evidence=evidence)))
    rows = BeautifulSoup(html, "html.parser").select("tbody tr")
    known = read_corrections()
    assert len(rows) == len(known)
    for row, one in zip(rows, known, strict=True):
        assert one.reason in " ".join(row.text.split())
        assert one.key not in row.text
        assert "t_" not in row.text
