"""A country's name as it stands inside a sentence."""

from __future__ import annotations

_WITH_ARTICLE = ("United ", "Netherlands", "Philippines")


def name_in_sentence(name: str) -> str:
    """The name behind other words: "the United States", "India"."""
    return f"the {name}" if name.startswith(_WITH_ARTICLE) else name
