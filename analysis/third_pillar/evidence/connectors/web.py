"""Fetching politely: time-outs, a pace for each host, tries with back-off, downloads that resume.

The system's proxy settings and .netrc are not read: what goes out is what is written here. A key
travels as a header, to the host it is meant for and no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import tenacity

from third_pillar import __version__
from third_pillar.evidence.connectors.catalogue import Source
from third_pillar.evidence.connectors.payload import strip_secrets
from third_pillar.evidence.connectors.web_faults import (
    PassingFault,
    fault_of,
    status_fault,
    transport_fault,
)
from third_pillar.evidence.files import read_json, storage_faults, write_json
from third_pillar.vocabulary.errors import SourceFault

Progress = Callable[[int, int | None], None]
Tell = Callable[[str], None]
_AGENT = f"third-pillar/{__version__} (policy evidence kit)"
_REDIRECTS = 5


@dataclass(frozen=True)
class Policy:
    """How patient; seconds. How polite is for each source to say (`Source.pace_seconds`)."""

    connect_seconds: float = 15
    read_seconds: float = 60
    tries: int = 4
    longest_wait: float = 120


@dataclass(frozen=True)
class Question:
    """One request.

    Attributes:
        source: Who is asked.
        url: Address with its query, without secrets.
        secret_headers: Headers that hold a key; never written anywhere.
        check: Raises a SourceFault when the file that arrived is not what was due.
    """

    source: Source
    url: str
    check: Callable[[Path, Mapping[str, str]], None]
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> str:
        """The address as it may be printed."""
        return strip_secrets(self.url)


@dataclass
class Web:
    """A client whose clock and sleep may be replaced.

    `progress` is told bytes received and due, `tell` in words what it waits for.
    """

    policy: Policy = field(default_factory=Policy)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    progress: Progress | None = None
    tell: Tell | None = None
    _asked: dict[str, float] = field(default_factory=dict)

    def fetch(self, question: Question, arriving: Path) -> Mapping[str, str]:
        """The answer's headers, once it is whole and sound in the file `arriving`.

        A download that broke off goes on where it stopped, also in a later call, if the server
        can do that and still has the same file.

        Raises:
            SourceFault: It could not be fetched, or is not what was due. Nothing else changed.
            StorageFault: The file cannot be written.
        """
        tries = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.policy.tries),
            wait=_wait,
            retry=tenacity.retry_if_exception(self._is_worth_waiting),
            sleep=self.sleep,
            before_sleep=self._tell_wait,
            reraise=True,
        )
        try:
            headers = tries(self._try, question, arriving)
        except PassingFault as error:
            if not _state_file(arriving).is_file():
                arriving.unlink(missing_ok=True)  # a part that cannot go on is of no use
            tried = int(tries.statistics.get("attempt_number", 1))
            times = f" (tried {tried} times)" if tried > 1 else ""
            raise SourceFault(f"{error.fault}{times}", hint=error.fault.hint) from None
        try:
            question.check(arriving, headers)
        except BaseException:
            arriving.unlink(missing_ok=True)
            raise
        finally:
            _state_file(arriving).unlink(missing_ok=True)
        return headers

    def _tell_wait(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        wait = state.next_action.sleep if state.next_action else 0
        if self.tell and isinstance(error, PassingFault):
            self.tell(f"{error.fault}; trying again in {wait:,.0f} s")

    def _is_worth_waiting(self, error: BaseException) -> bool:
        """Whether another try may help within the time we are ready to wait."""
        if not isinstance(error, PassingFault):
            return False
        return error.retry_after is None or error.retry_after <= self.policy.longest_wait

    def _try(self, question: Question, arriving: Path) -> Mapping[str, str]:
        headers = dict(question.secret_headers)
        held = _held(arriving, question)
        if held:
            headers |= {"Range": f"bytes={held[0]}-", "If-Range": held[1]}
        try:
            with self._open(question, headers) as response:
                if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and held:
                    arriving.unlink(missing_ok=True)
                    happened = "the part already here does not fit the file there"
                    way_out = "Run the same command again."
                    raise PassingFault(fault_of(question.source, question.shown, happened, way_out))
                _refuse_status(question, response)
                self._store(question, response, arriving, held[0] if held else 0)
                return dict(response.headers)
        except httpx.HTTPError as error:
            raise transport_fault(question.source, question.shown, error) from None

    @contextmanager
    def _open(self, question: Question, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """The response at the end of redirects; a key is not carried to another host."""
        policy = self.policy
        times = httpx.Timeout(policy.read_seconds, connect=policy.connect_seconds)
        plain = {"User-Agent": _AGENT, "Accept-Encoding": "identity"}
        with httpx.Client(trust_env=False, timeout=times, headers=plain) as client:
            try:
                request = client.build_request("GET", question.url, headers=headers)
            except (httpx.InvalidURL, UnicodeError):
                raise fault_of(
                    question.source, question.shown, "is not a web address", "Check --address."
                ) from None
            for _ in range(_REDIRECTS):
                self._keep_pace(question.source, request.url.host)
                response = client.send(request, stream=True)
                try:
                    if response.next_request is None:
                        yield response
                        return
                    request = _redirected(question, request, response.next_request)
                finally:
                    response.close()
        raise fault_of(
            question.source,
            question.shown,
            "redirects without end",
            "Find the new address and give it with --address.",
        )

    def _keep_pace(self, source: Source, host: str) -> None:
        last = self._asked.get(host)
        if last is not None:
            rest = source.pace_seconds - (self.clock() - last)
            if rest > 0:
                self.sleep(rest)
        self._asked[host] = self.clock()

    def _store(
        self, question: Question, response: httpx.Response, arriving: Path, held: int
    ) -> None:
        """Write the body behind what is held, or anew where the server sends the whole."""
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT and _begins_at(response, held)
        received = held if resumed else 0
        length = response.headers.get("content-length", "")
        total = received + int(length) if length.isdigit() else None
        with storage_faults(arriving):
            arriving.parent.mkdir(parents=True, exist_ok=True)
        _write_state(arriving, question, response, is_new=not resumed)
        with arriving.open("ab" if resumed else "wb") as file:
            # as it comes, so that what arrived before a break is kept; and outside of
            # storage_faults: a broken connection is not a broken disk
            for block in response.iter_raw():
                with storage_faults(arriving):
                    file.write(block)
                received += len(block)
                if self.progress:
                    self.progress(received, total)
        if total is not None and received != total:
            happened = f"cut short: {received:,} of {total:,} bytes arrived"
            raise PassingFault(
                fault_of(question.source, question.shown, happened, "Run the same command again.")
            )


def _refuse_status(question: Question, response: httpx.Response) -> None:
    if response.status_code not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
        raise status_fault(question.source, question.shown, response.status_code, response.headers)


def _redirected(question: Question, asked: httpx.Request, then: httpx.Request) -> httpx.Request:
    """The next request of a redirect: never from https to http, no key to another origin."""
    if asked.url.scheme == "https" and then.url.scheme != "https":
        raise fault_of(
            question.source,
            question.shown,
            "redirects to an address that is not secure",
            "Find the new address and give it with --address.",
        )
    if then.url.netloc != asked.url.netloc:
        for name in question.secret_headers:
            then.headers.pop(name, None)
    return then


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, PassingFault) and error.retry_after is not None:
        return error.retry_after
    return float(tenacity.wait_exponential_jitter(initial=1, max=30)(state))


def _state_file(arriving: Path) -> Path:
    return arriving.with_name(f"{arriving.name}.json")


def _write_state(
    arriving: Path, question: Question, response: httpx.Response, *, is_new: bool
) -> None:
    """Note by which mark the server knows the file, so that a later try can ask for the rest."""
    if not is_new:
        return
    etag = response.headers.get("etag", "")
    mark = etag if etag and not etag.startswith("W/") else response.headers.get("last-modified", "")
    can_resume = response.headers.get("accept-ranges", "").lower() == "bytes"
    _state_file(arriving).unlink(missing_ok=True)
    if mark and can_resume:
        write_json(_state_file(arriving), {"url": question.shown, "mark": mark})


def _held(arriving: Path, question: Question) -> tuple[int, str] | None:
    """Bytes already here and the server's mark of their file; None where nothing can go on."""
    state = read_json(_state_file(arriving))
    size = arriving.stat().st_size if arriving.is_file() else 0
    if not state or not size or state.get("url") != question.shown:
        return None
    return size, str(state["mark"])


def _begins_at(response: httpx.Response, held: int) -> bool:
    said = response.headers.get("content-range", "")
    if not said.startswith(f"bytes {held}-"):
        raise httpx.RemoteProtocolError(f"content-range {said!r} does not begin at {held}")
    return True
