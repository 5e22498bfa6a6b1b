"""Every scenario on file with the figures it gives, kept beside it: read, then accepted."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from third_pillar.assessment.case import ask
from third_pillar.assessment.scenarios import (
    BASELINE,
    FIGURES,
    compare_scenarios,
    measure_scenario,
    show_figure,
)
from third_pillar.evidence import load_evidence, load_scenario, scenario_names

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "scenarios"
ACCEPT = "PILLAR_ACCEPT_GOLDEN"
WANTED = {
    "baseline", "snap_back", "extended_truce", "delayed_pipeline", "scheme_on_time", "no_heavies",
    "japan_agreement_restored", "price_war",
}  # fmt: skip


@pytest.fixture(scope="module")
def compared():
    return {row.scenario.id: row for row in compare_scenarios(ask(candidate="IND"))}


def test_the_scenarios_asked_for_are_on_file_each_with_its_reference(compared):
    assert set(compared) >= WANTED
    for row in compared.values():
        scenario = row.scenario
        assert scenario.title, scenario.id
        assert scenario.description, scenario.id
        assert scenario.reference, scenario.id
        assert not row.refused, scenario.id


@pytest.mark.parametrize("name", sorted(scenario_names()))
def test_its_figures_are_those_kept_beside_it(compared, name):
    """`PILLAR_ACCEPT_GOLDEN=1 python -m pytest tests/golden` rewrites them."""
    file = FOLDER / f"{name}.findings.json"
    found = {key: show_figure(value) for key, value in compared[name].figures.items()}
    if os.environ.get(ACCEPT) == "1":
        file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    assert json.loads(file.read_text(encoding="utf-8")) == found
    assert list(found) == list(FIGURES)


def test_every_scenario_but_the_baseline_moves_a_figure(compared):
    """One that moved nothing would be a name without a content."""
    for name, row in compared.items():
        assert bool(row.differs(compared[BASELINE])) == (name != BASELINE), name


def test_each_moves_what_it_is_about_and_in_its_direction(compared):
    def figure(name, key):
        return compared[name].figures[key]

    for late in ("delayed_pipeline", "two_more_years_late", "snap_back", "price_war"):
        assert figure(late, "served_heavy_pct") < figure(BASELINE, "served_heavy_pct")
        assert figure(late, "candidate_magnets_t") < figure(BASELINE, "candidate_magnets_t")
    assert figure("no_heavies", "served_heavy_pct") == 0
    assert 0 < figure("no_heavies", "served_apart_pct") < figure(BASELINE, "served_apart_pct")
    assert figure("no_heavies", "served_light_pct") == figure(BASELINE, "served_light_pct")
    assert figure("extended_truce", "window_closes") == "2027-11-10"
    assert figure("snap_back", "controls_in_force") > figure(BASELINE, "controls_in_force")
    assert figure("japan_agreement_restored", "reserved_t") > 0 == figure(BASELINE, "reserved_t")
    assert figure("scheme_on_time", "candidate_magnets_t") > 6000


def test_an_empty_scenario_is_the_baseline(tmp_path):
    """Table by table, and figure by figure."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "data", root / "data")
    text = "id: nothing\ntitle: Nothing\ndescription: Changes nothing.\noverrides: {}\n"
    (root / "data/scenarios/nothing.yml").write_text(text, encoding="utf-8")
    assert load_scenario("nothing", root=root).is_empty
    question = ask(candidate="IND", draws=200)
    base, empty = (
        load_evidence(question.as_of, scenario=name, root=root) for name in (BASELINE, "nothing")
    )
    assert base.assumptions.equals(empty.assumptions)
    assert all(base.tables[name].equals(empty.tables[name]) for name in base.tables)
    assert measure_scenario(question, base) == measure_scenario(question, empty)
