"""Promises about what users write for a run: found, or refused in a line; never used as a path."""

from __future__ import annotations

from pathlib import Path

import pytest

from kept import BRAZIL, keep
from third_pillar.publishing.archive import DEFAULT_LINEAGE, Archive, ArchivedRun
from third_pillar.publishing.run_names import find_failure, find_run, select_lineage
from third_pillar.vocabulary.errors import ParameterFault

HOSTILE = [
    "../../etc/passwd",
    "..",
    "/etc/passwd",
    "latest/../../..",
    "full/../IND/latest",
    "latest\0",
    "latest\n",
    "\u202elatest",
    "\x1b[2Jlatest",
    "*",
    "2*",
    "x" * 10_000_000,
    "full/" * 2_000_000,
    "",
    "   ",
    "/",
    "${HOME}",
    "$(touch INJECTED)",
    "C:\\Windows",
    "latest;rm -rf .",
]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def find(archive: Archive, text: str) -> ArchivedRun:
    return find_run(archive, text, is_public=lambda run: run.run_id.endswith("bbbbbbbb"))


def test_words_ids_beginnings_and_lineages_find_a_run(archive: Archive) -> None:
    first = keep(archive, key="b" * 64)
    second = keep(archive)
    brazil = keep(archive, lineage=BRAZIL)
    for text, expected in (
        ("latest", second),
        ("previous", first),
        ("published", first),
        (first.run_id, first),
        (second.run_id[:19], second),
        ("full/BRA/latest", brazil),
        (f"{BRAZIL}/latest", brazil),
        (f"full/BRA/{brazil.run_id}", brazil),
        (f" {first.run_id}/ ", first),
    ):
        assert find(archive, text).folder == expected.folder


def test_previous_passes_over_a_damaged_run(archive: Archive) -> None:
    first, second = keep(archive, text="1"), keep(archive, text="2")
    keep(archive, text="3")
    (second.folder / "report.html").write_text("changed")
    assert find(archive, "previous").folder == first.folder


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_refused_in_a_short_line(archive: Archive, text: str) -> None:
    """No control character and no megabytes reach the terminal."""
    keep(archive)
    with pytest.raises(ParameterFault) as raised:
        find(archive, text)
    said = str(raised.value)
    assert len(said) < 400
    assert said.isprintable()
    assert find_failure(archive, text) is None


def test_a_beginning_of_several_runs_is_refused_with_their_names(archive: Archive) -> None:
    runs = [keep(archive), keep(archive)]
    with pytest.raises(ParameterFault, match="begins 2 runs") as raised:
        find(archive, runs[0].run_id[:9])
    assert all(run.run_id in str(raised.value) for run in runs)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("latst", "Did you mean 'latest'?"),
        ("full/BAR/latest", "Did you mean 'full/BRA'?"),
        ("full/latest", "2 lineages begin so"),
        ("full/IND/published", "there is none yet"),
        ("20990101", "no such run"),
    ],
)
def test_a_wrong_name_is_answered_with_the_way_out(archive: Archive, text: str, said: str) -> None:
    keep(archive, lineage=BRAZIL)
    keep(archive, lineage=DEFAULT_LINEAGE)
    with pytest.raises(ParameterFault) as raised:
        find(archive, text)
    assert said in str(raised.value)
    assert "pillar archive list" in raised.value.hint or "lineage" in raised.value.hint


def test_a_run_that_failed_is_said_to_have_failed_and_no_other_is_offered(
    archive: Archive,
) -> None:
    """An id that looks alike had been offered, to whoever would approve it in its place."""
    keep(archive)
    lost = archive.open_run(DEFAULT_LINEAGE, run_key="b" * 64)
    archive.keep_failure(lost, {"run_id": lost.run_id, "message": "no"})
    for text in (lost.run_id, lost.run_id[:18], f"full/IND/{lost.run_id}"):
        with pytest.raises(ParameterFault, match="it failed, so there is no report") as raised:
            find(archive, text)
        assert f"`pillar archive show {lost.run_id}`" in raised.value.hint
    with pytest.raises(ParameterFault, match="no such run") as raised:
        find(archive, "20990101T000000000Z-aaaaaaaa")
    assert "Did you mean" not in str(raised.value)


def test_an_empty_archive_has_no_latest(archive: Archive) -> None:
    with pytest.raises(ParameterFault, match="there is none yet"):
        find(archive, "latest")
    assert select_lineage([], []) == []
