"""The JSON Schemas in docs/schemas are those of the types."""

import json
import os
from pathlib import Path

import jsonschema
import pytest
import yaml

from third_pillar.execution.matrix import Matrix
from third_pillar.execution.profiles import Profile
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
    "profile": Profile,
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


ROOT = SCHEMAS.parents[1]
FILES = [
    *((path, "matrix") for path in sorted((ROOT / "reports/matrices").glob("*.yml"))),
    *((path, "profile") for path in sorted((ROOT / "reports/profiles").glob("*.yml"))),
    (ROOT / "reports/schedule.yml", "schedule"),
]


@pytest.mark.parametrize(("path", "name"), FILES, ids=lambda one: getattr(one, "name", one))
def test_a_file_names_its_schema_as_editors_read_it_and_keeps_it(path, name):
    """The YAML language server follows the first line; dates are text to a schema."""
    first, *_ = path.read_text(encoding="utf-8").splitlines()
    said = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / said).resolve() == SCHEMAS / f"{name}.schema.json"
    loaded = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
    jsonschema.validate(loaded, read_schema(name), cls=jsonschema.Draft202012Validator)


def read_schema(name):
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("matrix", {"title": "x", "grid": {"candidat": ["IND"]}}),
        ("matrix", {"title": "x", "grid": {"candidate": "IND"}}),
        ("matrix", {"title": "x", "grids": {}}),
        ("matrix", {"title": "x", "include": [{"prfile": "full"}]}),
        ("matrix", {"grid": {}}),
        ("profile", {"title": "x", "notebook": "n.ipynb", "name": "x"}),
        ("profile", {"title": "x", "notebook": "n.ipynb", "parameters": {"drws": 1}}),
        ("profile", {"title": "x", "notebook": "n.ipynb", "publish": "yes"}),
        ("schedule", {"entries": {"a": {"cron": "* * * * *", "parameters": {"asof": "slot"}}}}),
        ("schedule", {"entries": {"a": {"cron": "* * * * *", "own_figures": "yes"}}}),
    ],
)
def test_an_editor_marks_what_the_kit_refuses(name, content):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, read_schema(name), cls=jsonschema.Draft202012Validator)
