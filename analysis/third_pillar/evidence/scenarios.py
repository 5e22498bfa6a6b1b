"""Scenarios: named changes of assumptions, plants, controls and links, one file each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from third_pillar.evidence.location import scenarios_folder
from third_pillar.evidence.reading import read_yaml
from third_pillar.evidence.reads import accounted, note_read
from third_pillar.evidence.scenario_rows import RowChanges, find_row_faults
from third_pillar.vocabulary.errors import DataFault, EvidenceFault, MissingEvidence
from third_pillar.vocabulary.parameters import nearest

REQUIRED = ("id", "title", "description", "overrides")
OPTIONAL = ("author", "reference", "rows", "leave_out")
FIGURES = ("value", "low", "high")


@dataclass(frozen=True)
class Override:
    """What a scenario assumes in place of the central assumption."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Scenario:
    """A named set of changes.

    Attributes:
        id: Name of its file.
        title: What it is called.
        description: What it supposes.
        reference: Where that comes from.
        overrides: Assumption id → figures.
        rows: Table → row → field → value.
        left_out: Table → rows that are left out, or "all".
    """

    id: str
    title: str
    description: str
    overrides: Mapping[str, Override]
    reference: str = ""
    rows: RowChanges = field(default_factory=dict)
    left_out: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not (self.overrides or self.rows or self.left_out)


def scenario_names(root: Path | None = None) -> tuple[str, ...]:
    """Names of the scenario files, sorted."""
    return tuple(sorted(path.stem for path in scenarios_folder(root).glob("*.yml")))


def load_scenario(scenario: str, *, root: Path | None = None) -> Scenario:
    """The scenario of that name; an override without low and high is a fixed value.

    Raises:
        MissingEvidence: No file of that name; names the nearest.
        EvidenceFault: The file is empty or lacks a key; all faults at once.
    """
    names = scenario_names(root)
    if scenario not in names:
        raise MissingEvidence(
            f"scenario {scenario!r} is not in data/scenarios.{nearest(scenario, names)} "
            f"Valid: {', '.join(names) or 'none'}",
            hint="A scenario is a file data/scenarios/<name>.yml.",
        )
    path = scenarios_folder(root) / f"{scenario}.yml"
    note_read(f"scenarios/{path.name}")
    with accounted():
        faults = list(find_scenario_faults(path, assumptions=None))
        if faults:
            raise EvidenceFault(faults)
        content = read_yaml(path)
    return Scenario(
        id=str(content["id"]),
        title=str(content["title"]),
        description=str(content["description"]),
        overrides={name: _override(figures) for name, figures in content["overrides"].items()},
        reference=str(content.get("reference", "")),
        rows=content.get("rows", {}),
        left_out=content.get("leave_out", {}),
    )


def find_scenario_faults(
    path: Path,
    *,
    assumptions: Mapping[str, str] | None,
    rows: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[DataFault]:
    """Every broken rule of one scenario file.

    Args:
        path: The file.
        assumptions: Assumption id to unit; None leaves the ids unchecked.
        rows: Table to the keys of its rows; None leaves them unchecked.
    """
    table = f"scenarios/{path.name}"
    try:
        content = read_yaml(path)
    except ValueError as error:
        yield DataFault(table, "", "", "", str(error))
        return
    if not isinstance(content, dict):
        rule = "the scenario file is empty" if content is None else "the file is not a mapping"
        mend = f"write the keys {', '.join(REQUIRED)} (an empty change is `overrides: {{}}`)"
        yield DataFault(table, "", "", "", rule, mend)
        return
    yield from _key_faults(table, path.stem, content)
    if "overrides" in content:
        yield from _override_faults(table, content["overrides"], assumptions)
    yield from find_row_faults(table, content, rows)


def _override_faults(
    table: str, overrides: Any, assumptions: Mapping[str, str] | None
) -> Iterator[DataFault]:
    if not isinstance(overrides, dict):
        mend = "write assumption ids with value, low, high, or {}"
        yield DataFault(table, "", "overrides", "", "is not a mapping", mend)
        return
    for name, figures in overrides.items():
        if assumptions is not None and name not in assumptions:
            near = nearest(str(name), tuple(assumptions)).strip()
            mend = f"{near} Name a row of curated/assumptions.csv".strip()
            yield DataFault(
                table, str(name), "assumption_id", str(name), "unknown assumption", mend
            )
        yield from _figure_faults(table, str(name), figures, (assumptions or {}).get(name, ""))


def _key_faults(table: str, stem: str, content: Mapping[Any, Any]) -> Iterator[DataFault]:
    for name in REQUIRED:
        if name not in content or (name != "overrides" and not content[name]):
            yield DataFault(table, "", name, "", "the key is missing or empty", f"write `{name}:`")
    for name in content:
        if name not in (*REQUIRED, *OPTIONAL):
            valid = (*REQUIRED, *OPTIONAL)
            mend = f"{nearest(str(name), valid).strip()} Valid: {', '.join(valid)}".strip()
            yield DataFault(table, "", str(name), "", "unknown key", mend)
    if content.get("id") and content["id"] != stem:
        yield DataFault(table, "", "id", str(content["id"]), f"the file is named {stem}")


def _figure_faults(table: str, name: str, figures: Any, unit: str) -> Iterator[DataFault]:
    mend = "write value, low and high as plain numbers"
    if not isinstance(figures, dict) or not set(FIGURES) >= set(figures) >= {"value"}:
        yield DataFault(table, name, "", str(figures), "an override is value, low, high", mend)
        return
    wrong = [key for key, figure in figures.items() if not _is_number(figure)]
    for key in wrong:
        yield DataFault(table, name, key, str(figures[key]), "not a plain number", mend)
    if wrong:
        return
    override = _override(figures)
    if not override.low <= override.value <= override.high:
        shown = f"{override.low:g}, {override.value:g}, {override.high:g}"
        yield DataFault(table, name, "value", shown, "low <= value <= high does not hold")
    if unit == "probability" and not (override.low >= 0 and override.high <= 1):
        shown = f"{override.low:g} to {override.high:g}"
        yield DataFault(table, name, "value", shown, "a probability lies between 0 and 1")


def _is_number(figure: object) -> bool:
    is_number = isinstance(figure, int | float) and not isinstance(figure, bool)
    return is_number and math.isfinite(float(str(figure)))


def _override(figures: Mapping[str, Any]) -> Override:
    value = float(figures["value"])
    return Override(value, float(figures.get("low", value)), float(figures.get("high", value)))
