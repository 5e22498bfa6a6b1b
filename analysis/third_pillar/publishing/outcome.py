"""How a request for a report ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class ReportOutcome:
    """A report, or the reason why there is none.

    Attributes:
        status: "published" when the archive took it; "unchanged" when it held it already; "failed".
        html: Absolute path of the report; none when failed.
        findings: Absolute path of `findings.json`; none when failed.
        manifest: Absolute path of `manifest.json`; none when failed.
        run_key: sha256 of everything the report depends on.
        cells_executed: Code cells run by this request; 0 when unchanged.
        seconds: Wall time of this request.
        bottom_line: The answer; empty when failed.
        state: "draft", "reviewed" or "published"; empty when failed.
        message: Why it failed; empty when not.
        error: Name of the error, when failed.
        hint: The way out, when failed.
        kept: Folder with the log and the partial notebook, when failed.
        time_spent: Processor seconds by kind, where it was asked for.
    """

    status: Literal["published", "unchanged", "failed"]
    html: Path | None
    findings: Path | None
    manifest: Path | None
    run_key: str
    cells_executed: int
    seconds: float
    bottom_line: str = ""
    state: str = ""
    message: str = ""
    error: str = ""
    hint: str = ""
    kept: Path | None = None
    time_spent: dict[str, float] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why it failed, without the trace of a cell, which is in the log."""
        return without_trace(self.message)


def without_trace(message: str) -> str:
    """What a failed run says, less the lines that quote code; those are set in by four spaces."""
    lines = message.splitlines()
    return "\n".join(line for line in lines if not line.startswith(" " * 4)) or message
