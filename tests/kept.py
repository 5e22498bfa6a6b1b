"""Runs put into an archive without any kernel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from small_notebook import findings_dict
from third_pillar.publishing.archive import DEFAULT_LINEAGE, Archive, ArchivedRun, Lineage
from third_pillar.publishing.state_band import show_state

BRAZIL = Lineage("full", "BRA", "newsx-2025-11-07", "en")
PAGE = (
    "<!DOCTYPE html><html><head><title>Can it? · Third Pillar</title></head>"
    "<body><main><h1>Can it?</h1><p>{}</p></main></body></html>"
)


def keep(
    archive: Archive,
    *,
    key: str = "a" * 64,
    lineage: Lineage = DEFAULT_LINEAGE,
    text: str = "hi",
    own: bool = False,
    **manifest: Any,
) -> ArchivedRun:
    """A run as a report leaves it: page with its band, findings, manifest."""
    archive.check_writable()
    run = archive.open_run(lineage, run_key=key)
    state = "published" if own else "draft"
    page = show_state(PAGE.format(text), state)
    (run.folder / "report.html").write_text(page, encoding="utf-8")
    findings = json.dumps(findings_dict(candidate=lineage.candidate))
    (run.folder / "findings.json").write_text(findings, encoding="utf-8")
    given = {
        "run_id": run.run_id,
        "lineage": str(lineage),
        "run_key": key,
        "status": "published",
        "publish": state,
        "title": "Can it?",
        "as_of": "2025-12-01",
        "started": "2026-11-22T06:00:00+00:00",
        "parameters": findings_dict(candidate=lineage.candidate)["parameters"],
    }
    return archive.publish(run, {**given, **manifest})


def page_of(run: ArchivedRun) -> str:
    """Its page."""
    return (run.folder / "report.html").read_text(encoding="utf-8")


def change(path: Path) -> None:
    """Alter one byte of a file."""
    path.write_bytes(path.read_bytes() + b" ")
