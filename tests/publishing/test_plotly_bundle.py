"""The bundle is what the lock names, or the one plotly itself carries; and it says which."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import stat
import sys
import tarfile
from pathlib import Path

import plotly.offline
import pytest

from third_pillar.publishing import plotly_bundle
from third_pillar.publishing.plotly_bundle import LOCK_NAME, load_bundle

SCRIPT = b'x={moduleType:"trace",name:"scatter"};y={moduleType:"trace",name:"bar"};'
VERSION = plotly.offline.get_plotlyjs_version()


def _package() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("package/plotly-basic.min.js")
        member.size = len(SCRIPT)
        archive.addfile(member, io.BytesIO(SCRIPT))
    return buffer.getvalue()


@pytest.fixture
def package(tmp_path) -> bytes:
    """A small npm package, locked in tmp_path."""
    content = _package()
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    lock = {"name": "some-dist", "version": VERSION, "integrity": f"sha512-{digest}"}
    (tmp_path / LOCK_NAME).write_text(json.dumps(lock), encoding="utf-8")
    return content


def _npm(tmp_path: Path, body: str) -> str:
    command = tmp_path / "npm"
    command.write_text(f"#!{sys.executable}\n{body}\n", encoding="utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return str(command)


def _load(tmp_path: Path, **options):
    return load_bundle(lock=tmp_path / LOCK_NAME, cache=tmp_path / "cache", **options)


def test_the_partial_bundle_is_fetched_once_and_kept(tmp_path, package):
    """Second time npm is not asked."""
    (tmp_path / "sent.tgz").write_bytes(package)
    npm = _npm(tmp_path, f"import shutil; shutil.copy({str(tmp_path / 'sent.tgz')!r}, 'x.tgz')")
    first = _load(tmp_path, npm=npm)
    assert (first.name, first.version) == ("partial", VERSION)
    assert first.trace_types == {"scatter", "bar"}
    assert gzip.decompress(base64.b64decode(first.gzip_base64)) == SCRIPT
    assert _load(tmp_path, npm=None) == first


def test_a_kept_package_that_was_changed_is_not_used(tmp_path, package):
    """The integrity is checked at every use."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / f"some-dist-{VERSION}.tgz").write_bytes(package + b"x")
    assert _load(tmp_path, npm=None).name == "full"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("open('x.tgz', 'wb').close()", "not what plotly-bundle.lock names"),
        ("raise SystemExit(1)", "could not fetch"),
        ("pass", "could not fetch"),
        ("import time; time.sleep(60)", "did not answer"),
    ],
)
@pytest.mark.usefixtures("package")
def test_where_npm_fails_the_full_bundle_stands_in_and_says_why(tmp_path, monkeypatch, body, why):
    """Wrong bytes, an error, nothing, or no answer: the report is still made."""
    monkeypatch.setattr(plotly_bundle, "NPM_SECONDS", 1.0)
    bundle = _load(tmp_path, npm=_npm(tmp_path, body))
    assert bundle.name == "full"
    assert why in bundle.why
    assert {"scatter", "bar", "sankey"} <= bundle.trace_types


@pytest.mark.usefixtures("package")
def test_a_figure_that_needs_more_gets_the_full_bundle(tmp_path, package):
    """A trace type the partial bundle lacks is never left undrawn."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / f"some-dist-{VERSION}.tgz").write_bytes(package)
    assert _load(tmp_path, npm=None, needs=frozenset({"bar"})).name == "partial"
    full = _load(tmp_path, npm=None, needs=frozenset({"bar", "sankey"}))
    assert (full.name, full.why) == ("full", "figures need sankey")


def test_without_a_lock_or_with_another_version_nothing_is_fetched(tmp_path):
    """Only what the lock names is ever asked for."""
    npm = _npm(tmp_path, "raise SystemExit('asked')")
    assert _load(tmp_path, npm=npm).why == f"no {LOCK_NAME}"
    lock = {"name": "some-dist", "version": "0.0.1", "integrity": "sha512-x"}
    (tmp_path / LOCK_NAME).write_text(json.dumps(lock), encoding="utf-8")
    assert "0.0.1" in _load(tmp_path, npm=npm).why
    (tmp_path / LOCK_NAME).write_text("{", encoding="utf-8")
    assert "cannot be read" in _load(tmp_path, npm=npm).why


def test_the_project_s_lock_fits_the_plotly_installed():
    """The lock names the very version plotly.py carries, and no host."""
    text = (Path(__file__).parents[2] / LOCK_NAME).read_text(encoding="utf-8")
    lock = json.loads(text)
    assert set(lock) == {"name", "version", "integrity"}
    assert lock["version"] == VERSION
    assert "://" not in text
