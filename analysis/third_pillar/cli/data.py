"""`pillar data …`: the words of the commands; what they do is loaded when one is called."""

from __future__ import annotations

from typing import Annotated

import typer

from third_pillar.cli.options import Json

data = typer.Typer(
    help="The data package: what it holds, where it comes from, what it does not know.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Parameters = Annotated[
    list[str] | None,
    typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="As of `pillar report`."),
]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if the file is stale.")]


@data.command("validate")
def data_validate(json: Json = False) -> int:
    """Check every table, own figures included; all faults at once."""
    from third_pillar.cli.listing import validate_data

    return validate_data(as_json=json)


@data.command("trace")
def data_trace(
    named: Annotated[
        str,
        typer.Argument(
            metavar="TABLE:KEY",
            help="A row (TABLE:KEY, or KEY alone), a source, or a number of a report as its "
            "data-source says, such as 'mine_share(IND, 2024)'.",
        ),
    ],
    parameter: Parameters = None,
    uses: Annotated[
        bool, typer.Option("--uses/--no-uses", help="Whether to look for what rests on it.")
    ] = True,
    json: Json = False,
) -> int:
    """Where a figure comes from: source, editions, corrections, conflicts, and what rests on it."""
    from third_pillar.cli.data_trace import trace

    return trace(named, parameter or [], with_uses=uses, as_json=json)


@data.command("conflicts")
def data_conflicts(json: Json = False) -> int:
    """Where sources disagree: every reading, the one chosen, and why."""
    from third_pillar.cli.data_records import list_conflicts

    return list_conflicts(as_json=json)


@data.command("freshness")
def data_freshness(
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="Day it is judged on; else the data's own date."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if a table is overdue.")] = False,
    json: Json = False,
) -> int:
    """The newest row of each table against its expected rhythm; what is overdue is named."""
    from third_pillar.cli.data_records import show_freshness

    return show_freshness(on, check=check, as_json=json)


@data.command("gaps")
def data_gaps(
    parameter: Parameters = None,
    draws: Annotated[
        int, typer.Option(metavar="N", min=20, max=2000, help="Monte Carlo draws a trial.")
    ] = 200,
    everything: Annotated[
        bool, typer.Option("--all", help="Also gaps that move nothing, one line each.")
    ] = False,
    json: Json = False,
) -> int:
    """What we do not know, ranked by what the verdict loses by it."""
    from third_pillar.cli.data_gaps import rank

    return rank(parameter or [], draws=draws, everything=everything, as_json=json)


@data.command("dictionary")
def data_dictionary(check: Check = False) -> int:
    """Write docs/data_dictionary.md: tables, fields, units, keys, sources, licences."""
    from third_pillar.cli.data_pages import write_dictionary

    return write_dictionary(check=check)


@data.command("corrections")
def data_corrections(check: Check = False) -> int:
    """Write docs/corrections.md: what publishers got wrong, and what changed here."""
    from third_pillar.cli.data_pages import write_corrections

    return write_corrections(check=check)


@data.command("changelog")
def data_changelog(
    check: Annotated[
        bool, typer.Option("--check", help="Exit 1 where data differ from the newest entry.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Put the entry into the file, for you to complete.")
    ] = False,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="State the content anew in the newest entry.")
    ] = False,
    against: Annotated[
        str, typer.Option(metavar="COMMIT", help="What the rows are compared with.")
    ] = "HEAD",
    json: Json = False,
) -> int:
    """Print the entry that data/CHANGELOG.md still needs, with the content it stands for."""
    from third_pillar.cli.data_pages import show_changelog

    return show_changelog(check=check, write=write, refresh=refresh, against=against, as_json=json)


@data.command("diff")
def data_diff(
    before: Annotated[
        str, typer.Argument(metavar="A", help="A commit, a folder, or a package (folder or zip).")
    ] = "HEAD",
    after: Annotated[
        str, typer.Argument(metavar="B", help="The same; `.` is the data as they lie here.")
    ] = ".",
    table: Annotated[str | None, typer.Option(metavar="T", help="Only this table or file.")] = None,
    json: Json = False,
) -> int:
    """What changed between two states of the data: rows added, removed, revised."""
    from third_pillar.cli.data_diff import show_diff

    return show_diff(before, after, table, as_json=json)


@data.command("overlay")
def data_overlay(json: Json = False) -> int:
    """The reader's own figures in data/overlay/: rows added, rows replaced, faults."""
    from third_pillar.cli.data_records import show_overlay

    return show_overlay(as_json=json)
