"""Our notebooks under jupyter-scheduler, over its REST interface, on a real Jupyter server.

A server is started on a folder with copies of the notebooks that knows nothing of the project.
Each notebook is run as a job, unchanged; the findings it states are then held, byte for byte,
against those of the kit's own run of the same parameters. Two more jobs show that a job that
fails says so, and how parameters are written there. Run with `make soak`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import nbformat

from third_pillar.execution.checks import FINDINGS_MIME
from third_pillar.vocabulary.findings import Findings

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PATIENCE = 300
BRIEFING = "90_briefing.ipynb"
PROFILES = {"full": BRIEFING, "claims": "10_claims.ipynb", "window": "40_window.ipynb"}
PARAMETERS = {"candidate": "BRA", "draws": 500, "as_of": "2026-11-22"}


class Server:
    """A Jupyter server with the scheduler, on one folder."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        token = secrets.token_hex()
        self.root = folder / "lab"
        self.root.mkdir()
        own = {name: str(folder / name.lower()) for name in ("JUPYTER_DATA_DIR", "IPYTHONDIR")}
        command = [BIN / "jupyter", "server", f"--ServerApp.port={port}", "--no-browser"]
        command += [f"--ServerApp.root_dir={self.root}", f"--IdentityProvider.token={token}"]
        command += ["--allow-root", "--ServerApp.port_retries=0"]
        self.log = folder / "server.log"
        with self.log.open("wb") as log:
            # it copies a job's files below the folder in which the server was started
            self.process = subprocess.Popen(  # noqa: S603  the server of this environment
                command,
                cwd=self.root,
                env={**os.environ, **own},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"token {token}"},
            timeout=60,
        )

    def wait(self) -> None:
        """Nothing, once it answers."""
        for _ in range(PATIENCE * 5):
            if self.process.poll() is not None:
                break
            try:
                if self.client.get("/scheduler/runtime_environments").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise SystemExit(f"the server did not answer:\n{self.log.read_text()[-3000:]}")

    def run(self, notebook: str, parameters: dict[str, str]) -> tuple[dict[str, Any], Any]:
        """The job as it ended, and its notebook where it was completed."""
        environments = self.client.get("/scheduler/runtime_environments").json()
        job = {
            "name": notebook,
            "input_uri": notebook,
            "runtime_environment_name": environments[0]["name"],
            "output_formats": ["ipynb"],
            "parameters": parameters,
        }
        answer = self.client.post("/scheduler/jobs", json=job).raise_for_status().json()
        place = f"/scheduler/jobs/{answer['job_id']}"
        for _ in range(PATIENCE * 2):
            ended = self.client.get(place).raise_for_status().json()
            # a job that has not begun yet is listed as stopped
            if ended["status"] in {"COMPLETED", "FAILED"}:
                break
            time.sleep(0.5)
        if ended["status"] != "COMPLETED":
            return ended, None
        self.client.get(f"{place}/download_files").raise_for_status()
        for _ in range(PATIENCE):
            shown = self.client.get(place).raise_for_status().json()
            files = [self.root / one["file_path"] for one in shown["job_files"] if one["file_path"]]
            made = [one for one in files if one.suffix == ".ipynb" and one.is_file()]
            done = [one for one in made if _findings_in(one)]
            if done:
                return ended, nbformat.read(done[0], as_version=4)
            time.sleep(0.2)
        raise SystemExit(f"{notebook}: completed, but its notebook holds no findings")

    def stop(self) -> None:
        """End the server this script started."""
        self.client.close()
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _findings_in(path: Path) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    return [
        _write(Findings.model_validate(output.data[FINDINGS_MIME]))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if FINDINGS_MIME in output.get("data", {})
    ]


def run_with_the_kit(profile: str, reports: Path) -> str:
    """Findings of `pillar report` for the same parameters."""
    given = [f"-p{name}={value}" for name, value in PARAMETERS.items()]
    done = subprocess.run(  # noqa: S603  the kit's own command
        [BIN / "pillar", "report", profile, "--quiet", "--json", *given],
        env={**os.environ, "PILLAR_REPORTS": str(reports)},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"pillar report {profile}: {done.stderr.decode()[-2000:]}")
    text = Path(json.loads(done.stdout)["findings"]).read_text(encoding="utf-8")
    return _write(Findings.model_validate_json(text))


def compare(server: Server, reports: Path) -> list[str]:
    """What was not as promised."""
    faults = []
    for profile, name in PROFILES.items():
        before = (server.root / name).read_bytes()
        given = {**PARAMETERS, "profile": profile}
        # there a value is a piece of Python: text needs its quotes
        job, notebook = server.run(name, {key: repr(value) for key, value in given.items()})
        say(f"{name}: {job['status']}")
        if notebook is None:
            faults.append(f"{name}: {job['status']} {job.get('status_message')}")
            continue
        stated = [
            _write(Findings.model_validate(output.data[FINDINGS_MIME]))
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if FINDINGS_MIME in output.get("data", {})
        ]
        here = run_with_the_kit(profile, reports)
        if stated != [here]:
            faults.append(f"{name}: its findings differ from the kit's: {_differ(stated, here)}")
        if (server.root / name).read_bytes() != before:
            faults.append(f"{name}: the notebook itself was changed")
    job, _ = server.run(BRIEFING, {"candidate": repr("XXX")})
    say(f"an unknown country: {job['status']}")
    if job["status"] != "FAILED":
        faults.append("a job with an unknown country did not fail")
    return faults


def _write(findings: Findings) -> str:
    """Findings as text; a saved notebook sorts the names of what it holds."""
    return json.dumps(findings.model_dump(mode="json"), indent=1, sort_keys=True)


def _differ(stated: list[str], here: str) -> str:
    """The first line that differs, there and here."""
    if len(stated) != 1:
        return f"stated {len(stated)} times"
    pairs = zip(stated[0].splitlines(), here.splitlines(), strict=False)
    return next((f"{one.strip()} | {two.strip()}" for one, two in pairs if one != two), "length")


def say(text: str) -> None:
    """A line of progress."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Exit code 0 if every notebook says the same there as here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = Server(folder)
        try:
            for notebook in {*PROFILES.values(), BRIEFING}:
                shutil.copy(ROOT / "notebooks" / notebook, server.root)
            server.wait()
            faults = compare(server, folder / "reports")
        finally:
            server.stop()
        if faults:
            say(server.log.read_text(encoding="utf-8")[-3000:])
    for fault in faults:
        say(f"FAULT {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
