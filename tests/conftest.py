"""Fixtures every folder of tests may use: a toy data package, written in code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from third_pillar.evidence import check_package
from toy import write_toy_package


@pytest.fixture(scope="session")
def checked_toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One toy project a session, checked once; not to be changed."""
    root = write_toy_package(tmp_path_factory.mktemp("toy") / "project")
    check_package(root)
    return root


@pytest.fixture
def toy_package(checked_toy: Path, tmp_path: Path) -> Path:
    """Root of a small, complete project of your own, whose data package keeps every rule.

    It remembers that it was checked, as the project does; a changed file is checked again.
    """
    return Path(shutil.copytree(checked_toy, tmp_path / "project"))
