"""What publishers or relays got wrong, and what the package prints instead."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from third_pillar.evidence.location import data_folder
from third_pillar.evidence.reading import read_yaml

FILE = "corrections.yml"


@dataclass(frozen=True)
class Correction:
    """One entry of corrections.yml, as text; `corrected` is "" where the figure was taken out."""

    id: str
    table: str
    key: str
    field: str
    published: str
    corrected: str
    provider: str
    reason: str
    status: str
    expect: str

    @property
    def stem(self) -> str:
        """Short name of the table it mends, "none" where no row came of it."""
        return PurePosixPath(self.table).stem


def read_corrections(root: Path | None = None) -> tuple[Correction, ...]:
    """Every correction on record, in the order of the file; none where there is no file."""
    path = data_folder(root) / FILE
    if not path.is_file():
        return ()
    return tuple(
        Correction(**{name: _text(entry.get(name)) for name in Correction.__dataclass_fields__})
        for entry in read_yaml(path) or ()
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
