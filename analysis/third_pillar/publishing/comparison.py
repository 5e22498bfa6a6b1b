"""Two archived reports compared: findings, the rows they rest on, and the kit that made them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from third_pillar.publishing.archive import Archive, ArchivedRun
from third_pillar.publishing.manifest import read_manifest
from third_pillar.publishing.table_store import TableStore
from third_pillar.vocabulary.changes import (
    EVENTS_TABLE,
    Changes,
    ReportIdentity,
    TableChange,
    ValueChange,
    compare_events,
    compare_findings,
    compare_rows,
    compare_values,
)
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.findings import Findings

_FINDINGS = "findings.json"
_IN_TABLES = ("claims/", "curated/", "codelists/", "sources.csv")
_SHOWN_HASH = 12


@dataclass(frozen=True)
class Side:
    """One report of a comparison: what it found and what its manifest says."""

    findings: Findings
    manifest: Mapping[str, Any]

    @property
    def tables(self) -> Mapping[str, str]:
        """File of the data package to sha256; only those the report read, where that is known."""
        return tables_read(self.manifest)

    @property
    def identity(self) -> ReportIdentity:
        """Which report it is."""
        release = self.findings.data
        return ReportIdentity(
            run_id=str(self.manifest.get("run_id", "")),
            lineage=str(self.manifest.get("lineage", "")),
            started=str(self.manifest.get("started", "")),
            as_of=release.as_of,
            release=f"{release.name} {release.version}",
        )


def read_side(folder: Path) -> Side:
    """A report as a side of a comparison.

    Args:
        folder: Holds findings.json and, where it was archived, manifest.json.

    Raises:
        ParameterFault: It holds no findings, or such of another form.
    """
    path = folder / _FINDINGS
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ParameterFault(
            f"{folder} holds no {_FINDINGS}",
            hint="Name a published run or the folder of one; `pillar archive list` shows them.",
        ) from error
    return parse_side(content, read_manifest(folder), place=str(path))


def parse_side(content: str | bytes, manifest: Mapping[str, Any], *, place: str) -> Side:
    """A report as a side of a comparison, from the text of its findings.

    Args:
        content: Of findings.json.
        manifest: What its manifest says.
        place: Where the findings came from, for the message.

    Raises:
        ParameterFault: The findings are of another form.
    """
    try:
        return Side(Findings.model_validate_json(content), manifest)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ParameterFault(
            f"{place} is not of the form this version of the kit reads ({where}: {first['msg']})",
            hint="Reports can be compared when both were made since the form last changed.",
        ) from None


def tables_read(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """File of the data package to sha256, of those that a report read, where that is known."""
    tables = _mapping(_mapping(manifest.get("data")).get("tables"))
    reads = manifest.get("reads")
    if not isinstance(reads, Mapping) or "*" in reads:
        return tables
    folders = tuple(name for name in reads if name.endswith("/"))
    return {
        name: digest
        for name, digest in tables.items()
        if name in reads or (folders and name.startswith(folders))
    }


def compare_reports(before: Side, after: Side, *, store: TableStore) -> Changes:
    """What a reader of the earlier report would now read differently, and what may explain it.

    Args:
        before: The earlier report.
        after: The later one.
        store: Where the tables they rest on are kept.
    """
    old, new = before.tables, after.tables
    as_of = (before.findings.data.as_of, after.findings.data.as_of)
    rows = [store.read_rows(tables.get(EVENTS_TABLE, "")) for tables in (old, new)]
    return compare_findings(
        before.findings,
        after.findings,
        sides=(before.identity, after.identity),
        tables=_compare_tables(old, new, store),
        events=compare_events(rows[0], rows[1], as_of=as_of),
        kit=_compare_kit(before.manifest, after.manifest),
    )


def find_baseline(
    archive: Archive,
    runs: Sequence[ArchivedRun],
    *,
    manifest: Mapping[str, Any],
    published: frozenset[str],
) -> ArchivedRun | None:
    """The report a new one is held against; none for the first of a lineage.

    One that put the same question, whatever its date, goes before one that put another; then one
    that readers saw before a draft; then the newest. One of the same key is the same report and
    is passed over, so that making a report again changes nothing in it.

    Args:
        archive: Says which runs are whole.
        runs: Those of the lineage.
        manifest: What the new report's manifest will say.
        published: Run ids that readers have seen.
    """
    key = manifest.get("run_key")
    ranked = _ranked(runs, manifest=manifest, published=published)
    others = (run for run in ranked if run.manifest.get("run_key") != key)
    return next((run for run in others if not archive.faults(run)), None)


def list_baselines(
    archive: Archive,
    runs: Sequence[ArchivedRun],
    *,
    manifest: Mapping[str, Any],
    published: frozenset[str],
) -> list[ArchivedRun]:
    """The reports of which `find_baseline` chooses one once the new report's key is known.

    At most two, of different keys: the new report can be the same as one of them only.

    Args:
        archive: As for `find_baseline`.
        runs: As there.
        manifest: What is known of the new report before it is made.
        published: As there.
    """
    found: list[ArchivedRun] = []
    for run in _ranked(runs, manifest=manifest, published=published):
        is_new = all(run.manifest["run_key"] != one.manifest["run_key"] for one in found)
        if is_new and not archive.faults(run):
            found.append(run)
        if len(found) == 2:  # noqa: PLR2004  the first, and one for when the first is the same
            break
    return found


def _ranked(
    runs: Sequence[ArchivedRun], *, manifest: Mapping[str, Any], published: frozenset[str]
) -> Iterator[ArchivedRun]:
    question = _question(manifest)
    yield from sorted(
        (run for run in runs if run.manifest.get("run_key") is not None),
        key=lambda run: (_question(run.manifest) == question, run.run_id in published, run.run_id),
        reverse=True,
    )


def _question(manifest: Mapping[str, Any]) -> dict[str, Any]:
    asked = _mapping(manifest.get("parameters"))
    return {name: value for name, value in asked.items() if name != "as_of"}


def _compare_tables(
    old: Mapping[str, str], new: Mapping[str, str], store: TableStore
) -> list[TableChange]:
    """Tables of the package that differ; a file only one report names was not read by the other."""
    changes = []
    for name in sorted({*old} & {*new}):
        if old[name] != new[name]:
            rows = [store.read_rows(digest) for digest in (old[name], new[name])]
            is_table = name.endswith(".csv") and name.startswith(_IN_TABLES)
            changes.append(
                compare_rows(name, rows[0], rows[1])
                if is_table
                else TableChange(table=name, is_listed=False)
            )
    return changes


def _compare_kit(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[ValueChange]:
    changes = list(
        compare_values(_mapping(before.get("versions")), _mapping(after.get("versions")))
    )
    hashes = [
        {
            "code": str(side.get("code", "")),
            "notebook": str(_mapping(side.get("notebook")).get("sha256", "")),
            **{name: str(value) for name, value in _mapping(side.get("locks")).items()},
        }
        for side in (before, after)
    ]
    changes += [
        ValueChange(name=one.name, before=one.before[:_SHOWN_HASH], after=one.after[:_SHOWN_HASH])
        for one in compare_values(*hashes)
    ]
    return changes


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
