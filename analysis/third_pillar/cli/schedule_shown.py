"""`pillar schedule …`, as printed."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from third_pillar.cli.answer import Interrupted, answer_json, say, warn
from third_pillar.cli.schedule_quiet import note_quiet
from third_pillar.evidence.location import installed_root, project_root
from third_pillar.publishing.atomic import REPORTS_VARIABLE
from third_pillar.publishing.schedule_file import SCHEDULE, Entry, load_schedule
from third_pillar.publishing.schedule_ledger import Ledger, Line
from third_pillar.publishing.schedule_run import Due, Setting, SlotResult, find_due, run_due
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import ParameterFault, ReportFailed
from third_pillar.vocabulary.parameters import nearest

if TYPE_CHECKING:
    from third_pillar.publishing.outcome import ReportOutcome


def _reports(root: Path) -> Path:
    named = os.environ.get(REPORTS_VARIABLE)
    return Path(named).expanduser().absolute() if named else root / "reports"


def _chosen(root: Path, names: Sequence[str]) -> list[Entry]:
    entries = load_schedule(root)
    known = tuple(entry.name for entry in entries)
    for name in names:
        if name not in known:
            raise ParameterFault(
                f"--entry {name[:60]!r}: not in {SCHEDULE.as_posix()}.{nearest(name[:60], known)} "
                f"There: {', '.join(known) or 'none'}"
            )
    return [entry for entry in entries if not names or entry.name in names]


def _moment(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ParameterFault(
            f"--since {text[:60]!r}: should be a moment with its offset, as 2026-12-01T06:00+00:00"
        )
    return moment.astimezone(dt.UTC)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def list_schedule(*, as_json: bool) -> int:
    """Exit code after every entry was shown; its parameters are checked as a report would."""
    root = project_root()
    entries = _chosen(root, [])
    lines = Ledger(_reports(root) / "schedule").read()
    now = _now()
    faults = [fault for entry in entries for fault in _parameter_faults(entry, root, now)]
    if faults:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise ParameterFault(
            f"{SCHEDULE.as_posix()}: {counted(len(faults), 'entry', 'entries')} could not run\n"
            f"{listed}",
            hint="`pillar parameters` lists every parameter with its choices.",
        )
    rows = [_row(entry, lines, now) for entry in entries]
    if as_json:
        answer_json({"schedule": root / SCHEDULE, "entries": rows})
        return 0
    for row in rows:
        say(f"{row['entry']}  {row['cron']}  {row['timezone']}  {row['profile']}")
        say(f"    next {row['next'] or 'never: not enabled'}")
        say(f"    last {row['last']}")
    count = counted(len(rows), "entry", "entries")
    say(f"{count} in {SCHEDULE.as_posix()}; `pillar schedule install` makes a machine look at it.")
    return 0


def _parameter_faults(entry: Entry, root: Path, now: dt.datetime) -> list[str]:
    from third_pillar.execution.profiles import load_profile
    from third_pillar.execution.question import resolve
    from third_pillar.publishing.schedule_run import slot_parameters

    today = dt.datetime.now().astimezone().date()
    given = slot_parameters(Due(entry, now, 0), today=today)
    try:
        resolve(given, load_profile(entry.asked.profile, root=root), root=root)
    except ParameterFault as error:
        return [f"entries.{entry.name}: {error}"]
    return []


def _row(entry: Entry, lines: Sequence[Line], now: dt.datetime) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(entry.asked.timezone)
    ours = [line for line in lines if line.entry == entry.name]
    last = ours[-1] if ours else None
    said = "never seen here: counts from the first `pillar schedule run`"
    if last is not None and last.state == "registered":
        said = f"none yet; slots count from {_local(last.moment, zone)}"
    elif last is not None:
        missed = f", {last.missed} missed before it" if last.missed else ""
        why = f": {last.said}" if last.said else ""
        said = f"{_local(last.moment, zone)} {last.state}{missed} {last.run_id}{why}".rstrip()
    upcoming = entry.timetable.next_slot(now) if entry.asked.enabled else None
    return {
        "entry": entry.name,
        "cron": entry.asked.cron,
        "timezone": entry.asked.timezone,
        "profile": entry.asked.profile,
        "parameters": entry.asked.parameters,
        "enabled": entry.asked.enabled,
        "next": _local(upcoming, zone) if upcoming else None,
        "last": said,
    }


def _local(moment: dt.datetime, zone: dt.tzinfo) -> str:
    return moment.astimezone(zone).isoformat(sep=" ", timespec="minutes")


def show_due(names: Sequence[str], since: str | None, *, as_json: bool) -> int:
    """Exit code after what is due now was said."""
    root = project_root()
    entries = _chosen(root, names)
    last = Ledger(_reports(root) / "schedule").last_slots()
    due = find_due(entries, last, now=_now(), since=_moment(since))
    if as_json:
        answer_json({"due": [_describe(one) for one in due]})
        return 0
    for one in due:
        missed = f", and {one.missed} before it that stay missed" if one.missed else ""
        say(f"{one.entry.name}  {one.local.isoformat(sep=' ', timespec='minutes')}{missed}")
    if not due:
        say(_nothing(entries))
    return 0


def _describe(due: Due) -> dict[str, Any]:
    return {
        "entry": due.entry.name,
        "slot": due.slot.isoformat(),
        "local": due.local.isoformat(),
        "missed": due.missed,
    }


def _nothing(entries: Sequence[Entry]) -> str:
    now = _now()
    upcoming = [
        (entry.timetable.next_slot(now), entry.name) for entry in entries if entry.asked.enabled
    ]
    if not upcoming:
        return f"Nothing is due: no entry is enabled in {SCHEDULE.as_posix()}."
    slot, name = min(upcoming)
    return f"Nothing is due; next is {name} at {slot.isoformat(sep=' ', timespec='minutes')}."


def run_schedule(names: Sequence[str], since: str | None, *, as_json: bool, quiet: bool) -> int:
    """Exit code after what is due was made: 1 where anything failed."""
    root = project_root()
    entries = _chosen(root, names)
    setting = Setting(
        root=root,
        reports=_reports(root),
        publish=_publish,
        announce=(lambda _: None) if quiet or as_json else warn,
    )
    now = _now()
    try:
        results = run_due(entries, setting, now=now, since=_moment(since))
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted: what was done before is on record, the slot at hand is due again"
        ) from None
    if not names and all(one.state != "busy" for one in results):
        upcoming = [one.timetable.next_slot(now) for one in entries if one.asked.enabled]
        note_quiet(
            root,
            setting.reports,
            now=now,
            next_slot=min(upcoming, default=None),
            said=_nothing(entries),
        )
    is_bad = any(not one.is_good for one in results)
    if as_json:
        answer_json(
            {"status": "failed" if is_bad else "done", "slots": [_as_data(r) for r in results]}
        )
    for one in results:
        if not one.is_good:
            warn(f"pillar: {one.due.entry.name}: {'; '.join(one.messages)}")
        if not as_json and not quiet:
            say(_in_words(one))
    if not results and not as_json and not quiet:
        say(_nothing(entries))
    return ReportFailed.exit_code if is_bad else 0


def _publish(profile: str, given: dict[str, Any], **options: Any) -> ReportOutcome:
    from third_pillar.publishing.report import publish_report

    return publish_report(profile, given, **options)


def _as_data(result: SlotResult) -> dict[str, Any]:
    return {
        **_describe(result.due),
        "state": result.state,
        "run_id": result.run_id or None,
        "html": result.html,
        "attempts": result.attempts,
        "messages": list(result.messages),
    }


def _in_words(result: SlotResult) -> str:
    name = result.due.entry.name
    slot = result.due.local.isoformat(sep=" ", timespec="minutes")
    if result.state == "busy":
        return f"{name} {slot}: another process is running it."
    if result.state == "done before":
        return f"{name} {slot}: another process has just done it."
    return f"{name} {slot}: {result.state} {result.html or ''}".rstrip()


def install_schedule(kind: str, *, every: int, write: bool) -> int:
    """Exit code after what makes the machine look was printed or written."""
    from third_pillar.publishing.installing import (
        KINDS,
        compose_installation,
        write_installation,
    )

    chosen = next((known for known in KINDS if known == kind), None)
    if chosen is None:
        near = nearest(kind[:60], KINDS)
        raise ParameterFault(f"{kind[:60]!r}: no such kind.{near} Valid: {', '.join(KINDS)}")
    root = project_root().resolve()
    load_schedule(root)
    reports = _reports(root)
    installation = compose_installation(
        chosen,
        root=root,
        every=every,
        home=Path.home(),
        reports=None if reports == root / "reports" else reports,
        is_named=root != installed_root(),
    )
    if write:
        for place in write_installation(installation):
            say(f"Written: {place}")
        say(f"Now run: {installation.after}")
        return 0
    for path, text in installation.files.items():
        say(f"# {path or 'a line of the crontab (crontab -e)'}")
        say(text)
    warn(f"Nothing was written; --write does. Then: {installation.after}")
    return 0
