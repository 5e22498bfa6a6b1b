"""Promises about writing: whole or not at all, and a refusal names path, reason, way out."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from third_pillar.publishing import atomic
from third_pillar.publishing.atomic import check_writable, switch_link, write_atomic
from third_pillar.vocabulary.errors import StorageFault


def _refuse(number: int) -> object:
    def fsync(_: int) -> None:
        raise OSError(number, os.strerror(number))

    return fsync


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "not permitted"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    """The reason is said, the old content stands, no half file is left."""
    path = tmp_path / "manifest.json"
    write_atomic(path, "old")
    monkeypatch.setattr(atomic.os, "fsync", _refuse(number))
    with pytest.raises(StorageFault, match=said) as caught:
        write_atomic(path, "new")
    assert str(path) in str(caught.value)
    assert "PILLAR_REPORTS" in caught.value.hint
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


def test_a_folder_below_a_file_cannot_hold_reports(tmp_path: Path) -> None:
    """Said before any kernel starts."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFault, match="is a file, not a folder"):
        check_writable(tmp_path / "file" / "archive")
    with pytest.raises(StorageFault, match="is a file, not a folder"):
        check_writable(tmp_path / "file")


def test_a_system_folder_cannot_hold_reports() -> None:
    """/proc takes no folder, even from root."""
    with pytest.raises(StorageFault, match="/proc/archive"):
        check_writable(Path("/proc/archive"))


def test_too_little_room_is_said_before_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A nearly full disk is refused although the probe file still fits."""
    monkeypatch.setattr(atomic.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(StorageFault, match="less than 32 MB are free"):
        check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_a_link_is_said(tmp_path: Path) -> None:
    """`latest` made by hand as a folder is not overwritten."""
    (tmp_path / "latest").mkdir()
    with pytest.raises(StorageFault, match="a folder stands where a file or link belongs"):
        switch_link(tmp_path / "latest", tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["latest"]
