"""An article as data: what it claims, what bears on it, how each claim is tested."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.frames import read_frame
from third_pillar.evidence.frozen import FrozenFrame
from third_pillar.evidence.location import (
    DESCRIPTOR,
    article_folder,
    data_folder,
    file_state,
    project_root,
)
from third_pillar.evidence.reading import read_table, read_yaml
from third_pillar.evidence.reads import accounted, note_read
from third_pillar.evidence.validation import check_package
from third_pillar.vocabulary.claims import ClaimTest, read_claim_tests


@dataclass(frozen=True, eq=False, kw_only=True)
class Article:
    """One article and its ledger.

    Attributes:
        meta: Title, publisher, date (as YYYY-MM-DD), address, subject, hash of the text.
        claims: One row a claim, key `claim_id`.
        evidence: One row a piece of evidence, key `evidence_id`.
        tests: Claim id to its test, for claims that are measured or event-tested.
        history: Verdicts as they were recorded, oldest first: `date`, `claim_id`, `verdict`,
            `how`, `value`, `data`, `rows`, `because`; empty where none was.

    A frame that was handed out may be changed: nobody else sees it.
    """

    meta: Mapping[str, Any]
    claims: pd.DataFrame = FrozenFrame()  # type: ignore[assignment]  # noqa: RUF009  a descriptor: hands out frames
    evidence: pd.DataFrame = FrozenFrame()  # type: ignore[assignment]  # noqa: RUF009  same
    history: pd.DataFrame = FrozenFrame()  # type: ignore[assignment]  # noqa: RUF009  same
    tests: Mapping[str, ClaimTest]

    @property
    def is_synthetic(self) -> bool:
        """Whether the article was written for tests; such a one is never published."""
        return self.meta.get("synthetic") is True


def load_article(article_id: str, *, root: Path | None = None) -> Article:
    """The article of that name, read again only when one of its files changed.

    Raises:
        MissingEvidence: No such article; names the nearest.
        EvidenceFault: The data package breaks its rules.
    """
    root = project_root() if root is None else root
    folder = article_folder(article_id, root)
    check_package(root)
    note_read(f"claims/{article_id}/")
    files = [data_folder(root) / DESCRIPTOR, *sorted(folder.iterdir())]
    with accounted():  # the folder is noted as a whole
        return _read(article_id, root, tuple(file_state(path) for path in files))


@lru_cache(maxsize=8)
def _read(article_id: str, root: Path, files: tuple[tuple[Path, int, int], ...]) -> Article:
    del files  # part of the cache key only
    folder, resources = article_folder(article_id, root), read_resources(root)
    claims, evidence = (
        read_frame(read_table(resources[f"claims/{article_id}/{stem}.csv"], root))
        for stem in ("claims", "evidence")
    )
    tests = folder / "tests.yml"
    content = read_yaml(tests) if tests.is_file() else None
    past = resources.get(f"claims/{article_id}/history.csv")
    return Article(
        meta=MappingProxyType(
            {
                key: value.isoformat() if isinstance(value, dt.date) else value
                for key, value in read_yaml(folder / "article.yml").items()
            }
        ),
        claims=claims,
        evidence=evidence,
        tests=MappingProxyType(read_claim_tests(content or {})),
        history=pd.DataFrame() if past is None else read_frame(read_table(past, root)),
    )
