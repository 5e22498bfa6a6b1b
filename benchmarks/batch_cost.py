"""What a report costs cold, warm and unchanged, against papermill and nbconvert on one notebook.

Processor seconds (of the command and all it starts) are compared, as other work on the machine
stretches the clock but not them; only the gain of two workers is by the clock. The floor is the
notebook's own code as a plain script, asked the same questions: what is above it is overhead.
Reports of a batch are those of a matrix that comes with the kit, seven candidates under three
scenarios; "each of its own draws" is the worst case, questions that share neither data nor draws.

    make bench
    .venv/bin/python benchmarks/batch_cost.py --reports 300   # memory over many reports
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from third_pillar.execution.matrix import expand, read_matrix
from third_pillar.publishing.pool import Answer, Asked, WarmPool

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
NOTEBOOK = ROOT / "notebooks" / "90_briefing.ipynb"
PAGES = {
    "full": "90_briefing",
    "claims": "10_claims",
    "network": "60_network",
    "supply_chain": "20_supply_chain",
    "trade": "30_trade",
    "window": "40_window",
}
CANDIDATES = ("IND", "AUS", "BRA")
MATRIX = ROOT / "reports" / "matrices" / "candidates.yml"
FLOOR = """
import json, sys, time
cells = [c for c in json.load(open(sys.argv[1]))["cells"] if c["cell_type"] == "code"]
questions = json.loads(sys.argv[2])
spent = []
for question in questions:
    began = time.process_time()
    names = {}
    for cell in cells:
        code = "".join(cell["source"])
        if code.startswith("briefing."):
            shown = eval(code, names)
            getattr(shown, "_repr_mimebundle_", lambda: None)()
        else:
            exec(code, names)
        if "seed" in names:
            names |= question
            question = {}
    spent.append(time.process_time() - began)
print(json.dumps({"turns": spent, "whole": time.process_time()}))
"""


def say(text: str = "") -> None:
    """A line of the report."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def cpu(command: list[str], reports: Path) -> float:
    """Processor seconds of a command and all it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(  # noqa: S603  the commands are written below
        command,
        check=True,
        cwd=reports,
        env={**os.environ, "PILLAR_REPORTS": str(reports)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def floor(questions: list[dict[str, Any]]) -> dict[str, Any]:
    """Processor seconds of the notebook's code, question by question and with imports."""
    arguments = [sys.executable, "-c", FLOOR, str(NOTEBOOK), json.dumps(questions)]
    done = subprocess.run(  # noqa: S603  as above
        arguments,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def usual_way(reports: Path, notebook: Path = NOTEBOOK) -> float:
    """papermill, then nbconvert."""
    out = str(reports / "out.ipynb")
    first = cpu([str(BIN / "papermill"), str(notebook), out], reports)
    return first + cpu([str(BIN / "jupyter"), "nbconvert", "--to", "html", out], reports)


def median(rounds: int, measure: Callable[[], float]) -> float:
    """The middle of several."""
    return statistics.median(measure() for _ in range(rounds))


def run_pool(
    workers: int, questions: list[dict[str, Any]], reports: Path
) -> tuple[list[float], float, list[int]]:
    """Processor seconds of each report, seconds by the clock, memory of the warm process in MB."""
    pool = WarmPool(workers, environment={"PILLAR_REPORTS": str(reports)})
    asked = [Asked(n, "full", given, force=True) for n, given in enumerate(questions)]
    spent, memory = [], []
    list(pool.run([Asked(-1, "full", {"draws": 100}, force=True)]))
    began = time.perf_counter()
    for told in pool.run(asked):
        if isinstance(told, Answer):
            if told.outcome.status != "published":
                raise SystemExit(f"a report failed: {told.outcome.message}")
            spent.append(told.processor_seconds)
            memory.append(_resident(pool.pid))
    clock = time.perf_counter() - began
    pool.close()
    return spent, clock, memory


def compare_pages(reports: Path) -> None:
    """Print what each page costs where a batch makes all pages of some questions."""
    pool = WarmPool(1, environment={"PILLAR_REPORTS": str(reports)})
    asked = [
        Asked(number, page, {"candidate": candidate}, force=True)
        for number, (candidate, page) in enumerate(itertools.product(CANDIDATES, PAGES))
    ]
    spent: dict[str, list[float]] = {page: [] for page in PAGES}
    for told in pool.run(asked):
        if isinstance(told, Answer):
            if told.outcome.status != "published":
                raise SystemExit(f"a report failed: {told.outcome.message}")
            spent[asked[told.task].profile].append(told.processor_seconds)
    pool.close()
    say("a batch of all pages of a question, processor seconds a report:")
    say(f"{'':32}{'usual':>12}{'warm':>10}{'of usual':>10}")
    whole = [0.0, 0.0]
    for page, notebook in PAGES.items():
        usual = usual_way(reports, ROOT / "notebooks" / f"{notebook}.ipynb")
        warm = statistics.mean(spent[page])
        whole = [whole[0] + usual, whole[1] + warm]
        say(f"{page:32}{usual:12.2f}{warm:10.2f}{warm / usual:10.2f}")
    usual, warm = (part / len(PAGES) for part in whole)
    say(f"{'mean':32}{usual:12.2f}{warm:10.2f}{warm / usual:10.2f}")
    say()


def _resident(pid: int | None) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


def measure_memory(count: int, reports: Path) -> None:
    """Memory of the warm process over many reports."""
    questions = [{"draws": 100, "seed": number} for number in range(count)]
    spent, clock, memory = run_pool(os.cpu_count() or 1, questions, reports)
    tenth = max(1, count // 10)
    first, last = statistics.mean(memory[:tenth]), statistics.mean(memory[-tenth:])
    say(f"{count} reports in {clock:.0f} s; {statistics.median(spent):.2f} s of processor each")
    say(f"memory of the warm process: {first:.0f} MB at first, {last:.0f} MB at last")


def compare(rounds: int, reports: Path) -> None:
    """Print what each way costs."""
    pillar = str(BIN / "pillar")
    fresh = [pillar, "report", "--quiet", "--force"]
    cpu([pillar, "report", "--quiet"], reports)
    usual_way(reports)
    usual = median(rounds, lambda: usual_way(reports))
    cold = median(rounds, lambda: cpu(fresh, reports))
    unchanged = median(rounds, lambda: cpu([pillar, "report", "--quiet"], reports))
    idle = median(rounds, lambda: cpu([pillar, "schedule", "run"], reports))
    matrix = [dict(task.given) for task in expand(read_matrix(MATRIX))]
    spent, one, _ = run_pool(1, matrix, reports)
    _, two, _ = run_pool(2, matrix, reports)
    warm, warm_floor = statistics.mean(spent), statistics.mean(floor(matrix)["turns"])
    seeds = [{"seed": number} for number in range(1, 7)]
    alone, one_apart, _ = run_pool(1, seeds, reports)
    alone_floor = floor([{}, *seeds])["turns"][1:]
    _, two_apart, _ = run_pool(2, seeds, reports)
    cold_floor = median(rounds, lambda: floor([{}])["whole"])
    say(f"{'':32}{'processor s':>12}{'of usual':>10}{'floor':>8}{'overhead':>10}")
    for name, seconds, least in (
        ("papermill + nbconvert", usual, cold_floor),
        ("pillar report, cold", cold, cold_floor),
        (f"pillar batch {MATRIX.name}", warm, warm_floor),
        ("  each of its own draws", statistics.mean(alone), statistics.mean(alone_floor)),
        ("pillar report, unchanged", unchanged, 0.0),
        ("pillar schedule, nothing due", idle, 0.0),
    ):
        row = f"{seconds:12.2f}{seconds / usual:10.2f}{least:8.2f}{seconds - least:10.2f}"
        say(f"{name:32}{row}")
    gain, apart = one / two, one_apart / two_apart
    say(f"two workers against one, by the clock: {gain:.2f} times as fast on the matrix,")
    say(f"  {apart:.2f} times on questions each of its own draws")
    say()
    compare_pages(reports)
    split = [pillar, "report", "--quiet", "--force", "--timings"]
    environment = {**os.environ, "PILLAR_REPORTS": str(reports)}
    done = subprocess.run(split, env=environment, capture_output=True, text=True, check=True)  # noqa: S603  as above
    say(done.stderr.strip())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--reports", type=int, default=0, help="measure memory over so many")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each way")
    asked = parser.parse_args()
    # compiled files are kept, as they are wherever the kit is used twice
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        if asked.reports:
            measure_memory(asked.reports, Path(folder))
        else:
            compare(asked.rounds, Path(folder))


if __name__ == "__main__":
    main()
