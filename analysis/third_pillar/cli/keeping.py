"""`pillar lab`."""

from __future__ import annotations

import importlib.util
import os
import sys

from third_pillar import evidence
from third_pillar.vocabulary.errors import PillarError


def open_lab() -> int:
    """JupyterLab in place of this process, on the notebooks; returns only if it cannot start."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise PillarError("JupyterLab is not installed", hint="`make lab` installs what it needs.")
    root = evidence.project_root()
    arguments = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # a container's only user
    sys.stdout.flush()
    os.execv(sys.executable, [*arguments, "--LabApp.default_url=/lab/tree/notebooks"])  # noqa: S606  no shell, fixed arguments
    return 0
