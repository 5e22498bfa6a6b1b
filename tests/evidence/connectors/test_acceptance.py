"""Promises about proposals: nothing curated changes unasked, and then whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from loopback import Answer
from third_pillar.evidence import validate_package
from third_pillar.evidence.changelog import find_changelog_faults, refresh_entry
from third_pillar.evidence.connectors import acceptance
from third_pillar.evidence.connectors.acceptance import accept
from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.insertion import insert_rows
from third_pillar.evidence.connectors.proposals import find_proposal
from third_pillar.evidence.connectors.refresh import refresh
from third_pillar.evidence.connectors.request import Request
from third_pillar.vocabulary.errors import EvidenceFault, ParameterFault, StorageFault
from usgs_project import DATED, HEADER, RELEASE, line, stock

WHAT = {
    "MINE-BRA-2024-MCS2025": "added",
    "MINE-IND-2024-MCS2025": "revised",
    "MINE-WLD-2024-MCS2025": "revised",
    "MINE-{Atlantis}-2024-MCS2025": "left out",
    "MINE-USA-2024-MCS2025": "unchanged",
    "RES-AUS-MCS2025": "revised",
    "RES-BRA-MCS2025": "kept",
    "RES-IND-MCS2025": "added",
    "RES-MMR-MCS2025": "left out",
    "RES-WLD-MCS2025": "kept",
    "IMP-USA-CHN-MCS2025": "revised",
    "IMP-USA-OTH-MCS2025": "left out",
}


@pytest.fixture(scope="session")
def stocked(checked_toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = stock(Path(shutil.copytree(checked_toy, tmp_path_factory.mktemp("s") / "project")))
    assert not validate_package(root)
    return root


@pytest.fixture
def root(stocked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stocked, tmp_path / "project"))


def curated(root: Path) -> dict[str, bytes]:
    """Everything of data/ but the cache."""
    data = root / "data"
    return {
        path.relative_to(data).as_posix(): path.read_bytes()
        for path in sorted(data.rglob("*"))
        if path.is_file() and "cache" not in path.relative_to(data).parts
    }


def rows(root: Path, name: str) -> dict[str, dict[str, str]]:
    with (root / "data" / name).open(encoding="utf-8", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


def propose(root, server, web, body=RELEASE, headers=DATED):
    server.tell(Answer(body, headers=headers))
    request = Request(source="usgs", base=server.base)
    (proposal,) = refresh(request, root=root, web=web).proposals
    return proposal


def accept_latest(root, **options):
    return accept(*find_proposal(Cache.of_project(root), "latest"), root=root, **options)


def test_a_refresh_says_what_would_change_and_changes_nothing(root, server, web):
    before = curated(root)
    proposal = propose(root, server, web)
    assert {change.key: change.kind for change in proposal.changes} == WHAT
    words = {change.key: change.words for change in proposal.changes}
    assert (
        "3,000 t_reo → 3,300 t_reo (+300, +10.0 %) against Toy 2025"
        in words["MINE-IND-2024-MCS2025"]
    )
    assert (
        "COR-BRA keeps 11,000,000 t_reo; the source still prints 21,000,000"
        in words["RES-BRA-MCS2025"]
    )
    assert "known from 2025-05-27, later than this release (2025-02-01" in words["RES-WLD-MCS2025"]
    # the newest edition is compared with, whatever its key
    assert "5,700,000 t_reo → 6,300,000 t_reo" in words["RES-AUS-MCS2025"]
    assert "'Atlantis' is not known here" in words["MINE-{Atlantis}-2024-MCS2025"]
    assert "MMR is not in codelists/countries.csv" in words["RES-MMR-MCS2025"]
    assert "the source prints 'W', no number" in words["IMP-USA-OTH-MCS2025"]
    assert proposal.takes["reserves_resources"][1]["gap_id"] == "GAP-JPN-MAGNET"
    assert curated(root) == before
    folder = proposal.folder
    assert sorted(path.name for path in folder.iterdir()) == [
        "proposal.json", "rows.csv", "tables", "what.md",
    ]  # fmt: skip
    record = json.loads((folder / "proposal.json").read_text("utf-8"))
    assert record["payloads"][0]["sha256"] == proposal.payloads[0].sha256
    assert record["counts"] == proposal.counts
    assert "## revised (4)" in (folder / "what.md").read_text("utf-8")


def test_accepting_adds_rows_in_their_place_and_leaves_the_others(root, server, web):
    """The changelog of the data says so, and keeps up with them."""
    refresh_entry(root=root)
    before = curated(root)
    propose(root, server, web)
    done = accept_latest(root)
    assert done.rows == {"import_shares": 1, "mine_production": 3, "reserves_resources": 2}
    after = curated(root)
    for name in done.rows:
        old = before[f"curated/{name}.csv"].splitlines()
        new = after[f"curated/{name}.csv"].splitlines()
        assert [text for text in new if text in old] == old
        assert new[1:] == sorted(new[1:], key=lambda text: text.split(b",")[0])
    india = rows(root, "curated/mine_production.csv")["MINE-IND-2024-MCS2025"]
    assert india["value"] == "3300"
    assert (india["basis"], india["known_from"]) == ("estimated", "2025-02-01")
    source = rows(root, "sources.csv")[india["source_id"]]
    assert source["licence"] == "public domain (US Government work)"
    assert source["url"].startswith(server.base)
    assert source["note"].startswith("sha256 ")
    assert "| mine_production | 14 |" in after["CHANGELOG.md"].decode()
    assert "## Unreleased" in after["CHANGELOG.md"].decode()
    assert not find_changelog_faults(root)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == set(done.files)
    assert not list((root / "data/cache").glob("trial-*"))
    with pytest.raises(ParameterFault, match=r"hold all rows of usgs-.* already"):
        accept_latest(root)
    assert curated(root) == after
    # the same release once more finds them all
    again = propose(root, server, web)
    assert set(again.counts) == {"kept", "left out", "unchanged"}
    with pytest.raises(ParameterFault, match="has nothing to accept"):
        accept_latest(root)


def test_a_later_print_of_one_edition_is_a_row_beside_the_first(root, server, web):
    """The older reading stays, so that what was known on a day stays known."""
    body = (HEADER + line("United States", "46,000", notes="Reported.")).encode()
    proposal = propose(root, server, web, body, {"Last-Modified": "Mon, 01 Sep 2025 10:00:00 GMT"})
    (change,) = proposal.changes
    assert (change.kind, change.key) == ("revised", "MINE-USA-2024-MCS2025-R20250901")
    accept_latest(root)
    held = rows(root, "curated/mine_production.csv")
    assert held["MINE-USA-2024-MCS2025"]["value"] == "45500"
    assert held["MINE-USA-2024-MCS2025-R20250901"]["value"] == "46000"
    assert held["MINE-USA-2024-MCS2025-R20250901"]["basis"] == "reported"
    (change,) = propose(root, server, web, body, {}).changes
    assert change.kind == "unchanged"


def test_nothing_is_known_later_than_it_was_read(root, server, web):
    """A server whose clock is wrong does not date a figure into the future."""
    body = (HEADER + line("India", "3,500", year="2023")).encode()
    proposal = propose(root, server, web, body, {"Last-Modified": "Fri, 01 Feb 2999 10:00:00 GMT"})
    (row,) = proposal.takes["mine_production"]
    assert row["known_from"] == proposal.payloads[0].retrieved_at[:10]
    assert proposal.source_row["date"] == row["known_from"]


def test_an_older_edition_is_added_as_such_and_revises_nothing(root, server, web):
    body = (HEADER + line("India", "3,100", year="2023")).encode()
    monday = {"Last-Modified": "Mon, 01 Jan 2024 10:00:00 GMT"}
    (change,) = propose(root, server, web, body, monday).changes
    assert change.kind == "added"
    assert "an older edition, 3,000 t_reo of Toy 2024 stays in use" in change.words


def test_two_prints_of_one_day_that_differ_are_left_to_a_person(root, server, web):
    body = (HEADER + line("United States", "46,000")).encode()
    (change,) = propose(root, server, web, body).changes
    assert change.kind == "left out"
    assert "decide by hand" in change.words


def test_what_could_not_be_known_yet_needs_a_new_package_date(root, server, web):
    """An edition after the package's date is refused until the package is dated anew."""
    before = curated(root)
    body = (HEADER + line("India", "3,500", year="2025")).encode()
    propose(root, server, web, body, {})
    with pytest.raises(ParameterFault, match="known from 2026-02-06; the data package is of 2025"):
        accept_latest(root)
    assert curated(root) == before
    with pytest.raises(ParameterFault, match="is not between"):
        accept_latest(root, package_date=dt.date(2999, 1, 1))
    accept_latest(root, package_date=dt.date(2026, 2, 6))
    content = json.loads((root / "data/datapackage.json").read_text("utf-8"))
    assert content["created"] == "2026-02-06T00:00:00Z"
    assert "MINE-IND-2025-MCS2026" in rows(root, "curated/mine_production.csv")
    assert not validate_package(root)


def test_rows_that_break_a_rule_are_refused_and_nothing_is_written(root, server, web):
    """The proposal may be edited before it is accepted; the rules hold for that too."""
    before = curated(root)
    proposal = propose(root, server, web)
    path = proposal.folder / "tables/mine_production.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("3300", "-3300").replace("t_reo", "t_ore"), encoding="utf-8")
    with pytest.raises(EvidenceFault) as caught:
        accept_latest(root)
    said = str(caught.value)
    assert "MINE-IND-2024-MCS2025" in said
    assert "tonnes must not be negative" in said or "must not be negative" in said
    assert "Nothing was changed" in caught.value.hint
    assert curated(root) == before
    assert not list((root / "data/cache").glob("trial-*"))


def test_an_edited_proposal_of_another_form_is_refused(root, server, web):
    before = curated(root)
    proposal = propose(root, server, web)
    path = proposal.folder / "tables/mine_production.csv"
    text = path.read_text("utf-8")
    for changed, said in (
        (text.replace("basis", "base", 1), "column 'base' that the table has not"),
        (text.replace("MINE-IND-2024-MCS2025", ""), "a row without figure_id"),
        (text.replace("MINE-IND-2024-MCS2025", "MP-IND-2024"), "holds MP-IND-2024 already"),
        (text + '"', "cannot be read"),
    ):
        path.write_text(changed, encoding="utf-8")
        with pytest.raises(ParameterFault, match=said):
            accept_latest(root)
    path.write_text(text, encoding="utf-8")
    path.rename(path.with_name("prices.csv"))
    with pytest.raises(ParameterFault, match="may not write to prices"):
        accept_latest(root)
    assert curated(root) == before


def test_a_fault_while_writing_puts_everything_back(root, server, web, monkeypatch):
    before = curated(root)
    propose(root, server, web)
    write, done = acceptance.write_whole, []

    def fail_at_third(path, text):
        if "trial-" not in str(path):
            done.append(path.name)
            if len(done) == 3:
                raise StorageFault("cannot write: the disk is full")
        write(path, text)

    monkeypatch.setattr(acceptance, "write_whole", fail_at_third)
    with pytest.raises(StorageFault, match="disk is full"):
        accept_latest(root)
    assert len(done) > 3
    assert curated(root) == before


def test_what_a_power_cut_left_is_valid_and_can_be_finished(root, server, web):
    """Killed after any of its files; accepting again writes what is missing, nothing twice."""
    propose(root, server, web)
    whole = Path(shutil.copytree(root, root.parent / "whole"))
    accept_latest(whole)
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from third_pillar.evidence.connectors import acceptance\n"
        "from third_pillar.evidence.connectors.cache import Cache\n"
        "from third_pillar.evidence.connectors.proposals import find_proposal\n"
        "root, stop = Path(sys.argv[1]), int(sys.argv[2])\n"
        "write, done = acceptance.write_whole, []\n"
        "def killed(path, text):\n"
        "    write(path, text)\n"
        "    done.append(path) if 'trial-' not in str(path) else None\n"
        "    if len(done) == stop: os._exit(9)\n"
        "acceptance.write_whole = killed\n"
        "acceptance.validate_package = lambda trial: []\n"
        "acceptance.accept(*find_proposal(Cache.of_project(root), 'latest'), root=root)\n"
    )
    for stop in (2, 4):
        cut = Path(shutil.copytree(root, root.parent / f"cut-{stop}"))
        arguments = [sys.executable, "-c", code, str(cut), str(stop)]
        assert subprocess.run(arguments, check=False).returncode == 9
        assert curated(cut) != curated(whole)
        assert not validate_package(cut)
        accept_latest(cut)
        assert curated(cut) == curated(whole)


def test_a_table_changed_by_another_meanwhile_is_not_overwritten(root, server, web, monkeypatch):
    propose(root, server, web)
    validate = acceptance.validate_package
    table = root / "data/curated/mine_production.csv"

    def meanwhile(trial):
        table.write_bytes(table.read_bytes() + b"\n")
        return validate(trial)

    monkeypatch.setattr(acceptance, "validate_package", meanwhile)
    with pytest.raises(ParameterFault, match=r"mine_production\.csv was changed by another"):
        accept_latest(root)
    assert table.read_bytes().endswith(b"\n\n")
    assert "MINE-IND-2024-MCS2025" not in table.read_text("utf-8")


def test_a_row_goes_to_its_place_and_other_rows_stay_byte_for_byte():
    text = 'key,note\na,"one\ntwo"\nc,"quoted, plain"'
    added = insert_rows(text, [{"key": "b", "note": 'a "b"'}], key="key", table="t")
    assert added == ('key,note\na,"one\ntwo"\nb,"a ""b"""\nc,"quoted, plain"\n', 1)
    assert insert_rows(added[0], [{"key": "b", "note": 'a "b"'}], key="key", table="t")[1] == 0
    with pytest.raises(ParameterFault, match="holds b already, with other contents"):
        insert_rows(added[0], [{"key": "b", "note": ""}], key="key", table="t")


def test_a_proposal_is_found_by_id_path_or_latest(root, server, web):
    cache = Cache.of_project(root)
    with pytest.raises(ParameterFault, match="there is no proposal 'latest'") as caught:
        find_proposal(cache, "latest")
    assert "Make one first" in caught.value.hint
    first, second = (propose(root, server, web) for _ in range(2))
    assert find_proposal(cache, first.id)[0] == first.folder
    assert find_proposal(cache, f"{first.folder}/")[0] == first.folder
    assert find_proposal(cache, "latest")[0] == second.folder
    with pytest.raises(ParameterFault, match="Did you mean"):
        find_proposal(cache, first.id[:-1])
