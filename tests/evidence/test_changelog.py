"""Promises about data/CHANGELOG.md: no edit of the data passes without an entry."""

from __future__ import annotations

import subprocess

import pytest

from third_pillar.evidence import changelog
from third_pillar.vocabulary.errors import ParameterFault
from toy import set_cell, write

MINE = "curated/mine_production.csv"
FIRST = "# Changes\n\nNewest first.\n\n## 0.1.0 (2025-12-01)\n\nFirst release of everything.\n"


@pytest.fixture
def recorded(toy_package):
    """A toy project in git whose changelog states its data."""
    write(toy_package / "data/CHANGELOG.md", FIRST)
    changelog.refresh_entry(root=toy_package)
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", toy_package)
    for step in (("init", "-q"), ("add", "."), ("commit", "-qm", "one")):
        subprocess.run([*git, *step], capture_output=True, check=True)
    return toy_package


def test_data_as_they_were_recorded_have_no_fault(recorded):
    assert changelog.find_changelog_faults(recorded) == []


def test_the_words_of_an_entry_survive_a_refresh(recorded):
    text = (recorded / "data/CHANGELOG.md").read_text()
    changelog.refresh_entry(root=recorded)
    assert (recorded / "data/CHANGELOG.md").read_text() == text
    assert "First release of everything." in text
    assert text.startswith("# Changes")


@pytest.mark.parametrize(
    ("path", "key", "field"),
    [
        (MINE, "MP-IND-2024", "note"),
        ("codelists/units.csv", "t_reo", "label"),
        ("sources.csv", "TOY-A", "title"),
    ],
)
def test_one_changed_cell_is_a_fault_that_names_file_and_command(recorded, path, key, field):
    set_cell(recorded, path, key, field, "other words")
    first, last = changelog.find_changelog_faults(recorded)
    assert first.startswith(f"data/{path}: changed since the newest entry")
    assert "pillar data changelog --write" in last


def test_scenarios_corrections_new_and_missing_files_count(recorded):
    write(recorded / "data/scenarios/own.yml", "id: own\n")
    (recorded / "data/corrections.yml").unlink()
    said = "\n".join(changelog.find_changelog_faults(recorded))
    assert "scenarios/own.yml: a new file" in said
    assert "corrections.yml: the newest entry states it, but it is gone" in said


def test_line_ends_of_a_checkout_are_no_change(recorded):
    path = recorded / "data" / MINE
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert changelog.find_changelog_faults(recorded) == []


def test_a_written_entry_mends_it_and_must_name_what_changed(recorded):
    set_cell(recorded, MINE, "MP-IND-2024", "value", "3300")
    changelog.write_entry(against="HEAD", root=recorded)
    assert changelog.find_changelog_faults(recorded) == []
    newest, before = changelog.read_entries(recorded)
    assert "| mine_production | 1 revised |" in newest.words
    assert before.title == "0.1.0 (2025-12-01)"
    path = recorded / "data/CHANGELOG.md"
    path.write_text(path.read_text().replace("| mine_production |", "| something else |", 1))
    (fault,) = changelog.find_changelog_faults(recorded)
    assert "does not say what changed in mine_production" in fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "holds no entry"),
        ("", "holds no entry"),
        ("# Changes\n\nno entry yet\n", "holds no entry"),
        (FIRST, "states no content"),
        (FIRST + "\n### Content\n\n| a | b |\n| curated/x.csv | many | 1 |\n", "states no content"),
    ],
)
def test_a_changelog_that_states_nothing_is_a_fault(recorded, text, said):
    path = recorded / "data/CHANGELOG.md"
    path.unlink() if text is None else path.write_text(text)
    (fault,) = changelog.find_changelog_faults(recorded)
    assert said in fault


def test_what_cannot_be_written_is_refused(recorded):
    with pytest.raises(ParameterFault):
        changelog.draft_entry(against="nonsense", root=recorded)
    (recorded / "data/CHANGELOG.md").write_text("# Changes\n")
    with pytest.raises(ParameterFault, match="no entry"):
        changelog.refresh_entry(root=recorded)
    (recorded / "data/CHANGELOG.md").unlink()
    with pytest.raises(ParameterFault, match="not there"):
        changelog.write_entry(against="HEAD", root=recorded)
