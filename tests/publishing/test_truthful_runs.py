"""Promises about what goes wrong in real reports: never wrong, partial or lost, and always told."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from reporting import PROFILE, Project
from third_pillar.cli.main import main
from third_pillar.execution.progress import CellProgress
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.html_export import export_html
from third_pillar.publishing.report import publish_report
from toy import write

pytestmark = pytest.mark.slow

FAILING = {
    "out of memory": ("x = bytearray(8 << 30)", "MemoryError", "limit: 512 MB"),
    "endless": ("while True:\n    pass", "Timeout", "1 s for one cell"),
    "exits 0 early": ("import os; os._exit(0)", "ProcessEnded", "exit code 0"),
    "kills itself": ("import os, signal; os.kill(os.getpid(), 9)", "ProcessEnded", "SIGKILL"),
}
HARMLESS = {
    "200 MB of output": "print('x' * 200_000_000)",
    "forks and the child goes on": "import os, time\nif os.fork() == 0:\n    time.sleep(600)",
    "closes standard output": "import os, sys\nsys.stdout.close(); os.close(1); os.close(2)",
    "changes folder": "import os; os.chdir('/')",
    "patches pandas": "import pandas\npandas.DataFrame = pandas.read_csv = None",
}


def pillar(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object], str]:
    capsys.readouterr()
    code = main([*words, "--json", "--quiet"])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def test_whatever_a_cell_does_the_archive_holds_and_the_next_report_is_right(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code, message and log say which; the last good report stays; the process goes on."""
    profile = f"{PROFILE}memory_mb: 512\ncell_timeout_seconds: 1\n"
    write(project.root / "reports/profiles/full.yml", profile)
    project.cells("one = 1")
    assert publish_report().status == "published"
    plain = (project.latest / "findings.json").read_bytes()
    before = project.snapshot()
    for source, error, said in FAILING.values():
        project.cells(source)
        code, answer, err = pillar(capsys, "report")
        told = answer["error"]
        assert isinstance(told, dict)
        assert (code, answer["status"], told["kind"]) == (1, "failed", error), err
        assert said in err
        assert said in Path(told["kept"], "run.log").read_text(encoding="utf-8")
        assert json.loads(Path(told["kept"], "manifest.json").read_text())["status"] == "failed"
        assert project.snapshot() == before
    write(project.root / "reports/profiles/full.yml", PROFILE)
    project.cells(*HARMLESS.values())
    code, answer, err = pillar(capsys, "report")
    assert (code, answer["status"]) == (0, "published"), err
    assert Path(str(answer["findings"])).read_bytes() == plain
    assert Archive().verify() == []
    project.cells("import os, pandas\nassert pandas.DataFrame is not None and os.getcwd() != '/'")
    assert pillar(capsys, "report")[0] == 0
    assert len(Archive().list_runs()) == 3
    assert not list(project.archive.rglob(".*"))
    assert Archive().verify() == []


def test_a_kernel_killed_at_random_moments_is_a_failed_report(project: Project) -> None:
    """Kill -9 of an ordinary kernel, at whichever cell: told, kept, and never published."""
    project.cells("import time; time.sleep(0.05)", "time.sleep(0.05)", "time.sleep(0.05)")
    chance = random.Random(8)  # noqa: S311  moments to kill at, nothing secret
    for number in (1, 2):
        after = chance.randint(1, 5)

        def strike(step: CellProgress, after: int = after) -> None:
            if step.number == after:
                os.kill(find_kernel(), signal.SIGKILL)

        outcome = publish_report(engine="kernel", progress=strike)
        assert (outcome.status, outcome.error) == ("failed", "ProcessEnded"), outcome.message
        assert outcome.kept is not None
        assert "ProcessEnded" in (outcome.kept / "run.log").read_text(encoding="utf-8")
        assert Archive().verify() == []
        assert (len(Archive().list_runs()), len(list(outcome.kept.parent.iterdir()))) == (0, number)
    assert publish_report(engine="kernel").status == "published"
    assert Archive().verify() == []


def find_kernel() -> int:
    """The one kernel among this process's children, whichever thread started it."""
    alive = [one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE]
    (kernel,) = [one.pid for one in alive if "ipykernel" in " ".join(one.cmdline())]
    return int(kernel)


@pytest.mark.parametrize(
    ("shown", "status"), [("Markdown(evil)", "failed"), ("Markdown('    ' + evil)", "published")]
)
def test_markup_and_nul_in_an_output_never_act(
    project: Project, monkeypatch: pytest.MonkeyPatch, shown: str, status: str
) -> None:
    """What would be a script is refused; as text, with NUL and escapes, it stays text."""
    monkeypatch.setattr("third_pillar.publishing.report._load_exporter", lambda: export_html)
    evil = "</script><script>alert(1)</script>\0\u202e\x1b]0;x\x07<!--"
    project.cells(f"from IPython.display import Markdown\nevil = {evil!r}\n{shown}")
    outcome = publish_report()
    assert outcome.status == status, outcome.message
    assert Archive().verify() == []
    if outcome.html is None:
        assert "a script that is not the page's own" in outcome.message
        assert Archive().list_runs() == []
        return
    html = outcome.html.read_text(encoding="utf-8")
    assert "alert(1)" in html
    assert "<script>alert" not in html
    assert not set(html) & set("\0\x1b\x07\u202e")


SECRETS = ("AWS_SECRET_ACCESS_KEY", "COMTRADE_KEY", "MY_TOKEN", "GITHUB_TOKEN", "PGPASSWORD")
SCHEDULE = """
entries:
  often:
    cron: "* * * * *"
    mail: {from: "D <d@example.org>", to: ["r@example.org"], when: always}
    on_success: [[sh, -c, "exit 3"]]
"""


@pytest.mark.parametrize("engine", ["pillar", "kernel"])
def test_no_secret_of_the_environment_reaches_any_file(
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    engine: str,
) -> None:
    """Good and failing reports that print all they see; batch, schedule, message, site."""
    monkeypatch.setattr("third_pillar.publishing.report._load_exporter", lambda: export_html)
    for name in SECRETS:
        monkeypatch.setenv(name, f"canary-9e1d-{name}")
    look = (
        "import os, re, subprocess\nfrom IPython.display import HTML\n"
        "own = open('/proc/self/environ').read()\n"
        "below = subprocess.run(['env'], capture_output=True, text=True).stdout\n"
        "seen = f'{os.environ} {own} {below}'\n"
        "HTML('<p>' + ' '.join(re.findall('canary[A-Za-z0-9_-]*|PYTHONUNBUFFERED', seen)) + '</p>')"
    )
    said = []

    def call(*words: str) -> int:
        code = main(list(words))
        said.extend(capsys.readouterr())
        return code

    project.cells(look)
    assert call("report", "--json", "--engine", engine, "--timings") == 0
    assert call("approve", "latest", "--by", "A", "--publish") == 0
    project.cells(look, "if candidate == 'AUS':\n    print(seen)\n    raise ValueError(seen)")
    assert call("report", "-p", "candidate=AUS", "--engine", engine) == 1
    if engine == "pillar":
        matrix = tmp_path / "two.yml"
        matrix.write_text("title: Two\ngrid: {candidate: [BRA, AUS]}\n")
        assert call("batch", str(matrix), "--workers", "1") == 1
        write(project.root / "reports/schedule.yml", SCHEDULE)
        call("schedule", "run", "--since", "2026-01-01T00:00Z")
        assert list(project.archive.parent.rglob("*.eml"))
    assert call("site", "--out", str(tmp_path / "web")) == 0
    assert (project.archive / "failed").is_dir()
    texts = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert not [path for path, text in texts.items() if b"canary-9e1d" in text]
    assert "canary-9e1d" not in "".join(said)
    assert any(b"PYTHONUNBUFFERED" in text for text in texts.values())


LOOK_UP = """
import pathlib, re, time
from IPython.display import HTML
top = pathlib.Path('TOP')
while not top.exists() or not top.read_text():
    time.sleep(0.01)
pid, line, seen = str(__import__('os').getpid()), [], []
while pid not in line:
    line.append(pid)
    seen += re.findall('canary[A-Za-z0-9-]*', pathlib.Path('/proc', pid, 'environ').read_text())
    stat = pathlib.Path('/proc', pid, 'stat').read_text()
    pid = pid if pid == top.read_text() else stat.rsplit(')', 1)[1].split()[1]
HTML(f'<p>{len(line)} processes looked at: {sorted(set(seen)) or "nothing"} seen</p>')
"""
ASK = "from third_pillar.cli.main import run; run()"


@pytest.mark.parametrize(
    ("words", "looked_at"),
    [
        (["report"], 2),
        (["report", "--engine", "kernel"], 2),
        (["batch", "MATRIX", "--workers", "1"], 4),
        (["batch", "MATRIX", "--local-cluster", "1"], 5),
        (["schedule", "run", "--since", "2026-01-01T00:00Z"], 2),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_cells_see_no_secret_in_any_process_above_them_that_is_the_kit_s(
    project: Project, tmp_path: Path, words: list[str], looked_at: int
) -> None:
    """Up to the command, which the user started; the command itself still has its variables."""
    top = tmp_path / "top"
    project.cells(LOOK_UP.replace("TOP", str(top)))
    matrix = tmp_path / "two.yml"
    matrix.write_text("title: One\ngrid: {candidate: [IND]}\n")
    told = tmp_path / "told"
    write(
        project.root / "reports/schedule.yml",
        "entries:\n  often:\n    cron: '* * * * *'\n"
        f"    on_success: [[sh, -c, 'echo $MY_TOKEN > {told}']]\n",
    )
    given = {**os.environ, **{name: f"canary-{name}" for name in SECRETS}}
    words = [str(matrix) if word == "MATRIX" else word for word in words]
    command = subprocess.Popen(
        [sys.executable, "-c", ASK, *words], env=given, stderr=subprocess.PIPE, text=True
    )
    top.write_text(str(command.pid))
    assert (command.communicate()[1], command.returncode)[1] == 0
    page = (project.latest / "report.html").read_text(encoding="utf-8")
    seen = re.findall(r"(\d+) processes looked at: (.+?) seen", page)
    assert seen == [(str(looked_at), "nothing")]
    if words[0] == "schedule":
        assert told.read_text() == "canary-MY_TOKEN\n", (
            "commands of the schedule are the user's own"
        )
