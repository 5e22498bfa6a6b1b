"""`pillar doctor`: whether this machine has what reports and tests need."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from third_pillar import evidence
from third_pillar.cli.answer import answer_json, say
from third_pillar.publishing.archive import Archive
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import EvidenceFault, PillarError, StorageFault

_OLDEST_PYTHON = (3, 11)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)\s*(?:;\s*([^\\]*))?")


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Attributes:
        name: What it is.
        is_good: Whether it is as it should be.
        is_needed: Whether reports fail without it.
        said: What was found, and the way out where it is not good.
        exit_code: Of the command, when it is needed and not good.
    """

    name: str
    is_good: bool
    is_needed: bool
    said: str
    exit_code: int = 1


def examine(*, as_json: bool) -> int:
    """Exit code of the first needed thing that is wrong; all of them are printed."""
    project = _project()
    inside = [_lock, _data, _archive] if project.is_good else []
    checks = [_python(), project, *(look() for look in inside), _node(), _browser()]
    wrong = [check for check in checks if check.is_needed and not check.is_good]
    code = wrong[0].exit_code if wrong else 0
    if as_json:
        status = "failed" if wrong else "good"
        answer_json({"status": status, "exit_code": code, "checks": [vars(c) for c in checks]})
        return code
    for check in checks:
        mark = "good   " if check.is_good else ("WRONG  " if check.is_needed else "missing")
        say(f"{mark} {check.name:<9} {check.said}")
    return code


def _python() -> Check:
    found = f"{platform.python_version()} at {sys.executable}"
    is_good = sys.version_info >= _OLDEST_PYTHON
    return Check("python", is_good, is_needed=True, said=found if is_good else f"{found}; 3.11+")


def _project() -> Check:
    """The folder of the project; lock, data and archive are looked at inside it."""
    try:
        root = evidence.project_root()
    except PillarError as error:
        said = _with_way_out(error)
        return Check("project", is_good=False, is_needed=True, said=said, exit_code=error.exit_code)
    return Check("project", is_good=True, is_needed=True, said=str(root))


def _with_way_out(error: PillarError) -> str:
    said = str(error).splitlines()[0].rstrip(".")
    return f"{said}. {error.hint}".strip()


def _lock() -> Check:
    path = evidence.project_root() / "requirements.lock"
    if not path.is_file():
        return Check("lock", is_good=False, is_needed=True, said="no requirements.lock here")
    differing = differences_from_lock(path.read_text(encoding="utf-8"))
    if differing:
        shown = ", ".join(differing[:5]) + (" …" if len(differing) > len(differing[:5]) else "")
        count = counted(len(differing), "package differs", "packages differ")
        said = f"{count}: {shown}. `make report` sets them right."
        return Check("lock", is_good=False, is_needed=True, said=said)
    return Check("lock", is_good=True, is_needed=True, said="every package is as locked")


def differences_from_lock(text: str) -> list[str]:
    """Installed packages that differ from a lock, as "name 1.0, locked 1.1"; sorted.

    A locked package that is not installed counts only where the lock sets no condition
    (another system's package is rightly absent).
    """
    differing = []
    for line in text.splitlines():
        pin = _PIN.match(line)
        if not pin:
            continue
        name, locked, condition = pin.groups()
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            if not condition:
                differing.append(f"{name} is not installed, locked {locked}")
            continue
        if installed != locked and not condition:
            differing.append(f"{name} {installed}, locked {locked}")
    return sorted(differing)


def _data() -> Check:
    code = EvidenceFault.exit_code
    try:
        faults = evidence.validate_package()
    except PillarError as error:
        said = _with_way_out(error)
        return Check("data", is_good=False, is_needed=True, said=said, exit_code=code)
    count = counted(
        len(faults),
        "fault; `pillar data validate` names it",
        "faults; `pillar data validate` lists them",
    )
    said = count if faults else "valid"
    return Check("data", is_good=not faults, is_needed=True, said=said, exit_code=code)


def _archive() -> Check:
    code = StorageFault.exit_code
    try:
        archive = Archive()
        archive.check_writable()
    except PillarError as error:
        said = _with_way_out(error)
        return Check("archive", is_good=False, is_needed=True, said=said, exit_code=code)
    return Check("archive", is_good=True, is_needed=True, said=f"{archive.folder} takes files")


def _node() -> Check:
    found = shutil.which("npm")
    said = found or "no npm: reports carry plotly's full bundle, about 1 MB more"
    return Check("node", is_good=bool(found), is_needed=False, said=said)


def _browser() -> Check:
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        cache = Path.home() / ".cache" / "ms-playwright"
        own = sorted(cache.glob("chromium*/*/*chrome*")) if cache.is_dir() else []
        found = str(own[-1]) if own else None
    said = found or "no Chromium: reports work, the browser tests do not; `make test` gets it"
    return Check("chromium", is_good=bool(found), is_needed=False, said=said)
