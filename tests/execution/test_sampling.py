"""Promises about the split of time: it is of the processor's, and names what was being done."""

from __future__ import annotations

import os

import pytest

from reporting import Project
from third_pillar.cli.main import main
from third_pillar.execution.sampling import KINDS, add_times, sample_time, time_spent
from third_pillar.publishing.report import publish_report


def test_what_is_not_known_to_be_something_else_is_the_engines() -> None:
    """A loop of the test's own is put to no layer of the kit."""
    sample_time()
    begin = os.times().user
    while os.times().user < begin + 0.05:
        pass
    spent = time_spent()
    assert set(spent) == {"engine"}
    assert spent["engine"] >= 0.04


def test_times_add_up_kind_by_kind() -> None:
    """In the order in which a report is made."""
    both = add_times({"html": 1.0, "data": 0.25}, {"data": 0.5})
    assert both == {"data": 0.75, "html": 1.0}
    assert list(both) == [kind for kind in KINDS if kind in both]


@pytest.mark.slow
def test_a_report_says_what_its_time_went_into_if_asked(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its cells' time is in it; without being asked there is none; unchanged, there is none."""
    project.cells(
        "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: 1"
    )
    outcome = publish_report(sampled=True)
    assert sum(outcome.time_spent.values()) > 0.2
    assert publish_report(force=True).time_spent == {}
    capsys.readouterr()
    assert main(["report", "--quiet", "--timings"]) == 0
    assert "no time to split" in capsys.readouterr().err


@pytest.mark.slow
def test_an_engine_that_is_none_is_refused_with_the_nearest(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2; nothing is run."""
    assert main(["report", "--engine", "kernl"]) == 2
    assert "Did you mean 'kernel'?" in capsys.readouterr().err
    assert not project.archive.exists()
