"""The register of forecasts: read it, or add to it; what stands in it is never changed."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.location import data_folder
from third_pillar.vocabulary.errors import DataFault, EvidenceFault, StorageFault

FORECASTS = "forecasts.csv"


def read_forecasts(root: Path | None = None) -> tuple[dict[str, str], ...]:
    """Every registered forecast in the order of registration, cells as text.

    Raises:
        EvidenceFault: The file is missing, or its columns are not those described.
    """
    path = data_folder(root) / FORECASTS
    wanted = _columns(root)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            found = tuple(dict(row) for row in rows)
            columns = tuple(rows.fieldnames or ())
    except OSError as error:
        raise EvidenceFault(
            [DataFault(FORECASTS, "", "", "", f"cannot be read ({error.strerror})")]
        ) from None
    if columns != wanted:
        rule = "its columns are not those of datapackage.json"
        raise EvidenceFault([DataFault(FORECASTS, "", "", ",".join(columns), rule)])
    return found


def append_forecasts(rows: Sequence[Mapping[str, str]], *, root: Path | None = None) -> None:
    """Add forecasts behind those on record, without touching a byte of them.

    Raises:
        StorageFault: The file cannot be written.
        ValueError: A row has other columns, or an id that is on record.
    """
    columns = _columns(root)
    known = {row["forecast_id"] for row in read_forecasts(root)}
    for row in rows:
        if tuple(row) != columns or row["forecast_id"] in known:
            raise ValueError(f"not a new forecast: {dict(row)}")
        known.add(row["forecast_id"])
    path = data_folder(root) / FORECASTS
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, columns, lineterminator="\n").writerows(rows)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StorageFault(
            f"data/{FORECASTS} cannot be written ({error.strerror})",
            hint="The register is part of the project; write there or not at all.",
        ) from None


def _columns(root: Path | None) -> tuple[str, ...]:
    resources = read_resources(root)
    if FORECASTS not in resources:
        rule = "datapackage.json does not describe it"
        raise EvidenceFault([DataFault(FORECASTS, "", "", "", rule)])
    return tuple(column.name for column in resources[FORECASTS].columns)
