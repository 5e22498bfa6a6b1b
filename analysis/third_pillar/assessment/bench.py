"""Capacities and needs that all definitions of "pillar" share, each computed once."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Hashable
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from third_pillar.assessment.capacity import StageCapacity, assess_stage_capacity
from third_pillar.assessment.demand import Need, assess_need, find_need
from third_pillar.assessment.draws import RowDraws
from third_pillar.assessment.heavy import HEAVY_STAGES, HeavyCapacity, assess_heavy_capacity
from third_pillar.evidence import Evidence
from third_pillar.model.chain import count_known
from third_pillar.vocabulary.codes import CHINA, STAGES, Stage
from third_pillar.vocabulary.parameters import Question
from third_pillar.vocabulary.specifications import HEAVY, LIGHT, Specification

Tonnes = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Pooled = tuple[Tonnes, Mask]
_Found = TypeVar("_Found")


class Bench:
    """What a definition is tested on: the candidate, its rivals, their capacities and needs.

    Attributes:
        candidate: Code of the country put to the test.
        pillars: Codes of the named pillars.
        evidence: The data package as of the date asked.
        draws: Draws of the assumptions.
        addition: Magnet-equivalent tonnes a year added to the candidate, shape (4,).
    """

    def __init__(self, question: Question, evidence: Evidence, draws: RowDraws) -> None:
        self.candidate = question.parameters.candidate
        self.pillars = question.parameters.pillars
        self.evidence = evidence
        self.draws = draws
        self.addition: Tonnes = np.zeros(len(STAGES))
        self._few = 0
        self._shared: dict[Hashable, object] = {}
        self._own: dict[Hashable, object] = {}
        sets = evidence.table("country_sets")
        self._sets = {
            str(name): tuple(rows["country_iso3"]) for name, rows in sets.groupby("set_id")
        }

    def with_addition(self, addition: Tonnes) -> Bench:
        """The same bench with so much added to the candidate; what others have is shared."""
        richer = copy.copy(self)
        richer.addition = np.asarray(addition, dtype=float)
        richer._own = {}  # noqa: SLF001  a copy of this class, made here
        return richer

    def thin(self, draws: int) -> Bench:
        """The same bench on its first draws only, for searches that ask it many times.

        It is one for all that ask for so many, and for all additions.
        """
        whole = self.share(("thin", draws), lambda: _ThinBench(self, draws))
        return self.keep(("thin", draws), lambda: whole.with_addition(self.addition))

    @property
    def whole(self) -> Bench:
        """The bench that this one is the first draws of, or itself."""
        return self

    def share(self, key: Hashable, find: Callable[[], _Found]) -> _Found:
        """What does not depend on the candidate's capacity, found once for all additions."""
        if key not in self._shared:
            self._shared[key] = find()
        return self._shared[key]  # type: ignore[return-value]  # one key, one kind of value

    def common(self, key: tuple[Hashable, ...], find: Callable[[], _Found]) -> _Found:
        """What depends on neither candidate nor addition, found once for several candidates."""
        return self.draws.share((self.evidence, self.pillars, self._few, *key), find)

    def keep(self, key: Hashable, find: Callable[[], _Found]) -> _Found:
        """What depends on the candidate's capacity, found once for this addition."""
        if key not in self._own:
            self._own[key] = find()
        return self._own[key]  # type: ignore[return-value]  # one key, one kind of value

    def keep_line(
        self, stages: tuple[int, ...], key: Hashable, find: Callable[[], _Found]
    ) -> _Found:
        """What does not depend on how much is added at these stages, found once for a line.

        It is large: beside the line through all stages, only that asked for last is kept.
        """
        lines: dict[tuple[int, ...], dict[Hashable, object]] = self.share("lines", dict)
        if stages not in lines:
            for other in [one for one in lines if len(one) < len(STAGES)]:
                del lines[other]
        held = lines.setdefault(stages, {})
        if key not in held:
            held[key] = find()
        return held[key]  # type: ignore[return-value]  # one key, one kind of value

    def capacity(self, count_by: str, year: int) -> StageCapacity:
        """Capacity of every country at the end of a year, without the addition."""
        return self.share(
            ("capacity", count_by, year),
            lambda: assess_stage_capacity(
                self.evidence, draws=self.draws, count_by=count_by, at=year + 1.0
            ),
        )

    def heavy(self, count_by: str, year: int) -> HeavyCapacity | None:
        """Dy and Tb of every country at the end of a year; nothing where rows are lacking."""
        return self.common(
            ("heavy", count_by, year),
            lambda: assess_heavy_capacity(
                self.evidence, self.capacity(count_by, year), draws=self.draws, count_by=count_by
            ),
        )

    def has_layer(self, layer: str, count_by: str, year: int) -> bool:
        """Whether the layer can be counted at all."""
        return layer == LIGHT or self.heavy(count_by, year) is not None

    def own(self, count_by: str, year: int, *, layer: str = LIGHT) -> Tonnes:
        """The candidate's capacity with the addition, shape (draws, 4 or 6); only to be read.

        NaN where nothing is known and nothing added. An addition brings the Dy and Tb that its
        magnets need.
        """
        return self.keep(("own", count_by, year, layer), lambda: self._add(count_by, year, layer))

    def before(self, count_by: str, year: int, *, layer: str) -> Tonnes:
        """The candidate's capacity without the addition, shape (draws, 4 or 6)."""
        return self.share(
            ("has", count_by, year, layer),
            lambda: self.alone(self.candidate, count_by, year, layer=layer),
        )

    def _add(self, count_by: str, year: int, layer: str) -> Tonnes:
        has, more = self.before(count_by, year, layer=layer), add_heavies(self.addition, layer)
        return np.where(more > 0, count_known(has) + more, has)

    def members(
        self, names: tuple[str, ...], count_by: str, year: int, *, layer: str = LIGHT
    ) -> Tonnes:
        """Capacity of several countries without the addition, shape (draws, members, 4 or 6).

        The heavy layer adds two columns: Dy and Tb at the mine and at separation, in magnets.
        """
        width = len(STAGES) + len(HEAVY_STAGES) * (layer == HEAVY)
        if not names:
            return np.zeros((len(self.need(year).tonnes), 0, width))
        if layer == LIGHT:
            return self.capacity(count_by, year).of_members(names)
        return np.stack([self.alone(n, count_by, year, layer=layer) for n in names], axis=1)

    def pooled(self, names: tuple[str, ...], count_by: str, year: int, *, layer: str) -> Pooled:
        """What several countries hold together, without the addition.

        Returns:
            Tonnes, shape (draws, 4 or 6), what is not known counted as nothing; and of which
            stages anything is known.
        """
        return self.common(
            ("pooled", names, count_by, year, layer),
            lambda: self._pool(names, count_by, year, layer),
        )

    def _pool(self, names: tuple[str, ...], count_by: str, year: int, layer: str) -> Pooled:
        tonnes, is_known = self.capacity(count_by, year).pool(names)
        heavy = self.heavy(count_by, year) if layer == HEAVY else None
        if heavy is None:
            return tonnes, is_known
        more, known_too = heavy.pool(names)
        return np.concatenate([tonnes, more], axis=1), np.concatenate([is_known, known_too])

    def alone(self, country: str, count_by: str, year: int, *, layer: str) -> Tonnes:
        """Capacity of one country without the addition, shape (draws, 4 or 6)."""
        has = self.capacity(count_by, year).of(country)
        heavy = self.heavy(count_by, year) if layer == HEAVY else None
        return has if heavy is None else np.concatenate([has, heavy.of(country)], axis=1)

    def need(self, year: int) -> Need:
        """Need of the pillars in a year."""
        return self.common(
            ("need", year),
            lambda: assess_need(self.evidence, self.pillars, draws=self.draws, year=year),
        )

    def others_need(self, year: int) -> Need | None:
        """Need of the pillars besides the candidate; nothing where it is the only one.

        A candidate that is itself a pillar has its own need counted once, as home need.
        """
        others = tuple(country for country in self.pillars if country != self.candidate)
        if others == self.pillars:
            return self.need(year)
        if not others:
            return None
        return self.share(
            ("others", year),
            lambda: assess_need(self.evidence, others, draws=self.draws, year=year),
        )

    def home_need(self, year: int) -> Need | None:
        """Need of the candidate itself, or nothing where no row carries it."""
        return self.share(
            ("home", year),
            lambda: find_need(self.evidence, self.candidate, draws=self.draws, year=year),
        )

    def pool(self, name: str) -> tuple[str, ...]:
        """Members of a named pool, the pillars always among them, without the candidate."""
        named = () if name == "pillars" else self._sets[name]
        members = dict.fromkeys((*self.pillars, *named))
        return tuple(country for country in members if country != self.candidate)

    def rivals(self, pool: tuple[str, ...], count_by: str, year: int) -> tuple[str, ...]:
        """Every country with data outside China, the pool and the candidate."""
        taken = {CHINA, self.candidate, *pool}
        return tuple(c for c in self.capacity(count_by, year).countries if c not in taken)


class _ThinBench(Bench):
    """The first draws of another bench."""

    def __init__(self, whole: Bench, draws: int) -> None:
        self.__dict__ |= whole.__dict__
        self._whole, self._few = whole, draws
        self._shared, self._own = {}, {}

    @property
    def whole(self) -> Bench:
        return self._whole

    def thin(self, draws: int) -> Bench:
        if draws >= self._few:
            return self
        return self._whole.thin(draws).with_addition(self.addition)

    def capacity(self, count_by: str, year: int) -> StageCapacity:
        whole = self._whole.capacity(count_by, year)
        return self.common(
            ("capacity", count_by, year),
            lambda: dataclasses.replace(whole, draws=whole.draws[: self._few]),
        )

    def heavy(self, count_by: str, year: int) -> HeavyCapacity | None:
        whole = self._whole.heavy(count_by, year)
        return self.common(
            ("heavy", count_by, year),
            lambda: (
                None
                if whole is None
                else dataclasses.replace(whole, draws=whole.draws[: self._few])
            ),
        )

    def need(self, year: int) -> Need:
        return self.common(("need", year), lambda: self._cut(self._whole.need(year)))

    def others_need(self, year: int) -> Need | None:
        whole = self._whole.others_need(year)
        return self.share(("others", year), lambda: None if whole is None else self._cut(whole))

    def home_need(self, year: int) -> Need | None:
        whole = self._whole.home_need(year)
        return self.share(("home", year), lambda: None if whole is None else self._cut(whole))

    def _cut(self, whole: Need) -> Need:
        return dataclasses.replace(whole, tonnes=whole.tonnes[: self._few])


def add_heavies(addition: Tonnes, layer: str) -> Tonnes:
    """An addition by stage, shape (4 or 6,): where the heavy layer counts, it brings its part."""
    if layer != HEAVY:
        return addition
    return np.append(addition, [addition[STAGES.index(stage)] for stage in HEAVY_STAGES])


def count_stages(members: Tonnes, *, leaves_metal: bool) -> Mask:
    """Stages that constrain: those wanted of which anything is known, shape (4 or 6,).

    Args:
        members: Shape (draws, members, 4 or 6), NaN where nothing is known.
        leaves_metal: Whether the metal stage is left out.
    """
    is_known = ~np.isnan(members[0]).all(axis=0)
    is_wanted = np.ones(members.shape[2], dtype=bool)
    is_wanted[STAGES.index(Stage.METAL)] = not leaves_metal
    return np.asarray(is_known & is_wanted)


def leaves_metal(specification: Specification) -> bool:
    """Whether a definition leaves the metal stage out."""
    return specification["metal"] == "left_out"


def layer_of(specification: Specification) -> str:
    """Whether a definition counts NdPr alone or Dy and Tb besides."""
    return str(specification["layer"])


def year_of(specification: Specification) -> int:
    """The year at whose end a definition counts capacity."""
    return int(specification.number("horizon"))
