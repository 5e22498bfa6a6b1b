"""The part "What changed since the last report": made after the run, from the archive.

The notebook does not know the archive and its findings do not depend on it; the part is put into
the page alone. The executed notebook is archived as it ran.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from third_pillar.execution.documents import Node, as_node
from third_pillar.publishing.archive import Archive, Lineage
from third_pillar.publishing.comparison import Side, compare_reports, parse_side
from third_pillar.publishing.earlier import Earlier, choose, find_earlier
from third_pillar.publishing.table_store import TableStore
from third_pillar.vocabulary.changes import Changes
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.findings import Findings

if TYPE_CHECKING:
    from third_pillar.briefing.markup import Fragment

_KEPT_SENTENCES = 12
_ANCHOR = re.compile(r'id="(n-[^"<>]+)"')
_BEFORE = ("judgements", "bottom-line")
"""The part follows the first output of this class: a reader who returns finds it early."""


@dataclass(frozen=True)
class SinceLast:
    """What changed, for the page and for the manifest.

    Attributes:
        changes: None for the first report of a lineage, or where the last cannot be compared.
        last: Run id of the report before; empty for the first.
        summary: For the manifest: the run compared with and the first sentences.
    """

    changes: Changes | None = None
    last: str = ""
    summary: dict[str, Any] = field(default_factory=dict)

    def add_to(self, notebook: Any) -> Any:
        """A copy of the executed notebook with the part in it; itself for the first report."""
        if not self.last:
            return notebook
        part = self._compose(frozenset(_ANCHOR.findall(_all_html(notebook))))
        data = {"text/html": str(part.html), "text/plain": part.text}
        shown = {"output_type": "display_data", "data": data, "metadata": {}}
        cell: dict[str, Any] = {
            "cell_type": "code",
            "source": "",
            "metadata": {},
            "execution_count": None,
        }
        cells = list(notebook.cells)
        cells.insert(_place(cells), as_node({**cell, "outputs": [shown]}))
        return Node({**notebook, "cells": cells})

    def _compose(self, linked: frozenset[str]) -> Fragment:
        from third_pillar.briefing.changes import (  # noqa: PLC0415  a second; not for a first report
            compose_changes,
            compose_incomparable,
        )

        if self.changes is not None:
            return compose_changes(self.changes, linked=linked)
        return compose_incomparable()


def compare_with_last(
    archive: Archive,
    lineage: Lineage,
    findings: Findings,
    manifest: Mapping[str, Any],
    *,
    earlier: Sequence[Earlier] | None = None,
) -> SinceLast:
    """What changed against the last report of the lineage.

    Args:
        archive: Where the last report is, and the tables it rests on.
        lineage: Of the new report.
        findings: Of the new report.
        manifest: What the new report's manifest will say of its inputs.
        earlier: Reports to choose from where they lie in another archive.
    """
    if earlier is None:
        earlier = find_earlier(archive, lineage, manifest=manifest)
    last = choose(earlier, run_key=str(manifest.get("run_key")))
    if last is None:
        return SinceLast()
    try:
        before = parse_side(last.findings, last.manifest, place=last.run_id)
    except ParameterFault:
        return SinceLast(last=last.run_id, summary={"since": last.run_id, "comparable": False})
    after = Side(findings, manifest)
    changes = compare_reports(before, after, store=TableStore(archive.folder))
    from third_pillar.briefing.changes import phrase_changes  # noqa: PLC0415  as above

    sentences = phrase_changes(changes)
    summary = {
        "since": last.run_id,
        "comparable": True,
        "matters": changes.matters,
        "sentences": sentences[:_KEPT_SENTENCES],
        "more": max(len(sentences) - _KEPT_SENTENCES, 0),
    }
    return SinceLast(changes, last.run_id, summary)


def _all_html(notebook: Any) -> str:
    return "".join(
        str(output.get("data", {}).get("text/html", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    )


def _place(cells: list[Any]) -> int:
    for css in _BEFORE:
        for number, cell in enumerate(cells):
            for output in cell.get("outputs", ()):
                if f'class="{css}"' in str(output.get("data", {}).get("text/html", "")):
                    return number + 1
    return len(cells)
