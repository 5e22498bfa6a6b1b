"""The papermill engine "pillar": says where it is, keeps time, and never calls a dead run done.

Registered in papermill's registry, so `papermill --engine pillar` runs it too.
"""

from __future__ import annotations

import logging
import math
import re
import time
from pathlib import Path
from typing import IO, Any

from nbclient.exceptions import CellTimeoutError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

from third_pillar.execution.kernel import (
    create_kernel_manager,
    kernel_environment,
    kernel_folder,
)
from third_pillar.execution.progress import CellProgress, Progress

ENGINE = "pillar"
KERNEL_NAME = "python3"
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_MARKS = re.compile(r"[*_`]|\[([^\]]*)\]\([^)]*\)")
_QUIET = logging.getLogger("third_pillar.execution.nbclient")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


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


class PillarEngine(Engine):  # type: ignore[misc]  # papermill is untyped
    """One fresh kernel of the running interpreter for each notebook."""

    @classmethod
    def nb_kernel_name(cls, _nb: Any, _name: str | None = None) -> str:
        """Always the running interpreter's kernel, whatever the notebook was saved with."""
        return KERNEL_NAME

    @classmethod
    def nb_language(cls, _nb: Any, _language: str | None = None) -> str:
        """The notebooks of the kit are Python."""
        return "python"

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        progress: Progress | None = None,
        execution_timeout: float | None = None,
        total_timeout: float | None = None,
        start_timeout: float = 60,
        kernel_log: IO[bytes] | None = None,
        scratch: Path | None = None,
        **_ignored: Any,
    ) -> None:
        """Run the notebook of `nb_man` in place.

        Args:
            nb_man: papermill's record of the run.
            kernel_name: Not used: the kernel is the running interpreter.
            progress: Called before each code cell.
            execution_timeout: Seconds for one cell.
            total_timeout: Seconds for all of them.
            start_timeout: Seconds for the kernel to answer.
            kernel_log: Takes what the kernel process itself prints.
            scratch: Folder the cells run in; the current one where not given.

        Raises:
            CellExecutionError: A cell failed.
            DeadKernelError: The kernel process ended.
            CellTimeoutError: A cell or the run took too long.
        """
        del kernel_name
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
            options: dict[str, Any] = {"env": kernel_environment(folder)}
            if scratch is not None:
                options["cwd"] = str(scratch)
            if kernel_log is not None:
                options |= {"stdout": kernel_log, "stderr": kernel_log}
            client.execute(**options)


def register_engine() -> None:
    """Make the engine known to papermill in this process, installed entry point or not."""
    papermill_engines.register(ENGINE, PillarEngine)


def is_code(cell: Any) -> bool:
    """Whether a cell has code to run."""
    return cell.cell_type == "code" and bool(cell.source.strip())


def heading_above(notebook: Any, index: int) -> str:
    """The last heading at or above a cell, without marks; says so where there is none."""
    for cell in reversed(notebook.cells[: index + 1]):
        found = _HEADING.findall(cell.source) if cell.cell_type == "markdown" else []
        if found:
            return _MARKS.sub(lambda match: match.group(1) or "", found[-1]).strip()
    return "set-up"
