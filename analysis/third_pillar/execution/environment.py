"""What of the user's environment the cells of a report may see: what they need, and no secret."""

from __future__ import annotations

import ctypes
import os
import sys
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
_ENVIRONMENT_FIELD = 47  # of /proc/self/stat, counted from the state of the process
# cells run in a folder of their own: what the user wrote relative to theirs must still hold
_FOLDERS = ("PILLAR_ROOT", "PILLAR_REPORTS")
AS_IN_A_NOTEBOOK = {"PLOTLY_RENDERER": "plotly_mimetype"}
"""What plotly chooses in a kernel, and would not see that it is in a notebook otherwise."""

ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Sums over threads differ in their last digits, and a process with threads cannot be forked."""


KEEPS_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
    "MALLOC_TOP_PAD_": "33554432",
}
"""For a process that makes reports and ends: what it frees it will want again (glibc)."""


def kept_environment() -> dict[str, str]:
    """What is kept of this process's environment for those that make reports: no secret."""
    kept = {name: value for name, value in os.environ.items() if _is_kept(name)}
    for name in _FOLDERS:
        if kept.get(name):
            kept[name] = str(Path(kept[name]).absolute())
    return kept


def _is_kept(name: str) -> bool:
    return name.upper() in _KEPT or name.startswith("LC_")


def cell_environment(private: Path, *, reads: Path | None = None) -> dict[str, str]:
    """The environment of a report's cells.

    Args:
        private: Folder for what IPython would keep in the home folder.
        reads: File that takes the names of the tables read.
    """
    kept = kept_environment()
    if reads is not None:
        kept[READS_VARIABLE] = str(reads)
    return {
        **AS_IN_A_NOTEBOOK,
        **kept,
        **ONE_THREAD,
        "IPYTHONDIR": str(private / "ipython"),
        "PYTHONUNBUFFERED": "1",
    }


def hide_environment() -> None:
    """Take what cells may not see out of what the system shows of this process.

    A process can read the environment that another of the same user was started with, so that
    cells could read that of whoever waits for them. This process and the programs that it starts
    keep every variable: those that are not for cells are moved elsewhere in its memory first.
    """
    bounds = first_environment()
    if bounds is None:
        return
    start, end = bounds
    place = start
    for entry in ctypes.string_at(start, end - start).split(b"\0"):
        name, equals, _ = entry.partition(b"=")
        if entry and not (equals and _is_kept(os.fsdecode(name))):
            value = os.environ.get(os.fsdecode(name))
            if value is not None:
                # set anew, the system's library keeps a copy and no longer looks here
                os.environ[os.fsdecode(name)] = value
            ctypes.memset(place, 0, len(entry))
        place += len(entry) + 1


def first_environment() -> tuple[int, int] | None:
    """Where in its memory lies what this process was started with; none where unknown."""
    if sys.platform != "linux":
        return None
    try:
        fields = Path("/proc/self/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        start, end = int(fields[_ENVIRONMENT_FIELD]), int(fields[_ENVIRONMENT_FIELD + 1])
    except (OSError, ValueError, IndexError):
        return None
    # zero where the system does not say; what was set since lies elsewhere
    return (start, end) if 0 < start < end else None
