"""What the message of a scheduled report says: the answer, what changed, and its standing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from third_pillar.publishing.approval import Approvals
from third_pillar.publishing.archive import Archive, ArchivedRun, Lineage
from third_pillar.publishing.mail import MailBody
from third_pillar.publishing.manifest import read_manifest

if TYPE_CHECKING:
    from third_pillar.publishing.schedule_run import SlotResult


def describe_slot(result: SlotResult) -> MailBody:
    """The message of a slot, published or failed."""
    due = result.due
    slot = due.local.strftime("%Y-%m-%d %H:%M %Z")
    id_ = f"{due.entry.name}-{due.slot:%Y%m%dT%H%M%SZ}"
    common = {"entry": due.entry.name, "slot": slot}
    if result.html is None:
        failed = {"title": f"{due.entry.name} failed", "state": "failed", "answer": ""}
        said = f"The report {due.entry.name} of {slot} failed, tries: {result.attempts}."
        lines = (said, "The last good report stays.", *result.messages)
        return MailBody({**common, **failed}, lines, None, id_, due.slot)
    run = _run_of(result.html.parent)
    findings = _read(run.folder / "findings.json")
    bottom: dict[str, Any] = findings.get("bottom_line") or {}
    state = Approvals(Archive()).standing(run).state
    changes = run.manifest.get("changes") or {}
    title = str(run.manifest.get("title", due.entry.name))
    fields = {
        "title": title if state == "published" else f"[{state}] {title}",
        "state": state,
        "answer": str(bottom.get("answer", "")),
    }
    lines = (
        str(bottom.get("text", "")),
        *(f"- {said}" for said in map(str, findings.get("key_judgements") or [])),
        *map(str, changes.get("sentences") or []),
        f"State: {state}. Evidence as of {run.manifest.get('as_of', '')}. Run {run.run_id}.",
        "The attached file opens in any browser, without a network.",
    )
    return MailBody({**common, **fields}, lines, result.html, id_, due.slot)


def _run_of(folder: Path) -> ArchivedRun:
    lineage = Lineage(*folder.parts[-5:-1])
    return ArchivedRun(lineage, folder, read_manifest(folder))


def _read(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}
