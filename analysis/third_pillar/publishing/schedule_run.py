"""Runs what is due: each slot once, whoever else runs too and whenever somebody is killed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from third_pillar.publishing.outcome import without_trace
from third_pillar.publishing.schedule_file import Entry
from third_pillar.publishing.schedule_ledger import Ledger, Line
from third_pillar.vocabulary.errors import EvidenceFault, ParameterFault, PillarError
from third_pillar.vocabulary.schedule import SLOT

if TYPE_CHECKING:
    from third_pillar.publishing.outcome import ReportOutcome

_TAIL = 400
_SHORT = 160


@dataclass(frozen=True)
class Due:
    """One slot to run.

    Attributes:
        entry: Whose slot.
        slot: The moment, in UTC.
        missed: Slots before it that nobody ran; they are made up for by this one.
    """

    entry: Entry
    slot: dt.datetime
    missed: int

    @property
    def local(self) -> dt.datetime:
        """The slot on the clock of the entry's zone."""
        from zoneinfo import ZoneInfo  # noqa: PLC0415  only where something is due

        return self.slot.astimezone(ZoneInfo(self.entry.asked.timezone))


@dataclass(frozen=True)
class SlotResult:
    """What became of a slot.

    Attributes:
        due: The slot.
        state: "busy" where another process runs this entry.
        run_id: The report; empty where there is none.
        html: Its page.
        messages: What failed, and what the commands that follow said.
        attempts: Tries that were needed.
    """

    due: Due
    state: Literal["published", "unchanged", "failed", "busy", "done before"]
    run_id: str = ""
    html: Path | None = None
    messages: tuple[str, ...] = ()
    attempts: int = 0

    @property
    def is_good(self) -> bool:
        """Whether a report stands and all that follows went well."""
        return self.state != "failed" and not self.messages


@dataclass(frozen=True)
class Setting:
    """What running needs from outside.

    Attributes:
        root: Project folder; commands start there.
        reports: Reports folder; ledger, outbox and archive lie below.
        publish: Makes a report; `publish_report` outside tests.
        sleep: Waits between tries.
        announce: Told before each slot and each try.
    """

    root: Path
    reports: Path
    publish: Callable[..., ReportOutcome]
    sleep: Callable[[float], None] = time.sleep
    announce: Callable[[str], None] = lambda _: None

    @property
    def ledger(self) -> Ledger:
        """Which slots are over."""
        return Ledger(self.reports / "schedule")


def find_due(
    entries: Sequence[Entry],
    last: Mapping[str, dt.datetime],
    *,
    now: dt.datetime,
    since: dt.datetime | None = None,
) -> list[Due]:
    """Slots that nobody ran yet: at most one an entry, the newest.

    Args:
        entries: Of the schedule.
        last: Entry to its last slot that is over, or the moment it was first seen.
        now: The moment; later slots are not due.
        since: From when the slots of an entry count that was never seen; none are due without.
    """
    found = []
    for entry in entries:
        after = last.get(entry.name, since)
        if entry.asked.enabled and after is not None:
            due = entry.timetable.due_slot(after, now)
            if due is not None:
                found.append(Due(entry, *due))
    return sorted(found, key=lambda one: (one.slot, one.entry.name))


def run_due(
    entries: Sequence[Entry],
    setting: Setting,
    *,
    now: dt.datetime,
    since: dt.datetime | None = None,
) -> list[SlotResult]:
    """What became of every slot that was due.

    An entry that was never seen is registered: its slots count from now on, or from `since`.

    Args:
        entries: Of the schedule, or some of them.
        setting: Where and with what.
        now: The moment.
        since: As for `find_due`.

    Raises:
        StorageFault: The ledger cannot be written.
    """
    ledger = setting.ledger
    last = ledger.last_slots()
    for entry in entries:
        if entry.asked.enabled and entry.name not in last:
            first = since or now
            ledger.append(Line(entry.name, "registered", first.isoformat(), now.isoformat()))
            last[entry.name] = first
    return [_run_alone(due, setting) for due in find_due(entries, last, now=now)]


def _run_alone(due: Due, setting: Setting) -> SlotResult:
    ledger, name = setting.ledger, due.entry.name
    with ledger.hold(name) as is_ours:
        if not is_ours:
            return SlotResult(due, "busy")
        # Whoever held the lock before may have run this very slot.
        last = ledger.last_slots().get(name)
        if last is not None and last >= due.slot:
            return SlotResult(due, "done before")
        from third_pillar.publishing.slot_followup import follow_up  # noqa: PLC0415  it knows us

        setting.announce(f"{name}: slot {due.local.isoformat(timespec='minutes')}")
        result = follow_up(_publish(due, setting), setting)
        ledger.append(
            Line(
                entry=name,
                state="failed" if result.state == "failed" else "done",
                slot=due.slot.isoformat(),
                at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                missed=due.missed,
                run_id=result.run_id,
                said=shorten("; ".join(result.messages)),
            )
        )
        return result


def slot_parameters(due: Due, *, today: dt.date) -> dict[str, Any]:
    """The parameters of a slot: `as_of: slot` becomes its date in the entry's zone.

    Where that zone is already in tomorrow, the date of this machine stands, as no report looks
    from the future.
    """
    given = dict(due.entry.asked.parameters)
    if given.get("as_of") == SLOT:
        given["as_of"] = min(due.local.date(), today).isoformat()
    return given


def _publish(due: Due, setting: Setting) -> SlotResult:
    from tenacity import (  # noqa: PLC0415  only where something is due
        RetryError,
        Retrying,
        retry_if_result,
        stop_after_attempt,
        wait_exponential,
    )

    asked = due.entry.asked
    retries = asked.retries
    attempts = Retrying(
        stop=stop_after_attempt(retries.attempts),
        wait=wait_exponential(multiplier=retries.wait_seconds, max=retries.max_wait_seconds),
        retry=retry_if_result(lambda tried: tried[0].state == "failed" and tried[1]),
        sleep=setting.sleep,
        before_sleep=lambda state: setting.announce(_phrase_wait(due, state)),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    count = 0

    def attempt() -> tuple[SlotResult, bool]:
        nonlocal count
        count += 1
        if count > 1:
            setting.announce(f"{due.entry.name}: try {count} of {retries.attempts}")
        return _try(due, setting)

    try:
        result, _ = attempts(attempt)
    except RetryError as error:  # pragma: no cover  the callback answers instead
        return SlotResult(due, "failed", messages=(str(error),), attempts=count)
    return replace(result, attempts=count)


def _phrase_wait(due: Due, state: Any) -> str:
    """Why nothing happens for a while."""
    (result, _), wait = state.outcome.result(), state.next_action.sleep
    said = f"try {state.attempt_number} failed: {shorten('; '.join(result.messages), _SHORT)}"
    return f"{due.entry.name}: {said}\n{due.entry.name}: the next try is in {wait:g} s"


def _try(due: Due, setting: Setting) -> tuple[SlotResult, bool]:
    """One try, and whether another could end differently."""
    asked = due.entry.asked
    today = dt.datetime.now().astimezone().date()
    try:
        outcome = setting.publish(
            asked.profile,
            slot_parameters(due, today=today),
            timeout=asked.timeout_seconds,
            own_figures=asked.own_figures,
        )
    except (ParameterFault, EvidenceFault) as error:
        return SlotResult(due, "failed", messages=(_said(error),)), False
    except PillarError as error:
        return SlotResult(due, "failed", messages=(_said(error),)), True
    except Exception as error:  # noqa: BLE001  a fault of the kit must not stop the other entries
        return SlotResult(due, "failed", messages=(f"{type(error).__name__}: {error}",)), True
    if outcome.status == "failed" or outcome.html is None:
        messages = (_join(outcome.message, outcome.hint),)
        kept = outcome.kept.name if outcome.kept else ""
        return SlotResult(due, "failed", run_id=kept, messages=messages), True
    run_id = outcome.html.parent.name
    return SlotResult(due, outcome.status, run_id=run_id, html=outcome.html), False


def _said(error: PillarError) -> str:
    return _join(str(error), error.hint)


def shorten(text: str, most: int = _TAIL) -> str:
    """At most so many characters; that something was left out is seen."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _join(message: str, hint: str) -> str:
    """Both as sentences of one line; the trace of a cell is in the log."""
    message = without_trace(message)
    ended = message if message.endswith((".", "!", "?")) or not hint else f"{message}."
    return " ".join(f"{ended} {hint}".split())
