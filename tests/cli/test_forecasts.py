"""`pillar forecasts …`: written once, never edited, scored by the register."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from third_pillar.assessment.case import ask
from third_pillar.cli.main import main
from third_pillar.evidence import append_forecasts, read_forecasts
from third_pillar.execution.profiles import load_profile
from third_pillar.execution.run_key import read_run_inputs

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's data whose register is empty."""
    shutil.copytree(DATA, tmp_path / "data")
    register = tmp_path / "data" / "forecasts.csv"
    register.write_text(register.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    shutil.copytree(DATA.parent / "reports" / "profiles", tmp_path / "reports" / "profiles")
    monkeypatch.setenv("PILLAR_ROOT", str(tmp_path))
    return register


def test_registering_adds_once_and_edits_nothing(
    fresh: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second call has nothing to add, and leaves the bytes of the first."""
    assert main(["forecasts", "register", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["status"] == "registered"
    assert len(first["forecasts"]) >= 25
    held = fresh.read_bytes()
    assert main(["forecasts", "register", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"status": "unchanged", "forecasts": []}
    assert fresh.read_bytes() == held
    assert main(["data", "validate"]) == 0
    capsys.readouterr()
    assert main(["forecasts", "score", "--json"]) == 0
    score = json.loads(capsys.readouterr().out)
    assert score["registered"] == len(first["forecasts"])
    assert (score["settled"], score["brier"], score["misses"]) == (0, None, [])
    assert main(["forecasts", "score"]) == 0
    assert "None is settled yet" in capsys.readouterr().out


def test_the_register_of_the_project_holds_25_forecasts_or_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each with its hashes, its day and an empty outcome."""
    assert main(["forecasts", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["forecasts"]
    assert len(rows) >= 25
    assert all(row["outcome"] == "" for row in rows)
    assert main(["forecasts", "list"]) == 0
    assert f"{len(rows)} forecasts." in capsys.readouterr().out


@pytest.mark.usefixtures("fresh")
def test_a_forecast_on_record_is_not_written_again() -> None:
    """An id that is taken, or a row of other columns, is refused."""
    row = dict.fromkeys(
        (DATA / "forecasts.csv").read_text("utf-8").splitlines()[0].split(","), ""
    ) | {"forecast_id": "F0001"}
    append_forecasts([row])
    assert [one["forecast_id"] for one in read_forecasts()] == ["F0001"]
    with pytest.raises(ValueError, match="not a new forecast"):
        append_forecasts([row])
    with pytest.raises(ValueError, match="not a new forecast"):
        append_forecasts([{"forecast_id": "F0002"}])


def test_a_report_is_run_again_once_the_register_has_grown(fresh: Path) -> None:
    """The register is no part of the data, but a report that prints it depends on it."""
    root = fresh.parents[1]
    shutil.copytree(DATA.parent / "notebooks", root / "notebooks")
    question, profile = ask(profile="window"), load_profile("window", root=root)
    before = read_run_inputs(question, profile, root=root)
    fresh.write_text(fresh.read_text("utf-8") + "F0001\n", "utf-8")
    after = read_run_inputs(question, profile, root=root)
    assert before.data == after.data
    assert before.key != after.key
