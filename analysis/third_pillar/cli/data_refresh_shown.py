"""`pillar data refresh …`: what was found, in words or as JSON."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable
from typing import Any

from third_pillar.cli.answer import answer_json, describe, say, warn
from third_pillar.cli.terminal import say_lines
from third_pillar.evidence.connectors.acceptance import accept
from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.candidates import UNCHANGED
from third_pillar.evidence.connectors.catalogue import ASKED_DIRECTLY, SOURCES
from third_pillar.evidence.connectors.proposals import ROWS, Proposal, find_proposal
from third_pillar.evidence.connectors.refresh import refresh
from third_pillar.evidence.connectors.request import Request
from third_pillar.evidence.connectors.web import Web
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import ParameterFault, SourceFault

_SHOWN = 12
_EVERY_SECONDS = 2.0


def list_sources(*, as_json: bool) -> int:
    """Exit code after every source is printed with what it gives and on which terms."""
    if as_json:
        answer_json({"sources": [vars(source) for source in SOURCES.values()]})
        return 0
    for source in SOURCES.values():
        way = "" if source.id in ASKED_DIRECTLY else "  (through drop)"
        say(f"{source.id}{way}: {source.title}")
        say(f"  gives      {source.gives}")
        say(f"  key        {source.key}")
        say(f"  terms      {source.licence}")
        say(f"  pass on    rows may be redistributed: {source.may_redistribute}")
        say(f"  rhythm     {source.rhythm}")
        say(f"  accepting  {', '.join(source.accepts) or 'not possible; by hand only'}\n")
    say("Ask one: pillar data refresh SOURCE; `pillar data refresh --help` has examples.")
    return 0


def refresh_source(
    source: str | None, wanted: dict[str, Any], *, as_json: bool, quiet: bool
) -> int:
    """Exit code after the proposals a source leads to are written and said.

    Raises:
        ParameterFault: No source is named, or the request makes no sense.
    """
    if source is None:
        raise ParameterFault(
            f"name a source: {', '.join(ASKED_DIRECTLY)}",
            hint="`pillar data refresh --list` says what each gives.",
        )
    is_silent = quiet or as_json
    web = Web(
        progress=None if is_silent else _progress(), tell=None if is_silent else _tell_plainly
    )
    done = refresh(Request(source=source, **wanted), web=web)
    failed = SourceFault.exit_code if done.faults else 0
    if as_json:
        answer_json(
            {
                "status": "failed" if done.faults else "proposed",
                "proposals": [_as_data(proposal) for proposal in done.proposals],
                "faults": [describe(fault) for fault in done.faults],
            }
        )
        return failed
    for proposal in done.proposals:
        say_lines(_in_words(proposal))
    for fault in done.faults:
        warn(f"pillar: {fault}")
        if fault.hint:
            warn(fault.hint)
    return failed


def accept_proposal(name: str, package_date: str | None, *, as_json: bool) -> int:
    """Exit code after the rows of a proposal are in the curated tables.

    Raises:
        ParameterFault: No such proposal, not a date, or the terms do not allow it.
    """
    folder, record = find_proposal(Cache.of_project(), name)
    done = accept(folder, record, package_date=_read_date(package_date))
    if as_json:
        answer_json({"status": "accepted", **vars(done), "files": list(done.files)})
        return 0
    for table, count in done.rows.items():
        say(f"{table}: {count} row{'' if count == 1 else 's'} added")
    say(f"Written: {', '.join(f'data/{file}' for file in done.files)}.")
    say("The data package is valid. Say in data/CHANGELOG.md what this does to the findings.")
    return 0


def _read_date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ParameterFault(
            f"package date {text!r} is not a date", hint="Such as --package-date 2027-02-05."
        ) from None


def _as_data(proposal: Proposal) -> dict[str, Any]:
    changes = [
        {key: value for key, value in vars(change).items() if key != "row"}
        for change in proposal.changes
    ]
    return {
        **proposal.record(),
        "folder": str(proposal.folder),
        "can_be_accepted": bool(proposal.takes),
        "changes": changes,
    }


def _in_words(proposal: Proposal) -> list[str]:
    count = len(proposal.payloads)
    read = f"{count} payload{'' if count == 1 else 's'}"
    lines = [f"{proposal.source.title}: {counted(proposal.rows, 'row')}, from {read}"]
    lines += [
        f"  {payload.address}  sha256 {payload.sha256[:12]}…, {payload.retrieved_at[:19]}Z"
        for payload in proposal.payloads[:_SHOWN]
    ]
    lines += [f"  Note: {remark}" for remark in proposal.remarks]
    counts = ", ".join(f"{number} {kind}" for kind, number in proposal.counts.items())
    lines.append(f"  Against {proposal.against}{f': {counts}' if counts else ''}.")
    told = [change for change in proposal.changes if change.kind != UNCHANGED]
    lines += [f"  {change.kind:<9} {change.table}: {change.words}" for change in told[:_SHOWN]]
    if len(told) > _SHOWN:
        lines.append(f"  … and {len(told) - _SHOWN} more in what.md")
    lines.append(f"  Rows: {proposal.folder / ROWS}")
    return [*lines, f"  {_way_on(proposal)}", ""]


def _way_on(proposal: Proposal) -> str:
    source = proposal.source
    if proposal.takes:
        return f"Accept them with: pillar data refresh --accept {proposal.id}"
    if source.accepts:
        return "There is nothing to accept: no row is added or revised."
    terms = "" if source.may_redistribute == "yes" else f" Terms: {source.licence}."
    return f"Not for the curated tables as they are.{terms} {source.by_hand}."


def _tell_plainly(words: str) -> None:
    warn(f"  {words}")


def _progress() -> Callable[[int, int | None], None]:
    """Says how far a download is, every two seconds, on stderr."""
    last = time.monotonic()

    def tell(received: int, total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last < _EVERY_SECONDS:
            return
        last = time.monotonic()
        whole = f" of {total / 1e6:,.1f}" if total else ""
        sys.stderr.write(f"  {received / 1e6:,.1f}{whole} MB\n")

    return tell
