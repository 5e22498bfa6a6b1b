"""The long form of trade: one row a flow, whatever the source; nothing is added up on the way.

Goods are identified by `system` and `code` together: 85051110 is rare-earth magnets in China and
the European Union and ferrite cores in India. A unit bucket is a row of its own: pieces and
kilograms of one heading are different goods and are never added. Years that run from April are
marked in `period_type` and never share an axis with calendar years unmarked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import SourceFault

COLUMNS = {
    "reporter": "string",
    "partner": "string",
    "flow": "string",
    "system": "string",
    "code": "string",
    "code_scope": "string",
    "period": "string",
    "period_type": "string",
    "value": "Float64",
    "currency": "string",
    "valuation": "string",
    "net_kg": "Float64",
    "kg_estimated": "boolean",
    "quantity": "Float64",
    "unit_bucket": "string",
    "suppressed": "boolean",
    "source_id": "string",
    "note": "string",
}
"""Column to type. `reporter` declares the flow with `partner`; both are ISO 3166-1 alpha-3, WLD
(world), OTH (not specified), or the publisher's name in braces where it is not known here.
`value` is in `currency`, `net_kg` in kilograms, `quantity` in the unit that `unit_bucket` names;
missing is missing, never zero."""

KEY = (
    "reporter",
    "partner",
    "flow",
    "system",
    "code",
    "period",
    "period_type",
    "unit_bucket",
    "currency",
    "valuation",
)
CLOSED: Mapping[str, frozenset[str]] = {
    "flow": frozenset(
        {
            "import",
            "export",
            "re-import",
            "re-export",
            "domestic export",
            "foreign export",
            "import for consumption",
        }
    ),
    "system": frozenset({"HS2", "HS4", "HS6", "CN", "EU-CN8", "IN-ITC", "US-HTS8", "US-HTS10"}),
    "code_scope": frozenset({"basket", "hs6", "national"}),
    "period_type": frozenset(
        {"calendar_year", "month", "fiscal_year_apr_mar", "year_to_date", "several_months"}
    ),
    "valuation": frozenset({"CIF", "FOB", "FAS", "customs", "not stated"}),
}
_HS6 = 6
_SHOWN = 5


def make_flows(rows: Iterable[Mapping[str, Any]], *, source_id: str, place: str) -> pd.DataFrame:
    """The rows as one typed frame, sorted by key; columns not given are missing.

    Args:
        rows: Cells by column name; `code_scope` follows from the code.
        source_id: Written into every row.
        place: What to call the payload in a message.

    Raises:
        SourceFault: A word is outside its closed list, or two rows say the same thing.
    """
    made = [{**row, "code_scope": code_scope(row["code"]), "source_id": source_id} for row in rows]
    frame = pd.DataFrame(made, columns=list(COLUMNS)).astype(COLUMNS)
    for name, valid in CLOSED.items():
        strange = sorted(set(frame[name].dropna()) - valid)
        if strange:
            raise SourceFault(
                f"{place}: {name} {strange[0]!r} is not known here",
                hint=f"Valid: {', '.join(sorted(valid))}.",
            )
    _refuse_doubles(frame, place)
    return frame.sort_values(list(KEY), ignore_index=True, na_position="first")


def system_of(code: str, national: str) -> str:
    """The issuer of a code: the Harmonized System down to six digits, then the country's own."""
    return f"HS{len(code)}" if len(code) <= _HS6 else national


def code_scope(code: str) -> str:
    """The scope of a code: "basket" above six digits, "hs6" at six, "national" below them."""
    if len(code) == _HS6:
        return "hs6"
    return "basket" if len(code) < _HS6 else "national"


def explain_flows(flows: pd.DataFrame) -> str:
    """As what the rows were taken, in words: flow, codes, periods, money, weights."""
    kinds = ", ".join(sorted(flows["flow"].unique()))
    systems = flows.groupby("system")["code"].unique()
    goods = "; ".join(f"{name} {_few(sorted(codes))}" for name, codes in systems.items())
    spans = [
        f"{str(kind).replace('_', ' ')} {_span(sorted(periods))}"
        for kind, periods in flows.groupby("period_type")["period"].unique().items()
    ]
    money = ", ".join(sorted((flows["currency"] + " " + flows["valuation"]).unique()))
    weighed = int(flows["net_kg"].notna().sum())
    return (
        f"{counted(len(flows), 'row')} taken as {kinds} of {goods}, by {'; '.join(spans)}, "
        f"values in {money}; {weighed:,} with a weight"
    )


def _few(words: Sequence[str]) -> str:
    shown = ", ".join(words[:_SHOWN])
    return shown if len(words) <= _SHOWN else f"{shown} and {len(words) - _SHOWN} more"


def _span(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{words[0]} to {words[-1]}"


def _refuse_doubles(frame: pd.DataFrame, place: str) -> None:
    twice = frame[frame.duplicated(list(KEY), keep=False)]
    if twice.empty:
        return
    first: Sequence[Any] = twice.iloc[0][list(KEY)].fillna("").tolist()
    words = ", ".join(str(cell) for cell in first if str(cell))
    raise SourceFault(
        f"{place}: {len(twice)} rows say the same thing twice, such as {words}",
        hint="Rows that repeat would be counted twice; look into the file before using it.",
    )
