"""Promises about `pillar data …`: every figure of a briefing leads to its source and its uses."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess

import pytest

from third_pillar import briefing, evidence
from third_pillar.assessment import case as assessment_case
from third_pillar.cli.main import main
from toy import TABLES, change_table, set_cell, write

_SOURCE = re.compile(r'data-source="([^"]+)"')
PARTS = (
    briefing.compose_headline,
    briefing.compose_judgements,
    briefing.compose_stages,
    briefing.compose_dependence,
)


def call(capsys, *arguments):
    code = main(["data", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture(scope="session")
def india():
    """The default case on few draws, assessed once."""
    return assessment_case.assess(draws=100)


@pytest.fixture
def one_case(india, monkeypatch):
    """Every command gets that case."""
    monkeypatch.setattr(assessment_case, "assess", lambda **_: india)


@pytest.fixture
def toy_project(toy_package, monkeypatch):
    """A toy project in whose place every command acts."""
    monkeypatch.setenv("PILLAR_ROOT", str(toy_package))
    write(toy_package / "data/CHANGELOG.md", "# Changes\n\n## 0.1.0 (2025-12-01)\n\nFirst.\n")
    return toy_package


@pytest.mark.usefixtures("one_case")
def test_ten_figures_of_the_briefing_lead_to_rows_sources_and_methods(india, capsys):
    """Each data-source that a reader can click is an argument of the command."""
    named = [name for part in PARTS for name in _SOURCE.findall(str(part(india).html))]
    figures = list(dict.fromkeys(named))
    assert len(figures) >= 10
    for figure in figures[:: max(1, len(figures) // 12)]:
        code, out, _ = call(capsys, "trace", figure, "--json")
        told = json.loads(out)
        assert (code, told["traced"], told["id"]) == (0, "number", figure)
        assert told["method"].startswith("§")
        assert told["rests_on"], figure
        assert any(ground["table"] for ground in told["rests_on"]), figure
        for source in told["sources"]:
            assert source["title"], figure
            assert source["accessed"], figure
            assert source["reliability"], figure


@pytest.mark.usefixtures("one_case")
def test_a_row_is_told_with_all_an_auditor_asks_for(capsys):
    code, out, _ = call(capsys, "trace", "MINE-IND-2025-MCS2026")
    assert code == 0
    for said in (
        "mine_production:MINE-IND-2025-MCS2026", "t REO", "calendar_year", "estimated",
        "https://pubs.usgs.gov", "read 2026-11-22", "reliability A, credibility 1", "CON-IND-MINE",
        "mine_share(IND, 2025)", "C01",
    ):  # fmt: skip
        assert said in " ".join(out.split()), said


@pytest.mark.usefixtures("one_case")
def test_a_revision_is_told_with_the_edition_in_use_and_the_correction(capsys):
    _, out, _ = call(capsys, "trace", "reserves_resources:RES-BRA-MCS2026", "--json")
    told = json.loads(out)
    assert [(e["value"], e["wins"]) for e in told["editions"]] == [
        ("21000000", False), ("11000000", True),
    ]  # fmt: skip
    assert told["corrections"][0]["published"] == "21000000"
    assert told["used_by"]["metrics"]


def test_without_uses_nothing_is_assessed(monkeypatch, capsys):
    monkeypatch.setattr(assessment_case, "assess", lambda **_: pytest.fail("assessed"))
    code, out, _ = call(capsys, "trace", "separation_recovery", "--no-uses", "--json")
    assert (code, json.loads(out)["used_by"]) == (0, None)


@pytest.mark.usefixtures("one_case")
@pytest.mark.parametrize(
    ("named", "code", "said"),
    [
        ("MINE-IND-2025-MCS2027", 2, "Did you mean"),
        ("nowhere:X", 2, "not a table"),
        ("mine_shar(IND, 2025)", 2, "Did you mean 'mine_share'"),
        ("mine_share(IND", 2, "is not a metric"),
        ("mine_share(IND, 2025, x)", 2, "takes ("),
        ("mine_share(IND, 1900)", 3, "no row for IND in 1900"),
        ("__import__('os')", 2, "is not a metric"),
    ],
)
def test_what_cannot_be_traced_is_answered_with_the_way_out(capsys, named, code, said):
    found, out, err = call(capsys, "trace", named)
    assert (found, out) == (code, "")
    assert said in err
    assert "Traceback" not in err


def test_a_wrong_parameter_is_refused_before_anything_is_assessed(capsys):
    code, _, err = call(capsys, "trace", "mine_share(IND, 2025)", "-p", "candidat=BRA")
    assert (code, "Did you mean 'candidate'" in err) == (2, True)


def test_every_conflict_stands_with_its_readings_and_the_reason(capsys):
    _, out, _ = call(capsys, "conflicts", "--json")
    conflicts = json.loads(out)["conflicts"]
    rows = (evidence.project_root() / "data/curated/conflicts.csv").read_text().splitlines()
    assert len(conflicts) == len(rows) - 1
    assert all(c["chosen"] and c["why"] for c in conflicts)
    assert sum(len(c["readings"]) for c in conflicts) > len(conflicts)
    code, out, _ = call(capsys, "conflicts")
    assert (code, f"{len(conflicts)} conflicts." in out) == (0, True)


def test_what_is_overdue_is_named_and_may_fail_a_script(capsys):
    code, out, _ = call(capsys, "freshness", "--on", "2026-11-22", "--json")
    told = json.loads(out)
    assert (code, "trade_monthly" in told["overdue"]) == (0, True)
    assert call(capsys, "freshness", "--on", "2026-11-22", "--check")[0] == 1
    _, out, _ = call(capsys, "freshness", "--on", "2026-11-22")
    assert re.search(r"^OVERDUE\s+trade_monthly", out, re.MULTILINE)


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "", "2026-11-22T10:00", "22.11.2026"])
def test_a_day_that_is_none_is_refused(capsys, day):
    code, _, err = call(capsys, "freshness", "--on", day)
    assert (code, "YYYY-MM-DD" in err) == (2, True)


def test_gaps_are_ranked_by_a_command_with_progress_on_stderr(capsys, monkeypatch):
    """On one reading and three gaps: the ranking itself has tests of its own."""
    few = tuple(s for s in evidence.load_specifications() if s.reading == "redundancy")
    wanted = {"GAP-JPN-METAL", "GAP-USA-METAL", "GAP-KOR-METAL"}
    whole = evidence.load_evidence(evidence.load_parameter_choices().data_date)
    gaps = tuple(gap for gap in whole.gaps if gap.id in wanted)
    some = dataclasses.replace(whole, gaps=gaps)
    monkeypatch.setattr(evidence, "load_specifications", lambda: few)
    monkeypatch.setattr(evidence, "load_evidence", lambda *_, **__: some)
    code, out, err = call(capsys, "gaps", "--draws", "20", "--json")
    told = json.loads(out)
    assert (code, told["draws"]) == (0, 20)
    assert [(gap["gap_id"], gap["rank"]) for gap in told["gaps"]] == [
        ("GAP-JPN-METAL", 1), ("GAP-USA-METAL", 2), ("GAP-KOR-METAL", None),
    ]  # fmt: skip
    assert "[1/6]" in err
    code, out, _ = call(capsys, "gaps", "--draws", "20", "--all")
    assert re.search(r"^ 1  GAP-JPN-METAL", out, re.MULTILINE)
    assert re.search(r"so no end can be tried:\n  GAP-KOR-METAL", out)


@pytest.mark.parametrize("draws", ["0", "19", "2001", "many", "-5"])
def test_a_number_of_draws_out_of_reach_is_refused(capsys, draws):
    assert call(capsys, "gaps", "--draws", draws)[0] == 2


@pytest.mark.parametrize("page", ["dictionary", "corrections"])
def test_a_page_is_written_then_up_to_date_then_stale(toy_project, capsys, page):
    assert call(capsys, page, "--check")[0] == 1  # not there yet
    assert call(capsys, page)[0] == 0
    assert call(capsys, page, "--check")[0] == 0
    write(toy_project / "data/CHANGELOG.md", "## 0.2.0 (2026-01-01)\n\nMore.\n")
    set_cell(toy_project, "codelists/units.csv", "t_reo", "label", "tonnes of oxide")
    code, _, err = call(capsys, page, "--check")
    assert (code, f"Write it anew with `pillar data {page}`" in err) == (1, True)


def test_a_page_is_not_made_from_data_that_break_a_rule(toy_project, capsys):
    set_cell(toy_project, "curated/projects.csv", "P-USA-MAG", "value", "-1")
    assert call(capsys, "dictionary")[0] == 3


@pytest.fixture
def repository(toy_project):
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", toy_project)
    for step in (("init", "-q"), ("add", "."), ("commit", "-qm", "one")):
        subprocess.run([*git, *step], capture_output=True, check=True)
    return toy_project


def test_the_changelog_says_what_it_lacks_prints_it_and_takes_it(repository, capsys):
    assert call(capsys, "changelog", "--refresh")[0] == 0
    assert call(capsys, "changelog", "--check")[0] == 0
    set_cell(repository, "curated/mine_production.csv", "MP-IND-2024", "note", "revised")
    code, _, err = call(capsys, "changelog", "--check")
    assert (code, "pillar data changelog --write" in err) == (1, True)
    assert json.loads(call(capsys, "changelog", "--check", "--json")[1])["status"] == "failed"
    code, out, _ = call(capsys, "changelog")
    assert (code, "| mine_production | 1 revised |" in out) == (0, True)
    assert call(capsys, "changelog", "--write")[0] == 0
    assert call(capsys, "changelog", "--check")[0] == 0
    assert "Nothing to add" in call(capsys, "changelog")[1]
    assert call(capsys, "changelog", "--check", "--write")[0] == 2
    set_cell(repository, "curated/mine_production.csv", "MP-IND-2024", "note", "again")
    assert call(capsys, "changelog", "--against", "nonsense")[0] == 2


def test_the_diff_reads_as_words_and_as_data(repository, capsys):
    def change(rows):
        rows[0]["value"] = "25000"
        return rows[:-1]

    change_table(repository, "curated/mine_production.csv", change)
    code, out, _ = call(capsys, "diff")
    assert code == 0
    assert "mine_production: 1 row removed, 1 row revised" in out
    assert "value 20,000 → 25,000 t_reo (+5,000, +25.0 %); source TOY-A" in out
    told = json.loads(call(capsys, "diff", "HEAD", ".", "--json")[1])
    assert told["files"][0]["counts"] == {"added": 0, "removed": 1, "revised": 1}
    assert "No difference" in call(capsys, "diff", "HEAD", "HEAD")[1]
    assert "No difference" in call(capsys, "diff", "--table", "projects")[1]
    code, _, err = call(capsys, "diff", "--table", "project")
    assert (code, "Did you mean 'projects'" in err) == (2, True)
    assert call(capsys, "diff", "nonsense")[0] == 2


def test_own_figures_are_listed_checked_and_part_of_validation(toy_project, capsys):
    assert "No own figures" in call(capsys, "overlay")[1]
    assert json.loads(call(capsys, "overlay", "--json")[1])["rows"] == []
    header = TABLES["curated/mine_production.csv"][0]
    row = "MP-IND-2024,IND,3500,,,t_reo,2024,CY2024,calendar_year,reported,Own,2025-11-01,TOY-A,,"
    path = toy_project / "data/overlay/curated/mine_production.csv"
    write(path, f"{header}\n{row}\n{row.replace('MP-IND-2024', 'OWN-1')}\n")
    told = json.loads(call(capsys, "overlay", "--json")[1])
    assert told["faults"] == []
    assert {(r["does"], r["key"]) for r in told["rows"]} == {
        ("replaces", "MP-IND-2024"), ("adds", "OWN-1"),
    }  # fmt: skip
    assert "2 rows of your own" in call(capsys, "validate")[1]
    write(path, f"{header}\n{row.replace('t_reo', 't_ndfeb')}\n")
    code, _, err = call(capsys, "overlay")
    assert (code, "overlay/curated/mine_production.csv" in err) == (3, True)
    code, out, _ = call(capsys, "validate", "--json")
    (fault,) = json.loads(out)["faults"]
    assert (code, fault["table"]) == (3, "overlay/curated/mine_production.csv")


def test_an_own_row_is_traced_with_its_mark(toy_project, capsys):
    header = TABLES["curated/mine_production.csv"][0]
    row = "OWN-1,IND,3500,,,t_reo,2026,CY2026,calendar_year,estimated,Own,2025-11-01,TOY-A,,"
    write(toy_project / "data/overlay/curated/mine_production.csv", f"{header}\n{row}\n")
    code, out, _ = call(capsys, "trace", "OWN-1", "--no-uses")
    assert code == 0
    assert "the reader's own figure" in out
    assert "data/overlay/curated/mine_production.csv, line 2" in out


def test_help_of_every_command_says_what_it_gives(capsys):
    for command in (
        "trace", "conflicts", "freshness", "gaps", "dictionary", "corrections", "changelog",
        "diff", "overlay", "validate",
    ):  # fmt: skip
        code, out, _ = call(capsys, command, "--help")
        assert (code, f"pillar data {command}" in out) == (0, True)
