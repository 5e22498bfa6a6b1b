"""Promises about disks that fill up or refuse: said with exit 4, nothing lost, the next run works.

The disks are real: small ones in memory, mounted in a namespace that ends with its process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reporting import Project

pytestmark = pytest.mark.slow

SCRIPT = """
import contextlib, io, json, os, subprocess, sys
from third_pillar.cli.main import main
from third_pillar.publishing.archive import Archive

sys.path.insert(0, TESTS)
from small_notebook import write_notebook

DISK = os.environ["PILLAR_REPORTS"]
said = []


def cells(*sources):
    write_notebook(Path(os.environ["PILLAR_ROOT"]) / "notebooks/small.ipynb", *sources)


def mount(options):
    subprocess.run(["mount", "-o", options, DISK], check=True)


def state():
    archive = Archive()
    latest = archive.folder / "latest"
    return {
        "faults": archive.verify(),
        "runs": len(archive.list_runs()),
        "latest": latest.resolve().name if latest.is_symlink() else None,
        "hidden": sorted(p.name for p in archive.folder.rglob(".*")),
        "failed": sorted(p.name for p in (archive.folder / "failed").glob("*/*")),
    }


def call(*words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(words))
    said.append({"code": code, "out": out.getvalue(), "err": err.getvalue(), **state()})
"""

FILL = (
    "import os\n"
    "with open('big', 'wb', buffering=0) as file:\n"
    "    for block in (1 << 20, 1 << 12):\n"
    "        try:\n"
    "            while True:\n"
    "                file.write(bytes(block))\n"
    "        except OSError as error:\n"
    "            full = error.errno\n"
    "    file.truncate(file.tell() - {left})\n"
    "assert full == 28"
)


def on_small_disk(project: Project, steps: str, *, size: str = "34m") -> list[dict[str, Any]]:
    """What each call of the steps came to, with the reports on a disk of that size."""
    disk = project.archive.parent
    disk.mkdir()
    script = f"from pathlib import Path\nTESTS = {str(Path(__file__).parents[1])!r}\n{SCRIPT}"
    script += f"\n{steps}\nsys.stdout.write(json.dumps(said))"
    mount = f'mount -t tmpfs -o size={size} small "$0" && exec "$@"'
    words = ["--mount", "sh", "-c", mount, str(disk), sys.executable, "-c", script]
    done = None
    # who is not root may mount where user namespaces are allowed
    for namespace in ([], ["--map-root-user"])[os.geteuid() != 0 :]:
        done = subprocess.run(
            ["unshare", *namespace, *words],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode == 0:
            return list(json.loads(done.stdout))
    assert done is not None
    pytest.fail(
        "a small disk was needed (unshare --mount, mount -t tmpfs: as root, or where user "
        f"namespaces are allowed), or what ran on it broke off:\n{done.stderr}"
    )


def test_a_disk_that_fills_up_while_cells_run_loses_no_report(project: Project) -> None:
    """Whichever file is the first that no longer fits: exit 4, the last good report as it was."""
    fills = [FILL.format(left=left) for left in (0, 12 * 4096)]
    first, *full, again, verified = on_small_disk(
        project,
        "cells('one = 1')\n"
        "call('report', '--json', '--quiet')\n"
        f"for fill in {fills!r}:\n"
        "    cells(fill, 'print(\"x\" * 100_000)')\n"
        "    call('report', '--json', '--quiet')\n"
        'cells(\'open("big", "wb").write(bytes(1 << 26))\')\n'
        "call('report', '--json', '--quiet')\n"
        "cells('two = 2')\n"
        "call('report', '--json', '--quiet')\n"
        "call('archive', 'verify')\n",
    )
    assert (first["code"], first["runs"]) == (0, 1), first
    assert len(full) == 3
    for told in full:
        assert (told["code"], told["runs"], told["latest"]) == (4, 1, first["latest"]), told
        assert json.loads(told["out"])["status"] == "failed"
        assert "the disk is full" in told["err"]
        assert "PILLAR_REPORTS" in told["err"]
        assert "Traceback" not in told["err"]
        assert (told["hidden"], told["faults"]) == ([], [])
    assert (again["code"], again["runs"], again["faults"]) == (0, 2, []), again
    assert verified["code"] == 0


def test_a_batch_on_a_disk_that_fills_up_says_which_reports_there_are_none_of(
    project: Project, tmp_path: Path
) -> None:
    """The others are made; with room again, so is the rest."""
    matrix = tmp_path / "two.yml"
    matrix.write_text("title: Two\ngrid: {candidate: [IND, BRA]}\n")
    fill = "\n".join(f"    {line}" for line in FILL.format(left=0).splitlines())
    full, refused, again = on_small_disk(
        project,
        f"cells(\"if candidate == 'BRA':\\n\" + {fill!r})\n"
        f"words = ['batch', {str(matrix)!r}, '--json', '--quiet', '--workers', '1']\n"
        "call(*words)\n"
        "big = Path(DISK, 'big')\n"
        "big.write_bytes(bytes(4 << 20))\n"
        "call(*words, '--force')\n"
        "big.unlink()\n"
        "cells('two = 2')\n"
        "call('report', '--json', '--quiet', '-p', 'candidate=BRA')\n",
    )
    reports = json.loads(full["out"])["reports"]
    assert [report["status"] for report in reports] == ["published", "failed"], full
    assert (full["code"], full["runs"], full["faults"]) == (1, 1, [])
    assert "the disk is full" in reports[1]["error"]["message"]
    assert (refused["code"], refused["runs"], refused["faults"]) == (4, 1, []), refused
    assert "less than 32 MB are free" in refused["err"]
    assert (again["code"], again["runs"], again["faults"]) == (0, 2, []), again


def test_a_read_only_archive_serves_verifies_and_takes_nothing(project: Project) -> None:
    """Root cannot write there either: what is unchanged is served, all else is exit 4."""
    first, served, forced, batch, verified, approved, again = on_small_disk(
        project,
        "cells('one = 1')\n"
        "matrix = Path(os.environ['PILLAR_ROOT']) / 'one.yml'\n"
        "matrix.write_text('title: One\\ngrid: {candidate: [BRA]}\\n')\n"
        "call('report', '--json', '--quiet')\n"
        "mount('remount,ro')\n"
        "call('report', '--json', '--quiet')\n"
        "call('report', '--json', '--quiet', '--force')\n"
        "call('batch', str(matrix), '--json', '--quiet')\n"
        "call('archive', 'verify')\n"
        "call('approve', 'latest', '--by', 'A', '--publish')\n"
        "mount('remount,rw')\n"
        "call('report', '--json', '--quiet', '--force')\n",
    )
    assert (served["code"], json.loads(served["out"])["status"]) == (0, "unchanged"), served
    for refused in (forced, batch, approved):
        assert (refused["code"], refused["latest"]) == (4, first["latest"]), refused
        assert "the file system is read-only" in refused["err"]
        assert "Traceback" not in refused["err"]
    assert (verified["code"], verified["faults"]) == (0, [])
    assert (again["code"], again["runs"], again["faults"]) == (0, 2, []), again
