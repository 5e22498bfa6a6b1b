"""Promises about "What changed": the right predecessor, the rows behind it, the same page again."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kept import change, keep
from reporting import Project
from third_pillar.execution import run as execution_run
from third_pillar.publishing import report as report_module
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.comparison import compare_reports, find_baseline, read_side
from third_pillar.publishing.earlier import (
    Earlier,
    choose,
    find_earlier,
    pack_tables,
    unpack_tables,
)
from third_pillar.publishing.report import publish_report
from third_pillar.publishing.table_store import TableStore, read_rows
from third_pillar.vocabulary.errors import ParameterFault
from toy import set_cell, write

MINES = "curated/mine_production.csv"


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Notebooks as they reach the export, in order."""
    seen: list[Any] = []
    plain = report_module._load_exporter

    def load() -> Any:
        export = plain()

        def keep_and_export(notebook: Any, **given: Any) -> Any:
            seen.append(notebook)
            return export(notebook, **given)

        return keep_and_export

    monkeypatch.setattr(report_module, "_load_exporter", load)
    return seen


def part_of(notebook: Any) -> str:
    """The part "What changed" as text; empty where there is none."""
    return "".join(
        output["data"]["text/plain"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if 'class="changes"' in output.get("data", {}).get("text/html", "")
    )


def manifest_of(outcome: Any) -> dict[str, Any]:
    return json.loads(outcome.manifest.read_text(encoding="utf-8"))


def test_the_first_report_has_no_such_part_and_the_next_names_the_revised_row(
    no_kernel: Project, pages: list[Any]
) -> None:
    """A cell of the data changed: table, row and count are told; findings and notebook are not."""
    first = publish_report()
    set_cell(no_kernel.root, MINES, "MP-IND-2024", "note", "seen again")
    second = publish_report()
    assert part_of(pages[0]) == ""
    assert "Nothing that matters changed" in part_of(pages[1])
    assert "Data revised: one row in mine production." in part_of(pages[1])
    said = manifest_of(second)["changes"]
    assert said["since"] == manifest_of(first)["run_id"]
    assert "Data: mine production, one row changed (MP-IND-2024)." in said["sentences"]
    assert second.findings.read_bytes() == first.findings.read_bytes()
    assert "What changed" not in (second.html.parent / "notebook.ipynb").read_text("utf-8")


def test_made_again_the_page_has_the_same_part(no_kernel: Project, pages: list[Any]) -> None:
    """The report of the same key is not its own predecessor."""
    publish_report()
    set_cell(no_kernel.root, MINES, "MP-IND-2024", "note", "seen again")
    outcomes = [publish_report(), publish_report(force=True), publish_report(force=True)]
    parts = {part_of(notebook) for notebook in pages[1:]}
    assert len(parts) == 1
    assert len({json.dumps(manifest_of(one)["changes"]) for one in outcomes}) == 1


def test_made_again_from_a_part_of_the_data_it_is_not_its_own_predecessor(
    no_kernel: Project, pages: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key is that of what it read, known only once it has run."""
    run = execution_run.run_notebook

    def read_one_table(*given: Any, **named: Any) -> Any:
        return replace(run(*given, **named), reads=(MINES,))

    monkeypatch.setattr(execution_run, "run_notebook", read_one_table)
    publish_report()
    set_cell(no_kernel.root, MINES, "MP-IND-2024", "note", "seen again")
    outcomes = [publish_report(), publish_report(force=True)]
    assert len({manifest_of(one)["run_key"] for one in outcomes}) == 1
    assert len({manifest_of(one)["changes"]["since"] for one in outcomes}) == 1
    assert part_of(pages[1]) == part_of(pages[2]) != ""


def test_another_candidate_has_no_predecessor(no_kernel: Project, pages: list[Any]) -> None:
    publish_report()
    publish_report(given={"candidate": "BRA"})
    assert part_of(pages[1]) == ""
    assert no_kernel.lineage.is_dir()


@pytest.mark.usefixtures("no_kernel")
def test_another_question_of_the_lineage_is_told_as_such(pages: list[Any]) -> None:
    publish_report()
    publish_report(given={"horizon": 2035})
    assert "The question was put differently" in part_of(pages[1])
    assert "horizon was 2030 and is 2035" in part_of(pages[1])


@pytest.mark.usefixtures("no_kernel")
def test_findings_of_another_form_are_said_not_to_compare(pages: list[Any]) -> None:
    """An archive of years holds such; the new report is published all the same."""
    first = publish_report()
    archive = Archive()
    run = archive.list_runs()[0]
    old = json.dumps({"schema_version": "0.1"}).encode()
    manifest = dict(run.manifest)
    (run.folder / "findings.json").write_bytes(old)
    manifest["files"]["findings.json"]["sha256"] = hashlib.sha256(old).hexdigest()
    (run.folder / "manifest.json").write_text(json.dumps(manifest))
    assert archive.verify() == []
    outcome = publish_report(given={"horizon": 2035})
    assert outcome.status == "published"
    assert "cannot be compared" in part_of(pages[1])
    with pytest.raises(ParameterFault, match="not of the form"):
        read_side(first.html.parent)


def test_the_predecessor_put_the_same_question_and_was_read(tmp_path: Path) -> None:
    """Same question first, then published, then newest; damaged ones and the same key never."""
    archive = Archive(tmp_path / "archive")
    asked = {"candidate": "IND", "horizon": 2030, "as_of": "2026-01-01"}
    other = {**asked, "horizon": 2035}
    runs = {
        name: keep(archive, key=letter * 64, text=name, parameters=parameters)
        for name, letter, parameters in (
            ("published", "a", asked),
            ("draft", "b", asked),
            ("damaged", "c", asked),
            ("other question", "d", other),
            ("same key", "e", asked),
        )
    }
    change(runs["damaged"].folder / "report.html")
    kept = archive.list_runs()
    new = {"run_key": "e" * 64, "parameters": {**asked, "as_of": "2026-02-01"}}
    read = frozenset({runs["published"].run_id})

    def baseline(published: frozenset[str], left: list[Any]) -> str | None:
        found = find_baseline(archive, left, manifest=new, published=published)
        return found.run_id if found else None

    assert baseline(read, kept) == runs["published"].run_id
    assert baseline(frozenset(), kept) == runs["draft"].run_id
    rest = [run for run in kept if run.run_id == runs["other question"].run_id]
    assert baseline(read, rest) == runs["other question"].run_id
    assert baseline(read, kept[-1:]) is None


def test_of_two_earlier_reports_one_is_chosen_when_the_new_key_is_known(tmp_path: Path) -> None:
    """They travel to where the archive is not: at most two, of different keys, with findings."""
    archive = Archive(tmp_path / "archive")
    asked = {"candidate": "IND", "horizon": 2030}
    for letter in "aabbcc":
        keep(archive, key=letter * 64, text=letter, parameters=asked)
    runs = archive.list_runs()
    found = find_earlier(archive, runs[0].lineage, manifest={"parameters": asked})
    assert [one.run_id for one in found] == [runs[5].run_id, runs[3].run_id]
    assert all(json.loads(one.findings)["bottom_line"] for one in found)
    for key in "abcd":
        manifest = {"run_key": key * 64, "parameters": asked}
        here = find_baseline(archive, runs, manifest=manifest, published=frozenset())
        there = choose(found, run_key=key * 64)
        assert here is not None
        assert there is not None
        assert there.run_id == here.run_id
    assert choose([], run_key="x") is None


def test_a_report_that_is_removed_meanwhile_is_no_predecessor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may prune while a report is made."""
    archive = Archive(tmp_path / "archive")
    run = keep(archive)
    monkeypatch.setattr(archive, "faults", lambda _: [])
    (run.folder / "findings.json").unlink()
    assert find_earlier(archive, run.lineage, manifest={}) == []


def test_tables_that_travel_are_those_the_other_side_lacks(tmp_path: Path) -> None:
    data, here, there = tmp_path / "data", tmp_path / "here", tmp_path / "there"
    digests = {}
    for name in ("a.csv", "b.csv", "c.csv"):
        write(data / name, f"id,value\n{name},1\n")
        digests[name] = hashlib.sha256((data / name).read_bytes()).hexdigest()
    TableStore(here).keep(digests, data)
    manifest = {"data": {"tables": digests}, "reads": {"a.csv": "x", "b.csv": "x"}}
    packed = pack_tables(TableStore(here), [Earlier("r", manifest, "{}")], known=[digests["a.csv"]])
    assert set(packed) == {digests["b.csv"]}
    unpack_tables({**packed, "../../evil": packed[digests["b.csv"]]}, there)
    assert TableStore(there).read_rows(digests["b.csv"]) == {"b.csv": {"id": "b.csv", "value": "1"}}
    assert [path.name for path in there.rglob("*.gz")] == [f"{digests['b.csv']}.gz"]


def test_tables_are_kept_once_by_content_and_damage_is_none(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.csv").write_text("id,value\nA,1\nA,2\n", encoding="utf-8")
    digest = hashlib.sha256((data / "a.csv").read_bytes()).hexdigest()
    store = TableStore(tmp_path / "archive")
    store.keep({"a.csv": digest, "gone.csv": "0" * 64, "b.csv": "../../x"}, data)
    kept = store.folder / f"{digest}.gz"
    assert [path.name for path in store.folder.iterdir()] == [kept.name]
    assert store.read_rows(digest) == {
        "A": {"id": "A", "value": "1"},
        "A (2)": {"id": "A", "value": "2"},
    }
    (data / "a.csv").write_text("id,value\nA,9\n", encoding="utf-8")
    store.keep({"a.csv": digest}, data)
    assert store.read_rows(digest)["A"]["value"] == "1"
    for damage in (b"", b"\x1f\x8b", gzip.compress(b"id,value\nA,7\n"), kept.read_bytes()[:20]):
        kept.write_bytes(damage)
        assert store.read(digest) is None
    assert store.read("../../etc/passwd") is None


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"title: x\n", b'id,"v\n', b"one\n1\n"])
def test_what_is_no_table_has_no_rows(content: bytes) -> None:
    assert read_rows(content) is None


def test_a_file_only_one_report_read_is_no_revision(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    tables = {MINES: "0" * 64}
    sides = [
        read_side(keep(archive, data={"tables": given}).folder)
        for given in (tables, {**tables, "sources.csv": "1" * 64})
    ]
    assert compare_reports(*sides, store=TableStore(archive.folder)).tables == ()


def test_a_revision_of_what_neither_report_read_is_not_told(tmp_path: Path) -> None:
    """Where the manifests say what was read; a folder stands for the files below it."""
    archive = Archive(tmp_path / "archive")
    before = {MINES: "0" * 64, "curated/prices.csv": "0" * 64, "claims/a/claims.csv": "0" * 64}
    after = dict.fromkeys(before, "1" * 64)
    for reads, expected in (
        ({MINES: "x", "@keys": "x"}, [MINES]),
        ({"claims/": "x"}, ["claims/a/claims.csv"]),
        ({"*": "x"}, sorted(before)),
    ):
        sides = [
            read_side(keep(archive, data={"tables": tables}, reads=reads).folder)
            for tables in (before, after)
        ]
        changes = compare_reports(*sides, store=TableStore(archive.folder))
        assert [one.table for one in changes.tables] == expected
