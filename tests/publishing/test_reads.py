"""Promises about what makes a report anew: what it read, its code, its notebook; nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reporting import Project
from third_pillar.publishing.report import publish_report
from toy import set_cell, write

pytestmark = pytest.mark.slow

READ = (
    "import datetime as dt\n"
    "from third_pillar import evidence\n"
    "known = evidence.load_evidence(dt.date.fromisoformat(as_of), scenario=scenario)\n"
    "article_read = evidence.load_article(article)\n"
    "specifications = evidence.load_specifications()\n"
    "rows = len(known.table('projects'))"
)


def unchanged() -> bool:
    outcome = publish_report()
    assert outcome.status in {"published", "unchanged"}, outcome.message
    return outcome.status == "unchanged"


def test_only_what_was_read_makes_a_report_anew(project: Project) -> None:
    """Tables not looked up may change; those that were, and what decides which rows count, not."""
    project.cells(READ)
    root = project.root
    take_specifications(root, "breadth.yml")
    assert not unchanged()
    assert unchanged()

    set_cell(root, "curated/mine_production.csv", "MP-IND-2024", "note", "not read by this one")
    assert unchanged(), "a note in a table that was not read"
    write(root / "data/CHANGELOG.md", "nothing a report rests on")
    assert unchanged(), "prose beside the data"
    scenario = root / "data/scenarios/late.yml"
    write(scenario, scenario.read_text(encoding="utf-8").replace("Late", "Later"))
    assert unchanged(), "another scenario"

    set_cell(root, "curated/mine_production.csv", "MP-IND-2024", "known_from", "2025-02-02")
    assert not unchanged(), "since when a row is known, in whatever table"
    project_id = first_key(root / "data/curated/projects.csv")
    set_cell(root, "curated/projects.csv", project_id, "note", "seen again")
    assert not unchanged(), "a table that was read"
    used = root / "data/scenarios/baseline.yml"
    write(used, used.read_text(encoding="utf-8") + "# a word\n")
    assert not unchanged(), "the scenario of the question"
    take_specifications(root, "market.yml")
    assert not unchanged(), "a new file of specifications"
    notes = next((root / "data/claims").glob("*/tests.yml"))
    write(notes, notes.read_text(encoding="utf-8") + "# a word\n")
    assert not unchanged(), "the ledger of the article"
    write(root / "requirements.lock", "pandas==0\n")
    assert not unchanged(), "the lock"
    project.cells(READ, "1 + 1")
    assert not unchanged(), "the notebook"
    assert unchanged()


def take_specifications(root: Path, name: str) -> None:
    real = Path(__file__).parents[2] / "data" / "specifications" / name
    write(root / "data/specifications" / name, real.read_text(encoding="utf-8"))


def first_key(table: Path) -> str:
    return table.read_text(encoding="utf-8-sig").splitlines()[1].split(",")[0]


@pytest.mark.parametrize("engine", ["pillar", "kernel"])
def test_a_file_that_a_cell_opens_itself_counts(project: Project, engine: str) -> None:
    """By pandas, by open, before anything of the kit was imported, in a sub-folder or beside."""
    folder = project.root / "data"
    write(folder / "drafts/own.csv", "a\n1\n")
    project.cells(
        f"text = open({str(folder / 'drafts/own.csv')!r}).read()",
        f"import pandas as pd\nframe = pd.read_csv({str(folder / 'codelists/units.csv')!r})",
    )
    outcome = publish_report(engine=engine)
    manifest = json.loads(outcome.manifest.read_text(encoding="utf-8"))
    assert {"drafts/own.csv", "codelists/units.csv"} <= set(manifest["reads"])
    assert "curated/projects.csv" not in manifest["reads"]
    assert unchanged()
    write(folder / "drafts/own.csv", "a\n2\n")
    assert not unchanged()


def test_a_record_that_was_lost_stands_for_the_whole_package(project: Project) -> None:
    """A cell that takes away the record makes the report depend on everything."""
    project.cells("import os, pathlib\npathlib.Path(os.environ['PILLAR_READS']).unlink()")
    outcome = publish_report()
    assert list(json.loads(outcome.manifest.read_text(encoding="utf-8"))["reads"]) == ["*"]
    set_cell(project.root, "curated/mine_production.csv", "MP-IND-2024", "note", "seen again")
    assert not unchanged()
