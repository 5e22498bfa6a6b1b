"""Reports of a lineage that the next one may be held against, as plain data that can travel.

Where a report is made on another machine, the archive is not there. What its part "What changed"
needs of the archive is sent along with the question: the last reports' findings and manifests,
and of the tables they rest on those that are no longer the same.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from third_pillar.publishing.approval import FINDINGS, Approvals
from third_pillar.publishing.archive import Archive, ArchivedRun, Lineage
from third_pillar.publishing.comparison import list_baselines, tables_read
from third_pillar.publishing.table_store import TableStore


@dataclass(frozen=True)
class Earlier:
    """A report that is in the archive: its run id, what its manifest says, and its findings."""

    run_id: str
    manifest: dict[str, Any]
    findings: str


def find_earlier(
    archive: Archive, lineage: Lineage, *, manifest: Mapping[str, Any]
) -> list[Earlier]:
    """The reports of which one is what the next report is held against, best first.

    Args:
        archive: Where they are.
        lineage: Of the new report.
        manifest: What is known of the new report; its `parameters` at least.
    """
    runs = archive.list_lineage(lineage)
    standings = Approvals(archive).standings(runs)
    published = frozenset(run.run_id for run in runs if standings[run.folder].state == "published")
    baselines = list_baselines(archive, runs, manifest=manifest, published=published)
    return [earlier for run in baselines if (earlier := _read(run)) is not None]


def _read(run: ArchivedRun) -> Earlier | None:
    """A run with its findings; none if another process removed it meanwhile."""
    try:
        findings = (run.folder / FINDINGS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return Earlier(run.run_id, run.manifest, findings)


def choose(earlier: Sequence[Earlier], *, run_key: str) -> Earlier | None:
    """The first that is not the same report as the new one; none for the first of a lineage."""
    return next((one for one in earlier if one.manifest.get("run_key") != run_key), None)


def pack_tables(
    store: TableStore, earlier: Sequence[Earlier], *, known: Collection[str]
) -> dict[str, str]:
    """sha256 to content, as text, of tables that earlier reports read and a maker lacks.

    Args:
        store: Of the archive.
        earlier: The reports.
        known: sha256 of the tables that the maker has.
    """
    wanted = {digest for one in earlier for digest in tables_read(one.manifest).values()}
    packed = {digest: store.read_packed(digest) for digest in sorted(wanted - set(known))}
    return {
        digest: base64.b64encode(content).decode("ascii")
        for digest, content in packed.items()
        if content is not None
    }


def unpack_tables(tables: Mapping[str, str], archive: Path) -> None:
    """Put what `pack_tables` gave into the store of an archive."""
    store = TableStore(archive)
    for digest, content in tables.items():
        store.put_packed(digest, base64.b64decode(content))
