"""Promises about one request for a report: published, unchanged, or failed and nothing lost."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from reporting import Project
from small_notebook import export_plainly
from third_pillar.execution import run as execution_run
from third_pillar.publishing import archive as archive_module
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.report import publish_report
from third_pillar.vocabulary.errors import (
    EvidenceFault,
    ParameterFault,
    ReportFailed,
    StorageFault,
)
from toy import set_cell, write


def test_a_published_run_holds_four_files_and_says_what_it_rests_on(no_kernel: Project) -> None:
    """Report, notebook, findings and manifest; every file listed, nothing of this machine."""
    outcome = publish_report()
    assert outcome.status == "published"
    assert outcome.html is not None
    folder = outcome.html.parent
    assert {path.name for path in folder.iterdir()} == {
        "report.html",
        "notebook.ipynb",
        "findings.json",
        "manifest.json",
    }
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert manifest["run_key"] == outcome.run_key
    assert manifest["as_of"] == "2025-12-01"
    assert manifest["cells"] == outcome.cells_executed == 3
    assert set(manifest["files"]) == {"report.html", "notebook.ipynb", "findings.json"}
    assert manifest["data"]["tables"]["curated/mine_production.csv"]
    assert str(no_kernel.root) not in text
    assert outcome.bottom_line == "No."
    assert folder == no_kernel.lineage / manifest["run_id"]
    assert no_kernel.latest.resolve() == folder


def test_the_same_question_again_runs_nothing_and_writes_nothing(no_kernel: Project) -> None:
    """Its status is "unchanged", with zero cells and the archive as it was."""
    first = publish_report()
    before = no_kernel.snapshot()
    again = publish_report(given={"as_of": "2025-12-01"})
    assert (again.status, again.cells_executed, again.html) == ("unchanged", 0, first.html)
    assert no_kernel.snapshot() == before
    assert len(no_kernel.kernels) == 1


def test_force_runs_again(no_kernel: Project) -> None:
    """And the new run is the latest."""
    first = publish_report()
    second = publish_report(force=True)
    assert second.status == "published"
    assert second.html != first.html
    assert no_kernel.latest.resolve() == second.manifest.parent


def test_data_put_back_lead_back_to_their_report(no_kernel: Project) -> None:
    """`latest` shows the report of the question as it stands, though an older run holds it."""
    first = publish_report()
    row = ("curated/mine_production.csv", "MP-IND-2024", "note")
    path = no_kernel.root / "data" / row[0]
    old = path.read_bytes()
    set_cell(no_kernel.root, *row, "seen again")
    assert publish_report().status == "published"
    path.write_bytes(old)
    assert publish_report().status == "unchanged"
    assert no_kernel.latest.resolve() == first.html.parent


def test_another_candidate_leaves_india_alone(no_kernel: Project) -> None:
    """Lineages are apart."""
    publish_report()
    india = no_kernel.latest.resolve()
    brazil = publish_report(given={"candidate": "BRA"})
    assert brazil.html.is_relative_to(no_kernel.archive / "full/BRA")
    assert no_kernel.latest.resolve() == india


@pytest.mark.usefixtures("no_kernel")
def test_a_damaged_report_is_made_anew() -> None:
    """The key finds it, its hash does not hold: it is not served."""
    first = publish_report()
    first.html.write_text("changed", encoding="utf-8")
    second = publish_report()
    assert second.status == "published"
    assert second.html != first.html


@pytest.mark.parametrize(
    "given",
    [
        {"candidat": "IND"},
        {"candidate": "../../etc"},
        {"candidate": "IND\0"},
        {"article": "../newsx-2025-11-07"},
        {"scenario": '__import__("os").system("touch INJECTED")'},
        {"language": "en\nimport os"},
        {"partners": "quad'"},
        {"profile": "../full"},
        {"horizon": "2030; import os"},
    ],
)
def test_a_wrong_or_hostile_parameter_starts_no_kernel(
    no_kernel: Project, given: dict[str, object]
) -> None:
    """Refused before anything is written: no run, no folder, no code."""
    with pytest.raises(ParameterFault):
        publish_report(given=given)
    assert no_kernel.kernels == []
    assert not no_kernel.archive.exists()


def test_broken_data_start_no_kernel(no_kernel: Project) -> None:
    """Faults in the tables are listed instead."""
    set_cell(no_kernel.root, "curated/mine_production.csv", "MP-IND-2024", "value", "many")
    with pytest.raises(EvidenceFault, match="many"):
        publish_report()
    assert no_kernel.kernels == []


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
@pytest.mark.usefixtures("no_kernel")
def test_a_timeout_is_a_number_of_seconds(seconds: float) -> None:
    """Zero, negative, endless: refused."""
    with pytest.raises(ParameterFault, match="timeout"):
        publish_report(timeout=seconds)


@pytest.mark.parametrize("place", ["file/below", "/proc/pillar"])
def test_a_folder_that_cannot_be_written_starts_no_kernel(
    no_kernel: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The archive is tried before the kernel."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PILLAR_REPORTS", str(tmp_path / place))
    with pytest.raises(StorageFault, match="cannot write"):
        publish_report()
    assert no_kernel.kernels == []


def _fail_export(*_: Any, **__: Any) -> Any:
    raise ReportFailed("figure fig-stages has no text alternative")


def _break_export(*_: Any, **__: Any) -> Any:
    raise KeyError("fig-stages")


@pytest.mark.parametrize(
    ("exporter", "error"), [(_fail_export, "ReportFailed"), (_break_export, "KeyError")]
)
def test_a_failed_export_publishes_nothing_and_is_kept(
    no_kernel: Project, exporter: Any, error: str
) -> None:
    """The last good report stays; log and notebook are kept apart."""
    publish_report()
    before = no_kernel.snapshot()
    outcome = publish_report(force=True, exporter=exporter)
    assert outcome.status == "failed"
    assert (outcome.html, outcome.findings, outcome.manifest) == (None, None, None)
    assert error in outcome.message or outcome.error == error
    assert outcome.kept is not None
    assert {path.name for path in outcome.kept.iterdir()} == {
        "run.log",
        "notebook.ipynb",
        "manifest.json",
    }
    assert str(outcome.kept / "run.log") in outcome.hint
    assert no_kernel.snapshot() == before
    assert Archive().verify() == []


def test_a_disk_that_fills_up_loses_nothing(
    no_kernel: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENOSPC at the last write: said, nothing published, nothing left behind."""
    publish_report()
    before = no_kernel.snapshot()

    def fill(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(archive_module, "sync_files", fill)
    with pytest.raises(StorageFault, match="the disk is full"):
        publish_report(force=True)
    assert no_kernel.snapshot() == before
    assert not [path for path in no_kernel.archive.iterdir() if path.name.startswith(".")]


def test_a_disk_that_fills_up_during_the_run_is_a_storage_fault(
    no_kernel: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing the executed notebook may be what fails."""

    def fill(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "notebook.ipynb")

    monkeypatch.setattr(execution_run, "run_notebook", fill)
    with pytest.raises(StorageFault, match="the disk is full"):
        publish_report()
    assert not no_kernel.latest.exists()


def test_ctrl_c_publishes_nothing_and_leaves_nothing(
    no_kernel: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The half-built run is taken away."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(execution_run, "run_notebook", interrupt)
    with pytest.raises(KeyboardInterrupt):
        publish_report()
    assert list(no_kernel.archive.iterdir()) == []


def test_data_that_change_during_the_run_are_not_published(no_kernel: Project) -> None:
    """A report must rest on what its manifest says."""

    def edit(notebook: Any, **rest: Any) -> Any:
        write(no_kernel.root / "requirements.lock", "pandas==0\n")
        return export_plainly(notebook, **rest)

    outcome = publish_report(exporter=edit)
    assert outcome.status == "failed"
    assert "changed while the report ran" in outcome.message
    assert not no_kernel.latest.exists()


@pytest.mark.usefixtures("no_kernel")
def test_a_failure_that_cannot_be_kept_is_still_the_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report's own failure comes first; that the log is lost comes second."""

    def refuse(*_: object) -> None:
        raise StorageFault("cannot write failed: the disk is full")

    monkeypatch.setattr(Archive, "keep_failure", refuse)
    outcome = publish_report(exporter=_fail_export)
    assert "text alternative" in outcome.message
    assert "could not be kept" in outcome.hint
