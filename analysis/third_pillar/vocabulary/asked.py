"""What sets one question apart from others on the same country, in words for lists and labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from third_pillar.vocabulary.parameters import ReportParameters

_SAID_ELSEWHERE = frozenset({"profile", "candidate", "article", "language", "as_of"})
"""A list of runs has columns for these."""
_IN_WORDS = {
    "pillars": "pillars {}",
    "partners": "partners {}",
    "count_by": "by {}",
    "as_of": "as of {}",
    "horizon": "horizon {}",
    "draws": "{} draws",
    "seed": "seed {}",
}
"""How a value is said that does not itself tell what it is."""


def find_departures(asked: object) -> dict[str, object]:
    """Parameters that differ from the contract's defaults; country and date apart.

    Args:
        asked: Parameters as a manifest has them, or whatever stands in its place.
    """
    if not isinstance(asked, Mapping):
        return {}
    plain = ReportParameters().model_dump(mode="json")
    return {
        name: value
        for name, value in asked.items()
        if name not in _SAID_ELSEWHERE and name in plain and value != plain[name]
    }


def phrase_asked(asked: Mapping[str, object], names: Iterable[str]) -> str:
    """The values of these parameters, e.g. "IND, late, horizon 2035"."""
    return ", ".join(_IN_WORDS.get(name, "{}").format(_shown(asked[name])) for name in names)


def _shown(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
