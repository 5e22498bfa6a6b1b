"""Promises about what a cluster's worker sends: kept when it is the report asked for, else not."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reporting import Project
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.cluster_maker import ClusterMaker
from third_pillar.publishing.pool import Asked
from third_pillar.publishing.report import publish_report

ASKED = Asked(7, "full", {"candidate": "BRA"})


@pytest.fixture
def sent(no_kernel: Project, tmp_path: Path) -> dict[str, Any]:
    """What a worker that made the report elsewhere sends."""
    del no_kernel
    outcome = publish_report("full", ASKED.given, archive=Archive(tmp_path / "there/archive"))
    assert outcome.manifest is not None
    files = {
        path.name: base64.b64encode(path.read_bytes()).decode()
        for path in outcome.manifest.parent.iterdir()
    }
    return {"outcome": dataclasses.asdict(outcome), "files": files, "processor_seconds": 1.5}


def take(sent: Any) -> Any:
    """The answer it becomes."""
    Archive().check_writable()  # as a batch begins
    return ClusterMaker(address="tcp://nowhere:1")._take(ASKED, sent, Archive())


def test_the_report_asked_for_is_kept_under_its_name(sent: dict[str, Any]) -> None:
    answer = take(sent)
    assert answer.outcome.status == "published", answer.outcome.message
    assert (answer.task, answer.processor_seconds) == (7, 1.5)
    (run,) = Archive().list_runs()
    assert str(run.lineage) == "full/BRA/newsx-2025-11-07/en"
    assert answer.outcome.html == run.folder / "report.html"
    assert Archive().verify() == []


def change_manifest(sent: dict[str, Any], **changes: Any) -> None:
    said = json.loads(base64.b64decode(sent["files"]["manifest.json"]))
    written = json.dumps({**said, **changes}).encode()
    sent["files"]["manifest.json"] = base64.b64encode(written).decode()


def name_file(sent: dict[str, Any], name: str) -> None:
    sent["files"][name] = base64.b64encode(b"x").decode()


SPOILED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "another question": (lambda s: change_manifest(s, base_key="0" * 64), "other code"),
    "other data": (lambda s: change_manifest(s, data={"sha256": "0"}), "other data"),
    "another lineage": (lambda s: change_manifest(s, lineage="full/IND/x/en"), "another lineage"),
    "a path for a run id": (lambda s: change_manifest(s, run_id="../../evil"), "no name of a run"),
    "a path for a file": (lambda s: name_file(s, "../evil"), "a file named '../evil'"),
    "a hidden file": (lambda s: name_file(s, ".evil"), "a file named '.evil'"),
    "NUL in a name": (lambda s: name_file(s, "a\0b"), "null"),
    "a file more": (lambda s: name_file(s, "evil.html"), "evil.html is not listed"),
    "a file less": (lambda s: s["files"].pop("findings.json"), "findings.json is missing"),
    "no base64": (lambda s: s["files"].update({"report.html": "?"}), "base64"),
    "no manifest": (lambda s: s["files"].pop("manifest.json"), "missing or damaged"),
    "no files": (lambda s: s.pop("files"), "files"),
    "no outcome": (lambda s: s.pop("outcome"), "outcome"),
    "an outcome that is none": (lambda s: s.update(outcome=["published"]), "no report of this"),
    "a failure with files of a path": (
        lambda s: (
            s["outcome"].update(status="failed", kept="/x/20261126T102640065Z-ee108e20"),
            name_file(s, "../evil"),
        ),
        "a file named",
    ),
    "a failure by a name": (
        lambda s: s["outcome"].update(status="failed", kept="/x/../../evil"), "a failure named",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_no_report_of_the_question_fails_that_report_alone(
    sent: dict[str, Any], tmp_path: Path, name: str
) -> None:
    """Said, with nothing kept or written elsewhere; the batch goes on."""
    spoil, why = SPOILED[name]
    spoil(sent)
    answer = take(sent)
    assert (answer.task, answer.outcome.status) == (7, "failed")
    assert why in answer.outcome.message
    assert Archive().list_runs() == []
    assert not list(tmp_path.rglob("*evil*"))
    assert not list(Archive().folder.glob(".building-*"))


def test_what_is_no_mapping_at_all_is_no_report(no_kernel: Project) -> None:
    assert take(None).outcome.status == "failed"
    assert no_kernel.kernels == []
