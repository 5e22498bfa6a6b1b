"""Kills below a warm process: the cells, a kernel, the process that makes the report, itself."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from processes import descendants, kill
from small_project import Watched
from tally import Tally

from third_pillar.publishing.pool import Answer, Asked, Step, WarmPool

AIMS = {"cells": 2, "maker of a report": 1, "warm parent": 0}
_TOLD = {"ProcessEnded", "ProcessLost", "DeadKernelError"}


def kill_in_pool(tally: Tally, watched: Watched, chance: random.Random, *, engine: str) -> None:
    """Ask for one report after the other and kill one process of each at a random moment."""
    part = "kernel" if engine == "kernel" else "warm pool"
    pool, number = WarmPool(1), 0
    try:
        _ask(pool, Asked(0, "full", {}, force=True, engine=engine), lambda _: None)
        watched.new_runs()
        tally.begin(part)
        while tally.is_wanted(part):
            number += 1
            if engine == "kernel":
                aim, place = "kernel", 2
            else:
                aim = chance.choices([*AIMS], weights=(10, 10, 3))[0]
                place = AIMS[aim]
            _one(tally, watched, chance, pool, Asked(number, "full", {}, force=True, engine=engine),
                 aim=(part, aim, place))  # fmt: skip
    finally:
        pool.close()


def _one(
    tally: Tally,
    watched: Watched,
    chance: random.Random,
    pool: WarmPool,
    asked: Asked,
    *,
    aim: tuple[str, str, int],
) -> None:
    part, name, place = aim
    after, is_killed = chance.randint(1, 6), False
    wait = chance.uniform(0, 0.25 if after > 4 else 0.07)  # noqa: PLR2004  the last cells, then the page

    def strike(step: Step) -> None:
        nonlocal is_killed
        if step.number == min(after, step.of) and not is_killed:
            time.sleep(wait)
            line = [pool.pid or 0, *descendants(pool.pid or 0)]
            is_killed = place < len(line) and kill(line[place])

    answer = _ask(pool, asked, strike)
    fresh = watched.new_runs()
    faults = watched.faults()
    tally.checks += 1
    said = answer.outcome
    if "code changed" in said.message:
        raise SystemExit(f"{said.message}: run it again and leave the code alone meanwhile")
    if said.status == "published" and said.manifest is not None:
        what = "asked again, published" if name == "warm parent" else "too late, published"
        if said.manifest.parent.name not in fresh:
            faults.append(f"{said.manifest.parent}: said to be published, and is not there")
    elif said.status == "failed" and said.error in _TOLD:
        what = f"failed and said so ({said.error})"
        if fresh:
            faults.append(f"{name} killed: said to have failed, and is published: {fresh}")
    else:
        what = "told wrongly"
        faults.append(f"{name} killed: said to be {said.status}: {said.error} {said.message}")
    tally.blame(part, faults)
    if is_killed:
        tally.note(part, name, what)
    else:
        tally.pass_time(part)


def _ask(pool: WarmPool, asked: Asked, tell: Callable[[Step], None]) -> Answer:
    answers = []
    for told in pool.run([asked]):
        if isinstance(told, Step):
            tell(told)
        elif isinstance(told, Answer):
            answers.append(told)
    if len(answers) != 1:
        raise SystemExit(f"{len(answers)} answers to one question")
    return answers[0]
