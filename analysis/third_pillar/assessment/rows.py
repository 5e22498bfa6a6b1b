"""One row of a table by its id, or a message that names the table."""

from __future__ import annotations

from third_pillar.evidence import Evidence, Row
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.parameters import nearest

_KEYS = {
    "export_controls": "control_id",
    "policy_events": "event_id",
    "products": "product",
    "projects": "project_id",
    "units": "unit",
}


def find_product_label(evidence: Evidence, product: str) -> str:
    """A product in words, from the codelist."""
    row = _index(evidence, "products").get(product)
    label = product if row is None else str(row["label"])
    # Inside a sentence a plain word starts small; a formula such as NdFeB stays.
    return label[0].lower() + label[1:] if label.split(maxsplit=1)[0][1:].islower() else label


def find_unit_words(evidence: Evidence, unit: str) -> str:
    """A unit in words, e.g. "t NdPr oxide" for t_ndpr_oxide, from the codelist."""
    row = _index(evidence, "units").get(unit)
    return unit if row is None else str(row["short"] or row["label"])


def find_unit_label(evidence: Evidence, unit: str) -> str:
    """A unit as it is written behind a number, from the codelist."""
    row = _index(evidence, "units").get(unit)
    return unit.replace("_", " ") if row is None else str(row["short"])


def find_row(evidence: Evidence, table: str, row_id: str) -> Row:
    """The row of a table with this id; only to be read.

    Raises:
        MissingEvidence: No such row as of the date asked; the nearest id is named.
    """
    rows = _index(evidence, table)
    if row_id not in rows:
        near = nearest(row_id, tuple(rows))
        raise MissingEvidence(
            f"{table} has no row {row_id} as of {evidence.as_of.isoformat()}.{near}"
        )
    return rows[row_id]


def _index(evidence: Evidence, table: str) -> dict[str, Row]:
    """Id → row; of rows with one id the first."""
    key = _KEYS.get(table, "figure_id")
    return {str(row[key]): row for row in reversed(evidence.rows(table))}
