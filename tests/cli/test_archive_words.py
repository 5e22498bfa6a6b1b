"""What the archive's commands let a reader see at a glance, and copy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reporting import Project
from third_pillar.cli import archive_shown
from third_pillar.cli.main import main
from third_pillar.publishing import report as report_module
from third_pillar.publishing.archive import Archive
from third_pillar.vocabulary.errors import ReportFailed


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(list(words)) == code
    shown = capsys.readouterr()
    return shown.err if code else shown.out


@pytest.mark.usefixtures("no_kernel")
def test_the_list_tells_variants_of_one_question_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """Two runs of one lineage and date differ by what was asked, and the list says so."""
    for asked in ([], ["-p", "seed=7", "-p", "draws=200"]):
        said(capsys, "report", *asked)
    first, second, _ = said(capsys, "archive", "list").splitlines()
    assert first.endswith("as of 2025-12-01")
    assert second.endswith("as of 2025-12-01  draws=200 seed=7  latest")


def test_the_list_names_failed_runs_that_are_kept(
    no_kernel: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ReportFailed("no")

    monkeypatch.setattr(report_module, "_load_exporter", lambda: fail)
    said(capsys, "report", code=1)
    (kept,) = (no_kernel.archive / "failed").iterdir()
    line = said(capsys, "archive", "list").splitlines()[-1]
    assert line == f"1 failed run kept as well; the newest: pillar archive show {kept.name}"
    assert "Failed: " in said(capsys, *line.split("pillar ")[1].split())


@pytest.mark.parametrize("columns", ["40", "60", "100"])
def test_a_path_stands_in_one_piece_and_text_keeps_to_the_terminal(
    no_kernel: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    columns: str,
) -> None:
    """A path in two pieces cannot be copied; all that can be wrapped is."""
    monkeypatch.setenv("COLUMNS", columns)
    said(capsys, "report")
    lines = said(capsys, "archive", "show").splitlines()
    page = no_kernel.latest.resolve() / "report.html"
    assert any(line.endswith(str(page)) for line in lines)
    long = [line for line in lines[1:] if len(line) > int(columns)]
    assert all(max(map(len, line.split())) > int(columns) - 13 for line in long)


@pytest.mark.usefixtures("no_kernel")
def test_where_nothing_was_made_yet_the_way_out_is_to_make_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for words in (["archive", "show"], ["diff"], ["approve", "latest", "--by", "A"]):
        assert "`pillar report` makes one" in said(capsys, *words, code=2)
    assert said(capsys, "archive", "prune").startswith("Nothing to remove: every run is one of")
    assert not list(tmp_path.glob("reports/archive/*"))


@pytest.mark.usefixtures("no_kernel")
def test_a_long_look_at_the_archive_says_how_far_it_got_and_bounds_what_it_lists(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two faults of three are listed and the third is counted; scripts get all of them."""
    for seed in ("1", "2", "3"):
        said(capsys, "report", "-p", f"seed={seed}")
    for run in Archive().list_runs():
        (run.folder / "extra").touch()
    monkeypatch.setattr(archive_shown, "_MOST_FAULTS", 2)
    monkeypatch.setattr(archive_shown, "_SILENCE", 0.0)
    told = said(capsys, "archive", "verify", code=4)
    assert "[1/3] runs looked at\n[2/3] runs looked at\npillar: 3 faults" in told
    assert told.count("is not listed in manifest.json") == 2
    assert "and 1 more; --json has all of them" in told
    main(["archive", "verify", "--json"])
    assert len(json.loads(capsys.readouterr().out)["faults"]) == 3
