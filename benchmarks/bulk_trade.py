"""What bulk trade costs beside plain DuckDB and pandas, on one file in one run: ratios.

First question: the table as it stands, through the kit and through plain DuckDB. Later questions:
the sorted store, against pandas `read_csv` and groupby. Memory: the most that a process of its own
held while it built the store or asked it. Each measurement is the fastest of some rounds, in a
fresh process, without its start-up. `--rows 11000000` is a year of BACI; the default is smaller.
Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
HS = ("280530", "284610", "284690", "850511", "850519", "261220")
ROUNDS = 5


def plain(table: Path, _: Path) -> object:
    """Filter and aggregate by DuckDB alone, types told."""
    import duckdb  # noqa: PLC0415  each in a process of its own

    codes = ", ".join(f"'{code}'" for code in HS)
    types = (
        "{'t':'SMALLINT','i':'SMALLINT','j':'SMALLINT','k':'VARCHAR','v':'DOUBLE','q':'VARCHAR'}"
    )
    read = f"read_csv(?, header=true, auto_detect=false, delim=',', columns={types})"
    asked = "SELECT i, sum(v), sum(TRY_CAST(trim(q) AS DOUBLE)), count(*)"
    statement = f"{asked} FROM {read} WHERE k IN ({codes}) GROUP BY i"
    return duckdb.execute(statement, [str(table)]).fetchall()


def first(table: Path, _: Path) -> object:
    """The same question through the kit, of a table that was never built."""
    from third_pillar.evidence.bulk_query import FlowQuery, query_flows  # noqa: PLC0415
    from third_pillar.evidence.bulk_reading import file_source  # noqa: PLC0415

    return query_flows(file_source(table), FlowQuery(HS))


def build(table: Path, out: Path) -> object:
    """The store, from the table."""
    from third_pillar.evidence.bulk_trade import build_trade_store  # noqa: PLC0415

    return build_trade_store([table], out)


def later(_: Path, out: Path) -> object:
    """The same question of the store."""
    from third_pillar.evidence.bulk_query import FlowQuery, query_flows, store_source  # noqa: PLC0415

    return query_flows(store_source(out), FlowQuery(HS))


def pandas(table: Path, _: Path) -> object:
    """The same question by read_csv and groupby."""
    import pandas as pd  # noqa: PLC0415

    frame = pd.read_csv(table, dtype={"k": str}, skipinitialspace=True, na_values=["NA"])
    return frame[frame["k"].isin(HS)].groupby("i")[["v", "q"]].sum()


WAYS: dict[str, Callable[[Path, Path], object]] = {
    "plain": plain, "first": first, "build": build, "later": later, "pandas": pandas,
}  # fmt: skip
_IMPORTED = {
    "plain": "duckdb",
    "first": "duckdb",
    "build": "duckdb",
    "later": "duckdb",
    "pandas": "pandas",
}


def work(ways: list[str], table: Path, out: Path, rounds: int) -> None:
    """Do these ways in turn in this process; print the fastest round of each, and the memory."""
    for way in ways:
        __import__(_IMPORTED[way])
    took: dict[str, float] = {}
    for _ in range(rounds):
        for way in ways:
            began = time.perf_counter()
            WAYS[way](table, out)
            took[way] = min(took.get(way, math.inf), time.perf_counter() - began)
    # not ru_maxrss: a child inherits that of its parent
    status = Path("/proc/self/status").read_text(encoding="ascii")
    held = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    sys.stdout.write(json.dumps({"seconds": took, "megabytes": held}))


def measure(ways: list[str], table: Path, out: Path, rounds: int) -> dict[str, Any]:
    """Ways in a process of their own, round by round in turn: what slows one slows the other."""
    command = [sys.executable, __file__, "--ways", *ways, "--table", str(table),
               "--out", str(out), "--rounds", str(rounds)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  own script
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Write a table, measure every way, print seconds, memory and the two ratios."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--rows", type=int, default=11_000_000)
    asked.add_argument("--ways", nargs="*", choices=WAYS)
    asked.add_argument("--table", type=Path)
    asked.add_argument("--out", type=Path)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    given = asked.parse_args()
    if given.ways:
        work(given.ways, given.table, given.out, given.rounds)
        return
    sys.path.insert(0, str(HERE))
    from synthetic_baci import write_table  # noqa: PLC0415  beside this file

    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder) / "BACI_HS17_Y2022.csv", Path(folder) / "store"
        write_table(table, rows=given.rows, year=2022)
        print(f"bulk trade, {given.rows:,} flows, {table.stat().st_size / 1e6:,.0f} MB")  # noqa: T201  a report
        pair = measure(["plain", "first"], table, out, given.rounds)["seconds"]
        built = measure(["build"], table, out, 1)
        late = measure(["later", "pandas"], table, out, given.rounds)["seconds"]
        held = {way: measure([way], table, out, 1)["megabytes"] for way in ("first", "later")}
    took = {**pair, **built["seconds"], **late}
    for way, seconds in took.items():
        said = (WAYS[way].__doc__ or "").rstrip(".")
        print(f"{said:64}{seconds:9.3f} s")  # noqa: T201  a report
    most = max(built["megabytes"], *held.values())
    print(f"first question: {took['first'] / took['plain']:.2f} × plain DuckDB")  # noqa: T201  a report
    print(f"later questions: {took['pandas'] / took['later']:.0f} × faster than pandas")  # noqa: T201  a report
    print(f"memory of a process, at most: {most:.0f} MB\n")  # noqa: T201  a report


if __name__ == "__main__":
    main()
