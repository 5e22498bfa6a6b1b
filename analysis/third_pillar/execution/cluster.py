"""Dask as a thin adapter: the same tasks on other machines; a lost worker's are done again."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import itertools
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from third_pillar.vocabulary.errors import ParameterFault, PillarError

RETRIES = 3
_CONNECT_SECONDS = "10s"
_AHEAD = 2
"""Tasks at the scheduler beyond those the workers are busy with, so that none is ever idle."""


def check_cluster_extra() -> None:
    """Nothing, if Dask is installed.

    Raises:
        PillarError: It is not; says how to install it.
    """
    if importlib.util.find_spec("distributed") is None:
        raise PillarError(
            "a cluster needs Dask, which is not installed",
            hint="Install the extra: pip install 'third-pillar[cluster]'. "
            "`--workers N` uses this machine's processors without it.",
        )


@contextlib.contextmanager
def open_client(*, address: str | None = None, local: int | None = None) -> Iterator[Any]:
    """A client of the scheduler at `address`, or of a cluster of `local` worker processes.

    Raises:
        ParameterFault: No scheduler answers there.
        PillarError: Dask is not installed.
    """
    check_cluster_extra()
    distributed: Any = importlib.import_module("distributed")

    with contextlib.ExitStack() as stack:
        if address is None:
            with _deaf_to_interrupts():
                cluster = distributed.LocalCluster(
                    n_workers=local,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    silence_logs="CRITICAL",
                )
            stack.callback(cluster.close)
            client = distributed.Client(cluster)
        else:
            try:
                client = distributed.Client(address, timeout=_CONNECT_SECONDS)
            except (OSError, TimeoutError, ValueError) as error:
                raise ParameterFault(
                    f"--cluster {address}: no Dask scheduler answers there ({error})",
                    hint="Start one with `dask scheduler`, and workers with `dask worker`.",
                ) from None
        stack.callback(client.close)
        yield client


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes started here leave Ctrl-C to this one, which a terminal sends to all of them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run_on(
    client: Any, function: Callable[[Any], Any], tasks: Iterable[Any]
) -> Iterator[tuple[int, Any, str]]:
    """Place of a task, its result, and why there is none; in the order in which they end.

    A task is drawn shortly before a worker is free for it, so that many large ones need not be
    held at once, and one may rest on how those before it ended.
    """
    distributed: Any = importlib.import_module("distributed")
    waiting = enumerate(tasks)
    places: dict[Any, int] = {}
    running = distributed.as_completed()

    def send() -> None:
        room = _AHEAD + sum(client.ncores().values()) - len(places)
        for place, task in itertools.islice(waiting, max(room, 0)):
            future = client.submit(function, task, pure=False, retries=RETRIES)
            places[future] = place
            running.add(future)

    send()
    for future in running:
        place = places.pop(future)
        if future.status == "finished":
            yield place, future.result(), ""
        else:
            yield place, None, _why(future)
        future.release()
        send()


def _why(future: Any) -> str:
    error = future.exception() if future.status == "error" else None
    name = type(error).__name__ if error is not None else future.status
    return f"{name}: {error}" if error is not None else str(name)
