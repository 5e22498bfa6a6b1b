"""Promises about files fetched by hand: known by their content, checked, explained, or refused."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from third_pillar.evidence.connectors import drop, drop_china, drop_comext, drop_india
from third_pillar.evidence.connectors.drop import Chosen
from third_pillar.evidence.connectors.flows import COLUMNS
from third_pillar.evidence.connectors.goods import explain_goods, join_goods
from third_pillar.vocabulary.errors import ParameterFault, SourceFault

CHINA = (
    "数据年月,商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,第一数量,第一计量单位,第二数量,第二计量单位,美元\n"
    '202505,85051110,稀土永磁铁,111,印度,"1,500",千克,0,,"60,000"\n'
    "202505,85051110,稀土永磁铁,304,德国,209000,千克,0,,9000000\n"
    "202505,85051110,稀土永磁铁,999,某地,1,吨,,,50\n"
)
INDIA = """<!DOCTYPE html><html><head><title>TradeStat</title></head><body>
<h3>Export :: Commodity-wise all countries</h3>
<p>Report Dated: 21 Oct 2025</p><p>Values in US $ Million</p>
<p>Commodity: 85051110 FERRITE CORES Unit: KGS</p>
<table id="example1"><thead><tr><th>S.No.</th><th>Country</th><th>2023-2024</th>
<th>2024-2025</th><th>%Growth</th><th>2023-2024</th><th>2024-2025</th><th>%Growth</th></tr></thead>
<tbody>
<tr><td>1</td><td>U S A</td><td>0.42</td><td>0.50</td><td>19.05</td><td>1,200</td><td>1,400</td>
<td>16.67</td></tr>
<tr><td>2</td><td>CHINA P RP</td><td></td><td>0.03</td><td></td><td></td><td>475,000</td>
<td></td></tr>
</tbody><tfoot><tr><td></td><td>Total</td><td>0.42</td><td>0.53</td><td></td><td>1,200</td>
<td>476,400</td><td></td></tr><tr><td></td><td>India's Total</td><td>437,072</td><td>437,416</td>
<td></td><td></td><td></td><td></td></tr></tfoot></table></body></html>
"""
COMEXT = (
    "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE\r\n"
    "ESTAT:DS-045409(1.0),15/09/26 11:00:00,A,DE,CN,85051110,1,VALUE_IN_EUROS,2024,1000\r\n"
    "ESTAT:DS-045409(1.0),15/09/26 11:00:00,A,DE,CN,85051110,1,QUANTITY_IN_100KG,2024,1.5\r\n"
    "ESTAT:DS-045409(1.0),15/09/26 11:00:00,A,EL,XI,85051110,2,VALUE_IN_EUROS,2024-05,7\r\n"
    "ESTAT:DS-045409(1.0),15/09/26 11:00:00,A,EL,XI,85051110,2,SUPPLEMENTARY_QUANTITY,2024-05,1\r\n"
)
COMTRADE = json.dumps({"count": 1, "data": [{"reporterCode": 699, "cmdCode": "850511"}]})


def put(folder: Path, content: str | bytes, name: str = "download.bin") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def taken(cache, path, **chosen):
    source, raw = drop.open_file(path)
    return drop.normalise(source, raw, Chosen(**chosen), cache)


def test_a_file_is_known_by_its_content_whatever_its_name(tmp_path):
    for content, source in (
        (CHINA.encode("gb18030"), "gacc"),
        (CHINA.encode("utf-8-sig"), "gacc"),
        (INDIA, "tradestat"),
        (COMEXT, "comext"),
        (gzip.compress(COMEXT.encode()), "comext"),
        (COMTRADE, "comtrade"),
    ):
        assert drop.recognise(put(tmp_path, content, "x.pdf")).id == source


UNKNOWN = [
    (b"", "the file is empty"),
    (b" \n\n", "the file is empty"),
    (b"year,tonnes\n2024,5\n", "it is a text that begins 'year,tonnes 2024,5"),
    (b"<html><body>Access denied</body></html>", "it is a web page"),
    (b"\x00\x01\x02binary", "it is no text"),
    (b"\x1f\x8b\x08\x00cut", "the gzip stream is damaged"),
    (b'{"data": []}', "it is a text that begins"),
]


@pytest.mark.parametrize(("content", "said"), UNKNOWN, ids=[one[1] for one in UNKNOWN])
def test_what_is_not_recognised_is_named_with_what_would_be(tmp_path, content, said):
    with pytest.raises(SourceFault) as caught:
        drop.recognise(put(tmp_path, content))
    assert "download.bin" in str(caught.value)
    assert said in str(caught.value)
    if "not recognised" in str(caught.value):
        assert "China customs CSV" in caught.value.hint


def test_a_zip_of_something_else_is_not_recognised(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(SourceFault, match="it is a zip file"):
        drop.recognise(tmp_path / "a.zip")


def test_a_copy_is_kept_and_the_file_stays(cache, tmp_path):
    path = put(tmp_path, CHINA)
    _, opened = drop.open_file(path)
    raw = drop.keep_file(opened, cache)
    assert raw.sha256 == opened.sha256
    assert raw.address == "file:download.bin"
    assert raw.read() == path.read_bytes()
    assert raw.path != path
    with pytest.raises(ParameterFault, match="is a file of China customs, not of USITC DataWeb"):
        drop.open_file(path, only="dataweb")
    with pytest.raises(ParameterFault, match="there is no file"):
        drop.open_file(tmp_path / "none")


def test_a_large_file_is_read_where_it_lies(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(drop, "_COPIED_UP_TO", 10)
    _, opened = drop.open_file(put(tmp_path, CHINA))
    raw = drop.keep_file(opened, cache)
    assert raw.path == opened.path
    assert "read where it lies" in raw.remarks[0]
    assert not cache.root.exists()


def test_china_customs_is_read_in_its_own_words(cache, tmp_path):
    """Months, partners and kilograms; who is not known here keeps the publisher's name."""
    flows = taken(cache, put(tmp_path, CHINA.encode("gb18030")), flow="export")
    by_partner = flows.set_index("partner")
    assert by_partner["value"].to_dict() == {"IND": 60_000, "DEU": 9_000_000, "{某地}": 50}
    assert by_partner["net_kg"].to_dict() == {"IND": 1_500, "DEU": 209_000, "{某地}": 1_000}
    assert set(flows["period"]) == {"2025-05"}
    assert set(flows["system"]) == {"CN"}
    assert set(flows["valuation"]) == {"FOB"}
    assert flows.dtypes.astype(str).to_dict() == COLUMNS


def test_china_customs_does_not_say_imports_or_exports_so_you_must(cache, tmp_path):
    with pytest.raises(ParameterFault, match="does not say whether") as caught:
        taken(cache, put(tmp_path, CHINA))
    assert "--flow import or --flow export" in caught.value.hint


def test_yuan_stay_yuan_and_months_added_together_are_marked(cache, tmp_path):
    text = CHINA.replace("美元", "人民币").replace("202505", "202501-202503")
    flows = taken(cache, put(tmp_path, text), flow="import")
    assert set(flows["currency"]) == {"CNY"}
    assert set(flows["period"]) == {"2025-01 to 2025-03"}
    assert set(flows["period_type"]) == {"several_months"}
    assert set(flows["valuation"]) == {"CIF"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("202505", "", "has the month ''"),
        ("85051110", "all", "which is no customs code"),
        ("9000000", "secret", "'secret' stands where a number was due"),
    ],
)
def test_a_china_row_that_cannot_be_read_is_refused(cache, tmp_path, old, new, said):
    with pytest.raises(SourceFault, match=said):
        taken(cache, put(tmp_path, CHINA.replace(old, new)), flow="export")


def test_a_file_of_headers_alone_is_refused(cache, tmp_path):
    for text in (CHINA.splitlines()[0] + "\n", COMEXT.splitlines()[0] + "\r\n"):
        with pytest.raises(SourceFault, match="holds a header and no rows"):
            taken(cache, put(tmp_path, text), flow="export")


def test_india_is_read_by_fiscal_year_and_totals_are_left_out(cache, tmp_path):
    flows = taken(cache, put(tmp_path, INDIA))
    assert set(flows["period_type"]) == {"fiscal_year_apr_mar"}
    assert set(flows["partner"]) == {"USA", "CHN"}
    usa = flows[flows["partner"] == "USA"].set_index("period")
    assert usa["value"].to_dict() == {"FY2023-24": 420_000, "FY2024-25": 500_000}
    assert usa["net_kg"].to_dict() == {"FY2023-24": 1_200, "FY2024-25": 1_400}
    # an empty cell is no row, not a zero
    assert flows.loc[flows["partner"] == "CHN", "period"].tolist() == ["FY2024-25"]
    assert set(flows["system"]) == {"IN-ITC"}


def test_rupees_stay_rupees(cache, tmp_path):
    flows = taken(cache, put(tmp_path, INDIA.replace("US $ Million", "Rs. Crore")))
    assert set(flows["currency"]) == {"INR"}
    assert flows["value"].max() == 5_000_000


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Export :: Commodity", "Commodity", "does not say whether it holds imports or exports"),
        ("Values in US $ Million", "", "does not say whether values are million"),
        ("Commodity: 85051110", "Goods:", "names no commodity code"),
        ("0.50", "n.d.", "'n.d.' stands where a number was due"),
        ("<th>2023-2024</th>\n", "<th>before</th>", "8 cells under 3 years"),
        ("<td>2</td><td>CHINA P RP</td>", "<td>1</td><td>U S A</td>", "say the same thing twice"),
    ],
)
def test_an_indian_page_that_does_not_say_what_it_holds_is_refused(cache, tmp_path, old, new, said):
    assert old in INDIA
    with pytest.raises(SourceFault, match=said):
        taken(cache, put(tmp_path, INDIA.replace(old, new, 1)))


INDIA_CSV = (
    '"Export :: Commodity-wise all countries, Values in US $ Million"\n'
    '"Commodity: 85051110 FERRITE CORES Unit: KGS"\n'
    "S.No.,Country,2023-2024,2024-2025,%Growth,2023-2024,2024-2025,%Growth\n"
    '1,U S A,0.42,0.50,19.05,"1,200","1,400",16.67\n'
    "2,CHINA P RP,,0.03,,,475000,\n"
    ",Total,0.42,0.53,,1200,476400,\n"
)


def test_an_indian_csv_is_taken_where_it_says_what_it_holds(cache, tmp_path):
    """The same rows as the page; bare of its words it is refused, money is never guessed."""
    page = taken(cache, put(tmp_path, INDIA)).drop(columns="source_id")
    table = taken(cache, put(tmp_path, INDIA_CSV)).drop(columns="source_id")
    pd.testing.assert_frame_equal(table, page)
    bare = put(tmp_path, INDIA_CSV.split("\n", 2)[2])
    with pytest.raises(SourceFault, match="does not say whether it holds imports or exports"):
        taken(cache, bare)
    with pytest.raises(SourceFault, match="does not say whether values are million"):
        taken(cache, bare, flow="export", codes=("85051110",))
    money = put(tmp_path, "Values in US $ Million\n" + INDIA_CSV.split("\n", 2)[2])
    flows = taken(cache, money, flow="export", codes=("85051110",))
    assert (set(flows["code"]), flows["value"].sum()) == ({"85051110"}, 950_000)
    assert flows["net_kg"].isna().all()
    with pytest.raises(SourceFault, match="holds exports, --flow says imports"):
        taken(cache, put(tmp_path, INDIA_CSV), flow="import")


def test_an_indian_page_without_rows_is_refused(cache, tmp_path):
    empty = INDIA[: INDIA.index("<tbody>")] + "</table> tradestat"
    with pytest.raises(SourceFault, match="no table of countries"):
        taken(cache, put(tmp_path, empty))


def test_comext_brings_value_and_weight_together(cache, tmp_path):
    for content in (COMEXT.encode(), gzip.compress(COMEXT.encode())):
        flows = taken(cache, put(tmp_path, content)).set_index("reporter")
        assert flows.loc["DEU", ["partner", "flow", "valuation"]].tolist() == [
            "CHN",
            "import",
            "CIF",
        ]
        assert flows.loc["DEU", ["value", "net_kg", "quantity"]].tolist() == [1000, 150, 1.5]
        assert flows.loc["GRC", ["partner", "period_type"]].tolist() == ["GBR", "month"]
        assert pd.isna(flows.loc["GRC", "net_kg"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("85051110,1,VALUE", "85051110,9,VALUE", "flow '9' is neither 1"),
        (",2024,1000", ",2024,many", "line 2: 'many' stands where a number was due"),
        ("A,EL,XI,85051110,2,VALUE_IN_EUROS,2024-05", "A,DE,CN,85051110,1,VALUE_IN_EUROS,2024",
         "a second VALUE_IN_EUROS"),
        (",VALUE_IN_EUROS,2024-05,7", "", "line 4 has fewer cells"),
    ],
)  # fmt: skip
def test_a_comext_row_that_cannot_be_read_is_refused(cache, tmp_path, old, new, said):
    with pytest.raises(SourceFault, match=said):
        taken(cache, put(tmp_path, COMEXT.replace(old, new, 1)))


def test_codes_and_periods_may_be_chosen(cache, tmp_path):
    path = put(tmp_path, INDIA)
    assert set(taken(cache, path, periods=("2025",))["period"]) == {"FY2024-25"}
    assert len(taken(cache, path, codes=("8505",))) == 3
    with pytest.raises(SourceFault, match="none of its 3 rows is of 2846, 2010"):
        taken(cache, path, codes=("2846",), periods=("2010",))


def test_the_same_digits_are_different_goods_in_different_systems(cache, tmp_path):
    """85051110 is rare-earth magnets in China and the Union, ferrite cores in India."""
    codes = pd.DataFrame(
        [
            ("CN", "85051110", "Rare-earth permanent magnets", "yes"),
            ("EU-CN8", "85051110", "Magnets with Nd, Pr, Dy or Sm", "yes"),
            ("IN-ITC", "85051110", "Ferrite cores", "no"),
            ("US-HTS10", "8505110070", "Sintered NdFeB magnets", "yes"),
        ],
        columns=["system", "code", "description", "is_rare_earth_magnet"],
    )
    flows = pd.concat(
        [
            taken(cache, put(tmp_path, CHINA), flow="export"),
            taken(cache, put(tmp_path, INDIA)),
            taken(cache, put(tmp_path, COMEXT)),
        ]
    )
    joined = join_goods(flows, codes)
    assert len(joined) == len(flows)
    by_system = joined.groupby("system")["is_rare_earth_magnet"].unique()
    assert {name: list(found) for name, found in by_system.items()} == {
        "CN": ["yes"],
        "EU-CN8": ["yes"],
        "IN-ITC": ["no"],
    }


def test_what_a_code_means_is_said_with_the_rows(cache, tmp_path):
    """Who drops an Indian page reads that 85051110 is no rare-earth magnet there."""
    codes = pd.DataFrame(
        [("IN-ITC", "85051110", "Ferrite cores", "no")],
        columns=["system", "code", "description", "is_rare_earth_magnet"],
    )
    flows = pd.concat(
        [taken(cache, put(tmp_path, INDIA)), taken(cache, put(tmp_path, CHINA), flow="import")]
    )
    assert explain_goods(join_goods(flows, codes)) == [
        "IN-ITC 85051110 is Ferrite cores (rare-earth magnets: no)",
        "not in codelists/hs_codes.csv: CN 85051110",
    ]


def test_each_reader_is_strict_about_what_it_recognises():
    assert not drop_china.is_export("商品编码,金额\n")
    assert not drop_comext.is_export("DATAFLOW,freq\n")
    assert not drop_india.is_page("tradestat without a table")
