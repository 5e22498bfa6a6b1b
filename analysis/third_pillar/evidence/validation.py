"""Whether the data package keeps its own rules; every fault at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from third_pillar.evidence import (
    rules,
    rules_claims,
    rules_corrections,
    rules_ledger,
    rules_references,
    rules_register,
    rules_sums,
    rules_trade,
    rules_values,
)
from third_pillar.evidence.descriptor import Resource, read_descriptor, read_resources
from third_pillar.evidence.location import (
    DESCRIPTOR,
    cache_folder,
    data_folder,
    file_state,
    project_root,
)
from third_pillar.evidence.reading import read_table
from third_pillar.evidence.reads import accounted
from third_pillar.evidence.release import package_files, package_sha256
from third_pillar.evidence.rules import Package
from third_pillar.evidence.schema_check import find_schema_faults
from third_pillar.vocabulary.errors import DataFault, EvidenceFault

NEEDED_TABLES = (
    "codelists/countries.csv",
    "codelists/country_sets.csv",
    "codelists/stages.csv",
    "codelists/units.csv",
    "curated/assumptions.csv",
    "curated/export_controls.csv",
    "curated/gaps.csv",
    "curated/magnet_demand.csv",
    "curated/mine_production.csv",
    "curated/policy_events.csv",
    "curated/projects.csv",
    "sources.csv",
)
"""Tables the kit cannot do without; the others are checked where they are described."""

ALL_RULES = (
    *rules.RULES,
    *rules_references.RULES,
    *rules_claims.RULES,
    *rules_ledger.RULES,
    *rules_corrections.RULES,
    *rules_trade.RULES,
    *rules_values.RULES,
    *rules_sums.RULES,
    *rules_register.RULES,
)


@dataclass(frozen=True)
class PackageCounts:
    """How much a package holds.

    Attributes:
        tables: Tables described and read.
        rows: Table to its number of rows.
        sources: Sources listed.
        cited_sources: Sources that some row of a table names.
    """

    tables: int
    rows: Mapping[str, int]
    sources: int
    cited_sources: int


_passed: dict[Path, tuple[tuple[Path, int, int], ...]] = {}


def check_package(root: Path | None = None) -> None:
    """Nothing, when the data package keeps its rules.

    The last content that passed is remembered, in this process and in `data/cache/`, so that
    unchanged data are not checked twice.

    Raises:
        EvidenceFault: All faults at once.
    """
    root = project_root() if root is None else root.resolve()
    state = tuple(file_state(path) for path in package_files(root).values())
    if _passed.get(root) == state:
        return
    with accounted():
        digest = checked_sha256(root)
        memory = cache_folder(root) / "validated"
        if not remembers(memory, digest):
            faults = validate_package(root)
            if faults:
                hint = "Mend what is named, then run `pillar data validate`."
                raise EvidenceFault(faults, hint=hint)
            remember(memory, digest)
    _passed[root] = state


def validate_package(root: Path | None = None) -> list[DataFault]:
    """Every fault of the data package, sorted; empty when it keeps its rules."""
    root = project_root() if root is None else root
    try:
        header = read_descriptor(root)
        date = dt.date.fromisoformat(str(header["created"])[:10])
        resources = read_resources(root)
    except EvidenceFault as error:
        return list(error.faults)
    except ValueError:
        rule = "is not a date YYYY-MM-DD"
        return [DataFault(DESCRIPTOR, "", "created", str(header["created"]), rule)]
    tables = {path: read_table(resource, root) for path, resource in resources.items()}
    faults = [fault for table in tables.values() for fault in table.faults]
    faults += _listing_faults(resources, root)
    readable = {table.resource.name: table for table in tables.values() if table.header}
    package = Package(root=root, date=date, tables=readable)
    for rule_of in ALL_RULES:
        faults += rule_of(package)
    return _without_repeats(faults, find_schema_faults(tables, root))


def count_package(root: Path | None = None) -> PackageCounts:
    """How much the package holds; call it on a package that keeps its rules."""
    tables = [read_table(resource, root) for resource in read_resources(root).values()]
    fields = ("source_id", "source_id_2", "source_ids")
    cited = {
        source
        for table in tables
        if table.resource.name != "sources"
        for field in fields
        if table.has(field)
        for row in table.rows
        for source in row.items(field)
    }
    listed = next((len(t.rows) for t in tables if t.resource.name == "sources"), 0)
    return PackageCounts(
        tables=len(tables),
        rows={table.resource.name: len(table.rows) for table in tables},
        sources=listed,
        cited_sources=len(cited),
    )


def _listing_faults(resources: dict[str, Resource], root: Path) -> list[DataFault]:
    """Tables the kit needs are described, and every CSV file is described."""
    faults = [
        DataFault(DESCRIPTOR, "", "", path, "a table the kit needs is not described")
        for path in NEEDED_TABLES
        if path not in resources
    ]
    folder = data_folder(root)
    files = [*folder.glob("curated/*.csv"), *folder.glob("codelists/*.csv")]
    names = sorted(path.relative_to(folder).as_posix() for path in files)
    rule = f"{DESCRIPTOR} does not describe this file"
    return faults + [
        DataFault(name, "", "", "", rule, "describe it, or take the file out")
        for name in names
        if name not in resources
    ]


def _without_repeats(own: list[DataFault], schema: list[DataFault]) -> list[DataFault]:
    """Faults of both checks; where both speak of one cell, ours says it better."""
    told = {(fault.table, fault.row, fault.field) for fault in own}
    rest = [fault for fault in schema if (fault.table, fault.row, fault.field) not in told]
    keys = {(fault.table, fault.row) for fault in own if fault.rule.startswith("duplicate key")}
    rest = [
        fault
        for fault in rest
        if not (fault.rule.startswith("duplicate key") and (fault.table, fault.row) in keys)
    ]
    return sorted({*own, *rest})


def checked_sha256(root: Path) -> str:
    """Hash of the data and of the rules they were checked by."""
    digest = hashlib.sha256(package_sha256(root).encode())
    folder = Path(__file__).parent
    for path in sorted((*folder.glob("*.py"), *folder.parent.glob("vocabulary/*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def remembers(memory: Path, digest: str) -> bool:
    """Whether the last content that passed is this one."""
    try:
        return memory.read_text(encoding="ascii").strip() == digest
    except (OSError, ValueError):
        return False


def remember(memory: Path, digest: str) -> None:
    """Keep the hash; a data folder that cannot be written is checked again next time."""
    fresh = memory.with_name(f".{memory.name}-{os.getpid()}")
    with contextlib.suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(digest + "\n", encoding="ascii")
        fresh.replace(memory)
