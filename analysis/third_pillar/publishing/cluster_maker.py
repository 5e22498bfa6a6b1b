"""Reports made by the workers of a Dask cluster and put into this machine's archive.

A worker needs the project and its data, not the archive: with the question it is sent what the
report has to tell of those before it, and it makes the report in a folder of its own and sends the
files. What it sends is kept only if it was made from the same question, code and
data as here, and every file is as its manifest says.
"""

from __future__ import annotations

import base64
import contextlib
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from third_pillar import evidence
from third_pillar.execution.cluster import check_cluster_extra, open_client, run_on
from third_pillar.execution.environment import hide_environment
from third_pillar.execution.profiles import load_profile
from third_pillar.execution.question import notebook_parameters, resolve
from third_pillar.publishing.approval import lead_published
from third_pillar.publishing.archive import FAILED, Archive, Lineage
from third_pillar.publishing.earlier import find_earlier, pack_tables, unpack_tables
from third_pillar.publishing.manifest import MANIFEST, find_faults, read_manifest
from third_pillar.publishing.outcome import ReportOutcome
from third_pillar.publishing.pool import Answer, Asked, Step, WarmPool, read_outcome
from third_pillar.publishing.report import find_unchanged
from third_pillar.publishing.run_names import is_run_id
from third_pillar.publishing.table_store import TableStore
from third_pillar.vocabulary.errors import PillarError, ReportFailed

_own = threading.local()
"""A warm process for each thread: a worker may make several reports at a time."""
_LINEAGE = ("profile", "candidate", "article", "language")


def make_here(task: dict[str, Any]) -> dict[str, Any]:
    """A report made on the machine this runs on: its outcome, and its files in base64."""
    folder = Path(tempfile.mkdtemp(prefix="pillar-cluster-"))
    try:
        asked = Asked(**task["asked"])
        unpack_tables(task["tables"], folder / "archive")
        if not hasattr(_own, "pool"):
            _own.pool = WarmPool(1)
        asked = replace(asked, reports=str(folder))
        answer = next(told for told in _own.pool.run([asked]) if isinstance(told, Answer))
        made = answer.outcome.manifest.parent if answer.outcome.manifest else answer.outcome.kept
        files = {
            path.name: base64.b64encode(path.read_bytes()).decode("ascii")
            for path in (made.iterdir() if made else ())
            if path.is_file()
        }
        return {
            "outcome": asdict(answer.outcome),
            "files": files,
            "processor_seconds": answer.processor_seconds,
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compose_task(asked: Asked, archive: Archive) -> dict[str, Any]:
    """What a worker is sent: the question, and what of this archive the report has to tell of."""
    try:
        root = evidence.project_root()
        question = resolve(asked.given, load_profile(asked.profile, root=root), root=root)
        manifest = {"parameters": notebook_parameters(question)}
        earlier = find_earlier(archive, Lineage.of(question), manifest=manifest)
        known = evidence.table_hashes(root).values()
        tables = pack_tables(TableStore(archive.folder), earlier, known=known)
    except PillarError:
        # what is wrong, the worker says as it would be said here
        earlier, tables = [], {}
    return {
        "asked": {**asdict(asked), "earlier": [asdict(one) for one in earlier]},
        "tables": tables,
    }


@dataclass
class ClusterMaker:
    """Makes reports on a cluster.

    Attributes:
        address: Of the scheduler; none for a cluster of this machine.
        local: Workers of that cluster.
    """

    address: str | None = None
    local: int | None = None

    def __post_init__(self) -> None:
        check_cluster_extra()

    def run(self, asked: list[Asked]) -> Iterator[Step | Answer | None]:
        """An answer for each, in the order in which they end."""
        if not asked:
            return
        archive = Archive()
        hide_environment()  # a worker of this machine looks up to this process
        with open_client(address=self.address, local=self.local) as client:
            tasks = (_compose_task(question, archive) for question in asked)
            for place, result, why in run_on(client, make_here, tasks):
                question = asked[place]
                if result is None:
                    yield Answer(question.task, _failed("ProcessLost", why), 0.0)
                    continue
                yield self._take(question, result, archive)

    def close(self) -> None:
        """Nothing stays open between runs."""

    def _take(self, question: Asked, result: Any, archive: Archive) -> Answer:
        """The answer of a worker, kept; one that is no report is a failure of that report alone."""
        try:
            outcome = self._keep(question, result, archive)
            return Answer(question.task, outcome, float(result["processor_seconds"]))
        except (PillarError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            said = (
                str(error) if isinstance(error, PillarError) else f"{type(error).__name__}: {error}"
            )
            why = f"the worker sent what is no report of this question: {said}"
            return Answer(question.task, _failed("ReportFailed", why), 0.0)

    def _keep(self, asked: Asked, result: dict[str, Any], archive: Archive) -> ReportOutcome:
        outcome = read_outcome(result["outcome"])
        if outcome.status == "failed":
            return self._keep_failure(outcome, result["files"], archive)
        began = time.monotonic()
        try:
            _, here = find_unchanged(
                asked.profile, asked.given, archive=archive, own_figures=asked.own_figures
            )
            with tempfile.TemporaryDirectory() as folder:
                _unpack(result["files"], Path(folder))
                manifest = read_manifest(Path(folder))
                if manifest.get("base_key") != here.base:
                    raise ReportFailed(
                        "the worker has other code, notebooks, locks or own figures than here"
                    )
                if manifest.get("data", {}).get("sha256") != here.data:
                    raise ReportFailed("the worker has other data than here")
                lineage = Lineage(*(here.parameters[name] for name in _LINEAGE))
                if manifest.get("lineage") != str(lineage):
                    raise ReportFailed("the worker sent a report of another lineage")
                kept = archive.adopt(lineage, Path(folder))
                lead_published(archive, kept)
        except PillarError as error:
            return _failed(type(error).__name__, str(error), hint=error.hint)
        return replace(
            outcome,
            html=kept.folder / "report.html",
            findings=kept.folder / "findings.json",
            manifest=kept.folder / MANIFEST,
            seconds=round(outcome.seconds + time.monotonic() - began, 3),
        )

    def _keep_failure(
        self, outcome: ReportOutcome, files: dict[str, str], archive: Archive
    ) -> ReportOutcome:
        if not outcome.kept:
            return outcome
        if not is_run_id(outcome.kept.name):
            raise ReportFailed(f"the worker sent a failure named {outcome.kept.name!r}")
        kept = archive.folder / FAILED / outcome.kept.name
        with tempfile.TemporaryDirectory() as folder:
            _unpack(files, Path(folder))
            with contextlib.suppress(OSError):
                shutil.copytree(folder, kept)
        hint = outcome.hint.replace(str(outcome.kept), str(kept))
        return replace(outcome, kept=kept, hint=hint)


def _unpack(files: dict[str, str], folder: Path) -> None:
    for name, content in files.items():
        if Path(name).name != name or name.startswith("."):
            raise ReportFailed(f"the worker sent a file named {name!r}")
        (folder / name).write_bytes(base64.b64decode(content, validate=True))
    faults = find_faults(folder, run_id=str(read_manifest(folder).get("run_id")))
    if faults:
        raise ReportFailed(f"the worker sent a damaged report: {'; '.join(faults)}")


def _failed(error: str, message: str, hint: str = "") -> ReportOutcome:
    return read_outcome({"status": "failed", "error": error, "message": message, "hint": hint})
