"""Every notebook runs with the tools its readers have, and says the same in all of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from third_pillar.evidence import load_parameter_choices
from third_pillar.execution.checks import FINDINGS_MIME
from third_pillar.execution.question import notebook_parameters
from third_pillar.execution.run import ExecutedRun, run_notebook
from third_pillar.vocabulary.findings import Findings
from third_pillar.vocabulary.parameters import check_parameters

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("**/*.ipynb"))
TOOLS = Path(sys.executable).parent
DRAWS = 500
PATIENCE = 120


class Runs:
    """One notebook, run three ways with the same parameters.

    Attributes:
        kit: By the kit's own run.
        papermill: By `papermill`, from the project's folder, with the date left to its default.
        jupyter: By `jupyter execute`, on a copy in a folder that knows nothing of the project.
        original: Text of the notebook before, and after, all runs.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        before = path.read_text(encoding="utf-8")
        by_papermill, by_jupyter = folder / "papermill.ipynb", folder / "elsewhere" / path.name
        by_jupyter.parent.mkdir()
        given = _parameters()
        _copy_with(path, by_jupyter, draws=DRAWS, as_of=given["as_of"])
        commands = [
            ([TOOLS / "papermill", path, by_papermill, "-p", "draws", str(DRAWS)], ROOT),
            ([TOOLS / "jupyter", "execute", "--inplace", by_jupyter.name], by_jupyter.parent),
        ]
        started = [_start(command, cwd) for command, cwd in commands]
        workdir = folder / "kit"
        workdir.mkdir()
        try:
            self.kit: ExecutedRun = run_notebook(
                path, parameters=given, workdir=workdir, timeout=PATIENCE
            )
        finally:
            said = [process.communicate(timeout=PATIENCE)[0] for process in started]
        for process, text in zip(started, said, strict=True):
            assert process.returncode == 0, text[-3000:]
        self.papermill = nbformat.read(by_papermill, as_version=4)
        self.jupyter = nbformat.read(by_jupyter, as_version=4)
        self.original = (before, path.read_text(encoding="utf-8"))


def _copy_with(path: Path, copy: Path, **changed: object) -> None:
    """`jupyter execute` takes no parameters: they are changed in the cell, as a reader would."""
    notebook = nbformat.read(path, as_version=4)
    cell = next(c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    for name, value in changed.items():
        pattern = rf"^({name}: \w+ = )[^#]*?(  #)"
        cell.source, count = re.subn(
            pattern,
            lambda found, v=value: f"{found[1]}{v!r}{found[2]}",
            cell.source,
            flags=re.MULTILINE,
        )
        assert count == 1, name
    nbformat.write(notebook, copy)


def _start(command: list[Any], cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _parameters() -> dict[str, Any]:
    """What the kit gives a notebook: every parameter, the date resolved."""
    return notebook_parameters(check_parameters({"draws": DRAWS}, choices=load_parameter_choices()))


def findings(notebook: Any) -> str:
    """The one findings record a run notebook states; a saved notebook has sorted its keys."""
    (record,) = [
        output.data[FINDINGS_MIME]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if FINDINGS_MIME in output.get("data", {})
    ]
    return as_text(Findings.model_validate(record))


def as_text(record: Findings) -> str:
    return json.dumps(record.model_dump(mode="json"), sort_keys=True, indent=1)


def shown(notebook: Any) -> list[Any]:
    """What the cells show, prose and figures, in order."""
    return [
        output.data
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(request.param, tmp_path_factory.mktemp("runs"))


def test_every_way_of_running_finds_the_same(runs: Runs):
    """papermill, Jupyter and the kit state the same findings, to the byte."""
    kit = findings(runs.kit.notebook)
    assert as_text(runs.kit.findings) == kit
    assert findings(runs.papermill) == kit
    assert findings(runs.jupyter) == kit


def test_every_way_of_running_shows_the_same(runs: Runs):
    """The reader of the notebook in Jupyter reads the report; only the stamp may name the date."""
    kit = shown(runs.kit.notebook)
    assert len(kit) > 10
    assert shown(runs.jupyter) == kit
    stamp = "How to reproduce"
    assert [part for part in shown(runs.papermill) if stamp not in part.get("text/html", "")] == [
        part for part in kit if stamp not in part.get("text/html", "")
    ]


def test_no_cell_complains(runs: Runs):
    """Nothing is printed, warned of or raised beside what the cells show."""
    for notebook in (runs.papermill, runs.jupyter, runs.kit.notebook):
        kinds = {
            output.output_type for cell in notebook.cells for output in cell.get("outputs", [])
        }
        assert kinds <= {"execute_result", "display_data"}


def test_a_run_leaves_the_notebook_as_it_was(runs: Runs):
    """Running is not editing."""
    before, after = runs.original
    assert before == after


def test_a_run_takes_less_than_a_minute(runs: Runs):
    """A reader can wait for it."""
    assert runs.kit.seconds < 60


def test_a_parameter_given_is_the_parameter_stated(runs: Runs):
    """The record says what was asked, with the date resolved."""
    stated = runs.kit.findings.parameters
    assert stated["draws"] == DRAWS
    assert stated["as_of"] == runs.kit.findings.data.as_of
