"""A copy of the project's data to change, and a second, synthetic ledger to lay into it."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from third_pillar.assessment.case import Case
from third_pillar.assessment.results import Results

ROOT = Path(__file__).parents[1]
SYNTHETIC = "synthetic-bra-2026"


def copy_project(folder: Path, *, with_synthetic: bool = False) -> Path:
    """A project below `folder` with the data and the profiles of this one."""
    root = folder / "project"
    shutil.copytree(ROOT / "data", root / "data", ignore=shutil.ignore_patterns("cache"))
    shutil.copytree(ROOT / "reports" / "profiles", root / "reports" / "profiles")
    if with_synthetic:
        shutil.copytree(
            ROOT / "tests" / "ledgers" / SYNTHETIC,
            root / "data" / "claims" / SYNTHETIC,
            ignore=shutil.ignore_patterns("*.txt"),
        )
    return root


def set_figure_in_file(root: Path, table: str, row_id: str, **cells: str) -> None:
    """Change cells of the row with this id in a curated table."""
    path = root / "data" / "curated" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    hit = [row for row in rows if next(iter(row.values())) == row_id]
    assert len(hit) == 1, f"{table} has no row {row_id}"
    hit[0].update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def retell(case: Case, *, results: Results | None = None, **parts: object) -> Case:
    """The same case with other results, or had its verdicts, metrics or gaps come out like this."""
    other = Case(case.results if results is None else results)
    kept = {"verdicts": case.verdicts, "metrics": case.metrics, "gaps": case.gaps}
    vars(other).update(kept | parts)
    return other
