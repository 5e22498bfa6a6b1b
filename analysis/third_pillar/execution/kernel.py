"""The kernel of a report: this very Python, apart from the user's own set-up."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from third_pillar.execution.environment import cell_environment

_LONGEST_SOCKET_PATH = 80
# files that a cell opens itself are noted from the first cell on
_FIRST = "--IPKernelApp.exec_lines=import third_pillar.evidence.reads as _reads; del _reads"


class PillarKernelManager(AsyncKernelManager):
    """Starts the interpreter that runs now, not whichever "python3" is registered first."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """A spec made here, so that no kernel folder is searched."""
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", _FIRST],
            display_name="Third Pillar",
            language="python",
            interrupt_mode="signal",
        )


def create_kernel_manager(folder: Path) -> PillarKernelManager:
    """A manager whose sockets live in `folder` (no network port, nothing in the home folder)."""
    manager = PillarKernelManager(
        kernel_name="python3", connection_file=str(folder / "kernel.json"), autorestart=False
    )
    if os.name == "posix" and len(str(folder)) < _LONGEST_SOCKET_PATH:
        manager.transport = "ipc"
        manager.ip = str(folder / "kernel-ipc")
    return manager


def kernel_environment(folder: Path, *, reads: Path | None = None) -> dict[str, str]:
    """The environment of the kernel: what cells need, no start-up file and no secret."""
    return cell_environment(folder, reads=reads)


@contextmanager
def kernel_folder() -> Iterator[Path]:
    """A private folder for one kernel's sockets and set-up, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pillar-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
