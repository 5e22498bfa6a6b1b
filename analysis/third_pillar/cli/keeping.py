"""`pillar lab`."""

from __future__ import annotations

import importlib.util
import os
import sys

from third_pillar import evidence
from third_pillar.cli.answer import say
from third_pillar.evidence.overlay_files import VARIABLE
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import PillarError


def open_lab() -> int:
    """JupyterLab in place of this process, on the notebooks; returns only if it cannot start."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise PillarError("JupyterLab is not installed", hint="`make lab` installs what it needs.")
    root = evidence.project_root()
    arguments = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # a container's only user
    _let_own_figures_in()
    sys.stdout.flush()
    os.execv(sys.executable, [*arguments, "--LabApp.default_url=/lab/tree/notebooks"])  # noqa: S606  no shell, fixed arguments
    return 0


def _let_own_figures_in() -> None:
    """Notebooks opened here see the reader's own figures; they stay on this machine."""
    own = evidence.find_overlay()
    if own is not None and VARIABLE not in os.environ:
        os.environ[VARIABLE] = "1"
        enter = counted(own.rows, "row of your own enters", "rows of your own enter")
        say(f"{enter}, marked. {VARIABLE}=0 stops it.")
