"""`pillar schedule …`: reports that are made by themselves."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from third_pillar.cli.options import Json

schedule = typer.Typer(
    help="Reports made by themselves, from reports/schedule.yml.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Only = Annotated[
    list[str] | None,
    typer.Option("--entry", metavar="NAME", help="Only this entry; may be repeated."),
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="For entries never run here: count their slots from this moment, with its offset.",
    ),
]


@schedule.command("list")
def schedule_list(json: Json = False) -> int:
    """Every entry with its next slot and how the last one ended; checks the parameters too."""
    from third_pillar.cli.schedule_shown import list_schedule

    return list_schedule(as_json=json)


@schedule.command("due")
def schedule_due(entry: Only = None, since: Since = None, json: Json = False) -> int:
    """What `run` would do now."""
    from third_pillar.cli.schedule_shown import show_due

    return show_due(entry or [], since, as_json=json)


@schedule.command("run")
def schedule_run(
    entry: Only = None,
    since: Since = None,
    json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only what went wrong.")] = False,
) -> int:
    """Make what is due.

    Call it every few minutes (`pillar schedule install`). After downtime each entry runs once,
    for its newest slot. Two runners at once never run a slot twice; a slot whose runner was
    killed is due again. An entry seen for the first time counts from that moment.
    """
    from third_pillar.cli.answer import answer_json, say
    from third_pillar.cli.schedule_quiet import find_quiet, likely_folders

    now = dt.datetime.now(dt.UTC)
    nothing = "" if entry or since else find_quiet(*likely_folders(), now=now)
    if nothing:
        if json:
            answer_json({"status": "done", "slots": []})
        elif not quiet:
            say(nothing)
        return 0

    from third_pillar.cli.schedule_shown import run_schedule

    return run_schedule(entry or [], since, as_json=json, quiet=quiet)


@schedule.command("install")
def schedule_install(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="systemd, cron or github-actions.")],
    every: Annotated[int, typer.Option(metavar="MINUTES", help="Between two looks.")] = 5,
    write: Annotated[
        bool, typer.Option("--write/--print", help="Write it; without this it is only printed.")
    ] = False,
) -> int:
    """Units, a crontab line or a workflow that call `pillar schedule run`."""
    from third_pillar.cli.schedule_shown import install_schedule

    return install_schedule(kind, every=every, write=write)
