"""What the page of a batch shows on a phone: whole texts, none of them a word a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from third_pillar.execution.matrix import Task
from third_pillar.publishing.batch import Batch, Result
from third_pillar.publishing.batch_summary import write_summary
from third_pillar.publishing.outcome import ReportOutcome

pytestmark = pytest.mark.slow

ANSWER = "It depends on what a pillar is: 18 % of 729 definitions make India one. " * 4


def test_a_phone_shows_every_answer_at_its_full_width(
    read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four columns side by side had cut the answers off and left a word a line."""
    monkeypatch.setenv("PILLAR_REPORTS", str(tmp_path))
    tasks = tuple(Task(n, "supply_chain", {}, f"IND, two_more_years_late {n}") for n in (1, 2))
    asked = Batch("two", "Two reports", tasks)
    html = tmp_path / "archive" / "report.html"
    for task in tasks:
        outcome = ReportOutcome("published", html, None, None, "k", 1, 1.0, ANSWER, "draft")
        asked.results[task.number] = Result(task, "published", outcome)
    asked.folder.mkdir(parents=True)
    reading = read(file=write_summary(asked), viewport={"width": 390, "height": 800})
    page = reading.page
    assert page.locator(".wrap").evaluate("box => box.scrollWidth - box.clientWidth") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    cells = page.locator("tbody td:last-child")
    assert all((cell.bounding_box() or {})["width"] > 300 for cell in cells.all())
    assert "18\N{NO-BREAK SPACE}% of 729" in (cells.first.text_content() or "")
    assert page.get_by_role("link", name="IND, two_more_years_late 1").is_visible()
    assert (reading.requests, reading.complaints) == ([], [])
