"""One question, assessed: the object every notebook, command and report works from."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from third_pillar.assessment.capacity import StageCapacity, assess_stage_capacity
from third_pillar.assessment.claim_documents import Statement, read_testimony
from third_pillar.assessment.costs import CapitalCosts
from third_pillar.assessment.curve import SpecificationCurve, assess_curve
from third_pillar.assessment.demand import Need, assess_need, find_need
from third_pillar.assessment.draws import RowDraws, find_draws
from third_pillar.assessment.event_study import ExportStudy, assess_exports_study
from third_pillar.assessment.fates import decimal_year
from third_pillar.assessment.layers import LayeredMoment
from third_pillar.assessment.network import (
    CandidateBalance,
    MemberSet,
    ServedKey,
    ServedShare,
    assess_breadth_by_country,
    assess_candidate_balance,
    assess_served_shares,
    build_member_sets,
)
from third_pillar.assessment.shares import StageShares, assess_stage_shares
from third_pillar.assessment.standing import Standing
from third_pillar.assessment.suspension import Suspension, assess_suspension
from third_pillar.assessment.trade import (
    Dependence,
    MagnetExports,
    assess_dependence,
    assess_magnet_exports,
)
from third_pillar.assessment.trade_panel import TradePanel, assess_trade_panel
from third_pillar.assessment.what_would import WhatWould
from third_pillar.evidence import Article, Evidence, load_specifications
from third_pillar.model.breadth import Breadth, BreadthSpecification
from third_pillar.vocabulary.codes import Stage
from third_pillar.vocabulary.errors import PillarError
from third_pillar.vocabulary.parameters import Question
from third_pillar.vocabulary.specifications import Specification

NOW, HORIZON = "now", "horizon"


@dataclass(frozen=True)
class Moment:
    """Capacity against need at one date.

    Attributes:
        label: The date in words, e.g. "November 2026" or "end of 2030".
        year: Calendar year of the need.
        capacity: Capacity of every country.
        need: Need of the pillars.
        home_need: Need of the candidate, or nothing if no row carries it.
        served: Shares of the pillars' need served (see `assess_served_shares`).
        breadth: Breadth by country and stage (see `assess_breadth_by_country`).
        balance: The candidate's own chain.
    """

    label: str
    year: int
    capacity: StageCapacity
    need: Need
    home_need: Need | None
    served: dict[ServedKey, ServedShare]
    breadth: dict[str, Breadth]
    balance: CandidateBalance


@dataclass(frozen=True)
class Results:
    """What the data and the model say, before any claim is settled.

    Attributes:
        question: The checked parameters.
        evidence: The data package as of the date asked.
        article: The article, its claims and their tests.
        draws: Draws of the assumptions.
        specification: The reading of "pillar" in the headline.
        stage_shares: World shares by stage.
        dependence: Import dependence.
        exports: China's monthly magnet exports.
        suspension: The window.
        sets: Pools compared.
        now: Today.
        horizon: The horizon.
        specifications: Every definition of "pillar" on record.
    """

    question: Question
    evidence: Evidence
    article: Article
    draws: RowDraws
    specification: BreadthSpecification
    stage_shares: dict[Stage, StageShares]
    dependence: Dependence
    exports: MagnetExports
    suspension: Suspension
    sets: tuple[MemberSet, ...]
    now: Moment
    horizon: Moment
    specifications: tuple[Specification, ...]

    @property
    def candidate(self) -> str:
        """Code of the country put to the test."""
        return self.question.parameters.candidate

    @property
    def pillars(self) -> tuple[str, ...]:
        """Codes of the named pillars."""
        return self.question.parameters.pillars

    @property
    def count_by(self) -> str:
        """Whether plants count by location or owner."""
        return self.question.parameters.count_by

    @cached_property
    def curve(self) -> SpecificationCurve:
        """The candidate under every definition of "pillar"; computed when asked for."""
        return assess_curve(self.question, self.evidence, self.specifications, draws=self.draws)

    @cached_property
    def standing(self) -> Standing:
        """The candidate in the network at the horizon; computed when asked for."""
        assert self.curve.bench is not None  # noqa: S101  every assessed curve has one
        return Standing(
            self.curve.bench,
            partners=self.question.members,
            count_by=self.count_by,
            year=self.horizon.year,
        )

    @cached_property
    def what_would(self) -> WhatWould:
        """The search for the smallest additions; each place is searched when asked for."""
        return WhatWould(self.curve)

    @cached_property
    def _layered(self) -> dict[str, LayeredMoment]:
        return {}

    def layers(self, when: str) -> LayeredMoment:
        """Both layers, NdPr and Dy with Tb, today or at the horizon; computed when asked for.

        Raises:
            PillarError: Another word.
        """
        moment = self.moment(when)
        if when not in self._layered:
            self._layered[when] = LayeredMoment(
                self.evidence,
                moment.capacity,
                moment.need,
                draws=self.draws,
                count_by=self.count_by,
            )
        return self._layered[when]

    @cached_property
    def testimony(self) -> dict[str, tuple[Statement, ...]]:
        """What sources say of each claim, as known on the date asked; read when asked for."""
        return read_testimony(self)

    @cached_property
    def capital_costs(self) -> CapitalCosts:
        """What plants cost on record; computed when asked for."""
        return CapitalCosts(self.evidence, self.draws)

    @cached_property
    def trade_panel(self) -> TradePanel:
        """Annual trade by importer, line and year; computed when asked for."""
        return assess_trade_panel(self.evidence)

    @cached_property
    def export_study(self) -> ExportStudy:
        """The event study of China's magnet exports; computed when asked for."""
        return assess_exports_study(self.exports, self.suspension)

    @property
    def is_about_candidate(self) -> bool:
        """Whether the article is about the candidate."""
        return str(self.article.meta["subject"]) == self.candidate

    def imports_from_china(self) -> pd.DataFrame:
        """Rows of `dependence.from_china`, less the article's country if not the candidate."""
        rows = self.dependence.from_china
        if self.is_about_candidate:
            return rows
        return rows[rows["importer_iso3"] != str(self.article.meta["subject"])]

    def moment(self, when: str) -> Moment:
        """Today or the horizon.

        Raises:
            PillarError: Another word.
        """
        if when not in {NOW, HORIZON}:
            raise PillarError(f"{when!r} is neither {NOW} nor {HORIZON}")
        return self.now if when == NOW else self.horizon


def assess_results(question: Question, evidence: Evidence, article: Article) -> Results:
    """Everything the report needs, from one question and one data package.

    Raises:
        MissingEvidence: A pillar without a figure for its need.
    """
    parameters = question.parameters
    draws = find_draws(evidence, draws=parameters.draws, seed=parameters.seed)
    specification = BreadthSpecification()
    moments, sets = _assess_moments(question, evidence, draws, specification)
    return Results(
        question=question,
        evidence=evidence,
        article=article,
        draws=draws,
        specification=specification,
        stage_shares=assess_stage_shares(evidence),
        dependence=assess_dependence(evidence),
        exports=assess_magnet_exports(evidence),
        suspension=assess_suspension(
            evidence,
            on=question.as_of,
            candidate=parameters.candidate,
            subject=str(article.meta["subject"]),
        ),
        sets=sets,
        now=moments[0],
        horizon=moments[1],
        specifications=load_specifications(),
    )


def _assess_moments(
    question: Question, evidence: Evidence, draws: RowDraws, specification: BreadthSpecification
) -> tuple[tuple[Moment, Moment], tuple[MemberSet, ...]]:
    now = assess_stage_capacity(
        evidence,
        draws=draws,
        count_by=question.parameters.count_by,
        at=decimal_year(question.as_of),
    )
    then = assess_stage_capacity(
        evidence,
        draws=draws,
        count_by=question.parameters.count_by,
        at=question.parameters.horizon + 1.0,
    )
    sets = build_member_sets(
        pillars=question.parameters.pillars,
        partners=question.members,
        candidate=question.parameters.candidate,
        known=now.countries,
    )
    common: dict[str, Any] = {
        "question": question,
        "evidence": evidence,
        "draws": draws,
        "specification": specification,
        "sets": sets,
    }
    today = _assess_moment(now, year=question.as_of.year, label=f"{question.as_of:%B %Y}", **common)
    later = _assess_moment(
        then,
        year=question.parameters.horizon,
        label=f"end of {question.parameters.horizon}",
        **common,
    )
    return (today, later), sets


def _assess_moment(
    capacity: StageCapacity,
    *,
    year: int,
    label: str,
    question: Question,
    evidence: Evidence,
    draws: RowDraws,
    specification: BreadthSpecification,
    sets: tuple[MemberSet, ...],
) -> Moment:
    candidate = question.parameters.candidate
    need = assess_need(evidence, question.parameters.pillars, draws=draws, year=year)

    def share(key: tuple[Hashable, ...], find: Callable[[], Any]) -> Any:
        # what does not depend on the candidate is found once for all of them
        given = (evidence, question.parameters.pillars, capacity.at, year)
        return draws.share((*given, question.parameters.count_by, *key), find)

    home_need = find_need(evidence, candidate, draws=draws, year=year)
    asked = {candidate, *question.parameters.pillars, *question.members}
    unnamed = tuple(sorted(asked - set(capacity.countries)))
    return Moment(
        label=label,
        year=year,
        capacity=capacity,
        need=need,
        home_need=home_need,
        served=assess_served_shares(capacity, need, sets=sets, candidate=candidate, share=share),
        breadth={
            **share(
                ("breadth", specification),
                lambda: assess_breadth_by_country(
                    capacity, need, capacity.countries, specification=specification
                ),
            ),
            # whoever is asked about takes the test, also where no row names a plant of theirs
            **assess_breadth_by_country(capacity, need, unnamed, specification=specification),
        },
        balance=assess_candidate_balance(capacity, home_need, candidate=candidate, draws=draws),
    )
