"""Kill reports at random moments and see that the archive always holds.

Each round starts `pillar report --force`, kills the command or its kernel after a random time,
and verifies the archive; the last round runs to its end. Run with `make soak`.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "40"))
LONGEST = 9.0


def children(pid: int) -> list[int]:
    """Processes a process has started, and theirs."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in listed.read_text().split()] if listed.exists() else []
    return [*found, *(deeper for child in found for deeper in children(child))]


def main() -> int:
    """Exit code 0 if the archive verified after every kill."""
    chance = random.Random(20251107)  # noqa: S311  moments to kill at, nothing secret
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PILLAR_REPORTS": folder}
        quick = [str(BIN / "pillar"), "report", "--quiet", "-p", "draws=500"]
        subprocess.run(quick, env=env, check=True)  # noqa: S603  something to lose
        for number in range(ROUNDS):
            run = subprocess.Popen(  # noqa: S603  the kit's own command
                [str(BIN / "pillar"), "report", "--force", "--quiet", "-p", "draws=500"],
                env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            time.sleep(chance.uniform(0.05, LONGEST))
            victims = children(run.pid)
            victim = chance.choice([run.pid, *victims])
            if run.poll() is None:
                os.kill(victim, signal.SIGKILL)
            run.wait()
            held = subprocess.run(  # noqa: S603  the kit's own command
                [str(BIN / "pillar"), "archive", "verify"], env=env, check=False
            ).returncode
            print(f"round {number + 1} of {ROUNDS}: exit {run.returncode}, archive {held}")  # noqa: T201  progress
            if held:
                return 1
        last = subprocess.run([*quick, "--force"], env=env, check=False)  # noqa: S603  the same
        return last.returncode


if __name__ == "__main__":
    sys.exit(main())
