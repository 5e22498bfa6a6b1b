"""What can go wrong, as one tree whose leaves carry the exit code a script sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class PillarError(Exception):
    """A failure the user can act on; shown without traceback.

    Attributes:
        exit_code: What the `pillar` command returns to the shell.
        hint: The way out, one sentence, shown after the message.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ReportFailed(PillarError):
    """The notebook did not run to its end, or its report may not be published."""

    exit_code = 1


class ParameterFault(PillarError):
    """A parameter is unknown, of the wrong type, or impossible."""

    exit_code = 2


@dataclass(frozen=True, order=True)
class DataFault:
    """One broken rule in one place of the data package."""

    table: str
    row: str
    field: str
    value: str
    rule: str
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.table}, row {self.row}" if self.row else self.table
        where = f"{place}, field {self.field}" if self.field else place
        shown = f" = {self.value!r}" if self.value else ""
        mend = f" Mend: {self.mend}" if self.mend else ""
        return f"{where}{shown}: {self.rule}.{mend}"


class EvidenceFault(PillarError):
    """The data package breaks its own rules; all faults are listed at once."""

    exit_code = 3

    def __init__(self, faults: Sequence[DataFault], *, hint: str = "") -> None:
        self.faults = tuple(sorted(faults))
        shown = "\n".join(f"  {fault}" for fault in self.faults)
        count = len(self.faults)
        super().__init__(
            f"{count} fault{'s' if count != 1 else ''} in the data package:\n{shown}", hint=hint
        )


class MissingEvidence(PillarError):
    """A figure the question needs is not in the package as of the date asked."""

    exit_code = 3


class StorageFault(PillarError):
    """The archive cannot be written or is damaged."""

    exit_code = 4


class SourceFault(PillarError):
    """A public source could not be read as asked; nothing here was changed."""

    exit_code = 5


EXIT_CODES = {
    0: "done: published, or unchanged since the last report",
    1: "the report failed and nothing was published, or a check found what it looks for",
    2: "a parameter or the command line is wrong; nothing was run",
    3: "the data package breaks its rules, or lacks what the question needs",
    4: "the reports folder cannot be written (read-only, full disk)",
    5: "a public source did not answer as it should; nothing was changed",
    130: "interrupted",
    141: "whoever read the output stopped reading, as `| head -1` does; it was cut short",
}
