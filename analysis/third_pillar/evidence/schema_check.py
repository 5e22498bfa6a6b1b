"""What the table schema forbids: frictionless finds it, we say it in our words."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from third_pillar.evidence.location import DESCRIPTOR, data_folder
from third_pillar.evidence.reading import Row, Table
from third_pillar.vocabulary.errors import DataFault
from third_pillar.vocabulary.parameters import nearest

_MEANINGS = {"number": "a plain number", "integer": "a whole number", "date": "a date YYYY-MM-DD"}


def find_schema_faults(tables: Mapping[str, Table], root: Path | None) -> list[DataFault]:
    """Every broken schema rule (type, constraint, key, foreign key) in the sound tables.

    Args:
        tables: Path below `data/` to table. One with faults of form is left out, and so are
            foreign keys that lead to it: they would only repeat the first fault.
        root: Folder of the project.
    """
    from frictionless import FrictionlessException, Package  # noqa: PLC0415  0.8 s, only here

    sound = {path: table for path, table in tables.items() if not table.faults}
    names = {str(table.resource.descriptor.get("name")): path for path, table in sound.items()}
    descriptor = {
        "name": "checked",
        "resources": [_described(table, names) for table in sound.values()],
    }
    try:
        package = Package.from_descriptor(descriptor, basepath=os.fspath(data_folder(root)))
        report = package.validate()
    except FrictionlessException as error:
        reasons = error.reasons or [error.error]
        return [DataFault(DESCRIPTOR, "", "", "", reason.message) for reason in reasons]
    except Exception as error:  # noqa: BLE001  frictionless breaks on constraints it cannot read
        return [DataFault(DESCRIPTOR, "", "", "", f"a constraint cannot be read ({error})")]
    faults = [DataFault(DESCRIPTOR, "", "", "", found.message) for found in report.errors]
    for task in report.tasks:
        table = sound[names[task.name]]
        for found in task.errors:
            faults += _translate(found.to_descriptor(), table, sound, names)
    return faults


def _described(table: Table, names: Mapping[str, str]) -> dict[str, Any]:
    """The resource as frictionless takes it, with foreign keys to sound tables only."""
    entry = dict(table.resource.descriptor)
    schema = dict(entry["schema"])
    links = [link for link in schema.get("foreignKeys") or [] if _may_follow(link, table, names)]
    schema.pop("foreignKeys", None)
    entry["schema"] = {**schema, "foreignKeys": links} if links else schema
    return entry


def _leads_to(link: Mapping[str, Any]) -> str:
    return str(link["reference"]["resource"])


def _may_follow(link: Mapping[str, Any], table: Table, names: Mapping[str, str]) -> bool:
    """Whether a foreign key leads to a sound table, and not into another article."""
    target = names.get(_leads_to(link))
    if target is None:
        return False
    return not target.startswith("claims/") or Path(target).parent == Path(table.path).parent


def _translate(
    error: Mapping[str, Any],
    table: Table,
    sound: Mapping[str, Table],
    names: Mapping[str, str],
) -> Iterator[DataFault]:
    place = int(error.get("rowNumber", 1)) - 2
    if not 0 <= place < len(table.rows):
        yield DataFault(table.path, "", "", "", str(error["message"]))
        return
    row = table.rows[place]
    kind = error["type"]
    field = str(error.get("fieldName", ""))
    if kind == "foreign-key":
        yield _foreign_key_fault(error, table, row, sound[names[error["referenceName"]]])
    elif kind == "type-error":
        expected = str(error["note"]).partition('"')[2].partition("/")[0]
        yield table.fault(row, field, f"is not {_MEANINGS.get(expected, f'of type {expected}')}")
    elif kind == "constraint-error":
        yield _constraint_fault(table, row, field, str(error["note"]))
    elif kind in {"primary-key", "unique-error"}:
        yield _duplicate_fault(error, table, row)
    else:
        yield table.fault(row, field, str(error["note"] or error["message"]))


def _duplicate_fault(error: Mapping[str, Any], table: Table, row: Row) -> DataFault:
    names = (str(error["fieldName"]),) if "fieldName" in error else table.resource.key
    return DataFault(
        table.path,
        table.label(row),
        ", ".join(names),
        ", ".join(row.text(name) for name in names),
        f"duplicate key: {error['note']}",
        "give each row a key of its own",
    )


def _constraint_fault(table: Table, row: Row, field: str, note: str) -> DataFault:
    _, name, _, limit, *_ = note.split('"')
    said = {
        "required": "must not be empty",
        "minimum": f"must be at least {limit}",
        "maximum": f"must be at most {limit}",
        "pattern": f"must match the pattern {limit}",
    }
    if name != "enum":
        return table.fault(row, field, said.get(name, note))
    valid = next(
        tuple(map(str, column["constraints"]["enum"]))
        for column in table.resource.descriptor["schema"]["fields"]
        if column["name"] == field
    )
    near = nearest(row.text(field), valid).strip()
    return table.fault(row, field, "not in the closed list", f"{near} Valid: {', '.join(valid)}")


def _foreign_key_fault(
    error: Mapping[str, Any], table: Table, row: Row, target: Table
) -> DataFault:
    field = ", ".join(error["fieldNames"])
    value = ", ".join(map(str, error["fieldCells"]))
    key = error["referenceFieldNames"][0]
    near = nearest(value, tuple(known.text(key) for known in target.rows)).strip()
    mend = f"{near} It must name a row of {target.path}".strip()
    return DataFault(table.path, table.label(row), field, value, f"unknown {key}", mend)
