"""What follows a slot: retention, a message, commands. None of it changes what the slot was."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from third_pillar.publishing.archive import Archive, Lineage
from third_pillar.publishing.mail import write_mail
from third_pillar.publishing.pruning import Policy, prune
from third_pillar.publishing.schedule_run import Setting, SlotResult, shorten
from third_pillar.publishing.slot_mail import describe_slot
from third_pillar.vocabulary.errors import PillarError

_TAIL = 400


def follow_up(result: SlotResult, setting: Setting) -> SlotResult:
    """The result with what retention, mail and commands had to complain of."""
    asked = result.due.entry.asked
    faults = list(result.messages)
    commands = asked.on_failure if result.state == "failed" else asked.on_success
    if result.html is not None and asked.keep is not None:
        faults += _prune(result.html.parent, asked.keep)
    mail = ""
    wanted = {"failed": {"failure", "always"}, "published": {"success", "always"}}
    if asked.mail is not None and asked.mail.when in wanted.get(result.state, set()):
        written, fault = _write_mail(result, setting)
        mail, faults = str(written or ""), faults + fault
    for command in commands:
        faults += _run_command(command, result, setting, mail=mail)
    return replace(result, messages=tuple(faults))


def _prune(folder: Path, keep: int) -> list[str]:
    archive = Archive()
    try:
        lineage = Lineage(*folder.relative_to(archive.folder.resolve()).parts[:4])
        prune(archive, Policy(keep=keep, lineage=lineage))
    except (PillarError, ValueError, TypeError) as error:
        return [f"old reports could not be removed: {error}"]
    return []


def _write_mail(result: SlotResult, setting: Setting) -> tuple[Path | None, list[str]]:
    mail = result.due.entry.asked.mail
    if mail is None:
        return None, []
    try:
        return write_mail(setting.reports, mail, describe_slot(result)), []
    except (PillarError, OSError, ValueError) as error:
        return None, [f"the message could not be written: {error}"]


def _run_command(
    command: Sequence[str], result: SlotResult, setting: Setting, *, mail: str
) -> list[str]:
    """What the command did wrong; nothing where it ended with 0."""
    due = result.due
    told = {
        "PILLAR_ENTRY": due.entry.name,
        "PILLAR_SLOT": due.local.isoformat(timespec="minutes"),
        "PILLAR_STATUS": result.state,
        "PILLAR_RUN_ID": result.run_id,
        "PILLAR_REPORT": str(result.html or ""),
        "PILLAR_MAIL": mail,
        "PILLAR_MESSAGE": shorten("; ".join(result.messages)).replace("\0", ""),
    }
    setting.announce(f"{due.entry.name}: {command[0]}")
    try:
        done = subprocess.run(  # noqa: S603  words of the project's own schedule, no shell
            list(command),
            cwd=setting.root,
            env={**os.environ, **told},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=due.entry.asked.command_timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return [f"command {command[0]!r} took more than {error.timeout:g} s"]
    except (OSError, ValueError) as error:
        return [f"command {command[0]!r} could not start: {error}"]
    if done.returncode == 0:
        return []
    said = done.stdout[-_TAIL:].decode("utf-8", "replace").strip()
    return [f"command {command[0]!r} ended with {done.returncode}: {said or 'it printed nothing'}"]
