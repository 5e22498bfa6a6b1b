"""Run one notebook to its end, or say exactly why it did not get there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from third_pillar import evidence
from third_pillar.execution.bounds import default_memory
from third_pillar.execution.checks import check_accepts, read_findings
from third_pillar.execution.documents import (
    RunRecord,
    heading_above,
    inject_parameters,
    is_code,
    read_notebook,
    write_notebook,
)
from third_pillar.execution.process import CellFailed, OutOfTime, ProcessEnded, can_start
from third_pillar.execution.progress import CellProgress, EngineName, Progress
from third_pillar.execution.run_cells import run_cells
from third_pillar.vocabulary.errors import PillarError, ReportFailed
from third_pillar.vocabulary.findings import Findings

LOG = "run.log"
NOTEBOOK = "notebook.ipynb"
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LAST_LINES = 6
_UNSAID = {"SystemExit": "the cell ended the program", "MemoryError": "no more memory"}
_READS = ".reads"
_SCRATCH = "scratch"
_LEAST = 1e-3
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
        reads: Names below `data/` of what it read; "*" where that is not known.
        time_spent: Processor seconds of the cells by kind, where it was asked for.
    """

    notebook: Any
    cells_executed: int
    seconds: float
    findings: Findings
    log: Path
    reads: tuple[str, ...] = ("*",)
    time_spent: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """Bounds of a run.

    Attributes:
        run: Seconds from start to last cell.
        cell: Seconds for one cell.
        memory: Bytes the process of the cells may hold; half of the machine's where none is said.
        spent: Seconds of the run that were over before the cells began.
    """

    run: float | None = None
    cell: float | None = None
    memory: int | None = None
    spent: float = 0.0

    @property
    def left(self) -> float | None:
        """Seconds left for the cells; above 0, which would be no bound."""
        return None if self.run is None else max(self.run - self.spent, _LEAST)


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
    memory: int | None = None,
    progress: Progress | None = None,
    engine: EngineName = "pillar",
    sampled: bool = False,
    spent: float = 0.0,
) -> ExecutedRun:
    """The notebook at `path`, run with these parameters in a fresh process and checked.

    Args:
        path: A notebook; it is not changed.
        parameters: Values for its parameters cell; each is written as a literal, never as code.
        workdir: Existing folder; holds `run.log`, and `notebook.ipynb` however far it got.
            Cells run in its sub-folder `scratch`.
        timeout: Seconds for the whole run.
        cell_timeout: Seconds for one cell.
        memory: Bytes the cells may hold; half of the machine's where not given.
        progress: Called before each code cell.
        engine: "kernel" starts an ordinary kernel; "pillar" a process of the kit's own, where
            the system has such.
        sampled: Whether to measure what the time goes into.
        spent: Seconds of the timeout that went into what was prepared for it.

    Raises:
        ReportFailed: The notebook does not take these parameters (nothing was started).
        RunFailed: A cell failed, its process died, time ran out, or the findings are missing;
            with the heading of the cell, the name of the error and the last lines.
    """
    notebook = read_notebook(path)
    check_accepts(notebook, parameters)
    inject_parameters(notebook, parameters)
    started = time.monotonic()
    log, reads = workdir / LOG, workdir / _READS
    limits = Limits(timeout, cell_timeout, memory or default_memory(), spent)
    run: _Way = _run_process if engine == "pillar" and can_start() else _run_kernel
    try:
        with log.open("wb") as file:
            say = _Sayer(file, started, progress)
            notebook, findings, sampled_time = _run_said(
                notebook, parameters, say, workdir, run=run, limits=limits, sampled=sampled
            )
        read = evidence.read_record(reads)
    finally:
        reads.unlink(missing_ok=True)
        _drop_noise(log)
    return ExecutedRun(
        notebook=notebook,
        cells_executed=_cells_done(notebook),
        seconds=time.monotonic() - started,
        findings=findings,
        log=log,
        reads=read,
        time_spent=sampled_time,
    )


_Way = Callable[..., dict[str, float]]


def _run_process(notebook: Any, say: _Sayer, workdir: Path, limits: Limits, **options: Any) -> Any:
    record = RunRecord(notebook)
    try:
        return run_cells(
            notebook,
            record,
            log=say.file,
            scratch=workdir / _SCRATCH,
            progress=say,
            cell_timeout=limits.cell,
            total_timeout=limits.left,
            memory=limits.memory,
            reads=workdir / _READS,
            **options,
        )
    finally:
        record.finish()


def _run_kernel(notebook: Any, say: _Sayer, workdir: Path, limits: Limits, **options: Any) -> Any:
    # papermill, nbclient and nbformat: more than a second of imports that the other way saves
    from third_pillar.execution.kernel_run import run_in_kernel  # noqa: PLC0415

    del options
    run_in_kernel(
        notebook,
        log=say.file,
        scratch=workdir / _SCRATCH,
        progress=say,
        cell_timeout=limits.cell,
        total_timeout=limits.left,
        reads=workdir / _READS,
    )
    return {}


def _run_said(
    notebook: Any,
    parameters: Mapping[str, Any],
    say: _Sayer,
    workdir: Path,
    *,
    run: _Way,
    limits: Limits,
    sampled: bool,
) -> tuple[Any, Findings, dict[str, float]]:
    (workdir / _SCRATCH).mkdir()
    try:
        spent = run(notebook, say, workdir, limits, sampled=sampled)
        return notebook, read_findings(notebook, parameters), spent
    except PillarError as error:
        raise _refuse(error, notebook, say) from None
    except (CellFailed, OutOfTime, ProcessEnded, RuntimeError) as error:
        raise _describe(error, notebook, say, limits) from None
    except BaseException as error:
        say.note(f"stopped by {type(error).__name__}")
        raise
    finally:
        write_notebook(notebook, workdir / NOTEBOOK)


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


def _cells_done(notebook: Any) -> int:
    return sum(
        is_code(cell) and cell.metadata.get("papermill", {}).get("status") == "completed"
        for cell in notebook.cells
    )


def _describe(error: Exception, notebook: Any, say: _Sayer, limits: Limits) -> RunFailed:
    index = next(
        (
            number
            for number, cell in enumerate(notebook.cells)
            if cell.metadata.get("papermill", {}).get("status") == "failed"
        ),
        None,
    )
    if index is not None:
        heading = heading_above(notebook, index)
    else:
        heading = say.last.heading if say.last else "the start"
    name, said, lines = _name_and_lines(error, notebook, index)
    named = zip((limits.run, limits.cell), ("the run", "one cell"), strict=True)
    bounds = ", ".join(f"{seconds:g} s for {what}" for seconds, what in named if seconds)
    bound = f" (limits: {bounds})" if name == "Timeout" and bounds else ""
    if name == "MemoryError" and limits.memory:
        bound = f" (limit: {limits.memory // 2**20} MB)"
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
    if isinstance(error, ProcessEnded):
        return type(error).__name__, f"the process of the cells {error}", []
    if isinstance(error, OutOfTime):
        return "Timeout", str(error), []
    outputs = notebook.cells[index].outputs if index is not None else []
    errors = [output for output in outputs if output.output_type == "error"]
    if isinstance(error, CellFailed) and errors:
        last = errors[-1]
        text = _ANSI.sub("", "\n".join(last.traceback))
        lines = [line.rstrip() for line in text.splitlines() if line.strip("- ")]
        return (
            last.ename,
            last.evalue or _UNSAID.get(last.ename, "it says nothing more"),
            lines[-_LAST_LINES:],
        )
    return type(error).__name__, str(error) or "the cells did not answer", []


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
