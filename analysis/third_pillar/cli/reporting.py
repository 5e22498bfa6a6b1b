"""`pillar report`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from third_pillar.cli.answer import answer_json, say, warn
from third_pillar.execution.profiles import DEFAULT_PROFILE
from third_pillar.execution.progress import CellProgress, Progress
from third_pillar.publishing.outcome import ReportOutcome
from third_pillar.publishing.own_figures import OwnFiguresRule
from third_pillar.publishing.report import publish_report
from third_pillar.vocabulary.errors import ParameterFault, ReportFailed


def run_report(
    profile: str | None,
    assignments: list[str],
    *,
    as_json: bool,
    force: bool,
    timeout: float | None,
    quiet: bool,
    own_figures: OwnFiguresRule = "refuse",
) -> int:
    """Exit code after a request for a report; its outcome is printed."""
    given = read_assignments(assignments)
    name = profile or given.get("profile", DEFAULT_PROFILE)
    with show_progress(quiet=quiet) as progress:
        outcome = publish_report(
            name, given, force=force, timeout=timeout, progress=progress, own_figures=own_figures
        )
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

        with Bar(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("starting the kernel", total=None)

            def advance(step: CellProgress) -> None:
                bar.update(task, description=step.heading, completed=step.number - 1, total=step.of)

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
        say(f"{done}: {outcome.cells_executed} cells in {outcome.seconds:.1f} s.")
    say(f"\n{outcome.bottom_line}\n")
    say(f"Open {outcome.html}")
    if outcome.state == "draft" and outcome.html is not None:
        say(f"Approve it with: pillar approve {outcome.html.parent.name} --by NAME --publish")
