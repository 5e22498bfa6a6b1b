"""`pillar approve`."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from third_pillar.cli.answer import answer_json, say
from third_pillar.cli.archive_shown import locate
from third_pillar.publishing.approval import approve
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.run_names import show_text
from third_pillar.vocabulary.errors import ParameterFault


def approve_run(
    text: str,
    *,
    by: str,
    publish: bool,
    embargo: str | None,
    note: str,
    withdraw: bool,
    as_json: bool,
) -> int:
    """Exit code after a run was reviewed, published or withdrawn."""
    if publish and withdraw:
        raise ParameterFault("--publish and --withdraw exclude each other")
    state: Literal["reviewed", "published", "draft"] = "reviewed"
    if publish or withdraw:
        state = "published" if publish else "draft"
    archive = Archive()
    run = locate(archive, text)
    until = read_moment(embargo) if embargo else None
    standing = approve(archive, run, by=by, state=state, embargo=until, note=note)
    html = run.folder.resolve() / "report.html"
    if as_json:
        answer_json(
            {
                "status": "approved" if state != "draft" else "withdrawn",
                "run_id": run.run_id,
                "lineage": str(run.lineage),
                "state": standing.state,
                "embargo": standing.embargo,
                "record": vars(standing.approval) if standing.approval else None,
                "html": html,
            }
        )
        return 0
    said = {"reviewed": "Reviewed", "published": "Published", "draft": "Withdrawn"}[state]
    say(f"{said} by {by.strip()}: {run.lineage}/{run.run_id}")
    if until is not None:
        say(f"Under embargo until {until.isoformat(timespec='minutes')}.")
    say(f"Open {html}")
    return 0


def read_moment(text: str) -> dt.datetime:
    """A moment with its zone.

    Raises:
        ParameterFault: It is no moment, or its zone is missing.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        why = "the zone is missing" if moment else "no such moment"
        raise ParameterFault(
            f"--embargo {show_text(text)}: {why}",
            hint="Write date, time and offset, such as 2026-12-01T06:00+05:30.",
        )
    return moment
