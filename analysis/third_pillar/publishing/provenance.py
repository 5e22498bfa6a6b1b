"""What a manifest says of where a report comes from; no path of the machine, no secret."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import platform
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from third_pillar import __version__
from third_pillar.execution.profiles import Profile
from third_pillar.execution.run_key import RunInputs
from third_pillar.vocabulary.parameters import Question

_STATED = (
    "ipykernel",
    "jupyter-client",
    "nbclient",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "plotly",
    "pydantic",
    "scipy",
)


def describe_provenance(
    question: Question, *, profile: Profile, inputs: RunInputs, started: dt.datetime
) -> dict[str, Any]:
    """Parameters, hashes, versions and times (UTC) of a run, as plain data."""
    finished = dt.datetime.now(dt.UTC)
    return {
        "run_key": inputs.key,
        "base_key": inputs.base,
        "title": profile.title,
        "publish": profile.publish,
        "parameters": inputs.parameters,
        "members": list(inputs.members),
        "as_of": question.as_of.isoformat(),
        "is_stale": question.is_stale,
        "data": {"sha256": inputs.data, "tables": inputs.tables},
        "own_figures": inputs.own_figures,
        "code": inputs.code,
        "notebook": {"path": profile.notebook, "sha256": inputs.notebook},
        "locks": inputs.locks,
        "versions": installed_versions(),
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "seconds": round((finished - started).total_seconds(), 3),
    }


def installed_versions() -> dict[str, str]:
    """Version of Python, of the kit and of what a report is made with."""
    return dict(_versions())


@lru_cache(maxsize=1)
def _versions() -> Mapping[str, str]:
    versions = {"python": platform.python_version(), "third-pillar": __version__}
    for name in _STATED:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions
