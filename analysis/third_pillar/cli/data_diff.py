"""`pillar data diff`: what changed between two states of the data, in words or as data."""

from __future__ import annotations

from dataclasses import asdict

from third_pillar.cli.answer import answer_json, say
from third_pillar.cli.terminal import say_lines
from third_pillar.evidence.package_diff import (
    ADDED,
    REMOVED,
    REVISED,
    CellChange,
    FileChange,
    RowChange,
    compare_states,
)
from third_pillar.evidence.package_state import read_state
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import nearest

_MARKS = {ADDED: "+", REMOVED: "-", REVISED: "~"}
_FIGURES = ("value", "low", "high", "stand_in_value", "tonnes")
_LONGEST = 60


def show_diff(before: str, after: str, table: str | None, *, as_json: bool) -> int:
    """Exit code after two states were compared; 0 also where they differ.

    Raises:
        ParameterFault: One of the two is no state of the data, or no such file is in either.
    """
    old, new = read_state(before), read_state(after)
    changes = compare_states(old, new)
    if table is not None:
        changes = _only(changes, table, names={*old.files, *new.files})
    if as_json:
        answer_json(
            {
                "before": old.label,
                "after": new.label,
                "files": [
                    {
                        **asdict(change),
                        "name": change.name,
                        "counts": {kind: change.count(kind) for kind in _MARKS},
                    }
                    for change in changes
                ],
            }
        )
        return 0
    say(f"From {old.label} to {new.label}:")
    for change in changes:
        say_lines(["", f"{change.name}: {_summary(change)}", *map(_row_in_words, change.rows)])
    if not changes:
        say("No difference in the data.")
    return 0


def _only(changes: tuple[FileChange, ...], table: str, names: set[str]) -> tuple[FileChange, ...]:
    stems = {name.rpartition("/")[2].removesuffix(".csv") for name in names}
    if table not in {*names, *stems}:
        near = nearest(table, tuple(sorted(stems)))
        raise ParameterFault(f"--table {table!r} is in neither of the two.{near}")
    return tuple(c for c in changes if table in {c.path, c.name, c.path.rpartition("/")[2][:-4]})


def _summary(change: FileChange) -> str:
    """In words, e.g. "2 rows added, 1 revised; column added: owner_iso3"."""
    noun = "row" if change.path.endswith(".csv") else "entry"
    plural = "rows" if noun == "row" else "entries"
    counts = [
        f"{count} {noun if count == 1 else plural} {kind}"
        for kind in _MARKS
        if (count := change.count(kind))
    ]
    whole = {ADDED: "new file", REMOVED: "file gone"}.get(change.kind, "")
    columns = [
        f"column {kind}: {', '.join(names)}"
        for kind, names in ((ADDED, change.columns_added), (REMOVED, change.columns_removed))
        if names
    ]
    return "; ".join(filter(None, [whole, ", ".join(counts), *columns]))


def _row_in_words(row: RowChange) -> str:
    source = f"; source {row.source}" if row.source else ""
    mark = f"  {_MARKS[row.kind]} {row.key or 'the file'}"
    if row.kind == REVISED:
        return f"{mark}: {', '.join(_cell_in_words(cell, row.unit) for cell in row.cells)}{source}"
    held = {cell.field: cell.after or cell.before for cell in row.cells}
    figure = next((held[name] for name in _FIGURES if held.get(name)), "")
    said = f"{_plain(figure)} {row.unit}".strip() if figure else ""
    return f"{mark}: {said}{source}".rstrip(": ") if said or source else mark


def _cell_in_words(cell: CellChange, unit: str) -> str:
    before, after = (_plain(text) or "nothing" for text in (cell.before, cell.after))
    said = f"{cell.field} {before} → {after}".strip()
    if cell.change is None:
        return said
    name = f" {unit}" if cell.field in _FIGURES and unit else ""
    size = f"{cell.change:+,.6g}"
    percent = "" if cell.percent is None else f", {cell.percent:+.1f} %"
    return f"{said}{name} ({size}{percent})"


def _plain(text: str) -> str:
    """A number with its thousands apart; a long text cut."""
    if text.isdigit() and len(text) > 4:  # noqa: PLR2004  years stay as they are
        return f"{int(text):,}"
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"
