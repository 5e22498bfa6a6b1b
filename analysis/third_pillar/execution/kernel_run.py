"""The ordinary way: a kernel started anew, spoken to over sockets by nbclient.

It is what there is where a process cannot be forked or handed a pipe, and what the other way is
tested against.
"""

from __future__ import annotations

import gc
import logging
import math
import time
from pathlib import Path
from typing import IO, Any

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient

from third_pillar.execution.documents import RunRecord, as_node, heading_above, is_code
from third_pillar.execution.environment import hide_environment
from third_pillar.execution.kernel import (
    create_kernel_manager,
    kernel_environment,
    kernel_folder,
)
from third_pillar.execution.process import CellFailed, Ending, OutOfTime, ProcessEnded
from third_pillar.execution.progress import CellProgress, Progress

_QUIET = logging.getLogger("third_pillar.execution.nbclient")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False
_START = 60.0


class PillarClient(PapermillNotebookClient):  # type: ignore[misc]  # papermill is untyped
    """Runs cells one by one; whatever stops a cell is written on that cell."""

    def __init__(
        self,
        nb_man: Any,
        *,
        progress: Progress | None,
        cell_timeout: float | None,
        total_timeout: float | None,
        **options: Any,
    ) -> None:
        super().__init__(nb_man, timeout_func=self._seconds_left, **options)
        self._report = progress
        self._cell_timeout = cell_timeout
        self._deadline = time.monotonic() + total_timeout if total_timeout else None

    def _seconds_left(self, _cell: Any = None) -> float | None:
        bounds = [self._cell_timeout] if self._cell_timeout else []
        if self._deadline is not None:
            # nbclient reads zero and less as "no limit"
            bounds.append(max(0.01, self._deadline - time.monotonic()))
        return min(bounds, default=None)

    def _check_time(self, cell: Any) -> None:
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise CellTimeoutError.error_from_timeout_and_cell("The run is out of time", 0, cell)

    def papermill_execute_cells(self) -> None:
        """Run every code cell in order; stop at the first that does not end well."""
        cells = self.nb.cells
        of = sum(is_code(cell) for cell in cells)
        number = 0
        for index, cell in enumerate(cells):
            number += is_code(cell)
            if is_code(cell) and self._report:
                self._report(CellProgress(number, of, heading_above(self.nb, index)))
            self._run_cell(cell, index)

    def _run_cell(self, cell: Any, index: int) -> None:
        self.nb_man.cell_start(cell, index)
        try:
            self._check_time(cell)
            self.execute_cell(cell, index)
        except BaseException as error:
            # papermill marks a cell of a killed kernel "completed"
            self.nb_man.cell_exception(cell, cell_index=index, exception=error)
            raise
        finally:
            self.nb_man.cell_complete(cell, cell_index=index)


def execute_in_kernel(
    nb_man: Any,
    *,
    progress: Progress | None = None,
    execution_timeout: float | None = None,
    total_timeout: float | None = None,
    start_timeout: float = _START,
    kernel_log: IO[bytes] | None = None,
    scratch: Path | None = None,
    reads: Path | None = None,
) -> None:
    """Run the notebook of `nb_man` in place.

    Args:
        nb_man: papermill's record of the run, or one like it.
        progress: Called before each code cell.
        execution_timeout: Seconds for one cell.
        total_timeout: Seconds for all of them.
        start_timeout: Seconds for the kernel to answer.
        kernel_log: Takes what the kernel process itself prints.
        scratch: Folder the cells run in; the current one where not given.
        reads: File that takes the names of the tables read.

    Raises:
        CellExecutionError: A cell failed.
        DeadKernelError: The kernel process ended.
        CellTimeoutError: A cell or the run took too long.
    """
    hide_environment()
    with kernel_folder() as folder:
        client = PillarClient(
            nb_man,
            progress=progress,
            cell_timeout=execution_timeout,
            total_timeout=total_timeout,
            startup_timeout=math.ceil(min(start_timeout, total_timeout or start_timeout)),
            shutdown_kernel="immediate",
            log=_QUIET,
        )
        client.km = create_kernel_manager(folder)
        options: dict[str, Any] = {"env": kernel_environment(folder, reads=reads)}
        if scratch is not None:
            options["cwd"] = str(scratch)
        if kernel_log is not None:
            options |= {"stdout": kernel_log, "stderr": kernel_log}
        client.execute(**options)


def run_in_kernel(
    notebook: Any,
    *,
    log: IO[bytes],
    scratch: Path,
    progress: Progress | None,
    cell_timeout: float | None,
    total_timeout: float | None,
    reads: Path,
) -> None:
    """Run a notebook of `documents` in a kernel, and fill it in place.

    Raises:
        CellFailed: A cell ended with an error, which is among its outputs.
        OutOfTime: A cell or the run took too long.
        ProcessEnded: The kernel was gone first.
    """
    record = RunRecord(nbformat.from_dict(notebook))  # type: ignore[no-untyped-call]  # untyped there
    try:
        execute_in_kernel(
            record,
            progress=progress,
            execution_timeout=cell_timeout,
            total_timeout=total_timeout,
            kernel_log=log,
            scratch=scratch,
            reads=reads,
        )
    except CellExecutionError as error:
        raise CellFailed(str(error)) from None
    except CellTimeoutError as error:
        raise OutOfTime("the cell is out of time") from error
    except DeadKernelError as error:
        raise ProcessEnded(Ending(code=None, signal="", peak_mb=0)) from error
    finally:
        # what nbclient leaves behind speaks up when it is collected: now, not amid something else
        gc.collect()
        record.finish()
        notebook.update(as_node(record.nb))
