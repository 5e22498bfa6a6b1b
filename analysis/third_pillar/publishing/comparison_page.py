"""A comparison of two reports as one offline HTML file."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from third_pillar.briefing.changes import compose_comparison
from third_pillar.publishing.offline_check import check_offline
from third_pillar.publishing.paper import compose_paper
from third_pillar.vocabulary.changes import Changes
from third_pillar.vocabulary.errors import ReportFailed

_TEMPLATE = Path(__file__).parent / "template"
TITLE = "What changed between two reports"


def export_comparison(changes: Changes) -> str:
    """The page of a comparison.

    Raises:
        ReportFailed: Something on it would be fetched.
    """
    pages = Environment(
        loader=FileSystemLoader(_TEMPLATE), autoescape=True, undefined=StrictUndefined
    )
    lineages = dict.fromkeys(
        side.lineage for side in (changes.before, changes.after) if side.lineage
    )
    paper = compose_paper(f"<h1>{TITLE}</h1>{compose_comparison(changes).html}")
    html = pages.get_template("comparison.html.j2").render(
        title=TITLE,
        before=changes.before,
        after=changes.after,
        lineage=" and ".join(lineages) or "not archived",
        css=(_TEMPLATE / "page.css").read_text(encoding="utf-8"),
        body=paper.standfirst + paper.body,
    )
    faults = check_offline(html)
    if faults:
        raise ReportFailed("the comparison is not one offline file: " + "; ".join(faults))
    return html
