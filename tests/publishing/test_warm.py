"""What the warm process does once need not be done again for each report."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from third_pillar import briefing
from third_pillar.publishing import warm
from third_pillar.publishing.pool import Answer, Asked, WarmPool

_SHOWS = """
import os, sys
from third_pillar.publishing import warm
warm.warm_up()
warm.give_back()
before = set(sys.modules)
if (pid := os.fork()) == 0:
    from third_pillar import briefing
    from third_pillar.execution.shell import CellRunner
    from third_pillar.publishing import html_export
    runner = CellRunner()
    outputs, is_well = runner.run("1 + 1", lambda: None)
    html_export._markdown()("| a |\\n| - |\\n| *b* |")
    late = sorted(set(sys.modules) - before)
    os.write(2, f"{late} {outputs}".encode())
    os._exit(0 if is_well and not late else 3)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def test_what_is_done_at_first_use_is_there():
    """A name that is no longer right would cost each report time, and nobody would be told."""
    for name in warm._AT_FIRST_USE:
        importlib.import_module(name)
    assert set(warm._SHOWN_FIRST) <= set(briefing.__all__)


def test_a_fork_of_the_warm_process_imports_nothing_for_its_shell_and_its_page(
    tmp_path,
):
    """All that is imported late is imported before the fork, and giving back leaves it whole."""
    kept = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", _SHOWS], env=kept, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("page", ["full", "trade"])
def test_what_the_warm_process_has_read_before_is_on_record_of_each_report(tmp_path: Path, page):
    """As of a report made by a command that reads everything itself."""
    given = {"candidate": "AUS", "draws": 120}
    asked = [part for name, value in given.items() for part in ("-p", f"{name}={value}")]
    command = [str(Path(sys.executable).parent / "pillar"), "report", page, "--json", *asked]
    environment = {**os.environ, "PILLAR_REPORTS": str(tmp_path / "cold")}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    cold = json.loads(Path(json.loads(done.stdout)["manifest"]).read_text(encoding="utf-8"))
    pool = WarmPool(1, environment={"PILLAR_REPORTS": str(tmp_path / "warm")})
    answers = [told for told in pool.run([Asked(0, page, given)]) if isinstance(told, Answer)]
    pool.close()
    assert answers[0].outcome.manifest is not None
    warm_made = json.loads(answers[0].outcome.manifest.read_text(encoding="utf-8"))
    assert warm_made["reads"] == cold["reads"]
    assert "corrections.yml" in cold["reads"] or page != "full"
