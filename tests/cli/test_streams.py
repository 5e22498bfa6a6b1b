"""Promises about terminals and log files that have fewer signs than the text."""

from __future__ import annotations

import io
import json
import sys

import pytest

from reporting import Project
from third_pillar.cli.answer import answer_json, say
from third_pillar.cli.main import main
from third_pillar.cli.streams import write_every_word

SAID = "India 0–4 %, −1 “place”, Zoë, 日本 → … \udcff"


def stream(encoding: str, monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """What is written to a stdout of that encoding."""
    taken = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(taken, encoding=encoding))
    write_every_word()
    return taken


def read(taken: io.BytesIO, encoding: str) -> str:
    sys.stdout.flush()
    return taken.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("encoding", "name"), [("ascii", "Zo\\xeb"), ("latin-1", "Zoë"), ("cp1252", "Zoë")]
)
def test_what_a_stream_cannot_write_is_written_as_what_stands_nearest(
    encoding: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ranges and signs of numbers stay what they are; nothing becomes a question mark."""
    taken = stream(encoding, monkeypatch)
    say(SAID)
    said = read(taken, encoding)
    for sign, plain in (("–", "-"), ("“", '"'), ("”", '"'), ("…", "...")):
        said = said.replace(sign, plain)
    assert said == f'India 0-4 %, -1 "place", {name}, \\u65e5\\u672c -> ... \\udcff\n'


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_says_the_same_in_every_encoding(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = stream(encoding, monkeypatch)
    answer_json({"said": "0–4 “Zoë” 日本"})
    assert json.loads(read(taken, encoding)) == {"said": "0–4 “Zoë” 日本"}


def test_a_command_whose_work_was_done_does_not_end_as_if_it_had_failed(
    no_kernel: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An approval had been on record, and the command had said that the kit was at fault."""
    taken = stream("ascii", monkeypatch)
    assert main(["report"]) == 0
    assert main(["approve", "latest", "--by", "Zoë", "--publish"]) == 0
    assert main(["archive", "show"]) == 0
    assert "Zo\\xeb" in read(taken, "ascii")
    assert no_kernel.latest.is_dir()
