"""What datapackage.json says of the tables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from third_pillar.evidence.location import DESCRIPTOR, data_folder, file_state
from third_pillar.vocabulary.errors import DataFault, EvidenceFault

_TABLE_PATH = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*\.csv")


@dataclass(frozen=True)
class Column:
    """One field of a table's schema."""

    name: str
    type: str
    is_required: bool

    @classmethod
    def read(cls, described: Mapping[str, Any]) -> Column:
        """The field as described; one whose closed list is true and false is a boolean."""
        constraints = described.get("constraints", {})
        is_flag = set(constraints.get("enum", ())) == {"true", "false"}
        return cls(
            name=str(described["name"]),
            type="boolean" if is_flag else str(described.get("type", "string")),
            is_required=bool(constraints.get("required")),
        )


@dataclass(frozen=True)
class Resource:
    """One table as the descriptor describes it; `path` is relative to `data/`."""

    path: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    descriptor: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """Short name: the file's stem, with its folder for tables of an article."""
        path = PurePosixPath(self.path)
        return str(path.with_suffix("")) if path.parts[0] == "claims" else path.stem


def read_resources(root: Path | None = None) -> dict[str, Resource]:
    """Path below `data/` to table description; tables of undeclared articles borrow theirs.

    Raises:
        EvidenceFault: The descriptor is missing, is not JSON, or describes a table without
            path, fields or names.
    """
    read_descriptor(root)  # says what is wrong with the file as a whole
    found = _list_resources(*file_state(data_folder(root) / DESCRIPTOR))
    return {**_borrowed(found, data_folder(root)), **found}


@lru_cache(maxsize=8)
def _list_resources(path: Path, changed: int, size: int) -> Mapping[str, Resource]:
    listed = _parse(path, changed, size).get("resources")
    if not isinstance(listed, list) or not listed:
        raise _bad_descriptor("lists no resources")
    resources = [_resource(entry, place) for place, entry in enumerate(listed, start=1)]
    _refuse_bad_links(resources)
    found = {resource.path: resource for resource in resources}
    if len(found) < len(resources):
        raise _bad_descriptor("two resources have the same path")
    return found


def read_descriptor(root: Path | None = None) -> Mapping[str, Any]:
    """The content of `data/datapackage.json`, read again only when it changed; only to be read.

    Raises:
        EvidenceFault: The file is missing, is not a JSON object, or lacks name, version, date.
    """
    path = data_folder(root) / DESCRIPTOR
    try:
        content = _parse(*file_state(path))
    except OSError as error:
        raise _bad_descriptor(f"cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise _bad_descriptor(f"is not JSON ({error})") from None
    if not isinstance(content, dict):
        raise _bad_descriptor("is not a JSON object")
    missing = [name for name in ("name", "version", "created") if not content.get(name)]
    if missing:
        raise _bad_descriptor(f"lacks {', '.join(missing)}")
    return content


@lru_cache(maxsize=8)
def _parse(path: Path, changed: int, size: int) -> Any:
    del changed, size  # parts of the cache key only
    return json.loads(path.read_text(encoding="utf-8"))


def _resource(entry: Any, place: int) -> Resource:
    try:
        path, schema = entry["path"], entry["schema"]
        key = schema.get("primaryKey", [])
        resource = Resource(
            path=path,
            columns=tuple(Column.read(described) for described in schema["fields"]),
            key=(key,) if isinstance(key, str) else tuple(key),
            descriptor=entry,
        )
    except (KeyError, TypeError, AttributeError):
        raise _bad_descriptor(
            f"resource {_named(entry, place)} lacks a path or a schema with named fields"
        ) from None
    if not (isinstance(path, str) and _TABLE_PATH.fullmatch(path)):
        raise _bad_descriptor(
            f"resource {_named(entry, place)}: path {path!r} is not a CSV file below data/"
        )
    if not resource.columns:
        raise _bad_descriptor(f"resource {_named(entry, place)} describes no fields")
    return resource


def _named(entry: Any, place: int) -> str:
    return str(entry.get("name") or place) if isinstance(entry, dict) else str(place)


def _refuse_bad_links(resources: Sequence[Resource]) -> None:
    """Refuse foreign keys that lead nowhere: an unchecked one looks like one that holds."""
    fields = {
        resource.descriptor.get("name"): {column.name for column in resource.columns}
        for resource in resources
    }
    for resource in resources:
        for link in resource.descriptor["schema"].get("foreignKeys") or []:
            try:
                target = link["reference"]["resource"]
                named = link["reference"]["fields"]
                wanted = {named} if isinstance(named, str) else set(named)
                is_sound = bool(wanted) and wanted <= fields.get(target, set())
            except (KeyError, TypeError):
                is_sound = False
            if not is_sound:
                raise _bad_descriptor(
                    f"{resource.path} has a foreign key that leads to no field: {link!r}"
                )


def _borrowed(found: Mapping[str, Resource], folder: Path) -> dict[str, Resource]:
    """Tables of articles the descriptor does not list, described like those it lists."""
    borrowed: dict[str, Resource] = {}
    for stem in ("claims", "evidence", "history"):
        model = next(
            (known for path, known in found.items() if path.endswith(f"/{stem}.csv")), None
        )
        if model is None:
            continue
        for article in sorted(path for path in folder.glob("claims/*") if path.is_dir()):
            path = f"claims/{article.name}/{stem}.csv"
            if stem == "history" and not (folder / path).is_file():
                continue  # an article whose verdicts were never recorded has none
            entry = {**model.descriptor, "path": path, "name": f"{article.name.lower()}-{stem}"}
            borrowed[path] = Resource(path, model.columns, model.key, entry)
    return borrowed


def _bad_descriptor(rule: str) -> EvidenceFault:
    return EvidenceFault([DataFault(DESCRIPTOR, "", "", "", rule)])
