"""What docs/how-to/publish-and-schedule.md shows can be done as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from third_pillar.cli.main import main
from third_pillar.publishing.schedule_file import load_schedule
from third_pillar.vocabulary.schedule import Mail, ScheduleEntry
from toy import write

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/how-to/publish-and-schedule.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"pillar ((?:archive|schedule) \w+|approve|diff|site)", GUIDE)))


def test_the_schedule_shown_is_read_without_a_fault(tmp_path: Path) -> None:
    """And shows every key an entry may have but those with defaults nobody misses."""
    (shown,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    write(tmp_path / "reports/profiles/full.yml", "title: T\nnotebook: n.ipynb\n")
    write(tmp_path / "reports/schedule.yml", shown)
    (entry,) = load_schedule(tmp_path)
    unsaid = set(ScheduleEntry.model_fields) - entry.asked.model_fields_set
    assert unsaid == {"enabled", "timeout_seconds", "command_timeout_seconds"}
    assert entry.asked.mail is not None
    assert entry.asked.mail.model_fields_set == set(Mail.model_fields)


def test_the_schedule_of_the_project_could_run(capsys: pytest.CaptureFixture[str]) -> None:
    """Its cron expressions, zones, profiles and parameters are all valid today."""
    assert main(["schedule", "list"]) == 0
    assert "weekly-india" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_shown_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    assert "Usage: pillar" in capsys.readouterr().out


def test_every_variable_a_command_sees_is_in_the_guide() -> None:
    code = (ROOT / "analysis/third_pillar/publishing/slot_followup.py").read_text("utf-8")
    told = set(re.findall(r'"(PILLAR_[A-Z_]+)"', code))
    assert len(told) == 7
    assert told <= set(re.findall(r"PILLAR_[A-Z_]+", GUIDE))
    assert len(COMMANDS) >= 10
