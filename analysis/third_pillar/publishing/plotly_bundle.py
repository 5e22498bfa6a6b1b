"""Which copy of plotly.js a report carries: a third of the size where npm can fetch it.

The partial bundle is checked against `plotly-bundle.lock` byte for byte. Where it cannot be had,
or a figure needs more than it draws, the copy inside the plotly package is used, and said so.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

LOCK_NAME = "plotly-bundle.lock"
NPM_SECONDS = 25.0
_TRACE = re.compile(r'moduleType:\s*"trace",\s*name:\s*"(\w+)"')


@dataclass(frozen=True)
class PlotlyBundle:
    """A plotly.js ready to be embedded.

    Attributes:
        name: "partial" or "full".
        version: Version of plotly.js.
        gzip_base64: The script, compressed and encoded.
        trace_types: Trace types the script itself registers.
        why: Where it comes from, or why the partial one was not used.
    """

    name: str
    version: str
    gzip_base64: str
    trace_types: frozenset[str]
    why: str

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.why})"


class _NoPartial(Exception):
    """Why the partial bundle cannot be used."""


def load_bundle(
    *,
    needs: frozenset[str] = frozenset(),
    lock: Path | None = None,
    cache: Path | None = None,
    npm: str | None = "npm",
) -> PlotlyBundle:
    """The smallest plotly.js at hand that draws every trace type in `needs`.

    Args:
        needs: Trace types of the report's figures.
        lock: Name, version and sha512 of the partial bundle; by default the project's lock.
        cache: Folder that keeps the package fetched; by default below `sys.prefix`.
        npm: Command that fetches it; None never fetches.
    """
    lock = lock or Path(__file__).resolve().parents[3] / LOCK_NAME
    cache = cache or Path(sys.prefix) / "share" / "third-pillar"
    try:
        partial = _partial_bundle(lock, cache, npm)
    except _NoPartial as reason:
        return _full_bundle(str(reason))
    lacking = sorted(needs - partial.trace_types)
    if lacking:
        return _full_bundle(f"figures need {', '.join(lacking)}")
    return partial


def _partial_bundle(lock: Path, cache: Path, npm: str | None) -> PlotlyBundle:
    locked = _read_lock(lock)
    name, version = locked["name"], locked["version"]
    if version != _installed_version():
        raise _NoPartial(f"{LOCK_NAME} names {version}, plotly.py carries {_installed_version()}")
    kept = cache / f"{name}-{version}.tgz"
    package = kept.read_bytes() if kept.is_file() else b""
    if _integrity(package) != locked["integrity"]:
        package = _fetch(f"{name}@{version}", npm)
        if _integrity(package) != locked["integrity"]:
            raise _NoPartial(f"what npm delivered is not what {LOCK_NAME} names")
        _keep(package, kept)
    return _bundle("partial", version, _script_in(package), name)


def _read_lock(lock: Path) -> dict[str, str]:
    try:
        locked = json.loads(lock.read_text(encoding="utf-8"))
        return {key: str(locked[key]) for key in ("name", "version", "integrity")}
    except FileNotFoundError:
        raise _NoPartial(f"no {LOCK_NAME}") from None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise _NoPartial(f"{LOCK_NAME} cannot be read: {error}") from error


def _integrity(package: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(package).digest()).decode("ascii")


def _fetch(spec: str, npm: str | None) -> bytes:
    command = shutil.which(npm) if npm else None
    if command is None:
        raise _NoPartial("npm not found")
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["pack", spec, "--silent", "--ignore-scripts", "--fetch-retries=0"]
        try:
            subprocess.run(  # noqa: S603  fixed words; the spec comes from the project's lock
                [command, *arguments, "--fetch-timeout=20000"],
                cwd=folder,
                check=True,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=NPM_SECONDS,
            )
            return next(Path(folder).glob("*.tgz")).read_bytes()
        except subprocess.TimeoutExpired:
            raise _NoPartial(f"npm did not answer in {NPM_SECONDS:.0f} s") from None
        except (subprocess.CalledProcessError, OSError, StopIteration):
            raise _NoPartial("npm could not fetch the partial bundle") from None


def _keep(package: bytes, kept: Path) -> None:
    """Write the package for next time; a folder that cannot be written costs only a new fetch."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as part:
            part.write(package)
        Path(part.name).chmod(0o644)
        Path(part.name).replace(kept)
    except OSError:
        return


@lru_cache(maxsize=1)
def _script_in(package: bytes) -> str:
    with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name.endswith(".min.js") else None
            if stream is not None:
                return stream.read().decode("utf-8")
    raise _NoPartial("the npm package holds no script")


def _full_bundle(why: str) -> PlotlyBundle:
    return _bundle("full", _installed_version(), _plotly_offline().get_plotlyjs(), why)


def _installed_version() -> str:
    return str(_plotly_offline().get_plotlyjs_version())


def _plotly_offline() -> Any:
    import plotly.offline  # noqa: PLC0415  not needed where nothing is exported

    return plotly.offline


@lru_cache(maxsize=2)
def _bundle(name: str, version: str, script: str, why: str) -> PlotlyBundle:
    packed = gzip.compress(script.encode("utf-8"), compresslevel=9, mtime=0)
    return PlotlyBundle(
        name=name,
        version=version,
        gzip_base64=base64.b64encode(packed).decode("ascii"),
        trace_types=frozenset(_TRACE.findall(script)),
        why=why,
    )
