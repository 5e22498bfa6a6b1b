"""`pillar archive …`, `approve`, `diff` and `site`: their words; what they do is elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from third_pillar.cli.options import Json

archive = typer.Typer(
    help="What was made: reports by lineage, with their state and files.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_RUN = (
    "A run id or its beginning; `latest`, `previous` or `published`; or one of these behind a "
    "lineage, as in full/BRA/latest."
)


@archive.command("list")
def archive_list(
    lineage: Annotated[
        str | None, typer.Option(metavar="LINEAGE", help="Only this, as in full/BRA.")
    ] = None,
    json: Json = False,
) -> int:
    """Every run with its state, oldest first."""
    from third_pillar.cli.archive_shown import list_archive

    return list_archive(lineage, as_json=json)


@archive.command("show")
def archive_show(
    run: Annotated[str, typer.Argument(metavar="[RUN]", help=_RUN)] = "latest", json: Json = False
) -> int:
    """All about one run: answer, question, data, what changed, approvals, files."""
    from third_pillar.cli.archive_shown import show_run

    return show_run(run, as_json=json)


@archive.command("verify")
def archive_verify(json: Json = False) -> int:
    """Compare every file with its manifest, and every page with the record of approvals."""
    from third_pillar.cli.archive_shown import verify_archive

    return verify_archive(as_json=json)


@archive.command("prune")
def archive_prune(
    keep: Annotated[int, typer.Option(metavar="N", help="Newest runs kept per lineage.")] = 10,
    failed_days: Annotated[
        float, typer.Option(metavar="DAYS", help="Days for which failed runs are kept.")
    ] = 30,
    lineage: Annotated[
        str | None, typer.Option(metavar="LINEAGE", help="Only runs of this one, in full.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say it, remove nothing.")] = False,
    json: Json = False,
) -> int:
    """Remove old runs and what killed processes left.

    Never removed: what `latest` leads to, the newest whole run of a lineage, and whatever was
    approved for publication.
    """
    from third_pillar.cli.archive_shown import prune_archive

    return prune_archive(
        keep=keep, failed_days=failed_days, lineage=lineage, dry_run=dry_run, as_json=json
    )


def approve(
    run: Annotated[str, typer.Argument(metavar="RUN", help=_RUN)],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who approves; stands in the record.")],
    publish: Annotated[
        bool, typer.Option("--publish", help="For readers; without it the run is reviewed.")
    ] = False,
    embargo: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="With --publish: not before, such as 2026-12-01T06:00+05:30."
        ),
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why, or on what condition.")] = "",
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Back to a draft; the record keeps both.")
    ] = False,
    json: Json = False,
) -> int:
    """Move a report from draft to reviewed or published; nothing is run again.

    The page loses or changes its band, the findings stay as they are, and the record in
    reports/archive/approvals.jsonl grows by one line with the checksum of the page. A page that
    is changed afterwards is a draft again.
    """
    from third_pillar.cli.approving import approve_run

    return approve_run(
        run,
        by=by,
        publish=publish,
        embargo=embargo,
        note=note,
        withdraw=withdraw,
        as_json=json,
    )


def diff(
    before: Annotated[
        str, typer.Argument(metavar="[A]", help=f"The earlier report: a folder, or a run. {_RUN}")
    ] = "previous",
    after: Annotated[str, typer.Argument(metavar="[B]", help="The later report.")] = "latest",
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also as one HTML file.")
    ] = None,
    json: Json = False,
) -> int:
    """What a reader of report A would read differently in B, in sentences.

    Numbers are held against the ranges both state, or their Monte Carlo error; then verdicts,
    events, gaps, revised rows of data, and changes of code and versions.
    """
    from third_pillar.cli.comparing import compare_runs

    return compare_runs(before, after, html=html, as_json=json)


def site(
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to write; reports/site if not given.")
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where it will be served: full addresses in the feed."),
    ] = None,
    allow_overlay: Annotated[
        bool,
        typer.Option("--allow-overlay", help="Also reports that used figures of data/overlay/."),
    ] = False,
    json: Json = False,
) -> int:
    """A static, searchable index of published reports, with an Atom feed.

    It opens from disk and from any web host. Drafts and what is under embargo are left out. The
    folder is exchanged as a whole.
    """
    from third_pillar.cli.siting import write_site

    return write_site(out, base_url=base_url, own_figures=allow_overlay, as_json=json)


def add_commands(app: typer.Typer) -> None:
    """Give the command `approve`, `diff`, `site` and `archive`."""
    app.add_typer(archive, name="archive")
    for command in (approve, diff, site):
        app.command()(command)
