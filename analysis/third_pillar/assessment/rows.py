"""One row of a table by its id, or a message that names the table."""

from __future__ import annotations

from typing import Any

from third_pillar.evidence import Evidence
from third_pillar.vocabulary.errors import MissingEvidence
from third_pillar.vocabulary.parameters import nearest

_KEYS = {"projects": "project_id", "policy_events": "event_id", "export_controls": "control_id"}


def find_product_label(evidence: Evidence, product: str) -> str:
    """A product in words, from the codelist."""
    labels = evidence.table("products").set_index("product")["label"]
    label = str(labels.get(product, product))
    # Inside a sentence a plain word starts small; a formula such as NdFeB stays.
    return label[0].lower() + label[1:] if label.split(maxsplit=1)[0][1:].islower() else label


def find_unit_words(evidence: Evidence, unit: str) -> str:
    """A unit in words, e.g. "t NdPr oxide" for t_ndpr_oxide, from the codelist."""
    units = evidence.table("units").set_index("unit")
    if unit not in units.index:
        return unit
    return str(units.loc[unit, "short"] or units.loc[unit, "label"])


def find_unit_label(evidence: Evidence, unit: str) -> str:
    """A unit as it is written behind a number, from the codelist."""
    shorts = evidence.table("units").set_index("unit")["short"]
    return str(shorts.get(unit, unit.replace("_", " ")))


def find_row(evidence: Evidence, table: str, row_id: str) -> dict[str, Any]:
    """The row of a table with this id.

    Raises:
        MissingEvidence: No such row as of the date asked; the nearest id is named.
    """
    rows = evidence.table(table)
    key = _KEYS.get(table, "figure_id")
    found = rows[rows[key] == row_id]
    if found.empty:
        near = nearest(row_id, tuple(rows[key]))
        raise MissingEvidence(
            f"{table} has no row {row_id} as of {evidence.as_of.isoformat()}.{near}"
        )
    return {str(column): value for column, value in found.iloc[0].items()}
