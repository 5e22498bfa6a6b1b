"""A source on loopback, a cache of the test's own, and a client that does not really wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from loopback import serving
from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.web import Policy, Web


@pytest.fixture
def server():
    with serving() as running:
        yield running


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def waits() -> list[float]:
    """Seconds the client asked to sleep."""
    return []


@pytest.fixture
def web(waits: list[float]) -> Web:
    """A client whose sleeps are only written down."""
    return Web(
        policy=Policy(connect_seconds=5, read_seconds=5, tries=3, longest_wait=100),
        sleep=waits.append,
        clock=lambda: 0.0,
    )


@pytest.fixture
def files_of():
    """Every file below a folder with its bytes."""

    def read(folder: Path) -> dict[str, bytes]:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    return read
