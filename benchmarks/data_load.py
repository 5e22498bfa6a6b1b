"""What loading the data package costs beside reading its files with pandas, in one run.

Three loads: the first of a process with the data checked before, one with nothing changed, and
one for another day. The yardstick is `pandas.read_csv` of the same files and nothing else. Run
with `make bench`; nothing here asserts a time.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import pandas as pd

from third_pillar.evidence import load_evidence, project_root
from third_pillar.evidence.choices import load_parameter_choices
from third_pillar.evidence.descriptor import read_resources

ROUNDS = 7


def take(work: Callable[[], object]) -> float:
    """Milliseconds of one call, on the processor."""
    began = time.process_time()
    work()
    return 1_000 * (time.process_time() - began)


def main() -> None:
    """Print each load with its ratio to bare reading."""
    data = project_root() / "data"
    day = load_parameter_choices().data_date  # also checks the package, as every command does
    paths = [data / path for path in read_resources() if not path.startswith("claims/")]

    def read_bare() -> list[pd.DataFrame]:
        return [pd.read_csv(path) for path in paths]

    read_bare()  # pandas sets itself up on the first call
    bare = min(take(read_bare) for _ in range(ROUNDS))
    first = take(lambda: load_evidence(day))
    again = min(take(lambda: load_evidence(day)) for _ in range(ROUNDS))
    days = (day - dt.timedelta(days=step) for step in range(1, ROUNDS + 1))
    other = min(take(lambda: load_evidence(next(days))) for _ in range(ROUNDS))
    print(f"pandas.read_csv of the {len(paths)} tables: {bare:.1f} ms")  # noqa: T201  its output
    for label, took in (
        ("load_evidence, first of a process", first),
        ("load_evidence, nothing changed", again),
        ("load_evidence, another day", other),
    ):
        beyond = max(took - bare, 0.0)
        print(  # noqa: T201  its output
            f"{label}: {took:.1f} ms, {took / bare:.2f} x bare reading, {beyond:.1f} ms beyond it"
        )


if __name__ == "__main__":
    main()
