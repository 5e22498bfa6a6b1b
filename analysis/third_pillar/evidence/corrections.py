"""What publishers or relays got wrong, and what the package prints instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from third_pillar.evidence.location import data_folder
from third_pillar.evidence.reading import read_yaml
from third_pillar.evidence.reads import note_read
from third_pillar.vocabulary.amounts import attach_unit, group_thousands

FILE = "corrections.yml"


@dataclass(frozen=True)
class Correction:
    """One entry of corrections.yml, as text.

    `corrected` is "" where the figure was taken out; `unit` is that of both figures, "" for words.
    """

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
    unit: str = ""

    @property
    def stem(self) -> str:
        """Short name of the table it mends, "none" where no row came of it."""
        return PurePosixPath(self.table).stem


def read_corrections(root: Path | None = None) -> tuple[Correction, ...]:
    """Every correction on record, in the order of the file; none where there is no file."""
    path = data_folder(root) / FILE
    note_read(FILE)  # by name: what was parsed before is not opened again
    if not path.is_file():
        return ()
    return tuple(
        Correction(**{name: _text(entry.get(name)) for name in Correction.__dataclass_fields__})
        for entry in read_yaml(path) or ()
    )


def phrase_correction(known: Correction, units: Mapping[str, str]) -> tuple[str, str]:
    """What was published and what stands here, each with its unit, thousands apart.

    Args:
        known: The correction.
        units: Code of a unit → how it is written behind a number.

    Returns:
        E.g. ("21,000,000 t REO", "11,000,000 t REO") or ("mid-2024", "left out").
    """
    published = _phrase(known.published, known, units) or "nothing"
    here = _phrase(known.corrected, known, units) or "left out"
    return published, f"{here}, with a note" if here == published else here


def _phrase(text: str, known: Correction, units: Mapping[str, str]) -> str:
    try:
        number = float(text)
    except ValueError:
        return units.get(text, text)  # a unit, or words
    if is_year_field(known.field):
        year, half = divmod(number, 1)
        return f"mid-{year:.0f}" if half == _HALF else f"{number:g}"
    return attach_unit(group_thousands(text), units.get(known.unit, known.unit))


def is_year_field(field: str) -> bool:
    """Whether a field of a table holds a calendar year, which has no unit."""
    return field == "year" or field.endswith("_year")


_HALF = 0.5


def _text(value: object) -> str:
    return "" if value is None else str(value)
