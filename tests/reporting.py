"""Fixtures of a whole small project: data, a profile, a notebook and an archive of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from small_notebook import export_plainly, findings_dict, write_notebook
from third_pillar import evidence
from third_pillar.execution import run as execution_run
from third_pillar.publishing import report
from third_pillar.vocabulary.findings import Findings
from toy import write, write_toy_package

PROFILE = "title: A small question\nnotebook: notebooks/small.ipynb\ntimeout_seconds: 60\n"


class Project:
    """A project in a temporary folder.

    Attributes:
        root: Its folder.
        archive: Where its reports go.
        kernels: Parameters of every run that was started.
    """

    def __init__(self, root: Path, archive: Path) -> None:
        self.root = root
        self.archive = archive
        self.kernels: list[dict[str, Any]] = []

    @property
    def lineage(self) -> Path:
        """Folder of the default lineage."""
        return self.archive / "full" / "IND" / "newsx-2025-11-07" / "en"

    @property
    def latest(self) -> Path:
        """The link that leads to its newest run."""
        return self.archive / "latest"

    def cells(self, *sources: str, states_findings: bool = True) -> None:
        """Give the notebook these cells."""
        path = self.root / "notebooks" / "small.ipynb"
        write_notebook(path, *sources, states_findings=states_findings)

    def snapshot(self) -> dict[str, bytes]:
        """Every published file, and where every `latest` leads."""
        return {
            path.relative_to(self.archive).as_posix(): (
                str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
            )
            for path in sorted(self.archive.rglob("*"))
            if "failed" not in path.parts and (path.is_symlink() or path.is_file())
        }


@pytest.fixture(scope="session")
def validated_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose data were validated once, so that copies need not be."""
    root = write_toy_package(tmp_path_factory.mktemp("validated") / "project")
    write(root / "reports/profiles/full.yml", PROFILE)
    write_notebook(root / "notebooks/small.ipynb")
    evidence.check_package(root)
    return root


@pytest.fixture
def project(validated_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project of the test's own, in whose place every command acts."""
    root = tmp_path / "project"
    shutil.copytree(validated_project, root)
    reports = tmp_path / "reports"
    monkeypatch.setenv("PILLAR_ROOT", str(root))
    monkeypatch.setenv("PILLAR_REPORTS", str(reports))
    monkeypatch.setattr(report, "_load_exporter", lambda: export_plainly)
    return Project(root, reports / "archive")


@pytest.fixture
def no_kernel(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project, with a run that succeeds at once in place of a kernel."""

    def run_at_once(path: Path, *, parameters: Any, workdir: Path, **_: Any) -> Any:
        project.kernels.append(dict(parameters))
        shutil.copy(path, workdir / execution_run.NOTEBOOK)
        (workdir / execution_run.LOG).write_text("ran\n")
        return execution_run.ExecutedRun(
            notebook=nbformat.read(path, as_version=4),
            cells_executed=3,
            seconds=0.0,
            findings=Findings.model_validate(findings_dict(**parameters)),
            log=workdir / execution_run.LOG,
        )

    monkeypatch.setattr(execution_run, "run_notebook", run_at_once)
    return project
