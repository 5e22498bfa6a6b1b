"""Kills of commands and of what they started, at random moments from their start to their end."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processes import kill, left_running, levels
from small_project import Watched
from tally import Tally

from third_pillar.publishing.schedule_ledger import Ledger, Line

PILLAR = Path(sys.executable).parent / "pillar"
_BELOW = {
    "report command": (0.5, 0.4),
    "briefing": (0.5, 4.0),
    "batch": (0.6, 3.0),
    "schedule": (0.4, 0.4),
    "approve": (0.0, 0.0),
}
"""Share of the kills that go to what is below the command, and seconds for which that lives."""
_REPORT = ("report", "--force", "--quiet", "--json")
_LEVELS = {
    "report command": ("report command", "its cells"),
    "briefing": ("briefing command", "its cells"),
    "batch": ("batch command", "its warm parent", "its maker", "its cells"),
    "schedule": ("schedule command", "its cells"),
    "approve": ("approve command",),
}


@dataclass
class Command:
    """A command that is started again and again, and killed.

    Attributes:
        part: Its name in the tally.
        words: Of the command line.
        watched: The archive it writes.
        environment: Of the process.
        longest: Seconds it takes when left alone, for the latest moment to kill.
    """

    part: str
    words: tuple[str, ...]
    watched: Watched
    environment: dict[str, str]
    longest: float = 0.0

    def run(self, *more: str) -> tuple[int, dict[str, Any], str]:
        """Exit code, its JSON and what it said, left alone."""
        began = time.monotonic()
        done = subprocess.run(  # noqa: S603  the kit's own command
            [PILLAR, *self.words, *more],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        self.longest = max(self.longest, time.monotonic() - began)
        return done.returncode, _json(done.stdout), done.stderr

    def kill_once(self, chance: random.Random) -> tuple[str, int, dict[str, Any], str, list[str]]:
        """Victim, exit code, JSON and words of the command, and what was left running."""
        started = subprocess.Popen(  # noqa: S603  same
            [PILLAR, *self.words],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        names = _LEVELS[self.part]
        if chance.random() < _BELOW[self.part][0]:
            line = self._wait_for_cells(started, chance.uniform(0, _BELOW[self.part][1]))
            pid, level = chance.choice(line[1:] or line)
        else:
            time.sleep(chance.uniform(0.02, self.longest))
            line = levels(started.pid)
            pid, level = line[0]
        victim = names[min(level, len(names) - 1)] if kill(pid) else ""
        out, err = started.communicate()
        below = [one for one, _ in line[1:]]
        left = left_running(below) if victim and pid == started.pid else []
        return victim, started.returncode, _json(out), err, left

    def _wait_for_cells(
        self, started: subprocess.Popen[str], longer: float
    ) -> list[tuple[int, int]]:
        """The processes some time after the first appeared below the command."""
        until = time.monotonic() + self.longest
        while len(levels(started.pid)) == 1 and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(longer)
        return levels(started.pid)


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _begin(tally: Tally, command: Command) -> tuple[str, Watched]:
    """What a command does unharmed is not counted."""
    _must(command.run(), command.part)
    command.watched.new_runs()
    tally.begin(command.part)
    return command.part, command.watched


def kill_command(tally: Tally, command: Command, chance: random.Random) -> None:
    """Kill it or its cells; it says what happened, or is gone and the next run works."""
    part, watched = _begin(tally, command)
    while tally.is_wanted(part):
        victim, code, said, err, faults = command.kill_once(chance)
        fresh = watched.new_runs()
        faults += watched.faults()
        tally.checks += 1
        what = _judge_report(code, said, err, fresh, faults)
        tally.blame(part, faults)
        if victim:
            tally.note(part, victim, what)
        else:
            tally.pass_time(part)
    if _must(command.run(), part) and list(watched.archive.folder.glob(".building-*")):
        tally.blame(part, ["what killed runs were building was not put away by the next"])


def _judge_report(
    code: int, said: dict[str, Any], err: str, fresh: list[str], faults: list[str]
) -> str:
    if code == 0:
        if [Path(said["manifest"]).parent.name] != fresh:
            faults.append(f"exit 0, and new in the archive is {fresh or 'nothing'}")
        return "too late, published"
    if code == 1:
        if fresh or said.get("status") != "failed" or "Traceback" in err:
            faults.append(f"exit 1 with {said.get('status')}, new in the archive: {fresh}; {err}")
        return f"failed and said so ({(said.get('error') or {}).get('kind')})"
    if code != -9:  # noqa: PLR2004  ended by SIGKILL
        faults.append(f"exit {code}: {err[-500:]}")
    return "whole, but nobody left to say so" if fresh else "gone, nothing published"


def kill_batch(tally: Tally, command: Command, chance: random.Random) -> None:
    """Kill a batch or what is below it, then resume it: every report is there and right."""
    part, watched = _begin(tally, command)
    while tally.is_wanted(part):
        victim, code, said, err, faults = command.kill_once(chance)
        if not victim:
            tally.pass_time(part)
            watched.new_runs()
            continue
        if code == 0:
            what = "all published"
        elif code == 1 and said:
            what = "others published, the lost one named"
            faults += _unnamed(said)
        elif code == -9:  # noqa: PLR2004  ended by SIGKILL
            what = "gone, then resumed"
        else:
            what = "told wrongly"
            faults.append(f"exit {code}: {err[-500:]}")
        if code:
            faults += watched.faults()
            code, said, err = command.run("--resume") if _has_journal(command) else command.run()
            if code or said.get("counts", {}).get("missing") or said["counts"]["failed"]:
                faults.append(f"resumed: exit {code} {said.get('counts')} {err[-500:]}")
        fresh = watched.new_runs()
        listed = {Path(one["manifest"]).parent.name for one in said.get("reports", ())}
        if not listed <= watched.promised or len(listed) != len(said.get("reports", ())):
            faults.append(f"the summary names {sorted(listed)}, new in the archive are {fresh}")
        faults += watched.faults()
        tally.checks += 1
        tally.blame(part, faults)
        tally.note(part, victim, what)


def _has_journal(command: Command) -> bool:
    folder = command.watched.archive.folder.parent / "batches" / "small"
    return (folder / "journal.jsonl").is_file()


def _unnamed(said: dict[str, Any]) -> list[str]:
    if "reports" not in said:
        return [f"no report is named: {said.get('error')}"]
    return [
        f"{one['label']} is {one['status']} without a reason"
        for one in said["reports"]
        if one["status"] not in {"published", "unchanged"} and not one.get("error")
    ]


def kill_schedule(tally: Tally, command: Command, chance: random.Random) -> None:
    """Kill a runner; the next one does its slot, and no slot is done twice."""
    part, watched = command.part, command.watched
    ledger = Ledger(watched.archive.folder.parent / "schedule")
    tally.begin(part)
    while tally.is_wanted(part):
        ledger.path.unlink(missing_ok=True)
        ledger.append(Line("often", "registered", "2026-01-01T00:00:00+00:00", "2026-01-01"))
        victim, code, said, err, faults = command.kill_once(chance)
        what = {0: "too late, done", 1: "failed and said so"}.get(code, "gone, then done")
        if code == 1 and not any(slot["messages"] for slot in said.get("slots", ())):
            faults.append(f"exit 1 without a reason: {err[-500:]}")
        if code < 0:
            again, _, err = command.run()
            faults += [f"the next runner: exit {again} {err[-500:]}"] if again else []
        lines = [line for line in ledger.read() if line.state != "registered"]
        if len({line.slot for line in lines}) != len(lines) or not lines:
            faults.append(f"slots in the ledger: {[(line.slot, line.state) for line in lines]}")
        watched.new_runs()
        faults += watched.faults()
        tally.checks += 1
        tally.blame(part, faults)
        if victim:
            tally.note(part, victim, what)
        else:
            tally.pass_time(part)


def kill_approval(tally: Tally, command: Command, chance: random.Random) -> None:
    """Kill an approval; the archive holds, and the report can be approved again."""
    part, watched = command.part, command.watched
    _must(command.run(), part)
    tally.begin(part)
    while tally.is_wanted(part):
        victim, code, _, err, faults = command.kill_once(chance)
        what = "too late, approved" if code == 0 else "gone"
        faults += watched.faults()
        again, _, err = command.run()
        faults += [f"approved again: exit {again} {err[-500:]}"] if again else []
        faults += watched.faults()
        tally.checks += 2
        tally.blame(part, faults)
        if victim:
            tally.note(part, victim, what)
        else:
            tally.pass_time(part)


def _must(ended: tuple[int, dict[str, Any], str], part: str) -> bool:
    code, _, err = ended
    if code:
        raise SystemExit(f"{part}: left alone it ended with {code}: {err[-2000:]}")
    return True


def report_words(*more: str) -> tuple[str, ...]:
    """`pillar report` as it is killed here."""
    return (*_REPORT, *more)
