"""Promises about own figures: in when asked for, under the same rules, never changed."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from third_pillar.evidence import (
    chosen_overlay,
    find_overlay,
    load_evidence,
    overlay_folder,
    package_sha256,
    table_hashes,
)
from third_pillar.evidence.overlay_check import check_overlay_rows
from third_pillar.evidence.overlay_files import read_overlay
from third_pillar.evidence.tables import find_row, read_tables
from third_pillar.evidence.tracing import trace_row
from third_pillar.vocabulary.errors import EvidenceFault, ParameterFault
from toy import TABLES, write

DAY = dt.date(2025, 12, 1)
PROJECTS, DEMAND, SOURCES = (
    "curated/projects.csv", "curated/magnet_demand.csv", "sources.csv",
)  # fmt: skip
PLANT = (
    "P-OWN,Own plant,Own Ltd,magnet,IND,IND,ndfeb,700,,,t_ndfeb,building,2027,year,,,,2025-11-01,"
    "OWN-1,,,"
)
NEED = "MD-IND,IND,all,9000,,,t_ndfeb,2024,CY2024,calendar_year,estimated,Own,2025-11-01,OWN-1,,"
SOURCE = "OWN-1,Own note,Own desk,2025-11-01,day,https://own.example/a,2025-11-01,B,2,private,"


def put(root, path, *lines, header=None):
    columns = TABLES[path][0]
    width = columns.count(",")
    text = "\n".join([header or columns, *(row + "," * (width - row.count(",")) for row in lines)])
    write(root / "data/overlay" / path, text + "\n")


@pytest.fixture
def own(toy_package):
    """A toy project with a plant added, a need replaced and a source of the reader's own."""
    put(toy_package, PROJECTS, PLANT)
    put(toy_package, DEMAND, NEED)
    put(toy_package, SOURCES, SOURCE)
    return toy_package


def load(root, day=DAY, **options):
    return load_evidence(day, root=root, **options)


def test_own_rows_are_added_and_replace_rows_of_the_same_key(own):
    evidence = load(own, overlay=overlay_folder(own))
    projects = evidence.table("projects").set_index("project_id")["value"]
    assert projects["P-OWN"] == 700
    assert projects["P-USA-MAG"] == 3000
    need = evidence.table("magnet_demand").set_index("figure_id")["value"]
    assert (need["MD-IND"], need["MD-JPN"], len(need)) == (9000, 14000, 3)
    assert "OWN-1" in evidence.sources.index


def test_nothing_own_enters_unasked(own):
    public = load(own)
    assert public.own is None
    assert public.release.own_figures is None
    assert "P-OWN" not in set(public.table("projects")["project_id"])
    assert public.table("magnet_demand").set_index("figure_id")["value"]["MD-IND"] == 4000


def test_what_entered_is_stated_by_count_and_hash_alone(own):
    evidence = load(own, overlay=overlay_folder(own))
    assert evidence.own.figures == {"P-OWN", "MD-IND"}
    assert evidence.own.sources == {"OWN-1"}
    stated = evidence.release.own_figures
    assert (stated.rows, stated.tables) == (3, {"projects": 1, "magnet_demand": 1, "sources": 1})
    assert "Own plant" not in stated.model_dump_json()


def test_the_release_and_its_hash_do_not_change(own):
    assert not [name for name in table_hashes(own) if "overlay" in name]
    with_own = load(own, overlay=overlay_folder(own)).release
    assert with_own.sha256 == package_sha256(own) == load(own).release.sha256


def test_own_figures_keep_their_day(own):
    """A row first known later is not seen, and that is told."""
    put(own, PROJECTS, PLANT.replace("2025-11-01", "2025-11-30"))
    evidence = load(own, dt.date(2025, 11, 7), overlay=overlay_folder(own))
    assert evidence.own.unseen == ("P-OWN",)
    assert "P-OWN" not in set(evidence.table("projects")["project_id"])


def test_own_figures_may_be_younger_than_the_release(own):
    put(own, PROJECTS, PLANT.replace("2025-11-01", "2026-02-01"))
    assert check_overlay_rows(find_overlay(own), root=own) == []
    seen = load(own, dt.date(2026, 3, 1), overlay=overlay_folder(own))
    assert "P-OWN" in set(seen.table("projects")["project_id"])


def test_a_changed_own_file_is_read_again(own):
    folder = overlay_folder(own)
    first = load(own, overlay=folder)
    put(own, PROJECTS, PLANT.replace(",700,", ",800,"))
    second = load(own, overlay=folder)
    assert second.table("projects").set_index("project_id")["value"]["P-OWN"] == 800
    assert first.own.sha256 != second.own.sha256


@pytest.mark.parametrize("content", [(), ("empty",)])
def test_an_empty_folder_is_no_overlay(toy_package, content):
    overlay_folder(toy_package).mkdir(parents=True)
    if content:
        put(toy_package, PROJECTS)
        write(overlay_folder(toy_package) / "README.md", "notes")
    assert find_overlay(toy_package) is None
    assert load(toy_package, overlay=overlay_folder(toy_package)).own is None


def test_every_broken_rule_names_the_own_file_and_line(own):
    """One check, eight faults, each at its place."""
    put(
        own,
        PROJECTS,
        PLANT.replace("P-OWN", "P-A").replace(",IND,IND", ",XXX,IND"),
        PLANT.replace("P-OWN", "P-B").replace("t_ndfeb", "t_reo"),
        PLANT.replace("P-OWN", "P-C").replace(",700,", ",many,"),
        PLANT.replace("P-OWN", "P-D").replace("OWN-1", "OWN-9"),
        PLANT.replace("P-OWN", "P-E").replace("building", "dreamt"),
        PLANT.replace("P-OWN", "P-F").replace(",700,,,", ",700,800,,"),
        PLANT.replace("P-OWN", "P-G").replace(",700,", ",-5,"),
        PLANT.replace("P-OWN", "P-H").replace("2025-11-01", "2099-01-01"),
    )
    faults = check_overlay_rows(find_overlay(own), root=own)
    told = {fault.row[:3]: fault for fault in faults}
    assert set(told) == {f"P-{letter}" for letter in "ABCDEFGH"}
    for line, letter in enumerate("ABCDEFGH", start=2):
        fault = told[f"P-{letter}"]
        assert fault.table == "overlay/curated/projects.csv"
        assert fault.row == f"P-{letter} (line {line})"
    assert "unknown country" in told["P-A"].rule
    assert "plain number" in told["P-C"].rule
    with pytest.raises(EvidenceFault, match=r"overlay/curated/projects\.csv"):
        load(own, overlay=overlay_folder(own))
    assert load(own).own is None  # the release alone is as good as before


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("curated/project.csv", "a\n1\n", "Did you mean 'curated/projects.csv'"),
        ("codelists/units.csv", "unit,label,short\nx,x,x\n", "is not a table that own figures"),
        ("claims/a/claims.csv", "a\n1\n", "is not a table that own figures"),
        ("secret.xlsx", "PK", "is not a table that own figures"),
        ("curated/projects.csv", "plant\nx\n", "the column is missing"),
        ("curated/projects.csv", 'a,b\n"x,y\n', "not CSV"),
        ("curated/projects.csv", "\udcff", "not readable UTF-8"),
    ],
)
def test_a_file_that_has_no_place_is_a_fault(own, path, text, said):
    target = own / "data/overlay" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text.encode("utf-8", errors="surrogateescape"))
    shown = "\n".join(map(str, check_overlay_rows(find_overlay(own), root=own)))
    assert said in shown
    assert f"overlay/{path}" in shown


def test_two_own_rows_of_one_key_are_a_fault(own):
    put(own, PROJECTS, PLANT, PLANT)
    (fault,) = check_overlay_rows(find_overlay(own), root=own)
    assert "duplicate key: the same as in line 2" in fault.rule
    assert "line 3" in fault.row


def test_own_figures_may_stand_in_for_a_corrected_row(own):
    """A correction guards what the publisher said, not what the reader knows."""
    put(
        own,
        "curated/mine_production.csv",
        "MP-IND-2024,IND,3500,,,t_reo,2024,CY2024,calendar_year,reported,Own,2025-11-01,OWN-1,,",
    )
    assert check_overlay_rows(find_overlay(own), root=own) == []


def test_a_cell_of_several_lines_does_not_shift_the_places(own):
    put(own, SOURCES, SOURCE.replace("Own note", '"Own\nnote"'))
    put(own, PROJECTS, PLANT.replace(",IND,IND", ",XXX,IND"))
    (fault,) = check_overlay_rows(find_overlay(own), root=own)
    assert (fault.table, fault.row) == ("overlay/curated/projects.csv", "P-OWN (line 2)")


def test_the_environment_asks_for_own_figures_with_one_word(own, monkeypatch):
    for value, folder in (("", None), ("0", None), ("1", overlay_folder(own))):
        monkeypatch.setenv("PILLAR_OVERLAY", value)
        assert chosen_overlay(own) == folder
    monkeypatch.setenv("PILLAR_OVERLAY", "yes")
    with pytest.raises(ParameterFault, match="'yes'"):
        chosen_overlay(own)


def test_own_rows_can_be_traced_and_are_told_apart(own):
    mine = read_overlay(overlay_folder(own), root=own)
    tables = read_tables(own, overlay=mine)
    traced = {
        key: trace_row(find_row(key, tables, overlay=mine), tables, root=own, overlay=mine)
        for key in ("P-OWN", "P-USA-MAG")
    }
    assert (traced["P-OWN"].is_own, traced["P-USA-MAG"].is_own) == (True, False)
    assert traced["P-OWN"].path == "overlay/curated/projects.csv"
    assert traced["P-OWN"].sources[0].publisher == "Own desk"


def test_loaded_tables_cannot_be_changed_for_anybody_else(toy_package):
    evidence = load(toy_package)
    for frame in (evidence.tables["projects"], evidence.table("projects"), evidence.sources):
        frame.iloc[0, 1] = "changed"
        frame["new"] = 1
    assumptions = evidence.assumptions
    assumptions["value"] = 0.0
    for seen in (evidence, load(toy_package)):
        assert "changed" not in set(seen.table("projects")["plant"])
        assert "changed" not in set(seen.sources["title"])
        assert "new" not in seen.tables["projects"]
        assert seen.assumptions["value"].max() == 20
    with pytest.raises(TypeError):
        evidence.tables["projects"] = assumptions


def test_the_check_leaves_nothing_of_the_own_figures_in_the_cache(own):
    load(own, overlay=overlay_folder(own))
    cached = b"".join(p.read_bytes() for p in (own / "data/cache").rglob("*") if p.is_file())
    assert b"Own" not in cached
    assert json.loads((own / "data/datapackage.json").read_text())["created"].startswith("2025")
