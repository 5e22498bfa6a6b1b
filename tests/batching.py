"""Batches of three small reports, and the processes below one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from reporting import Project
from third_pillar.cli.main import main

CANDIDATES = ["IND", "BRA", "AUS"]


@pytest.fixture
def matrix(project: Project, tmp_path: Path) -> Path:
    """Three small reports."""
    project.cells("import time; time.sleep(0.02)", "time.sleep(0.02)")
    path = tmp_path / "three.yml"
    path.write_text(yaml.safe_dump({"title": "Three", "grid": {"candidate": CANDIDATES}}))
    return path


def batch(matrix: Path, *options: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    """Exit code and what `pillar batch --json` says."""
    capsys.readouterr()
    code = main(["batch", str(matrix), "--json", "--quiet", *options])
    return code, json.loads(capsys.readouterr().out)


def descendants(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        found = [int(child) for child in listed.read_text().split()]
    except OSError:
        return []
    return [*found, *(deeper for child in found for deeper in descendants(child))]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
