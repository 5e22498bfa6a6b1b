"""Promises about what a notebook must show before and after its run; no kernel needed."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_output
from papermill.translators import translate_parameters

from small_notebook import DEFAULTS, build_notebook, executed_notebook, findings_dict
from third_pillar.execution.checks import check_accepts, read_findings
from third_pillar.execution.documents import heading_above
from third_pillar.vocabulary.errors import ReportFailed


def test_a_good_run_gives_its_findings() -> None:
    """Every cell ran, one findings record, the parameters as given."""
    notebook = executed_notebook(findings_dict(candidate="BRA"))
    findings = read_findings(notebook, {**DEFAULTS, "candidate": "BRA"})
    assert findings.parameters["candidate"] == "BRA"


def test_a_cell_that_never_ran_is_a_failure() -> None:
    """A cell that papermill would call completed is found out by its missing count."""
    notebook = executed_notebook(findings_dict())
    notebook.cells[-1].execution_count = None
    with pytest.raises(ReportFailed, match="under 'The work' was never run"):
        read_findings(notebook, DEFAULTS)


def test_an_error_output_is_a_failure() -> None:
    """Even where the cell was allowed to raise."""
    notebook = executed_notebook(findings_dict())
    error = new_output("error", ename="KeyError", evalue="'x'", traceback=[])
    notebook.cells[-1].outputs.append(error)
    with pytest.raises(ReportFailed, match="KeyError"):
        read_findings(notebook, DEFAULTS)


@pytest.mark.parametrize("count", [0, 2])
def test_there_is_exactly_one_findings_record(count: int) -> None:
    """None or two are no report."""
    notebook = executed_notebook(*[findings_dict()] * count)
    with pytest.raises(ReportFailed, match=f"{count} findings records"):
        read_findings(notebook, DEFAULTS)


def test_findings_keep_their_schema() -> None:
    """An unknown key is named."""
    notebook = executed_notebook({**findings_dict(), "surprise": 1})
    with pytest.raises(ReportFailed, match="surprise"):
        read_findings(notebook, DEFAULTS)


def test_findings_state_the_parameters_that_were_given() -> None:
    """A notebook that overwrites its candidate publishes nothing."""
    notebook = executed_notebook(findings_dict())
    with pytest.raises(ReportFailed, match="candidate: given 'BRA', stated 'IND'"):
        read_findings(notebook, {**DEFAULTS, "candidate": "BRA"})


def test_a_notebook_must_name_every_parameter() -> None:
    """On its own, papermill would only warn, and the default would be published."""
    notebook = build_notebook()
    notebook.cells[1].source = "candidate: str = 'IND'\npillars = ['USA']\n"
    with pytest.raises(ReportFailed, match="draws"):
        check_accepts(notebook, DEFAULTS)
    notebook.cells[1].metadata["tags"] = []
    with pytest.raises(ReportFailed, match="0 cells tagged"):
        check_accepts(notebook, DEFAULTS)


@given(st.text() | st.integers() | st.lists(st.text()))
def test_a_parameter_is_a_value_never_code(value: object) -> None:
    """Whatever is given, the injected line is one assignment of that very literal."""
    if isinstance(value, str) and not _is_encodable(value):
        return
    source = translate_parameters("python3", "python", {"candidate": value}, "Parameters")
    (line,) = ast.parse(source).body
    assert isinstance(line, ast.Assign)
    assert ast.literal_eval(line.value) == value


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def test_a_cell_is_named_by_the_heading_above_it() -> None:
    """Marks are left out; before any heading it is the set-up."""
    notebook = build_notebook("1")
    assert heading_above(notebook, 3) == "The work"
    assert heading_above(notebook, 1) == "A small question"
    notebook.cells[0].source = "no heading"
    assert heading_above(notebook, 1) == "set-up"
