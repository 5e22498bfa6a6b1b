"""Rows of the data package as draws, each row drawn once a run."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from third_pillar.evidence import Evidence, Row, captured_reads, note_read
from third_pillar.model.sampling import Draws, Range, draw_chance, draw_range
from third_pillar.vocabulary.errors import MissingEvidence

_Found = TypeVar("_Found")
_MOST_KEPT, _MOST_SHARED = 12, 600


class RowDraws(Mapping[str, Draws]):
    """Draws of the assumptions by id; each is drawn when first asked for.

    A mapping, so that the model can read it without knowing the data package.
    """

    def __init__(self, assumptions: Mapping[str, Row], *, draws: int, seed: int) -> None:
        self._rows = assumptions
        self._drawn: dict[str, Draws] = {}
        self._figures: dict[Range, Draws] = {}
        self._chances: dict[str, Draws] = {}
        self._kept: dict[Hashable, tuple[Any, frozenset[str]]] = {}
        self._shared: dict[Hashable, tuple[Any, frozenset[str]]] = {}
        self.draws = draws
        self.seed = seed

    def beside(self, assumptions: Mapping[str, Row]) -> RowDraws:
        """Draws under other assumptions; a figure that is the same in both is drawn once."""
        other = RowDraws(assumptions, draws=self.draws, seed=self.seed)
        other._figures, other._chances = self._figures, self._chances
        return other

    def keep(self, key: Hashable, find: Callable[[], _Found]) -> _Found:
        """What follows from these draws and from what the key names, of the last few keys.

        What was read to find it is noted as read each time.
        """
        return _keep(self._kept, _MOST_KEPT, key, find)

    def share(self, key: Hashable, find: Callable[[], _Found]) -> _Found:
        """As `keep`, for what is small and many ask for: the cases of several candidates."""
        return _keep(self._shared, _MOST_SHARED, key, find)

    def __getitem__(self, assumption_id: str) -> Draws:
        if assumption_id not in self._drawn:
            figure = read_range({**self._rows[assumption_id], "id": assumption_id})
            self._drawn[assumption_id] = self.draw(figure)
        return self._drawn[assumption_id]

    def __iter__(self) -> Any:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, assumption_id: object) -> bool:
        return assumption_id in self._rows

    def central(self, assumption_id: str) -> float:
        """The central value of an assumption."""
        return float(self._rows[assumption_id]["value"])

    def draw_again(self, assumption_id: str, name: str) -> Draws:
        """Draws of an assumption's range apart from the common ones, e.g. for one plant."""
        row = self._rows[assumption_id]
        return self.draw(read_range({**row, "id": f"{assumption_id}.{name}"}))

    def draw(self, figure: Range) -> Draws:
        """Draws of any figure under this run's seed, made once; not to be changed."""
        if figure not in self._figures:
            self._figures[figure] = draw_range(figure, draws=self.draws, seed=self.seed)
        return self._figures[figure]

    def chance(self, name: str) -> Draws:
        """Even draws between 0 and 1 for one event, made once; not to be changed."""
        if name not in self._chances:
            self._chances[name] = draw_chance(name, draws=self.draws, seed=self.seed)
        return self._chances[name]


def _keep(
    held: dict[Hashable, tuple[Any, frozenset[str]]],
    most: int,
    key: Hashable,
    find: Callable[[], _Found],
) -> _Found:
    if key not in held:
        with captured_reads(is_audited=False) as reads:
            found = find()
        while len(held) >= most:
            del held[next(iter(held))]
        held[key] = found, frozenset(reads)
    found, names = held[key]
    note_read(*names)
    return found


_made: dict[tuple[Evidence, int, int], RowDraws] = {}
_MOST_DRAWS = 24_000
"""Draws held of all that are kept: two runs of 10,000, or one and every scenario on fewer."""
_MOST_RUNS = 16
"""Runs kept, however few their draws: the trials of a ranking ask once each."""


def find_draws(evidence: Evidence, *, draws: int, seed: int) -> RowDraws:
    """The draws of a data package under a seed, which the cases of several candidates share."""
    key = (evidence, draws, seed)
    made = _made.pop(key, None)
    if made is None:
        made = RowDraws(evidence.assumption_rows, draws=draws, seed=seed)
    _made[key] = made
    while len(_made) > 1 and _holds_too_much():
        del _made[next(iter(_made))]
    return made


def _holds_too_much() -> bool:
    return len(_made) > _MOST_RUNS or sum(one.draws for one in _made.values()) > _MOST_DRAWS


def read_range(row: Mapping[Any, Any]) -> Range:
    """The range of a row: its value and ends; a row of ends alone is uniform between them.

    Args:
        row: `id`, `value`, `low`, `high`, and optionally `distribution`.

    Raises:
        MissingEvidence: None of the three is given: a gap must be asked for as a gap.
    """
    value, low, high = (_number(row.get(key)) for key in ("value", "low", "high"))
    known = [number for number in (value, low, high) if number is not None]
    if not known:
        raise MissingEvidence(f"{row['id']} has no figure", hint="`pillar data gaps` lists gaps.")
    low = min(known) if low is None else low
    high = max(known) if high is None else high
    is_uniform = value is None or row.get("distribution") == "uniform"
    return Range(
        str(row["id"]), (low + high) / 2 if value is None else value, low, high, is_uniform
    )


def _number(value: object) -> float | None:
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return None
    return float(value)  # type: ignore[arg-type]  # the package's schema makes it a number
