"""The case: results, the numbers a report may state, and the verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# Importing the metric modules enters their functions into the catalogue.
from third_pillar.assessment import (
    metrics_chain,  # noqa: F401  side effect: they register
    metrics_curve,  # noqa: F401  same
    metrics_supply,  # noqa: F401  same
    metrics_trade,  # noqa: F401  same
    prepared,
)
from third_pillar.assessment.catalogue import measure
from third_pillar.assessment.claims import settle_claims, tell_flips
from third_pillar.assessment.metrics_costs import cost_expressions
from third_pillar.assessment.metrics_flows import list_flow_expressions
from third_pillar.assessment.metrics_layers import layer_expressions
from third_pillar.assessment.metrics_network import network_expressions
from third_pillar.assessment.metrics_window import list_window_expressions
from third_pillar.assessment.own_figures import mark_gaps, mark_metrics, mark_verdicts
from third_pillar.assessment.production import find_best_rows, newest_year
from third_pillar.assessment.results import HORIZON, NOW, Results, assess_results
from third_pillar.evidence import (
    check_package,
    chosen_overlay,
    load_article,
    load_evidence,
    load_parameter_choices,
    overlay_folder,
)
from third_pillar.vocabulary.codes import CHINA, STAGES, WORLD
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.findings import ClaimVerdict, Gap, Metric
from third_pillar.vocabulary.parameters import Question, check_parameters
from third_pillar.vocabulary.specifications import Reading


@dataclass(frozen=True, eq=False)
class Case:
    """Everything a report is written from; each part is computed when first asked for.

    Attributes:
        results: What the data and the model say.
    """

    results: Results

    @cached_property
    def verdicts(self) -> dict[str, ClaimVerdict]:
        """Claim id → verdict with what would flip it, in the order of the ledger."""
        return tell_flips(self.results, self.settled)

    @cached_property
    def settled(self) -> dict[str, ClaimVerdict]:
        """The verdicts before the search for what would flip them, which takes longer."""
        return self._settled[0]

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """Metric id → number with range, sources and confidence.

        What the data do not carry is absent here and present among the gaps.
        """
        return dict(sorted({**self.measure_page(), **self.standard}.items()))

    @cached_property
    def standard(self) -> dict[str, Metric]:
        """Those of its numbers that every page of the question may state."""
        return {**_measure(self.results, _standard_expressions(self.results)), **self._settled[1]}

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Gaps that bear on the candidate, pillars and partners, or on the whole question."""
        return _select_gaps(self.results)

    @cached_property
    def _settled(self) -> tuple[dict[str, ClaimVerdict], dict[str, Metric]]:
        return settle_claims(self.results)

    @property
    def has_own(self) -> bool:
        """Whether the reader's own figures entered."""
        return self.results.evidence.own is not None

    def measure_page(self) -> dict[str, Metric]:
        """Numbers that take long to read and that the page of this case alone states."""
        return _measure(self.results, _page_expressions(self.results))

    def metric(self, expression: str) -> Metric:
        """A number of the case.

        Raises:
            MissingEvidence: The data do not carry it.
        """
        if expression not in self.metrics:
            raise MissingEvidence(f"{expression} is not among the numbers of this case")
        return self.metrics[expression]

    def find_metric(self, expression: str) -> Metric | None:
        """A number of the case, or nothing if the data do not carry it."""
        return self.metrics.get(expression)


@dataclass(frozen=True, eq=False)
class MarkedCase(Case):
    """A case with figures of the reader's own: what they touch is marked (§0.6).

    Attributes:
        public: The same question put to the data release alone; nothing where it then has no
            answer.
    """

    public: Case | None

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """As of any case, with marks."""
        public = {} if self.public is None else self.public.metrics
        return mark_metrics(Case(self.results).metrics, public, self.results.evidence)

    @cached_property
    def settled(self) -> dict[str, ClaimVerdict]:
        """As of any case, with marks."""
        return self._mark(self._settled[0])

    @cached_property
    def verdicts(self) -> dict[str, ClaimVerdict]:
        """As of any case, with marks."""
        return self._mark(tell_flips(self.results, self._settled[0]))

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """As of any case, with marks."""
        return mark_gaps(_select_gaps(self.results), self.results.evidence)

    def _mark(self, verdicts: dict[str, ClaimVerdict]) -> dict[str, ClaimVerdict]:
        public = ({}, {}) if self.public is None else self.public._settled  # noqa: SLF001  a case
        evidence = self.results.evidence
        read = mark_metrics(self._settled[1], public[1], evidence)
        return mark_verdicts(verdicts, public[0], evidence, read)


def ask(**parameters: object) -> Question:
    """The checked question that these parameters put.

    Raises:
        ParameterFault: Unknown name, wrong type or impossible value.
    """
    return check_parameters(parameters, choices=load_parameter_choices())


def assess(*, own_figures: bool | None = None, **parameters: object) -> Case:
    """The case these parameters describe, from the data package as of the date asked.

    Args:
        own_figures: Whether the reader's own figures of `data/overlay/` enter; where not given,
            as the environment says (`evidence.chosen_overlay`). What they touch is marked.
        parameters: As of `ask`.

    Raises:
        ParameterFault: Unknown name, wrong type or impossible value.
        EvidenceFault: The data package breaks its rules.
        MissingEvidence: A figure without which the question cannot be answered is not on record.
    """
    question = ask(**parameters)
    check_package()
    wanted = chosen_overlay() if own_figures is None else overlay_folder() if own_figures else None
    case = prepared.find(question, wanted) or _assess(question, wanted)
    return _mark(case, question) if case.has_own else case


def prepare(question: Question) -> None:
    """Assess a question in full, so that `assess` has the case at hand for each of its pages.

    It is kept until another is prepared or the data change, in this process and its forks.

    Raises:
        EvidenceFault: As `assess`.
        MissingEvidence: As `assess`.
    """
    check_package()
    overlay = chosen_overlay()
    prepared.hold(question, overlay, lambda: _assess(question, overlay))


def _mark(case: Case, question: Question) -> Case:
    try:
        public: Case | None = _assess(question, None)
    except MissingEvidence:
        public = None  # without them there is no answer: all of it rests on them
    return MarkedCase(case.results, public)


def _assess(question: Question, overlay: Path | None) -> Case:
    scenario = question.parameters.scenario
    evidence = load_evidence(question.as_of, scenario=scenario, overlay=overlay)
    article = load_article(question.parameters.article)
    return Case(assess_results(question, evidence, article))


def _measure(results: Results, expressions: list[str]) -> dict[str, Metric]:
    found = {}
    for expression in expressions:
        try:
            read = measure(results, expression)
        except MissingEvidence:
            continue  # a gap: it is listed among the gaps, not given a number
        found[read.id] = read
    return found


def _standard_expressions(results: Results) -> list[str]:
    candidate, countries = results.candidate, (results.candidate, *results.pillars)
    pools = [pool.id for pool in results.sets]
    year = newest_year(find_best_rows(results.evidence), WORLD)
    return [
        *(f"{name}({candidate}, {year})" for name in ("mine_share", "mine_output", "mine_rank")),
        f"resource_rank({candidate})",
        f"life_ratio({candidate}, {year})",
        *(f"world_share({CHINA}, {stage})" for stage in STAGES),
        *(f"stage_hhi({stage})" for stage in STAGES),
        *(f"largest_share_outside_china({stage})" for stage in STAGES),
        *(f"net_import_reliance({country})" for country in countries),
        *(f"import_share({row})" for row in results.imports_from_china()["figure_id"]),
        *_chain_expressions(candidate, countries, pools),
        *_export_expressions(results),
        *list_window_expressions(results),
        "specification_count()",
        "specification_share()",
        *(f"specification_share_of({reading})" for reading in Reading),
        *network_expressions(results),
        *layer_expressions(results),
        *cost_expressions(),
    ]


def _page_expressions(results: Results) -> list[str]:
    """Numbers that take long to read and that one page alone states."""
    is_trade = results.question.parameters.profile == "trade"
    return list_flow_expressions(results) if is_trade else []


def _chain_expressions(candidate: str, countries: tuple[str, ...], pools: list[str]) -> list[str]:
    moments = (NOW, HORIZON)
    return [
        *(f"{name}({when})" for name in _OF_CANDIDATE for when in moments),
        *(
            f"{name}({candidate}, {stage}, {when})"
            for name in ("stage_capacity", "share_of_need", "breadth_shortfall")
            for stage in STAGES
            for when in moments
        ),
        *(
            f"{name}({country}, {when})"
            for name in ("breadth_stages", "breadth_chance")
            for country in dict.fromkeys(countries)
            for when in moments
        ),
        *(
            f"served_share({pool}, {metal}, {joins}, {when})"
            for pool in pools
            for metal in ("metal", "no_metal")
            for joins in ("without", "with")
            for when in moments
        ),
        *(
            f"served_gain({pool}, {metal}, {when})"
            for pool in pools
            for metal in ("metal", "no_metal")
            for when in moments
        ),
    ]


_OF_CANDIDATE = ("pillars_need", "home_need", "binding_stage", "chain_flow", "feed_gap")


def _export_expressions(results: Results) -> list[str]:
    """The months before the April 2025 licences, the trough after, and since the suspension.

    The spans follow the dated controls: they are read from the table, not typed in here.
    """
    controls = results.suspension.controls
    window = results.suspension.window
    licensing = controls.dropna(subset=["effective_from"])["effective_from"].min()
    world = results.exports.world
    if world.empty or window is None:
        return []
    start, opens = str(licensing)[:7], window.opens.isoformat()[:7]
    before = world[world["month"] < start]["month"]
    between = world[(world["month"] >= start) & (world["month"] < opens)]["month"]
    since = world[world["month"] > opens]["month"]
    spans = [(s.iloc[0], s.iloc[-1]) for s in (before, between, since) if len(s)]
    means = [f"magnet_exports_mean({first}, {last})" for first, last in spans]
    if len(before) and len(since):
        means.append(
            f"magnet_exports_change({before.iloc[0]}, {before.iloc[-1]}, "
            f"{since.iloc[0]}, {since.iloc[-1]})"
        )
    return means


def _select_gaps(results: Results) -> tuple[Gap, ...]:
    concerned = {results.candidate, *results.pillars, *results.question.members, CHINA, None}
    return tuple(gap for gap in results.evidence.gaps if gap.country in concerned)
