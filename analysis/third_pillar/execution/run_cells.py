"""The cells of a notebook, run in a process apart; the notebook says how far it got."""

from __future__ import annotations

import time
from pathlib import Path
from typing import IO, Any

from third_pillar.execution.cell_process import Work
from third_pillar.execution.documents import Node, heading_above, is_code
from third_pillar.execution.environment import cell_environment
from third_pillar.execution.process import CellRun, private_folder
from third_pillar.execution.progress import CellProgress, Progress


def run_cells(
    notebook: Any,
    record: Any,
    *,
    log: IO[bytes],
    scratch: Path | None = None,
    progress: Progress | None = None,
    cell_timeout: float | None = None,
    total_timeout: float | None = None,
    memory: int | None = None,
    sampled: bool = False,
    reads: Path | None = None,
) -> dict[str, float]:
    """Processor time by kind (where `sampled`), once every cell ran.

    Args:
        notebook: Filled in place with outputs, in nbformat's shape.
        record: Told of each cell: `cell_start`, `cell_exception`, `cell_complete`, as papermill's
            execution manager and `RunRecord` have them.
        log: Takes what the process of the cells writes past Python.
        scratch: Folder the cells run in; the current one where not given.
        progress: Called before each code cell.
        cell_timeout: Seconds for one cell.
        total_timeout: Seconds for all of them.
        memory: Bytes the process of the cells may hold.
        sampled: Whether to measure what the time goes into.
        reads: File that takes the names of the tables read.

    Raises:
        CellFailed: A cell ended with an error, which is among its outputs.
        OutOfTime: A cell or the run took too long.
        ProcessEnded: The process of the cells was gone first.
    """
    follower = _Follower(notebook, record, progress)
    run = CellRun(
        on_begin=follower.begin,
        on_done=follower.done,
        log=log,
        cell_timeout=cell_timeout,
        deadline=time.monotonic() + total_timeout if total_timeout else None,
    )
    with private_folder() as private:
        work = Work(
            cells=tuple((n, cell.source) for n, cell in enumerate(notebook.cells) if is_code(cell)),
            folder=str(scratch or Path.cwd()),
            environment=cell_environment(Path(private), reads=reads),
            memory=memory,
            sampled=sampled,
        )
        try:
            run.run(work)
        except BaseException as error:
            follower.stop(error)
            raise
    follower.pass_over(len(notebook.cells))
    return run.time_spent


class _Follower:
    """Writes on the notebook what the process of the cells tells."""

    def __init__(self, notebook: Any, record: Any, progress: Progress | None) -> None:
        self._notebook = notebook
        self._record = record
        self._progress = progress
        self._of = sum(is_code(cell) for cell in notebook.cells)
        self._number = 0
        self._next = 0
        self._running: int | None = None

    def begin(self, index: int) -> None:
        self.pass_over(index)
        cell = self._notebook.cells[index]
        self._number += 1
        if self._progress:
            heading = heading_above(self._notebook, index)
            self._progress(CellProgress(self._number, self._of, heading))
        self._running, self._next = index, index + 1
        self._record.cell_start(cell, cell_index=index)

    def done(self, message: dict[str, Any]) -> None:
        index = int(message["done"])
        cell = self._notebook.cells[index]
        self._fill(cell, message["outputs"])
        cell["execution_count"] = int(message["count"])
        for place, outputs in message.get("earlier", {}).items():
            self._fill(self._notebook.cells[int(place)], outputs)
        if message["well"]:
            self._running = None
            self._record.cell_complete(cell, cell_index=index)

    def stop(self, error: BaseException) -> None:
        """The cell that was running did not end well; those after it never ran."""
        if self._running is None:
            return
        cell = self._notebook.cells[self._running]
        self._record.cell_exception(cell, cell_index=self._running, exception=error)
        self._record.cell_complete(cell, cell_index=self._running)

    def pass_over(self, index: int) -> None:
        """Cells before `index` that have no code to run are done with."""
        for place in range(self._next, index):
            cell = self._notebook.cells[place]
            self._record.cell_start(cell, cell_index=place)
            self._record.cell_complete(cell, cell_index=place)
        self._next = max(self._next, index)

    def _fill(self, cell: Any, outputs: list[dict[str, Any]]) -> None:
        make = type(self._notebook)
        # papermill's notebooks are nbformat's own kind of node, ours are ours
        cell["outputs"] = [_of_kind(make, output) for output in outputs]


def _of_kind(make: Any, output: dict[str, Any]) -> Any:
    if make is not Node:
        return _remake(make, output)
    # what a cell showed is handed on as it is: it can be half a megabyte
    return Node({k: Node(part) if isinstance(part, dict) else part for k, part in output.items()})


def _remake(make: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return make({key: _remake(make, part) for key, part in value.items()})
    return [_remake(make, part) for part in value] if isinstance(value, list) else value
