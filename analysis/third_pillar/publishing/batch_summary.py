"""A batch on paper: JSON and CSV for scripts, one page that leads to every report."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from third_pillar.evidence.spreadsheet import write_table
from third_pillar.publishing.atomic import write_atomic
from third_pillar.publishing.batch import Batch, Result
from third_pillar.vocabulary.amounts import counted

SUMMARY = "summary.json"
TABLE = "summary.csv"
INDEX = "index.html"
_COLUMNS = ("number", "label", "profile", "status", "bottom_line", "error", "html")
_WORDS = {
    "published": "made",
    "unchanged": "unchanged",
    "failed": "failed",
    "missing": "not made",
}


def describe_batch(batch: Batch) -> dict[str, Any]:
    """The batch as plain data."""
    results = batch.ordered()
    return {
        "status": "failed" if batch.count("failed") or batch.count("missing") else "done",
        "name": batch.name,
        "title": batch.title,
        "ended": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "seconds": batch.seconds,
        "counts": {
            "asked": len(results),
            **{name: sum(r.status == name for r in results) for name in _WORDS},
        },
        "reports": [_describe(result) for result in results],
    }


def _describe(result: Result) -> dict[str, Any]:
    outcome = result.outcome
    said: dict[str, Any] = {
        "number": result.task.number,
        "label": result.task.label,
        "profile": result.task.profile,
        "parameters": result.task.given,
        "status": result.status,
        "processor_seconds": result.processor_seconds,
    }
    if outcome is None:
        return said
    said |= {"run_key": outcome.run_key, "bottom_line": outcome.bottom_line}
    for name in ("html", "findings", "manifest", "kept"):
        path = getattr(outcome, name)
        said[name] = str(path) if path else None
    if result.status == "failed":
        said["error"] = {"kind": outcome.error, "message": outcome.message, "hint": outcome.hint}
    return said


def write_summary(batch: Batch) -> Path:
    """The page of the batch, written with its summaries.

    Raises:
        StorageFault: They cannot be written.
    """
    content = describe_batch(batch)
    write_atomic(
        batch.folder / SUMMARY, json.dumps(content, indent=1, ensure_ascii=False, default=str)
    )
    write_atomic(batch.folder / TABLE, _table(content["reports"]))
    write_atomic(batch.folder / INDEX, _page(batch, content))
    return batch.folder / INDEX


def _table(reports: list[dict[str, Any]]) -> str:
    rows = [{**one, "error": (one.get("error") or {}).get("message", "")} for one in reports]
    return write_table(_COLUMNS, [[row.get(name) for name in _COLUMNS] for row in rows])


def _page(batch: Batch, content: dict[str, Any]) -> str:
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "template"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    rows = [
        {
            "label": result.task.label,
            "profile": result.task.profile,
            "status": result.status,
            "word": _WORDS[result.status],
            "state": result.outcome.state if result.outcome else "",
            "text": _text(result),
            "link": _link(result.outcome.html if result.outcome else None, batch.folder),
            "log": _link(_find_log(result), batch.folder),
        }
        for result in batch.ordered()
    ]
    page = pages.get_template("batch.html.j2")
    ended = dt.datetime.fromisoformat(content["ended"])
    return page.render(
        batch=batch,
        rows=rows,
        asked=counted(len(rows), "report"),
        counts=[(_WORDS[name], content["counts"][name]) for name in _WORDS],
        ended=f"{ended.day} {ended:%B %Y, %H:%M} UTC",
    )


def _text(result: Result) -> str:
    if result.outcome is None:
        return ""
    return result.outcome.bottom_line or result.outcome.reason


def _find_log(result: Result) -> Path | None:
    """The log of a failed run, where one was kept."""
    kept = result.outcome.kept if result.outcome else None
    log = kept / "run.log" if kept else None
    return log if log and log.is_file() else None


def _link(path: Path | None, folder: Path) -> str:
    return Path(os.path.relpath(path, folder.resolve())).as_posix() if path else ""
