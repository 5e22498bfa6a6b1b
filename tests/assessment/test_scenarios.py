"""What a comparison of scenarios rests on."""

from __future__ import annotations

import shutil

from third_pillar.assessment.case import ask
from third_pillar.assessment.scenarios import compare_scenarios
from third_pillar.evidence import captured_reads, digest_reads, project_root


def test_a_scenario_that_is_added_makes_a_comparison_anew(tmp_path):
    """It would be a column of it; nothing that was read before has changed."""
    with captured_reads() as reads:
        compare_scenarios(ask(draws=100))
    shutil.copytree(project_root() / "data", tmp_path / "data")
    names = tuple(sorted(reads))
    before = digest_reads(names, root=tmp_path)
    late = tmp_path / "data/scenarios/two_more_years_late.yml"
    shutil.copy(late, late.with_name("three_more_years_late.yml"))
    changed = {name for name, digest in digest_reads(names, root=tmp_path).items()
               if digest != before[name]}  # fmt: skip
    assert changed == {"scenarios/"}
