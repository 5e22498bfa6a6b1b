"""What goes wrong on the way to a source, each in one line with the way out."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

import httpx

from third_pillar.evidence.connectors.catalogue import COMTRADE_KEY, Source
from third_pillar.vocabulary.errors import SourceFault

_TRY_LATER = "Run the same command later; the cache is as it was."
_BY_HAND = "Fetch the file with a browser and give it with --file, or put it into data/cache/drop."
_STATUS = {
    400: ("the question was refused as malformed", "Check --reporter, --code and --period."),
    401: ("the key is missing or not valid", "{key}"),
    403: ("access is forbidden", "{key}"),
    404: (
        "there is nothing at this address",
        "The publisher may have moved it: find the new address and give it with --address.",
    ),
    408: ("the server gave up waiting", _TRY_LATER),
    410: ("what was there is gone", "Find the new address and give it with --address."),
    412: ("a firewall turns programs away; browsers may pass", _BY_HAND),
    429: ("too many requests", "Wait, or ask for fewer reporters and periods."),
}
_SERVER = ("the server has a fault", _TRY_LATER)
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class PassingFault(Exception):
    """A fault that may pass: worth another try.

    Attributes:
        fault: What to say if it does not pass.
        retry_after: Seconds the server asks to wait; None where it says nothing.
    """

    def __init__(self, fault: SourceFault, retry_after: float | None = None) -> None:
        super().__init__(str(fault))
        self.fault = fault
        self.retry_after = retry_after


def fault_of(source: Source, address: str, happened: str, way_out: str) -> SourceFault:
    """A fault that names source, address, what happened and the way out, on one line each."""
    # what a foreign file holds must not steer the terminal
    happened = "".join(sign for sign in " ".join(happened.split()) if sign.isprintable())
    return SourceFault(f"{source.title}, {address}: {happened}", hint=way_out)


def status_fault(
    source: Source, address: str, status: int, headers: Mapping[str, str]
) -> SourceFault | PassingFault:
    """The fault of an HTTP status; one that may pass carries what the server asks to wait."""
    happened, way_out = _STATUS.get(
        status,
        _SERVER if status >= httpx.codes.INTERNAL_SERVER_ERROR else ("this was refused", _BY_HAND),
    )
    asks = read_retry_after(headers.get("retry-after", ""))
    if asks is not None:
        happened += f"; it asks to wait {asks:,.0f} s"
    fault = fault_of(
        source,
        address,
        f"HTTP {status}, {happened}",
        way_out.format(key=_about_key(source)),
    )
    return PassingFault(fault, asks) if status in _PASSING else fault


def transport_fault(
    source: Source, address: str, error: httpx.HTTPError
) -> SourceFault | PassingFault:
    """The fault of a connection: name, certificate, refusal, silence, or a break on the way."""
    host = httpx.URL(address).host
    chain = tuple(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in chain):
        return fault_of(
            source,
            address,
            f"the name {host} is not found (DNS)",
            "Check the network, and the address if you gave one.",
        )
    if any(isinstance(cause, ssl.SSLError) for cause in chain):
        return fault_of(
            source,
            address,
            f"no secure connection to {host} (TLS: {_tls_reason(chain)})",
            "Check the clock and the network; nothing is fetched without a valid certificate.",
        )
    if isinstance(error, httpx.TimeoutException):
        happened = "no answer in time"
    elif isinstance(error, httpx.ConnectError):
        happened = f"{host} does not take the connection"
    elif isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        happened = "the connection broke before the answer was whole"
    else:
        happened = f"the connection failed ({type(error).__name__})"
    return PassingFault(fault_of(source, address, happened, _TRY_LATER))


def read_retry_after(text: str) -> float | None:
    """Seconds a Retry-After header asks for, given as a number or a date; None without one."""
    text = text.strip()
    if text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max((until - dt.datetime.now(tz=dt.UTC)).total_seconds(), 0.0)


def _about_key(source: Source) -> str:
    if COMTRADE_KEY in source.key:
        return (
            f"Set {COMTRADE_KEY} to a valid key of comtradedeveloper.un.org, "
            "or unset it for the preview."
        )
    return f"{source.title} needs no key; {_BY_HAND[0].lower()}{_BY_HAND[1:]}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _tls_reason(chain: tuple[BaseException, ...]) -> str:
    found = next(cause for cause in chain if isinstance(cause, ssl.SSLError))
    return str(getattr(found, "verify_message", "") or found.reason or "refused").lower()
