"""Promises about the diff of two states of the data: nothing missed, nothing written."""

from __future__ import annotations

import json
import subprocess
import zipfile

import pytest

from third_pillar.evidence.package_diff import compare_states
from third_pillar.evidence.package_state import read_state
from third_pillar.vocabulary.errors import ParameterFault
from toy import change_table, set_cell, write

GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
MINE = "curated/mine_production.csv"


def git(root, *arguments):
    done = subprocess.run(
        [*GIT, "-C", root, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture
def repository(toy_package):
    git(toy_package, "init", "-q")
    git(toy_package, "add", "data", "reports")
    git(toy_package, "commit", "-qm", "first")
    return toy_package


def changes(root, before="HEAD", after="."):
    found = compare_states(read_state(before, root=root), read_state(after, root=root))
    return {change.path: change for change in found}


def test_rows_added_removed_and_revised_carry_source_and_size(repository):
    def change(rows):
        fresh = {**rows[0], "figure_id": "MP-AUS-2025", "year": "2025"}
        rows[1]["value"] = "25000"
        return [fresh, *rows[1:]]

    change_table(repository, MINE, change)
    found = changes(repository)
    assert list(found) == [MINE]
    kinds = {row.kind: row for row in found[MINE].rows}
    assert {kind: row.key for kind, row in kinds.items()} == {
        "added": "MP-AUS-2025", "removed": "MP-AUS-2023", "revised": "MP-AUS-2024",
    }  # fmt: skip
    (cell,) = kinds["revised"].cells
    assert (cell.before, cell.after, cell.change, cell.percent) == ("20000", "25000", 5000, 25)
    assert kinds["revised"].source == "TOY-A"


def test_a_change_from_nothing_or_from_zero_has_no_percent(repository):
    set_cell(repository, MINE, "MP-AUS-2023", "low", "1")
    set_cell(repository, "curated/assumptions.csv", "delay_years", "low", "1")
    found = changes(repository)
    (filled,) = found[MINE].rows[0].cells
    assert (filled.change, filled.percent) == (None, None)
    (raised,) = found["curated/assumptions.csv"].rows[0].cells
    assert (raised.change, raised.percent) == (1, None)


def test_the_order_of_rows_is_no_change(repository):
    change_table(repository, MINE, lambda rows: rows[::-1])
    assert changes(repository) == {}


def test_columns_added_and_removed_are_named(repository):
    def change(rows):
        return [{k: v for k, v in row.items() if k != "note"} | {"grade": "1"} for row in rows]

    change_table(repository, MINE, change)
    change = changes(repository)[MINE]
    assert (change.columns_added, change.columns_removed) == (("grade",), ("note",))


def test_codelists_corrections_scenarios_and_the_descriptor_count(repository):
    set_cell(repository, "codelists/units.csv", "t_reo", "label", "tonnes")
    late = repository / "data/scenarios/late.yml"
    late.write_text(late.read_text().replace("{value: 4, low: 2", "{value: 5, low: 2"))
    corrections = repository / "data/corrections.yml"
    corrections.write_text(corrections.read_text().replace("misprint", "typing error"))
    write(repository / "data/specifications/own.yml", "id: own\ntitle: Own\n")
    descriptor = repository / "data/datapackage.json"
    content = json.loads(descriptor.read_text())
    content["version"] = "0.2.0"
    content["resources"].reverse()  # an order of tables is no change
    descriptor.write_text(json.dumps(content))
    found = changes(repository)
    assert set(found) == {
        "codelists/units.csv", "scenarios/late.yml", "corrections.yml", "specifications/own.yml",
        "datapackage.json",
    }  # fmt: skip
    (override,) = found["scenarios/late.yml"].rows
    assert (override.key, override.cells[0].field) == ("overrides", "delay_years.value")
    assert override.cells[0].percent == 25
    assert [row.key for row in found["corrections.yml"].rows] == ["K-1"]
    assert found["specifications/own.yml"].kind == "added"
    assert [row.key for row in found["datapackage.json"].rows] == ["version"]


def test_a_commit_is_read_without_touching_the_working_tree(repository):
    set_cell(repository, MINE, "MP-AUS-2023", "value", "7")
    before = git(repository, "status", "--porcelain")
    held = {p: p.stat().st_mtime_ns for p in repository.rglob("*") if ".git" not in p.parts}
    assert len(changes(repository)) == 1
    assert git(repository, "status", "--porcelain") == before
    assert {p: p.stat().st_mtime_ns for p in held} == held


def test_folders_packages_and_archives_are_states_too(repository, tmp_path):
    archive = tmp_path / "release.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in (repository / "data").rglob("*.*"):
            packed.write(path, f"release-1/{path.relative_to(repository)}")
        packed.writestr("release-1/data/../../escape.csv", "a\n1\n")
    set_cell(repository, MINE, "MP-AUS-2023", "value", "7")
    for before in (str(archive), "HEAD"):
        for after in (
            str(repository), str(repository / "data"), str(repository / "data/datapackage.json"),
        ):  # fmt: skip
            assert list(changes(repository, before, after)) == [MINE], (before, after)


def test_rows_that_share_a_key_are_told_apart(repository):
    change_table(repository, MINE, lambda rows: [*rows, {**rows[0], "value": "1"}])
    (row,) = changes(repository)[MINE].rows
    assert (row.kind, row.key) == ("added", "MP-AUS-2023 #2")


@pytest.mark.parametrize(
    "named",
    [
        "HEAD~7",
        "nonsense",
        "--all",
        "-x",
        "",
        "HEAD:data",
        "a\x00b",
        "/nowhere/at/all",
        "HEAD^{tree}",
    ],
)
def test_what_is_no_state_is_refused_with_what_may_be_named(repository, named):
    with pytest.raises(ParameterFault) as caught:
        read_state(named, root=repository)
    assert "folder" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bad.zip", b"no archive", "no zip archive"),
        ("empty.zip", b"PK\x05\x06" + b"\0" * 18, "holds no datapackage.json"),
    ],
)
def test_an_archive_that_is_none_is_refused(repository, tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ParameterFault, match=said):
        read_state(str(path), root=repository)


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("datapackage.json", "{", "datapackage.json cannot be read"),
        ("datapackage.json", "[]", "datapackage.json cannot be read"),
        ("scenarios/late.yml", "a: [", "late.yml cannot be read"),
        ("curated/gaps.csv", 'a,b\n"1,2\n', "not CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(repository, path, text, said):
    write(repository / "data" / path, text)
    with pytest.raises(ParameterFault, match=said):
        changes(repository)


def test_a_commit_without_data_and_a_folder_without_are_refused(repository, tmp_path):
    git(repository, "rm", "-rq", "--cached", "data")
    git(repository, "commit", "-qm", "data gone")
    with pytest.raises(ParameterFault, match="holds no data"):
        read_state("HEAD", root=repository)
    with pytest.raises(ParameterFault, match=r"holds no datapackage\.json"):
        read_state(str(tmp_path), root=repository)


def test_no_git_is_said_in_words(toy_package, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ParameterFault, match="git cannot be run"):
        read_state("HEAD", root=toy_package)
