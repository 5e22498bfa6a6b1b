"""Promises about own figures in a shared report: never unasked, never unsaid, never mistaken."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from kept import keep
from reporting import no_kernel, project, validated_project
from small_notebook import findings_dict
from third_pillar.cli.main import main
from third_pillar.evidence import find_overlay
from third_pillar.publishing.approval import approve
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.own_figures import check_statement, own_figures_enter
from third_pillar.publishing.own_notices import note_for_figures, note_for_masthead
from third_pillar.publishing.report import publish_report
from third_pillar.publishing.site import publish_site
from third_pillar.vocabulary.errors import EvidenceFault, ParameterFault, ReportFailed
from third_pillar.vocabulary.findings import Findings, OwnFigures
from toy import TABLES, write

__all__ = ["no_kernel", "project", "validated_project"]

LABEL = "Sold under a secret treaty"
ROW = (
    f"P-OWN,{LABEL},Own Ltd,magnet,IND,IND,ndfeb,700,,,t_ndfeb,building,2027,year,,,,2025-11-01,"
    "TOY-A,,,"
)


def own(root, row=ROW):
    write(
        root / "data/overlay/curated/projects.csv", f"{TABLES['curated/projects.csv'][0]}\n{row}\n"
    )
    return find_overlay(root)


def findings(own_figures=None):
    content = findings_dict()
    content["data"] = {**content["data"], "own_figures": own_figures}
    return Findings.model_validate(content)


STATED = {"sha256": "a" * 64, "rows": 3, "tables": {"projects": 3}}


def test_a_report_is_refused_while_there_are_own_figures(no_kernel, capsys):
    """Exit code 2, both ways out named, nothing run, nothing kept."""
    own(no_kernel.root)
    assert main(["report", "--quiet"]) == 2
    said = capsys.readouterr().err
    assert "1 row of your own (projects 1)" in said
    assert "--allow-overlay" in said
    assert "--without-overlay" in said
    assert no_kernel.kernels == []
    assert not no_kernel.archive.exists()


@pytest.mark.usefixtures("no_kernel")
def test_the_two_ways_out_exclude_each_other(capsys):
    assert main(["report", "--allow-overlay", "--without-overlay"]) == 2
    assert "exclude each other" in capsys.readouterr().err


@pytest.mark.usefixtures("no_kernel")
def test_without_own_figures_both_ways_give_the_report_there_always_was():
    plain = publish_report()
    for rule in ("use", "leave_out"):
        assert publish_report(own_figures=rule).run_key == plain.run_key


def test_left_out_own_figures_leave_no_trace(no_kernel):
    plain = publish_report()
    own(no_kernel.root)
    again = publish_report(own_figures="leave_out", force=True)
    assert again.run_key == plain.run_key
    kept = b"".join(no_kernel.snapshot().values())
    assert LABEL.encode() not in kept
    assert b"P-OWN" not in kept


def test_own_figures_that_break_a_rule_stop_before_the_kernel(no_kernel):
    own(no_kernel.root, ROW.replace(",700,", ",many,"))
    with pytest.raises(EvidenceFault, match=r"overlay/curated/projects\.csv"):
        publish_report(own_figures="use")
    assert no_kernel.kernels == []


def test_a_notebook_that_ignores_own_figures_asked_for_is_not_published(no_kernel):
    """The findings must say that they used them, or they did not."""
    own(no_kernel.root)
    outcome = publish_report(own_figures="use")
    assert (outcome.status, "do not use the own figures" in outcome.message) == ("failed", True)
    assert not no_kernel.latest.exists()


def test_own_figures_have_a_run_key_of_their_own(no_kernel):
    plain = publish_report()
    own(no_kernel.root)
    first = publish_report(own_figures="use").run_key
    own(no_kernel.root, ROW.replace(",700,", ",800,"))
    second = publish_report(own_figures="use").run_key
    assert len({plain.run_key, first, second}) == 3


@pytest.mark.parametrize(("rule", "asked"), [("use", "1"), ("leave_out", "0")])
def test_the_kernel_sees_exactly_what_was_asked_for(no_kernel, monkeypatch, rule, asked):
    """Also where the shell says otherwise, and the shell has its own again afterwards."""
    seen = []
    monkeypatch.setenv("PILLAR_OVERLAY", "0" if asked == "1" else "1")
    real = no_kernel.kernels.append
    monkeypatch.setattr(
        no_kernel, "kernels",
        SimpleNamespace(append=lambda p: (seen.append(os.environ["PILLAR_OVERLAY"]), real(p))),
    )  # fmt: skip
    own(no_kernel.root)
    publish_report(own_figures=rule)
    assert seen == [asked]
    assert os.environ["PILLAR_OVERLAY"] == ("0" if asked == "1" else "1")


def test_the_environment_is_cleared_again_also_after_a_failure(monkeypatch):
    monkeypatch.delenv("PILLAR_OVERLAY", raising=False)
    with pytest.raises(KeyError), own_figures_enter(is_wanted=True):
        raise KeyError
    assert "PILLAR_OVERLAY" not in os.environ


def test_findings_must_state_what_was_asked_for():
    check_statement(findings(), expected="absent")
    check_statement(findings(STATED), expected="a" * 64)
    for stated, expected in ((STATED, "absent"), (None, "a" * 64), (STATED, "b" * 64)):
        with pytest.raises(ReportFailed):
            check_statement(findings(stated), expected=expected)


def test_page_one_and_every_figure_say_so_whatever_the_notebook_does():
    bare, told = SimpleNamespace(body="<p>x</p>"), SimpleNamespace(body='<p class="own-figures">')
    assert "3 rows of the reader" in note_for_masthead(findings(STATED), bare)
    assert note_for_masthead(findings(STATED), told) == ""  # the text has said it already
    assert note_for_masthead(findings(), bare) == ""
    assert "own figures" in note_for_figures(findings(STATED))
    assert note_for_figures(findings()) == ""


def test_what_is_stated_holds_no_figure_and_no_name():
    assert set(OwnFigures.model_fields) == {"sha256", "rows", "tables"}


def test_the_refusal_can_be_read_by_a_script(no_kernel, capsys):
    own(no_kernel.root)
    with pytest.raises(ParameterFault) as caught:
        publish_report()
    assert caught.value.exit_code == 2
    assert main(["report", "--json"]) == 2
    assert '"exit_code": 2' in capsys.readouterr().out


def test_a_site_leaves_out_reports_with_own_figures_unless_asked(tmp_path):
    """Also one that somebody approved: whoever builds the site may not know what is in it."""
    archive = Archive(tmp_path / "archive")
    plain = keep(archive, own_figures="absent")
    private = keep(archive, key="b" * 64, own_figures="c" * 64)
    for run in (plain, private):
        approve(archive, run, by="A. Reader", state="published")
    shown = publish_site(archive, tmp_path / "site")
    assert [one.run.run_id for one in shown] == [plain.run_id]
    everything = publish_site(archive, tmp_path / "site", own_figures=True)
    assert {one.run.run_id for one in everything} == {plain.run_id, private.run_id}
