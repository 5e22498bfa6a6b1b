"""What definitions that count plants alike, in one year, are tested on."""

from __future__ import annotations

import itertools
from functools import cached_property

import numpy as np

from third_pillar.assessment.bench import Bench, Mask, Tonnes
from third_pillar.assessment.heavy import HEAVY_STAGES
from third_pillar.model.chain import count_known
from third_pillar.model.readings import find_costliest_loss, sum_without
from third_pillar.vocabulary.codes import CHINA, STAGES, Stage
from third_pillar.vocabulary.specifications import HEAVY, LIGHT

RULES: tuple[tuple[str, bool], ...] = tuple(itertools.product((LIGHT, HEAVY), (False, True)))
"""What constrains: the layer, and whether the metal stage is left out."""
_METAL = STAGES.index(Stage.METAL)
Pool = tuple[str, ...]


def list_rules(width: int) -> Mask:
    """Stages each of the rules wants, shape (rules, stages); without Dy and Tb there are two."""
    layers = RULES if width > len(STAGES) else RULES[:2]
    rules = np.ones((len(layers), width), dtype=bool)
    for number, (layer, leaves_metal) in enumerate(layers):
        rules[number, len(STAGES) :] = layer == HEAVY
        rules[number, _METAL] = not leaves_metal
    return rules


def find_flows(tonnes: Tonnes, counted: Mask) -> Tonnes:
    """The least of the stages that each rule counts, shape (rules, draws).

    Args:
        tonnes: Shape (stages, draws).
        counted: Shape (rules, stages).

    Method:
        §3.3 of docs/methods.md.
    """
    return np.stack([tonnes[stages].min(axis=0) for stages in counted])


class Ground:
    """Capacities and need by place or owner in one year, with stages before draws.

    Attributes:
        need: Of the pillars, tonnes a year, shape (draws,).
        rules: Stages each rule wants, shape (rules, stages).
        own: The candidate's tonnes with the addition, shape (stages, draws); nothing where
            nothing is known.
        is_known: Of which of its stages anything is known, shape (stages,).
    """

    def __init__(self, bench: Bench, count_by: str, year: int) -> None:
        self._bench, self._count_by, self._year = bench, count_by, year
        self._layer = HEAVY if bench.has_layer(HEAVY, count_by, year) else LIGHT
        self.need = bench.need(year).tonnes
        self._own = np.ascontiguousarray(bench.own(count_by, year, layer=self._layer).T)
        self.rules = list_rules(len(self._own))
        self.is_known = ~np.isnan(self._own[:, 0])
        self.own = count_known(self._own)

    @cached_property
    def narrowed(self) -> Tonnes:
        """The candidate's four stages by each rule, shape (rules, 4, draws).

        Each is no wider than its heavy layer where that counts; NaN where nothing is known or
        the stage is left out.
        """
        by_rule = np.repeat(self._own[None, : len(STAGES)], len(self.rules), axis=0)
        for column, stage in enumerate(HEAVY_STAGES[: len(self._own) - len(STAGES)]):
            place = STAGES.index(stage)
            heavy = self._own[len(STAGES) + column]
            by_rule[2:, place] = np.minimum(by_rule[2:, place], heavy)
        by_rule[1::2, _METAL] = np.nan
        return by_rule

    def pooled(self, pool: Pool) -> tuple[Tonnes, Mask]:
        """What a pool holds together, shape (stages, draws), and where anything is known."""
        tonnes, is_known = self._bench.pooled(pool, self._count_by, self._year, layer=self._layer)
        return tonnes.T, is_known

    def gains(self, pool: Pool) -> dict[str, Tonnes]:
        """What the candidate, and each country outside a pool and China, adds to it alone.

        Returns:
            Country → tonnes a year, shape (rules, draws); the candidate first.

        Method:
            §5.4 of docs/methods.md.
        """
        rivals = self._bench.rivals(pool, self._count_by, self._year)
        others = {country: self._gain_of(country, pool) for country in rivals}
        return {self._bench.candidate: self._gain(pool, self.own, self.is_known), **others}

    def mean_gain(self, pool: Pool) -> Tonnes:
        """The mean of what the candidate adds, shape (rules,)."""
        return np.asarray(self._gain(pool, self.own, self.is_known).mean(axis=1))

    def rival_gains(self, pool: Pool) -> Tonnes:
        """The mean of what each other country adds, shape (rules, others)."""
        bench, key = self._bench, ("gains", pool, self._count_by, self._year)
        return bench.share(key, lambda: self._list_rival_gains(pool))

    def _list_rival_gains(self, pool: Pool) -> Tonnes:
        # what a country adds does not depend on who is the candidate
        bench, key = self._bench, ("gains", pool, self._count_by, self._year)
        countries = bench.capacity(self._count_by, self._year).countries
        means = bench.common(
            key,
            lambda: {
                country: self._gain_of(country, pool).mean(axis=1)
                for country in countries
                if country not in {CHINA, *pool}
            },
        )
        found = [gain for country, gain in means.items() if country != bench.candidate]
        return np.array(found).reshape(-1, len(self.rules)).T

    def _gain_of(self, country: str, pool: Pool) -> Tonnes:
        bench = self._bench
        tonnes = bench.alone(country, self._count_by, self._year, layer=self._layer).T
        return self._gain(pool, count_known(tonnes), ~np.isnan(tonnes[:, 0]))

    def _gain(self, pool: Pool, joining: Tonnes, is_known: Mask) -> Tonnes:
        # Joining adds to what the pool holds already: only the sums are needed.
        pooled, pool_known = self.pooled(pool)
        counted = self.rules & (pool_known | is_known)
        before, flow = find_flows(pooled, counted), find_flows(pooled + joining, counted)
        return np.asarray(np.minimum(flow, self.need) - np.minimum(before, self.need))

    def gained_after_loss(self, pool: Pool) -> Tonnes:
        """What the candidate adds to a pool whose most important member failed.

        Returns:
            Share of the need by rule and draw, shape (rules, draws).

        Method:
            §5.5 of docs/methods.md.
        """
        losses = self._bench.common(
            ("loss", pool, self._count_by, self._year), lambda: self._lose(pool)
        )
        found = [
            np.minimum((left + self.own)[counted].min(axis=0) / self.need, 1.0) - alone
            for left, counted, alone in losses
        ]
        return np.stack(found)

    def _lose(self, pool: Pool) -> list[tuple[Tonnes, Mask, Tonnes]]:
        """By rule: what is left at each stage, the stages counted, and the share then served."""
        members = self._bench.members(pool, self._count_by, self._year, layer=self._layer)
        counted = self.rules & ~np.isnan(members[0]).all(axis=0)
        known = np.ascontiguousarray(count_known(members).transpose(1, 2, 0))
        losses = find_costliest_loss(known, self.need, rules=counted).tolist()
        left = {lost: sum_without(known, lost) for lost in set(losses)}
        return [
            (
                left[lost],
                stages,
                np.minimum(left[lost][stages].min(axis=0) / self.need, 1.0),
            )
            for lost, stages in zip(losses, counted, strict=True)
        ]
