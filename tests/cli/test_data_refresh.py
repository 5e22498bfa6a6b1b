"""Promises about `pillar data refresh`: it teaches, proposes, and takes only what it is told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from loopback import Answer, serving
from third_pillar.cli.main import main
from toy import _resource, write
from usgs_project import DATED, RELEASE, stock

CANARY = "canary-c0ffee-comtrade-key"
CHINA = (
    "数据年月,商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,第一数量,第一计量单位,第二数量,第二计量单位,美元\n"
    "202510,85051110,稀土永磁铁,0,全部,5100000,千克,0,,1\n"
    "202511,85051110,稀土永磁铁,111,印度,1500,千克,0,,60000\n"
)
TRADE = {
    "reporterCode": 699,
    "reporterISO": "IND",
    "flowCode": "M",
    "partnerCode": 156,
    "partnerISO": "CHN",
    "partner2Code": 0,
    "customsCode": "C00",
    "motCode": 0,
    "cmdCode": "850511",
    "period": "2024",
    "qtyUnitAbbr": "kg",
    "netWgt": 1000.0,
    "isNetWgtEstimated": True,
    "cifvalue": 4000.0,
    "primaryValue": 4000.0,
}


@pytest.fixture(scope="module")
def stocked(checked_toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("refresh") / "project"
    return stock(Path(shutil.copytree(checked_toy, folder)))


@pytest.fixture
def root(stocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = Path(shutil.copytree(stocked, tmp_path / "project"))
    monkeypatch.setenv("PILLAR_ROOT", str(copy))
    monkeypatch.delenv("COMTRADE_KEY", raising=False)
    return copy


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch):
    with serving() as running:
        monkeypatch.setenv("PILLAR_USGS_BASE", f"{running.base}/")
        monkeypatch.setenv("PILLAR_COMTRADE_BASE", running.base)
        yield running


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["data", "refresh", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def curated(root: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for folder in ("curated", ".")
        for path in (root / "data" / folder).glob("*.*")
    }


def answer(*rows: dict[str, object]) -> Answer:
    return Answer(json.dumps({"count": len(rows), "data": rows}).encode())


def test_help_teaches_by_examples_and_loads_nothing_heavy():
    code = (
        "import sys; from third_pillar.cli.main import main; "
        "code = main(['data', 'refresh', '--help']); "
        "heavy = ('pandas', 'httpx', 'duckdb', 'openpyxl', 'tenacity'); "
        "sys.exit(code or ' '.join(m for m in heavy if m in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("COMTRADE_KEY", "PILLAR_USGS_BASE", "--accept latest", "--period 2024"):
        assert word in done.stdout


def test_the_list_says_terms_of_every_source(call):
    code, out, _ = call("--list")
    assert code == 0
    for word in (
        "UN Comtrade",
        "USGS",
        "CEPII BACI",
        "DataWeb",
        "China customs",
        "Comext",
        "rows may be redistributed: no",
    ):
        assert word in out
    sources = json.loads(call("--list", "--json")[1])["sources"]
    terms = {source["id"]: source["may_redistribute"] for source in sources}
    assert terms["comtrade"] == "no"
    assert terms["usgs"] == "yes"


def test_from_proposal_to_curated_row(root, server, call):
    """Propose, read it again without the network, accept; each step says what it did."""
    before = curated(root)
    server.tell(Answer(RELEASE, headers=DATED))
    code, out, _ = call("usgs")
    assert code == 0
    assert "4 revised, 2 added, 2 kept, 3 left out, 1 unchanged" in out
    assert "3,000 t_reo → 3,300 t_reo (+300, +10.0 %)" in out
    assert "Accept them with: pillar data refresh --accept usgs-" in out
    assert curated(root) == before
    server.tell(Answer(status=500))
    asked = len(server.requests)
    code, out, _ = call("usgs", "--offline", "--json")
    (proposal,) = json.loads(out)["proposals"]
    assert (code, len(server.requests)) == (0, asked)
    assert proposal["can_be_accepted"]
    assert proposal["counts"]["revised"] == 4
    code, out, _ = call("--accept", proposal["id"])
    assert code == 0
    assert "mine_production: 3 rows added" in out
    assert "data/curated/mine_production.csv" in out
    assert main(["data", "validate"]) == 0
    code, _, err = call("--accept", "latest", "--json")
    assert code == 2
    assert "hold all rows of" in err


def test_comtrade_is_proposed_compared_with_last_time_and_never_accepted(
    root, server, call, monkeypatch
):
    """Its rows may not be redistributed, and the command says so and what to do."""
    monkeypatch.setenv("COMTRADE_KEY", CANARY)
    arguments = ("comtrade", "--reporter", "IND", "--code", "850511", "--period", "2024")
    server.tell(answer(TRADE))
    code, out, _ = call(*arguments)
    assert code == 0
    assert "this is the first proposal" in out
    assert "1 weight estimated by the publisher" in out
    assert "Not for the curated tables as they are. Terms: UN Comtrade" in out
    fresh = TRADE | {"partnerCode": 392, "partnerISO": "JPN"}
    server.tell(answer(TRADE | {"primaryValue": 5000.0, "cifvalue": 5000.0}, fresh))
    code, out, _ = call(*arguments)
    assert "1 revised, 1 added" in out
    assert "IND import HS6 850511 CHN 2024 [kg]: value 4,000 → 5,000 (+25.0 %)" in out
    code, _, err = call("--accept", "latest")
    assert code == 2
    assert "terms forbid redistribution" in err
    assert "Cite single values" in err
    everything = [path for path in (root / "data").rglob("*") if path.is_file()]
    assert not [path for path in everything if CANARY.encode() in path.read_bytes()]
    assert server.requests[0][1]["ocp-apim-subscription-key"] == CANARY


@pytest.mark.usefixtures("root")
def test_a_refused_key_shows_nothing_of_itself(server, call, monkeypatch):
    monkeypatch.setenv("COMTRADE_KEY", CANARY)
    monkeypatch.setenv("PILLAR_DEBUG", "1")
    server.tell(Answer(status=401, body=CANARY.encode()))
    code, out, err = call("comtrade", "--reporter", "IND", "--period", "2024", "--json")
    assert code == 5
    assert json.loads(out)["error"]["kind"] == "SourceFault"
    assert "UN Comtrade, http://127.0.0.1" in err
    assert "the key is missing or not valid" in err
    assert CANARY not in out + err


def test_a_source_that_fails_changes_nothing_and_exits_5(root, server, call):
    server.tell(Answer(RELEASE, headers=DATED))
    assert call("usgs")[0] == 0
    held = {path: path.read_bytes() for path in (root / "data").rglob("*") if path.is_file()}
    server.tell(Answer(b"<!doctype html><title>Maintenance</title>"))
    code, out, err = call("usgs")
    assert (code, out) == (5, "")
    assert "a web page titled 'Maintenance' where csv was due" in err
    assert "Traceback" not in err
    now = {path: path.read_bytes() for path in (root / "data").rglob("*") if path.is_file()}
    assert now == held


def test_the_drop_folder_takes_what_it_knows_and_names_what_it_does_not(root, call):
    """One bad file does not keep the others; months are compared with the monthly table."""
    drop = root / "data/cache/drop"
    code, _, err = call("drop")
    assert code == 2
    assert "holds no file" in err
    goods = CHINA.replace("202511,85051110,稀土永磁铁", "202511,85051110,=cmd|稀土")
    (drop / "b.txt").write_bytes(goods.encode("gb18030"))
    (drop / "a.csv").write_text("year,tonnes\n2024,5\n", encoding="utf-8")
    (drop / "c.csv").write_text(CHINA.replace("60000", "?"), encoding="utf-8")
    (drop / ".hidden").write_text("x", encoding="utf-8")
    code, out, err = call("drop", "--flow", "export")
    assert code == 5
    assert "China customs: 2 rows" in out
    assert (
        "2 rows taken as export of CN 85051110, by month 2025-10 to 2025-11, "
        "values in USD FOB; 2 with a weight"
    ) in out
    assert "CN 85051110 is rare-earth magnets (rare-earth magnets: true)" in out
    assert "Against trade_monthly, exports in tonnes: 1 revised, 1 added" in out
    assert "WLD 85051110 2025-10: 5,000 t → 5,100.0 t (+2.0 %)" in out
    assert "a.csv is not recognised: it is a text that begins 'year,tonnes" in err
    assert "Recognised are: China customs CSV" in err
    assert "file:c.csv: '?' stands where a number was due" in err
    # what a spreadsheet would run is marked as text
    (rows,) = (root / "data/cache/proposals").glob("*/rows.csv")
    assert ",'=cmd|稀土" in rows.read_text("utf-8")
    # only what could be read is kept
    assert len(list((root / "data/cache/payloads").rglob("*.record.json"))) == 1
    code, _, err = call("--accept", "latest")
    assert code == 2
    assert "it is not established that its rows may be redistributed" in err


def test_a_workbook_by_file_is_explained_and_not_accepted(root, call, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Customs Value"
    first = ["Data Type", "Country", "HTS Number", "Description", "Quantity Description", "2024"]
    for cells in (
        first,
        ["Imports For Consumption", "China", "8505", "x", "kilograms", 5],
        ["Imports For Consumption", "China", "8505", "x", "number", 6],
    ):
        sheet.append(cells)
    book.save(tmp_path / "w.xlsx")
    code, out, _ = call("dataweb", "--file", str(tmp_path / "w.xlsx"))
    assert code == 0
    assert "2 unit buckets: quantities of different units are not added" in out
    assert str(tmp_path / "w.xlsx") not in (
        next((root / "data/cache/proposals").iterdir()) / "proposal.json"
    ).read_text("utf-8")
    code, _, err = call("--accept", "latest")
    assert code == 2
    assert "no curated table takes the rows" in err


def test_flows_are_compared_with_the_annual_table(root, call, tmp_path):
    """In the same money, valuation and unit; what the table does not hold is left aside."""
    head = "reporter_iso3,partner_iso3,flow,system,code,year,period_type,value,currency,valuation"
    columns = f"figure_id,{head},net_kg,unit_bucket,edition,source_id"
    same = "USA,CHN,import,HS4,8505,2024,calendar_year"
    write(
        root / "data/curated/trade_annual.csv",
        f"{columns}\nT-1,{same},90,usd,customs,7,kg,2026-07,TOY-A\n"
        f"T-2,{same},6,usd,customs,,number,2026-07,TOY-A\n"
        f"T-3,{same.replace('2024', '2023')},1,usd,customs,,number,2026-07,TOY-A\n",
    )
    path = root / "data/datapackage.json"
    content = json.loads(path.read_text("utf-8"))
    content["resources"].append(_resource("curated/trade_annual.csv", columns, "figure_id"))
    write(path, json.dumps(content))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Customs Value"
    sheet.append(
        ["Data Type", "Country", "HTS Number", "Description", "Quantity Description", "2024"]
    )
    kind = "Imports For Consumption"
    sheet.append([kind, "China", "8505", "x", "kilograms", 100])
    sheet.append([kind, "China", "8505", "x", "number", 6])
    sheet.append([kind, "Japan", "8505", "x", "number", 6])
    book.save(tmp_path / "w.xlsx")
    code, out, _ = call("dataweb", "--file", str(tmp_path / "w.xlsx"))
    assert code == 0
    assert "Against trade_annual, where it holds the flow: 1 revised, 1 unchanged" in out
    assert "trade_annual: T-1: value 90 → 100 (+11.1 %)" in out


WRONG = [
    (("comtrad",), "Did you mean 'comtrade'"),
    (("gacc",), "has no interface that a program may ask"),
    ((), "name a source"),
    (("comtrade",), "needs --reporter and --period"),
    (("comtrade", "--reporter", "INDD", "--period", "2024"), "Did you mean 'IND'"),
    (("comtrade", "--reporter", "IND", "--period", "24"), "neither a year nor a month"),
    (("comtrade", "--reporter", "IND", "--period", "2024-13"), "neither a year nor a month"),
    (("comtrade", "--code", "85051110"), "national"),
    (("comtrade", "--code", "magnets"), "is not digits"),
    (("comtrade", "--flow", "both"), "Valid: import, export"),
    (("usgs", "--reporter", "IND"), "is not asked by reporter"),
    (("usgs", "--file", "a.csv", "--from-cache"), "--file goes with neither"),
    (("usgs", "--file", "no-such-file.csv"), "there is no file"),
    (("usgs", "--base", "sciencebase.gov"), "does not begin with https://"),
    (("usgs", "--from-cache"), "the cache holds nothing"),
    (("baci",), "needs the zip of one HS revision"),
    (("baci", "--period", "2024-05"), "has years, not months"),
    (("baci", "--code", "2846"), "has codes of six digits"),
    (("dataweb",), "is read from a file"),
    (("--accept", "nothing"), "there is no proposal 'nothing'"),
    (("--accept", "x", "--package-date", "soon"), "no proposal"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=[" ".join(one[0]) for one in WRONG])
def test_a_request_that_makes_no_sense_asks_nobody(root, server, call, arguments, said):
    """It says what is wrong and what would do; nothing is fetched and nothing written."""
    code, out, err = call(*arguments)
    assert code in {2, 5}
    assert out == ""
    assert said in err
    assert "Traceback" not in err
    assert not server.requests
    assert not (root / "data/cache/proposals").exists()
