"""The scenarios side by side: what each changes in the headline figures of one question."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from third_pillar.assessment.bench import Bench, count_stages
from third_pillar.assessment.draws import RowDraws, find_draws
from third_pillar.assessment.layers import LayeredMoment
from third_pillar.assessment.links import assess_linked_share, sum_reserved
from third_pillar.assessment.pipeline import sum_arrivals
from third_pillar.assessment.plants import read_plants
from third_pillar.assessment.suspension import assess_suspension
from third_pillar.evidence import (
    Evidence,
    Scenario,
    load_evidence,
    load_scenario,
    note_read,
    scenario_names,
)
from third_pillar.model.breadth import BreadthSpecification, assess_breadth
from third_pillar.model.readings import compute_pool_flow
from third_pillar.model.window import ControlStatus
from third_pillar.vocabulary.codes import CHINA, STAGES, Stage
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.parameters import Question

BASELINE = "baseline"
FIGURES = {
    "served_light_pct": "Need served, NdPr alone, %",
    "served_heavy_pct": "Need served, Dy and Tb counted, %",
    "served_apart_pct": "Need served, light grades apart, %",
    "served_tied_pct": "Need served, ties binding, %",
    "reserved_t": "Candidate's output kept for the pillars by ties, t a year",
    "candidate_magnets_t": "Candidate's magnets, t a year",
    "candidate_stages": "Stages at the threshold",
    "arrives_in_window_t": "Magnets inside the window, t a year",
    "controls_in_force": "Rare-earth controls in force",
    "window_closes": "Suspension runs to",
}
"""Figure → its words; shares are of the pillars' need at the horizon, by every country outside
China with the candidate, metal left out."""
SCENARIO_DRAWS = 1_000
"""A share is then known to about a point; a scenario that moves less moves nothing here."""
Figure = float | str | None


@dataclass(frozen=True)
class ScenarioFigures:
    """One scenario with its headline figures.

    Attributes:
        scenario: The file.
        figures: Figure → value; nothing where it cannot be said.
        refused: Why it cannot be asked as of the day, or "".
    """

    scenario: Scenario
    figures: dict[str, Figure] = field(default_factory=dict)
    refused: str = ""

    def differs(self, other: ScenarioFigures) -> tuple[str, ...]:
        """Figures that are not those of another scenario, to the digits shown."""
        return tuple(
            name
            for name in FIGURES
            if show_figure(self.figures.get(name)) != show_figure(other.figures.get(name))
        )


def show_figure(value: Figure) -> str:
    """A figure to the digits that its draws carry."""
    if value is None:
        return "not known"
    return value if isinstance(value, str) else f"{value:,.0f}"


def compare_scenarios(question: Question) -> tuple[ScenarioFigures, ...]:
    """Every scenario on file for one question, the baseline first.

    Method:
        §5.12 of docs/methods.md.
    """
    note_read("scenarios/")  # one that is added is a part of the answer
    names = sorted(scenario_names(), key=lambda name: (name != BASELINE, name))
    return tuple(_ask(question, load_scenario(name)) for name in names)


def _ask(question: Question, scenario: Scenario) -> ScenarioFigures:
    try:
        evidence = load_evidence(question.as_of, scenario=scenario.id)
        return ScenarioFigures(scenario, measure_scenario(question, evidence))
    except MissingEvidence as refusal:
        return ScenarioFigures(scenario, refused=str(refusal))


def measure_scenario(question: Question, evidence: Evidence) -> dict[str, Figure]:
    """The headline figures of one question on the evidence of one scenario.

    Raises:
        MissingEvidence: A pillar without a figure for its need.

    Method:
        §5.12 of docs/methods.md.
    """
    parameters = question.parameters
    draws = find_draws(evidence, draws=min(parameters.draws, SCENARIO_DRAWS), seed=parameters.seed)
    bench = Bench(question, evidence, draws)
    count_by, year = parameters.count_by, parameters.horizon
    capacity, need = bench.capacity(count_by, year), bench.need(year)
    everyone = tuple(c for c in capacity.countries if c not in {CHINA, parameters.candidate})
    pool = (*everyone, parameters.candidate)
    layers = LayeredMoment(evidence, capacity, need, draws=draws, count_by=count_by)
    served = layers.served(pool, is_without_metal=True)
    members = capacity.of_members(pool)
    counted = count_stages(members, leaves_metal=True)
    light = np.minimum(compute_pool_flow(members, is_counted=counted) / need.tonnes, 1.0)
    own = capacity.of(parameters.candidate)
    tied = assess_linked_share(
        bench, pool, count_by=count_by, year=year, is_without_metal=True
    ).bound[0]
    magnets = float(own[:, STAGES.index(Stage.MAGNET)].mean())
    breadth = assess_breadth(own, need.tonnes, specification=BreadthSpecification())
    return {
        "served_light_pct": 100 * float(light.mean()),
        "served_heavy_pct": None if served is None else 100 * float(served.mixed.mean()),
        "served_apart_pct": None if served is None else 100 * float(served.apart.mean()),
        "served_tied_pct": 100 * tied,
        "reserved_t": float(sum_reserved(bench, count_by=count_by, year=year).mean()),
        "candidate_magnets_t": None if np.isnan(magnets) else magnets,
        "candidate_stages": float(breadth.stages_reached),
        **_window(question, evidence, draws),
    }


def _window(question: Question, evidence: Evidence, draws: RowDraws) -> dict[str, Figure]:
    candidate = question.parameters.candidate
    found = assess_suspension(evidence, on=question.as_of, candidate=candidate, subject=candidate)
    in_force = float((found.controls["status"] == ControlStatus.IN_FORCE).sum())
    if found.window is None:
        return {"arrives_in_window_t": None, "controls_in_force": in_force, "window_closes": None}
    plants = read_plants(evidence, draws, count_by=question.parameters.count_by)
    arrival = sum_arrivals(plants, found.window, candidate, Stage.MAGNET, draws=draws.draws)
    return {
        "arrives_in_window_t": float(arrival.tonnes.mean()),
        "controls_in_force": in_force,
        "window_closes": found.window.closes.isoformat(),
    }
