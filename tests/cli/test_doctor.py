"""Promises about `pillar doctor`: what is wrong is named, what is only missing does not fail."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import pytest

from reporting import Project
from third_pillar.cli import doctor
from third_pillar.cli.main import main
from toy import set_cell, write


def examine(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, object]]]:
    code = main(["doctor", "--json"])
    answer = json.loads(capsys.readouterr().out)
    return code, {check["name"]: check for check in answer["checks"]}


def test_a_good_machine_passes_without_npm_and_chromium(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are only missing: reports work without them."""
    pandas = importlib.metadata.version("pandas")
    write(project.root / "requirements.lock", f"pandas=={pandas} \\\n    --hash=sha256:0\n")
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)
    monkeypatch.setattr(doctor.Path, "home", lambda: project.root)
    code, checks = examine(capsys)
    assert code == 0
    assert not checks["node"]["is_good"]
    assert not checks["chromium"]["is_good"]
    assert checks["lock"]["is_good"]


def test_what_is_wrong_sets_the_exit_code(
    project: Project,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Faulty data 3, an archive that takes no file 4, another version than locked 1."""
    write(project.root / "requirements.lock", "pandas==0.1\n")
    code, checks = examine(capsys)
    assert (code, "pandas" in str(checks["lock"]["said"])) == (1, True)
    version = importlib.metadata.version("pandas")
    write(project.root / "requirements.lock", f"pandas=={version}\n")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PILLAR_REPORTS", str(tmp_path / "file"))
    assert examine(capsys)[0] == 4
    set_cell(project.root, "curated/mine_production.csv", "MP-IND-2024", "value", "-5")
    assert examine(capsys)[0] == 3


def test_a_package_of_another_system_is_rightly_absent() -> None:
    """A condition in the lock excuses a package that is not installed; nothing else does."""
    lock = (
        "# comment\nnone-such==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:0\n"
        "missing-one==2.0 \\\n    --hash=sha256:0\n"
    )
    assert doctor.differences_from_lock(lock) == ["missing-one is not installed, locked 2.0"]
