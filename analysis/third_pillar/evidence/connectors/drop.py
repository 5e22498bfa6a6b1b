"""Files given by hand, recognised by what is in them and never by their name."""

from __future__ import annotations

import datetime as dt
import gzip
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from third_pillar.evidence.connectors import (
    baci,
    comtrade,
    dataweb,
    drop_china,
    drop_comext,
    drop_india,
    usgs,
)
from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.catalogue import SOURCES, Source
from third_pillar.evidence.connectors.payload import RawPayload
from third_pillar.evidence.connectors.web import Tell
from third_pillar.evidence.files import file_sha256, refuse_folder
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import ParameterFault, SourceFault

_HEAD = 1 << 16
_COPIED_UP_TO = 200_000_000
_RECOGNISED = (
    "China customs CSV (headings 数据年月, 商品编码 …)",
    "India tradestat page, commodity-wise all countries (HTML, or CSV that says what it holds)",
    "Comext SDMX-CSV (header DATAFLOW,…; gzip or not)",
    "USITC DataWeb workbook (.xlsx)",
    "CEPII BACI zip (BACI_HS.._Y...._V......csv inside)",
    "USGS MCS data release (CSV with MCS chapter, Section …)",
    "UN Comtrade answer (JSON with data)",
)


@dataclass(frozen=True)
class Chosen:
    """What the command line says of a file."""

    flow: str = ""
    codes: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()


def recognise(path: Path) -> Source:
    """Whose file this is, by its content.

    Raises:
        ParameterFault: There is no such file.
        SourceFault: It is empty or none of the kinds known; says what it looks like.
    """
    refuse_folder(path, wanted="the file that the source gave you", pattern="*.*")
    if not path.is_file():
        raise ParameterFault(f"there is no file {path}", hint="Check --file, or data/cache/drop.")
    head = _head(path)
    if not head.strip():
        raise SourceFault(f"{path.name}: the file is empty", hint="Save it again.")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = " ".join(archive.namelist())
        if "xl/workbook.xml" in names:
            return SOURCES["dataweb"]
        return SOURCES["baci"] if "BACI_HS" in names.upper() else _unknown(path, "a zip file")
    text = drop_china.decode(_whole_signs(head))
    tests = (
        ("usgs", usgs.is_release),
        ("comext", drop_comext.is_export),
        ("gacc", drop_china.is_export),
        ("tradestat", drop_india.is_page),
        ("comtrade", _is_comtrade),
    )
    found = next((name for name, test in tests if test(text)), None)
    return SOURCES[found] if found else _unknown(path, _looks_like(text))


def open_file(path: Path, *, only: str = "") -> tuple[Source, RawPayload]:
    """The source of a file and its payload as it lies, not kept yet.

    Args:
        path: The file.
        only: Source the file must be of; any where empty.

    Raises:
        ParameterFault: No such file, or it is of another source.
        SourceFault: It is not recognised.
    """
    source = recognise(path)
    if only and source.id != only:
        raise ParameterFault(
            f"{path.name} is a file of {source.title}, not of {SOURCES[only].title}",
            hint=f"Run: pillar data refresh {_command(source)} --file {path.name}",
        )
    return source, RawPayload(
        source=source.id,
        address=f"file:{path.name}",
        sha256=file_sha256(path),
        size=path.stat().st_size,
        retrieved_at=dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
        path=path,
        asked=(("file", path.name),),
    )


def keep_file(raw: RawPayload, cache: Cache) -> RawPayload:
    """The payload of a copy in the cache; a file above 200 MB stays where it lies.

    Raises:
        StorageFault: The cache cannot be written.
    """
    if raw.size > _COPIED_UP_TO:
        words = f"{raw.path.name} has {raw.size / 1e6:,.0f} MB: it is read where it lies"
        return replace(raw, remarks=(*raw.remarks, words))
    kind = raw.path.suffix.lstrip(".").lower() or "txt"
    return cache.keep_copy(raw.path, source=raw.source, asked=dict(raw.asked), kind=kind)


def normalise(
    source: Source, raw: RawPayload, chosen: Chosen, cache: Cache, *, tell: Tell | None = None
) -> pd.DataFrame:
    """The rows of a payload by the rules of its source; of the codes and periods chosen, if any.

    Raises:
        SourceFault: The payload is not in the shape of its source.
    """
    if source.id == "usgs":
        return usgs.normalise(raw)
    if source.id == "baci":
        codes = chosen.codes or baci.CODES
        years = [int(period) for period in chosen.periods]
        work = cache.root / "work"
        return baci.normalise(raw, work=work, codes=codes, years=years, tell=tell)
    if source.id == "gacc":
        flows = drop_china.normalise(raw, flow=chosen.flow)
    elif source.id == "tradestat":
        code = chosen.codes[0] if len(chosen.codes) == 1 else ""
        flows = drop_india.normalise(raw, flow=chosen.flow, code=code)
    else:
        read = {
            "comtrade": comtrade.normalise,
            "comext": drop_comext.normalise,
            "dataweb": dataweb.normalise,
        }[source.id]
        flows = read(raw)
    return _only(flows, chosen, raw)


def _only(flows: pd.DataFrame, chosen: Chosen, raw: RawPayload) -> pd.DataFrame:
    """The flows whose code and period begin as chosen; a fiscal year goes by its last year."""
    kept = flows
    if chosen.codes:
        kept = kept[kept["code"].str.startswith(chosen.codes)]
    if chosen.periods:
        ends = kept["period"].str.replace(r"^FY\d{2}(\d{2})-(\d{2})$", r"20\2", regex=True)
        kept = kept[ends.str.startswith(chosen.periods)]
    if kept.empty:
        words = ", ".join((*chosen.codes, *chosen.periods))
        raise SourceFault(
            f"{raw.address}: none of its {counted(len(flows), 'row')} is of {words}",
            hint="Leave --code and --period out to take all of them.",
        )
    return kept.reset_index(drop=True)


def _command(source: Source) -> str:
    return source.id if source.id in {"comtrade", "usgs", "baci", "dataweb"} else "drop"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        with gzip.open(path) as packed:
            return packed.read(_HEAD)
    except (OSError, EOFError, zlib.error):
        raise SourceFault(
            f"{path.name}: the gzip stream is damaged or cut short", hint="Fetch the file again."
        ) from None


def _whole_signs(head: bytes) -> bytes:
    """The head up to its last line end, so that no sign is cut in two."""
    end = head.rfind(b"\n")
    return head[: end + 1] if len(head) >= _HEAD and end > 0 else head


def _is_comtrade(text: str) -> bool:
    return text.lstrip().startswith("{") and '"data"' in text and '"reporterCode"' in text


def _looks_like(text: str) -> str:
    start = text.lstrip()[:60].replace("\n", " ")
    if start.lower().startswith(("<!doctype", "<html")):
        return "a web page"
    if not all(sign.isprintable() or sign.isspace() for sign in start):
        return "no text"
    return f"a text that begins {start!r}"


def _unknown(path: Path, looks: str) -> Source:
    raise SourceFault(
        f"{path.name} is not recognised: it is {looks}",
        hint=f"Recognised are: {'; '.join(_RECOGNISED)}.",
    )
