"""Promises about fetching: every fault is one line with a way out, and the cache stays whole."""

from __future__ import annotations

import datetime as dt
import gzip
import socket
from email.utils import format_datetime

import httpx
import pytest

from loopback import Answer, serving
from third_pillar.evidence.connectors import usgs
from third_pillar.evidence.connectors import web as web_module
from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.catalogue import SOURCES
from third_pillar.evidence.connectors.checks import due
from third_pillar.evidence.connectors.payload import strip_secrets
from third_pillar.evidence.connectors.web import Policy, Question, Web
from third_pillar.vocabulary.errors import SourceFault, StorageFault

SOURCE = SOURCES["usgs"]
CANARY = "canary-4f1c-key"
RELEASE = (
    "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes\r\n"
    "RARE EARTHS,World Mine Production and Reserves,Rare Earths,India,Production,"
    'Mine production,metric tons,2025,"2,900",Estimated.\r\n'
).encode("cp1252")


def fetch_release(server, web, cache):
    return usgs.fetch(web=web, cache=cache, base=server.base)


def ask(server, web, arriving, kind="json", secrets=None):
    url = f"{server.base}/data?period=2024"
    question = Question(SOURCE, url, due(SOURCE, url, kind), secrets or {})
    return web.fetch(question, arriving)


def test_a_payload_is_kept_byte_for_byte_with_hash_address_and_time(server, web, cache):
    dated = {"Last-Modified": "Fri, 06 Feb 2026 10:00:00 GMT"}
    server.tell(Answer(RELEASE, headers=dated))
    payload = fetch_release(server, web, cache)
    assert payload.path.read_bytes() == RELEASE
    assert payload.address == f"{server.base}{usgs.PATH}"
    assert (payload.size, payload.published) == (len(RELEASE), "2026-02-06")
    assert dt.datetime.fromisoformat(payload.retrieved_at).tzinfo is not None
    assert cache.newest("usgs", usgs.ASKED) == payload
    assert not list((cache.root / "partial").iterdir())


FAULTS = [
    (Answer(status=400), "HTTP 400, the question was refused", "--reporter"),
    (Answer(status=401), "HTTP 401, the key is missing", "needs no key"),
    (Answer(status=403), "HTTP 403, access is forbidden", "with a browser"),
    (Answer(status=404), "HTTP 404, there is nothing", "--address"),
    (Answer(status=410), "HTTP 410, what was there is gone", "--address"),
    (Answer(status=412), "HTTP 412, a firewall turns programs away", "data/cache/drop"),
    (Answer(status=418), "HTTP 418, this was refused", "with a browser"),
    (Answer(status=429), "HTTP 429, too many requests (tried 3 times)", "Wait"),
    (Answer(status=500), "HTTP 500, the server has a fault (tried 3 times)", "later"),
    (Answer(status=503), "HTTP 503, the server has a fault (tried 3 times)", "later"),
    (Answer(status=501), "HTTP 501, the server has a fault", "later"),
    (Answer(b""), "the answer is empty", "again"),
    (Answer(b" \n"), "the answer is empty", "again"),
    (
        Answer(b"<!DOCTYPE html><title>Please\nlog in</title>"),
        "a web page titled 'Please log in' where csv was due",
        "open the address",
    ),
    (
        Answer(b"notice", headers={"Content-Type": "text/html; charset=utf-8"}),
        "a web page where csv was due",
        "open the address",
    ),
    (
        Answer(RELEASE, sent=50),
        "the connection broke before the answer was whole (tried 3",
        "later",
    ),
    (Answer(RELEASE[:-30]), "the table is cut short: its last row has 7 of 10 cells", "again"),
    (Answer(b"a,b\n1,2\n"), "lacks columns of the data release", "--file"),
    (
        Answer(RELEASE.replace(b"RARE EARTHS", b"RHENIUM")),
        "it has no chapter RARE EARTHS",
        "whole data release",
    ),
    (
        Answer(RELEASE.replace(b"2,900", b"lots")),
        "line 2, India, Mine production: 'lots'",
        "say in",
    ),
    (Answer(status=302, headers={"Location": "/again"}), "redirects without end", "--address"),
]


@pytest.mark.parametrize(("answer", "said", "way_out"), FAULTS, ids=[one[1] for one in FAULTS])
def test_a_fault_is_one_line_and_leaves_the_cache_as_it_was(
    server, web, cache, files_of, answer, said, way_out
):
    """It names source, address, what happened and the way out; what was cached is still there."""
    server.tell(Answer(RELEASE))
    before = fetch_release(server, web, cache)
    held = files_of(cache.root)
    server.tell(answer)
    with pytest.raises(SourceFault) as caught:
        fetch_release(server, web, cache)
    line = str(caught.value)
    assert line.startswith(f"{SOURCE.title}, {server.base}{usgs.PATH}")
    assert said in line
    assert "\n" not in line
    assert way_out in caught.value.hint
    assert files_of(cache.root) == held
    assert cache.newest("usgs", usgs.ASKED) == before


def test_json_that_is_cut_is_told_from_what_is_no_json(server, web, tmp_path):
    for body, said in (
        (b'{"count": 2, "data": [{"a": 1}, {"b"', "the JSON is cut short (character 3"),
        (b"{'count': 2}", "the answer is not JSON"),
        (b'{"a": "\xff"}', "the answer is not UTF-8 text"),
    ):
        server.tell(Answer(body))
        with pytest.raises(SourceFault, match=said.replace("(", r"\(")):
            ask(server, web, tmp_path / "part")
        assert not (tmp_path / "part").exists()


def test_an_answer_that_comes_packed_is_kept_so_and_read(server, web, cache):
    """Some servers pack though not asked to; the bytes stay as they came."""
    packed = gzip.compress(RELEASE)
    server.tell(Answer(packed, headers={"Content-Encoding": "gzip"}))
    payload = fetch_release(server, web, cache)
    assert payload.path.read_bytes() == packed
    assert usgs.normalise(payload).loc[0, "value"] == 2900
    server.tell(Answer(packed[:-9], headers={"Content-Encoding": "gzip"}))
    with pytest.raises(SourceFault, match="the packed answer is damaged"):
        fetch_release(server, web, cache)


def test_what_is_no_zip_is_refused(server, web, tmp_path):
    server.tell(Answer(b"PK\x03\x04 and no end"))
    with pytest.raises(SourceFault, match="not a whole zip"):
        ask(server, web, tmp_path / "part", kind="zip")


def test_a_server_that_is_silent_or_not_there_is_named(server, waits, tmp_path):
    quick = Web(Policy(connect_seconds=5, read_seconds=0.2, tries=2), sleep=waits.append)
    server.tell(Answer(is_silent=True))
    with pytest.raises(SourceFault, match=r"no answer in time \(tried 2 times\)"):
        ask(server, quick, tmp_path / "part")
    with serving() as gone:
        pass
    with pytest.raises(SourceFault, match=r"127\.0\.0\.1 does not take the connection"):
        ask(gone, quick, tmp_path / "part")


def test_a_name_that_is_not_found_is_said_and_not_tried_again(web, waits, tmp_path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    url = "https://no-such-host.invalid/x"
    with pytest.raises(SourceFault, match=r"the name no-such-host\.invalid is not found \(DNS\)"):
        web.fetch(Question(SOURCE, url, due(SOURCE, url, "json")), tmp_path / "part")
    assert not waits


def test_a_connection_that_is_not_secure_is_refused(server, web, waits, tmp_path):
    """A server that speaks no TLS behind https is not asked in plain words instead."""
    url = server.base.replace("http:", "https:")
    server.tell(Answer(b"{}"))
    with pytest.raises(SourceFault, match=r"no secure connection to 127\.0\.0\.1 \(TLS:"):
        web.fetch(Question(SOURCE, url, due(SOURCE, url, "json")), tmp_path / "part")
    assert not waits


def test_a_redirect_from_https_to_http_is_not_followed():
    """Nor is a key carried to another port of the same host."""
    question = Question(SOURCE, "https://host/a", due(SOURCE, "a", "json"), {"X-Key": CANARY})
    asked = httpx.Request("GET", "https://host/a", headers={"X-Key": CANARY})
    with pytest.raises(SourceFault, match="redirects to an address that is not secure"):
        web_module._redirected(question, asked, httpx.Request("GET", "http://host/a"))
    then = httpx.Request("GET", "https://host:444/a", headers={"X-Key": CANARY})
    assert "x-key" not in web_module._redirected(question, asked, then).headers


def test_a_fault_that_passes_is_waited_for(server, web, waits, cache):
    """Back-off grows; Retry-After is honoured to the second, as number and as date."""
    server.tell(
        Answer(status=503),
        Answer(status=429, headers={"Retry-After": "37"}),
        Answer(RELEASE),
    )
    fetch_release(server, web, cache)
    backoff = [wait for wait in waits if wait != SOURCE.pace_seconds]
    assert len(backoff) == 2
    assert backoff[0] >= 1
    assert backoff[1] == 37
    waits.clear()
    soon = dt.datetime.now(tz=dt.UTC) + dt.timedelta(seconds=50)
    server.tell(
        Answer(status=429, headers={"Retry-After": format_datetime(soon, usegmt=True)}),
        Answer(RELEASE),
    )
    fetch_release(server, web, cache)
    assert any(40 < wait <= 50 for wait in waits)


def test_a_wait_is_told_with_its_reason(server, web, cache):
    """Nobody looks at a silent terminal for a minute."""
    told = []
    web.tell = told.append
    server.tell(Answer(status=429, headers={"Retry-After": "37"}), Answer(RELEASE))
    fetch_release(server, web, cache)
    (line,) = told
    assert "HTTP 429, too many requests" in line
    assert line.endswith("trying again in 37 s")


def test_a_server_that_asks_for_hours_is_not_waited_for(server, web, waits, cache):
    server.tell(Answer(status=429, headers={"Retry-After": "7200"}))
    with pytest.raises(SourceFault, match="HTTP 429, too many requests; it asks to wait 7,200 s"):
        fetch_release(server, web, cache)
    assert not waits
    assert len(server.requests) == 1


def test_a_retry_after_that_makes_no_sense_is_left_aside(server, web, cache):
    server.tell(Answer(status=503, headers={"Retry-After": "soon"}), Answer(RELEASE))
    assert fetch_release(server, web, cache).size == len(RELEASE)


def test_requests_to_one_host_keep_their_distance(server, web, waits, cache):
    server.tell(Answer(RELEASE))
    fetch_release(server, web, cache)
    assert not waits
    fetch_release(server, web, cache)
    assert waits == [SOURCE.pace_seconds]


MARKED = {"ETag": '"v1"', "Accept-Ranges": "bytes"}


def test_a_broken_download_goes_on_where_it_stopped(server, web, cache):
    server.tell(
        Answer(RELEASE, headers=MARKED, sent=100),
        Answer(RELEASE, headers=MARKED, honours_range=True),
    )
    assert fetch_release(server, web, cache).path.read_bytes() == RELEASE
    asked = server.requests[1][1]
    assert (asked["range"], asked["if-range"]) == ("bytes=100-", '"v1"')


def test_a_download_goes_on_in_a_later_call(server, web, cache, waits):
    """The part is kept outside of the payloads, and only where the server can go on with it."""
    server.tell(Answer(RELEASE, headers=MARKED, sent=60))
    with pytest.raises(SourceFault, match="broke before the answer was whole"):
        fetch_release(server, web, cache)
    assert not (cache.root / "payloads").exists()
    server.tell(Answer(RELEASE, headers=MARKED, honours_range=True))
    later = Web(sleep=waits.append, clock=lambda: 0.0)
    assert fetch_release(server, later, cache).path.read_bytes() == RELEASE
    assert server.requests[-1][1]["range"] == "bytes=60-"


def test_a_part_of_one_address_is_not_joined_to_another(server, web, tmp_path):
    """Also where both are kept in the same place and have the same mark."""
    server.tell(Answer(b'{"a": 1, "b": 2}', headers=MARKED, sent=9))
    with pytest.raises(SourceFault):
        ask(server, web, tmp_path / "part")
    with serving() as other:
        other.tell(Answer(b'{"c": 3, "d": 4}', headers=MARKED, honours_range=True))
        ask(other, web, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == b'{"c": 3, "d": 4}'


def test_a_file_that_changed_meanwhile_is_fetched_anew(server, web, cache):
    """No half of one edition is joined to a half of another."""
    changed = RELEASE.replace(b"2,900", b"3,100")
    server.tell(
        Answer(RELEASE, headers=MARKED, sent=100),
        Answer(changed, headers=MARKED | {"ETag": '"v2"'}, honours_range=True),
    )
    assert fetch_release(server, web, cache).path.read_bytes() == changed


def test_a_mark_that_is_weak_joins_nothing(server, web, cache):
    """A weak ETag may name two files of different bytes."""
    weak = MARKED | {"ETag": 'W/"v1"'}
    server.tell(Answer(RELEASE, headers=weak, sent=100), Answer(RELEASE, headers=weak))
    assert fetch_release(server, web, cache).path.read_bytes() == RELEASE
    assert "range" not in server.requests[1][1]


def test_a_part_that_starts_elsewhere_is_not_appended(server, web, cache):
    wrong = MARKED | {"Content-Range": f"bytes 5-{len(RELEASE) - 1}/{len(RELEASE)}"}
    server.tell(
        Answer(RELEASE, headers=MARKED, sent=100),
        Answer(RELEASE[5:], status=206, headers=wrong),
    )
    with pytest.raises(SourceFault, match="broke before the answer was whole"):
        fetch_release(server, web, cache)
    assert not (cache.root / "payloads").exists()


def test_a_range_that_does_not_fit_starts_anew(server, web, cache):
    server.tell(Answer(RELEASE, headers=MARKED, sent=100), Answer(status=416), Answer(RELEASE))
    assert fetch_release(server, web, cache).path.read_bytes() == RELEASE
    assert "range" not in server.requests[-1][1]


def test_a_key_goes_to_its_host_and_no_other(server, web, tmp_path):
    """A redirect to another host does not carry it along; within the host it does."""
    secrets = {"X-Key": CANARY}
    with serving() as other:
        other.tell(Answer(b"{}"))
        server.tell(
            Answer(status=302, headers={"Location": "/moved"}),
            Answer(status=302, headers={"Location": f"{other.base}/there"}),
        )
        ask(server, web, tmp_path / "part", secrets=secrets)
        assert [headers.get("x-key") for _, headers in server.requests] == [CANARY, CANARY]
        assert [path for path, _ in other.requests] == ["/there"]
        assert "x-key" not in other.requests[0][1]
        assert CANARY not in str(other.requests)


def test_the_systems_proxy_is_not_used(server, web, cache, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.tell(Answer(RELEASE))
    assert fetch_release(server, web, cache).size == len(RELEASE)


def test_progress_is_told_with_the_whole(server, cache):
    told = []
    server.tell(Answer(RELEASE))
    web = Web(progress=lambda received, total: told.append((received, total)))
    fetch_release(server, web, cache)
    assert told[-1] == (len(RELEASE), len(RELEASE))


def test_the_cache_gives_what_was_fetched_last(server, web, cache):
    """Earlier answers stay beside it; one that comes again is the newest again."""
    bodies = [RELEASE.replace(b"2,900", number) for number in (b"1", b"2", b"3", b"1")]
    for body in bodies:
        server.tell(Answer(body))
        fetch_release(server, web, cache)
        assert cache.newest("usgs", usgs.ASKED).path.read_bytes() == body
    assert len(list((cache.root / "payloads").rglob("*.csv"))) == 3


def test_a_cached_file_that_was_changed_is_not_used(server, web, cache):
    server.tell(Answer(RELEASE))
    payload = fetch_release(server, web, cache)
    payload.path.write_bytes(RELEASE.replace(b"2,900", b"9,900"))
    with pytest.raises(SourceFault, match="is not what was retrieved"):
        cache.newest("usgs", usgs.ASKED)


def test_an_empty_cache_says_what_to_run(cache):
    with pytest.raises(SourceFault, match="the cache holds nothing for release") as caught:
        cache.newest("usgs", usgs.ASKED)
    assert "without --from-cache" in caught.value.hint


def test_a_cache_that_cannot_be_written_is_a_storage_fault(server, web, tmp_path):
    (tmp_path / "file").write_text("")
    server.tell(Answer(RELEASE))
    with pytest.raises(StorageFault, match="cannot write"):
        fetch_release(server, web, Cache(tmp_path / "file"))


def test_secrets_are_taken_out_of_an_address():
    address = "https://user:pass@host:1/p?subscription-key=S&token=T&period=2024,2023#top"
    shown = "https://host:1/p?subscription-key=(removed)&token=(removed)&period=2024,2023"
    assert strip_secrets(address) == shown
