"""The headline of a baseline, reviewed by eye and kept on file: numbers and verdicts, no prose.

A change of data, model or assessment that moves a headline shows here as a difference to be
read before it is accepted.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from third_pillar.assessment.case import assess
from third_pillar.assessment.results import HORIZON, NOW
from third_pillar.briefing.headline import compose_bottom_line

FOLDER = Path(__file__).parent
ACCEPT = "PILLAR_ACCEPT_GOLDEN"
SHOWN = 12
"""Differences printed; more would be a new report, not a difference."""


def _headline(candidate):
    """The findings of the baseline that a reader would quote; shares to the point."""
    case = assess(candidate=candidate)
    countries = dict.fromkeys((candidate, *case.results.pillars))
    return {
        "as_of": case.results.question.as_of.isoformat(),
        "answer": compose_bottom_line(case).answer,
        "binding_stage": {when: case.metric(f"binding_stage({when})").value for when in _WHEN},
        "breadth_stages": {
            f"{country}, {when}": case.metric(f"breadth_stages({country}, {when})").value
            for country in countries
            for when in _WHEN
        },
        "served_share_pct": {
            name.removeprefix("served_share"): round(float(metric.value))
            for name, metric in case.metrics.items()
            if name.startswith("served_share(")
        },
        "verdicts": {name: verdict.verdict.value for name, verdict in case.settled.items()},
    }


_WHEN = (NOW, HORIZON)


def _flat(tree, path=""):
    if not isinstance(tree, dict):
        return {path: tree}
    return {
        key: value
        for name, branch in tree.items()
        for key, value in _flat(branch, f"{path}/{name}" if path else str(name)).items()
    }


def _differences(kept, found):
    before, after = _flat(kept), _flat(found)
    return [
        f"{key}: on file {before.get(key, 'absent')!r}, found {after.get(key, 'absent')!r}"
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key) or (key in before) != (key in after)
    ]


@pytest.mark.parametrize("candidate", ["IND", "BRA"])
def test_the_headline_is_the_one_on_file(candidate):
    """What a reader would quote of the baseline has not moved unseen."""
    file = FOLDER / f"baseline_{candidate}.json"
    found = _headline(candidate)
    if os.environ.get(ACCEPT) == "1":
        file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    differences = _differences(json.loads(file.read_text(encoding="utf-8")), found)
    more = f"\n… and {len(differences) - SHOWN} more" if len(differences) > SHOWN else ""
    assert not differences, (
        f"{len(differences)} differences from {file.name}:\n"
        + "\n".join(differences[:SHOWN])
        + more
        + f"\nIf they are meant, accept them: {ACCEPT}=1 python -m pytest tests/golden"
    )


def test_a_difference_is_named_by_its_place():
    """What moved, what came and what went, each on its line."""
    kept = {"answer": "no", "verdicts": {"C01": "contradicted", "C02": "supported"}}
    found = {"answer": "no", "verdicts": {"C01": "supported", "C03": "opinion"}}
    assert _differences(kept, found) == [
        "verdicts/C01: on file 'contradicted', found 'supported'",
        "verdicts/C02: on file 'supported', found 'absent'",
        "verdicts/C03: on file 'absent', found 'opinion'",
    ]
    assert _differences(kept, kept) == []
