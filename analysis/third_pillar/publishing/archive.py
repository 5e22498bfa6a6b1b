"""What was published, one folder a run; killed at any moment, it still verifies.

Below the archive's folder:

- `<profile>/<candidate>/<article>/<language>/<run_id>/` is a run, with its manifest;
- `<profile>/<candidate>/<article>/<language>/latest` leads to the newest run of a lineage,
  and `latest-published` beside it to the newest that readers may have;
- `latest` leads to that of the default lineage;
- `failed/<run_id>/` keeps the log and the partial notebook of a failure;
- `tables/` keeps the data that reports rest on, `approvals.jsonl` who approved them.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from third_pillar import evidence
from third_pillar.evidence.files import sync_folder
from third_pillar.publishing.atomic import (
    REPORTS_VARIABLE,
    check_writable,
    storage_faults,
    switch_link,
    sync_files,
)
from third_pillar.publishing.manifest import (
    MANIFEST,
    find_faults,
    read_manifest,
    write_manifest,
)
from third_pillar.vocabulary.errors import ParameterFault, StorageFault
from third_pillar.vocabulary.parameters import Question, ReportParameters

LATEST = "latest"
FAILED = "failed"
PUBLISHED_LINK = "latest-published"
TABLES = "tables"
_BUILDING = ".building-"
_OWNER = ".owner"
_SCRATCH = "scratch"
_SHORT_KEY = 8
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_TAKEN = {LATEST, FAILED, PUBLISHED_LINK, TABLES}
_RUN_ID = re.compile(r"\d{8}T\d{9}Z-[0-9a-f]{8}")
_FORGOTTEN = dt.timedelta(days=2)


@dataclass(frozen=True)
class Lineage:
    """Reports that follow each other: the same profile, candidate, article and language."""

    profile: str
    candidate: str
    article: str
    language: str

    def __post_init__(self) -> None:
        for part in astuple(self):
            if not _SAFE.fullmatch(part) or part in _TAKEN:
                raise ParameterFault(
                    f"{part!r} cannot name a folder of the archive",
                    hint="Names of profiles and articles hold letters, digits, - and _ only.",
                )

    @classmethod
    def of(cls, question: Question) -> Lineage:
        """The lineage of the report that answers a question."""
        asked = question.parameters
        return cls(asked.profile, asked.candidate, asked.article, asked.language)

    def __str__(self) -> str:
        return "/".join(astuple(self))


_DEFAULTS = ReportParameters()
DEFAULT_LINEAGE = Lineage(
    _DEFAULTS.profile, _DEFAULTS.candidate, _DEFAULTS.article, _DEFAULTS.language
)


@dataclass(frozen=True)
class ArchivedRun:
    """A published run: its folder and what its manifest says."""

    lineage: Lineage
    folder: Path
    manifest: dict[str, Any]

    @property
    def run_id(self) -> str:
        """UTC start and short key; the folder's name."""
        return self.folder.name


@dataclass(frozen=True)
class OpenRun:
    """A run being built in a hidden folder of the archive."""

    run_id: str
    lineage: Lineage
    folder: Path


def reports_folder() -> Path:
    """Where reports go: PILLAR_REPORTS where set, else `reports/` of the project."""
    named = os.environ.get(REPORTS_VARIABLE)
    return Path(named).expanduser().absolute() if named else evidence.project_root() / "reports"


class Archive:
    """The published runs below one folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or reports_folder() / "archive"

    def check_writable(self) -> None:
        """Nothing, if a run can be kept here.

        Raises:
            StorageFault: Read-only, full, or no folder.
        """
        check_writable(self.folder)

    def lineage_folder(self, lineage: Lineage) -> Path:
        """Where the runs of a lineage lie."""
        return self.folder.joinpath(*astuple(lineage))

    def list_runs(self) -> list[ArchivedRun]:
        """Every published run, oldest first; a damaged manifest shows as an empty one."""
        return sorted(self._runs(), key=lambda run: (run.run_id, str(run.lineage)))

    def list_lineage(self, lineage: Lineage) -> list[ArchivedRun]:
        """The runs of one lineage, oldest first."""
        return sorted(self._runs("/".join(astuple(lineage))), key=lambda run: run.run_id)

    def _runs(self, below: str = "*/*/*/*") -> Iterator[ArchivedRun]:
        for folder in self.folder.glob(f"{below}/*"):
            parts = folder.relative_to(self.folder).parts
            if folder.is_symlink() or not folder.is_dir() or folder.name.startswith("."):
                continue
            if all(_SAFE.fullmatch(part) and part not in _TAKEN for part in parts[:4]):
                yield ArchivedRun(Lineage(*parts[:4]), folder, read_manifest(folder))

    def find(self, lineage: Lineage, run_key: str) -> ArchivedRun | None:
        """The newest run of that key whose files verify; none where there is none."""
        return self._newest(lineage, "*", lambda said: said.get("run_key") == run_key)

    def find_standing(
        self, lineage: Lineage, base: str, *, stands: Callable[[dict[str, Any]], bool]
    ) -> ArchivedRun | None:
        """The newest run of a question that still stands and whose files verify, if there is one.

        Args:
            lineage: Where to look.
            base: `base_key` of its manifest: the question, the code, the notebook, the locks.
            stands: Whether what a manifest says was read of the data is still so.
        """
        return self._newest(
            lineage,
            f"*-{base[:_SHORT_KEY]}",
            lambda said: said.get("base_key") == base and stands(said),
        )

    def _newest(
        self, lineage: Lineage, pattern: str, fits: Callable[[dict[str, Any]], bool]
    ) -> ArchivedRun | None:
        home = self.lineage_folder(lineage)
        for folder in sorted(home.glob(pattern), reverse=True):
            manifest = read_manifest(folder)
            if not folder.is_symlink() and fits(manifest) and not find_faults(folder):
                return ArchivedRun(lineage, folder, manifest)
        return None

    def faults(self, run: ArchivedRun) -> list[str]:
        """What in a run is not as its manifest says."""
        return find_faults(run.folder)

    def holds(self, folder: Path) -> bool:
        """Whether a folder is a run of this archive whose files verify."""
        inside = folder.resolve().is_relative_to(self.folder.resolve())
        return inside and folder.is_dir() and not find_faults(folder)

    def latest(self, lineage: Lineage) -> Path | None:
        """Folder of the newest run of a lineage."""
        link = self.lineage_folder(lineage) / LATEST
        return link.resolve() if link.is_dir() else None

    def open_run(self, lineage: Lineage, *, run_key: str) -> OpenRun:
        """A hidden folder to build a run in; what killed processes left behind is put away.

        Raises:
            StorageFault: The archive cannot be written.
        """
        self._put_away_orphans()
        at = dt.datetime.now(dt.UTC)
        while True:
            stamp = at.strftime("%Y%m%dT%H%M%S") + f"{at.microsecond // 1000:03d}Z"
            run_id = f"{stamp}-{run_key[:_SHORT_KEY]}"
            folder = self.folder / f"{_BUILDING}{run_id}"
            with storage_faults(self.folder):
                try:
                    folder.mkdir()
                except FileExistsError:
                    at += dt.timedelta(milliseconds=1)
                    continue
                (folder / _OWNER).write_text(f"{socket.gethostname()} {os.getpid()}")
            return OpenRun(run_id, lineage, folder)

    def publish(self, run: OpenRun, manifest: dict[str, Any]) -> ArchivedRun:
        """The run under its final name, and `latest` leading to it.

        Args:
            run: Holds the report's files.
            manifest: All but `files`, which are listed here with their sha256.

        Raises:
            StorageFault: Nothing was published, or `latest` could not be switched.
        """
        home = self.lineage_folder(run.lineage)
        final = home / run.run_id
        self._clear(run)
        with storage_faults(final):
            written = write_manifest(run.folder, manifest)
            sync_files(run.folder)
            home.mkdir(parents=True, exist_ok=True)
            run.folder.rename(final)
            sync_folder(home)
        published = ArchivedRun(run.lineage, final, written)
        self.lead_to(published)
        return published

    def adopt(self, lineage: Lineage, made: Path) -> ArchivedRun:
        """A run that was made in another archive, published in this one.

        Args:
            lineage: Of the run.
            made: Folder with its files and its manifest, which verify.

        Raises:
            StorageFault: It cannot be kept, or this archive holds a run of that name.
        """
        manifest = read_manifest(made)
        run_id = str(manifest.get("run_id"))
        if not _RUN_ID.fullmatch(run_id):
            raise StorageFault(f"{run_id!r} is no name of a run")
        run = OpenRun(run_id, lineage, self.folder / f"{_BUILDING}{run_id}")
        with storage_faults(run.folder):
            run.folder.mkdir()
            (run.folder / _OWNER).write_text(f"{socket.gethostname()} {os.getpid()}")
            for path in made.iterdir():
                if path.name != MANIFEST:
                    shutil.copy(path, run.folder)
        del manifest["files"]
        return self.publish(run, manifest)

    def lead_to(self, run: ArchivedRun) -> None:
        """Make `latest` of the run's lineage lead to it; nothing is written where it does.

        Raises:
            StorageFault: The link cannot be switched.
        """
        link = self.lineage_folder(run.lineage) / LATEST
        if not link.is_symlink() or link.resolve() != run.folder.resolve():
            switch_link(link, run.folder)
        top = self.folder / LATEST
        if run.lineage == DEFAULT_LINEAGE and (
            not top.is_symlink() or top.resolve() != run.folder.resolve()
        ):
            switch_link(top, link)

    def keep_failure(self, run: OpenRun, manifest: dict[str, Any]) -> Path:
        """Folder that now keeps the log and partial notebook of a failed run.

        Raises:
            StorageFault: It cannot be kept.
        """
        kept = self.folder / FAILED / run.run_id
        with storage_faults(kept):
            self._clear(run)
            write_manifest(run.folder, {**manifest, "status": "failed"})
            kept.parent.mkdir(exist_ok=True)
            run.folder.rename(kept)
        return kept

    def discard(self, run: OpenRun) -> None:
        """Take away what was built; nothing was published."""
        shutil.rmtree(run.folder, ignore_errors=True)

    def verify(self, *, tell: Callable[[int, int], None] = lambda _, __: None) -> list[str]:
        """Every fault: a file missing, changed or not listed, a link that leads nowhere.

        Args:
            tell: Told how many runs were looked at, and of how many.
        """
        runs = self.list_runs()
        faults = []
        for number, run in enumerate(runs, start=1):
            faults += [f"{run.lineage}/{run.run_id}: {fault}" for fault in find_faults(run.folder)]
            tell(number, len(runs))
        homes = [self.folder, *sorted(self.folder.glob("*/*/*/*"))]
        faults += [
            f"{(home / name).relative_to(self.folder).as_posix()}: leads to no archived run"
            for home in homes
            for name in (LATEST, PUBLISHED_LINK)
            if (home / name).is_symlink() and not (home / name / MANIFEST).is_file()
        ]
        return faults

    def _clear(self, run: OpenRun) -> None:
        shutil.rmtree(run.folder / _SCRATCH, ignore_errors=True)
        with suppress(OSError):
            (run.folder / _OWNER).unlink()

    def orphans(self) -> list[Path]:
        """Folders of runs whose process was killed."""
        return [one for one in sorted(self.folder.glob(f"{_BUILDING}*")) if _is_orphan(one)]

    def _put_away_orphans(self) -> None:
        for folder in self.orphans():
            run_id = folder.name.removeprefix(_BUILDING)
            said = {"run_id": run_id, "message": "the process was killed before it ended"}
            # another process may publish it or put it away at the same moment
            with suppress(FileNotFoundError, StorageFault):
                self.keep_failure(OpenRun(run_id, DEFAULT_LINEAGE, folder), said)


def _is_orphan(folder: Path) -> bool:
    try:
        changed = dt.datetime.fromtimestamp(folder.stat().st_mtime, dt.UTC)
    except FileNotFoundError:
        return False
    is_forgotten = dt.datetime.now(dt.UTC) - changed > _FORGOTTEN
    try:
        host, pid = (folder / _OWNER).read_text().split()
    except (OSError, ValueError):
        return is_forgotten
    if host != socket.gethostname() or os.name != "posix":
        return is_forgotten
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return is_forgotten
    return False
