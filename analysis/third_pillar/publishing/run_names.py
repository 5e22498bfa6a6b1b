"""From what a user writes to a run of the archive; nothing written is ever used as a path."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import astuple
from pathlib import Path

from third_pillar.publishing.archive import (
    DEFAULT_LINEAGE,
    FAILED,
    LATEST,
    Archive,
    ArchivedRun,
)
from third_pillar.publishing.manifest import find_faults, read_manifest
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import nearest

PREVIOUS = "previous"
PUBLISHED = "published"
WORDS = (LATEST, PREVIOUS, PUBLISHED)
_RUN_ID = re.compile(r"\d{8}T\d{9}Z-[0-9a-f]{8}")
_PREFIX = re.compile(r"\d{4}[0-9TZa-f-]{0,27}")
_LONGEST = 300
_SHOWN = 60
_HINT = (
    "A run is a run id or its beginning, `latest`, `previous` or `published`, or one of these "
    "behind a lineage, as in full/BRA/latest; `pillar archive list` shows what there is."
)


def show_text(text: str) -> str:
    """Text of a user for an error message: quoted, short, with nothing a terminal would obey."""
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}... ({len(text):,} characters)"


def is_run_id(text: str) -> bool:
    """Whether text has the form of a run id."""
    return _RUN_ID.fullmatch(text) is not None


def find_run(
    archive: Archive, text: str, *, is_public: Callable[[ArchivedRun], bool]
) -> ArchivedRun:
    """The run that a user's text names.

    Args:
        archive: Where to look.
        text: A run id, the beginning of one, or a word, behind a lineage where given.
        is_public: Whether readers may have a run; asked only for `published`.

    Raises:
        ParameterFault: It names no run, or more than one.
    """
    if not text.strip() or len(text) > _LONGEST or not text.isprintable():
        raise ParameterFault(f"run {show_text(text)}: no such run", hint=_HINT)
    *lineage, name = text.strip().strip("/").split("/")
    runs = select_lineage(archive.list_runs(), lineage)
    if name in WORDS:
        chosen = runs if lineage else [run for run in runs if run.lineage == DEFAULT_LINEAGE]
        return _by_word(archive, name, chosen, text, is_public)
    found = [run for run in runs if run.run_id == name]
    if not found and _PREFIX.fullmatch(name):
        found = [run for run in runs if run.run_id.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{run.lineage}/{run.run_id}" for run in found[:5])
        raise ParameterFault(
            f"run {show_text(text)}: begins {len(found)} runs: {listed}", hint=_HINT
        )
    _refuse_failed(archive, name, text)
    # of ids none is offered: one that looks alike is the report of something else
    near = nearest(name, WORDS)
    raise ParameterFault(f"run {show_text(text)}: no such run.{near}", hint=_HINT)


def _refuse_failed(archive: Archive, name: str, text: str) -> None:
    failed = [path.name for path in list_failures(archive) if path.name.startswith(name)]
    if _PREFIX.fullmatch(name) and failed:
        raise ParameterFault(
            f"run {show_text(text)}: it failed, so there is no report of it",
            hint=f"`pillar archive show {failed[-1]}` says why, with the end of its log.",
        )


def select_lineage(runs: Sequence[ArchivedRun], parts: Sequence[str]) -> list[ArchivedRun]:
    """Runs whose lineage begins with these parts.

    Raises:
        ParameterFault: No lineage does; the nearest is named.
    """
    found = [run for run in runs if astuple(run.lineage)[: len(parts)] == tuple(parts)]
    if not parts or found:
        return found
    known = tuple(sorted({str(run.lineage) for run in runs}))
    near = nearest(
        "/".join(parts), (*known, *{"/".join(n.split("/")[: len(parts)]) for n in known})
    )
    shown = ", ".join(known[:8]) or "none yet"
    raise ParameterFault(
        f"lineage {show_text('/'.join(parts))}: not in the archive.{near} There: {shown}",
        hint="A lineage is profile/candidate/article/language, or its beginning.",
    )


def _by_word(
    archive: Archive,
    word: str,
    runs: Sequence[ArchivedRun],
    text: str,
    is_public: Callable[[ArchivedRun], bool],
) -> ArchivedRun:
    lineages = sorted({str(run.lineage) for run in runs})
    if len(lineages) > 1:
        raise ParameterFault(
            f"run {show_text(text)}: {len(lineages)} lineages begin so: {', '.join(lineages[:5])}",
            hint=_HINT,
        )
    newest = archive.latest(runs[-1].lineage) if runs else None
    led = next((run for run in runs if newest and run.folder.resolve() == newest), None)
    if word == LATEST:
        found = led
    elif word == PREVIOUS:
        # a run's id begins with its moment; the newest may answer another question than the latest
        earlier = [run for run in runs if led is not None and run.run_id < led.run_id]
        found = next((run for run in reversed(earlier) if not find_faults(run.folder)), None)
    else:
        found = next((run for run in reversed(runs) if is_public(run)), None)
    if found is None:
        hint = _HINT if runs else "`pillar report` makes one; then this command has what to name."
        raise ParameterFault(f"run {show_text(text)}: there is none yet", hint=hint)
    return found


def list_failures(archive: Archive) -> list[Path]:
    """Folders of the failed runs that are kept, oldest first."""
    return sorted(path for path in (archive.folder / FAILED).glob("*") if is_run_id(path.name))


def find_failure(archive: Archive, text: str) -> Path | None:
    """Folder of a failed run of that id; none where there is none."""
    folder = archive.folder / FAILED / text if is_run_id(text) else None
    return folder if folder and folder.is_dir() and read_manifest(folder) else None
