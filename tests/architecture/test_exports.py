"""Whatever the kit writes for a spreadsheet goes through the one place that guards its cells."""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from third_pillar.evidence.spreadsheet import guard_cell, write_table

PACKAGE = Path(__file__).parents[2] / "analysis" / "third_pillar"
LAYERS = ("cli", "publishing", "execution", "briefing", "figures", "assessment")
WRITERS = {"writer", "DictWriter", "to_csv", "to_excel", "Workbook", "ExcelWriter"}
PREFIXES = ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0@", "＝", "＋", "－", "＠", "\t="]


def _writers(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "attr", None) or getattr(node, "id", None)
            if isinstance(node, ast.Attribute | ast.Name) and name in WRITERS:
                yield f"{path.name}:{node.lineno} {name}"


def test_no_layer_that_exports_writes_tables_by_itself() -> None:
    """Use `evidence.spreadsheet.write_table`: it guards every cell."""
    assert [found for layer in LAYERS for found in _writers(PACKAGE / layer)] == []


def test_the_search_for_writers_would_find_one(tmp_path: Path) -> None:
    (tmp_path / "leaky.py").write_text("import csv\ncsv.writer(file)\nframe.to_excel('x')\n")
    assert len(list(_writers(tmp_path))) == 2


@pytest.mark.parametrize("prefix", PREFIXES)
def test_text_that_a_spreadsheet_would_run_is_text(prefix: str) -> None:
    """In cells and in headings; read back, nothing is lost but the guard before it."""
    evil = f"{prefix}cmd|'/c calc'!A1"
    head, row = csv.reader(io.StringIO(write_table([evil], [[evil]]), newline=""))
    assert head == row == [f"'{evil}"]


@pytest.mark.parametrize("number", [-5, -0.25, 0, 7, 1.5e9, True])
def test_numbers_stay_numbers(number: float) -> None:
    (_, row) = csv.reader(io.StringIO(write_table(["n"], [[number]])))
    assert row == [str(number)]
    assert guard_cell(None) == ""
    assert guard_cell("plain - text = 1") == "plain - text = 1"
