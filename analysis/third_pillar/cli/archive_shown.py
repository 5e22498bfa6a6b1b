"""`pillar archive list|show|verify|prune`, as printed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from third_pillar.cli.answer import answer_json, say, warn
from third_pillar.cli.terminal import lay_out_fields, lay_out_items, say_lines, terminal_width
from third_pillar.publishing.approval import Approvals, Standing
from third_pillar.publishing.archive import Archive, ArchivedRun, Lineage
from third_pillar.publishing.manifest import read_manifest
from third_pillar.publishing.outcome import without_trace
from third_pillar.publishing.pruning import Policy, prune
from third_pillar.publishing.run_names import (
    find_failure,
    find_run,
    list_failures,
    select_lineage,
    show_text,
)
from third_pillar.vocabulary.amounts import counted, group_thousands
from third_pillar.vocabulary.asked import find_departures
from third_pillar.vocabulary.errors import ParameterFault, StorageFault

_LOG_LINES = 15
_MOST_FAULTS = 50
_SILENCE = 2.0
_LONGEST = 300


def list_archive(lineage: str | None, *, as_json: bool) -> int:
    """Exit code after every run is printed with its state, oldest first."""
    archive = Archive()
    parts = [part for part in (lineage or "")[:_LONGEST].split("/") if part]
    runs = select_lineage(archive.list_runs(), parts)
    standings = Approvals(archive).standings(runs)
    newest = {archive.latest(run.lineage) for run in runs}
    rows = [_row(run, standings[run.folder], newest) for run in runs]
    failed = list_failures(archive)
    if as_json:
        names = [folder.name for folder in failed]
        answer_json({"archive": archive.folder.resolve(), "runs": rows, "failed": names})
        return 0
    for row in rows:
        said = (
            row["run_id"],
            row["lineage"],
            row["state"],
            f"as of {row['as_of']}",
            _pairs(find_departures(row["parameters"])),
            "latest" if row["is_latest"] else "",
        )
        say_lines(["  ".join(part for part in said if part)])
    say(f"{counted(len(rows), 'run')} in {archive.folder}")
    if failed:
        kept = f"{counted(len(failed), 'failed run')} kept as well"
        say(f"{kept}; the newest: pillar archive show {failed[-1].name}")
    return 0


def _row(run: ArchivedRun, standing: Standing, newest: set[Path | None]) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "lineage": str(run.lineage),
        "status": run.manifest.get("status", "damaged"),
        "state": standing.state,
        "embargo": standing.embargo,
        "void": standing.void,
        "as_of": run.manifest.get("as_of"),
        "started": run.manifest.get("started"),
        "run_key": run.manifest.get("run_key"),
        "parameters": run.manifest.get("parameters"),
        "is_latest": run.folder.resolve() in newest,
        "html": run.folder.resolve() / "report.html",
    }


def show_run(text: str, *, as_json: bool) -> int:
    """Exit code after all about one run, published or failed, is printed."""
    archive = Archive()
    failed = find_failure(archive, text)
    if failed is not None:
        return _show_failure(failed, as_json=as_json)
    run = locate(archive, text)
    approvals = Approvals(archive)
    record = approvals.read()
    standing = approvals.standing(run, record)
    faults = archive.faults(run)
    ours = [a for a in record if (a.run_id, a.lineage) == (run.run_id, str(run.lineage))]
    findings = _findings(run)
    if as_json:
        answer_json(
            {
                **_row(run, standing, {archive.latest(run.lineage)}),
                "faults": faults,
                "approvals": [vars(one) for one in ours],
                "bottom_line": findings.get("bottom_line"),
                "key_judgements": findings.get("key_judgements"),
                "manifest": run.manifest,
            }
        )
        return StorageFault.exit_code if faults else 0
    said = [f"{a.at}  {a.state} by {a.by}{f', {a.note}' if a.note else ''}" for a in ours]
    say_lines(_lay_out(run, standing, findings, said, faults))
    return StorageFault.exit_code if faults else 0


def locate(archive: Archive, text: str) -> ArchivedRun:
    """The run a user's text names.

    Raises:
        ParameterFault: It names none, or more than one.
    """
    import datetime as dt

    approvals = Approvals(archive)
    now = dt.datetime.now(dt.UTC)
    return find_run(archive, text, is_public=lambda run: approvals.standing(run).is_public(now))


def _findings(run: ArchivedRun) -> dict[str, Any]:
    try:
        content = json.loads((run.folder / "findings.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _lay_out(
    run: ArchivedRun,
    standing: Standing,
    findings: dict[str, Any],
    approvals: list[str],
    faults: list[str],
) -> Iterator[str]:
    width, said = terminal_width(), run.manifest
    state = standing.state + (f" ({standing.void})" if standing.void else "")
    if standing.embargo:
        state += f", not before {standing.embargo.isoformat(timespec='minutes')}"
    yield str(said.get("title", run.run_id))
    yield from lay_out_fields(
        [
            ("Run", run.run_id),
            ("Lineage", str(run.lineage)),
            ("State", state),
            ("Answer", _text(findings.get("bottom_line"), "text")),
            ("As of", str(said.get("as_of", ""))),
            ("Made", f"{said.get('started', '')}, {said.get('seconds', '')} s"),
            ("Asked", _pairs(said.get("parameters"))),
            ("Data", _text(said.get("data"), "sha256")[:16]),
            ("Code", str(said.get("code", ""))[:16]),
            ("Run key", str(said.get("run_key", ""))),
            ("Made with", _pairs(said.get("versions"))),
            ("Whole", "; ".join(faults) if faults else "every file is as its manifest says"),
            ("Open", str(run.folder.resolve() / "report.html")),
        ],
        width,
    )
    judgements = findings.get("key_judgements") or []
    yield from lay_out_items("Key judgements", [("-", str(one)) for one in judgements], width)
    changes = said.get("changes") or {}
    since = [("-", str(one)) for one in changes.get("sentences", [])]
    if changes.get("more"):
        since.append(("-", f"{changes['more']} more: pillar diff {changes['since']} {run.run_id}"))
    yield from lay_out_items(f"Since {changes.get('since', '')}", since, width)
    yield from lay_out_items("Approvals", [("-", one) for one in approvals], width)
    files = said.get("files") or {}
    listed = [
        (name, f"{group_thousands(_text(one, 'bytes'))} bytes") for name, one in files.items()
    ]
    yield from lay_out_items("Files", listed, width)


def _text(part: object, key: str) -> str:
    return str(part.get(key, "")) if isinstance(part, dict) else ""


def _pairs(part: object) -> str:
    if not isinstance(part, dict):
        return ""
    shown = {k: ",".join(map(str, v)) if isinstance(v, list) else v for k, v in part.items()}
    return " ".join(f"{name}={value}" for name, value in shown.items())


def _show_failure(folder: Path, *, as_json: bool) -> int:
    said = read_manifest(folder)
    log = folder / "run.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.is_file() else []
    if as_json:
        answer_json({"run_id": folder.name, "status": "failed", "manifest": said, "log": lines})
        return 0
    width = terminal_width()
    say_lines([f"Failed: {said.get('title', folder.name)}"])
    say_lines(
        lay_out_fields(
            [
                ("Run", folder.name),
                ("Lineage", str(said.get("lineage", ""))),
                ("Why", without_trace(str(said.get("message", "")))),
                ("Error", str(said.get("error", ""))),
                ("Asked", _pairs(said.get("parameters"))),
                ("Made", str(said.get("started", ""))),
                ("Log", str(log.resolve())),
            ],
            width,
        )
    )
    say_lines(["", f"Last lines of the log, of {len(lines)}", *lines[-_LOG_LINES:]])
    return 0


def verify_archive(*, as_json: bool) -> int:
    """Exit code after every file was compared with its manifest, and every page's state."""
    archive = Archive()
    runs = archive.list_runs()
    faults = archive.verify(tell=_say_how_far()) + Approvals(archive).verify(runs)
    if as_json:
        status = "failed" if faults else "verified"
        answer_json({"status": status, "runs": len(runs), "faults": faults})
        return StorageFault.exit_code if faults else 0
    if faults:
        shown = faults[:_MOST_FAULTS]
        if len(faults) > len(shown):
            shown.append(f"and {len(faults) - len(shown):,} more; --json has all of them")
        raise StorageFault(
            f"{counted(len(faults), 'fault')} in {archive.folder}:\n"
            + "\n".join(f"  {f}" for f in shown),
            hint="`pillar report --force` publishes anew; a damaged run is never served, and its "
            "folder may be deleted once nobody needs it.",
        )
    verify = counted(len(runs), "run verifies", "runs verify")
    say(f"{verify}: every file is as it was published.")
    return 0


def _say_how_far() -> Callable[[int, int], None]:
    """Says it on stderr every two seconds; an archive that takes less is looked at in silence."""
    last = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _SILENCE and done < of:
            last = time.monotonic()
            warn(f"[{done:,}/{of:,}] runs looked at")

    return tell


def prune_archive(
    *, keep: int, failed_days: float, lineage: str | None, dry_run: bool, as_json: bool
) -> int:
    """Exit code after the archive was pruned, or what would go was said."""
    archive = Archive()
    only = None
    if lineage is not None:
        runs = select_lineage(archive.list_runs(), [p for p in lineage[:_LONGEST].split("/") if p])
        found = sorted({run.lineage for run in runs}, key=str)
        if len(found) != 1:
            raise ParameterFault(
                f"--lineage {show_text(lineage)}: {len(found)} lineages begin so",
                hint=f"There are: {', '.join(map(str, found[:8])) or 'none'}",
            )
        only = found[0]
    removed = prune(archive, _policy(keep, failed_days, only), dry_run=dry_run)
    size = sum(one.bytes for one in removed)
    if as_json:
        answer_json(
            {
                "status": "would remove" if dry_run else "pruned",
                "bytes": size,
                "removed": [vars(one) for one in removed],
            }
        )
        return 0
    for one in removed:
        place = one.path.relative_to(archive.folder).as_posix()
        say_lines([f"{one.what}  {place}  {one.bytes:,} bytes  {one.why}"])
    verb = "would go" if dry_run else "removed"
    if removed:
        say(f"{len(removed)} {verb}, {size:,} bytes.")
    else:
        say(
            f"Nothing to remove: every run is one of the newest {keep} of its lineage or must "
            f"stay, and no failed run is older than {failed_days:g} days."
        )
    return 0


def _policy(keep: int, failed_days: float, lineage: Lineage | None) -> Policy:
    return Policy(keep=keep, failed_days=failed_days, lineage=lineage)
