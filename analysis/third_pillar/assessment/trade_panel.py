"""Who buys from whom by customs line and year, the dependence test, and both sides of a flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from third_pillar.evidence import Evidence
from third_pillar.model.dependence import SupplierShares, compute_supplier_shares
from third_pillar.model.geodep import GeoDep, TradeYear, apply_geodep
from third_pillar.model.mirror import Mirror, Side, compare_sides, compare_totals
from third_pillar.vocabulary.codes import WORLD
from third_pillar.vocabulary.errors import MissingEvidence

VALUE, WEIGHT = "value", "weight"
_COLUMN = {VALUE: "value", WEIGHT: "net_kg"}
_NAMED_NEEDED = 10
"""Without a world total, fewer partners than this say nothing of an importer's suppliers."""

Key = tuple[str, str, str]
"""Importer, line ("HS4-2846") and measure."""


@dataclass(frozen=True)
class SupplierYear:
    """Suppliers of one importer, line and year.

    Attributes:
        importer: Its code.
        line: Customs line as system and code, e.g. "HS4-2846".
        measured_by: "value" or "weight".
        year: Calendar year, for a fiscal year the one it ends in.
        period: Its label.
        suppliers: Their shares.
        total: Imports from the world, or from the named partners, in the measure.
        row_ids: Rows behind it.
        source_ids: Their sources.
    """

    importer: str
    line: str
    measured_by: str
    year: int
    period: str
    suppliers: SupplierShares
    total: float
    row_ids: tuple[str, ...]
    source_ids: tuple[str, ...]


@dataclass(frozen=True)
class DependenceTest:
    """The dependence test of one importer and line, with the rows it rests on."""

    importer: str
    line: str
    measured_by: str
    result: GeoDep
    row_ids: tuple[str, ...]
    source_ids: tuple[str, ...]


@dataclass(frozen=True)
class MirrorSeries:
    """One flow from both sides over the years.

    Attributes:
        exporter: Country that reports the export.
        importer: Country that reports the import.
        heading: Four digits both sides file the goods under.
        pairs: One a year, oldest first.
        total: All years with both sides together, or nothing.
        row_ids: Rows behind it.
        source_ids: Their sources.
    """

    exporter: str
    importer: str
    heading: str
    pairs: tuple[Mirror, ...]
    total: Mirror | None
    row_ids: tuple[str, ...]
    source_ids: tuple[str, ...]


@dataclass(frozen=True)
class TradePanel:
    """Annual trade, assessed.

    Attributes:
        years: Importer, line and measure → its years, oldest first.
        tests: Importer and line → the dependence test; what is not on record is not known.
        mirrors: Flows that both sides report.
    """

    years: Mapping[Key, tuple[SupplierYear, ...]]
    tests: Mapping[tuple[str, str], DependenceTest]
    mirrors: tuple[MirrorSeries, ...]

    def newest(self, key: Key) -> SupplierYear:
        """The newest year of one importer and line.

        Raises:
            KeyError: Nothing on record.
        """
        return self.years[key][-1]


def assess_trade_panel(evidence: Evidence) -> TradePanel:
    """The panel of annual trade as of the day asked; empty where nothing was known yet.

    Method:
        §2.2, §2.4 and §2.5 of docs/methods.md.
    """
    return evidence.remember(("trade_annual", "hs_codes"), _assess)


def _assess(evidence: Evidence) -> TradePanel:
    table = evidence.table("trade_annual")
    table["line"] = table["system"] + "-" + table["code"]
    years = _read_years(table[table["flow"] == "import"])
    return TradePanel(
        years, _apply_tests(years, table), _read_mirrors(table, evidence.table("hs_codes"))
    )


def _read_years(imports: pd.DataFrame) -> dict[Key, tuple[SupplierYear, ...]]:
    found: dict[Key, list[SupplierYear]] = {}
    groups = imports.groupby(["reporter_iso3", "line", "year"], sort=True)
    for (importer, line, _), rows in groups:
        for measured_by in (VALUE, WEIGHT):
            one = _read_year(rows, measured_by)
            if one is not None:
                found.setdefault((str(importer), str(line), measured_by), []).append(one)
    return {key: tuple(years) for key, years in found.items()}


def _read_year(rows: pd.DataFrame, measured_by: str) -> SupplierYear | None:
    """Suppliers of one year in one measure; nothing where a part of it is missing."""
    column = _COLUMN[measured_by]
    partners = rows[rows["partner_iso3"] != WORLD]
    whole = rows.loc[rows["partner_iso3"] == WORLD, column].dropna()
    if partners[column].isna().any() or (
        whole.empty and len(set(partners["partner_iso3"])) < _NAMED_NEEDED
    ):
        return None
    flows = partners.groupby("partner_iso3")[column].sum().to_dict()
    if not flows:
        return None
    total = float(whole.iloc[0]) if len(whole) else None
    suppliers = compute_supplier_shares({str(k): float(v) for k, v in flows.items()}, total=total)
    first = rows.iloc[0]
    return SupplierYear(
        str(first["reporter_iso3"]), str(first["line"]), measured_by, int(first["year"]),
        str(first["period"]), suppliers, sum(flows.values()) if total is None else total,
        tuple(map(str, rows["figure_id"])), tuple(dict.fromkeys(map(str, rows["source_id"]))),
    )  # fmt: skip


def select_series(
    years: Mapping[Key, tuple[SupplierYear, ...]], importer: str, line: str
) -> tuple[SupplierYear, ...]:
    """Years in the measure that reaches furthest; value where both reach as far."""
    found = [years.get((importer, line, measure), ()) for measure in (VALUE, WEIGHT)]
    return max(found, key=lambda held: (held[-1].year if held else 0, held == found[0]))


def _apply_tests(
    years: Mapping[Key, tuple[SupplierYear, ...]], table: pd.DataFrame
) -> dict[tuple[str, str], DependenceTest]:
    exports = table[table["flow"] == "export"]
    found = {}
    for importer, line in dict.fromkeys((importer, line) for importer, line, _ in years):
        held = select_series(years, importer, line)
        sold = exports[(exports["reporter_iso3"] == importer) & (exports["line"] == line)]
        result = apply_geodep([_trade_year(one, sold) for one in held])
        shown = {year.year for year in result.years}
        used = [one for one in held if one.year in shown]
        rows = sold[sold["year"].isin(shown)]
        sources = [*(s for one in used for s in one.source_ids), *map(str, rows["source_id"])]
        found[importer, line] = DependenceTest(
            importer, line, held[-1].measured_by, result,
            (*(r for one in used for r in one.row_ids), *map(str, rows["figure_id"])),
            tuple(dict.fromkeys(sources)),
        )  # fmt: skip
    return found


def _trade_year(one: SupplierYear, sold: pd.DataFrame) -> TradeYear:
    index = one.suppliers.concentration
    return TradeYear(
        one.year, (index.hhi_low, index.hhi_high), imports=one.total, exports=_sold(sold, one)
    )


def _sold(sold: pd.DataFrame, one: SupplierYear) -> float | None:
    """Exports of the year, to the same partners where the imports are of named partners only."""
    column = _COLUMN[one.measured_by]
    rows = sold[(sold["year"] == one.year) & (sold["period"] == one.period)]
    whole = rows.loc[rows["partner_iso3"] == WORLD, column].dropna()
    if len(whole):
        return float(whole.iloc[0])
    named = rows[rows["partner_iso3"] != WORLD]
    if one.suppliers.is_of_world or named.empty or named[column].isna().any():
        return None
    return float(named[column].sum())


def _read_mirrors(table: pd.DataFrame, codes: pd.DataFrame) -> tuple[MirrorSeries, ...]:
    """Flows that an exporter reports by line and the importer by the heading above them.

    The heading is counted in kilograms alone, and the exporter's lines on the codelist reach
    every six digits of it; else the two sides are not of the same goods.
    """
    bought = table[(table["flow"] == "import") & (table["code_scope"] == "heading")]
    sold = table[(table["flow"] == "export") & (table["code_scope"] == "national")]
    found = []
    for (importer, exporter, code), rows in bought.groupby(
        ["reporter_iso3", "partner_iso3", "code"], sort=True
    ):
        heading = str(code)
        lines = sold[
            (sold["reporter_iso3"] == exporter)
            & (sold["partner_iso3"] == importer)
            & sold["code"].str.startswith(heading)
        ]
        systems = set(lines["system"])
        is_weighed = set(rows["unit_bucket"]) == {"kg"}
        if is_weighed and systems and all(_reaches(codes, s, heading) for s in systems):
            series = _pair_years(str(exporter), str(importer), heading, lines, rows)
            found += [series] if series.pairs else []
    return tuple(found)


def _reaches(codes: pd.DataFrame, system: str, heading: str) -> bool:
    """Whether the lines of a system reach all six digits of the heading on the codelist."""
    below = codes[codes["code"].str.startswith(heading)]
    wanted = set(below.loc[below["system"] == "HS6", "code"])
    return bool(wanted) and wanted <= set(below.loc[below["system"] == system, "code"].str[:6])


def _pair_years(
    exporter: str, importer: str, heading: str, sold: pd.DataFrame, bought: pd.DataFrame
) -> MirrorSeries:
    pairs, used = [], []
    for period, lines in sold.groupby("period", sort=True):
        begins = int(str(period)[2:6])
        other = bought[bought["year"] == begins]
        if other.empty:
            continue
        pairs.append(
            compare_sides(
                Side(str(period), _whole(lines, "value"), _whole(lines, "net_kg")),
                Side(f"CY{begins}", _whole(other, "value"), _whole(other, "net_kg")),
            )
        )
        used += [lines, other]
    rows = pd.concat(used) if used else sold.head(0)
    return MirrorSeries(
        exporter, importer, heading, tuple(pairs), compare_totals(pairs),
        tuple(map(str, rows["figure_id"])), tuple(dict.fromkeys(map(str, rows["source_id"]))),
    )  # fmt: skip


def _whole(rows: pd.DataFrame, column: str) -> float | None:
    """The sum over lines, or nothing where one that was excluded or suppressed is missing."""
    withheld = rows[(rows["withheld"] != "none") & rows[column].isna()]
    return None if len(withheld) or rows[column].isna().all() else float(rows[column].sum())


def describe_line(evidence: Evidence, line: str) -> str:
    """A customs line in words with its code, e.g. "compounds of rare-earth metals (HS4 2846)".

    Raises:
        MissingEvidence: The codelist has no such line.
    """
    lines = evidence.table("hs_codes")
    keys = lines["system"] + "-" + lines["code"]
    found = lines[keys == line]
    if found.empty:
        raise MissingEvidence(f"{line} is not a line of codelists/hs_codes.csv")
    row = found.iloc[0]
    words = str(row["description"])
    start = words[0].lower() + words[1:]
    code = "Eurostat basket" if row["code"] == "REE_PLUS" else f"{row['system']} {row['code']}"
    return f"{start} ({code})"
