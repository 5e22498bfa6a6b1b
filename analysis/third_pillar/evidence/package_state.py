"""The data package as it stands in a commit, a folder or an archive: read, never checked out."""

from __future__ import annotations

import io
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from third_pillar.evidence.location import DESCRIPTOR, project_root
from third_pillar.evidence.release import PACKAGE_PATTERNS
from third_pillar.vocabulary.errors import ParameterFault

HERE = "."
_MOST_BYTES = 200_000_000
_PATTERNS = (*PACKAGE_PATTERNS, "forecasts.csv")
_HINT = "Name a commit (HEAD~1, a tag), a folder, or a data package (folder or .zip)."


@dataclass(frozen=True)
class PackageState:
    """One state of the data package; `files` maps the path below `data/` to its text."""

    label: str
    files: Mapping[str, str]


def read_state(named: str, *, root: Path | None = None) -> PackageState:
    """The data package that a commit, a folder or an archive holds; `.` is the one here.

    Raises:
        ParameterFault: It is none of these, holds no data package, or cannot be read.
    """
    root = project_root() if root is None else root
    if named == HERE:
        return _of_folder(root / "data", "the data here")
    if not named.strip() or "\0" in named:
        raise ParameterFault(f"{named!r} is no commit, folder or data package", hint=_HINT)
    path = Path(named)
    if path.is_dir():
        folder = path if (path / DESCRIPTOR).is_file() else path / "data"
        return _of_folder(folder, named)
    if path.is_file():
        return _of_file(path, named)
    return _of_commit(named, root)


def _of_folder(folder: Path, label: str) -> PackageState:
    if not (folder / DESCRIPTOR).is_file():
        raise ParameterFault(f"{label} holds no {DESCRIPTOR}", hint=_HINT)
    found = (
        (path.relative_to(folder).as_posix(), path.read_bytes())
        for pattern in _PATTERNS
        for path in folder.glob(pattern)
        if path.is_file()
    )
    return _state(label, found)


def _of_file(path: Path, label: str) -> PackageState:
    if path.name == DESCRIPTOR:
        return _of_folder(path.parent, label)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [entry for entry in archive.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in members) > _MOST_BYTES:
                raise ParameterFault(f"{label} unpacks to over {_MOST_BYTES:,} bytes", hint=_HINT)
            held = [(entry.filename, archive.read(entry)) for entry in members]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        said = str(error) or type(error).__name__
        raise ParameterFault(
            f"{label} is no zip archive that can be read: {said}", hint=_HINT
        ) from None
    return _state(label, _below_descriptor(held, label))


def _of_commit(named: str, root: Path) -> PackageState:
    commit = _git(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}^{{commit}}"
    )
    if commit is None:
        raise ParameterFault(f"{named!r} is no commit, folder or data package", hint=_HINT)
    prefix = (_git(root, "rev-parse", "--show-prefix") or b"").decode().strip()
    sha = commit.decode().strip()
    packed = _git(root, "archive", "--format=tar", f"{sha}:{prefix}data")
    if packed is None:
        raise ParameterFault(f"commit {named} holds no data/", hint=_HINT)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        held = [
            (member.name, opened.read())
            for member in archive.getmembers()
            if member.isfile() and (opened := archive.extractfile(member)) is not None
        ]
    return _state(f"{named} ({sha[:10]})", _below_descriptor(held, named))


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints, or nothing where it refuses.

    Raises:
        ParameterFault: There is no git.
    """
    try:
        done = subprocess.run(  # noqa: S603  fixed program, arguments never pass a shell
            ["git", "-C", str(root), *arguments],  # noqa: S607  the git of the user's path
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise ParameterFault(f"git cannot be run: {error.strerror}", hint=_HINT) from None
    return done.stdout if done.returncode == 0 else None


def _below_descriptor(held: list[tuple[str, bytes]], label: str) -> Iterator[tuple[str, bytes]]:
    """Paths as seen from the folder of the descriptor nearest to the top."""
    places = [PurePosixPath(name) for name, _ in held if PurePosixPath(name).name == DESCRIPTOR]
    if not places:
        raise ParameterFault(f"{label} holds no {DESCRIPTOR}", hint=_HINT)
    top = min(places, key=lambda path: len(path.parts)).parent
    for name, content in held:
        path = PurePosixPath(name)
        if path.is_relative_to(top):
            yield path.relative_to(top).as_posix(), content


def _state(label: str, found: Iterator[tuple[str, bytes]]) -> PackageState:
    files = {}
    for name, content in found:
        if not _belongs(name):
            continue
        try:
            files[name] = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ParameterFault(f"{label}: {name} is not UTF-8 text") from None
    return PackageState(label, dict(sorted(files.items())))


def _belongs(name: str) -> bool:
    """Whether a path is a file of the package; a star stands for one folder or file name."""
    parts = PurePosixPath(name).parts
    return any(
        len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))
        for wanted in (PurePosixPath(pattern).parts for pattern in _PATTERNS)
    )
