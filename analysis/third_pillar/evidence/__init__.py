"""The one door to the data package: figures, articles, choices, hashes, validation.

What is named here is loaded when it is first used: pandas and frictionless are slow to import,
and most commands need neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from third_pillar.evidence.article import Article, load_article
    from third_pillar.evidence.choices import load_parameter_choices
    from third_pillar.evidence.corrections import (
        Correction,
        phrase_correction,
        read_corrections,
    )
    from third_pillar.evidence.dates import last_day
    from third_pillar.evidence.documents import Document, read_document
    from third_pillar.evidence.drafting import Draft, write_draft
    from third_pillar.evidence.forecasts import append_forecasts, read_forecasts
    from third_pillar.evidence.fragments import (
        FragmentCheck,
        FragmentFault,
        check_fragments,
        verify_fragments,
    )
    from third_pillar.evidence.frozen import FrozenFrame, HeldTable, Row
    from third_pillar.evidence.hand_reading import read_hand_reading
    from third_pillar.evidence.history import HistoryEntry, append_history
    from third_pillar.evidence.loading import Evidence, load_evidence
    from third_pillar.evidence.location import article_names, project_root
    from third_pillar.evidence.overlay_files import chosen_overlay, find_overlay, overlay_folder
    from third_pillar.evidence.read_digests import digest_reads
    from third_pillar.evidence.reads import (
        WHOLE,
        captured_reads,
        note_read,
        read_record,
        record_reads,
    )
    from third_pillar.evidence.release import (
        package_sha256,
        package_state,
        read_release,
        table_hashes,
    )
    from third_pillar.evidence.scenarios import Scenario, load_scenario, scenario_names
    from third_pillar.evidence.specifications import load_specifications
    from third_pillar.evidence.synthetic import is_synthetic
    from third_pillar.evidence.validation import check_package, count_package, validate_package

__all__ = [
    "WHOLE",
    "Article",
    "Correction",
    "Document",
    "Draft",
    "Evidence",
    "FragmentCheck",
    "FragmentFault",
    "FrozenFrame",
    "HeldTable",
    "HistoryEntry",
    "Row",
    "Scenario",
    "append_forecasts",
    "append_history",
    "article_names",
    "captured_reads",
    "check_fragments",
    "check_package",
    "chosen_overlay",
    "count_package",
    "digest_reads",
    "find_overlay",
    "is_synthetic",
    "last_day",
    "load_article",
    "load_evidence",
    "load_parameter_choices",
    "load_scenario",
    "load_specifications",
    "note_read",
    "overlay_folder",
    "package_sha256",
    "package_state",
    "phrase_correction",
    "project_root",
    "read_corrections",
    "read_document",
    "read_forecasts",
    "read_hand_reading",
    "read_record",
    "read_release",
    "record_reads",
    "scenario_names",
    "table_hashes",
    "validate_package",
    "verify_fragments",
    "write_draft",
]

_HOMES = {
    "Article": "article",
    "Correction": "corrections",
    "Document": "documents",
    "Draft": "drafting",
    "Evidence": "loading",
    "FragmentCheck": "fragments",
    "FragmentFault": "fragments",
    "FrozenFrame": "frozen",
    "HeldTable": "frozen",
    "HistoryEntry": "history",
    "Row": "frozen",
    "Scenario": "scenarios",
    "WHOLE": "reads",
    "append_forecasts": "forecasts",
    "append_history": "history",
    "article_names": "location",
    "captured_reads": "reads",
    "check_fragments": "fragments",
    "check_package": "validation",
    "chosen_overlay": "overlay_files",
    "find_overlay": "overlay_files",
    "count_package": "validation",
    "digest_reads": "read_digests",
    "is_synthetic": "synthetic",
    "last_day": "dates",
    "load_article": "article",
    "load_evidence": "loading",
    "load_parameter_choices": "choices",
    "load_scenario": "scenarios",
    "load_specifications": "specifications",
    "overlay_folder": "overlay_files",
    "note_read": "reads",
    "package_sha256": "release",
    "package_state": "release",
    "project_root": "location",
    "phrase_correction": "corrections",
    "read_corrections": "corrections",
    "read_document": "documents",
    "read_forecasts": "forecasts",
    "read_hand_reading": "hand_reading",
    "read_record": "reads",
    "read_release": "release",
    "record_reads": "reads",
    "scenario_names": "scenarios",
    "table_hashes": "release",
    "validate_package": "validation",
    "verify_fragments": "fragments",
    "write_draft": "drafting",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
