"""A maker that is lost between publishing a report and telling of it loses no report."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from reporting import Project
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.made import recall
from third_pillar.publishing.pool import Answer, Asked, WarmPool
from third_pillar.publishing.report import publish_report

pytestmark = pytest.mark.slow


class Struck(WarmPool):
    """A pool whose makers are killed some time after they announce a report."""

    after: float = 0.0
    whom: str = "maker"

    def _listen(self, patience: float) -> list[dict[str, Any]] | None:
        messages = super()._listen(patience)
        for message in messages or []:
            if "publishing" in message:
                time.sleep(self.after)
                children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
                struck = self.pid if self.whom == "parent" else int(children[0]) if children else 0
                with contextlib.suppress(ProcessLookupError):
                    os.kill(struck or 0, signal.SIGKILL) if struck else None
        return messages


@pytest.mark.parametrize("whom", ["maker", "parent"])
def test_what_is_said_of_a_report_is_what_the_archive_holds(project: Project, whom: str) -> None:
    """Killed at, before or after the moment of publishing: never called failed and there."""
    pool = Struck(1)
    pool.whom = whom
    for number, after in enumerate((0.0, 0.001, 0.004, 0.01, 0.03, 0.1)):
        pool.after = after
        before = {run.run_id for run in Archive().list_runs()}
        asked = [Asked(number, "full", {"candidate": "IND"}, force=True)]
        told = [one for one in pool.run(asked) if isinstance(one, Answer)]
        fresh = {run.run_id for run in Archive().list_runs()} - before
        assert len(told) == 1
        outcome = told[0].outcome
        assert outcome.status == ("published" if fresh else "failed"), (after, outcome.message)
        if outcome.manifest is not None:
            assert outcome.manifest.parent.name in fresh
            latest = Archive().latest(Archive().list_runs()[-1].lineage)
            assert latest == outcome.manifest.parent
    pool.close()
    assert Archive().verify() == []
    assert project.root.is_dir()


def test_a_report_that_was_made_is_recalled_with_its_links(project: Project) -> None:
    """Also where its maker was lost before it came to them."""
    made = publish_report()
    assert made.manifest is not None
    archive, run = Archive(), Archive().list_runs()[0]
    (archive.lineage_folder(run.lineage) / "latest").unlink()
    found = recall(run.run_id, archive)
    assert found is not None
    assert (found.status, found.html, found.bottom_line) == (
        "published",
        made.html,
        made.bottom_line,
    )
    assert found.cells_executed == made.cells_executed
    assert archive.latest(run.lineage) == run.folder.resolve()
    assert project.root.is_dir()


def test_a_report_that_is_not_there_or_not_whole_is_not_recalled(project: Project) -> None:
    made = publish_report()
    archive, run = Archive(), Archive().list_runs()[0]
    assert recall("20260101T000000000Z-00000000", archive) is None
    assert made.html is not None
    made.html.write_text("cut short", encoding="utf-8")
    assert recall(run.run_id, archive) is None
    assert project.root.is_dir()
