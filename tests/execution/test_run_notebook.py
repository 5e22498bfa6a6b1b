"""Promises about a run with a real kernel: it got to its end, or it says where it stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from small_notebook import DEFAULTS, write_notebook
from third_pillar.execution.checks import FINDINGS_MIME
from third_pillar.execution.kernel import kernel_environment
from third_pillar.execution.progress import CellProgress
from third_pillar.execution.run import LOG, NOTEBOOK, ExecutedRun, RunFailed, run_notebook

pytestmark = pytest.mark.slow


def run(folder: Path, *sources: str, states_findings: bool = True, **options: Any) -> ExecutedRun:
    path = write_notebook(folder / "small.ipynb", *sources, states_findings=states_findings)
    workdir = folder / "work"
    workdir.mkdir()
    given = {**DEFAULTS, "candidate": "BRA"}
    return run_notebook(path, parameters=given, workdir=workdir, timeout=60, **options)


def test_a_good_run_shows_each_cell_in_this_python_and_leaves_no_file(tmp_path: Path) -> None:
    """Progress names every cell; the kernel is the running interpreter, its folder scratch."""
    steps: list[CellProgress] = []
    executed = run(
        tmp_path,
        f"import sys; assert sys.executable == {sys.executable!r}",
        "import os; assert os.path.basename(os.getcwd()) == 'scratch'",
        "import os; assert 'profile_default' not in os.listdir(os.path.expanduser('~'))",
        progress=steps.append,
    )
    assert executed.findings.parameters["candidate"] == "BRA"
    assert executed.cells_executed == 6
    assert [step.number for step in steps] == [1, 2, 3, 4, 5, 6]
    assert steps[-1] == CellProgress(6, 6, "The work")
    log = executed.log.read_text(encoding="utf-8")
    assert "cell 6 of 6: The work" in log
    assert "encryption" not in log


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("prices = {}\nprices['NdPr']", "KeyError"),
        ("import os; os.kill(os.getpid(), 9)", "ProcessEnded"),
        ("import os; os._exit(0)", "ProcessEnded"),
        ("import sys; sys.exit()", "SystemExit"),
    ],
)
@pytest.mark.parametrize("engine", ["pillar", "kernel"])
def test_a_cell_that_does_not_end_well_stops_the_run(
    tmp_path: Path, engine: Any, source: str, error: str
) -> None:
    """The heading, the error and what was kept are said; later cells do not run."""
    with pytest.raises(RunFailed) as caught:
        run(tmp_path, source, "open('later.txt', 'w').close()", engine=engine)
    assert (caught.value.heading, caught.value.error) == ("The work", error)
    assert caught.value.cells_executed == 2
    assert error in str(caught.value)
    assert error in (tmp_path / "work" / LOG).read_text(encoding="utf-8")
    kept = nbformat.read(tmp_path / "work" / NOTEBOOK, as_version=4)
    assert [c.metadata.papermill.status for c in kept.cells][-3] == "failed"
    assert not (tmp_path / "work/scratch/later.txt").exists()


@pytest.mark.parametrize("engine", ["pillar", "kernel"])
@pytest.mark.parametrize("bound", [{"cell_timeout": 0.5}, {"timeout": 2.5}])
def test_an_endless_cell_is_stopped_in_time(
    tmp_path: Path, engine: Any, bound: dict[str, float]
) -> None:
    """One bound for a cell, one for the run; either ends it."""
    path = write_notebook(tmp_path / "small.ipynb", "while True:\n    pass")
    workdir = tmp_path / "work"
    workdir.mkdir()
    with pytest.raises(RunFailed, match=f"{next(iter(bound.values())):g} s for") as caught:
        run_notebook(path, parameters=DEFAULTS, workdir=workdir, engine=engine, **bound)
    assert caught.value.error == "Timeout"


@pytest.mark.parametrize(
    ("engine", "said"), [("pillar", "SystemExit"), ("kernel", "0 findings records")]
)
def test_a_run_without_findings_is_no_report(tmp_path: Path, engine: Any, said: str) -> None:
    """`quit()` is no way round the findings; a kernel ends after that cell as if all were well."""
    with pytest.raises(RunFailed, match=said):
        run(tmp_path, "quit()", states_findings=False, engine=engine)


def test_a_run_whose_cells_all_ran_states_findings_or_fails(tmp_path: Path) -> None:
    """Every cell ran, and still nothing may be published."""
    with pytest.raises(RunFailed, match="0 findings records"):
        run(tmp_path, "1 + 1", states_findings=False)


def test_papermill_itself_can_run_the_engine(tmp_path: Path) -> None:
    """`papermill --engine pillar` works by the entry point, whichever is imported first."""
    installed = tmp_path / "site" / "toy-1.0.dist-info"
    installed.mkdir(parents=True)
    (installed / "entry_points.txt").write_text(
        "[papermill.engine]\npillar = third_pillar.execution.entry_point:PillarEntry\n"
    )
    path = write_notebook(tmp_path / "small.ipynb")
    out = tmp_path / "out.ipynb"
    options = ["--engine", "pillar", "--no-progress-bar", "-p", "candidate", "BRA"]
    for command in (
        ["-m", "papermill", str(path), str(out), *options],
        ["-c", "import third_pillar.execution.engine, papermill"],
    ):
        environment = {**os.environ, "PYTHONPATH": str(installed.parent)}
        done = subprocess.run(
            [sys.executable, *command],
            capture_output=True,
            text=True,
            timeout=60,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    executed = nbformat.read(out, as_version=4)
    assert executed.cells[-1].execution_count == 3
    assert executed.cells[-1].outputs[0].data[FINDINGS_MIME]["parameters"]["candidate"] == "BRA"


def test_the_engine_refuses_a_parameter_that_the_notebook_does_not_have(tmp_path: Path) -> None:
    """Papermill warns and answers the question nobody put, with exit code 0."""
    path = write_notebook(tmp_path / "small.ipynb")
    free = nbformat.read(path, as_version=4)
    del free.cells[1].metadata["tags"]
    free.cells.insert(2, nbformat.v4.new_code_cell("assert candidat == 'BRA'"))
    nbformat.write(free, tmp_path / "free.ipynb")
    program = (
        "import sys, papermill\n"
        "from third_pillar.execution.engine import register_engine\n"
        "from third_pillar.vocabulary.errors import ParameterFault\n"
        "register_engine()\n"
        "for name in ('small', 'free'):\n"
        "    try:\n"
        "        papermill.execute_notebook(f'{name}.ipynb', 'out.ipynb', engine_name='pillar',\n"
        "            parameters={'candidat': 'BRA'}, progress_bar=False)\n"
        "        print(name, 'ran')\n"
        "    except ParameterFault as fault:\n"
        "        print(name, fault)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path,
    )  # fmt: skip
    told = "small 'candidat' is not in the notebook's parameters cell. Did you mean 'candidate'?"
    assert told in done.stdout, done.stderr
    assert "free ran" in done.stdout, done.stderr


def test_the_kernel_keeps_the_environment_but_not_the_users_start_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative PILLAR_ROOT still holds in the kernel's folder; PYTHONSTARTUP does not count."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PILLAR_ROOT", "project")
    monkeypatch.setenv("PYTHONSTARTUP", "mine.py")
    environment = kernel_environment(tmp_path / "kernel")
    assert environment["PILLAR_ROOT"] == str(tmp_path / "project")
    assert "PYTHONSTARTUP" not in environment
    assert environment["IPYTHONDIR"].startswith(str(tmp_path))
