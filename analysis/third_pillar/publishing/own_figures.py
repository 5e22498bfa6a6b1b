"""The reader's own figures and a shared report: in only when asked for, and never unsaid."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from third_pillar import evidence
from third_pillar.evidence.overlay_check import check_overlay
from third_pillar.evidence.overlay_files import VARIABLE
from third_pillar.execution.run_key import ABSENT
from third_pillar.vocabulary.errors import ParameterFault, ReportFailed
from third_pillar.vocabulary.findings import Findings

OwnFiguresRule = Literal["refuse", "use", "leave_out"]


def decide_on_own_figures(rule: OwnFiguresRule, *, root: Path) -> bool:
    """Whether the reader's own figures enter this report.

    Raises:
        ParameterFault: There are some, and nothing was said of them.
        EvidenceFault: They break a rule; every fault is listed.
    """
    own = evidence.find_overlay(root)
    if own is None or rule == "leave_out":
        return False
    if rule == "use":
        check_overlay(own, root=root)
        return True
    counts = ", ".join(f"{name} {len(table.rows)}" for name, table in own.tables.items())
    rows = "row" if own.rows == 1 else "rows"
    raise ParameterFault(
        f"data/overlay holds {own.rows} {rows} of your own ({counts or 'in no table'}): "
        "a report that is shared does not carry them unasked",
        hint="--allow-overlay publishes with them and says so on page one; --without-overlay "
        "publishes the data release alone.",
    )


def holds_own_figures(manifest: Mapping[str, Any]) -> bool:
    """Whether the report of this manifest used figures of the reader's own."""
    return str(manifest.get("own_figures", ABSENT)) != ABSENT


@contextmanager
def own_figures_enter(*, is_wanted: bool) -> Iterator[None]:
    """The environment in which a notebook sees the own figures, or surely does not."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = "1" if is_wanted else "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def check_statement(findings: Findings, *, expected: str) -> None:
    """Nothing, when the findings used the own figures they should have, or none.

    Raises:
        ReportFailed: They used others, or used or left out some unasked.
    """
    stated = findings.data.own_figures
    used = ABSENT if stated is None else stated.sha256
    if used == expected:
        return
    said = (
        "do not use the own figures asked for"
        if stated is None
        else ("rest on own figures that were not asked for")
    )
    raise ReportFailed(
        f"the findings {said}",
        hint="The notebook must open its case with briefing.open_case; nothing was published.",
    )
