"""A refresh from question to proposal, whatever the source."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from third_pillar.evidence.connectors import baci, comtrade, drop, usgs, usgs_rows
from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.candidates import Change, compare
from third_pillar.evidence.connectors.catalogue import Source, find_source
from third_pillar.evidence.connectors.countries import find_reporter, is_known
from third_pillar.evidence.connectors.flow_changes import (
    compare_annual,
    compare_flows,
    compare_monthly,
    read_flows,
)
from third_pillar.evidence.connectors.flows import explain_flows
from third_pillar.evidence.connectors.goods import explain_goods, join_goods, read_goods
from third_pillar.evidence.connectors.payload import RawPayload, strip_secrets
from third_pillar.evidence.connectors.proposals import (
    Proposal,
    last_rows,
    name_proposal,
    with_changes,
    write_proposal,
)
from third_pillar.evidence.connectors.request import FLOWS, Request, check_request
from third_pillar.evidence.connectors.web import Tell, Web
from third_pillar.evidence.files import storage_faults
from third_pillar.vocabulary.errors import ParameterFault, PillarError

CODES = ("280530", "284610", "284690", "850511", "850519")
"""Codes asked of Comtrade where none is given."""


@dataclass(frozen=True)
class Refreshed:
    """Proposals made, and files that could not be taken."""

    proposals: tuple[Proposal, ...]
    faults: tuple[PillarError, ...] = ()


@dataclass(frozen=True)
class _Found:
    """What was read: payloads and their rows."""

    source: Source
    payloads: tuple[RawPayload, ...]
    frame: pd.DataFrame
    asked: dict[str, str] = field(default_factory=dict)


def refresh(request: Request, *, root: Path | None = None, web: Web | None = None) -> Refreshed:
    """The proposals that a request leads to; curated data are as they were.

    Raises:
        ParameterFault: The request makes no sense; nothing was fetched.
        SourceFault: The source did not give what it should.
        StorageFault: The cache cannot be written.
    """
    source = find_source(request.source)
    check_request(request, source)
    cache = Cache.of_project(root)
    web = web or Web()
    if source.id == "drop":
        return _refresh_drop(request, cache, root, web.tell)
    if request.file:
        found = _from_file(request, request.file, cache, web.tell, only=source.id)
    elif source.id == "comtrade":
        found = _from_comtrade(request, source, cache, web)
    elif source.id == "usgs":
        found = _from_usgs(request, source, cache, web)
    elif source.id == "baci":
        found = _from_baci(request, source, cache, web)
    else:
        raise ParameterFault(
            f"{source.title} is read from a file", hint=f"{source.key.capitalize()}."
        )
    return Refreshed((_propose(found, cache, root),))


def _from_comtrade(request: Request, source: Source, cache: Cache, web: Web) -> _Found:
    if not request.reporters or not request.periods:
        raise ParameterFault(
            f"{source.title} needs --reporter and --period",
            hint="Such as: pillar data refresh comtrade --reporter IND --period 2024",
        )
    wanted = list(
        comtrade.split(
            tuple(find_reporter(text) for text in dict.fromkeys(request.reporters)),
            tuple(dict.fromkeys(request.periods)),
            request.flows or FLOWS,
            request.codes or CODES,
        )
    )
    key = "" if request.from_cache else comtrade.read_key()
    base = source.find_base(request.base)
    payloads = []
    for place, one in enumerate(wanted, start=1):
        if request.from_cache:
            payloads.append(cache.newest(source.id, one.asked))
            continue
        if web.tell and len(wanted) > 1:
            name = one.asked["reporter"]
            web.tell(f"{source.title}: {name}, {one.period} ({place} of {len(wanted)})")
        payloads.append(comtrade.fetch(one, web=web, cache=cache, base=base, key=key))
    frames = [comtrade.normalise(payload) for payload in payloads]
    asked = {
        name: "; ".join(dict.fromkeys(one.asked[name] for one in wanted))
        for name in ("reporter", "period", "flow", "code")
    }
    return _Found(source, tuple(payloads), pd.concat(frames, ignore_index=True), asked)


def _from_usgs(request: Request, source: Source, cache: Cache, web: Web) -> _Found:
    if request.from_cache:
        payload = cache.newest(source.id, usgs.ASKED)
    else:
        base = source.find_base(request.base)
        payload = usgs.fetch(web=web, cache=cache, base=base, address=request.address)
    return _Found(source, (payload,), usgs.normalise(payload), dict(usgs.ASKED))


def _from_baci(request: Request, source: Source, cache: Cache, web: Web) -> _Found:
    if not request.address:
        raise ParameterFault(
            f"{source.title} needs the zip of one HS revision",
            hint="Fetch it from cepii.fr and give --file ZIP, or its --address.",
        )
    payload = (
        cache.newest(source.id, {"address": strip_secrets(request.address)})
        if request.from_cache
        else baci.fetch(web=web, cache=cache, address=request.address)
    )
    return _read(request, source, payload, cache, web.tell)


def _from_file(
    request: Request, file: Path, cache: Cache, tell: Tell | None, *, only: str = ""
) -> _Found:
    source, payload = drop.open_file(file, only=only)
    found = _read(request, source, payload, cache, tell)
    # only what could be read is kept
    return replace(found, payloads=(drop.keep_file(payload, cache),))


def _read(
    request: Request, source: Source, payload: RawPayload, cache: Cache, tell: Tell | None
) -> _Found:
    chosen = drop.Chosen(
        flow=request.flows[0] if len(request.flows) == 1 else "",
        codes=request.codes,
        periods=request.periods,
    )
    frame = drop.normalise(source, payload, chosen, cache, tell=tell)
    asked = dict(payload.asked) | {
        "code": ",".join(request.codes),
        "period": ",".join(request.periods),
    }
    return _Found(source, (payload,), frame, asked)


def _refresh_drop(
    request: Request, cache: Cache, root: Path | None, tell: Tell | None
) -> Refreshed:
    """One proposal a file; a file that cannot be taken does not keep the others."""
    with storage_faults(cache.drop):
        cache.drop.mkdir(parents=True, exist_ok=True)
    place = request.file or cache.drop
    files = (
        [place]
        if not place.is_dir()
        else sorted(
            path for path in place.iterdir() if path.is_file() and not path.name.startswith(".")
        )
    )
    if not files:
        raise ParameterFault(
            f"{place} holds no file",
            hint="Put files fetched by hand there, or name one with --file.",
        )
    made: list[Proposal] = []
    faults: list[PillarError] = []
    for file in files:
        try:
            made.append(_propose(_from_file(request, file, cache, tell), cache, root))
        except PillarError as error:
            faults.append(error)
    if not made and len(faults) == 1:
        raise faults[0]
    return Refreshed(tuple(made), tuple(faults))


def _propose(found: _Found, cache: Cache, root: Path | None) -> Proposal:
    is_trade = "partner" in found.frame
    frame = join_goods(found.frame, read_goods(root)) if is_trade else found.frame
    folder = name_proposal(cache, found.source, found.payloads)
    bare = Proposal(
        id=folder.name,
        folder=folder,
        source=found.source,
        payloads=found.payloads,
        asked=found.asked,
        rows=len(found.frame),
        against="",
        changes=(),
        remarks=(*_remarks(found), *(explain_goods(frame) if is_trade else ())),
        source_row={},
    )
    if found.source.id == "usgs":
        candidates = usgs_rows.find_candidates(found.payloads[0], found.frame)
        proposal = with_changes(bare, compare(candidates, root), "the curated tables")
        if proposal.takes:
            proposal = Proposal(**{**vars(proposal), "source_row": candidates.source_row})
    else:
        proposal = with_changes(bare, *_flow_changes(found, cache, root))
    return write_proposal(proposal, frame)


def _flow_changes(found: _Found, cache: Cache, root: Path | None) -> tuple[Sequence[Change], str]:
    if found.source.id == "gacc" and (found.frame["period_type"] == "month").any():
        return compare_monthly(found.frame, root), "trade_monthly, exports in tonnes"
    annual = compare_annual(found.frame, root)
    against = ["trade_annual, where it holds the flow"] if annual else []
    last = last_rows(cache, found.source, found.asked)
    if last is not None:
        name, rows = last
        against.append(f"the last proposal, {name}")
        annual += compare_flows(read_flows(rows), found.frame)
    nothing = "nothing: no curated table holds these flows, and this is the first proposal"
    return annual, " and ".join(against) or nothing


def _remarks(found: _Found) -> tuple[str, ...]:
    """What a reader must know of the payloads and of the rows."""
    remarks = [remark for payload in found.payloads for remark in payload.remarks]
    if "partner" not in found.frame:
        edition = int(found.frame["edition"].iloc[0])
        cells = f"{len(found.frame)} printed cells of its rare-earth chapters"
        return (f"this is the data release of MCS {edition}: {cells}", *remarks)
    remarks.insert(0, explain_flows(found.frame))
    sides = pd.concat([found.frame["reporter"], found.frame["partner"]]).dropna().unique()
    unknown = sorted(str(code)[1:-1] for code in sides if not is_known(str(code)))
    if unknown:
        some = ", ".join(unknown[:8]) + (" …" if len(unknown) > len(unknown[:8]) else "")
        remarks.append(f"{_count(unknown, 'partner')} under the publisher's name: {some}")
    estimated = int(found.frame["kg_estimated"].fillna(value=False).sum())
    if estimated:
        remarks.append(f"{_count(range(estimated), 'weight')} estimated by the publisher")
    buckets = found.frame["unit_bucket"].dropna().nunique()
    if buckets > 1:
        remarks.append(f"{buckets} unit buckets: quantities of different units are not added")
    hidden = int(found.frame["suppressed"].fillna(value=False).sum())
    if hidden:
        remarks.append(f"quantities suppressed, so missing and not zero: {hidden}")
    return tuple(remarks)


def _count(things: Sized, word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"
