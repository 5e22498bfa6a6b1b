"""Promises about `--help`: every command shows lines to copy, and they do what they say."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from reporting import Project
from third_pillar.cli.examples import EXAMPLES
from third_pillar.cli.main import app, main
from toy import write

ROOT = Path(__file__).parents[2]
LINES = [(path, line) for path, lines in EXAMPLES.items() for line in lines]
FACTORY = ("report", "approve", "diff", "site", "archive", "schedule", "parameters")
"""Commands that a small project can carry out at once, in this order."""


def find_commands(command: Any, path: tuple[str, ...] = ()) -> dict[str, Any]:
    if not hasattr(command, "commands"):
        return {" ".join(path): command}
    found = {}
    for name, below in command.commands.items():
        found |= find_commands(below, (*path, name))
    return found


COMMANDS = find_commands(typer.main.get_command(app))


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_every_command_shows_lines_to_copy(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*path.split(), "--help"]) == 0
    said = capsys.readouterr().out
    assert f"  pillar {path}" in said.split("Options:")[-1]


@pytest.mark.parametrize(("path", "line"), LINES)
def test_a_line_has_only_arguments_and_options_that_there_are(path: str, line: str) -> None:
    words = shlex.split(line)
    assert " ".join(words).startswith(f"pillar {path}")
    with COMMANDS[path].make_context(path, words[1 + len(path.split()) :]) as context:
        assert not context.args
    named = [word for word in words if word.startswith("reports/")]
    assert all((ROOT / word).is_file() for word in named)


def test_the_lines_of_the_report_factory_do_what_they_say(
    no_kernel: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """In this order, in the folder of a project: each ends with 0 and leaves what it names."""
    monkeypatch.chdir(tmp_path)
    profile = (no_kernel.root / "reports/profiles/full.yml").read_text("utf-8")
    write(no_kernel.root / "reports/profiles/claims.yml", profile)
    write(
        no_kernel.root / "reports/schedule.yml",
        'entries:\n  weekly-india: {cron: "0 6 * * MON", profile: full}\n',
    )
    lines = [(path, line) for path, line in LINES if path.split()[0] in FACTORY]
    assert len(lines) > 20
    for path, line in lines:
        assert main(shlex.split(line)[1:]) == 0, f"{line}: {capsys.readouterr().err}"
        if path == "report":
            assert main(["report", "-p", "seed=3"]) == 0  # so that there is an earlier one
    assert (tmp_path / "diff.html").is_file()
    assert (tmp_path / "public/feed.xml").is_file()
    assert (no_kernel.root / ".github/workflows/pillar-schedule.yml").is_file()
    assert len(no_kernel.kernels) == 4
