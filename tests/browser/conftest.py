"""A headless Chromium that may open one file and nothing else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from sample_report import GENERATED, RUN_ID, build_findings, build_notebook
from third_pillar.publishing.html_export import export_html

COMMANDS = ("chromium", "chromium-browser", "google-chrome")


def find_chromium(play: Playwright) -> str:
    """Path of a Chromium; the run fails, it never skips, where there is none."""
    own = play.chromium.executable_path
    found = next(filter(None, map(shutil.which, COMMANDS)), own if Path(own).exists() else None)
    if found is None:
        pytest.fail("no Chromium: run `sh tests/browser/ensure_chromium.sh`", pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this folder."""
    with sync_playwright() as play:
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        chromium = play.chromium.launch(
            executable_path=find_chromium(play), args=["--no-sandbox"] if root else []
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample report, exported to a file in a folder of its own."""
    exported = export_html(
        build_notebook(), findings=build_findings(), generated=GENERATED, run_id=RUN_ID
    )
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(exported.html, encoding="utf-8")
    return file


@dataclass
class Reading:
    """A page open in the browser, and what it tried that it should not."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def draw_all(self) -> None:
        """Draw every figure, seen or not."""
        self.page.evaluate("thirdPillar.drawAll()")

    def wait_until(self, expression: str) -> None:
        """Wait until a JavaScript expression holds; the page's policy forbids it to poll itself."""
        for _ in range(200):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"never became true: {expression}")


@pytest.fixture
def read(browser: Browser, report: Path) -> Iterator[Any]:
    """Opens a report with the network cut off; keyword arguments are Playwright's context's."""
    contexts = []

    def open_report(*, file: Path = report, **options: Any) -> Reading:
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        reading = Reading(context.new_page())
        address = file.as_uri()

        def watch(route: Any) -> None:
            if route.request.url.split("#")[0] == address:
                route.continue_()
            else:
                reading.requests.append(route.request.url)
                route.abort()

        context.route("**/*", watch)
        reading.page.on("console", lambda said: reading.complaints.append(said.text))
        reading.page.on("pageerror", lambda error: reading.complaints.append(str(error)))
        reading.page.goto(address)
        return reading

    yield open_report
    for context in contexts:
        context.close()
