"""Promises about the command `pillar`: exit codes, one JSON object, words without traces."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reporting import Project
from third_pillar.cli.main import main
from third_pillar.cli.reporting import show_progress
from third_pillar.execution import run as execution_run
from third_pillar.execution.progress import CellProgress
from third_pillar.publishing import report
from third_pillar.vocabulary.errors import EXIT_CODES, ReportFailed
from third_pillar.vocabulary.parameters import ReportParameters
from toy import ARTICLE_TEXT, set_cell, write

KEYS = {"status", "state", "html", "findings", "manifest", "run_key", "cells_executed", "seconds"}


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


def fail(*_: Any, **__: Any) -> Any:
    raise ReportFailed("figure fig-stages has no rendering", hint="Draw it.")


def test_help_documents_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """A script's author finds them without the source."""
    code, out, _ = call(capsys, "--help")
    assert code == 0
    for number, meaning in EXIT_CODES.items():
        assert f"{number:>3}  {meaning}" in out
    assert "PILLAR_REPORTS" in out


@pytest.mark.parametrize("arguments", [["--help"], ["report", "--help"], ["claims", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    """What makes starting slow is not imported to show help."""
    heavy = ("pandas", "numpy", "papermill", "nbclient", "plotly", "rich", "yaml")
    code = (
        "import sys; from third_pillar.cli.main import main; "
        f"code = main({arguments!r}); "
        f"sys.exit(code or ' '.join(m for m in {heavy!r} if m in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("no_kernel")
def test_an_unchanged_report_loads_neither_pandas_nor_papermill() -> None:
    """The common case, nothing changed, stays quick."""
    published = report.publish_report()
    heavy = ("pandas", "numpy", "papermill", "nbclient", "nbconvert", "plotly", "frictionless")
    code = (
        "import sys; from third_pillar.cli.main import main; "
        "code = main(['report', '--json']); "
        f"sys.exit(code or ' '.join(m for m in {heavy!r} if m in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["html"]) == ("unchanged", str(published.html))


@pytest.mark.usefixtures("no_kernel")
def test_json_of_success_and_of_nothing_changed(capsys: pytest.CaptureFixture[str]) -> None:
    """One object with the promised keys, absolute paths that exist, and nothing else."""
    for status, cells in (("published", 3), ("unchanged", 0)):
        code, out, _ = call(capsys, "report", "--json", "--quiet")
        answer = json.loads(out)
        assert code == 0
        assert set(answer) == KEYS
        assert (answer["status"], answer["cells_executed"]) == (status, cells)
        assert all(Path(answer[key]).is_file() for key in ("html", "findings", "manifest"))
        assert Path(answer["html"]).is_absolute()
        assert len(answer["run_key"]) == 64
        assert answer["seconds"] >= 0


@pytest.mark.usefixtures("no_kernel")
def test_json_of_a_failed_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same keys, no paths, and the error; exit code 1."""
    monkeypatch.setattr(report, "_load_exporter", lambda: fail)
    code, out, err = call(capsys, "report", "--json")
    answer = json.loads(out)
    assert code == 1
    assert set(answer) == {*KEYS, "error"}
    assert (answer["status"], answer["html"]) == ("failed", None)
    assert answer["error"]["message"] == "figure fig-stages has no rendering"
    assert Path(answer["error"]["kept"]).is_dir()
    assert "run.log" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["-p", "candidat=IND"], 2, "Did you mean 'candidate'?"),
        (["-p", "candidate"], 2, "write it as name=value"),
        (["-p", "=IND"], 2, "write it as name=value"),
        (["-p", "seed=1", "-p", "seed=2"], 2, "given twice"),
        (["ful"], 2, "Did you mean 'full'?"),
        (["../full"], 2, "Valid: full"),
        (["--timeout", "0"], 2, "above 0"),
        (["--timeout", "soon"], 2, "--timeout"),
        (["--forse"], 2, "--forse"),
        (["full", "-p", "profile=other"], 2, "already that of 'full'"),
    ],
)
def test_a_wrong_command_line_is_explained_without_a_trace(
    no_kernel: Project,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    """Exit 2, the reason on stderr, JSON on stdout when asked for, no kernel."""
    got, out, err = call(capsys, "report", *arguments, "--json")
    assert got == code
    assert said in err
    assert "Traceback" not in err
    answer = json.loads(out)
    assert set(answer) == {*KEYS, "error"}
    assert answer["error"]["exit_code"] == code
    assert no_kernel.kernels == []
    assert not no_kernel.archive.exists()


def test_a_profile_may_be_named_either_way(no_kernel: Project) -> None:
    """`pillar report mine` and `-p profile=mine` are the same request."""
    write(
        no_kernel.root / "reports/profiles/mine.yml",
        "title: Mine\nnotebook: notebooks/small.ipynb\n",
    )
    assert main(["report", "mine", "--quiet"]) == 0
    assert main(["report", "-p", "profile=mine", "--quiet"]) == 0
    assert [given["profile"] for given in no_kernel.kernels] == ["mine"]


def test_every_kind_of_fault_has_its_exit_code(
    no_kernel: Project,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """3 for data, 4 for the folder, 130 for Ctrl-C, 1 for a fault of the kit's own."""
    (tmp_path / "file").write_text("")
    with monkeypatch.context() as patch:
        patch.setenv("PILLAR_REPORTS", str(tmp_path / "file" / "below"))
        code, _, err = call(capsys, "report")
        assert (code, "PILLAR_REPORTS" in err) == (4, True)
    for raised, expected in ((KeyboardInterrupt, 130), (SystemError, 1)):
        with monkeypatch.context() as patch:
            patch.setattr(execution_run, "run_notebook", _raiser(raised))
            code, out, _ = call(capsys, "report", "--json")
            assert (code, json.loads(out)["status"]) == (expected, "failed")
    set_cell(no_kernel.root, "curated/mine_production.csv", "MP-IND-2024", "value", "-5")
    code, out, err = call(capsys, "report", "--json")
    assert code == 3
    faults = json.loads(out)["error"]["faults"]
    assert any(fault["row"].startswith("MP-IND-2024") for fault in faults)
    assert not no_kernel.latest.exists()


def _raiser(kind: type[BaseException]) -> Any:
    def run(*_: object, **__: object) -> None:
        raise kind

    return run


@pytest.mark.usefixtures("project")
def test_a_fault_of_the_kit_shows_its_trace_only_on_demand(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user sees a sentence; a developer sets PILLAR_DEBUG=1."""

    def break_down(*_: object, **__: object) -> None:
        raise LookupError("lost")

    monkeypatch.setattr(report, "read_run_inputs", break_down)
    code, _, err = call(capsys, "report")
    assert (code, "LookupError: lost" in err, "Traceback" in err) == (1, True, False)
    monkeypatch.setenv("PILLAR_DEBUG", "1")
    assert "Traceback" in call(capsys, "report")[2]


@pytest.mark.usefixtures("no_kernel")
def test_a_person_is_told_the_answer_and_what_to_open(capsys: pytest.CaptureFixture[str]) -> None:
    """Status, bottom line, path: in this order, on stdout."""
    _, out, _ = call(capsys, "report")
    lines = [line for line in out.splitlines() if line]
    assert lines[0].startswith("Written as a draft: 3 cells")
    assert lines[1] == "No."
    assert lines[2].startswith("Open /")
    assert Path(lines[2].removeprefix("Open ")).is_file()
    assert call(capsys, "report")[1].startswith("Unchanged")


@pytest.mark.usefixtures("project")
def test_parameters_are_a_json_schema_closed_to_the_data(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Meaning, default and choices of every parameter."""
    code, out, _ = call(capsys, "parameters", "--json")
    fields = json.loads(out)["properties"]
    assert code == 0
    assert set(fields) == set(ReportParameters.model_fields)
    assert fields["candidate"]["enum"] == ["AUS", "BRA", "IND", "JPN", "USA"]
    assert all(field["description"] and "default" in field for field in fields.values())
    _, out, _ = call(capsys, "parameters")
    assert all(f"{name} = " in out for name in fields)


def test_data_are_validated_on_demand(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """Valid: exit 0. A fault: exit 3, with table, row and rule."""
    assert call(capsys, "data", "validate")[0] == 0
    set_cell(project.root, "curated/mine_production.csv", "MP-IND-2024", "value", "-5")
    code, out, _ = call(capsys, "data", "validate", "--json")
    assert code == 3
    assert json.loads(out)["faults"][0]["rule"]
    code, _, err = call(capsys, "data", "validate")
    assert (code, "MP-IND-2024" in err) == (3, True)


@pytest.mark.usefixtures("project")
def test_claims_are_looked_up_in_a_copy(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """All found: exit 0. A fragment that is not there: its claim is named, exit 1."""
    copy = tmp_path / "copy.txt"
    write(copy, ARTICLE_TEXT)
    assert call(capsys, "claims", "verify", "--article", str(copy))[0] == 0
    write(copy, ARTICLE_TEXT.replace("digs little", "digs a lot"))
    code, out, _ = call(capsys, "claims", "verify", "--article", str(copy))
    assert (code, "claim C1" in out) == (1, True)


@pytest.mark.parametrize("name", ["none.txt", "", "a\0b", "folder"])
@pytest.mark.usefixtures("project")
def test_a_copy_that_cannot_be_read_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    """A missing file, a folder, a hostile name: exit 2."""
    (tmp_path / "folder").mkdir()
    path = str(tmp_path / name) if name else ""
    code, _, err = call(capsys, "claims", "verify", "--article", path)
    assert (code, "--article" in err) == (2, True)


@pytest.mark.usefixtures("project")
def test_a_copy_of_another_encoding_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Not survived by guessing."""
    (tmp_path / "copy.txt").write_bytes("Élan".encode("utf-16"))
    code, _, err = call(capsys, "claims", "verify", "--article", str(tmp_path / "copy.txt"))
    assert (code, "UTF-8" in err) == (2, True)


@pytest.mark.usefixtures("no_kernel")
def test_the_archive_is_listed_and_verified(capsys: pytest.CaptureFixture[str]) -> None:
    """Damage: exit 4, the file named."""
    call(capsys, "report")
    call(capsys, "report", "--force")
    runs = json.loads(call(capsys, "archive", "list", "--json")[1])["runs"]
    assert [run["is_latest"] for run in runs] == [False, True]
    assert call(capsys, "archive", "verify")[0] == 0
    Path(runs[0]["html"]).write_text("changed", encoding="utf-8")
    code, _, err = call(capsys, "archive", "verify")
    assert (code, "report.html has changed" in err) == (4, True)
    assert json.loads(call(capsys, "archive", "verify", "--json")[1])["status"] == "failed"


def test_no_project_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """PILLAR_ROOT leads nowhere: the way out is named."""
    monkeypatch.setenv("PILLAR_ROOT", str(tmp_path))
    code, _, err = call(capsys, "report")
    assert (code, "PILLAR_ROOT" in err) == (2, True)


class Terminal(io.StringIO):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_a_terminal_shows_a_bar_and_quiet_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar names the heading; with --quiet there is no call at all."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with show_progress(quiet=False) as progress:
        assert progress is not None
        progress(CellProgress(2, 4, "The window"))
    assert "The window" in terminal.getvalue()
    with show_progress(quiet=True) as progress:
        assert progress is None
