"""Reports made one after the other in this process, where no process can be forked."""

from __future__ import annotations

from collections.abc import Iterator

from third_pillar.publishing.outcome import ReportOutcome
from third_pillar.publishing.pool import Answer, Asked, Step, read_outcome
from third_pillar.publishing.report import publish_report
from third_pillar.vocabulary.errors import PillarError


class OneByOne:
    """Makes reports in order; each has a kernel of its own where cells cannot have a process."""

    def run(self, asked: list[Asked]) -> Iterator[Step | Answer | None]:
        """An answer for each."""
        for question in asked:
            yield Answer(question.task, self._make(question), 0.0)

    def close(self) -> None:
        """Nothing stays open."""

    def _make(self, question: Asked) -> ReportOutcome:
        try:
            return publish_report(
                question.profile,
                question.given,
                force=question.force,
                timeout=question.timeout,
                engine="kernel" if question.engine == "kernel" else "pillar",
                own_figures=question.own_figures,
            )
        except PillarError as error:
            said = {"status": "failed", "message": str(error), "hint": error.hint}
            return read_outcome({**said, "error": type(error).__name__})
