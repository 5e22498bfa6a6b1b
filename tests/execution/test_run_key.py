"""Promises about the run key: same inputs, same key; any other input, another key."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporting import Project
from third_pillar.execution import run_key
from third_pillar.execution.profiles import load_profile
from third_pillar.execution.question import resolve
from third_pillar.execution.run_key import RunInputs, code_sha256, read_run_inputs
from toy import set_cell, write


def inputs(**given: object) -> RunInputs:
    profile = load_profile("full")
    return read_run_inputs(resolve(given, profile), profile)


@pytest.mark.usefixtures("project")
def test_the_same_question_in_other_words_has_the_same_key() -> None:
    """The word "data" and its date, text and number, are one question."""
    assert inputs(as_of="2025-12-01", draws="10000").key == inputs(as_of="data", draws=10_000).key


@pytest.mark.usefixtures("project")
def test_another_parameter_is_another_key() -> None:
    """Every parameter counts."""
    keys = {inputs().key, inputs(candidate="BRA").key, inputs(seed=1).key, inputs(draws=100).key}
    assert len(keys) == 4


def test_every_file_a_report_rests_on_changes_the_key(project: Project) -> None:
    """Data, claims, scenario, notebook, lock and the profile's title each count."""
    root = project.root
    keys = [inputs().key]
    set_cell(root, "curated/mine_production.csv", "MP-IND-2024", "note", "seen again")
    keys.append(inputs().key)
    scenario = root / "data/scenarios/late.yml"
    write(scenario, scenario.read_text(encoding="utf-8").replace("Late", "Later"))
    keys.append(inputs().key)
    project.cells("1 + 1")
    keys.append(inputs().key)
    write(root / "requirements.lock", "pandas==3.1.1\n")
    keys.append(inputs().key)
    profile = root / "reports/profiles/full.yml"
    write(profile, profile.read_text(encoding="utf-8").replace("small", "short", 1))
    keys.append(inputs().key)
    assert len(set(keys)) == 6


def test_code_and_templates_count_but_compiled_files_do_not(tmp_path: Path) -> None:
    """A new template is a new report; a bytecode cache is not."""
    write(tmp_path / "a.py", "x = 1\n")
    before = code_sha256(tmp_path)
    write(tmp_path / "__pycache__/a.cpython-311.pyc", "bytes")
    assert code_sha256(tmp_path) == before
    write(tmp_path / "template/page.css", "p {}\n")
    with_template = code_sha256(tmp_path)
    write(tmp_path / "template/page.css", "p { }\n")
    assert len({before, with_template, code_sha256(tmp_path)}) == 3


def test_a_file_that_is_gone_before_it_is_read_is_no_code(tmp_path, monkeypatch):
    """An editor's own file beside the code, there when the folder was listed."""
    (tmp_path / "model.py").write_text("one")
    before = code_sha256(tmp_path)
    (tmp_path / "model.py~").write_text("for a moment")
    listed = run_key._code_files

    def list_late(folder, inside):
        found = list(listed(folder, inside))
        (tmp_path / "model.py~").unlink()
        return found

    monkeypatch.setattr(run_key, "_code_files", list_late)
    assert code_sha256(tmp_path) == before


def test_the_key_holds_no_path_of_this_machine(project: Project) -> None:
    """Two clones of one state have one key."""
    assert str(project.root) not in repr(inputs())
