"""Promises about hostile values: refused in a short line and exit 2, wherever they are written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reporting import Project
from third_pillar.cli.main import main
from third_pillar.vocabulary.parameters import ReportParameters
from toy import write

PARAMETERS = tuple(ReportParameters.model_fields)
TAKING_ANY_TEXT = ("candidate", "partners", "scenario", "as_of")
TEN_MEGABYTES = "x" * 10_000_000
HOSTILE = {
    "path": "../../etc/passwd",
    "nul": "IND\0",
    "bidi": "\u202e\u2066IND",
    "escape": "\x1b[2JIND",
    "script": "</script><script>alert(1)</script>",
    "formula": "=cmd|' /C calc'!A0",
    "surrogate": "IND\udcff",
    "huge": TEN_MEGABYTES,
}


def refused(project: Project, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What is said: plain, short, exit 2, and nothing was begun."""
    capsys.readouterr()
    assert main(list(words)) == 2
    out, err = capsys.readouterr()
    assert err.replace("\n", "").isprintable()
    assert len(err) < 6000
    assert "Traceback" not in err
    if "--json" in words:
        assert len(out) < 6000
        assert json.loads(out)["error"]["exit_code"] == 2
    assert not (project.archive / "latest").exists()
    assert not list(project.archive.glob("[!a]*"))
    return err


def test_no_parameter_of_the_command_takes_one(
    no_kernel: Project,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The parameter is named; a value that is text for a path, a page or a shell stays text."""
    for value in HOSTILE.values():
        names = PARAMETERS if value == HOSTILE["path"] else TAKING_ANY_TEXT
        for name in names:
            assert name in refused(no_kernel, capsys, "report", "--quiet", "-p", f"{name}={value}")


def test_no_name_on_the_command_line_is_one(
    no_kernel: Project,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Names of parameters, profiles, matrices and runs; no name at all is no default."""
    refused(no_kernel, capsys, "report", "--json", "")
    for value in HOSTILE.values():
        for words in (
            ["report", "--json", value],
            ["report", "--quiet", "-p", f"{value}=1"],
            ["report", "--json", "--engine", value],
            ["batch", "--json", value],
            ["archive", "show", value],
            ["approve", value, "--by", "A"],
            ["diff", value, "latest"],
            ["schedule", "run", "--entry", value],
        ):
            refused(no_kernel, capsys, *words)


def test_no_file_of_the_project_brings_one_in(
    no_kernel: Project, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Profile, matrix (shared, grid, include, keys), schedule: as YAML escapes them."""
    for value in HOSTILE.values():
        text = json.dumps(value)
        profile = f"title: t\nnotebook: notebooks/small.ipynb\nparameters: {{candidate: {text}}}\n"
        write(no_kernel.root / "reports/profiles/evil.yml", profile)
        said = refused(no_kernel, capsys, "report", "--quiet", "evil")
        assert ("1 MB" if value is TEN_MEGABYTES else "candidate = ") in said
        write(no_kernel.root / "reports/profiles/evil.yml", f"title: t\nnotebook: {text}\n")
        assert "evil.yml" in refused(no_kernel, capsys, "report", "--quiet", "evil")
        named = json.dumps(f"{value[:1000]}.ipynb")
        write(no_kernel.root / "reports/profiles/evil.yml", f"title: t\nnotebook: {named}\n")
        assert "evil.yml" in refused(no_kernel, capsys, "report", "--quiet", "evil")
        matrix = tmp_path / "evil.yml"
        for form in (
            "parameters: {{candidate: {0}}}\ngrid: {{seed: [1]}}",
            "grid: {{candidate: [IND, {0}]}}",
            "grid: {{? {0}\n: [1]}}",
            "include: [{{candidate: {0}}}]",
            "profiles: [{0}]\ngrid: {{seed: [1]}}",
        ):
            write(matrix, f"title: t\n{form.format(text)}\n")
            refused(no_kernel, capsys, "batch", str(matrix))
        for form in (
            'daily: {{cron: "0 6 * * *", parameters: {{candidate: {0}}}}}',
            'daily: {{cron: "0 6 * * *", parameters: {{? {0}\n    : 1}}}}',
            'daily: {{cron: "0 6 * * *", profile: {0}}}',
            "daily: {{cron: {0}}}",
            '? {0}\n  : {{cron: "0 6 * * *"}}',
        ):
            write(no_kernel.root / "reports/schedule.yml", f"entries:\n  {form.format(text)}\n")
            refused(no_kernel, capsys, "schedule", "list")


def test_a_matrix_cannot_be_named_so(
    no_kernel: Project, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A file that does exist by such a name is not taken: its stem names a folder."""
    for value in HOSTILE.values():
        path = tmp_path / f"{value.replace('/', '-')}.yml"
        try:
            path.write_text("title: t\ngrid: {candidate: [IND]}\n")
        except (OSError, ValueError):
            assert len(value) > 255 or "\0" in value
        refused(no_kernel, capsys, "batch", "--json", str(path))
        assert not (no_kernel.archive.parent / "batches").exists()
