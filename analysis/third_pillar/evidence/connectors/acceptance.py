"""Accepting a proposal: its rows into the curated tables, validated first, whole or not at all.

Rows are added, none is changed. The package with the new rows is validated as a copy; only if it
keeps every rule are the files replaced, in an order in which the package is valid after each: the
descriptor, the sources, the tables, the changelog. A fault on the way puts back what was replaced;
after a power cut the package is valid, and accepting again writes what is missing.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from third_pillar.evidence.changelog import refresh_entry
from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.catalogue import SOURCES, Source
from third_pillar.evidence.connectors.insertion import insert_rows
from third_pillar.evidence.connectors.proposals import TABLES
from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.files import storage_faults, write_json, write_whole
from third_pillar.evidence.location import DESCRIPTOR, data_folder
from third_pillar.evidence.validation import validate_package
from third_pillar.vocabulary.errors import EvidenceFault, ParameterFault

_CHANGELOG = "CHANGELOG.md"
_SOURCES = "sources.csv"
_NOT_COPIED = shutil.ignore_patterns("cache", "overlay")


@dataclass(frozen=True)
class Accepted:
    """What an acceptance wrote.

    Attributes:
        proposal: Id of the proposal.
        rows: Table to count of rows added.
        files: Files replaced, below `data/`.
    """

    proposal: str
    rows: Mapping[str, int]
    files: tuple[str, ...]


def accept(
    folder: Path,
    record: Mapping[str, Any],
    *,
    root: Path | None = None,
    package_date: dt.date | None = None,
) -> Accepted:
    """What was written, once the proposal's rows are in the curated tables.

    Args:
        folder: The proposal.
        record: Its proposal.json.
        root: Folder of the project.
        package_date: New date of the data package; needed where a row could not be known before.

    Raises:
        ParameterFault: The terms of the source, or the form of the tables, do not allow it.
        EvidenceFault: With the rows the package would break a rule; nothing was changed.
        StorageFault: A file cannot be written; what was replaced is put back.
    """
    source = SOURCES[str(record["source"]["id"])]
    _refuse_source(source, str(record["id"]))
    tables = {path.stem: _read_rows(path) for path in sorted((folder / TABLES).glob("*.csv"))}
    data = data_folder(root)
    _refuse_tables(source, tables)
    _refuse_dates(tables, data, package_date)
    before, after, counts = _plan(record, tables, data, root, package_date)
    if not after:
        raise ParameterFault(f"the tables hold all rows of {record['id']} already")
    after = _try_out(after, data)
    _replace(before, after, data)
    done = Accepted(str(record["id"]), counts, tuple(after))
    now = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
    write_json(folder / "accepted.json", {"accepted_at": now, "rows": counts})
    return done


def _refuse_source(source: Source, proposal: str) -> None:
    if source.may_redistribute != "yes":
        said = {
            "no": "its terms forbid redistribution",
            "not established": "it is not established that its rows may be redistributed",
        }[source.may_redistribute]
        raise ParameterFault(
            f"{source.title}: {said} ({source.licence}), so no row of {proposal} "
            "is written to data/curated",
            hint=f"{source.by_hand}.",
        )
    if not source.accepts:
        raise ParameterFault(
            f"{source.title}: no curated table takes the rows of {proposal} as they are",
            hint=f"{source.by_hand}.",
        )


def _refuse_tables(source: Source, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    if not tables:
        raise ParameterFault(
            "the proposal has nothing to accept: it adds and revises no row",
            hint="Its what.md says what was found.",
        )
    strange = sorted(set(tables) - set(source.accepts))
    if strange:
        raise ParameterFault(
            f"{source.title} may not write to {strange[0]}. Valid: {', '.join(source.accepts)}"
        )


def _refuse_dates(
    tables: Mapping[str, Sequence[Mapping[str, str]]], data: Path, package_date: dt.date | None
) -> None:
    """Refuse rows that could be known only after the package's date."""
    held = dt.date.fromisoformat(_descriptor(data)["created"][:10])
    if package_date and not held <= package_date <= dt.datetime.now(tz=dt.UTC).date():
        raise ParameterFault(
            f"package date {package_date.isoformat()} is not between the package's own "
            f"({held.isoformat()}) and today"
        )
    last = max(row.get("known_from", "") for rows in tables.values() for row in rows)
    if last > (package_date or held).isoformat():
        raise ParameterFault(
            f"the rows can be known from {last}; the data package is of {held.isoformat()} "
            "and holds nothing later",
            hint=f"To date the package anew, and with it what reports ask by default, add "
            f"--package-date {last}.",
        )


def _plan(
    record: Mapping[str, Any],
    tables: Mapping[str, list[dict[str, str]]],
    data: Path,
    root: Path | None,
    package_date: dt.date | None,
) -> tuple[dict[str, bytes], dict[str, str], dict[str, int]]:
    """Files as they are, as they would be, and rows added by table; in the order of writing."""
    resources = {resource.name: resource for resource in read_resources(root).values()}
    paths = {name: resources[name].path for name in tables}
    # the changelog counts rows and the rules hold it to that, so it comes last
    after = dict.fromkeys((DESCRIPTOR, _SOURCES, *paths.values(), _CHANGELOG), "")
    if not (data / _CHANGELOG).is_file():
        del after[_CHANGELOG]
    before = {name: (data / name).read_bytes() for name in after}
    texts = {name: content.decode("utf-8") for name, content in before.items()}
    counts = {}
    for name, rows in tables.items():
        key = resources[name].key[0]
        after[paths[name]], counts[name] = insert_rows(
            texts[paths[name]], rows, key=key, table=name
        )
    after[_SOURCES] = _with_source(texts[_SOURCES], record["source_row"])
    after[DESCRIPTOR] = _dated(texts[DESCRIPTOR], tuple(paths.values()), package_date)
    if _CHANGELOG in after:
        totals = {name: _count_rows(after[path]) for name, path in paths.items()}
        said = {name: f"{len(rows)} added" for name, rows in tables.items()}
        if record["source_row"]:
            totals["sources"] = _count_rows(after[_SOURCES])
            said["sources"] = f"{record['source_row']['source_id']} is there"
        after[_CHANGELOG] = _with_entry(texts[_CHANGELOG], record, said, totals)
    changed = {name: text for name, text in after.items() if text.encode() != before[name]}
    return before, changed, counts


def _count_rows(text: str) -> int:
    return sum(1 for row in csv.reader(text.splitlines(keepends=True)) if row) - 1


def _with_source(text: str, row: Mapping[str, str]) -> str:
    ids = [line.split(",", 1)[0] for line in text.splitlines()]
    if not row or row["source_id"] in ids:
        return text
    return insert_rows(text, [row], key="source_id", table="sources")[0]


def _dated(text: str, paths: Sequence[str], package_date: dt.date | None) -> str:
    """The descriptor with the package's new date, and that the tables were changed."""
    content = json.loads(text)
    style = _style(text, content)
    held = str(content["created"])[:10]
    date = package_date.isoformat() if package_date else held
    content["created"] = f"{date}{str(content['created'])[10:]}"
    for resource in content["resources"]:
        if resource["path"] in paths and "last_updated" in resource:
            resource["last_updated"] = max(str(resource["last_updated"]), date)
        for column in resource["schema"]["fields"]:
            constraints = column.get("constraints", {})
            if constraints.get("maximum") == held:
                constraints["maximum"] = date
    return json.dumps(content, indent=style[0], ensure_ascii=style[1]) + style[2]


def _style(text: str, content: Any) -> tuple[int, bool, str]:
    """How the descriptor is laid out, so that only what changes differs."""
    for indent in (2, 1, 4):
        for escapes in (False, True):
            for end in ("\n", ""):
                if json.dumps(content, indent=indent, ensure_ascii=escapes) + end == text:
                    return indent, escapes, end
    return 2, False, "\n"


def _with_entry(
    text: str, record: Mapping[str, Any], said: Mapping[str, str], totals: Mapping[str, int]
) -> str:
    """The changelog of the data with a line for each table, under Unreleased."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in record["counts"].items())
    edition = str(record["source_row"].get("title") or record["source"]["title"])
    lines = "".join(
        f"| {name} | {totals[name]} | {edition} | {words}, "
        f"from proposal {record['id']} ({kinds}). |\n"
        for name, words in said.items()
        if not re.search(rf"^\| {name} \|.*{re.escape(record['id'])}", text, re.MULTILINE)
    )
    if not lines:
        return text
    head = "## Unreleased\n\n| Table | Rows | Editions | Remark |\n|---|---|---|---|\n"
    if head in text:
        return text.replace(head, head + lines, 1)
    effect = "\nEffect on headline indicators: run `pillar report` and say it here.\n\n"
    start = text.find("\n## ") + 1
    if not start:
        return f"{text}\n{head}{lines}{effect}"
    return f"{text[:start]}{head}{lines}{effect}{text[start:]}"


def _try_out(after: Mapping[str, str], data: Path) -> dict[str, str]:
    """The files, the changelog's content stated, if a copy of the package keeps every rule."""
    tried = dict(after)
    trial = Cache(data / "cache").root / f"trial-{uuid.uuid4().hex}"
    try:
        with storage_faults(trial):
            shutil.copytree(data, trial / "data", ignore=_NOT_COPIED)
        for name, text in after.items():
            write_whole(trial / "data" / name, text)
        if _CHANGELOG in tried:
            refresh_entry(root=trial)
            tried[_CHANGELOG] = (trial / "data" / _CHANGELOG).read_text(encoding="utf-8")
        faults = validate_package(trial)
    finally:
        shutil.rmtree(trial, ignore_errors=True)
    if faults:
        raise EvidenceFault(
            faults,
            hint="Nothing was changed. Edit the rows in the proposal's tables/ and accept again.",
        )
    return tried


def _replace(before: Mapping[str, bytes], after: Mapping[str, str], data: Path) -> None:
    """Replace the files one by one; a fault puts back those already replaced."""
    moved = [name for name in after if (data / name).read_bytes() != before[name]]
    if moved:
        raise ParameterFault(
            f"data/{moved[0]} was changed by another program meanwhile",
            hint="Accept again.",
        )
    replaced: list[str] = []
    try:
        for name, text in after.items():
            write_whole(data / name, text)
            replaced.append(name)
    except BaseException:
        for name in reversed(replaced):
            with suppress(Exception):
                write_whole(data / name, before[name])
        raise


def _read_rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [
                {str(name): cell or "" for name, cell in row.items()}
                for row in csv.DictReader(file, strict=True)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ParameterFault(f"{path.name} of the proposal cannot be read ({error})") from None
    if any(not row.get("figure_id") for row in rows):
        raise ParameterFault(f"{path.name} of the proposal has a row without figure_id")
    return rows


def _descriptor(data: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((data / DESCRIPTOR).read_text(encoding="utf-8"))
    return content
