"""data/CHANGELOG.md against the data: its newest entry states the content it stands for."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from third_pillar.evidence.descriptor import read_descriptor
from third_pillar.evidence.files import write_whole
from third_pillar.evidence.location import data_folder
from third_pillar.evidence.package_diff import ADDED, REMOVED, REVISED, FileChange, compare_states
from third_pillar.evidence.package_state import HERE, read_state
from third_pillar.evidence.release import package_files
from third_pillar.vocabulary.errors import ParameterFault

FILE = "CHANGELOG.md"
CONTENT = "### Content"
_DIGITS = 16
_ENTRY = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
_LINE = re.compile(r"^\| (?P<path>[\w./-]+) \| (?P<rows>\d+|–) \| (?P<sha>[0-9a-f]{16}) \|$")
_NOT_RECORDED = ("datapackage.json", "claims/")
"""The descriptor carries no figure; an article's ledger keeps a history of its own."""
_WRITE = "`pillar data changelog --write` adds an entry for you to complete"


@dataclass(frozen=True)
class Content:
    """What a file held: rows of a table ("–" for settings) and the start of its sha256."""

    rows: str
    sha256: str


@dataclass(frozen=True)
class Entry:
    """One entry: its title, its words without the content, and the content it states."""

    title: str
    words: str
    content: Mapping[str, Content]


def read_content(root: Path | None = None) -> dict[str, Content]:
    """File below `data/` to what it holds, for every curated table, codelist and setting."""
    return {
        name: _content(name, path.read_bytes())
        for name, path in package_files(root).items()
        if not name.startswith(_NOT_RECORDED)
    }


def _content(name: str, raw: bytes) -> Content:
    # line ends are those of the checkout, not of the data
    plain = raw.replace(b"\r\n", b"\n")
    rows = "–"
    if name.endswith(".csv"):
        lines = csv.reader(io.StringIO(plain.decode("utf-8-sig", errors="replace")))
        rows = str(max(sum(bool(line) for line in lines) - 1, 0))
    return Content(rows, hashlib.sha256(plain).hexdigest()[:_DIGITS])


def read_entries(root: Path | None = None) -> tuple[Entry, ...]:
    """Entries of the changelog, newest first; none where there is no file."""
    path = data_folder(root) / FILE
    if not path.is_file():
        return ()
    text = path.read_text(encoding="utf-8")
    starts = list(_ENTRY.finditer(text))
    ends = [*(found.start() for found in starts), len(text)][1:]
    return tuple(
        _entry(found["title"], text[found.end() : end])
        for found, end in zip(starts, ends, strict=True)
    )


def _entry(title: str, body: str) -> Entry:
    words, _, stated = body.partition(CONTENT)
    lines = (_LINE.match(line.strip()) for line in stated.splitlines())
    content = {line["path"]: Content(line["rows"], line["sha"]) for line in lines if line}
    return Entry(title.strip(), words.strip(), content)


def find_changelog_faults(root: Path | None = None) -> list[str]:
    """What the changelog does not say of the data; empty where it keeps up.

    The newest entry states every file as it is. Where an older one states its content too, each
    file that differs between the two is named in the words of the newer.
    """
    entries = read_entries(root)
    if not entries:
        return [f"data/{FILE} holds no entry; {_WRITE}"]
    newest, held = entries[0], read_content(root)
    if not newest.content:
        return [f"data/{FILE}: the entry {newest.title!r} states no content; {_WRITE}"]
    faults = [
        f"data/{name}: {_what_differs(newest.content.get(name), held.get(name))}"
        for name in sorted({*newest.content, *held})
        if newest.content.get(name) != held.get(name)
    ]
    if faults:
        said = f"the newest entry, {newest.title!r}, does not speak of these data; {_WRITE}"
        return [*faults, f"data/{FILE}: {said}"]
    before = next((entry for entry in entries[1:] if entry.content), None)
    return [] if before is None else _unnamed(newest, before)


def _what_differs(stated: Content | None, held: Content | None) -> str:
    if stated is None:
        return "a new file, not in the newest entry"
    if held is None:
        return "the newest entry states it, but it is gone"
    if stated.rows != held.rows:
        return f"{held.rows} rows where the newest entry states {stated.rows}"
    return "changed since the newest entry (same number of rows)"


def _unnamed(newest: Entry, before: Entry) -> list[str]:
    changed = [
        name
        for name in sorted({*newest.content, *before.content})
        if newest.content.get(name) != before.content.get(name)
    ]
    return [
        f"data/{FILE}: the entry {newest.title!r} does not say what changed in {_short(name)}"
        for name in changed
        if not re.search(rf"\b{re.escape(_short(name))}\b", newest.words)
    ]


def _short(name: str) -> str:
    return Path(name).stem


def draft_entry(*, against: str, root: Path | None = None, on: dt.date | None = None) -> str:
    """The entry that is missing: rows changed since a commit, and the content as it is.

    Raises:
        ParameterFault: The commit cannot be read.
    """
    day = on or dt.datetime.now().astimezone().date()
    changes = compare_states(read_state(against, root=root), read_state(HERE, root=root))
    lines = [
        f"| {change.name} | {_words(change)} | editions: to be named | reason: to be written |"
        for change in changes
        if not change.path.startswith(_NOT_RECORDED)
    ]
    version = read_descriptor(root)["version"]
    table = ["| Table | Change | Editions | Remark |", "|---|---|---|---|", *lines] if lines else []
    return "\n".join(
        [
            f"## {version}, revised {day.isoformat()}",
            "",
            "Reason: to be written. Effect on headline indicators: to be written.",
            "",
            *table,
            *([""] if table else []),
            render_content(read_content(root)),
        ]
    )


def _words(change: FileChange) -> str:
    counts = [f"{change.count(kind)} {kind}" for kind in (ADDED, REMOVED, REVISED)]
    said = ", ".join(count for count in counts if not count.startswith("0 "))
    columns = f"columns {', '.join((*change.columns_added, *change.columns_removed))} changed"
    return said or (columns if change.columns_added or change.columns_removed else change.kind)


def render_content(content: Mapping[str, Content]) -> str:
    """The part of an entry that states what it stands for."""
    lines = [f"| {name} | {held.rows} | {held.sha256} |" for name, held in content.items()]
    intro = "Rows and start of the sha256 of every file; `pillar data changelog --check` compares."
    return "\n".join(
        [CONTENT, "", intro, "", "| File | Rows | sha256 |", "|---|---|---|", *lines, ""]
    )


def write_entry(*, against: str, root: Path | None = None) -> None:
    """Put the missing entry before the newest one.

    Raises:
        ParameterFault: There is no changelog, or the commit cannot be read.
        StorageFault: It cannot be written.
    """
    path, text = _read_changelog(root)
    first = _ENTRY.search(text)
    place = first.start() if first else len(text)
    fresh = draft_entry(against=against, root=root) + "\n"
    write_whole(path, text[:place] + fresh + text[place:])


def refresh_entry(*, root: Path | None = None) -> None:
    """State the content as it is in the newest entry, whose words are left as they are.

    Raises:
        ParameterFault: There is no changelog, or it has no entry.
    """
    path, text = _read_changelog(root)
    starts = [found.start() for found in _ENTRY.finditer(text)]
    if not starts:
        raise ParameterFault(f"data/{FILE} has no entry", hint="Use --write.")
    end = starts[1] if len(starts) > 1 else len(text)
    words, _, _ = text[starts[0] : end].partition(CONTENT)
    fresh = words.rstrip() + "\n\n" + render_content(read_content(root))
    rest = text[end:]
    write_whole(path, text[: starts[0]] + fresh + ("\n" + rest if rest else ""))


def _read_changelog(root: Path | None) -> tuple[Path, str]:
    path = data_folder(root) / FILE
    if not path.is_file():
        raise ParameterFault(f"data/{FILE} is not there", hint="Write a heading into it first.")
    return path, path.read_text(encoding="utf-8")
