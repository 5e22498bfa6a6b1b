"""Which files of the data package a report has read: what must change before it is made anew.

Whoever hands out data notes its name here: a table when it is looked up, a folder when all of it
is read. What nobody noted but was opened all the same, by a cell that reads a file itself, is
noted by the interpreter's own audit. Names are those below `data/`; one that ends in "/" stands
for every file below it, and two stand for more than a file:

- `@keys`: identifiers, references to gaps and dates of first knowledge of every table. Rows are
  let in or left out by them across tables, so that they count even where a table is not read;
- `*`: the whole package.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from third_pillar.evidence.location import data_folder

VARIABLE = "PILLAR_READS"
KEYS = "@keys"
WHOLE = "*"


class _Record:
    """The names noted in this process."""

    def __init__(self) -> None:
        self.file: Path | None = None
        self.folder = ""
        self.names: set[str] = set()
        self.captured: list[set[str]] = []
        self.accounted = 0
        self.is_audited = False

    @property
    def is_wanted(self) -> bool:
        """Whether anybody asks what is read."""
        return self.file is not None or bool(self.captured)


_record = _Record()


def record_reads(file: Path | None, *, root: Path | None = None) -> None:
    """From now on, add the name of each file read to `file`; names noted before are kept apart.

    Args:
        file: Grows by one line a name; none stops the record.
        root: Folder of the project.
    """
    _record.file = file
    if file is None:
        return
    _record.names = set()
    file.touch()
    _watch(root)


def _watch(root: Path | None) -> None:
    _record.folder = str(data_folder(root)) + os.sep
    if not _record.is_audited:
        # it stays for the life of the process: only the processes of reports have one
        sys.addaudithook(_audit)
        _record.is_audited = True


def read_record(file: Path) -> tuple[str, ...]:
    """Names in a record, sorted; the whole package where there is none to be trusted."""
    try:
        names = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return (WHOLE,)
    return tuple(sorted({name for name in names if name}))


def note_read(*names: str) -> None:
    """These files, by their names below `data/`, have a part in the report."""
    for captured in _record.captured:
        captured.update(names)
    fresh = [name for name in names if name not in _record.names]
    if _record.file is None or not fresh:
        return
    _record.names.update(fresh)
    with accounted(), _record.file.open("a", encoding="utf-8") as file:
        file.writelines(f"{name}\n" for name in fresh)


@contextmanager
def captured_reads(*, root: Path | None = None, is_audited: bool = True) -> Iterator[set[str]]:
    """The names of what is read inside, for who hands on what was found there.

    Args:
        root: Folder of the project.
        is_audited: Whether files that are opened without being noted count too.
    """
    names: set[str] = set()
    if is_audited:
        _watch(root)
    _record.captured.append(names)
    try:
        yield names
    finally:
        # by identity: one inside another may have noted the same names
        _record.captured = [one for one in _record.captured if one is not names]


@contextmanager
def accounted() -> Iterator[None]:
    """What is opened inside is noted, where it matters, by who hands it out."""
    _record.accounted += 1
    try:
        yield
    finally:
        _record.accounted -= 1


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or _record.accounted or not _record.is_wanted:
        return
    path = arguments[0]
    text = os.fsdecode(path) if isinstance(path, str | bytes) else ""
    if text and not os.path.isabs(text):  # noqa: PTH117  cheap: this is called at every open
        text = os.path.abspath(text)  # noqa: PTH100  same
    if text.startswith(_record.folder):
        note_read(text.removeprefix(_record.folder).replace(os.sep, "/"))


if os.environ.get(VARIABLE):
    record_reads(Path(os.environ[VARIABLE]))
