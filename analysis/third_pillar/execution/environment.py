"""What of the user's environment the cells of a report may see: what they need, and no secret."""

from __future__ import annotations

import os
from pathlib import Path

READS_VARIABLE = "PILLAR_READS"
"""Names the file to which the data layer adds the name of each table it hands out."""

_KEPT = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP"}
    | {"VIRTUAL_ENV", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"}
    | {"PYTHONPATH", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS", "PYTHONUTF8"}
    | {
        "PILLAR_ROOT",
        "PILLAR_REPORTS",
        "PILLAR_OVERLAY",
        "PILLAR_ALLOW_SYNTHETIC",
        "PLOTLY_RENDERER",
    }
    | {"SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA"}
    | {"PROGRAMDATA", "SYSTEMDRIVE", "NUMBER_OF_PROCESSORS", "SOURCE_DATE_EPOCH"}
)
# cells run in a folder of their own: what the user wrote relative to theirs must still hold
_FOLDERS = ("PILLAR_ROOT", "PILLAR_REPORTS")
AS_IN_A_NOTEBOOK = {"PLOTLY_RENDERER": "plotly_mimetype"}
"""What plotly chooses in a kernel, and would not see that it is in a notebook otherwise."""

ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Sums over threads differ in their last digits, and a process with threads cannot be forked."""


def cell_environment(private: Path, *, reads: Path | None = None) -> dict[str, str]:
    """The environment of a report's cells.

    Args:
        private: Folder for what IPython would keep in the home folder.
        reads: File that takes the names of the tables read.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _KEPT or name.startswith("LC_")
    }
    for name in _FOLDERS:
        if kept.get(name):
            kept[name] = str(Path(kept[name]).absolute())
    if reads is not None:
        kept[READS_VARIABLE] = str(reads)
    return {
        **AS_IN_A_NOTEBOOK,
        **kept,
        **ONE_THREAD,
        "IPYTHONDIR": str(private / "ipython"),
        "PYTHONUNBUFFERED": "1",
    }
