"""Promises about approval: nothing runs, nothing is taken for approved that is not."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from kept import BRAZIL, change, keep, page_of
from third_pillar.publishing import approval as approval_module
from third_pillar.publishing import manifest as manifest_module
from third_pillar.publishing.approval import Approvals, approve, lead_published
from third_pillar.publishing.archive import DEFAULT_LINEAGE, Archive, ArchivedRun
from third_pillar.publishing.state_band import read_state, show_state
from third_pillar.vocabulary.errors import ParameterFault, StorageFault

NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
EMBARGO = dt.datetime.fromisoformat("2026-12-01T06:00+05:30")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def state(archive: Archive, run: ArchivedRun) -> str:
    return Approvals(archive).standing(run).state


def faults(archive: Archive) -> list[str]:
    return archive.verify() + Approvals(archive).verify(archive.list_runs())


def test_a_run_goes_from_draft_to_reviewed_to_published(archive: Archive) -> None:
    """The page says each state, the findings and the rest of the page stay to the byte."""
    run = keep(archive)
    draft, findings = page_of(run), (run.folder / "findings.json").read_bytes()
    assert (state(archive, run), read_state(draft)) == ("draft", "draft")
    assert "Draft, not reviewed" in draft
    approve(archive, run, by="A. Reader", state="reviewed", now=NOW)
    assert "Reviewed by A. Reader on 26 November 2026" in page_of(run)
    assert state(archive, run) == "reviewed"
    approve(archive, run, by="B. Editor", state="published", note="checked", now=NOW)
    page = page_of(run)
    assert (state(archive, run), read_state(page)) == ("published", "published")
    assert "tp-band" not in page
    assert "tp-mark" not in page
    assert show_state(page, "draft") == draft
    assert (run.folder / "findings.json").read_bytes() == findings
    assert faults(archive) == []
    assert [(one.by, one.state) for one in Approvals(archive).read()] == [
        ("A. Reader", "reviewed"),
        ("B. Editor", "published"),
    ]


def test_an_embargo_that_is_over_is_refused_as_a_slip(archive: Archive) -> None:
    """A wrong year would hand the report to its readers at once."""
    run = keep(archive)
    for over in (NOW, NOW.replace(year=2025)):
        with pytest.raises(ParameterFault, match="is over: readers would have the report at once"):
            approve(archive, run, by="A", state="published", embargo=over, now=NOW)
    assert state(archive, run) == "draft"


@pytest.mark.parametrize("embargo", [None, EMBARGO])
def test_a_review_does_not_take_a_published_report_from_its_readers(
    archive: Archive, embargo: dt.datetime | None
) -> None:
    run = keep(archive)
    approve(archive, run, by="A", state="published", embargo=embargo, now=NOW)
    before = (archive.folder / "approvals.jsonl").read_bytes()
    with pytest.raises(ParameterFault, match="published already") as raised:
        approve(archive, run, by="B", state="reviewed", now=NOW)
    assert "--withdraw" in raised.value.hint
    assert (archive.folder / "approvals.jsonl").read_bytes() == before
    approve(archive, run, by="B", state="published", now=NOW)
    assert state(archive, run) == "published"


def test_a_draft_has_no_approval_to_withdraw(archive: Archive) -> None:
    run = keep(archive)
    with pytest.raises(ParameterFault, match="is a draft: there is no approval"):
        approve(archive, run, by="A", state="draft", now=NOW)
    assert not (archive.folder / "approvals.jsonl").exists()


def test_withdrawn_it_is_a_draft_again_and_the_record_keeps_both(archive: Archive) -> None:
    run = keep(archive)
    approve(archive, run, by="A", state="published", now=NOW)
    approve(archive, run, by="B", state="draft", note="an error in a table", now=NOW)
    assert (state(archive, run), read_state(page_of(run))) == ("draft", "draft")
    assert len(Approvals(archive).read()) == 2
    assert not (archive.lineage_folder(DEFAULT_LINEAGE) / "latest-published").is_symlink()


@pytest.mark.parametrize("name", ["report.html", "findings.json"])
def test_a_changed_report_is_no_longer_approved(archive: Archive, name: str) -> None:
    run = keep(archive)
    approve(archive, run, by="A. Reader", state="published", now=NOW)
    change(run.folder / name)
    standing = Approvals(archive).standing(run)
    assert standing.state == "draft"
    assert "has changed since A. Reader approved it" in standing.void
    assert faults(archive)
    with pytest.raises(StorageFault, match="not as it was archived"):
        approve(archive, run, by="A. Reader", state="published", now=NOW)


def test_a_profile_may_publish_by_itself(archive: Archive) -> None:
    run = keep(archive, own=True)
    assert state(archive, run) == "published"
    assert "tp-band" not in page_of(run)
    approve(archive, run, by="A", state="draft", now=NOW)
    assert state(archive, run) == "draft"


def test_approval_of_one_run_is_none_of_another_with_the_same_page(archive: Archive) -> None:
    first, second = keep(archive), keep(archive)
    other = keep(archive, lineage=BRAZIL)
    approve(archive, first, by="A", state="published", now=NOW)
    assert [state(archive, run) for run in (second, other)] == ["draft", "draft"]


def test_latest_published_leads_to_the_newest_that_readers_may_have(archive: Archive) -> None:
    """A newer draft and one under embargo do not count; when the embargo ends, it does."""
    first, second = keep(archive), keep(archive, text="new")
    keep(archive, text="newest")
    link = archive.lineage_folder(DEFAULT_LINEAGE) / "latest-published"
    approve(archive, first, by="A", state="published", now=NOW)
    approve(archive, second, by="A", state="published", embargo=EMBARGO, now=NOW)
    assert link.resolve() == first.folder
    assert "Not for release before 1 December 2026, 06:00 UTC+05:30" in page_of(second)
    # the same page is on the site once the embargo is over: it may not say that it still runs
    assert "Under embargo" not in page_of(second)
    for moment, expected in (
        (EMBARGO - dt.timedelta(seconds=1), first),
        (EMBARGO, second),
    ):
        lead_published(archive, second, now=moment)
        assert link.resolve() == expected.folder
    assert faults(archive) == []


def _torn(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b'{"run_id": "2026')


def test_part_of_a_line_left_by_a_kill_approves_nothing_and_is_closed(archive: Archive) -> None:
    run = keep(archive)
    approve(archive, run, by="A", state="reviewed", now=NOW)
    _torn(archive.folder / "approvals.jsonl")
    assert state(archive, run) == "reviewed"
    assert faults(archive) == []
    approve(archive, run, by="A", state="published", now=NOW)
    assert state(archive, run) == "published"
    assert faults(archive) == []


def _edit(lines: list[str]) -> list[str]:
    return [lines[0].replace('"A"', '"Z"'), *lines[1:]]


def _drop(lines: list[str]) -> list[str]:
    return lines[1:]


def _swap(lines: list[str]) -> list[str]:
    return [lines[1], lines[0]]


def _spoil(lines: list[str]) -> list[str]:
    return ["{", *lines[1:]]


@pytest.mark.parametrize("tamper", [_edit, _drop, _swap, _spoil])
def test_a_record_that_was_changed_shows(archive: Archive, tamper: Any) -> None:
    """Each line holds the hash of the one before; what no longer follows approves nothing."""
    run = keep(archive)
    approve(archive, run, by="A", state="reviewed", now=NOW)
    approve(archive, run, by="A", state="published", now=NOW)
    path = archive.folder / "approvals.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(tamper(lines)) + "\n", encoding="utf-8")
    assert any("approvals.jsonl" in fault for fault in faults(archive))
    assert state(archive, run) != "published"


def test_a_page_without_its_band_shows_when_nobody_approved_it(archive: Archive) -> None:
    """Someone took the band away and mended the manifest."""
    run = keep(archive)
    manifest_module.replace_file(
        run.folder, "report.html", show_state(page_of(run), "published").encode()
    )
    assert archive.verify() == []
    assert "reads as published, and is draft" in faults(archive)[0]


@pytest.mark.parametrize("stop", range(1, 6))
def test_killed_at_any_step_of_an_approval_the_archive_verifies(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    """It is a draft or it is approved, page and record agree, and the next approval works."""
    run = keep(archive)
    steps = 0

    def count(real: Any) -> Any:
        def step(*given: Any, **named: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == stop:
                raise KeyboardInterrupt
            return real(*given, **named)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(Approvals, "append", count(Approvals.append))
        patch.setattr(manifest_module, "write_atomic", count(manifest_module.write_atomic))
        patch.setattr(approval_module, "switch_link", count(approval_module.switch_link))
        with pytest.raises(KeyboardInterrupt):
            approve(archive, run, by="A", state="published", now=NOW)
    assert faults(archive) == []
    assert state(archive, run) == read_state(page_of(run))
    approve(archive, run, by="A", state="published", now=NOW)
    assert (state(archive, run), faults(archive)) == ("published", [])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"by": ""}, "--by"),
        ({"by": "A\nB"}, "--by"),
        ({"by": "A\u202eB"}, "--by"),
        ({"by": "x" * 10_000_000}, "--by"),
        ({"by": "--publish"}, "the name is missing"),
        ({"note": "a\0b"}, "--note"),
        ({"note": "x" * 10_000_000}, "--note"),
        ({"embargo": dt.datetime(2026, 12, 1)}, "zone is missing"),  # noqa: DTZ001  the fault itself
        ({"embargo": EMBARGO, "state": "reviewed"}, "needs --publish"),
    ],
)
def test_a_hostile_name_or_note_is_refused(
    archive: Archive, given: dict[str, Any], said: str
) -> None:
    run = keep(archive)
    with pytest.raises(ParameterFault, match=said) as raised:
        approve(archive, run, **{"by": "A", "state": "published", **given})
    assert len(str(raised.value)) < 500
    assert not (archive.folder / "approvals.jsonl").exists()


def test_a_name_is_text_on_the_page(archive: Archive) -> None:
    run = keep(archive)
    approve(archive, run, by="</div><script>alert(1)</script>", state="reviewed", now=NOW)
    assert "<script>alert" not in page_of(run)
    assert json.loads((archive.folder / "approvals.jsonl").read_text())["by"].startswith("</div>")


def test_marks_in_the_text_of_a_report_are_not_taken_for_the_band() -> None:
    """A hostile output cannot hide the band, nor have its own exchanged."""
    fake = "<body><p><!--tp:state-->Approved<!--/tp:state--></p></body>"
    draft = show_state(fake, "draft")
    assert "Draft, not reviewed" in draft
    assert "Approved" in draft
    published = show_state(draft, "published")
    assert "Draft, not reviewed" not in published
    assert "Approved" in published
