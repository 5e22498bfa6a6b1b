"""`pillar archive …` and `pillar lab`."""

from __future__ import annotations

import importlib.util
import os
import sys

from third_pillar import evidence
from third_pillar.cli.answer import answer_json, say
from third_pillar.evidence.overlay_files import VARIABLE
from third_pillar.publishing.archive import Archive
from third_pillar.vocabulary.errors import PillarError, StorageFault


def list_archive(*, as_json: bool) -> int:
    """Exit code after every published run is printed, oldest first."""
    archive = Archive()
    runs = archive.list_runs()
    newest = {archive.latest(run.lineage) for run in runs}
    rows = [
        {
            "run_id": run.run_id,
            "lineage": str(run.lineage),
            "status": run.manifest.get("status", "damaged"),
            "as_of": run.manifest.get("as_of"),
            "started": run.manifest.get("started"),
            "run_key": run.manifest.get("run_key"),
            "is_latest": run.folder.resolve() in newest,
            "html": run.folder.resolve() / "report.html",
        }
        for run in runs
    ]
    if as_json:
        answer_json({"archive": archive.folder.resolve(), "runs": rows})
        return 0
    for row in rows:
        mark = "latest" if row["is_latest"] else ""
        say(f"{row['run_id']}  {row['lineage']}  {row['status']}  as of {row['as_of']}  {mark}")
    say(f"{len(rows)} runs in {archive.folder}")
    return 0


def verify_archive(*, as_json: bool) -> int:
    """Exit code after every published file was compared with its manifest."""
    archive = Archive()
    runs, faults = len(archive.list_runs()), archive.verify()
    if as_json:
        status = "failed" if faults else "verified"
        answer_json({"status": status, "runs": runs, "faults": faults})
        return StorageFault.exit_code if faults else 0
    if faults:
        raise StorageFault(
            f"{len(faults)} faults in {archive.folder}:\n" + "\n".join(f"  {f}" for f in faults),
            hint="`pillar report --force` publishes anew; a damaged run is never served.",
        )
    say(f"{runs} runs verify: every file is as it was published.")
    return 0


def open_lab() -> int:
    """JupyterLab in place of this process, on the notebooks; returns only if it cannot start."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise PillarError("JupyterLab is not installed", hint="`make lab` installs what it needs.")
    root = evidence.project_root()
    arguments = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # a container's only user
    _let_own_figures_in()
    sys.stdout.flush()
    os.execv(sys.executable, [*arguments, "--LabApp.default_url=/lab/tree/notebooks"])  # noqa: S606  no shell, fixed arguments
    return 0


def _let_own_figures_in() -> None:
    """Notebooks opened here see the reader's own figures; they stay on this machine."""
    own = evidence.find_overlay()
    if own is not None and VARIABLE not in os.environ:
        os.environ[VARIABLE] = "1"
        say(f"{own.rows} rows of your own from data/overlay enter, marked. {VARIABLE}=0 stops it.")
