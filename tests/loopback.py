"""A real HTTP server on loopback that answers as it is told, the wrong way too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """One answer.

    Attributes:
        body: What is sent.
        status: HTTP status.
        headers: Beside Content-Length.
        sent: Bytes after which the connection breaks; the length promises all of them.
        honours_range: Whether a Range is answered with the rest.
        is_silent: Whether nothing is ever sent.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None
    honours_range: bool = False
    is_silent: bool = False


class SourceServer(ThreadingHTTPServer):
    """Answers in the order given; the last one is repeated. Keeps every request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[Answer] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.done = threading.Event()

    @property
    def base(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    def tell(self, *answers: Answer) -> None:
        """Answer so from now on."""
        self.answers = list(answers)

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: SourceServer

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.path, headers))
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer.is_silent:
            self.server.done.wait(30)
            return
        body, status, extra = answer.body, answer.status, dict(answer.headers)
        asked = headers.get("range", "")
        if answer.honours_range and asked and headers.get("if-range") == extra.get("ETag"):
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            extra["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            body, status = body[start:], 206
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body if answer.sent is None else body[: answer.sent])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[SourceServer]:
    """A server that stops at the end."""
    server = SourceServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.done.set()
        server.shutdown()
        thread.join()
        server.server_close()
