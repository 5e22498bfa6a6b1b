"""The key of a run: same key, same report, so nothing needs to run again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from third_pillar import evidence
from third_pillar.execution.profiles import Profile, notebook_path
from third_pillar.execution.question import notebook_parameters
from third_pillar.vocabulary.parameters import Question

_FORMAT = 2
_LOCKS = ("requirements.lock", "plotly-bundle.lock")
_IGNORED = {"__pycache__"}
ABSENT = "absent"
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class RunInputs:
    """Everything a report depends on, by content.

    Attributes:
        parameters: Resolved values as the notebook gets them.
        members: Other members of the network.
        report: Title, notebook and draft or published, of the profile.
        tables: File of the data package to sha256.
        data: sha256 of the whole data package.
        code: sha256 over the package's files, templates included.
        notebook: sha256 of the notebook.
        locks: Lock file to sha256, or "absent".
        register: sha256 of the registered forecasts, which are no part of the data, or "absent".
        own_figures: sha256 of the reader's own figures where they enter, or "absent".
    """

    parameters: dict[str, Any]
    members: tuple[str, ...]
    report: dict[str, str]
    tables: dict[str, str]
    data: str
    code: str
    notebook: str
    locks: dict[str, str]
    register: str
    own_figures: str

    @cached_property
    def base(self) -> str:
        """sha256 over all but the data: the question, the code, the notebook, the locks.

        What of the data a report reads is known once it has run; its key adds their hashes.
        """
        content = asdict(self)
        del content["tables"], content["data"]
        return _sha256({"format": _FORMAT, **content})

    @cached_property
    def key(self) -> str:
        """The key of a report that rests on the whole data package."""
        return self.key_of({evidence.WHOLE: self.data})

    def key_of(self, reads: Mapping[str, str]) -> str:
        """The key of a report that has read these, each with its sha256."""
        return _sha256({"base": self.base, "reads": dict(reads)})


def read_run_inputs(
    question: Question, profile: Profile, *, root: Path | None = None, own_figures: bool = False
) -> RunInputs:
    """What a report of this question would depend on now.

    Args:
        question: The checked parameters.
        profile: The kind of report.
        root: Project root; found where not given.
        own_figures: Whether the reader's own figures enter.

    Raises:
        ParameterFault: The profile's notebook is not there.
    """
    root = root or evidence.project_root()
    return RunInputs(
        parameters=notebook_parameters(question),
        members=question.members,
        report={
            "title": profile.title,
            "notebook": profile.notebook,
            "publish": profile.publish,
        },
        tables=dict(evidence.table_hashes(root)),
        data=evidence.package_sha256(root),
        code=package_code_sha256(),
        notebook=_file_sha256(notebook_path(profile, root=root)),
        locks={name: _file_sha256(root / name) for name in _LOCKS},
        register=_file_sha256(root / "data" / "forecasts.csv"),
        own_figures=_own_sha256(root) if own_figures else ABSENT,
    )


def _sha256(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def package_code_sha256() -> str:
    """sha256 of the kit's own code as it lies on the disk."""
    return code_sha256(_PACKAGE)


def code_sha256(package: Path) -> str:
    """sha256 over names and contents of a package's files; compiled files do not count."""
    digest = hashlib.sha256()
    for name, entry in sorted(_code_files(os.fspath(package), "")):
        try:
            state = entry.stat()
            content = _content_sha256(entry.path, state.st_mtime_ns, state.st_size)
        except FileNotFoundError:
            continue  # an editor's own file, gone since the folder was listed
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()


def _code_files(folder: str, inside: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Files below a folder, each with its name there."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in _IGNORED:
                continue
            if entry.is_dir():
                yield from _code_files(entry.path, f"{inside}{entry.name}/")
            elif entry.is_file() and not entry.name.endswith(".pyc"):
                yield f"{inside}{entry.name}", entry


@lru_cache(maxsize=1024)
def _content_sha256(path: str, changed: int, size: int) -> bytes:
    del changed, size  # parts of the cache key only
    return hashlib.sha256(Path(path).read_bytes()).digest()


def _own_sha256(root: Path) -> str:
    own = evidence.find_overlay(root)
    return ABSENT if own is None else own.sha256


def _file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ABSENT
