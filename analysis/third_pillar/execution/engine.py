"""The papermill engine "pillar": cells run as in a report, in a process apart that cannot lie.

Registered in papermill's registry, so that `papermill --engine pillar` runs any Python notebook
without the start of a kernel. A report of the kit's own takes the same way without papermill.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Any

from papermill.engines import Engine, papermill_engines

from third_pillar.execution.checks import refuse_unknown
from third_pillar.execution.kernel_run import execute_in_kernel
from third_pillar.execution.process import CellFailed, can_start
from third_pillar.execution.progress import Progress
from third_pillar.execution.run_cells import run_cells

ENGINE = "pillar"
KERNEL_NAME = "python3"


class PillarEngine(Engine):  # type: ignore[misc]  # papermill is untyped
    """One fresh process of the running interpreter for each notebook."""

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
        kernel_log: IO[bytes] | None = None,
        scratch: Path | None = None,
        way: str = "process",
        **_ignored: Any,
    ) -> None:
        """Run the notebook of `nb_man` in place.

        Args:
            nb_man: papermill's record of the run.
            kernel_name: Not used: the kernel is the running interpreter.
            progress: Called before each code cell.
            execution_timeout: Seconds for one cell.
            total_timeout: Seconds for all of them.
            kernel_log: Takes what the process of the cells prints past Python.
            scratch: Folder the cells run in; the current one where not given.
            way: "kernel" for an ordinary kernel; else a process of the kit's own.

        Raises:
            ParameterFault: A parameter was given that the notebook does not have.
            ProcessEnded: The process of the cells was gone before they were done.
            OutOfTime: A cell or the run took too long.
        """
        del kernel_name
        refuse_unknown(nb_man.nb)
        if way == "kernel" or not can_start():
            execute_in_kernel(
                nb_man,
                progress=progress,
                execution_timeout=execution_timeout,
                total_timeout=total_timeout,
                kernel_log=kernel_log,
                scratch=scratch,
            )
            return
        try:
            run_cells(
                nb_man.nb,
                nb_man,
                log=kernel_log or sys.stderr.buffer,
                scratch=scratch,
                progress=progress,
                cell_timeout=execution_timeout,
                total_timeout=total_timeout,
            )
        except CellFailed:
            return  # papermill finds the error among the outputs and says it in its own words


def register_engine() -> None:
    """Make the engine known to papermill in this process, installed entry point or not."""
    papermill_engines.register(ENGINE, PillarEngine)
