"""`pillar trade …` as a user meets it: words, CSV, JSON, exit codes, progress aside."""

from __future__ import annotations

import csv
import io
import json

import pytest

from third_pillar.cli.main import main

HEADER = "t,i,j,k,v,q"
YEARS = (2021, 2022, 2023)
FLOWS = (
    "{},156,392,850511,900,18", "{},276,392,850511,100,NA", "{},156,699,850511,800,16",
    "{},699,842,850511,10,0.2", "{},156,842,284690,50,5",
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trade")
    files = []
    for year in YEARS:
        path = folder / f"BACI_HS17_Y{year}.csv"
        path.write_text("\n".join([HEADER, *(flow.format(year) for flow in FLOWS)]) + "\n")
        files.append(str(path))
    assert main(["trade", "build", *files, "--out", str(folder / "store"), "--quiet"]) == 0
    return folder / "store"


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(["trade", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_building_tells_progress_apart_from_the_result(tmp_path, capsys):
    """Counts on stdout; what is being done on stderr."""
    path = tmp_path / "BACI_HS17_Y2022.csv"
    path.write_text(f"{HEADER}\n2022,156,392,850511,1, NA\n2022,156\n2022,156,392,10121,1,x\n")
    code, out, err = run(capsys, "build", str(path), "--out", str(tmp_path / "store"))
    assert code == 0
    assert "reading BACI_HS17_Y2022.csv (1 of 1)" in err
    assert "2 flows of 2022" in out
    for words in ("1 line left out", "without a weight", "no number", "leading zeros"):
        assert words in out


def test_building_as_json_is_one_object_and_silent(tmp_path, capsys):
    path = tmp_path / "BACI_HS17_Y2022.csv"
    path.write_text(f"{HEADER}\n2022,156,392,850511,1,1\n")
    code, out, err = run(capsys, "build", str(path), "--out", str(tmp_path / "s"), "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert (answer["status"], answer["counts"]["kept"], answer["years"]) == ("built", 1, [2022])


def test_suppliers_of_a_country_in_words(store, capsys):
    code, out, _ = run(capsys, "query", "--hs", "850511", "--importer", "JPN", "--store",
                       str(store), "--year", "2022-2023")  # fmt: skip
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert ["CHN", "1.800", "90.0", "%", "36.0", "50.00"] in rows
    assert any(line.startswith("DEU") and "not known*" in line for line in out.splitlines())
    assert "2 of 4 flows have no weight on record" in out


def test_json_and_csv_carry_the_same_rows(store, capsys):
    asked = ("query", "--hs", "850511", "--by", "importer", "--store", str(store))
    _, as_json, _ = run(capsys, *asked, "--json")
    _, as_csv, _ = run(capsys, *asked, "--csv")
    rows = json.loads(as_json)["rows"]
    table = list(csv.DictReader(io.StringIO(as_csv)))
    assert [row["importer"] for row in rows] == ["JPN", "IND", "USA"]
    assert [row["importer"] for row in table] == ["JPN", "IND", "USA"]
    assert [float(row["value_usd"]) for row in table] == [row["value_usd"] for row in rows]
    assert rows[0]["value_usd"] == 3_000_000
    assert sum(row["share_pct"] for row in rows) == pytest.approx(100, abs=0.05)


def test_a_unit_value_is_told_only_where_every_flow_was_weighed(store, capsys):
    """A weight that is missing would make the rest look dear."""
    _, out, _ = run(capsys, "query", "--hs", "850511", "--by", "importer", "--store", str(store),
                    "--json")  # fmt: skip
    rows = {row["importer"]: row for row in json.loads(out)["rows"]}
    assert rows["JPN"]["usd_per_kg"] is None
    assert rows["JPN"]["flows_without_weight"] == 3
    assert rows["IND"]["usd_per_kg"] == 50.0


def test_one_file_can_be_asked_as_it_stands(store, capsys):
    file = store.parent / "BACI_HS17_Y2022.csv"
    code, out, _ = run(capsys, "query", "--hs", "850511", "--from", str(file), "--by", "year",
                       "--json")  # fmt: skip
    assert code == 0
    assert [row["year"] for row in json.loads(out)["rows"]] == [2022]


def test_the_dependence_test_names_each_criterion(store, capsys):
    """India: one supplier, concentrated world, imports eighty times exports, three years."""
    code, out, _ = run(capsys, "dependence", "--hs", "850511", "--importer", "IND", "--store",
                       str(store))  # fmt: skip
    assert code == 0
    assert "depends on imports by the test of CEPII GeoDep" in out
    assert "countries, not of firms" in out
    _, as_json, _ = run(capsys, "dependence", "--hs", "850511", "--importer", "IND", "--store",
                        str(store), "--json")  # fmt: skip
    answer = json.loads(as_json)
    assert answer["is_dependent"] is True
    assert [year["year"] for year in answer["years"]] == list(YEARS)
    assert answer["years"][0]["import_hhi"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["query", "--hs", "85051"], 2, "six digits"),
        (["query", "--hs", "850511", "--importer", "JPX"], 2, "Did you mean 'JPN'"),
        (["query", "--hs", "850511", "--by", "exporters"], 2, "Did you mean 'exporter'"),
        (["query", "--hs", "850511", "--year", "last"], 2, "write 2023, or 2019-2023"),
        (["query", "--hs", "850511", "--year", "2023-2019"], 2, "2019 is before 2023"),
        (["query", "--hs", "850511", "--csv", "--json"], 2, "choose one"),
        (["query", "--hs", "850511", "--from", "nowhere.csv"], 2, "no such file"),
        (["query", "--hs", "999999"], 3, "The store has 2021 to 2023, codes of HS17"),
        (["query", "--hs", "850511", "--year", "1999"], 3, "no flow"),
        (["dependence", "--hs", "999999", "--importer", "IND"], 3, "buys none"),
        (["query"], 2, "--hs"),
    ],
)
def test_a_slip_is_one_clear_line_and_a_code(store, capsys, arguments, code, said):
    shown = [*arguments] if "--from" in arguments else [*arguments, "--store", str(store)]
    found, out, err = run(capsys, *shown)
    assert found == code
    assert said in err
    assert "Traceback" not in err + out


def test_without_a_store_the_way_to_one_is_told(tmp_path, capsys):
    code, _, err = run(capsys, "query", "--hs", "850511", "--store", str(tmp_path))
    assert code == 3
    assert "pillar trade build" in err


def test_help_teaches_with_an_example(capsys):
    for command in ("query", "dependence"):
        code, out, _ = run(capsys, command, "--help")
        assert code == 0
        assert "Example: pillar trade" in " ".join(out.split())
