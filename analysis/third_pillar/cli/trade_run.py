"""What `pillar trade …` does: builds the store, asks it, applies the dependence test."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from third_pillar.cli.answer import answer_json, say, warn
from third_pillar.evidence.bulk_query import (
    FlowQuery,
    FlowRow,
    NumericCodes,
    query_flows,
    read_dependence_flows,
    read_numeric_codes,
    read_store_years,
    store_folder,
    store_source,
)
from third_pillar.evidence.bulk_reading import file_source
from third_pillar.evidence.bulk_trade import RECORD, Counts, build_trade_store
from third_pillar.evidence.files import refuse_folder
from third_pillar.evidence.spreadsheet import write_table
from third_pillar.model.dependence import compute_supplier_shares
from third_pillar.model.geodep import YEARS_SEEN, CriteriaYear, GeoDep, TradeYear, apply_geodep
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import MissingEvidence, ParameterFault

_COUNTRY_GROUPS = ("exporter", "importer")


def build_store(
    files: list[str], out: str | None, memory: int, *, quiet: bool, as_json: bool
) -> int:
    """Exit code after the store is built; progress on stderr, the counts on stdout."""
    folder = store_folder() if out is None else Path(out)
    report = build_trade_store(
        [Path(name) for name in files],
        folder,
        memory_mb=memory,
        say=(lambda _: None) if quiet or as_json else warn,
    )
    if as_json:
        answer_json({"status": "built", **asdict(report)})
        return 0
    years = ", ".join(map(str, report.years))
    say(f"Built {report.store} in {report.seconds:.0f} s: {report.counts.kept:,} flows of {years}.")
    for line in _count_lines(report.counts):
        say(f"  {line}")
    return 0


def _count_lines(counts: Counts) -> list[str]:
    """What was mended, left without a weight, or left out; nothing where all was well."""
    told = (
        (counts.rejected, "line", " left out: too few or too many cells, or an open quote"),
        (counts.unusable, "line", " left out: year, country, code or value missing or no number"),
        (counts.weight_missing, "flow", " without a weight (blank or NA)"),
        (
            counts.weight_malformed,
            "flow",
            " whose weight is no number or negative: kept without it",
        ),
        (counts.padded, "flow", " with blanks around a number, read all the same"),
        (counts.zeros_restored, "flow", " whose code had lost its leading zeros, restored"),
    )
    lines = []
    for count, noun, words in told:
        number, _, named = counted(count, noun).partition(" ")
        if count:
            lines.append(f"{number:>12} {named}{words}")
    return lines


def ask_store(
    asked: Mapping[str, str], table: str | None, store: str | None, *, as_csv: bool, as_json: bool
) -> int:
    """Exit code after the answer is printed as words, CSV or JSON."""
    if as_csv and as_json:
        raise ParameterFault("--csv and --json: choose one")
    codes = read_numeric_codes()
    query = FlowQuery(
        _list(asked["hs"]),
        _numbers(codes, asked["importer"]),
        _numbers(codes, asked["exporter"]),
        _years(asked["year"]),
        asked["by"],
    )
    source = store_source(_folder(store)) if table is None else file_source(_file(table))
    rows = query_flows(source, query)
    if not rows:
        raise MissingEvidence(
            f"no flow of {', '.join(query.products)} under these conditions",
            hint=_what_there_is(table, store),
        )
    total = sum(row.thousand_usd for row in rows)
    answers = [_answer(row, query.by, codes, total) for row in rows]
    if as_json:
        answer_json({"status": "answered", "query": dict(asked), "rows": answers})
    elif as_csv:
        sys.stdout.write(write_table(tuple(answers[0]), [tuple(a.values()) for a in answers]))
    else:
        _print_table(answers, query)
    return 0


def _answer(row: FlowRow, by: str, codes: NumericCodes, total: float) -> dict[str, Any]:
    name: int | str = codes.name(row.group) if by in _COUNTRY_GROUPS else row.group
    if by == "year":
        name = int(row.group)
    whole = row.tonnes if row.unweighed == 0 else None
    return {
        by: name,
        "value_usd": round(row.thousand_usd * 1000),
        "share_pct": round(100 * row.thousand_usd / total, 2) if total else None,
        "tonnes": None if row.tonnes is None else round(row.tonnes, 3),
        "usd_per_kg": round(row.thousand_usd / whole, 2) if whole else None,
        "flows": row.flows,
        "flows_without_weight": row.unweighed,
    }


def _print_table(answers: list[dict[str, Any]], query: FlowQuery) -> None:
    say(f"HS {', '.join(query.products)} by {query.by}; values FOB, nominal dollars")
    say(f"{query.by:<12}{'USD m':>14}{'share':>9}{'tonnes':>15}{'USD/kg':>10}")
    for one in answers:
        tonnes = "not known" if one["tonnes"] is None else f"{one['tonnes']:,.1f}"
        mark = "*" if one["flows_without_weight"] else " "
        unit = "" if one["usd_per_kg"] is None else f"{one['usd_per_kg']:,.2f}"
        share = "" if one["share_pct"] is None else f"{one['share_pct']:.1f} %"
        say(
            f"{one[query.by]!s:<12}{one['value_usd'] / 1e6:>14,.3f}{share:>9}"
            f"{tonnes:>14}{mark}{unit:>10}"
        )
    missing = sum(one["flows_without_weight"] for one in answers)
    if missing:
        flows = sum(one["flows"] for one in answers)
        say(f"* {missing:,} of {flows:,} flows have no weight on record: tonnes are too low there.")


def _what_there_is(table: str | None, store: str | None) -> str:
    if table is not None:
        return "Is the code of the file's revision, and the country in it?"
    years = read_store_years(_folder(store))
    return f"The store has {years[0]} to {years[-1]}{_revision(_folder(store))}."


def _revision(folder: Path) -> str:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return f", codes of {record['revision']}" if record.get("revision") else ""


def apply_test(hs: str, importer: str, store: str | None, *, as_json: bool) -> int:
    """Exit code after the test is printed criterion by criterion."""
    codes, folder = read_numeric_codes(), _folder(store)
    products = FlowQuery(_list(hs)).products
    numbers = codes.numbers(importer)
    years = read_store_years(folder)[-YEARS_SEEN:]
    judged = []
    for one in read_dependence_flows(
        store_source(folder), products=products, importer=numbers, years=years
    ):
        if not one.suppliers or not one.world:
            continue
        bought = compute_supplier_shares(one.suppliers, total=sum(one.suppliers.values()))
        sold = compute_supplier_shares(one.world, total=sum(one.world.values()))
        judged.append(
            TradeYear(
                one.year,
                (bought.concentration.hhi_low, bought.concentration.hhi_low),
                (sold.concentration.hhi_low, sold.concentration.hhi_low),
                sum(one.suppliers.values()),
                one.exports,
            )
        )
    if not judged:
        raise MissingEvidence(f"{importer.upper()} buys none of {', '.join(products)} in the store")
    result = apply_geodep(judged)
    if as_json:
        facts = [_year_facts(flows, y) for flows, y in zip(judged, result.years, strict=True)]
        told = {"importer": importer.upper(), "hs": list(products), "years": facts}
        answer_json({"status": "answered", "is_dependent": result.is_dependent, **told})
        return 0
    _print_test(importer.upper(), products, judged, result)
    return 0


def _year_facts(flows: TradeYear, year: CriteriaYear) -> dict[str, Any]:
    assert flows.import_hhi is not None  # noqa: S101  the store knows both
    assert flows.world_hhi is not None  # noqa: S101
    return {
        "year": year.year,
        "import_hhi": round(flows.import_hhi[0], 4),
        "few_suppliers": year.few_suppliers,
        "world_export_hhi": round(flows.world_hhi[0], 4),
        "few_exporters": year.few_exporters,
        "imports_usd": round((flows.imports or 0.0) * 1000),
        "exports_usd": round((flows.exports or 0.0) * 1000),
        "imports_exceed": year.imports_exceed,
    }


def _print_test(
    importer: str, products: tuple[str, ...], judged: list[TradeYear], result: GeoDep
) -> None:
    words = {True: "depends on imports", False: "does not depend on imports"}
    verdict = (
        "cannot be told: fewer than three years are in the store"
        if result.is_dependent is None
        else words[result.is_dependent]
    )
    say(f"{importer}, HS {', '.join(products)}: {verdict} by the test of CEPII GeoDep")
    say(f"{'year':<6}{'imports HHI':>13}{'world HHI':>12}{'imports over exports':>22}")
    for flows, year in zip(judged, result.years, strict=True):
        facts = _year_facts(flows, year)
        ratio = (flows.imports or 0.0) / flows.exports if flows.exports else float("inf")
        shown = "no exports" if ratio == float("inf") else f"{ratio:,.1f}"
        say(
            f"{year.year:<6}{facts['import_hhi']:>11.3f}{_mark(value=year.few_suppliers)}"
            f"{facts['world_export_hhi']:>10.3f}{_mark(value=year.few_exporters)}"
            f"{shown:>20}{_mark(value=year.imports_exceed)}"
        )
    say("+ above the threshold (0.4; 0.4; 1). Dependent: all three in two of three years.")
    say("Shares are of countries, not of firms.")


def _mark(*, value: bool | None) -> str:
    return " +" if value else "  "


def _folder(store: str | None) -> Path:
    return store_folder() if store is None else Path(store)


def _file(table: str) -> Path:
    path = Path(table)
    refuse_folder(path, wanted="one table", pattern="*.*")
    if not path.is_file():
        raise ParameterFault(f"{table}: no such file")
    return path


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _numbers(codes: NumericCodes, text: str) -> tuple[int, ...]:
    return tuple(number for name in _list(text) for number in codes.numbers(name))


def _years(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    match = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", text.strip())
    if match is None:
        raise ParameterFault(f"year = {text!r}: write 2023, or 2019-2023")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise ParameterFault(f"year = {text!r}: {last} is before {first}")
    return first, last
