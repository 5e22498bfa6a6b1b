"""Rows of a source in the columns of a curated table, set beside what the table holds.

A table only grows: an edition is a row of its own, the older one stays, and the newest known on a
day is used. So a candidate is added or it is not; it never replaces. Left alone are figures that
corrections.yml keeps on purpose, and those of which the table has a later reading than the source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.location import data_folder
from third_pillar.evidence.reading import read_table, read_yaml
from third_pillar.evidence.rules import read_number

NUMBERS = ("value", "low", "high")
ADDED, REVISED, UNCHANGED, KEPT, LEFT_OUT = "added", "revised", "unchanged", "kept", "left out"
ORDER = (REVISED, ADDED, KEPT, LEFT_OUT, UNCHANGED)


@dataclass(frozen=True)
class Candidate:
    """One row that a table might take.

    Attributes:
        table: Short name of the table.
        natural: Columns that say what the figure is about; with them older editions are found.
        cells: The row, as text, by column.
        printed: The cell as the publisher prints it.
        problem: Why it cannot be taken at all; empty where it can.
    """

    table: str
    natural: tuple[str, ...]
    cells: Mapping[str, str]
    printed: str
    problem: str = ""


@dataclass(frozen=True)
class Candidates:
    """What a payload offers: rows, the source row they cite, and the tables concerned."""

    rows: tuple[Candidate, ...]
    source_row: Mapping[str, str]
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """What becomes of one candidate, in words.

    Attributes:
        kind: added, revised (added beside an older edition that differs), unchanged, kept (the
            table's own reading stays), or left out.
        table: Short name of the table.
        key: Key of the row.
        old: What the table prints today; empty where nothing.
        new: What the source prints.
        words: The change in one line.
        row: The row to write; empty where nothing is to be written.
    """

    kind: str
    table: str
    key: str
    old: str
    new: str
    words: str
    row: Mapping[str, str] = field(default_factory=dict)


def compare(candidates: Candidates, root: Path | None = None) -> list[Change]:
    """What would become of every candidate, those that change something first."""
    resources = {resource.name: resource for resource in read_resources(root).values()}
    held = {
        name: [dict(row.cells) for row in read_table(resources[name], root).rows]
        for name in candidates.tables
        if name in resources
    }
    corrections = _corrections(root)
    countries = {row.text("country_iso3") for row in read_table(resources["countries"], root).rows}
    changes = [_change(row, held.get(row.table), corrections, countries) for row in candidates.rows]
    return sorted(changes, key=lambda one: (ORDER.index(one.kind), one.table, one.key))


def _change(
    candidate: Candidate,
    held: Sequence[Mapping[str, str]] | None,
    corrections: Mapping[str, Mapping[str, Any]],
    countries: set[str],
) -> Change:
    cells = dict(candidate.cells)
    key = cells["figure_id"]
    named = [cells[name] for name in cells if name.endswith("_iso3")]
    unknown = [code for code in named if code not in countries]
    problem = candidate.problem
    if held is None:
        problem = "the data package has no such table"
    elif not problem and unknown:
        problem = f"{unknown[0]} is not in codelists/countries.csv"
    if problem or held is None:
        return Change(LEFT_OUT, candidate.table, key, "", candidate.printed, f"{key}: {problem}")
    # a second reading of one edition is filed under the first one's key with -R and its day
    same = [row for row in held if row["figure_id"].partition("-R2")[0] == key]
    if same:
        return _same_edition(candidate, cells, max(same, key=_known_from), corrections)
    older = [row for row in held if all(row[name] == cells[name] for name in candidate.natural)]
    newest = max(older, key=_known_from, default=None)
    return _new_edition(candidate, cells, newest, corrections)


def _same_edition(
    candidate: Candidate,
    cells: dict[str, str],
    same: Mapping[str, str],
    corrections: Mapping[str, Mapping[str, Any]],
) -> Change:
    key, table = same["figure_id"], candidate.table
    old, new = show_figure(same), show_figure(cells)
    if _figures(same) == _figures(cells):
        return Change(UNCHANGED, table, key, old, new, f"{key}: {old}")
    correction = corrections.get(key)
    if correction:
        printed = correction.get("published")
        still = read_number(cells["value"]) == read_number(str(printed))
        now = "the source still prints" if still else "the source now prints"
        words = f"{key}: {correction['id']} keeps {old}; {now} {new}"
        return Change(KEPT, table, key, old, new, words)
    if same["known_from"] > cells["known_from"]:
        words = (
            f"{key}: the table's {old} is known from {same['known_from']}, "
            f"later than this release ({cells['known_from']}, {new})"
        )
        return Change(KEPT, table, key, old, new, words)
    if same["known_from"] == cells["known_from"]:
        words = f"{key}: the table has {old}, a print of the same day has {new}; decide by hand"
        return Change(LEFT_OUT, table, key, old, new, words)
    fresh = f"{cells['figure_id']}-R{cells['known_from'].replace('-', '')}"
    words = f"{fresh}: {_size(same, cells)} within the edition; the older row stays"
    return Change(REVISED, table, fresh, old, new, words, {**cells, "figure_id": fresh})


def _new_edition(
    candidate: Candidate,
    cells: dict[str, str],
    older: Mapping[str, str] | None,
    corrections: Mapping[str, Mapping[str, Any]],
) -> Change:
    key, table, new = cells["figure_id"], candidate.table, show_figure(cells)
    if not any(cells[name] for name in NUMBERS):
        gap = older.get("gap_id", "") if older else ""
        if not gap:
            words = (
                f"{key}: the source prints {candidate.printed!r}, no number, and no gap is named"
            )
            return Change(LEFT_OUT, table, key, "", candidate.printed, words)
        cells["gap_id"] = gap
    if older is None:
        return Change(ADDED, table, key, "", new, f"{key}: {new}, the first of its kind", cells)
    old, edition = show_figure(older), older.get("edition") or older["figure_id"]
    if _figures(older) == _figures(cells):
        words = f"{key}: {new}, as in {edition}"
        return Change(ADDED, table, key, old, new, words, cells)
    if older["known_from"] > cells["known_from"]:
        words = f"{key}: {new}; an older edition, {old} of {edition} stays in use"
        return Change(ADDED, table, key, old, new, words, cells)
    words = f"{key}: {_size(older, cells)} against {edition}"
    if older["figure_id"] in corrections:
        words += f"; the older one stands by {corrections[older['figure_id']]['id']}: look first"
    return Change(REVISED, table, key, old, new, words, cells)


def show_figure(row: Mapping[str, str]) -> str:
    """A row's figure with its unit, as a reader would say it."""
    value, low, high = (read_number(row.get(name, "")) for name in NUMBERS)
    unit = row.get("unit", "")
    if value is not None:
        return f"{value:,.10g} {unit}"
    if low is not None and high is not None:
        return f"{low:,.10g} to {high:,.10g} {unit}"
    if low is not None:
        return f"more than {low:,.10g} {unit}"
    if high is not None:
        return f"less than {high:,.10g} {unit}"
    return "no number"


def _size(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    before, after = read_number(old["value"]), read_number(new["value"])
    words = f"{show_figure(old)} → {show_figure(new)}"
    if before is None or after is None:
        return words
    change = f"{after - before:+,.10g}"
    return f"{words} ({change}{f', {(after / before - 1) * 100:+.1f} %' if before else ''})"


def _figures(row: Mapping[str, str]) -> tuple[float | None, ...]:
    return tuple(read_number(row.get(name, "")) for name in NUMBERS)


def _known_from(row: Mapping[str, str]) -> tuple[str, str]:
    return row["known_from"], row["figure_id"]


def _corrections(root: Path | None) -> dict[str, Mapping[str, Any]]:
    """Key of a row to the correction that keeps its value or takes it out."""
    path = data_folder(root) / "corrections.yml"
    listed = read_yaml(path) if path.is_file() else []
    return {
        re.sub(r"\s", "", str(entry.get("key"))): entry
        for entry in listed or []
        if isinstance(entry, dict) and entry.get("status") == "applied" and "published" in entry
    }
