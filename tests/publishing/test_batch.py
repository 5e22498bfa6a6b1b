"""Promises about batches: what is missing is made, what stands is served, and all is on record."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from batching import CANDIDATES, batch, matrix
from reporting import Project
from third_pillar.cli.main import main
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.locks import hold_lock
from toy import TABLES, write

pytestmark = pytest.mark.slow

__all__ = ["matrix"]


def test_a_batch_makes_what_is_missing_serves_the_rest_and_leaves_a_page(
    project: Project, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dry run, first run, second run; summary, table and page agree and lead to the reports."""
    plan = batch(matrix, "--dry-run", capsys=capsys)
    assert (plan[0], plan[1]["counts"]["missing"]) == (0, 3)
    assert not project.archive.exists()
    code, said = batch(matrix, "--workers", "2", capsys=capsys)
    assert (code, said["status"], said["counts"]["published"]) == (0, "done", 3), said
    folder = Path(said["index"]).parent
    page = BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert "3 reports: 3 made. Ended " in page.get_text()
    assert [cell.get_text() for cell in page.select("td.published")] == ["made, draft"] * 3
    links = [str(link["href"]) for link in page.select("td a, th a")]
    assert len(links) == 3
    assert all((folder / link).is_file() and not Path(link).is_absolute() for link in links)
    rows = list(csv.DictReader((folder / "summary.csv").read_text("utf-8").splitlines()))
    assert [row["label"] for row in rows] == CANDIDATES
    again = batch(matrix, capsys=capsys)
    assert (again[0], again[1]["counts"]["unchanged"]) == (0, 3)
    assert Archive().verify() == []
    for report in said["reports"]:
        findings = json.loads(Path(report["findings"]).read_text(encoding="utf-8"))
        assert findings["parameters"]["candidate"] == report["label"]


def test_latest_leads_to_the_plain_question_and_not_to_whichever_variant_ended_last(
    project: Project, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the variants stand after it, and where all are served in another order."""
    asked = {"title": "Variants", "grid": {"seed": [1, 20251107, 2], "horizon": [2030, 2031]}}
    matrix.write_text(yaml.safe_dump(asked))
    for options in (("--workers", "2"), ()):
        code, said = batch(matrix, *options, capsys=capsys)
        assert code == 0, said
        label = "horizon 2030, seed 20251107"
        plain = next(one for one in said["reports"] if one["label"] == label)
        latest = (project.archive / "latest" / "report.html").resolve()
        assert latest == Path(plain["html"]).resolve()
    variants = {"title": "Variants", "grid": {"seed": [5, 6, 7]}}
    matrix.write_text(yaml.safe_dump(variants))
    code, said = batch(matrix, "--workers", "2", capsys=capsys)
    assert (project.archive / "latest" / "report.html").resolve() == Path(
        said["reports"][0]["html"]
    ).resolve()


FAILS_FOR_BRAZIL = "assert candidate != 'BRA', '=cmd|evil'"


def test_one_failure_is_a_partial_failure(
    project: Project, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keep going: the others are made; fail fast: what comes after is not; exit code 1 for both."""
    project.cells(FAILS_FOR_BRAZIL)
    code, said = batch(matrix, "--workers", "1", "--fail-fast", capsys=capsys)
    assert code == 1
    assert [report["status"] for report in said["reports"]] == ["published", "failed", "missing"]
    code, said = batch(matrix, "--workers", "1", capsys=capsys)
    assert code == 1
    assert [report["status"] for report in said["reports"]] == ["unchanged", "failed", "published"]
    assert said["reports"][1]["error"]["kind"] == "AssertionError"
    log = Path(said["reports"][1]["kept"], "run.log")
    assert log.is_file()
    assert Archive().verify() == []
    page = BeautifulSoup(Path(said["index"]).read_text(encoding="utf-8"), "html.parser")
    (link,) = page.select("td a")
    assert (Path(said["index"]).parent / str(link["href"])).resolve() == log.resolve()
    assert "Traceback" not in page.get_text()
    capsys.readouterr()
    assert main(["batch", str(matrix), "--quiet", "--workers", "1"]) == 1
    told = capsys.readouterr().err
    assert "pillar: BRA: the notebook stopped" in told
    assert "Log: " in told
    assert "Traceback" not in told


def test_two_processes_never_run_one_batch_and_the_second_leaves_the_first_s_summary(
    project: Project, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that cannot be resumed leaves what the last batch of that name has said."""
    project.cells("one = 1")
    code, said = batch(matrix, "--workers", "1", capsys=capsys)
    assert code == 0
    folder = Path(said["index"]).parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with hold_lock(folder / ".lock"):
        assert main(["batch", str(matrix), "--quiet", "--force"]) == 2
    assert "'three' is being run by another process" in capsys.readouterr().err
    matrix.write_text(yaml.safe_dump({"title": "Other", "grid": {"candidate": ["IND"]}}))
    assert main(["batch", str(matrix), "--quiet", "--resume"]) == 2
    assert "no batch of 'three' with these questions" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_where_nothing_can_be_forked_reports_are_made_one_by_one(
    project: Project,
    matrix: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same statuses, the same findings as a warm process would give."""
    project.cells(FAILS_FOR_BRAZIL)
    monkeypatch.delattr(os, "fork")
    monkeypatch.setattr("third_pillar.execution.process.can_fork", lambda: False)
    code, said = batch(matrix, capsys=capsys)
    assert code == 1
    assert [report["status"] for report in said["reports"]] == ["published", "failed", "published"]
    assert Archive().verify() == []


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--workers", "0"], "1 to 256"),
        (["--local-cluster", "0"], "1 to 256"),
        (["--timeout", "0"], "above 0"),
        (["--engine", "pilar"], "Did you mean 'pillar'"),
        (["--cluster", "tcp://h:1", "--local-cluster", "1"], "one of the two"),
        (["--resume"], "no batch"),
    ],
)
def test_a_wrong_option_runs_nothing(
    matrix: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and what would be right."""
    assert main(["batch", str(matrix), "--quiet", *options]) == 2
    assert said in capsys.readouterr().err


def test_without_dask_the_way_out_is_said(
    matrix: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The extra's name, and what works without it."""
    monkeypatch.setattr("third_pillar.execution.cluster.importlib.util.find_spec", lambda _: None)
    assert main(["batch", str(matrix), "--quiet", "--local-cluster", "1"]) == 1
    assert "third-pillar[cluster]" in capsys.readouterr().err


def test_a_batch_carries_own_figures_as_a_report_does(
    project: Project, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused unasked, before anything is run; left out; used, and then another report."""
    row = (
        "P-OWN,Own mine,Own Ltd,magnet,IND,IND,ndfeb,700,,,t_ndfeb,building,2027,year,,,,"
        "2025-11-01,TOY-A,,,"
    )
    own = project.root / "data/overlay/curated/projects.csv"
    write(own, f"{TABLES['curated/projects.csv'][0]}\n{row}\n")
    assert main(["batch", str(matrix), "--quiet"]) == 2
    said = capsys.readouterr().err
    assert "--allow-overlay" in said
    assert "--without-overlay" in said
    assert not (project.archive.parent / "batches").exists()
    both = ["--allow-overlay", "--without-overlay"]
    assert main(["batch", str(matrix), *both]) == 2
    assert "exclude each other" in capsys.readouterr().err
    code, said = batch(matrix, "--without-overlay", "--workers", "1", capsys=capsys)
    assert (code, said["counts"]["published"]) == (0, 3), said
    plan = batch(matrix, "--without-overlay", "--dry-run", capsys=capsys)
    assert plan[1]["counts"]["unchanged"] == 3
    with pytest.raises(AssertionError):
        assert batch(matrix, "--allow-overlay", "--resume", capsys=capsys)[0] == 0
    code, said = batch(matrix, "--allow-overlay", "--workers", "1", capsys=capsys)
    # the small notebook opens no case and cannot use them: that is said, nothing is passed off
    assert code == 1
    assert {report["error"]["kind"] for report in said["reports"]} == {"ReportFailed"}
    assert "do not use the own figures asked for" in said["reports"][0]["error"]["message"]
