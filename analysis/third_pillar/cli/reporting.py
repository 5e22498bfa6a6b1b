"""`pillar report`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from third_pillar.cli.answer import answer_json, say, warn
from third_pillar.execution.profiles import DEFAULT_PROFILE
from third_pillar.execution.progress import ENGINES, CellProgress, EngineName, Progress
from third_pillar.publishing.outcome import ReportOutcome
from third_pillar.publishing.own_figures import OwnFiguresRule
from third_pillar.publishing.report import publish_report
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import ParameterFault, ReportFailed
from third_pillar.vocabulary.parameters import nearest


def run_report(
    profile: str | None,
    assignments: list[str],
    *,
    as_json: bool,
    force: bool,
    timeout: float | None,
    quiet: bool,
    own_figures: OwnFiguresRule = "refuse",
    engine: str = "pillar",
    timings: bool = False,
) -> int:
    """Exit code after a request for a report; its outcome is printed."""
    given = read_assignments(assignments)
    name = given.get("profile", DEFAULT_PROFILE) if profile is None else profile
    with show_progress(quiet=quiet) as progress:
        outcome = publish_report(
            name,
            given,
            force=force,
            timeout=timeout,
            progress=progress,
            engine=read_engine(engine),
            sampled=timings,
            own_figures=own_figures,
        )
    if timings:
        _say_timings(outcome)
    if as_json:
        answer_json(_as_data(outcome))
    if outcome.status == "failed":
        warn(f"pillar: {outcome.message}")
        warn(outcome.hint)
        return ReportFailed.exit_code
    if not as_json:
        _say_outcome(outcome)
    return 0


def choose_own_figures(*, allow: bool, leave_out: bool) -> OwnFiguresRule:
    """What the options say of own figures.

    Raises:
        ParameterFault: They say both.
    """
    if allow and leave_out:
        raise ParameterFault("--allow-overlay and --without-overlay exclude each other")
    return "use" if allow else "leave_out" if leave_out else "refuse"


def read_engine(name: str) -> EngineName:
    """The engine of that name.

    Raises:
        ParameterFault: There is no such engine.
    """
    for engine in ENGINES:
        if name == engine:
            return engine
    raise ParameterFault(
        f"--engine {name!r}: not known.{nearest(name, ENGINES)} Valid: {', '.join(ENGINES)}",
        hint="Both give the same findings; `pillar` is the fast one.",
    )


def _say_timings(outcome: ReportOutcome) -> None:
    spent = sorted(outcome.time_spent.items(), key=lambda pair: -pair[1])
    if not spent:
        warn("Nothing was run: there is no time to split.")
        return
    total = sum(seconds for _, seconds in spent)
    warn(f"Processor time, {total:.2f} s since the command had started:")
    for kind, seconds in spent:
        warn(f"  {kind:8} {seconds:6.2f} s  {seconds / total:4.0%}")


def read_assignments(assignments: list[str]) -> dict[str, str]:
    """Parameter name to value as text.

    Raises:
        ParameterFault: One has no "=", no name, or a name is given twice.
    """
    given: dict[str, str] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name:
            raise ParameterFault(
                f"-p {assignment!r}: write it as name=value, such as -p candidate=BRA",
                hint="`pillar parameters` lists every parameter with its choices.",
            )
        if name in given:
            raise ParameterFault(f"-p {name} is given twice: {given[name]!r} and {value!r}")
        given[name] = value
    return given


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[Progress | None]:
    """What to call before each cell: a bar on a terminal, plain lines elsewhere."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress as Bar

        # a bar that draws itself has a thread, and a process with threads cannot be forked
        with Bar(console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
            task = bar.add_task("starting", total=None)

            def advance(step: CellProgress) -> None:
                bar.update(task, description=step.heading, completed=step.number - 1, total=step.of)
                bar.refresh()

            yield advance
    else:
        yield lambda step: warn(f"[{step.number}/{step.of}] {step.heading}")


def _as_data(outcome: ReportOutcome) -> dict[str, object]:
    answer: dict[str, object] = {
        "status": outcome.status,
        "state": outcome.state or None,
        "html": outcome.html,
        "findings": outcome.findings,
        "manifest": outcome.manifest,
        "run_key": outcome.run_key,
        "cells_executed": outcome.cells_executed,
        "seconds": outcome.seconds,
    }
    if outcome.time_spent:
        answer["processor_seconds"] = outcome.time_spent
    if outcome.status == "failed":
        answer["error"] = {
            "kind": outcome.error,
            "message": outcome.message,
            "hint": outcome.hint,
            "exit_code": ReportFailed.exit_code,
            "kept": outcome.kept,
        }
    return answer


def _say_outcome(outcome: ReportOutcome) -> None:
    if outcome.status == "unchanged":
        say("Unchanged since the last report: no cell was run.")
    else:
        done = "Published" if outcome.state == "published" else "Written as a draft"
        say(f"{done}: {counted(outcome.cells_executed, 'cell')} in {outcome.seconds:.1f} s.")
    say(f"\n{outcome.bottom_line}\n")
    say(f"Open {outcome.html}")
    if outcome.state == "draft" and outcome.html is not None:
        say(f"Approve it with: pillar approve {outcome.html.parent.name} --by NAME --publish")
