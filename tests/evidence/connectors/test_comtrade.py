"""Promises about UN Comtrade: no row twice, no key anywhere, no answer about another country."""

from __future__ import annotations

import json
import logging
from urllib.parse import parse_qs, urlsplit

import pytest

from loopback import Answer
from third_pillar.evidence.connectors import comtrade
from third_pillar.evidence.connectors.comtrade import Wanted
from third_pillar.evidence.connectors.comtrade_quota import Quota
from third_pillar.evidence.connectors.countries import find_reporter
from third_pillar.vocabulary.errors import ParameterFault, SourceFault

CANARY = "canary-77aa-comtrade-key"
INDIA = Wanted("IND", 699, "2024", ("import", "export"), ("850511",))


def row(**changed):
    """A row as version 1 sends it; imports of India from China."""
    made = {
        "typeCode": "C",
        "freqCode": "A",
        "refYear": 2024,
        "refMonth": 52,
        "period": "2024",
        "reporterCode": 699,
        "reporterISO": "IND",
        "reporterDesc": "India",
        "flowCode": "M",
        "partnerCode": 156,
        "partnerISO": "CHN",
        "partner2Code": 0,
        "classificationCode": "H6",
        "cmdCode": "850511",
        "customsCode": "C00",
        "motCode": 0,
        "qtyUnitCode": 8,
        "qtyUnitAbbr": "kg",
        "qty": 1000.0,
        "netWgt": 1000.0,
        "isNetWgtEstimated": False,
        "cifvalue": 4000.0,
        "fobvalue": None,
        "primaryValue": 4000.0,
    }
    return made | changed


def envelope(*rows):
    return json.dumps({"elapsedTime": "0.1 secs", "count": len(rows), "data": rows}).encode()


def fetch(server, web, cache, key="", wanted=INDIA):
    return comtrade.fetch(wanted, web=web, cache=cache, base=server.base, key=key)


def read(server, web, cache, *rows):
    server.tell(Answer(envelope(*rows)))
    return comtrade.normalise(fetch(server, web, cache))


def test_without_a_key_the_preview_is_asked(server, web, cache):
    server.tell(Answer(envelope(row())))
    fetch(server, web, cache)
    path, headers = server.requests[0]
    parts = urlsplit(path)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert parts.path == "/public/v1/preview/C/A/HS"
    assert asked["reportercode"] == "699"
    assert asked["flowCode"] == "M,X"
    assert (asked["customsCode"], asked["motCode"], asked["partner2Code"]) == ("C00", "0", "0")
    assert asked["maxRecords"] == "500"
    assert "ocp-apim-subscription-key" not in headers


def test_a_month_is_asked_of_the_monthly_series(server, web, cache):
    monthly = Wanted("IND", 699, "2025-05", ("export",), ("284690", "850511"))
    server.tell(Answer(envelope(row(period="202505", freqCode="M", flowCode="X"))))
    flows = comtrade.normalise(fetch(server, web, cache, wanted=monthly))
    assert "/C/M/HS?" in server.requests[0][0]
    assert "period=202505" in server.requests[0][0]
    assert flows.loc[0, ["period", "period_type"]].tolist() == ["2025-05", "month"]


def test_the_key_travels_as_a_header_and_is_written_nowhere(
    server, web, cache, files_of, caplog, capfd
):
    """Not in an address, a record, a file of the cache, a log line, the output, a fault."""
    caplog.set_level(logging.DEBUG)
    server.tell(Answer(envelope(row())))
    payload = fetch(server, web, cache, key=CANARY)
    path, headers = server.requests[0]
    assert path.startswith("/data/v1/get/C/A/HS?")
    assert headers["ocp-apim-subscription-key"] == CANARY
    assert CANARY not in path
    server.tell(Answer(status=401))
    with pytest.raises(SourceFault, match="HTTP 401") as caught:
        fetch(server, web, cache, key=CANARY)
    assert "COMTRADE_KEY" in caught.value.hint
    server.tell(Answer(status=500))
    with pytest.raises(SourceFault) as again:
        fetch(server, web, cache, key=CANARY)
    said = capfd.readouterr()
    everything = [
        str(payload), repr(payload), str(payload.record()), caplog.text, said.out, said.err,
        str(caught.value), caught.value.hint, repr(caught.value), str(again.value),
        *files_of(cache.root),
    ]  # fmt: skip
    assert not [text for text in everything if CANARY in text]
    assert not [name for name, text in files_of(cache.root).items() if CANARY.encode() in text]


def test_a_key_with_impossible_characters_is_refused_unseen():
    for bad in (f"{CANARY} x", f"{CANARY}\nX: y", f"{CANARY}é"):
        with pytest.raises(ParameterFault, match="COMTRADE_KEY holds") as caught:
            comtrade.read_key({"COMTRADE_KEY": bad})
        assert CANARY not in f"{caught.value} {caught.value.hint}"
    assert comtrade.read_key({"COMTRADE_KEY": f" {CANARY}\n"}) == CANARY
    assert comtrade.read_key({}) == ""


def test_parts_of_a_flow_are_not_counted_beside_the_whole(server, web, cache):
    """Procedure C00, mode 0, second partner 0 is the whole; anything else is a part of it."""
    flows = read(
        server,
        web,
        cache,
        row(),
        row(customsCode="C04", primaryValue=1500.0),
        row(motCode=1000, primaryValue=2500.0),
        row(partner2Code=344, primaryValue=500.0),
    )
    assert flows["value"].tolist() == [4000.0]


def test_rows_that_say_the_same_thing_twice_are_refused(server, web, cache):
    with pytest.raises(SourceFault, match="2 rows say the same thing twice, such as IND, CHN"):
        read(server, web, cache, row(), row(primaryValue=4100.0, cifvalue=4100.0))


def test_the_long_form_keeps_flags_valuation_and_names(server, web, cache):
    flows = read(
        server,
        web,
        cache,
        row(),
        row(partnerCode=0, partnerISO="W00", isNetWgtEstimated=True),
        row(partnerCode=490, partnerISO="S19", netWgt=0, qty=None),
        row(partnerCode=899, partnerISO="_X", cifvalue=None, fobvalue=4000.0),
        row(flowCode="X", partnerCode=842, partnerISO="USA", cifvalue=None, fobvalue=4000.0),
        row(flowCode="RX", partnerCode=251, partnerISO="FRA", cifvalue=None),
        row(partnerCode=251, partnerISO=None),
    ).set_index(["flow", "partner"])
    assert flows["valuation"].to_dict() == {
        ("import", "CHN"): "CIF",
        ("import", "WLD"): "CIF",
        ("import", "TWN"): "CIF",
        ("import", "OTH"): "FOB",
        ("import", "FRA"): "CIF",
        ("export", "USA"): "FOB",
        ("re-export", "FRA"): "not stated",
    }
    assert bool(flows.loc[("import", "WLD"), "kg_estimated"]) is True
    assert bool(flows.loc[("import", "CHN"), "kg_estimated"]) is False
    # a weight of nothing beside a value is a weight not given
    assert flows.loc[("import", "TWN"), ["net_kg", "kg_estimated"]].isna().all()
    assert set(flows["code_scope"]) == {"hs6"}
    assert set(flows["period_type"]) == {"calendar_year"}
    assert set(flows["currency"]) == {"USD"}


def test_an_answer_as_long_as_the_limit_may_be_cut_and_says_so(server, web, cache, monkeypatch):
    server.tell(Answer(envelope(*[row(partnerCode=n, partnerISO=None) for n in range(1, 501)])))
    (remark,) = fetch(server, web, cache).remarks
    assert "IND 2024: the answer has 500 rows" in remark
    assert "it may be cut" in remark
    assert "COMTRADE_KEY" in remark
    assert fetch(server, web, cache, key="k").remarks == ()
    monkeypatch.setenv("PILLAR_COMTRADE_ROWS", "500")
    assert "it may be cut" in fetch(server, web, cache, key="k").remarks[0]


SHAPES = [
    (envelope(), "nothing declared for IND, 2024, 850511"),
    (envelope(row(reporterCode=356)), "asked for reporter 699, the answer is about 356"),
    (b'{"statusCode": 429, "message": "Rate limit is exceeded"}', "says 'Rate limit is exceeded'"),
    (b'{"count": 0, "data": [], "error": "Invalid period"}', "says 'Invalid period'"),
    (b"[]", "no list named data"),
    (b'{"data": [1, 2]}', "no list named data"),
    (b'{"data": [{"cmdCode": "850511"}]}', "its rows lack reporterCode, partnerCode"),
    (envelope(row(), row()), "2 rows say the same thing twice"),
    (envelope(row(motCode=1000)), "holds no whole flow"),
    (b"<html><title>Down for maintenance</title>", "titled 'Down for maintenance' where json"),
]


@pytest.mark.parametrize(("body", "said"), SHAPES, ids=[shape[1] for shape in SHAPES])
def test_an_answer_of_another_shape_does_not_reach_the_cache(
    server, web, cache, files_of, body, said
):
    server.tell(Answer(body))
    with pytest.raises(SourceFault) as caught:
        fetch(server, web, cache)
    assert said in str(caught.value)
    assert caught.value.hint
    assert not files_of(cache.root)


def test_a_days_calls_are_counted_and_end(server, web, cache, monkeypatch):
    monkeypatch.setenv("PILLAR_COMTRADE_CALLS", "2")
    server.tell(Answer(envelope(row())))
    for _ in range(2):
        fetch(server, web, cache, key="k")
    with pytest.raises(SourceFault, match=r"2 of 2 calls of .* are used"):
        fetch(server, web, cache, key="k")
    assert len(server.requests) == 2
    # yesterday's calls are not today's
    (cache.root / "quota/comtrade.json").write_text('{"day": "2000-01-01", "calls": 2}')
    fetch(server, web, cache, key="k")
    # the preview counts on nobody's account
    fetch(server, web, cache)
    assert "/public/v1/preview/" in server.requests[-1][0]


def test_a_quota_that_is_no_number_is_refused():
    assert Quota.read({}) == Quota(rows=100_000, calls_a_day=500)
    for bad in ("0", "-5", "many", "1.5"):
        with pytest.raises(ParameterFault, match="PILLAR_COMTRADE_CALLS"):
            Quota.read({"PILLAR_COMTRADE_CALLS": bad})


def test_reporters_have_comtrades_own_numbers():
    """India, the United States and France are not numbered as in ISO 3166."""
    numbers = {code: find_reporter(code)[1] for code in ("IND", "USA", "FRA", "CHN", "JPN")}
    assert numbers == {"IND": 699, "USA": 842, "FRA": 251, "CHN": 156, "JPN": 392}
    assert find_reporter("699") == ("IND", 699)
    assert find_reporter("chn") == ("CHN", 156)
    with pytest.raises(ParameterFault, match="Did you mean 'IND'"):
        find_reporter("INDD")
    with pytest.raises(ParameterFault, match="no reporter EU27"):
        find_reporter("EU27")
