"""From a file on disk to a verdict: a row changed in a copy of the package."""

from __future__ import annotations

import csv
import shutil

import pytest

from third_pillar.assessment.case import assess
from third_pillar.evidence import project_root
from toy import set_cell


@pytest.fixture
def copied_project(tmp_path, monkeypatch):
    """The project's data and profiles in a folder of your own, which PILLAR_ROOT names."""
    root = project_root()
    copy = tmp_path / "project"
    shutil.copytree(root / "data", copy / "data")
    shutil.copytree(root / "reports" / "profiles", copy / "reports" / "profiles")
    monkeypatch.setenv("PILLAR_ROOT", str(copy))
    return copy


def test_one_row_changes_the_claims_that_rest_on_it_and_no_other(copied_project, india):
    """With twelve times the oxide, India's scheme is fed: C32 and C33 turn, 41 claims stay."""
    set_cell(
        copied_project, "curated/separation_capacity.csv", "SEP-IND-NDPR-2025", "value", "6000"
    )
    changed = assess(draws=500)
    before, after = ({n: v.verdict for n, v in c.settled.items()} for c in (india, changed))
    assert {name for name in before if before[name] != after[name]} == {"C32", "C33"}
    assert (before["C32"], after["C32"]) == ("contradicted", "supported")
    assert (before["C33"], after["C33"]) == ("contradicted", "supported")
    untouched = set(before) - {"C32", "C33"}
    assert all(changed.settled[name] == india.settled[name] for name in untouched)
    assert {name for name in india.metrics if india.metrics[name] != changed.metrics[name]} == {
        "oxide_balance(SEP-IND-NDPR-2025, MAG-IND-REPM)",
        "oxide_coverage(SEP-IND-NDPR-2025, MAG-IND-REPM)",
    }
    stamps = {case.results.evidence.release.sha256 for case in (india, changed)}
    assert len(stamps) == 2


def test_the_row_this_is_about_is_the_one_on_file():
    """The promise above starts from 500 t as published."""
    with (project_root() / "data/curated/separation_capacity.csv").open(encoding="utf-8") as file:
        rows = {row["figure_id"]: row for row in csv.DictReader(file)}
    assert rows["SEP-IND-NDPR-2025"]["value"] == "500"
