"""Bulk trade keeps every flow it can read and counts what it cannot; the old store is safe."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from third_pillar.evidence.bulk_query import (
    FlowQuery,
    query_flows,
    read_dependence_flows,
    read_numeric_codes,
    read_store_years,
    store_source,
)
from third_pillar.evidence.bulk_reading import file_source
from third_pillar.evidence.bulk_trade import build_trade_store
from third_pillar.vocabulary.errors import MissingEvidence, ParameterFault, StorageFault

HEADER = "t,i,j,k,v,q"
FLOWS = """2022,156,392,850511,100.5,2.0
2022,156,699,850511,50,   1.5
2022,276,392,850511,20,          NA
2022,410,392,850511,5,
2022,156,392,010121,7,1"""


def table(folder: Path, text: str = FLOWS, *, name: str = "BACI_HS17_Y2022.csv",
          header: str = HEADER) -> Path:  # fmt: skip
    path = folder / name
    path.write_text(f"{header}\n{text}\n", encoding="utf-8")
    return path


def kept(store: Path) -> pd.DataFrame:
    return duckdb.read_parquet(str(store / "flows.parquet")).df()


@pytest.fixture
def built(tmp_path):
    build_trade_store([table(tmp_path)], tmp_path / "store")
    return tmp_path / "store"


def test_every_flow_arrives_with_its_leading_zeros(built):
    flows = kept(built)
    assert list(flows.columns) == ["t", "i", "j", "k", "v", "q"]
    assert len(flows) == 5
    assert set(flows["k"]) == {"850511", "010121"}
    assert flows["v"].sum() == pytest.approx(182.5)


def test_the_store_is_sorted_by_product_then_year(tmp_path):
    """A question reads a few row groups, not all."""
    lines = [
        f"{year},156,{buyer},{code},1,1"
        for year in (2022,)
        for buyer in (4, 8, 12)
        for code in ("850511", "010121", "284690", "720299")
    ]
    random.Random(3).shuffle(lines)  # noqa: S311  an order, no secret
    older = [line.replace("2022", "2021") for line in lines]
    build_trade_store(
        [
            table(tmp_path, "\n".join(lines)),
            table(tmp_path, "\n".join(older), name="BACI_HS17_Y2021.csv"),
        ],
        tmp_path / "store",
    )
    flows = kept(tmp_path / "store")
    assert list(flows["k"]) == sorted(flows["k"])
    assert (flows.groupby("k")["t"].diff().dropna() >= 0).all()


def test_blanks_na_and_slips_are_counted_and_never_become_zero(tmp_path):
    """A weight that is missing or no number is nothing; the flow and its value stay."""
    weights = ("  3.5", "", "NA", "   NA   ", "abc", "-4", "inf", "nan", '"2,5"')
    text = "\n".join(f"2022,156,392,850511,1,{weight}" for weight in weights)
    report = build_trade_store([table(tmp_path, text)], tmp_path / "store")
    counts = report.counts
    assert (counts.lines, counts.kept) == (9, 9)
    assert (counts.weight_missing, counts.weight_malformed) == (3, 5)
    assert counts.padded == 2
    flows = kept(tmp_path / "store")
    assert flows["q"].notna().sum() == 1
    assert flows["q"].sum() == 3.5
    assert (flows["q"] != 0).all()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("20x2,156,392,850511,1,1", id="no year"),
        pytest.param("1066,156,392,850511,1,1", id="a year before customs"),
        pytest.param("2022,CHN,392,850511,1,1", id="letters for a country"),
        pytest.param("2022,,392,850511,1,1", id="no exporter"),
        pytest.param("2022,156,392,8505111,1,1", id="seven digits"),
        pytest.param("2022,156,392,85O511,1,1", id="a letter in the code"),
        pytest.param("2022,156,392,,1,1", id="no code"),
        pytest.param("2022,156,392,850511,NA,1", id="no value"),
        pytest.param("2022,156,392,850511,0,1", id="value of nothing"),
        pytest.param("2022,156,392,850511,-5,1", id="value below nothing"),
        pytest.param("2022,156,392,850511,1e999,1", id="endless value"),
    ],
)
def test_a_line_that_cannot_be_used_is_counted_and_left_out(tmp_path, line):
    report = build_trade_store([table(tmp_path, f"{FLOWS}\n{line}")], tmp_path / "store")
    assert (report.counts.kept, report.counts.unusable) == (5, 1)


@pytest.mark.parametrize("line", ["2022,156,392", "2022,156,392,850511,1,1,7", "oops"])
def test_a_line_with_other_cells_is_rejected_and_counted(tmp_path, line):
    report = build_trade_store([table(tmp_path, f"{line}\n{FLOWS}")], tmp_path / "store")
    assert (report.counts.kept, report.counts.rejected) == (5, 1)
    assert report.counts.lines == 6


def test_codes_that_a_spreadsheet_shortened_are_mended(tmp_path):
    """10121 is 010121: restored, and said."""
    report = build_trade_store(
        [table(tmp_path, "2022,156,392,10121,1,1\n2022,156,392, 10129 ,1,1")], tmp_path / "store"
    )
    assert report.counts.zeros_restored == 2
    assert set(kept(tmp_path / "store")["k"]) == {"010121", "010129"}


def test_columns_may_come_in_any_order_with_a_mark_before_them(tmp_path):
    path = tmp_path / "BACI_HS17_Y2022.csv"
    path.write_text("\ufeffk,q,v,t,j,i\n850511,2,9,2022,392,156\n", encoding="utf-8")
    build_trade_store([path], tmp_path / "store")
    (row,) = kept(tmp_path / "store").to_dict("records")
    assert (row["i"], row["j"], row["k"], row["v"], row["q"]) == (156, 392, "850511", 9, 2)


def test_a_zip_gives_its_yearly_tables_and_nothing_else(tmp_path):
    archive = tmp_path / "BACI_HS17_V202501.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("BACI_HS17_Y2022_V202501.csv", f"{HEADER}\n{FLOWS}\n")
        zipped.writestr("folder/BACI_HS17_Y2021_V202501.csv",
                        f"{HEADER}\n{FLOWS.replace('2022', '2021')}\n")  # fmt: skip
        zipped.writestr("country_codes_V202501.csv", "country_code,country_name\n156,China\n")
        zipped.writestr("../evil.csv", "t,i,j,k,v,q\n")
    report = build_trade_store([archive], tmp_path / "store")
    assert report.years == (2021, 2022)
    assert report.revision == "HS17"
    assert report.counts.kept == 10
    assert not (tmp_path / "evil.csv").exists()
    assert sorted(p.name for p in (tmp_path / "store").iterdir()) == [
        "flows.json",
        "flows.parquet",
    ]


def bad_inputs(folder: Path) -> dict[str, tuple[list[Path], str]]:
    good = table(folder)
    other = table(folder, FLOWS, name="BACI_HS92_Y2021.csv")
    same = table(folder, FLOWS, name="BACI_HS17_Y2022_V2.csv")
    lacking = table(folder, "1,2", name="lacking.csv", header="t,i")
    empty = folder / "empty.csv"
    empty.write_text("")
    binary = folder / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00\x81" * 30)
    broken = folder / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 and then nothing")
    hollow = folder / "hollow.zip"
    with zipfile.ZipFile(hollow, "w") as zipped:
        zipped.writestr("readme.txt", "no table")
    return {
        "nothing": ([], "no file given"),
        "missing": ([folder / "none.csv"], "no such file"),
        "folder": ([folder], "is a folder"),
        "other kind": ([Path(__file__)], "neither .csv nor .zip"),
        "twice": ([good, good], "given twice"),
        "same year": ([good, same], "count double"),
        "two revisions": ([good, other], "two revisions"),
        "lacking columns": ([lacking], "lacks the columns j, k, v, q"),
        "empty": ([empty], "no BACI table"),
        "binary": ([binary], "cannot be read as CSV"),
        "broken zip": ([broken], "no whole zip"),
        "hollow zip": ([hollow], "holds no table"),
    }


KINDS = (
    "nothing", "missing", "folder", "other kind", "twice", "same year", "two revisions",
    "lacking columns", "empty", "binary", "broken zip", "hollow zip",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_such_file_is_refused_and_the_old_store_stays(tmp_path, built, kind):
    """One clear line, and not a byte of the store changes."""
    files, said = bad_inputs(tmp_path)[kind]
    before = {path.name: path.read_bytes() for path in built.iterdir()}
    with pytest.raises(ParameterFault, match=said):
        build_trade_store(files, built)
    assert {path.name: path.read_bytes() for path in built.iterdir()} == before


def test_a_table_without_one_usable_line_is_no_store(tmp_path, built):
    before = (built / "flows.parquet").read_bytes()
    hollow = table(tmp_path, "x,y,z,1,2,3", name="BACI_HS17_Y2020.csv")
    with pytest.raises(MissingEvidence, match="no usable line"):
        build_trade_store([hollow], built)
    assert (built / "flows.parquet").read_bytes() == before


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with pytest.raises(StorageFault, match="cannot be written"):
        build_trade_store([table(tmp_path)], blocked)


def test_too_little_memory_is_refused(tmp_path):
    with pytest.raises(ParameterFault, match="at least 64"):
        build_trade_store([table(tmp_path)], tmp_path / "store", memory_mb=10)


def test_what_a_killed_build_left_is_cleared_and_a_running_one_kept(tmp_path, built):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead, alive = built / f".build-{gone.pid}-x", built / f".build-{os.getpid()}-y"
    for folder in (dead, alive):
        folder.mkdir()
    build_trade_store([table(tmp_path)], built)
    assert not dead.exists()
    assert alive.exists()


def test_the_record_tells_what_was_read(built):
    record = json.loads((built / "flows.json").read_text())
    assert record["files"] == ["BACI_HS17_Y2022.csv"]
    assert record["counts"]["kept"] == 5


def test_value_weight_and_missing_weights_by_supplier(built):
    """Largest first; tonnes are those on record, and how many flows lack one is told."""
    rows = query_flows(store_source(built), FlowQuery(("850511",), importers=(392,)))
    assert [(r.group, r.thousand_usd, r.tonnes, r.flows, r.unweighed) for r in rows] == [
        ("156", 100.5, 2.0, 1, 0),
        ("276", 20.0, None, 1, 1),
        ("410", 5.0, None, 1, 1),
    ]


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        (FlowQuery(("850511",), by="importer"), {"392": 125.5, "699": 50.0}),
        (FlowQuery(("850511", "010121"), by="product"), {"850511": 175.5, "010121": 7.0}),
        (FlowQuery(("850511",), exporters=(156,), by="year"), {"2022": 150.5}),
        (FlowQuery(("850511",), years=(2019, 2021)), {}),
        (FlowQuery(("999999",)), {}),
    ],
)
def test_questions_filter_and_group(built, query, groups):
    rows = query_flows(store_source(built), query)
    assert {row.group: row.thousand_usd for row in rows} == groups


def test_a_table_as_it_stands_gives_the_answer_of_the_store(tmp_path, built):
    """Short codes too."""
    text = FLOWS.replace("010121", "10121")
    for query in (FlowQuery(("850511",)), FlowQuery(("010121",), by="importer")):
        direct = query_flows(file_source(table(tmp_path, text, name="raw.csv")), query)
        assert direct == query_flows(store_source(built), query)


def test_a_table_that_cannot_be_read_whole_is_not_half_read(tmp_path):
    """The first question refuses it and names the command that counts what is wrong."""
    torn = table(tmp_path, f"{FLOWS}\n2022,156,392,850511,oops,1", name="torn.csv")
    with pytest.raises(ParameterFault, match="cannot be read") as raised:
        query_flows(file_source(torn), FlowQuery(("850511",)))
    assert "trade build" in raised.value.hint


@pytest.mark.parametrize("code", ["85051", "8505111", "85O511", "", "8505.1", "'; --"])
def test_only_six_digits_are_a_product(code):
    with pytest.raises(ParameterFault, match="six digits"):
        FlowQuery((code,))


def test_paths_with_quotes_are_paths(tmp_path):
    """An apostrophe in a folder is no end of a string."""
    folder = tmp_path / "Côte d'Ivoire"
    folder.mkdir()
    build_trade_store([table(folder)], folder / "store")
    assert read_store_years(folder / "store") == (2022,)


def test_the_store_agrees_with_pandas(tmp_path):
    """An independent sum over 20,000 flows with missing weights."""
    rng = random.Random(1)  # noqa: S311  numbers, no secret
    lines = [
        f"2022,{rng.choice((156, 276, 410))},{rng.choice((392, 842))},"
        f"{rng.choice(('850511', '284690', '010121'))},{rng.random() * 1000 + 0.001:.3f},"
        f"{'NA' if rng.random() < 0.05 else f'{rng.random() * 10:12.3f}'}"
        for _ in range(20_000)
    ]
    path = table(tmp_path, "\n".join(lines))
    build_trade_store([path], tmp_path / "store")
    frame = pd.read_csv(path, dtype={"k": str}, skipinitialspace=True, na_values=["NA"])
    wanted = frame[(frame["k"] == "850511") & (frame["j"] == 392)].groupby("i")
    rows = query_flows(store_source(tmp_path / "store"), FlowQuery(("850511",), importers=(392,)))
    found = {int(row.group): row for row in rows}
    for exporter, sums in wanted[["v", "q"]].sum().iterrows():
        assert found[exporter].thousand_usd == pytest.approx(sums["v"])
        assert found[exporter].tonnes == pytest.approx(sums["q"])
        assert found[exporter].unweighed == wanted["q"].apply(lambda s: s.isna().sum())[exporter]


def test_what_the_dependence_test_needs_comes_by_year(tmp_path):
    text = """2022,156,699,850511,80,1
2022,276,699,850511,20,1
2022,699,842,850511,10,1
2022,156,842,850511,100,1"""
    build_trade_store([table(tmp_path, text)], tmp_path / "store")
    (year,) = read_dependence_flows(
        store_source(tmp_path / "store"), products=["850511"], importer=(699,), years=(2022,)
    )
    assert year.suppliers == {"156": 80.0, "276": 20.0}
    assert year.world == {"156": 180.0, "276": 20.0, "699": 10.0}
    assert year.exports == 10.0


def test_numeric_codes_are_those_of_the_files_not_of_iso():
    """India 699, France 251, the United States 842; ISO's own numbers for the rest."""
    codes = read_numeric_codes()
    assert codes.numbers("IND") == (699,)
    assert codes.numbers("usa") == (842,)
    assert codes.numbers("FRA") == (251,)
    assert set(codes.numbers("DEU")) == {276, 280}
    assert (codes.name(392), codes.name("490"), codes.name(999)) == ("JPN", "TWN", "code 999")
    with pytest.raises(ParameterFault, match="Did you mean 'JPN'"):
        codes.numbers("JPX")


def test_memory_stays_bounded_whatever_the_size(tmp_path):
    """A process of its own builds 600,000 flows and asks them below 400 MB."""
    line = "2022,156,392,{:06d},123.456,     12.345\n"
    path = tmp_path / "BACI_HS17_Y2022.csv"
    path.write_text(f"{HEADER}\n" + "".join(line.format(n % 5_000) for n in range(600_000)))
    script = (
        "import sys; from pathlib import Path;"
        "from third_pillar.evidence.bulk_trade import build_trade_store as b;"
        "from third_pillar.evidence.bulk_query import FlowQuery, query_flows, store_source as s;"
        "out = Path(sys.argv[2]); b([Path(sys.argv[1])], out);"
        "assert query_flows(s(out), FlowQuery(('000007',)))[0].flows == 120;"
        "status = Path('/proc/self/status').read_text();"
        "print(int(status.partition('VmHWM:')[2].split()[0]) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path), str(tmp_path / "store")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert 0 < int(done.stdout) < 400
