"""Promises about the process of the cells: it shows what a kernel shows, and cannot lie."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from papermill.cli import papermill
from papermill.exceptions import PapermillExecutionError

from small_notebook import DEFAULTS, write_notebook
from third_pillar.execution.documents import read_notebook
from third_pillar.execution.engine import register_engine
from third_pillar.execution.process import ProcessEnded
from third_pillar.execution.run import LOG, NOTEBOOK, ExecutedRun, RunFailed, run_notebook

pytestmark = pytest.mark.slow

GIVEN = {**DEFAULTS, "candidate": "BRA"}


def run(folder: Path, *sources: str, **options: Any) -> ExecutedRun:
    path = write_notebook(folder / "small.ipynb", *sources)
    workdir = folder / "work"
    workdir.mkdir(parents=True)
    return run_notebook(path, parameters=GIVEN, workdir=workdir, **{"timeout": 60, **options})


def shown(executed: ExecutedRun) -> list[Any]:
    """Outputs of the cells under "The work"."""
    code = [cell for cell in executed.notebook.cells if cell.cell_type == "code"]
    return [json.loads(json.dumps(cell.outputs)) for cell in code[2:-1]]


WORK = (
    (
        "import numpy as np, pandas as pd\n"
        "rng = np.random.default_rng(seed)\n"
        "m = rng.normal(size=(300, 300))\n"
        "frame = pd.DataFrame({'x' * 60: [1.5, float('nan')], 'b': ['y' * 90, None]})\n"
        "frame"
    ),
    "float((m @ m.T).sum()).hex()",
    (
        "from IPython.display import HTML, Markdown, clear_output, display\n"
        "print('a', end=''); print('b'); display(Markdown('**m**'), HTML('<b>h</b>'))\n"
        "import sys; print('e', file=sys.stderr); 'last'"
    ),
    "handle = display('before', display_id='named')\n_ = 1",
    "handle.update('after')",
    "print('gone'); clear_output(); print('kept')",
    (
        "print('gone'); clear_output(wait=True)\n"
        "display({'text/plain': 'x', 'application/json': {'n': 1}}, raw=True);"
    ),
    "import plotly.graph_objects as go\ngo.Figure(go.Bar(x=[1], y=np.array([2.5])))",
    "await __import__('asyncio').sleep(0)\n%time 1;",
    "!echo shell",
    "b'\\x00bytes', {1, 2}, _",
    "display({'image/png': b'\\x89PNG'}, raw=True)",
)


def test_a_forked_process_shows_what_a_kernel_shows(tmp_path: Path) -> None:
    """Streams, displays, results, updates, tables, figures, sums: output for output the same."""
    own = run(tmp_path / "a", *WORK)
    kernel = run(tmp_path / "b", *WORK, engine="kernel")
    assert own.findings.to_json() == kernel.findings.to_json()
    assert own.cells_executed == kernel.cells_executed
    for source, mine, theirs in zip(WORK, shown(own), shown(kernel), strict=True):
        if "%time" not in source:
            assert mine == theirs, source


def test_the_executed_notebook_is_one_and_says_what_papermill_says(tmp_path: Path) -> None:
    """Nbformat takes it; the injected cell, each cell's state and the times are papermill's."""
    run(tmp_path, "1 + 1")
    notebook = nbformat.read(tmp_path / "work" / NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    tags = [cell.metadata.get("tags") for cell in notebook.cells if cell.cell_type == "code"]
    assert tags[:2] == [["parameters"], ["injected-parameters"]]
    assert {cell.metadata.papermill.status for cell in notebook.cells} == {"completed"}
    assert notebook.metadata.papermill.parameters["candidate"] == "BRA"
    assert notebook.metadata.papermill.duration > 0


def test_each_process_has_state_folder_numbers_and_environment_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one run does to pandas, to random numbers or to the folder, the next does not see."""
    monkeypatch.setenv("COMTRADE_KEY", "canary-7f3a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-7f3a")
    first = run(
        tmp_path / "a",
        "import os, random, pandas, sys\npandas.DataFrame = None\nos.chdir('/')",
        "random.random(), os.getcwd(), sorted(os.environ)",
    )
    second = run(
        tmp_path / "b",
        "import os, random, pandas, sys\nassert pandas.DataFrame is not None",
        "random.random(), os.getcwd(), sorted(os.environ)",
    )
    texts = [shown(executed)[1][0]["data"]["text/plain"] for executed in (first, second)]
    assert texts[0].split(",")[0] != texts[1].split(",")[0]
    assert str(tmp_path / "b/work/scratch") in texts[1]
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or "canary-7f3a" not in file.read_text(encoding="utf-8")
    assert "COMTRADE_KEY" not in texts[1]
    assert os.environ["COMTRADE_KEY"] == "canary-7f3a"


@pytest.mark.parametrize(
    ("source", "error", "said"),
    [
        ("x = bytearray(8 << 30)", "MemoryError", "limit: 1024 MB"),
        ("import os; os.closerange(3, 200)", "ProcessEnded", "exit code"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "ProcessEnded", "SIGSEGV"),
        ("import ctypes; ctypes.string_at(0)", "ProcessEnded", "SIGSEGV"),
        ("import os; os.killpg(0, 9)", "ProcessEnded", "SIGKILL"),
        ("import os; os._exit(3)", "ProcessEnded", "exit code 3"),
        ("input()", "EOFError", "EOF"),
        ("def f(:", "SyntaxError", "invalid syntax"),
        ("%no_such_magic", "UsageError", "not found"),
        ("raise BaseException('odd')", "BaseException", "odd"),
        ("from IPython.display import HTML\nHTML('x' * 70_000_000)", "OutputTooLarge", "64 MB"),
    ],
)
def test_a_run_that_cannot_end_well_says_why(
    tmp_path: Path, source: str, error: str, said: str
) -> None:
    """Never a report; the log holds the reason, the notebook the cells that did run."""
    with pytest.raises(RunFailed, match=said) as caught:
        run(tmp_path, "1", source, "2", memory=1 << 30)
    assert (caught.value.error, caught.value.cells_executed) == (error, 3)
    assert said in (tmp_path / "work" / LOG).read_text(encoding="utf-8")
    kept = read_notebook(tmp_path / "work" / NOTEBOOK)
    states = [c.metadata.papermill.status for c in kept.cells]
    assert states[-3:] == ["failed", "pending", "pending"]


@pytest.mark.parametrize(
    "source",
    [
        "import os\nif os.fork() == 0:\n    pass",
        "import os\nos.close(1); os.close(2)\nprint('x' * 10)",
        "import sys\nsys.stdout.close(); sys.stderr.close(); sys.stdout = None",
        "import subprocess\nbackground = subprocess.Popen(['sleep', '600'])",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()",
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)",
    ],
)
def test_a_cell_that_misbehaves_harms_no_report(tmp_path: Path, source: str) -> None:
    """Each later cell runs once, and what was left behind is gone with the run."""
    executed = run(tmp_path, source, "open('count', 'a').write('x'); import os; os.getpgid(0)")
    assert executed.cells_executed == 5
    group = shown(executed)[1][0]["data"]["text/plain"]
    alive = [stat for stat in Path("/proc").glob("[0-9]*/stat") if _group_of(stat) == group]
    assert alive == []


def _group_of(stat: Path) -> str:
    try:
        fields = stat.read_text().rsplit(")", 1)[1].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[2]


def test_two_hundred_megabytes_of_output_are_bounded_and_said(tmp_path: Path) -> None:
    """Printed or written past Python: the first part is kept, the rest is counted."""
    executed = run(
        tmp_path,
        "print('x' * 200_000_000)",
        "import os\nfor _ in range(200):\n    os.write(1, b'y' * 1_000_000)",
    )
    outputs = shown(executed)[0]
    assert len(outputs[0]["text"]) == 1024 * 1024
    assert "198,951,425 more characters were printed and not kept" in outputs[1]["text"]
    log = (tmp_path / "work" / LOG).read_bytes()
    assert len(log) < 1_100_000
    assert b"198,951,424 more bytes were written and not kept" in log


def test_where_the_process_has_threads_a_new_one_is_started_instead_of_a_fork(
    tmp_path: Path,
) -> None:
    """A fork of a process with threads may hang for ever: it is never made."""
    path = write_notebook(tmp_path / "small.ipynb", "import os; os.getppid()")
    script = (
        "import sys, threading, time\n"
        "from pathlib import Path\n"
        "from third_pillar.execution import process\n"
        "from third_pillar.execution.run import run_notebook\n"
        "forks = []\n"
        "fork = process._fork\n"
        "process._fork = lambda work: forks.append(1) or fork(work)\n"
        "event = threading.Event()\n"
        "for place, threaded in (('a', False), ('b', True)):\n"
        "    if threaded:\n"
        "        threading.Thread(target=event.wait, daemon=True).start()\n"
        "    folder = Path(sys.argv[2]) / place\n"
        "    folder.mkdir()\n"
        f"    run_notebook(Path(sys.argv[1]), parameters={GIVEN!r}, workdir=folder, timeout=60)\n"
        "    print(len(forks))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.stdout.split() == ["1", "1"], done.stderr


HOSTILE = (
    '"); import os; os.system("touch INJECTED") #',
    "'''\nopen('INJECTED', 'w')\n'''",
    "\\",
    "\\'); open('INJECTED', 'w') #",
    "{open('INJECTED','w')}",
    "\u202e\u2066open('INJECTED','w')",
    "\x00\x1b[2J",
    "</script><script>alert(1)</script>",
    "%%bash\ntouch INJECTED",
    "!touch INJECTED",
)


@pytest.mark.parametrize("engine", ["pillar", "kernel"])
def test_no_text_of_a_parameter_is_ever_code(tmp_path: Path, engine: Any) -> None:
    """Whatever stands in any parameter arrives as that very text, in list or alone."""
    names = random.Random(1).sample(list(DEFAULTS), len(DEFAULTS))  # noqa: S311  no secret
    given = {**DEFAULTS, **dict(zip(names, HOSTILE, strict=False)), "pillars": list(HOSTILE)}
    path = write_notebook(tmp_path / "small.ipynb")
    workdir = tmp_path / "work"
    workdir.mkdir()
    executed = run_notebook(path, parameters=given, workdir=workdir, timeout=60, engine=engine)
    assert executed.findings.parameters == given
    assert not list(tmp_path.rglob("INJECTED"))
    injected = next(c for c in executed.notebook.cells if "injected" in str(c.metadata))
    assert injected.source.isascii()


ASK = (
    "from third_pillar import evidence\n"
    "from third_pillar.vocabulary.parameters import check_parameters\n"
    "choices = evidence.load_parameter_choices()\n"
    "check_parameters({'candidate': candidate}, choices=choices)"
)


@pytest.mark.parametrize("option", ["-p", "-r", "-y", "-f"])
def test_parameters_of_plain_papermill_are_refused_or_inert(
    toy_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    """By whichever option: the notebook gets the text, and the kit's contract refuses it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PILLAR_ROOT", str(toy_package))
    write_notebook(tmp_path / "small.ipynb", ASK)
    code = '"); open("INJECTED", "w"); ("'
    text = json.dumps({"candidate": code})
    (tmp_path / "f.yml").write_text(text)
    given = {"-y": [text], "-f": ["f.yml"]}.get(option, ["candidate", code])
    arguments = ["small.ipynb", "out.ipynb", "--engine", "pillar", "--no-progress-bar"]
    register_engine()
    done = CliRunner().invoke(papermill, [*arguments, option, *given])
    assert isinstance(done.exception, PapermillExecutionError)
    assert "ParameterFault" in str(done.exception)
    assert not (tmp_path / "INJECTED").exists()


def test_under_papermill_a_killed_process_is_told_as_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that names the signal; of what never ran, the saved notebook claims nothing."""
    monkeypatch.chdir(tmp_path)
    kill = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    write_notebook(tmp_path / "small.ipynb", kill, "after = 1")
    register_engine()
    words = ["small.ipynb", "out.ipynb", "--engine", "pillar", "--no-progress-bar"]
    done = CliRunner().invoke(papermill, words)
    assert isinstance(done.exception, ProcessEnded)
    assert "SIGKILL" in str(done.exception)
    cells = nbformat.read("out.ipynb", as_version=4).cells[3:]
    states = [cell.metadata.papermill.status for cell in cells]
    assert states == ["failed", "pending", "pending"]
    assert not any(cell.outputs for cell in cells)


DAEMON = """
import os, pathlib, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with open({pids!r}, "a") as file:
                file.write(f"{{os.getpid()}}\\n")
            time.sleep(600)
        os._exit(0)
while len(pathlib.Path({pids!r}).read_text().split() if os.path.exists({pids!r}) else "") < 3:
    time.sleep(0.01)
"""


def test_a_daemon_that_a_cell_started_ends_with_its_report(tmp_path: Path) -> None:
    """In a process of its own, as nobody waits there for anything else; others of ours live on."""
    cells = DAEMON.format(pids=str(tmp_path / "pids"))
    script = (
        "import subprocess, sys\nfrom pathlib import Path\n"
        "from third_pillar.execution.run import run_notebook\n"
        "own = subprocess.Popen(['sleep', '600'])\n"
        "folder = Path(sys.argv[1])\n(folder / 'work').mkdir()\n"
        "run_notebook(folder / 'small.ipynb', parameters={}, workdir=folder / 'work')\n"
        "assert own.poll() is None\nown.kill()\nown.wait()\n"
    )
    write_notebook(tmp_path / "small.ipynb", cells)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    pids = (tmp_path / "pids").read_text().split()
    assert len(pids) == 3
    assert not [pid for pid in pids if Path("/proc", pid).exists()]
