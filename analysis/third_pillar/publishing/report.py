"""One call from a question to a published report, or to the reason why there is none."""

from __future__ import annotations

import datetime as dt
import errno
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from third_pillar import evidence
from third_pillar.evidence.location import data_folder
from third_pillar.execution.bounds import bounded, data_held, default_memory, give_back
from third_pillar.execution.profiles import DEFAULT_PROFILE, Profile, load_profile, notebook_path
from third_pillar.execution.progress import EngineName, Progress
from third_pillar.execution.question import resolve
from third_pillar.execution.run_key import RunInputs, read_run_inputs
from third_pillar.execution.sampling import add_times, sample_time, time_spent
from third_pillar.publishing.approval import lead_published
from third_pillar.publishing.archive import Archive, ArchivedRun, Lineage, OpenRun
from third_pillar.publishing.atomic import storage_faults, write_atomic
from third_pillar.publishing.made import FINDINGS, REPORT, tell_of
from third_pillar.publishing.outcome import ReportOutcome
from third_pillar.publishing.own_figures import (
    OwnFiguresRule,
    check_statement,
    decide_on_own_figures,
    own_figures_enter,
)
from third_pillar.publishing.provenance import describe_provenance
from third_pillar.publishing.state_band import show_state
from third_pillar.publishing.table_store import TableStore
from third_pillar.vocabulary.errors import ParameterFault, ReportFailed, StorageFault
from third_pillar.vocabulary.parameters import Question

if TYPE_CHECKING:
    from third_pillar.execution.run import ExecutedRun
    from third_pillar.publishing.earlier import Earlier

LOG = "run.log"
_ASKS_FOR_CASE = b"open_case("
_STORAGE_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}

Exporter = Callable[..., Any]
"""`export_html(notebook, *, findings, generated, run_id)`; its result has html, figures, bundle."""


@dataclass(frozen=True)
class _Request:
    """One request, resolved."""

    root: Path
    profile: Profile
    question: Question
    inputs: RunInputs
    timeout: float
    own_figures: bool
    clock: float
    progress: Progress | None = None
    exporter: Exporter | None = None
    engine: EngineName = "pillar"
    sampled: bool = False
    earlier: Sequence[Earlier] | None = None
    shares: bool = False
    announce: Callable[[str], None] | None = None
    started: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.clock, 3)

    def stands(self, manifest: Mapping[str, Any]) -> bool:
        """Whether all that an earlier report has read is now as it was then."""
        reads = manifest.get("reads")
        return isinstance(reads, dict) and self.digest(tuple(reads)) == reads

    def digest(self, names: tuple[str, ...]) -> dict[str, str]:
        """What was read, each with its sha256 now."""
        return evidence.digest_reads(names, root=self.root)

    def describe(self, run: OpenRun) -> dict[str, Any]:
        provenance = describe_provenance(
            self.question, profile=self.profile, inputs=self.inputs, started=self.started
        )
        return {"run_id": run.run_id, "lineage": str(run.lineage), **provenance}


def publish_report(
    profile: str = DEFAULT_PROFILE,
    given: Mapping[str, object] | None = None,
    *,
    force: bool = False,
    timeout: float | None = None,
    progress: Progress | None = None,
    exporter: Exporter | None = None,
    own_figures: OwnFiguresRule = "refuse",
    engine: EngineName = "pillar",
    sampled: bool = False,
    archive: Archive | None = None,
    earlier: Sequence[Earlier] | None = None,
    shares: bool = False,
    announce: Callable[[str], None] | None = None,
) -> ReportOutcome:
    """The report that answers this question, published unless the archive holds it already.

    Args:
        profile: File of `reports/profiles/` that names the notebook and the defaults.
        given: Parameters that differ from the profile's.
        force: Run although nothing changed.
        timeout: Seconds for the whole run; the profile's where not given.
        progress: Called before each code cell.
        exporter: Makes the HTML; `export_html` of this layer where not given.
        own_figures: What to do where the reader has own figures in `data/overlay/`: "refuse",
            "use" them and say so on page one, or "leave_out".
        engine: "kernel" runs the cells in an ordinary kernel.
        sampled: Whether to measure what the processor's time goes into.
        archive: Where the report is kept; the project's where not given.
        earlier: Reports it may be held against; those of the archive where not given.
        shares: Assess the question in this process, whose forks run the cells: the next page of
            the same question then has the case at hand, the next candidate data and draws.
        announce: Called with the run's id just before it is published.

    Raises:
        ParameterFault: The question is wrong, or there are own figures and nothing was said of
            them; nothing was started.
        EvidenceFault: The data package breaks its rules; nothing was started.
        StorageFault: The archive cannot be written; nothing was published.
    """
    if sampled:
        sample_time()
    request = _resolve(profile, given or {}, timeout=timeout, own_figures=own_figures)
    request = replace(request, progress=progress, exporter=exporter, engine=engine)
    request = replace(request, sampled=sampled, earlier=earlier, shares=shares)
    request = replace(request, announce=announce)
    archive = archive or Archive()
    served = None if force else _serve(request, archive)
    if served:
        return served
    archive.check_writable()
    lineage = Lineage.of(request.question)
    return _run(request, archive, archive.open_run(lineage, run_key=request.inputs.base))


def find_unchanged(
    profile: str,
    given: Mapping[str, object],
    *,
    archive: Archive | None = None,
    own_figures: OwnFiguresRule = "refuse",
) -> tuple[ReportOutcome | None, RunInputs]:
    """The archive's own report of this question if it still stands, and what one now rests on.

    Args:
        profile: As for `publish_report`.
        given: As there.
        archive: As there.
        own_figures: As there.

    Raises:
        ParameterFault: The question is wrong, or nothing was said of own figures.
        EvidenceFault: The data package breaks its rules.
    """
    request = _resolve(profile, given, own_figures=own_figures)
    return _serve(request, archive or Archive()), request.inputs


def _resolve(
    profile: str,
    given: Mapping[str, object],
    *,
    timeout: float | None = None,
    own_figures: OwnFiguresRule = "refuse",
) -> _Request:
    clock = time.monotonic()
    root = evidence.project_root()
    chosen = load_profile(profile, root=root)
    question = resolve(given, chosen, root=root)
    enter = decide_on_own_figures(own_figures, root=root)
    return _Request(
        root=root,
        profile=chosen,
        question=question,
        inputs=read_run_inputs(question, chosen, root=root, own_figures=enter),
        timeout=_checked_timeout(timeout, chosen),
        own_figures=enter,
        clock=clock,
    )


def _serve(request: _Request, archive: Archive) -> ReportOutcome | None:
    found = archive.find_standing(
        Lineage.of(request.question), request.inputs.base, stands=request.stands
    )
    if not found:
        return None
    archive.lead_to(found)
    return _outcome("unchanged", found, request, cells=0)


def _checked_timeout(timeout: float | None, profile: Profile) -> float:
    seconds = profile.timeout_seconds if timeout is None else timeout
    if not 0 < seconds < float("inf"):
        raise ParameterFault(
            f"timeout = {seconds:g}: should be a number of seconds above 0",
            hint=f"The profile {profile.name!r} allows {profile.timeout_seconds:g} s.",
        )
    return seconds


def _run(request: _Request, archive: Archive, run: OpenRun) -> ReportOutcome:
    try:
        executed, manifest = _build(request, archive, run)
        if request.announce:
            request.announce(run.run_id)
        published = archive.publish(run, manifest)
        lead_published(archive, published)
    except ReportFailed as error:
        return _failed(error, request, archive, run)
    except StorageFault:
        archive.discard(run)
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _STORAGE_ERRNOS:
            archive.discard(run)
            with storage_faults(Path(error.filename or archive.folder)):
                raise
        _append_trace(run, error)
        said = f"the report could not be made: {type(error).__name__}: {error}"
        fault = ReportFailed(said, hint="This is a fault of the kit; the log holds its trace.")
        return _failed(fault, request, archive, run)
    except BaseException:
        archive.discard(run)
        raise
    outcome = _outcome("published", published, request, cells=executed.cells_executed)
    if not request.sampled:
        return outcome
    return replace(outcome, time_spent=add_times(executed.time_spent, time_spent()))


def _build(request: _Request, archive: Archive, run: OpenRun) -> tuple[ExecutedRun, dict[str, Any]]:
    from third_pillar.execution.run import run_notebook  # noqa: PLC0415  a second; not if unchanged
    from third_pillar.publishing.since_last import compare_with_last  # noqa: PLC0415  same

    with own_figures_enter(is_wanted=request.own_figures):
        spent = _prepare(request) if request.shares else 0.0
        executed = run_notebook(
            notebook_path(request.profile, root=request.root),
            parameters=request.inputs.parameters,
            workdir=run.folder,
            timeout=request.timeout,
            cell_timeout=request.profile.cell_timeout_seconds,
            memory=request.profile.memory_bytes,
            progress=request.progress,
            engine=request.engine,
            sampled=request.sampled,
            spent=spent,
        )
    check_statement(executed.findings, expected=request.inputs.own_figures)
    export = request.exporter or _load_exporter()
    reads = request.digest(executed.reads)
    keyed = {"run_key": request.inputs.key_of(reads), "reads": reads}
    described = {**request.describe(run), **keyed}
    TableStore(archive.folder).keep(request.inputs.tables, data_folder(request.root))
    since = compare_with_last(
        archive, run.lineage, executed.findings, described, earlier=request.earlier
    )
    exported = export(
        since.add_to(executed.notebook),
        findings=executed.findings,
        generated=request.started,
        run_id=run.run_id,
    )
    _check_inputs_stand(request)
    write_atomic(run.folder / REPORT, show_state(exported.html, request.profile.publish))
    write_atomic(run.folder / FINDINGS, executed.findings.to_json())
    executed.log.unlink()
    return executed, {
        **request.describe(run),
        **keyed,
        "status": "published",
        "changes": since.summary,
        "cells": executed.cells_executed,
        "figures": exported.figures,
        "plotly_bundle": exported.bundle,
    }


def _prepare(request: _Request) -> float:
    """Assess the question ahead of the cells that ask for it; the seconds that took."""
    from third_pillar.assessment.case import prepare  # noqa: PLC0415  a second; not if unchanged

    began = time.monotonic()
    notebook = notebook_path(request.profile, root=request.root)
    if _ASKS_FOR_CASE not in notebook.read_bytes():
        return 0.0
    memory = request.profile.memory_bytes or default_memory()
    most = None if memory is None else memory + data_held()
    try:
        with bounded(most, request.timeout):
            prepare(request.question)
    except Exception:  # noqa: BLE001  whatever is wrong, the cell that comes to it says
        give_back()
    return time.monotonic() - began


def _load_exporter() -> Exporter:
    from third_pillar.publishing.html_export import (  # noqa: PLC0415  a second; not if unchanged
        export_html,
    )

    return export_html


def _check_inputs_stand(request: _Request) -> None:
    now = read_run_inputs(
        request.question, request.profile, root=request.root, own_figures=request.own_figures
    )
    if now.key != request.inputs.key:
        raise ReportFailed(
            "the data, the code or the notebook changed while the report ran", hint="Run it again."
        )


def _failed(
    error: ReportFailed, request: _Request, archive: Archive, run: OpenRun
) -> ReportOutcome:
    log = run.folder / LOG
    if not log.exists():
        log.write_text(f"{error}\n", encoding="utf-8")
    name = str(getattr(error, "error", type(error).__name__))
    cells = int(getattr(error, "cells_executed", 0))
    said = {**request.describe(run), "cells": cells, "error": name, "message": str(error)}
    kept: Path | None = None
    try:
        kept = archive.keep_failure(run, said)
        hint = f"{error.hint} Log: {kept / LOG}"
    except StorageFault as fault:
        # the report's own failure is the news; that it could not be kept comes second
        hint = f"{error.hint} The log could not be kept: {fault}"
        archive.discard(run)
    return ReportOutcome(
        status="failed",
        html=None,
        findings=None,
        manifest=None,
        run_key=request.inputs.key,
        cells_executed=cells,
        seconds=request.seconds,
        message=str(error),
        error=name,
        hint=hint.strip(),
        kept=kept,
    )


def _append_trace(run: OpenRun, error: Exception) -> None:
    with (run.folder / LOG).open("a", encoding="utf-8") as log:
        log.write("".join(traceback.format_exception(error)))


def _outcome(
    status: Literal["published", "unchanged"], run: ArchivedRun, request: _Request, *, cells: int
) -> ReportOutcome:
    return tell_of(run, status, cells=cells, seconds=request.seconds)
