"""Notebooks are thin, stripped and narrative first, so that anyone can read and run them.

The rhythm held here: the opening (up to the first heading in prose) holds the parameters, the
loading and the answer, cell after cell. After it at most two code cells follow each other: a
figure and then its text. Only the closing (what follows the last heading) may be longer: sources,
stamp and record show themselves without prose between them.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest

from third_pillar import briefing
from third_pillar.vocabulary.parameters import ReportParameters

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("**/*.ipynb"))
LONGEST_CELL = 12
MOST_CELLS = 25
LOGIC = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.If,
    ast.IfExp,
    ast.Try,
    ast.With,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Global,
    ast.Delete,
    ast.Raise,
    ast.Assert,
    ast.BinOp,
    ast.Compare,
)

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def code(path: Path) -> list[Any]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def tags(cell: Any) -> list[str]:
    found: list[str] = cell.metadata.get("tags", [])
    return found


def parameters(path: Path) -> Any:
    (cell,) = [cell for cell in code(path) if "parameters" in tags(cell)]
    return cell


def headings(path: Path) -> list[str]:
    prose = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    return [line for text in prose for line in text.splitlines() if line.startswith("#")]


def test_there_are_notebooks_to_hold(path: Path):
    """The folder is found, and the briefing is in it."""
    assert path.is_file()
    assert FOLDER / "90_briefing.ipynb" in NOTEBOOKS


def test_it_is_a_valid_notebook_whose_cells_have_names(path: Path):
    """Format 4.5 with an id a cell, each once: a diff shows the cell that changed."""
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", name) for name in ids)


def test_it_runs_in_any_python(path: Path):
    """The kernel is python3 without a version of its own."""
    metadata = read(path).metadata
    assert metadata.kernelspec.name == "python3"
    assert metadata.kernelspec.language == "python"
    assert "version" not in metadata.get("language_info", {})


def test_it_is_stripped(path: Path):
    """No output, no count, no trace of a run or of an editor."""
    notebook = read(path)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags"}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_it_holds_no_logic(path: Path):
    """No function, loop, branch, arithmetic or comprehension: logic is in the package."""
    for cell in code(path):
        found = [type(node).__name__ for node in ast.walk(ast.parse(cell.source))
                 if isinstance(node, LOGIC)]  # fmt: skip
        assert not found, (cell.id, found)


def test_it_imports_the_package_by_name_and_little_else(path: Path):
    """One import of the package, none with a star; no magic, no shell, no path, no colour."""
    for cell in code(path):
        tree = ast.parse(cell.source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert all(name.name.split(".")[0] == "third_pillar" for name in node.names)
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] == "third_pillar"
                assert all(name.name != "*" for name in node.names)
        assert not re.search(r"^\s*[%!]|sys\.path|#[0-9a-fA-F]{6}\b", cell.source, re.MULTILINE)
        assert not re.search(r"[\"'][^\"']*/[^\"' ]*\.\w+[\"']", cell.source)


def test_cells_are_short_and_few(path: Path):
    """At most 12 lines a cell and 25 code cells that show something."""
    assert all(len(cell.source.splitlines()) <= LONGEST_CELL for cell in code(path))
    shown = [cell for cell in code(path) if not {"remove-cell", "parameters"} & set(tags(cell))]
    assert len(shown) <= MOST_CELLS


def test_one_cell_shows_one_thing(path: Path):
    """A cell that shows something is one call to the package."""
    for cell in code(path):
        if {"remove-cell", "parameters"} & set(tags(cell)):
            continue
        (statement,) = ast.parse(cell.source).body
        assert isinstance(statement, ast.Expr), cell.id
        assert isinstance(statement.value, ast.Call), cell.id


def test_tags_are_those_the_export_knows(path: Path):
    """A misspelt tag would show what should be hidden."""
    known = {"parameters", "remove-cell", "remove-input", "appendix"}
    assert {tag for cell in read(path).cells for tag in tags(cell)} <= known


def test_prose_and_code_alternate(path: Path):
    """After the opening and before the closing: at most a figure and its text in a row."""
    kinds = [cell.cell_type for cell in read(path).cells]
    runs = [(kind, len(list(group))) for kind, group in groupby(kinds)]
    within = runs[1:-1] if kinds[0] == kinds[-1] == "code" else runs
    assert all(length <= 2 for kind, length in within if kind == "code")
    assert all(length == 1 for kind, length in runs if kind == "markdown")


def test_a_figure_stands_before_its_text(path: Path):
    """In a pair of code cells the reader sees first and reads then."""
    sources = [(cell.cell_type, cell.source) for cell in read(path).cells]
    for (first, said), (second, then) in pairwise(sources):
        assert not (first == second == "code" and ".show_" in then), (said, then)


def test_headings_lead_through_the_report(path: Path):
    """Sections are headed in prose, each once, one level, in words, without a stop."""
    found = headings(path)
    assert found
    assert len(found) == len(set(found))
    assert all(re.fullmatch(r"## [A-Z][^.:]*", heading) for heading in found)


def test_prose_is_whole_sentences_without_numbers(path: Path):
    """What depends on the data is generated; prose written by hand says what to look for."""
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            for line in filter(None, cell.source.splitlines()):
                if not line.startswith("#"):
                    assert line[0].isupper()
                    assert line.rstrip().endswith((".", ":", "?"))
                    assert not re.search(r"\d", line)


def test_the_answer_comes_before_the_first_figure(path: Path):
    """Title, bottom line and judgements stand before anything is drawn."""
    calls = [cell.source for cell in code(path)]
    answer = next(n for n, source in enumerate(calls) if re.search(r"compose_\w*headline", source))
    figure = next(n for n, source in enumerate(calls) if ".show_" in source)
    assert answer < figure


def parts(path: Path) -> list[str]:
    return re.findall(r"briefing\.(\w+)\(", "\n".join(cell.source for cell in code(path)))


def test_no_part_stands_twice_in_a_report(path: Path):
    """Each part is one the package offers, shown once; case and record frame it."""
    called = parts(path)
    assert len(called) == len(set(called))
    assert {"open_case", "record"} <= set(called) <= set(briefing.__all__)


def test_every_part_of_the_package_is_in_a_report(path: Path):
    """What the package can compose is in some notebook: nothing is written for nobody."""
    assert path in NOTEBOOKS
    assert {part for notebook in NOTEBOOKS for part in parts(notebook)} == set(briefing.__all__)


def test_the_parameters_come_first_and_are_the_contract(path: Path):
    """Names, order, types, defaults and meaning as the contract of a report says."""
    cell = parameters(path)
    assert code(path)[0] == cell
    fields = ReportParameters.model_fields
    told = {
        statement.target.id: (statement.annotation.id, ast.literal_eval(statement.value))
        for statement in ast.parse(cell.source).body
    }
    assert list(told) == list(fields)
    for name, (kind, default) in told.items():
        assert default == fields[name].default
        assert kind == type(default).__name__


def test_every_parameter_is_explained_beside_it(path: Path):
    """The comment is the start of the contract's own description; papermill shows it as help."""
    cell = parameters(path)
    said = {
        token.start[0]: token.string.removeprefix("# ")
        for token in tokenize.generate_tokens(io.StringIO(cell.source).readline)
        if token.type == tokenize.COMMENT
    }
    fields = ReportParameters.model_fields
    assert len(said) == len(fields)
    for field, comment in zip(fields.values(), said.values(), strict=True):
        assert comment
        assert str(field.description).startswith(comment)


def test_every_parameter_reaches_the_case(path: Path):
    """No parameter is taken and then ignored."""
    (call,) = [
        node
        for cell in code(path)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "open_case"
    ]
    passed = {
        keyword.arg: keyword.value.id
        for keyword in call.keywords
        if isinstance(keyword.value, ast.Name)
    }
    assert passed == {name: name for name in ReportParameters.model_fields}
