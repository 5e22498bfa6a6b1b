"""Specifications: the definitions of "pillar" that the verdict is counted over."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from third_pillar.evidence.location import data_folder, file_state, project_root
from third_pillar.evidence.reading import read_yaml
from third_pillar.evidence.reads import accounted, note_read
from third_pillar.evidence.validation import check_package
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.specifications import Specification, expand_family


def specification_files(root: Path | None = None) -> Iterator[Path]:
    """The files of `data/specifications`, sorted; one family of definitions each."""
    yield from sorted((data_folder(root) / "specifications").glob("*.yml"))


def load_specifications(*, root: Path | None = None) -> tuple[Specification, ...]:
    """Every specification of every family, without repeats.

    Raises:
        EvidenceFault: The data package breaks its rules.
        MissingEvidence: There is none.
    """
    root = project_root() if root is None else root
    check_package(root)
    note_read("specifications/")
    with accounted():  # the folder is noted as a whole
        found = _expand(tuple(file_state(path) for path in specification_files(root)))
    if not found:
        raise MissingEvidence(
            "data/specifications holds no file",
            hint="Write one: id, title, reading, choices; docs/methods.md §5.3 lists the choices.",
        )
    return found


@lru_cache(maxsize=4)
def _expand(files: tuple[tuple[Path, int, int], ...]) -> tuple[Specification, ...]:
    found = {
        specification.id: specification
        for path, *_ in files
        for specification in expand_family(read_yaml(path))
    }
    return tuple(found.values())
