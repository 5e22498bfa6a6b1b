"""The process in which the cells of one report run, and what it tells the process that waits.

It is forked from a process that has imported what cells need, or started anew. Either way it has
a session, a folder, an environment and random numbers of its own; what it does dies with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import random
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from third_pillar import evidence
from third_pillar.execution.bounds import data_held
from third_pillar.execution.environment import READS_VARIABLE, first_environment
from third_pillar.execution.sampling import sample_time, time_spent

_PARENT_DEATH = 1  # PR_SET_PDEATHSIG
NO_CORE = (0, 0)


@dataclass(frozen=True)
class Work:
    """What a process of cells is given.

    Attributes:
        cells: Place in the notebook and code of each cell to run.
        folder: Where they run.
        environment: All they see of the environment.
        memory: Bytes they may hold, what a fork is given not counted; none for no bound.
        sampled: Whether to measure what the time goes into.
    """

    cells: tuple[tuple[int, str], ...]
    folder: str
    environment: dict[str, str]
    memory: int | None = None
    sampled: bool = False

    def to_json(self) -> str:
        """Everything, for a process that shares no memory."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Work:
        """The work that `to_json` wrote."""
        said = json.loads(text)
        said["cells"] = tuple((int(index), str(source)) for index, source in said["cells"])
        return cls(**said)


def run_forked(work: Work, *, tell: int, log: int, parent: int) -> None:
    """Become the process of the cells, in a fork of the one that waits; does not return.

    Args:
        work: What to run.
        tell: Descriptor that takes the messages.
        log: Descriptor that takes what is written to standard output past Python.
        parent: Process that waits; if it dies, so does this one.
    """
    status, given = 70, data_held()
    try:
        os.setsid()
        die_with(parent)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.dup2(tell, 3)
        os.closerange(4, _last_descriptor())
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115  for the life of the process
        sys.path[:] = ["", *(part for part in sys.path[1:] if part)]
        _fresh_random_numbers()
        _forgive_warnings()
        status = _run(work, 3, given=given)
    except BaseException:  # noqa: BLE001  the parent learns of it by the log and the status
        with contextlib.suppress(OSError):
            os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)


def main() -> None:
    """The process of the cells as a program: work on standard input, messages on a descriptor."""
    tell = int(sys.argv[1])
    work = Work.from_json(sys.stdin.readline())
    # whoever waits holds the other end; when it is gone, nobody waits
    threading.Thread(target=_die_at_end_of, args=(os.dup(0),), daemon=True).start()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    sys.path.insert(0, "")
    status = _run(work, tell)
    os._exit(status)


def _die_at_end_of(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


def die_with(parent: int) -> None:
    """End this process with the one that forked it, however that ends."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(70)


def spare_collector() -> None:
    """Let the collector look at what is new alone, and less often: libraries leave no garbage.

    Looking through all that is imported costs a tenth of a second each time.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])


_YOUNG = 20_000


def _last_descriptor() -> int:
    listed = Path("/proc/self/fd")
    if listed.is_dir():
        return max((int(path.name) for path in listed.iterdir()), default=3) + 1
    return 1024


def _fresh_random_numbers() -> None:
    """A fork repeats the numbers of its parent; a new process would not."""
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _forgive_warnings() -> None:
    """That warnings are errors may be the rule of the parent; it is none of the cells'."""
    kept = [rule for rule in warnings.filters if rule[0] != "error"]
    warnings.resetwarnings()
    warnings.filters.extend(kept)  # type: ignore[attr-defined]  # a list, whatever its type says


def _limit(memory: int | None, given: int) -> None:
    import resource  # noqa: PLC0415  not on every system

    resource.setrlimit(resource.RLIMIT_CORE, NO_CORE)
    if memory:
        # of the address space, libraries and the stacks of threads take gigabytes they never
        # touch; what is private and writable is what a machine can run out of
        bound = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(bound, (memory + given, memory + given))


def _forget_first_environment() -> None:
    """A fork still holds what its parent was started with, and the system shows it as its own."""
    bounds = first_environment()
    if bounds is not None:
        ctypes.memset(bounds[0], 0, bounds[1] - bounds[0])


def _run(work: Work, tell: int, *, given: int = 0) -> int:
    os.environ.clear()
    os.environ.update(work.environment)
    _forget_first_environment()
    os.chdir(work.folder)
    if work.environment.get(READS_VARIABLE):
        evidence.record_reads(Path(work.environment[READS_VARIABLE]))
    from third_pillar.execution.shell import CellRunner  # noqa: PLC0415  a third of a second

    runner = CellRunner()
    _limit(work.memory, given)
    spare_collector()
    if work.sampled:
        sample_time()
    teller = _Teller(tell, runner)
    for index, source in work.cells:
        if not teller.run(index, source):
            break
    teller.say({"end": True, "time": time_spent() if work.sampled else {}})
    return 0


class _Teller:
    """Runs cells and tells of each when it begins and how it ended."""

    def __init__(self, descriptor: int, runner: Any) -> None:
        self._descriptor = descriptor
        self._runner = runner
        self._process = os.getpid()
        self._shown: dict[int, Sequence[dict[str, Any]]] = {}

    def run(self, index: int, source: str) -> bool:
        self.say({"begin": index})
        outputs, is_well = self._runner.run(source, self._leave_if_forked)
        changed = {id(output) for output in self._runner.outputs.changed}
        earlier = {
            str(place): shown
            for place, shown in self._shown.items()
            if any(id(output) in changed for output in shown)
        }
        self._shown[index] = outputs
        said = {"done": index, "well": is_well, "count": self._runner.count, "outputs": outputs}
        self.say({**said, "earlier": earlier})
        return bool(is_well)

    def say(self, message: dict[str, Any]) -> None:
        self._leave_if_forked()
        text = json.dumps(message, ensure_ascii=True).encode("ascii")
        data = len(text).to_bytes(8, "big") + text
        while data:
            data = data[os.write(self._descriptor, data) :]

    def _leave_if_forked(self) -> None:
        if os.getpid() != self._process:
            # a cell forked, and its child came out of the cell as well: one run is enough
            os._exit(0)


if __name__ == "__main__":
    main()
