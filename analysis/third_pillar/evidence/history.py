"""The history of an article's verdicts: a table that only grows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from third_pillar.evidence.files import replace_whole
from third_pillar.evidence.location import article_folder, project_root
from third_pillar.vocabulary.errors import StorageFault

HISTORY = "history.csv"


@dataclass(frozen=True)
class HistoryEntry:
    """What was said of a claim from one day on.

    Attributes:
        date: Day of the record, YYYY-MM-DD.
        claim_id: The claim.
        verdict: The verdict from then on.
        how: How it was settled.
        value: Measured value as text; empty where nothing was measured.
        data: Version of the data and the first digits of its hash.
        rows: What it rested on: `id@figure@fingerprint`, joined by semicolons.
        because: What changed since the entry before; "first record" for the first.
    """

    date: str
    claim_id: str
    verdict: str
    how: str
    value: str
    data: str
    rows: str
    because: str


def append_history(
    article_id: str, entries: Sequence[HistoryEntry], *, root: Path | None = None
) -> Path:
    """The file, with these entries at its end; what stood in it stays byte for byte.

    Raises:
        MissingEvidence: No such article.
        StorageFault: The file cannot be written; it is then as it was.
    """
    root = project_root() if root is None else root
    path = article_folder(article_id, root) / HISTORY
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    try:
        before = path.read_bytes() if path.is_file() else b""
        if not before:
            writer.writerow([column.name for column in fields(HistoryEntry)])
        elif not before.endswith(b"\n"):
            before += b"\n"
        writer.writerows(astuple(entry) for entry in entries)
        replace_whole(path, before + text.getvalue().encode())
    except OSError as error:
        raise StorageFault(
            f"the history of {article_id} cannot be written: {error.strerror}",
            hint=f"Check that data/claims/{article_id} may be written.",
        ) from None
    return path
