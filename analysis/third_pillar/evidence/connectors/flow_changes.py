"""What new flows change against flows on record, in words with old, new and size."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from third_pillar.evidence.connectors.candidates import ADDED, ORDER, REVISED, UNCHANGED, Change
from third_pillar.evidence.connectors.flows import COLUMNS, KEY
from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.reading import Row, read_table
from third_pillar.evidence.rules import read_number

_MEASURED = ("value", "net_kg", "quantity")
_MONTHLY, _ANNUAL = "trade_monthly", "trade_annual"
_ANNUAL_KEY = (
    "reporter_iso3",
    "partner_iso3",
    "flow",
    "system",
    "code",
    "year",
    "period_type",
    "unit_bucket",
)
_PLAIN_FLOW = {"import for consumption": "import", "domestic export": "export"}
_BUCKETS = {
    **dict.fromkeys(("kilograms", "kg", "kgs", "metric tons", "100 kg"), "kg"),
    "number": "number",
    "no units collected": "none_collected",
}
_ROUNDED = 0.5


def read_flows(path: Path) -> pd.DataFrame:
    """The flows of a proposal's rows.csv, typed as they were."""
    return pd.read_csv(path, dtype=COLUMNS, keep_default_na=False, na_values=[""])


def compare_flows(old: pd.DataFrame, new: pd.DataFrame) -> list[Change]:
    """What changed between two readings of one question; rows no longer there are revisions."""
    before, after = _by_key(old), _by_key(new)
    changes = [_flow_change(key, before.get(key), row) for key, row in after.items()]
    for key, row in before.items():
        if key not in after:
            words = f"{_label(key)}: no longer there (was {_shown(row)})"
            changes.append(Change(REVISED, "flows", _label(key), _shown(row), "", words))
    return sorted(changes, key=lambda one: (ORDER.index(one.kind), one.key))


def compare_monthly(new: pd.DataFrame, root: Path | None) -> list[Change]:
    """China's monthly exports against the curated monthly table, in tonnes.

    The table prints whole tonnes; a weight that rounds to the same is unchanged.
    """
    rows = _curated_rows(_MONTHLY, root)
    held = {
        (row.text("destination_iso3"), row.text("hs_code"), row.text("month")): row
        for row in rows
        if row.text("exporter_iso3") == "CHN" and row.text("hs_system") == "CN"
    }
    exports = new[(new["flow"] == "export") & (new["system"] == "CN") & new["net_kg"].notna()]
    changes = []
    for flow in exports.to_dict("records"):
        place = str(flow["partner"]), str(flow["code"]), str(flow["period"])
        label, tonnes = " ".join(place), float(flow["net_kg"]) / 1000
        row = held.get(place)
        known = read_number(row.text("value")) if row else None
        if known is None:
            changes.append(
                Change(ADDED, _MONTHLY, label, "", f"{tonnes:,.1f} t", f"{label}: {tonnes:,.1f} t")
            )
            continue
        kind = UNCHANGED if abs(known - tonnes) <= _ROUNDED else REVISED
        words = f"{label}: {known:,.10g} t → {tonnes:,.1f} t{_percent(known, tonnes)}"
        changes.append(Change(kind, _MONTHLY, label, f"{known:g} t", f"{tonnes:,.1f} t", words))
    return sorted(changes, key=lambda one: (ORDER.index(one.kind), one.key))


def compare_annual(new: pd.DataFrame, root: Path | None) -> list[Change]:
    """Flows of years that the curated annual table holds too, against it.

    Values are compared in the same money and valuation only, weights in kilograms.
    """
    held = {
        tuple(row.text(name) for name in _ANNUAL_KEY): row
        for row in _curated_rows(_ANNUAL, root)
        if row.text("value") or row.text("net_kg")
    }
    changes = []
    for record in new.to_dict("records"):
        flow = {str(name): cell for name, cell in record.items()}
        row = held.get(_annual_key(flow) or ())
        moved = _moved_since(row, flow) if row else None
        if row is None or moved is None:
            continue
        figure = row.text("figure_id")
        words = "; ".join(moved) or f"as in {row.text('edition') or row.text('source_id')}"
        kind = REVISED if moved else UNCHANGED
        changes.append(Change(kind, _ANNUAL, figure, "", "", f"{figure}: {words}"))
    return sorted(changes, key=lambda one: (ORDER.index(one.kind), one.key))


def _moved_since(row: Row, flow: dict[str, Any]) -> list[str] | None:
    """What differs between a row and a flow; None where nothing can be compared."""
    is_same_money = (row.text("currency"), row.text("valuation")) == (
        str(flow["currency"]).lower(),
        str(flow["valuation"]).lower(),
    )
    names = ("value", "net_kg") if is_same_money else ("net_kg",)
    pairs = [
        (name, old, float(flow[name]))
        for name in names
        if (old := read_number(row.text(name))) is not None and not pd.isna(flow[name])
    ]
    if not pairs:
        return None
    return [f"{name} {_moved(old, now)}" for name, old, now in pairs if abs(old - now) > _ROUNDED]


def _annual_key(flow: dict[str, Any]) -> tuple[str, ...] | None:
    """Key of a flow in the annual table; a fiscal year goes by the year in which it ends."""
    period, kind = str(flow["period"]), str(flow["period_type"])
    fiscal = re.fullmatch(r"FY(\d{2})\d{2}-(\d{2})", period)
    year = f"{fiscal[1]}{fiscal[2]}" if fiscal else period
    if not re.fullmatch(r"\d{4}", year):
        return None
    names = ("reporter", "partner", "flow", "system", "code")
    said = [_PLAIN_FLOW.get(str(flow[name]), str(flow[name])) for name in names]
    bucket = "" if pd.isna(flow["unit_bucket"]) else str(flow["unit_bucket"]).lower()
    return (*said, year, kind, _BUCKETS.get(bucket, bucket))


def _curated_rows(name: str, root: Path | None) -> tuple[Row, ...]:
    found = [one for one in read_resources(root).values() if one.name == name]
    return read_table(found[0], root).rows if found else ()


def _by_key(frame: pd.DataFrame) -> dict[tuple[str, ...], dict[str, Any]]:
    return {
        tuple("" if pd.isna(row[name]) else str(row[name]) for name in KEY): {
            str(name): cell for name, cell in row.items()
        }
        for row in frame.to_dict("records")
    }


def _flow_change(key: tuple[str, ...], old: dict[str, Any] | None, new: dict[str, Any]) -> Change:
    label, shown = _label(key), _shown(new)
    if old is None:
        return Change(ADDED, "flows", label, "", shown, f"{label}: {shown}")
    moved = [name for name in _MEASURED if not _equal(old[name], new[name])]
    if not moved:
        return Change(UNCHANGED, "flows", label, shown, shown, f"{label}: {shown}")
    parts = "; ".join(f"{name} {_moved(old[name], new[name])}" for name in moved)
    return Change(REVISED, "flows", label, _shown(old), shown, f"{label}: {parts}")


def _label(key: tuple[str, ...]) -> str:
    named = dict(zip(KEY, key, strict=True))
    bucket = f" [{named['unit_bucket']}]" if named["unit_bucket"] else ""
    goods = f"{named['system']} {named['code']}"
    return (
        f"{named['reporter']} {named['flow']} {goods} {named['partner']} {named['period']}{bucket}"
    )


def _shown(row: dict[str, Any]) -> str:
    parts = []
    if not pd.isna(row["value"]):
        parts.append(f"{row['value']:,.10g} {row['currency']}")
    if not pd.isna(row["net_kg"]):
        parts.append(f"{row['net_kg']:,.10g} kg")
    return ", ".join(parts) or "no number"


def _moved(old: Any, new: Any) -> str:
    if pd.isna(old) or pd.isna(new):
        ends = ["nothing" if pd.isna(end) else f"{end:,.10g}" for end in (old, new)]
        return " → ".join(ends)
    return f"{old:,.10g} → {new:,.10g}{_percent(float(old), float(new))}"


def _percent(old: float, new: float) -> str:
    return f" ({(new / old - 1) * 100:+.1f} %)" if old else ""


def _equal(old: Any, new: Any) -> bool:
    if pd.isna(old) or pd.isna(new):
        return bool(pd.isna(old) and pd.isna(new))
    return bool(old == new)
