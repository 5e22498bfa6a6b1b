"""What the command line asks for, refused before anything is fetched where it makes no sense."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from third_pillar.evidence.connectors.catalogue import Source
from third_pillar.vocabulary.errors import ParameterFault

FLOWS = ("import", "export")
_PERIOD = re.compile(r"(19|20)\d{2}(-(0[1-9]|1[0-2]))?")
_SIX = len("850511")


@dataclass(frozen=True)
class Request:
    """What the command line asked for, as text."""

    source: str
    reporters: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    file: Path | None = None
    address: str | None = None
    base: str | None = None
    from_cache: bool = False


def check_request(request: Request, source: Source) -> None:
    """Nothing, if a source could take the request.

    Raises:
        ParameterFault: It could not; names what is wrong and what would do.
    """
    _check_codes(request, source)
    for period in request.periods:
        if not _PERIOD.fullmatch(period):
            raise ParameterFault(
                f"period {period!r} is neither a year nor a month",
                hint="Such as --period 2024 or --period 2024-05.",
            )
        if source.id == "baci" and "-" in period:
            raise ParameterFault(f"{source.title} has years, not months such as {period}")
    strange = [flow for flow in request.flows if flow not in FLOWS]
    if strange:
        raise ParameterFault(f"flow {strange[0]!r} is unknown. Valid: {', '.join(FLOWS)}")
    _check_place(request, source)


def _check_codes(request: Request, source: Source) -> None:
    for code in request.codes:
        if not re.fullmatch(r"\d{2,10}", code):
            raise ParameterFault(f"code {code!r} is not digits", hint="Such as --code 850511.")
        if source.id in {"comtrade", "baci"} and len(code) > _SIX:
            raise ParameterFault(
                f"{source.title} has codes of six digits; {code} is national",
                hint=f"Ask for --code {code[:_SIX]}: it holds more than {code} does.",
            )
        if source.id == "baci" and len(code) != _SIX:
            raise ParameterFault(f"{source.title} has codes of six digits, not {code}")


def _check_place(request: Request, source: Source) -> None:
    if request.file and (request.address or request.from_cache):
        raise ParameterFault("--file goes with neither --address nor --from-cache")
    if source.id != "comtrade" and request.reporters:
        raise ParameterFault(
            f"{source.title} is not asked by reporter", hint="Leave --reporter out."
        )
    for text, name in ((request.address, "--address"), (request.base, "--base")):
        if text and not re.match(r"https?://[^/\s]+", text):
            raise ParameterFault(f"{name} {text!r} does not begin with https:// or http://")
