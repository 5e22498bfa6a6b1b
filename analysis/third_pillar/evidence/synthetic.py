"""Which articles were written for tests: they are never published."""

from __future__ import annotations

from pathlib import Path

from third_pillar.evidence.location import article_folder
from third_pillar.evidence.reading import read_yaml


def is_synthetic(article_id: str, *, root: Path | None = None) -> bool:
    """Whether `article.yml` marks the article as synthetic.

    Raises:
        MissingEvidence: No such article; names the nearest.
    """
    head = read_yaml(article_folder(article_id, root) / "article.yml")
    return isinstance(head, dict) and head.get("synthetic") is True
