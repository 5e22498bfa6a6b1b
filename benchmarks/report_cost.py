"""What a briefing costs against the usual way, measured in one run: ratios, not promises.

The usual way is `papermill` on the same notebook followed by `jupyter nbconvert --to html`.
Run with `make bench`; nothing here asserts a time.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
NOTEBOOK = ROOT / "notebooks" / "90_briefing.ipynb"
ROUNDS = 3


def run(*command: str, reports: Path) -> tuple[float, float]:
    """Wall and CPU seconds of a command and all it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(  # noqa: S603  the commands are written below
        command,
        check=True,
        cwd=reports,
        env={**os.environ, "PILLAR_REPORTS": str(reports)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu


def usual_way(reports: Path) -> tuple[float, float]:
    """papermill, then nbconvert."""
    out = str(reports / "out.ipynb")
    first = run(str(BIN / "papermill"), str(NOTEBOOK), out, reports=reports)
    second = run(str(BIN / "jupyter"), "nbconvert", "--to", "html", out, reports=reports)
    return first[0] + second[0], first[1] + second[1]


def measure(way: Callable[[Path], tuple[float, float]], reports: Path) -> tuple[float, float]:
    """Medians of wall and CPU seconds."""
    rounds = [way(reports) for _ in range(ROUNDS)]
    return statistics.median(r[0] for r in rounds), statistics.median(r[1] for r in rounds)


def main() -> None:
    """Measure in turn and print a table."""
    pillar = str(BIN / "pillar")
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder)
        run(pillar, "report", "--quiet", reports=reports)
        rows = {
            "papermill + nbconvert": measure(usual_way, reports),
            "pillar report --force": measure(
                lambda r: run(pillar, "report", "--quiet", "--force", reports=r), reports
            ),
            "pillar report, unchanged": measure(
                lambda r: run(pillar, "report", "--quiet", reports=r), reports
            ),
            "pillar --help": measure(lambda r: run(pillar, "--help", reports=r), reports),
        }
    base = rows["papermill + nbconvert"]
    print(f"{'':28}{'wall s':>9}{'cpu s':>9}{'wall ratio':>12}{'cpu ratio':>11}")  # noqa: T201  a report
    for name, (wall, cpu) in rows.items():
        print(  # noqa: T201  a report
            f"{name:28}{wall:9.2f}{cpu:9.2f}{wall / base[0]:12.2f}{cpu / base[1]:11.2f}"
        )


if __name__ == "__main__":
    main()
