"""UN Comtrade, version 1: what a country declares to have imported and exported.

Decision: plain httpx, not the publisher's package comtradeapicall (1.3.2). On an error that package
prints a line and returns None, so that a wrong key, a used-up quota and a country that reported
nothing look alike; it puts the key into the address, from where it reaches logs; and it cannot be
given another base to be tested against. The two addresses used here and their parameters are those
of its source. Consequence: what it does beyond them (bulk files, asynchronous jobs) is not here.

One request asks for one reporter and one period, so that five hundred rows, the most that an
answer without a key holds, suffice for a few codes. An answer as long as the limit may be cut, and
says so. Kept are customs procedure C00, mode of transport 0 and second partner 0: the other rows
are parts of these, and would count twice.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.catalogue import COMTRADE_KEY, SOURCES
from third_pillar.evidence.connectors.checks import due
from third_pillar.evidence.connectors.comtrade_quota import Quota, count_call
from third_pillar.evidence.connectors.countries import find_by_comtrade_iso, find_by_number
from third_pillar.evidence.connectors.flows import make_flows, system_of
from third_pillar.evidence.connectors.payload import RawPayload, read_unpacked, strip_secrets
from third_pillar.evidence.connectors.web import Question, Web
from third_pillar.evidence.connectors.web_faults import fault_of
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import WORLD
from third_pillar.vocabulary.errors import ParameterFault

SOURCE = SOURCES["comtrade"]
PREVIEW_ROWS = 500
KEY_HEADER = "Ocp-Apim-Subscription-Key"
_FLOWS = {
    "M": "import",
    "X": "export",
    "RM": "re-import",
    "RX": "re-export",
    "DX": "domestic export",
    "FX": "foreign export",
}
_ASKED_FLOWS = {"import": "M", "export": "X"}
_FIELDS = ("reporterCode", "partnerCode", "flowCode", "period", "cmdCode", "primaryValue")


@dataclass(frozen=True)
class Wanted:
    """One request: a reporter, a period, flows and codes."""

    reporter: str
    number: int
    period: str
    flows: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def asked(self) -> dict[str, str]:
        """The question as words, which are also its key in the cache."""
        return {
            "reporter": self.reporter or str(self.number),
            "period": self.period,
            "flow": ",".join(self.flows),
            "code": ",".join(self.codes),
        }


def read_key(environment: Mapping[str, str] = os.environ) -> str:
    """The key, or nothing.

    Raises:
        ParameterFault: It holds characters no header may; the key itself is not shown.
    """
    key = environment.get(COMTRADE_KEY, "").strip()
    if key and not re.fullmatch(r"[\x21-\x7e]+", key):
        raise ParameterFault(
            f"{COMTRADE_KEY} holds spaces or characters that no key has",
            hint=f"Copy it again, or unset {COMTRADE_KEY} for the preview.",
        )
    return key


def fetch(wanted: Wanted, *, web: Web, cache: Cache, base: str, key: str) -> RawPayload:
    """The answer to one request, kept in the cache.

    Raises:
        SourceFault: It could not be had, is about another country, or holds no rows.
    """
    quota = Quota.read()
    limit = quota.rows if key else PREVIEW_ROWS
    url = _address(wanted, base=base, is_keyed=bool(key), limit=limit)
    shown = strip_secrets(url)
    if key:
        count_call(cache, quota)
    check_json = due(SOURCE, shown, "json")

    def check(path: Path, headers: Mapping[str, str]) -> None:
        check_json(path, headers)
        _check_rows(_rows(read_unpacked(path), shown), wanted, shown)
        normalise(RawPayload.arriving(SOURCE.id, shown, path))

    question = Question(SOURCE, url, check, {KEY_HEADER: key} if key else {})
    arriving = cache.partial(SOURCE.id, wanted.asked)
    web.fetch(question, arriving)
    count = len(_rows(read_unpacked(arriving), shown))
    return cache.keep(
        arriving,
        source=SOURCE.id,
        address=shown,
        asked=wanted.asked,
        kind="json",
        remarks=_cut_remark(wanted, count, limit),
    )


def normalise(raw: RawPayload) -> pd.DataFrame:
    """The flows of an answer in the long form; values in US dollars.

    Raises:
        SourceFault: The answer is not in the shape of version 1, or repeats itself.
    """
    rows = [row for row in _rows(raw.read(), raw.address) if _is_whole(row)]
    if not rows:
        happened = "the answer holds no whole flow, only parts by procedure, mode or second partner"
        raise fault_of(SOURCE, raw.address, happened, "Ask for another --period or --code.")
    return make_flows(
        (_flow(row) for row in rows),
        source_id=f"comtrade:{raw.sha256[:12]}",
        place=SOURCE.title,
    )


def _address(wanted: Wanted, *, base: str, is_keyed: bool, limit: int) -> str:
    frequency = "M" if "-" in wanted.period else "A"
    path = "data/v1/get" if is_keyed else "public/v1/preview"
    query = {
        "reportercode": wanted.number,
        "flowCode": ",".join(_ASKED_FLOWS[flow] for flow in wanted.flows),
        "period": wanted.period.replace("-", ""),
        "cmdCode": ",".join(wanted.codes),
        "partner2Code": 0,
        "motCode": 0,
        "customsCode": "C00",
        "maxRecords": limit,
        "format": "JSON",
        "breakdownMode": "classic",
        "includeDesc": "true",
    }
    return f"{base}/{path}/C/{frequency}/HS?{urlencode(query, safe=',')}"


def _rows(content: bytes, address: str) -> list[dict[str, Any]]:
    """The rows of an envelope; a message in their place is told."""
    envelope = json.loads(content)
    said = envelope.get("error") or envelope.get("message") if isinstance(envelope, dict) else None
    rows = envelope.get("data") if isinstance(envelope, dict) else None
    if said or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        happened = (
            f"the answer holds no rows but says {str(said)[:120]!r}"
            if said
            else ("the answer is not in the shape of version 1: no list named data")
        )
        raise fault_of(SOURCE, address, happened, "Check --reporter, --code and --period.")
    for row in rows[:1]:
        missing = [name for name in _FIELDS if name not in row]
        if missing:
            happened = f"its rows lack {', '.join(missing)}"
            raise fault_of(SOURCE, address, happened, "The publisher changed its form; report it.")
    return rows


def _check_rows(rows: list[dict[str, Any]], wanted: Wanted, address: str) -> None:
    if not rows:
        words = f"{wanted.asked['reporter']}, {wanted.period}, {', '.join(wanted.codes)}"
        raise fault_of(
            SOURCE,
            address,
            f"the answer is empty: nothing declared for {words}",
            "The country may not have reported yet: ask for an earlier --period.",
        )
    strange = {row["reporterCode"] for row in rows} - {wanted.number}
    if strange:
        happened = f"asked for reporter {wanted.number}, the answer is about {min(strange)}"
        raise fault_of(SOURCE, address, happened, "Give Comtrade's own number as --reporter.")


def _cut_remark(wanted: Wanted, count: int, limit: int) -> tuple[str, ...]:
    if count < limit:
        return ()
    more = "fewer codes at a time" + ("" if limit > PREVIEW_ROWS else f", or set {COMTRADE_KEY}")
    place = f"{wanted.asked['reporter']} {wanted.period}"
    said = (
        f"{place}: the answer has {counted(count, 'row')}, as many as it may hold; it may be cut."
    )
    return (f"{said} Ask for {more}.",)


def _is_whole(row: Mapping[str, Any]) -> bool:
    """Whether a row is the whole and not a part by procedure, mode or second partner."""
    return (
        row.get("customsCode") in {None, "C00"}
        and row.get("motCode") in {None, 0}
        and row.get("partner2Code") in {None, 0}
    )


def _flow(row: Mapping[str, Any]) -> dict[str, Any]:
    flow = _FLOWS.get(str(row["flowCode"]), str(row["flowCode"]))
    period = str(row["period"])
    is_month = len(period) == len("YYYYMM")
    weight = row.get("netWgt")
    unknown_weight = not weight and bool(row["primaryValue"])
    return {
        "reporter": _country(row, "reporter"),
        "partner": _country(row, "partner"),
        "flow": flow,
        "system": system_of(str(row["cmdCode"]), "HS"),
        "code": str(row["cmdCode"]),
        "period": f"{period[:4]}-{period[4:]}" if is_month else period,
        "period_type": "month" if is_month else "calendar_year",
        "value": row["primaryValue"],
        "currency": "USD",
        "valuation": _valuation(row),
        "net_kg": None if unknown_weight else weight,
        "kg_estimated": None if unknown_weight else row.get("isNetWgtEstimated"),
        "quantity": row.get("qty"),
        "unit_bucket": row.get("qtyUnitAbbr") or "",
        "suppressed": None,
        "note": _classification(row),
    }


def _country(row: Mapping[str, Any], side: str) -> str:
    if row.get(f"{side}Code") == 0:
        return WORLD
    iso = str(row.get(f"{side}ISO") or "")
    return find_by_comtrade_iso(iso) if iso else find_by_number(int(row[f"{side}Code"]))


def _valuation(row: Mapping[str, Any]) -> str:
    """Which of the row's two values is its primary one; some countries declare imports FOB."""
    cif, fob, value = (row.get(name) for name in ("cifvalue", "fobvalue", "primaryValue"))
    if str(row["flowCode"]) in {"M", "RM"} and cif is not None and cif == value:
        return "CIF"
    return "FOB" if fob is not None and fob == value else "not stated"


def _classification(row: Mapping[str, Any]) -> str:
    edition = row.get("classificationCode")
    return f"classification {edition}" if edition else ""


def split(
    reporters: tuple[tuple[str, int], ...],
    periods: tuple[str, ...],
    flows: tuple[str, ...],
    codes: tuple[str, ...],
) -> Iterator[Wanted]:
    """One request for each reporter and period."""
    for code, number in reporters:
        for period in periods:
            yield Wanted(code, number, period, flows, codes)
