"""Writes files in the shape of CEPII BACI: sizes, blanks and slips of the real ones, no figure.

python benchmarks/synthetic_baci.py OUT.csv --rows 11000000 --year 2022
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

CHUNK = 500_000
PRODUCTS = 5_000
OURS = ("280530", "284610", "284690", "850511", "850519", "261220")
CODES = (156, 842, 392, 699, 251, 276, 410, 36, 458, 704, 76, 528, 826, 764, 360, 124, 484, 380)


def write_table(path: Path, *, rows: int, year: int, seed: int = 1) -> None:
    """A table of that many flows; one in fifty without a weight, weights padded with blanks."""
    rng = np.random.default_rng(seed)
    others = rng.choice(np.arange(10_000, 979_999), PRODUCTS - len(OURS), replace=False)
    products = np.array([*OURS, *(f"{code:06d}" for code in others)])
    with path.open("w", encoding="ascii", newline="") as file:
        file.write("t,i,j,k,v,q\n")
        for start in range(0, rows, CHUNK):
            file.write(_lines(rng, products, min(CHUNK, rows - start), year))


def _lines(rng: np.random.Generator, products: np.ndarray, count: int, year: int) -> str:
    who = rng.choice(CODES, (2, count))
    what = products[rng.integers(0, len(products), count)]
    value = np.round(rng.lognormal(3, 2, count), 3) + 0.001
    weight = np.round(rng.lognormal(1, 2, count), 3)
    missing = rng.random(count) < 0.02  # noqa: PLR2004  about what BACI lacks
    cells = np.char.mod("%12.3f", weight)
    cells[missing] = "          NA"
    return "".join(
        f"{year},{i},{j},{k},{v:.3f},{q}\n"
        for i, j, k, v, q in zip(who[0], who[1], what, value, cells, strict=True)
    )


def main() -> None:
    """Write one table."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("out", type=Path)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--year", type=int, default=2022)
    given = asked.parse_args()
    write_table(given.out, rows=given.rows, year=given.year)
    sys.stdout.write(f"{given.out}: {given.rows:,} flows\n")


if __name__ == "__main__":
    main()
