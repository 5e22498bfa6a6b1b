"""The one door to the figures: what was known on a day, under a scenario."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import pandas as pd

from third_pillar.evidence.as_of import filter_tables
from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.frames import read_frame
from third_pillar.evidence.freshness import TableAge, assess_freshness
from third_pillar.evidence.frozen import (
    FrozenFrame,
    FrozenTables,
    HeldTable,
    Row,
    rows_by_index,
)
from third_pillar.evidence.gaps import read_gaps
from third_pillar.evidence.location import DESCRIPTOR, file_state, project_root
from third_pillar.evidence.overlay_check import check_overlay
from third_pillar.evidence.overlay_files import (
    OverlayFiles,
    OwnRows,
    find_rows_in_use,
    merge_overlay,
    read_overlay,
)
from third_pillar.evidence.reading import read_table
from third_pillar.evidence.reads import KEYS, accounted, note_read
from third_pillar.evidence.release import package_files, read_release
from third_pillar.evidence.rules import NEEDED
from third_pillar.evidence.scenario_changes import change_rows
from third_pillar.evidence.scenarios import Scenario, load_scenario
from third_pillar.evidence.validation import check_package
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.findings import DataRelease, Gap
from third_pillar.vocabulary.parameters import nearest

_Found = TypeVar("_Found")
_PackageState = tuple[tuple[Path, int, int], ...]
_ALWAYS_READ = ("sources.csv", "curated/assumptions.csv", "curated/gaps.csv")
_loaded: dict[Path, tuple[_PackageState, Mapping[str, pd.DataFrame]]] = {}


@dataclass(frozen=True, eq=False, kw_only=True)
class Evidence:
    """What the data package held on a day.

    Attributes:
        as_of: The day; rows first known later are left out, older vintages are kept.
        tables: Name to frame, keyed as docs of the data package say; text missing is "",
            a number NaN, a date NaT.
        gaps: What was known to be unknown.
        assumptions: Indexed by `assumption_id`, with the scenario's overrides applied;
            `scenario` names the scenario of an overridden row and is empty elsewhere.
        sources: Indexed by `source_id`.
        release: Name, version, date and hash of the package.
        freshness: How old each table is on that day.
        own: The reader's own rows among these, or nothing where there are none.

    A frame that was handed out may be changed: nobody else sees it.
    """

    as_of: dt.date
    tables: FrozenTables
    gaps: tuple[Gap, ...]
    assumptions: pd.DataFrame = FrozenFrame()  # type: ignore[assignment]  # noqa: RUF009  a descriptor: hands out frames
    sources: pd.DataFrame = FrozenFrame()  # type: ignore[assignment]  # noqa: RUF009  same
    release: DataRelease
    freshness: tuple[TableAge, ...] = ()
    own: OwnRows | None = None

    def table(self, name: str) -> pd.DataFrame:
        """A copy of one table, such as "projects"; yours to change.

        Raises:
            MissingEvidence: The package has no such table; names the nearest.
        """
        return self._hold(name).frame

    @cached_property
    def source_rows(self) -> Mapping[str, Row]:
        """Source id → its row; only to be read."""
        return rows_by_index(self, "sources")

    @cached_property
    def assumption_rows(self) -> Mapping[str, Row]:
        """Assumption id → its row with the scenario's overrides applied; only to be read."""
        return rows_by_index(self, "assumptions")

    def rows(self, name: str) -> tuple[Row, ...]:
        """The rows of one table in their order, column → cell; only to be read.

        Raises:
            MissingEvidence: As `table`.
        """
        return self._hold(name).rows

    def _hold(self, name: str) -> HeldTable:
        if name not in self.tables:
            names = tuple(self.tables)
            raise MissingEvidence(
                f"table {name!r} is not in the data package.{nearest(name, names)} "
                f"Valid: {', '.join(names)}"
            )
        return self.tables.hold(name)

    def remember(
        self, names: tuple[str, ...], find: Callable[..., _Found], *asked: Hashable
    ) -> _Found:
        """What a function finds in these tables and in nothing else, found once.

        Evidence that holds the same tables, under another scenario or in a trial, shares it:
        what is found must not be changed.

        Args:
            names: The tables.
            find: Called with this evidence and with what is asked of it.
            asked: What the answer depends on besides.
        """
        return self.tables.remember(names, (find, *asked), lambda: find(self, *asked))

    def with_tables(self, frames: Mapping[str, pd.DataFrame | HeldTable]) -> Evidence:
        """The same evidence with other frames in the place of some tables, for a trial."""
        other = copy.copy(self)  # what was found from the fields that stay, stays
        other.__dict__["tables"] = self.tables.replaced(frames)
        return other

    def with_assumption(self, assumption_id: str, figure: float) -> Evidence:
        """The same evidence with one assumption fixed at a figure, for a trial.

        Raises:
            KeyError: No such assumption.
        """
        rows = self.assumption_rows
        moved = {**rows[assumption_id], "value": figure, "low": figure, "high": figure}
        held: HeldTable = self.__dict__["assumptions"]
        other = copy.copy(self)
        place = list(rows).index(assumption_id)
        other.__dict__["assumptions"] = held.with_rows({place: moved})
        other.__dict__["assumption_rows"] = {**rows, assumption_id: moved}
        return other

    def country_name(self, iso3: str) -> str:
        """English short name of a country.

        Raises:
            MissingEvidence: The codelist has no such country.
        """
        return self._country(iso3, "name")

    def country_adjective(self, iso3: str) -> str:
        """English adjective of a country.

        Raises:
            MissingEvidence: The codelist has no such country.
        """
        return self._country(iso3, "adjective")

    def _country(self, iso3: str, field: str) -> str:
        for row in self.rows("countries"):
            if row["country_iso3"] == iso3:
                return str(row[field])
        near = nearest(iso3, tuple(row["country_iso3"] for row in self.rows("countries")))
        raise MissingEvidence(f"country {iso3!r} is not in codelists/countries.csv.{near}")


def load_evidence(
    as_of: dt.date,
    *,
    scenario: str = "baseline",
    root: Path | None = None,
    overlay: Path | None = None,
) -> Evidence:
    """The evidence as it could be known on `as_of`, under a scenario.

    Args:
        as_of: Rows first known later are left out (`as_of.filter_tables`). A row dated by
            month or year counts from the last day of that period.
        scenario: Name of a file in `data/scenarios/`.
        root: Folder of the project; found by `project_root` where not given.
        overlay: Folder of the reader's own figures; where not given, none enter.

    Raises:
        EvidenceFault: The package or the own figures break a rule; every fault is listed.
        MissingEvidence: Unknown scenario, a table the question needs is empty on that day,
            or the scenario changes an assumption or a row that was not known yet.
    """
    root = project_root() if root is None else root
    check_package(root)
    chosen = load_scenario(scenario, root=root)
    mine = _read_own(overlay, root)
    note_read(DESCRIPTOR, KEYS, *_ALWAYS_READ)
    with accounted():
        known = _look_back(root, mine, as_of)
    key = (root, "" if mine is None else mine.sha256, as_of, scenario)
    held = _seen.pop(key, None)
    if held is None or held[0] is not known or held[1] != chosen:
        with accounted():  # what is always read is noted above, a table when it is looked up
            held = known, chosen, _put_together(known, chosen, mine, root=root, as_of=as_of)
    _seen[key] = held
    while len(_seen) > _MOST_SEEN:
        del _seen[next(iter(_seen))]
    return held[2]


def _put_together(
    known: _Known, chosen: Scenario, mine: OverlayFiles | None, *, root: Path, as_of: dt.date
) -> Evidence:
    paths = {resource.name: resource.path for resource in read_resources(root).values()}
    changed = change_rows(
        known.tables, chosen.rows, chosen.left_out, scenario=chosen.id, as_of=as_of
    )
    own = None if mine is None else find_rows_in_use(mine, changed)
    touched = {name: changed[name] for name in {*chosen.rows, *chosen.left_out}}
    tables = known.tables.noted(paths).replaced(touched)
    return Evidence(
        as_of=as_of,
        tables=tables,
        gaps=read_gaps(tables["gaps"]),
        assumptions=_assume(tables["assumptions"], chosen, as_of),
        sources=tables["sources"].set_index("source_id"),
        release=read_release(as_of=as_of, root=root, own=None if own is None else own.stated()),
        freshness=known.freshness,
        own=own,
    )


@dataclass(frozen=True)
class _Known:
    """What was known on a day, under any scenario; nobody can change it, so it is kept."""

    state: _PackageState
    tables: FrozenTables
    freshness: tuple[TableAge, ...]


_remembered: dict[tuple[Path, str, dt.date], _Known] = {}
_MOST_REMEMBERED = 8
_seen: dict[tuple[Path, str, dt.date, str], tuple[_Known, Scenario, Evidence]] = {}
"""What was put together of it, under each scenario; it cannot be changed either."""
_MOST_SEEN = 24


def _look_back(root: Path, mine: OverlayFiles | None, as_of: dt.date) -> _Known:
    key = (root, "" if mine is None else mine.sha256, as_of)
    public = _load_frames(root)
    state = _loaded[root][0]
    held = _remembered.pop(key, None)
    if held is None or held.state != state:
        whole = public if mine is None else _merge(public, root, mine)
        tables = filter_tables(whole, as_of)
        _refuse_empty(tables, whole, as_of)
        held = _Known(
            state,
            FrozenTables(tables),
            assess_freshness(tables, as_of, root=root),
        )
    _remembered[key] = held
    while len(_remembered) > _MOST_REMEMBERED:
        del _remembered[next(iter(_remembered))]
    return held


def _read_own(folder: Path | None, root: Path) -> OverlayFiles | None:
    """Own figures that keep the rules; nothing where the folder holds none."""
    mine = None if folder is None or not folder.is_dir() else read_overlay(folder, root=root)
    if mine is None or not mine.holds_anything:
        return None
    check_overlay(mine, root=root)
    return mine


def _merge(
    frames: Mapping[str, pd.DataFrame], root: Path, mine: OverlayFiles
) -> Mapping[str, pd.DataFrame]:
    """The frames with own rows put in."""
    public = {
        resource.name: read_table(resource, root)
        for resource in read_resources(root).values()
        if resource.name in mine.tables
    }
    merged = merge_overlay(public, mine)
    return {**frames, **{name: read_frame(table) for name, table in merged.items()}}


def _refuse_empty(
    tables: Mapping[str, pd.DataFrame], whole: Mapping[str, pd.DataFrame], as_of: dt.date
) -> None:
    for name in NEEDED:
        if tables[name].empty:
            first = whole[name]["known_from"].min()
            raise MissingEvidence(
                f"table {name!r} holds no row known on {as_of.isoformat()}; "
                f"its first is of {first:%Y-%m-%d}",
                hint="Choose a later as_of.",
            )


def _load_frames(root: Path) -> Mapping[str, pd.DataFrame]:
    """Every table but the articles'; read again only when a file changed. Not to be changed."""
    state = tuple(file_state(path) for path in package_files(root).values())
    held = _loaded.get(root)
    if held is None or held[0] != state:
        frames = {
            resource.name: read_frame(read_table(resource, root))
            for resource in read_resources(root).values()
            if not resource.path.startswith("claims/")
        }
        held = state, frames
        _loaded[root] = held
    return held[1]


def _assume(assumptions: pd.DataFrame, scenario: Scenario, as_of: dt.date) -> pd.DataFrame:
    frame = assumptions.set_index("assumption_id").assign(scenario="")
    for name, override in scenario.overrides.items():
        if name not in frame.index:
            raise MissingEvidence(
                f"scenario {scenario.id!r} changes {name!r}, "
                f"which was not known on {as_of.isoformat()}",
                hint="Choose a later as_of, or the scenario baseline.",
            )
        frame.loc[name, ["value", "low", "high"]] = [override.value, override.low, override.high]
        frame.loc[name, "scenario"] = scenario.id
        if override.low == override.high:
            frame.loc[name, "distribution"] = "fixed"
    return frame
