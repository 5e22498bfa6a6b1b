"""Promises about BACI: codes keep their zeros, unknown quantities stay unknown, damage is seen."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from loopback import Answer
from third_pillar.evidence.connectors import baci
from third_pillar.evidence.connectors.payload import RawPayload
from third_pillar.vocabulary.errors import SourceFault

COUNTRIES = (
    "country_code,country_name,country_iso2,country_iso3\n"
    "156,China,CN,CHN\n699,India,IN,IND\n490,Other Asia,N/A,S19\n251,France,FR,FRA\n"
)
YEAR = (
    "t,i,j,k,v,q\n"
    "2023,156,699,850511,206000.0,53740.123\n"
    "2023,156,490,850511,12.5,           NA\n"
    "2023,156,251,850511,7.25,\n"
    "2023,699,156,010121,1.0,2.0\n"
    "2023,699,156,8505111,99.0,1.0\n"
    "2023,842,156,280530,3.0,  0.001\n"
)


def packed(path: Path, **files: str) -> RawPayload:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return RawPayload("baci", "file:baci.zip", "0" * 64, 1, "2026-11-26T10:00:00+00:00", path)


@pytest.fixture
def raw(tmp_path: Path) -> RawPayload:
    return packed(
        tmp_path / "baci.zip",
        Readme__txt="read me",
        country_codes_V202501__csv=COUNTRIES,
        BACI_HS17_Y2023_V202501__csv=YEAR,
        BACI_HS17_Y2022_V202501__csv=YEAR.replace("2023", "2022"),
    )


def test_our_codes_are_taken_year_by_year(raw, tmp_path):
    """Thousands of dollars become dollars, tonnes kilograms; another code's digits do not match."""
    flows = baci.normalise(raw, work=tmp_path / "work", codes=("850511",), years=(2023,))
    by_partner = flows.set_index("partner")
    assert by_partner["value"].to_dict() == {"IND": 206_000_000, "TWN": 12_500, "FRA": 7_250}
    assert by_partner.loc["IND", "net_kg"] == pytest.approx(53_740_123)
    assert by_partner.loc[["TWN", "FRA"], "net_kg"].isna().all()
    assert set(flows["reporter"]) == {"CHN"}
    assert set(flows["valuation"]) == {"FOB"}
    assert set(flows["period_type"]) == {"calendar_year"}
    assert not list((tmp_path / "work").iterdir())


def test_each_year_is_told_before_it_is_read(raw, tmp_path):
    told = []
    baci.normalise(raw, work=tmp_path, tell=told.append)
    assert [line[-27:] for line in told] == [
        "BACI_HS17_Y2022_V202501.csv",
        "BACI_HS17_Y2023_V202501.csv",
    ]


def test_all_years_and_codes_where_none_is_named(raw, tmp_path):
    flows = baci.normalise(raw, work=tmp_path)
    assert set(flows["period"]) == {"2022", "2023"}
    assert set(flows["code"]) == {"850511", "280530"}
    assert set(flows.loc[flows["code"] == "280530", "reporter"]) == {"USA"}


def test_leading_zeros_are_kept_also_where_a_program_dropped_them(tmp_path):
    raw = packed(
        tmp_path / "z.zip",
        BACI_HS17_Y2023_V1__csv="t,i,j,k,v,q\n2023,156,699,010121,1,1\n2023,156,251,10121,2,1\n",
    )
    flows = baci.normalise(raw, work=tmp_path, codes=("010121",))
    assert flows["code"].tolist() == ["010121", "010121"]


BROKEN = [
    ("t,i,j,k,v\n2023,156,699,850511,1\n", "begins 't,i,j,k,v', not t,i,j,k,v,q"),
    ("t,i,j,k,v,q\n2023,156,699,850511,much,1\n", "'much' is not a number"),
    ("t,i,j,k,v,q\n2023,156,699,850511,1,nan\n", "'nan' is not a number"),
    ("t,i,j,k,v,q\n2023,156,here,850511,1,1\n", "cannot be read: 2023,156,here,850511"),
    ("t,i,j,k,v,q\n2019,156,699,850511,1,1\n", "holds a row of 2019"),
    ("t,i,j,k,v,q\n2023,156,699,850511\n", "BACI_HS17_Y2023_V1.csv"),
    ("t,i,j,k,v,q\n2023,156,699,010121,1,1\n", "no flow of 850511"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN, ids=[one[1] for one in BROKEN])
def test_a_file_of_another_shape_is_refused_by_name(tmp_path, text, said):
    raw = packed(tmp_path / "z.zip", BACI_HS17_Y2023_V1__csv=text)
    with pytest.raises(SourceFault) as caught:
        baci.normalise(raw, work=tmp_path, codes=("850511",))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_year_the_zip_lacks_is_named_with_those_it_has(raw, tmp_path):
    with pytest.raises(SourceFault, match="no year 2024; it covers 2022 to 2023"):
        baci.normalise(raw, work=tmp_path, years=(2024,))


def test_damage_in_the_zip_is_seen(raw, tmp_path):
    content = bytearray(raw.path.read_bytes())
    place = content.index(b"BACI_HS17_Y2023_V202501.csv") + len(b"BACI_HS17_Y2023_V202501.csv") + 9
    content[place] ^= 0xFF
    raw.path.write_bytes(bytes(content))
    with pytest.raises(SourceFault, match=r"V202501\.csv in the zip is damaged"):
        baci.normalise(raw, work=tmp_path, years=(2023,))
    raw.path.write_bytes(bytes(content[:200]))
    with pytest.raises(SourceFault, match="not a whole zip"):
        baci.normalise(raw, work=tmp_path)


def test_a_zip_of_something_else_is_refused_before_it_is_kept(
    server, web, cache, tmp_path, files_of
):
    other = packed(tmp_path / "other.zip", Products__csv="a,b\n")
    server.tell(Answer(other.path.read_bytes()))
    with pytest.raises(SourceFault, match="holds no file BACI_HS"):
        baci.fetch(web=web, cache=cache, address=f"{server.base}/BACI_HS17.zip")
    assert not files_of(cache.root)


def test_a_zip_is_fetched_in_pieces_and_read(server, web, cache, raw, tmp_path):
    marked = {"ETag": '"a"', "Accept-Ranges": "bytes"}
    body = raw.path.read_bytes()
    server.tell(
        Answer(body, headers=marked, sent=len(body) // 2),
        Answer(body, headers=marked, honours_range=True),
    )
    payload = baci.fetch(web=web, cache=cache, address=f"{server.base}/BACI_HS17.zip")
    assert payload.path.read_bytes() == body
    assert len(baci.normalise(payload, work=tmp_path)) == 8
