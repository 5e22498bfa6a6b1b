"""Kill the processes of many small reports at random moments; after each the archive must verify.

Cells, the process that makes the report, or the warm process itself is killed, SOAK_KILLS times
(500 where not said). Every report asked for must end as published or failed, none may be lost, and
what is in the archive must be exactly what was said to be published. Run with `make soak`.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from third_pillar.publishing.archive import Archive
from third_pillar.publishing.pool import Answer, Asked, Step, WarmPool

ROOT = Path(__file__).parents[1]
KILLS = int(os.environ.get("SOAK_KILLS", "500"))
AIMS = ("cells", "maker", "warm")
EVERY = 25
"""Rounds after which the whole archive is verified, not only the last run."""


def children(pid: int) -> list[int]:
    """The processes below a process, one below the other."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in listed.read_text().split()] if listed.exists() else []
    return [*found, *(deeper for child in found for deeper in children(child))]


def kill(pool: WarmPool, aim: str) -> int:
    """1 if there was such a process."""
    line = [pool.pid or 0, *children(pool.pid or 0)]
    place = {"warm": 0, "maker": 1, "cells": 2}[aim]
    if place >= len(line) or not line[place]:
        return 0
    try:
        os.kill(line[place], signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1


def make_project(folder: Path) -> Path:
    """A project with the data of this one and a notebook of a few idle cells."""
    sys.path.insert(0, str(ROOT / "tests"))
    from small_notebook import write_notebook  # noqa: PLC0415  lies with the tests

    root = folder / "project"
    shutil.copytree(ROOT / "data", root / "data")
    write_notebook(root / "notebooks/small.ipynb", *["import time; time.sleep(0.03)"] * 3)
    profile = root / "reports/profiles/full.yml"
    profile.parent.mkdir(parents=True)
    profile.write_text("title: A small question\nnotebook: notebooks/small.ipynb\n")
    return root


def main() -> int:
    """Exit code 0 if nothing was wrong, partial or lost."""
    chance = random.Random(20251107)  # noqa: S311  moments to kill at, nothing secret
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PILLAR_ROOT"] = str(make_project(Path(folder)))
        os.environ["PILLAR_REPORTS"] = str(Path(folder) / "reports")
        pool, kills, published, number = WarmPool(1), 0, 0, 0
        while kills < KILLS:
            number += 1
            aim = chance.choices(AIMS, weights=(12, 12, 1))[0]
            after, is_killed = chance.randint(1, 5), False
            for told in pool.run([Asked(number, "full", {}, force=True)]):
                if isinstance(told, Step) and told.number == after and not is_killed:
                    time.sleep(chance.uniform(0, 0.06))
                    is_killed = True
                    kills += kill(pool, aim)
                if isinstance(told, Answer):
                    published += told.outcome.status == "published"
            if number % EVERY == 0 or kills >= KILLS:
                runs, faults = len(Archive().list_runs()), Archive().verify()
                said = (
                    f"{kills} kills, {number} reports, {published} published, {len(faults)} faults"
                )
                print(said, flush=True)  # noqa: T201  progress
                if faults or runs != published:
                    print(f"{runs} runs in the archive", *faults, sep="\n")  # noqa: T201  what is wrong
                    return 1
        pool.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
