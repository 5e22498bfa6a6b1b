"""Run one notebook to its end, or say exactly why it did not get there."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.engines import papermill_engines
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from third_pillar.execution.checks import check_accepts, read_findings
from third_pillar.execution.engine import (
    ENGINE,
    KERNEL_NAME,
    heading_above,
    is_code,
    register_engine,
)
from third_pillar.execution.progress import CellProgress, Progress
from third_pillar.vocabulary.errors import PillarError, ReportFailed
from third_pillar.vocabulary.findings import Findings

LOG = "run.log"
NOTEBOOK = "notebook.ipynb"
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LAST_LINES = 6
_NOISE = re.compile(r"TCP without encryption|frozen_modules|PYDEVD_DISABLE_FILE_VALIDATION")


@dataclass(frozen=True)
class ExecutedRun:
    """A notebook that ran to its end.

    Attributes:
        notebook: With its outputs, as nbformat reads it.
        cells_executed: Code cells run, the injected parameters included.
        seconds: Wall time from kernel start to last cell.
        findings: The one findings record it states, validated.
        log: What was said on the way.
    """

    notebook: Any
    cells_executed: int
    seconds: float
    findings: Findings
    log: Path


class RunFailed(ReportFailed):
    """The notebook did not run to its end as asked.

    Attributes:
        heading: Heading of the cell that stopped it.
        error: Name of the error, such as "KeyError", "DeadKernelError" or "Timeout".
        cells_executed: Code cells that ended well.
    """

    def __init__(
        self, message: str, *, hint: str, heading: str, error: str, cells_executed: int
    ) -> None:
        super().__init__(message, hint=hint)
        self.heading = heading
        self.error = error
        self.cells_executed = cells_executed


def run_notebook(
    path: Path,
    *,
    parameters: Mapping[str, Any],
    workdir: Path,
    timeout: float | None = None,
    cell_timeout: float | None = None,
    progress: Progress | None = None,
) -> ExecutedRun:
    """The notebook at `path`, run with these parameters in a fresh kernel and checked.

    Args:
        path: A notebook; it is not changed.
        parameters: Values for its parameters cell; each is written as a literal, never as code.
        workdir: Existing folder; holds `run.log`, and `notebook.ipynb` however far it got.
            Cells run in its sub-folder `scratch`.
        timeout: Seconds for the whole run.
        cell_timeout: Seconds for one cell.
        progress: Called before each code cell.

    Raises:
        ReportFailed: The notebook does not take these parameters (no kernel was started).
        RunFailed: A cell failed, the kernel died, time ran out, or the findings are missing;
            with the heading of the cell, the name of the error and the last lines.
    """
    notebook = _read_parameterised(path, parameters)
    started = time.monotonic()
    log = workdir / LOG
    try:
        with log.open("wb") as file:
            say = _Sayer(file, started, progress)
            findings = _run_said(
                notebook, parameters, say, workdir, timeout=timeout, cell_timeout=cell_timeout
            )
    finally:
        _drop_noise(log)
    return ExecutedRun(
        notebook=notebook,
        cells_executed=_cells_done(notebook),
        seconds=time.monotonic() - started,
        findings=findings,
        log=log,
    )


def _run_said(
    notebook: Any,
    parameters: Mapping[str, Any],
    say: _Sayer,
    workdir: Path,
    *,
    timeout: float | None,
    cell_timeout: float | None,
) -> Findings:
    scratch = workdir / "scratch"
    scratch.mkdir()
    try:
        _execute(
            notebook,
            execution_timeout=cell_timeout,
            total_timeout=timeout,
            progress=say,
            kernel_log=say.file,
            scratch=scratch,
        )
        return read_findings(notebook, parameters)
    except (CellExecutionError, DeadKernelError, CellTimeoutError, RuntimeError) as error:
        raise _describe(error, notebook, say, limits=(timeout, cell_timeout)) from None
    except PillarError as error:
        raise _refuse(error, notebook, say) from None
    except BaseException as error:
        say.note(f"stopped by {type(error).__name__}")
        raise
    finally:
        nbformat.write(notebook, workdir / NOTEBOOK)  # type: ignore[no-untyped-call]  # untyped there


class _Sayer:
    """Writes each step to the log and passes it on."""

    def __init__(self, log: IO[bytes], started: float, progress: Progress | None) -> None:
        self.file = log
        self._started = started
        self._progress = progress
        self.last: CellProgress | None = None

    def __call__(self, step: CellProgress) -> None:
        self.last = step
        self.note(f"cell {step.number} of {step.of}: {step.heading}")
        if self._progress:
            self._progress(step)

    def note(self, text: str) -> None:
        self.file.write(f"[{time.monotonic() - self._started:8.2f} s] {text}\n".encode())
        self.file.flush()


def _read_parameterised(path: Path, parameters: Mapping[str, Any]) -> Any:
    try:
        read = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # untyped there
    except (ValueError, nbformat.ValidationError) as error:
        raise ReportFailed(f"{path.name} is no notebook: {str(error).splitlines()[0]}") from None
    check_accepts(read, parameters)
    register_engine()
    notebook = load_notebook_node(read)
    notebook = parameterize_notebook(
        notebook,
        dict(parameters),
        kernel_name=KERNEL_NAME,
        language="python",
        engine_name=ENGINE,
    )
    for cell in notebook.cells:
        cell.metadata.setdefault("papermill", {})
    return notebook


def _execute(notebook: Any, **options: Any) -> None:
    papermill_engines.execute_notebook_with_engine(
        ENGINE, notebook, KERNEL_NAME, progress_bar=False, autosave_cell_every=0, **options
    )


def _cells_done(notebook: Any) -> int:
    return sum(
        is_code(cell) and cell.metadata.get("papermill", {}).get("status") == "completed"
        for cell in notebook.cells
    )


def _describe(
    error: Exception,
    notebook: Any,
    say: _Sayer,
    *,
    limits: tuple[float | None, float | None],
) -> RunFailed:
    index = next(
        (
            number
            for number, cell in enumerate(notebook.cells)
            if cell.metadata.get("papermill", {}).get("status") == "failed"
        ),
        None,
    )
    heading = "kernel start" if index is None else heading_above(notebook, index)
    name, said, lines = _name_and_lines(error, notebook, index)
    named = zip(limits, ("the run", "one cell"), strict=True)
    bounds = ", ".join(f"{seconds:g} s for {what}" for seconds, what in named if seconds)
    bound = f" (limits: {bounds})" if name == "Timeout" and bounds else ""
    step = f", cell {say.last.number} of {say.last.of}" if say.last else ""
    tail = "".join(f"\n    {line}" for line in lines)
    message = f"the notebook stopped under {heading!r}{step}: {name}: {said}{bound}{tail}"
    say.note(message)
    return RunFailed(
        message,
        hint="The log and the partial notebook are kept.",
        heading=heading,
        error=name,
        cells_executed=_cells_done(notebook),
    )


def _name_and_lines(
    error: Exception, notebook: Any, index: int | None
) -> tuple[str, str, list[str]]:
    if isinstance(error, DeadKernelError):
        return "DeadKernelError", "the kernel process ended before the cell did", []
    if isinstance(error, CellTimeoutError):
        return "Timeout", "the cell ran out of time", []
    if isinstance(error, CellExecutionError):
        outputs = notebook.cells[index].outputs if index is not None else []
        traces = [output.traceback for output in outputs if output.output_type == "error"]
        text = _ANSI.sub("", "\n".join(traces[-1])) if traces else ""
        lines = [line.rstrip() for line in text.splitlines() if line.strip("- ")]
        return error.ename, error.evalue or "the cell ended the program", lines[-_LAST_LINES:]
    return type(error).__name__, str(error) or "the kernel did not answer", []


def _refuse(error: PillarError, notebook: Any, say: _Sayer) -> RunFailed:
    say.note(str(error))
    return RunFailed(
        str(error),
        hint=error.hint,
        heading="after the last cell",
        error=type(error).__name__,
        cells_executed=_cells_done(notebook),
    )


def _drop_noise(log: Path) -> None:
    # ipykernel's standing notices would hide what matters
    text = log.read_text(encoding="utf-8", errors="replace")
    kept = [line for line in text.splitlines(keepends=True) if not _NOISE.search(line)]
    log.write_text("".join(kept), encoding="utf-8")
