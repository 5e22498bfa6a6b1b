"""The shipped data package, read once."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    return DATA


@pytest.fixture(scope="session")
def package() -> dict:
    return json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def tables(package: dict) -> dict[str, pd.DataFrame]:
    return {
        resource["name"]: pd.read_csv(DATA / resource["path"], dtype=str, keep_default_na=False)
        for resource in package["resources"]
    }


@pytest.fixture(scope="session")
def figures(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """All rows that carry a figure with value, low and high, with the name of their table."""
    frames = [
        table.assign(table=name, key=table.iloc[:, 0])
        for name, table in tables.items()
        if {"value", "low", "high"} <= set(table.columns)
    ]
    return pd.concat(frames, ignore_index=True).fillna("")
