"""The JSON Schemas in docs/schemas are those of the types."""

import json
import os
from pathlib import Path

import pytest

from third_pillar.execution.matrix import Matrix
from third_pillar.vocabulary.changes import Changes
from third_pillar.vocabulary.findings import Findings
from third_pillar.vocabulary.parameters import ReportParameters
from third_pillar.vocabulary.schedule import Schedule

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
TYPES = {
    "changes": Changes,
    "findings": Findings,
    "matrix": Matrix,
    "parameters": ReportParameters,
    "schedule": Schedule,
}


@pytest.mark.parametrize("name", TYPES)
def test_a_schema_in_the_docs_is_generated_from_its_type(name):
    """`PILLAR_ACCEPT_SCHEMAS=1 .venv/bin/python -m pytest tests/vocabulary` rewrites them."""
    expected = json.dumps(TYPES[name].model_json_schema(), indent=2) + "\n"
    path = SCHEMAS / f"{name}.schema.json"
    if os.environ.get("PILLAR_ACCEPT_SCHEMAS"):
        path.write_text(expected)
    assert path.read_text() == expected, "run it with PILLAR_ACCEPT_SCHEMAS=1 and read the diff"


def test_the_findings_schema_requires_what_scripts_rely_on():
    required = Findings.model_json_schema()["required"]
    assert {"parameters", "bottom_line", "verdicts", "metrics", "gaps"} <= set(required)
