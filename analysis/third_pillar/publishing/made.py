"""What became of a report that the archive holds, for who made it and for who asked."""

from __future__ import annotations

import json
from typing import Literal

from third_pillar.publishing.approval import Approvals, lead_published
from third_pillar.publishing.archive import Archive, ArchivedRun
from third_pillar.publishing.manifest import MANIFEST
from third_pillar.publishing.outcome import ReportOutcome

REPORT = "report.html"
FINDINGS = "findings.json"


def tell_of(
    run: ArchivedRun, status: Literal["published", "unchanged"], *, cells: int, seconds: float
) -> ReportOutcome:
    """The outcome of a run that stands in the archive.

    Args:
        run: As archived.
        status: Whether it was made now or stood there already.
        cells: How many were executed for it now.
        seconds: How long that took by the clock.
    """
    folder = run.folder.resolve()
    findings = json.loads((folder / FINDINGS).read_text(encoding="utf-8"))
    return ReportOutcome(
        status=status,
        html=folder / REPORT,
        findings=folder / FINDINGS,
        manifest=folder / MANIFEST,
        run_key=str(run.manifest["run_key"]),
        cells_executed=cells,
        seconds=seconds,
        bottom_line=str(findings["bottom_line"]["text"]),
        state=Approvals(Archive(run.folder.parents[4])).standing(run).state,
    )


def recall(run_id: str, archive: Archive) -> ReportOutcome | None:
    """The outcome of a report whose maker was lost before it could tell; none if it was not made.

    The links that its maker may not have come to are led to it.

    Args:
        run_id: As its maker announced it, just before it published.
        archive: Where it was to be kept.

    Raises:
        StorageFault: A link cannot be switched.
    """
    run = next((one for one in archive.list_runs() if one.run_id == run_id), None)
    if run is None or archive.faults(run):
        return None
    archive.lead_to(run)
    lead_published(archive, run)
    return tell_of(run, "published", cells=int(run.manifest.get("cells", 0)), seconds=0.0)
