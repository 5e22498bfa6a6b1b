"""Kill reports at random moments, hundreds of times, and hold the archive against every promise.

`make soak` runs all of it: SOAK_KILLS kills (500 where not said) of cells, kernels, makers, warm
parents and commands, then the notebooks under jupyter-scheduler. After each kill the archive is
verified and every new report in it is compared with that of a run left alone. The last lines count
what was killed and what came of it; exit code 1 if anything was wrong, partial, lost, left running
or told wrongly. SOAK_PARTS names the parts to run, SOAK_SEED the random moments.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kill_commands import (
    PILLAR,
    Command,
    kill_approval,
    kill_batch,
    kill_command,
    kill_schedule,
    report_words,
)
from kill_pool import kill_in_pool
from small_project import ROOT, Watched, make_project
from tally import Tally, say

from third_pillar.publishing.archive import Archive

KILLS = int(os.environ.get("SOAK_KILLS", "500"))
SEED = int(os.environ.get("SOAK_SEED", "20251107"))
SHARES = {
    "warm pool": 0.50,
    "kernel": 0.10,
    "report command": 0.13,
    "batch": 0.16,
    "schedule": 0.05,
    "approve": 0.04,
    "briefing": 0.02,
}
GUESS = {
    "warm pool": 0.7,
    "kernel": 3.0,
    "report command": 2.5,
    "batch": 7.0,
    "schedule": 4.0,
    "approve": 2.0,
    "briefing": 12.0,
}
SCHEDULER = "jupyter-scheduler"


def share_out(parts: list[str]) -> dict[str, int]:
    """Part to its kills, at least one each; the first takes what is left over."""
    total = sum(SHARES[part] for part in parts)
    counts = {part: max(1, int(KILLS * SHARES[part] / total)) for part in parts}
    if parts:
        counts[parts[0]] += max(0, KILLS - sum(counts.values()))
    return counts


def run_part(part: str, tally: Tally, folder: Path, chance: random.Random) -> None:
    """One part in an archive of its own."""
    reports = folder / part.replace(" ", "-")
    os.environ["PILLAR_REPORTS"] = str(reports)
    watched = Watched(Archive(reports / "archive"))
    environment = {"PILLAR_REPORTS": str(reports)}
    matrix = str(folder / "project/reports/matrices/small.yml")
    words = {
        "report command": report_words(),
        "briefing": report_words("-p", "draws=500"),
        "batch": ("batch", matrix, "--workers", "2", "--force", "--json", "--quiet"),
        "schedule": ("schedule", "run", "--json", "--quiet"),
        "approve": ("approve", "latest", "--by", "Soak", "--publish"),
    }
    if part == "briefing":
        environment["PILLAR_ROOT"] = str(ROOT)
    command = Command(part, words.get(part, ()), watched, environment)
    make = ("report", "--quiet") if part != "batch" else ("batch", matrix, "--quiet")
    first = Command(part, (*make, *words["briefing"][4:]) if part == "briefing" else make, watched,
                    environment)  # fmt: skip
    code, _, err = first.run()
    if code:
        raise SystemExit(f"{part}: the first report, left alone: exit {code}: {err[-2000:]}")
    watched.learn()
    if part == "schedule":
        command.longest = first.longest  # the others measure themselves
    if part == "warm pool":
        kill_in_pool(tally, watched, chance, engine="pillar")
    elif part == "kernel":
        kill_in_pool(tally, watched, chance, engine="kernel")
    elif part == "batch":
        kill_batch(tally, command, chance)
    elif part == "schedule":
        kill_schedule(tally, command, chance)
    elif part == "approve":
        kill_approval(tally, command, chance)
    else:
        kill_command(tally, command, chance)


def run_under_scheduler(tally: Tally) -> None:
    """The notebooks as jobs of jupyter-scheduler, in a process of their own."""
    say(f"{SCHEDULER}: our notebooks as jobs, over its REST interface")
    script = Path(__file__).with_name("jupyter_scheduler_runs.py")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PILLAR_")}
    done = subprocess.run([sys.executable, script], env=kept, check=False)  # noqa: S603  of this folder
    if done.returncode:
        tally.blame(SCHEDULER, [f"ended with {done.returncode}"])


def main() -> int:
    """Exit code 0 if nothing was wrong, partial, lost, left running or told wrongly."""
    named = os.environ.get("SOAK_PARTS", "")
    parts = [part.strip() for part in named.split(",") if part.strip()] or [*SHARES, SCHEDULER]
    unknown = [part for part in parts if part not in {*SHARES, SCHEDULER}]
    if unknown or not PILLAR.is_file():
        say(f"SOAK_PARTS: {', '.join(unknown)} unknown. Valid: {', '.join([*SHARES, SCHEDULER])}")
        return 2
    killing = [part for part in parts if part != SCHEDULER]
    tally = Tally(share_out(killing), GUESS)
    began = time.monotonic()
    chance = random.Random(SEED)  # noqa: S311  moments to kill at, nothing secret
    with tempfile.TemporaryDirectory(prefix="pillar-soak-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        os.environ["PILLAR_ROOT"] = str(make_project(folder / "project"))
        for part in killing:
            run_part(part, tally, folder, chance)
    if SCHEDULER in parts:
        run_under_scheduler(tally)
    for line in tally.summary():
        say(line)
    minutes = (time.monotonic() - began) / 60
    say(f"{'FAILED' if tally.faults else 'ok'} in {minutes:.1f} minutes, seed {SEED}")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
