"""A small project to make reports in, and what must hold of its archive after every kill."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from small_notebook import write_notebook  # noqa: E402  lies with the tests
from third_pillar.publishing.approval import Approvals  # noqa: E402  needs what was added above
from third_pillar.publishing.archive import Archive  # noqa: E402  same
from toy import write, write_toy_package  # noqa: E402  same

CANDIDATES = ("IND", "BRA", "AUS", "USA")
CELLS = ("import time; time.sleep(0.05)",) * 3
PROFILE = "title: A small question\nnotebook: notebooks/small.ipynb\ntimeout_seconds: 120\n"
MATRIX = "title: Small ones\ngrid: {candidate: [IND, BRA, AUS]}\n"
SCHEDULE = 'entries:\n  often:\n    cron: "* * * * *"\n'


def make_project(root: Path) -> Path:
    """A project with the data of the tests and a notebook of a few idle cells."""
    write_toy_package(root)
    write_notebook(root / "notebooks/small.ipynb", *CELLS)
    write(root / "reports/profiles/full.yml", PROFILE)
    write(root / "reports/matrices/small.yml", MATRIX)
    write(root / "reports/schedule.yml", SCHEDULE)
    return root


@dataclass
class Watched:
    """An archive of which nothing may be wrong, partial or lost.

    Attributes:
        archive: Where the reports are.
        findings: Candidate to findings as a run that nobody killed states them.
        promised: Run ids that were said to be published.
    """

    archive: Archive
    findings: dict[str, bytes] = field(default_factory=dict)
    promised: set[str] = field(default_factory=set)
    _read: set[str] = field(default_factory=set)

    def learn(self) -> None:
        """Take the findings of what is there for right: nothing was killed yet."""
        for run in self.archive.list_runs():
            content = (run.folder / "findings.json").read_bytes()
            self.findings[run.lineage.candidate] = content
            self.promised.add(run.run_id)

    def new_runs(self) -> list[str]:
        """Ids of the runs that were not promised yet; from now on they are."""
        fresh = sorted({run.run_id for run in self.archive.list_runs()} - self.promised)
        self.promised |= set(fresh)
        return fresh

    def faults(self) -> list[str]:
        """Everything that is wrong, partial or lost; each run is read once, hashed every time."""
        runs = self.archive.list_runs()
        faults = [*self.archive.verify(), *Approvals(self.archive).verify(runs)]
        lost = sorted(self.promised - {run.run_id for run in runs})
        faults += [f"{run_id}: said to be published, and is not there" for run_id in lost]
        for run in runs:
            if run.run_id not in self._read:
                self._read.add(run.run_id)
                faults += self._read_run(run.folder, run.lineage.candidate)
        return faults

    def _read_run(self, folder: Path, candidate: str) -> list[str]:
        faults = []
        expected = self.findings.get(candidate)
        if expected is not None and (folder / "findings.json").read_bytes() != expected:
            faults.append(f"{folder.name}: its findings are not those of a run left alone")
        if not (folder / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>"):
            faults.append(f"{folder.name}: its page has no end")
        notebook = json.loads((folder / "notebook.ipynb").read_text(encoding="utf-8"))
        statuses = {
            cell["metadata"].get("papermill", {}).get("status")
            for cell in notebook["cells"]
            if cell["cell_type"] == "code"
        }
        if statuses != {"completed"}:
            faults.append(f"{folder.name}: published with cells {sorted(map(str, statuses))}")
        return faults
