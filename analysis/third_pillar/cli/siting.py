"""`pillar site`."""

from __future__ import annotations

from pathlib import Path

from third_pillar.cli.answer import answer_json, say
from third_pillar.publishing.archive import Archive, reports_folder
from third_pillar.publishing.site import publish_site
from third_pillar.vocabulary.amounts import counted


def write_site(out: Path | None, *, base_url: str | None, own_figures: bool, as_json: bool) -> int:
    """Exit code after the site was written."""
    folder = (out or reports_folder() / "site").absolute()
    archive = Archive()
    reports = publish_site(archive, folder, base_url=base_url or "", own_figures=own_figures)
    left_out = len(archive.list_runs()) - len(reports)
    if as_json:
        answer_json(
            {
                "status": "written",
                "index": folder / "index.html",
                "feed": folder / "feed.xml",
                "reports": [one.run.run_id for one in reports],
                "left_out": left_out,
            }
        )
        return 0
    say(
        f"{counted(len(reports), 'published report')}; left out, as drafts, under embargo or with "
        f"own figures: {left_out}."
    )
    if not reports:
        say("Publish one with: pillar approve RUN --by NAME --publish")
    say(f"Open {folder / 'index.html'}")
    return 0
