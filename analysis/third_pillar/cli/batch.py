"""`pillar batch`: a matrix of reports, with what is done and what is left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from third_pillar.cli.answer import Interrupted, answer_json, say, warn
from third_pillar.cli.options import AllowOverlay, WithoutOverlay
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import ParameterFault, ReportFailed

_MOST_WORKERS = 256
_HOUR = 60


def batch(
    matrix: Annotated[
        Path, typer.Argument(metavar="MATRIX.yml", help="Which reports; see reports/matrices/.")
    ],
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Reports at a time; the number of processors.")
    ] = None,
    keep_going: Annotated[
        bool,
        typer.Option("--keep-going/--fail-fast", help="After a failure, go on or stop."),
    ] = True,
    resume: Annotated[
        bool, typer.Option("--resume", help="Take up the last batch of this matrix.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Make all, though unchanged.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; run nothing.")
    ] = False,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Bound for each report.")
    ] = None,
    engine: Annotated[
        str, typer.Option(metavar="ENGINE", help="`pillar`, or `kernel` for ordinary kernels.")
    ] = "pillar",
    allow_overlay: AllowOverlay = False,
    without_overlay: WithoutOverlay = False,
    cluster: Annotated[
        str | None, typer.Option(metavar="tcp://HOST:PORT", help="A Dask scheduler to run on.")
    ] = None,
    local_cluster: Annotated[
        int | None, typer.Option(metavar="N", help="Run on a Dask cluster of N local workers.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> int:
    """Publish every report a matrix asks for; what is unchanged is served, not made."""
    from third_pillar.cli.reporting import choose_own_figures, read_engine
    from third_pillar.evidence.files import refuse_folder
    from third_pillar.evidence.location import project_root
    from third_pillar.execution.matrix import expand, read_matrix
    from third_pillar.publishing.batch import Batch, BatchOptions, list_tasks
    from third_pillar.publishing.own_figures import decide_on_own_figures

    own_figures = choose_own_figures(allow=allow_overlay, leave_out=without_overlay)
    refuse_folder(matrix, wanted="one matrix, a YAML file", pattern="*.yml")
    read = read_matrix(matrix)
    options = BatchOptions(
        force=force,
        fail_fast=not keep_going,
        resume=resume,
        timeout=timeout,
        engine=read_engine(engine),
        own_figures=own_figures,
    )
    if timeout is not None and not 0 < timeout < float("inf"):
        raise ParameterFault(f"--timeout {timeout:g}: should be a number of seconds above 0")
    decide_on_own_figures(own_figures, root=project_root())
    asked = Batch(matrix.stem, read.title, expand(read), options)
    if dry_run:
        return _say_plan(asked, list_tasks(asked), as_json=json)
    maker = _choose_maker(workers, cluster, local_cluster)
    with _show(asked, quiet=quiet) as tell:
        try:
            asked.run(maker, tell=tell)
        except KeyboardInterrupt:
            raise _interrupted(asked) from None
        finally:
            index = _keep_summary(asked)
    return _answer(asked, index, as_json=json)


def _interrupted(asked: Any) -> Interrupted:
    done = asked.count("published") + asked.count("unchanged")
    return Interrupted(
        f"interrupted: {done} of {len(asked.tasks)} reports are there, "
        f"{asked.count('failed')} failed, {asked.count('missing')} were not made",
        hint="`--resume` makes those that are missing.",
    )


def _choose_maker(workers: int | None, cluster: str | None, local_cluster: int | None) -> Any:
    import os

    if cluster is not None and local_cluster is not None:
        raise ParameterFault("--cluster and --local-cluster: name one of the two")
    for name, count in (("--workers", workers), ("--local-cluster", local_cluster)):
        if count is not None and not 1 <= count <= _MOST_WORKERS:
            raise ParameterFault(f"{name} {count}: should be from 1 to {_MOST_WORKERS}")
    if cluster is not None or local_cluster is not None:
        from third_pillar.publishing.cluster_maker import ClusterMaker

        return ClusterMaker(address=cluster, local=local_cluster)
    if not hasattr(os, "fork"):
        from third_pillar.publishing.one_by_one import OneByOne

        return OneByOne()
    from third_pillar.publishing.pool import WarmPool

    return WarmPool(workers or os.cpu_count() or 1)


@contextmanager
def _show(asked: Any, *, quiet: bool) -> Iterator[Callable[[Any], None]]:
    if quiet:
        yield lambda _: None
    elif not sys.stderr.isatty():
        began = time.monotonic()
        yield lambda told: _say_line(asked, told, time.monotonic() - began)
    else:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            line = bar.add_task("reports", total=len(asked.tasks))

            def tell(told: Any) -> None:
                if hasattr(told, "task") and hasattr(told, "status"):
                    bar.update(line, completed=len(asked.results), description=told.task.label)
                elif told is not None:
                    bar.update(line, description=told.heading)

            yield tell


def _say_line(asked: Any, told: Any, seconds: float) -> None:
    if not hasattr(told, "status"):
        return
    made = len(asked.results) - asked.count("unchanged")
    left = len(asked.missing) * seconds / made if made else 0.0
    ahead = f", {_in_words(left)} left" if asked.missing and made else ""
    done = f"[{len(asked.results)}/{len(asked.tasks)}]"
    word = "made" if told.status == "published" else told.status
    warn(f"{done} {told.task.label}: {word}{ahead}")


def _in_words(seconds: float) -> str:
    """About so long; nobody plans by the second of an hour."""
    minutes = round(seconds / 60)
    if minutes > _HOUR:
        return f"about {minutes // _HOUR} h {minutes % _HOUR} min"
    return f"about {minutes} min" if seconds > _HOUR * 2 else f"about {max(1, round(seconds))} s"


def _keep_summary(asked: Any) -> Path | None:
    from third_pillar.publishing.batch_summary import write_summary

    return write_summary(asked) if asked.has_begun else None


def _say_plan(asked: Any, results: Iterator[Any], *, as_json: bool) -> int:
    from third_pillar.publishing.batch_summary import describe_batch

    words = {"unchanged": "served", "missing": "made", "failed": "refused"}
    for result in results:
        asked.results[result.task.number] = result
        if not as_json:
            say(f"{result.task.number:>5}  {result.task.label}: would be {words[result.status]}")
            sys.stdout.flush()  # of thousands, each shows how far it got
    if as_json:
        answer_json({**describe_batch(asked), "status": "planned"})
        return 0
    say(f"{counted(len(asked.tasks), 'report')}; nothing was run.")
    return 0


def _answer(asked: Any, index: Path | None, *, as_json: bool) -> int:
    from third_pillar.publishing.batch_summary import describe_batch

    bad = asked.count("failed") + asked.count("missing")
    if as_json:
        answer_json({**describe_batch(asked), "index": index})
    else:
        say(
            f"{counted(len(asked.tasks), 'report')}: {asked.count('published')} made, "
            f"{asked.count('unchanged')} unchanged, {asked.count('failed')} failed, "
            f"{asked.count('missing')} not made; {asked.seconds:.1f} s."
        )
        say(f"Open {index}")
    for result in asked.ordered():
        if result.status == "failed" and result.outcome is not None:
            warn(f"pillar: {result.task.label}: {result.outcome.reason}")
            warn(f"  {result.outcome.hint}")
    return ReportFailed.exit_code if bad else 0
