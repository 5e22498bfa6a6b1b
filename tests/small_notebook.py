"""Small notebooks that keep the output contract, and small projects around them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from third_pillar.execution.checks import FINDINGS_MIME
from third_pillar.vocabulary.parameters import ReportParameters

DEFAULTS = ReportParameters().model_dump(mode="json")
STATE_FINDINGS = f"""
from IPython.display import display

stated = {{name: globals()[name] for name in {list(DEFAULTS)!r}}}
display({{{FINDINGS_MIME!r}: {{
    "parameters": stated,
    "data": {{"name": "toy", "version": "1", "date": "2025-12-01", "sha256": "0",
              "as_of": as_of, "is_stale": False}},
    "bottom_line": {{"answer": "no", "reading": "breadth", "text": f"{{candidate}}: no."}},
    "key_judgements": [], "verdicts": {{}}, "metrics": [], "gaps": [],
}}}}, raw=True)
"""


def build_notebook(*sources: str, states_findings: bool = True) -> Any:
    """A notebook of the full contract: parameters, these cells under "The work", findings."""
    defaults = new_code_cell("\n".join(f"{name} = {value!r}" for name, value in DEFAULTS.items()))
    defaults.metadata["tags"] = ["parameters"]
    last = [new_code_cell(STATE_FINDINGS)] if states_findings else []
    return new_notebook(
        cells=[
            new_markdown_cell("# A small question"),
            defaults,
            new_markdown_cell("## The *work*"),
            *(new_code_cell(source) for source in sources),
            *last,
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


def write_notebook(path: Path, *sources: str, states_findings: bool = True) -> Path:
    """The notebook as a file; it replaces what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(build_notebook(*sources, states_findings=states_findings), path)
    return path


def findings_dict(**parameters: Any) -> dict[str, Any]:
    """Findings of a run that states the default parameters, changed as given."""
    return {
        "parameters": {**DEFAULTS, **parameters},
        "data": {
            "name": "toy",
            "version": "1",
            "date": "2025-12-01",
            "sha256": "0",
            "as_of": "2025-12-01",
            "is_stale": False,
        },
        "bottom_line": {"answer": "no", "reading": "breadth", "text": "No."},
        "key_judgements": [],
        "verdicts": {},
        "metrics": [],
        "gaps": [],
    }


def executed_notebook(*findings: dict[str, Any]) -> Any:
    """A notebook as it stands after a good run that states these findings."""
    notebook = build_notebook(states_findings=False)
    for content in findings:
        output = new_output("display_data", data={FINDINGS_MIME: content})
        notebook.cells.append(new_code_cell("state()", outputs=[output]))
    for number, cell in enumerate(c for c in notebook.cells if c.cell_type == "code"):
        cell.execution_count = number + 1
    return notebook


def export_plainly(notebook: Any, *, findings: Any, generated: Any, run_id: str) -> Any:
    """Stands in for the HTML export where the export is not what is tried."""
    del notebook, generated
    html = f"<!doctype html><title>{run_id}</title><p>{findings.bottom_line.text}</p>"
    return SimpleNamespace(html=html, figures=0, bundle="none")
