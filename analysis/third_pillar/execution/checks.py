"""What must hold of a notebook before and after its run; a run is good only if shown to be."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from third_pillar.execution.documents import heading_above, is_code
from third_pillar.vocabulary.errors import ParameterFault, ReportFailed
from third_pillar.vocabulary.findings import Findings
from third_pillar.vocabulary.parameters import nearest

FINDINGS_MIME = "application/vnd.third-pillar.findings+json"


def check_accepts(notebook: Any, parameters: Mapping[str, object]) -> None:
    """Nothing, if the notebook has one `parameters` cell that names every parameter.

    Raises:
        ReportFailed: It would ignore a parameter (papermill only warns).
    """
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise ReportFailed(
            f"the notebook has {len(tagged)} cells tagged `parameters`; it needs exactly one",
            hint="Tag the cell that holds the defaults, in JupyterLab's property inspector.",
        )
    missing = sorted(set(parameters) - _assigned_names(tagged[0].source))
    if missing:
        raise ReportFailed(
            f"the notebook's parameters cell does not name: {', '.join(missing)}",
            hint="Every parameter of the contract has a line there, with its default.",
        )


def refuse_unknown(notebook: Any) -> None:
    """Nothing, if what papermill was given stands in the notebook's `parameters` cell.

    papermill itself warns and runs with the default, which nobody asked for. A notebook without
    such a cell takes every name.

    Raises:
        ParameterFault: A name is not there; the nearest one is named.
    """
    given = notebook.metadata.get("papermill", {}).get("parameters") or {}
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if not given or not tagged:
        return
    valid = tuple(sorted(set().union(*(_assigned_names(cell.source) for cell in tagged))))
    unknown = [name for name in given if name not in valid]
    if unknown:
        said = " ".join(
            f"{name!r} is not in the notebook's parameters cell.{nearest(name, valid)}"
            for name in unknown
        )
        raise ParameterFault(
            f"{said} It names: {', '.join(valid)}",
            hint="Nothing was run. `pillar parameters` says what each may be.",
        )


def _assigned_names(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ReportFailed(f"the notebook's parameters cell is no Python: {error}") from None
    names: set[str] = set()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def read_findings(notebook: Any, parameters: Mapping[str, object]) -> Findings:
    """The findings an executed notebook states, once it is shown to have run as asked.

    Args:
        notebook: After its run.
        parameters: What it was given.

    Raises:
        ReportFailed: A cell did not run or holds an error, there is not exactly one valid
            findings output, or the findings state other parameters than were given.
    """
    _check_every_cell_ran(notebook)
    findings = _only_findings(notebook)
    stated = _plain(findings.parameters)
    wrong = [
        f"{name}: given {value!r}, stated {stated.get(name, 'nothing')!r}"
        for name, value in _plain(parameters).items()
        if name not in stated or stated[name] != value
    ]
    if wrong:
        raise ReportFailed(
            "the findings state other parameters than the run was given: " + "; ".join(wrong),
            hint="The notebook changes or ignores a parameter after its parameters cell.",
        )
    return findings


def _check_every_cell_ran(notebook: Any) -> None:
    for index, cell in enumerate(notebook.cells):
        if not is_code(cell):
            continue
        place = f"a cell under {heading_above(notebook, index)!r}"
        if cell.get("execution_count") is None:
            raise ReportFailed(f"{place} was never run")
        for output in cell.outputs:
            if output.output_type == "error":
                raise ReportFailed(f"{place} ended with {output.ename}: {output.evalue}")


def _only_findings(notebook: Any) -> Findings:
    found = [
        output.data[FINDINGS_MIME]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if FINDINGS_MIME in output.get("data", {})
    ]
    if len(found) != 1:
        raise ReportFailed(
            f"the notebook states {len(found)} findings records; a report needs exactly one",
            hint=f"One cell shows the findings as {FINDINGS_MIME}.",
        )
    try:
        return Findings.model_validate(found[0])
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors()[:5]
        )
        raise ReportFailed(f"the notebook's findings break their own schema: {said}") from None


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(dict(values), default=str))
    return plain
