"""A case prepared for the pages of one question."""

from __future__ import annotations

import pytest

from third_pillar.assessment import case as cases
from third_pillar.assessment import prepared
from third_pillar.evidence import read_record, record_reads

ASKED = {"candidate": "BRA", "draws": 200, "as_of": "2026-06-30"}


@pytest.fixture(autouse=True)
def nothing_kept():
    yield
    prepared._last.clear()


@pytest.mark.parametrize("first", ["full", "trade"])
def test_each_page_says_what_it_would_say_alone(first):
    """Numbers, verdicts and gaps, whichever page was first; that of trade has its own besides."""
    alone = {page: cases.assess(**ASKED, profile=page) for page in ("claims", "trade")}
    cases.prepare(cases.ask(**ASKED, profile=first))
    for page, case in alone.items():
        shared = cases.assess(**ASKED, profile=page)
        assert shared.results.question == case.results.question
        assert shared.metrics == case.metrics
        assert list(shared.metrics) == list(case.metrics)
        assert shared.verdicts == case.verdicts
        assert shared.gaps == case.gaps
    assert len(alone["trade"].metrics) > len(alone["claims"].metrics)


@pytest.mark.parametrize("first", ["full", "trade"])
def test_what_was_spared_is_noted_as_read_all_the_same(tmp_path, first):
    """A page rests on the files that its case was assessed from, and on no other page's."""
    noted = {}
    for how in ("alone", "shared"):
        if how == "shared":
            cases.prepare(cases.ask(**ASKED, profile=first))
        record_reads(tmp_path / how)
        try:
            case = cases.assess(**ASKED, profile="window")
            _ = case.metrics, case.verdicts, case.gaps
        finally:
            record_reads(None)
        noted[how] = read_record(tmp_path / how)
    assert noted["shared"] == noted["alone"]
    assert "curated/projects.csv" in noted["shared"]
    assert "curated/trade_annual.csv" not in noted["shared"]


@pytest.mark.parametrize(
    "other",
    [{"candidate": "IND"}, {"draws": 300}, {"as_of": "2026-06-29"}, {"scenario": "price_war"},
     {"partners": "AUS"}, {"horizon": 2029}, {"pillars": "USA"}, {"count_by": "owner"},
     {"seed": 5}],
)  # fmt: skip
def test_another_question_is_assessed_anew(other):
    question = cases.ask(**ASKED)
    sentinel = object()
    prepared._last[:] = [prepared._Held(question, prepared.package_state(), sentinel, frozenset())]
    assert prepared.find(cases.ask(**{**ASKED, **other}), None) is None


def test_words_that_stand_for_the_same_date_and_members_ask_the_same(monkeypatch):
    """`as_of: data` is the date of the data; a named set is its members."""
    seen = []
    monkeypatch.setattr(prepared, "_turn_to", lambda case, _: seen.append(case) or case)
    question = cases.ask(candidate="BRA")
    prepared._last[:] = [prepared._Held(question, prepared.package_state(), "case", frozenset())]
    assert prepared.find(cases.ask(candidate="BRA", as_of=question.as_of.isoformat()), None)
    assert seen == ["case"]


def test_data_that_changed_or_own_figures_are_never_answered_from_what_is_kept(
    monkeypatch, tmp_path
):
    question = cases.ask(**ASKED)
    prepared._last[:] = [prepared._Held(question, prepared.package_state(), "case", frozenset())]
    assert prepared.find(question, tmp_path) is None
    monkeypatch.setattr(prepared, "package_state", lambda: ("changed",))
    assert prepared.find(question, None) is None


def test_a_case_with_own_figures_is_not_kept(tmp_path):
    def assess():
        raise AssertionError("nothing should be assessed")

    prepared.hold(cases.ask(**ASKED), tmp_path, assess)
    assert prepared._last == []
