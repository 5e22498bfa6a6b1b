"""Metrics of annual trade, the mirror and the event study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from third_pillar.assessment.catalogue import Reading, metric
from third_pillar.assessment.event_study import (
    BEFORE,
    LATER,
    ONSET,
    SUSPENSION,
    WEIGHED,
    Destination,
    ExportStudy,
)
from third_pillar.assessment.rows import find_row
from third_pillar.assessment.trade_panel import (
    MirrorSeries,
    SupplierYear,
    describe_line,
    select_series,
)
from third_pillar.model.interruption import Change
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import CHINA
from third_pillar.vocabulary.country_words import name_in_sentence
from third_pillar.vocabulary.errors import MissingEvidence, PillarError

if TYPE_CHECKING:
    from third_pillar.assessment.results import Results

PHASE_WORDS = {
    ONSET: "the first three months of the licences",
    LATER: "the months after them",
    SUSPENSION: "the months since the suspension",
}
CONTRASTS = (LATER, SUSPENSION)


@metric
def supplier_share(results: Results, importer: str, supplier: str, line: str, year: int) -> Reading:
    """Share of one supplier in a country's imports of a customs line, in percent."""
    found = _find_year(results, importer, line, year)
    share = 100 * found.suppliers.share(supplier)
    names = (results.evidence.country_name(importer), results.evidence.country_name(supplier))
    return Reading(
        f"{names[0]}: share of {name_in_sentence(names[1])} in imports of "
        f"{describe_line(results.evidence, line)}, by {found.measured_by}{_scope(found)}",
        share, "%", found.period, "§2.2", "share",
        rests_on=found.row_ids, source_ids=found.source_ids,
    )  # fmt: skip


@metric
def import_hhi(results: Results, importer: str, line: str, year: int) -> Reading:
    """Concentration of a country's suppliers of a customs line, 0 to 1."""
    found = _find_year(results, importer, line, year)
    index = found.suppliers.concentration
    has_bounds = index.hhi_high - index.hhi_low > _SAME
    return Reading(
        f"{results.evidence.country_name(importer)}: concentration of suppliers of "
        f"{describe_line(results.evidence, line)}, by {found.measured_by}{_scope(found)}",
        index.hhi_low, "HHI, 0 to 1", found.period, "§2.2", "concentration",
        index.hhi_low if has_bounds else None, index.hhi_high if has_bounds else None,
        found.row_ids, found.source_ids,
    )  # fmt: skip


_SAME = 0.005


@metric
def dependence_criteria(results: Results, importer: str, line: str) -> Reading:
    """Criteria of the dependence test that are met in the newest year on record."""
    test = results.trade_panel.tests[importer, line]
    newest = test.result.years[-1]
    known = (newest.few_suppliers, newest.few_exporters, newest.imports_exceed)
    unknown = sum(criterion is None for criterion in known)
    return Reading(
        f"{results.evidence.country_name(importer)}: criteria of the dependence test met for "
        f"{describe_line(results.evidence, line)}",
        float(newest.count_met), "criteria", str(newest.year), "§2.4", "criteria",
        float(newest.count_met) if unknown else None,
        float(newest.count_met + unknown) if unknown else None,
        test.row_ids, test.source_ids,
    )  # fmt: skip


@metric
def mirror_weight(results: Results, exporter: str, importer: str, line: str) -> Reading:
    """Weight the importer reports over the weight the exporter reports, all years together."""
    series = find_mirror(results, exporter, importer, line)
    if series.total is None or series.total.kg_ratio is None:
        raise MissingEvidence(f"no year has both sides of {exporter} to {importer}, {line}")
    names = (results.evidence.country_name(exporter), results.evidence.country_name(importer))
    ratios = [pair.kg_ratio for pair in series.pairs if pair.kg_ratio is not None]
    return Reading(
        f"{names[0]} to {name_in_sentence(names[1])}, {describe_line(results.evidence, line)}: "
        "weight reported by the importer over that reported by the exporter, all years with both "
        "sides; the range is that of single years",
        series.total.kg_ratio, "times", series.total.exporter.period, "§2.5", "ratio",
        min(ratios), max(ratios), series.row_ids, series.source_ids,
    )  # fmt: skip


@metric
def export_change(results: Results, phase: str) -> Reading:
    """Change of China's magnet exports in a phase after the licences, in percent."""
    study = results.export_study
    change = _estimable(study, next((c for c in study.headline.changes if c.name == phase), None))
    return _read_change(
        study, phase, change,
        f"China's magnet exports in {_phase_words(phase)} against their course before",
    )  # fmt: skip


@metric
def export_contrast(results: Results, phase: str) -> Reading:
    """Change of China's magnet exports from the phase before to this one, in percent."""
    study = results.export_study
    if phase not in CONTRASTS:
        raise PillarError(f"{phase!r} has no phase before it; valid: {', '.join(CONTRASTS)}")
    found = [c for c in study.headline.contrasts if c.name.startswith(f"{phase} ")]
    change = _estimable(study, found[0] if found else None)
    return _read_change(
        study, phase, change,
        f"China's magnet exports in {_phase_words(phase)} against the phase before",
    )  # fmt: skip


@metric
def export_trend(results: Results) -> Reading:
    """Trend of China's magnet exports before the first event, in percent a month."""
    study = results.export_study
    trend = _estimable(study, study.headline.trend)
    period = f"to {study.phases[ONSET].first}, {trend.points} months on record"
    return Reading(
        "China's magnet exports: trend before the first event",
        trend.percent, "% a month", period, "§2.6", "change", trend.low, trend.high,
        study.row_ids, study.source_ids,
    )  # fmt: skip


@metric
def destination_exports(results: Results, destination: str, phase: str) -> Reading:
    """Mean of China's magnet exports to one destination in a phase, tonnes a month."""
    found = next((d for d in results.export_study.destinations if d.iso3 == destination), None)
    mean = None if found is None else _means(found).get(phase)
    if found is None or mean is None:
        raise MissingEvidence(f"no month of {phase} is on record for {destination}")
    name = name_in_sentence(results.evidence.country_name(destination))
    return Reading(
        f"China's magnet exports to {name}, mean of the "
        f"months on record {DESTINATION_WORDS[phase]}",
        mean, "t a month", DESTINATION_WORDS[phase], "§2.3", "tonnes",
        rests_on=found.row_ids, source_ids=found.source_ids,
    )  # fmt: skip


@metric
def months_of_import(results: Results, destination: str, figure_id: str) -> Reading:
    """China's monthly magnet exports on record within a year, over the imports of that year, %."""
    row = find_row(results.evidence, "magnet_demand", figure_id)
    table = results.exports.by_destination
    span = _months_of(str(row["period"]))
    months = table[(table["destination_iso3"] == destination) & table["month"].isin(span)]
    if row["country_iso3"] != destination or months.empty:
        raise MissingEvidence(f"no month of exports to {destination} lies in {row['period']}")
    name = results.evidence.country_name(destination)
    count = f"{len(months)} of 12 months" if len(months) > 1 else "one of 12 months"
    return Reading(
        f"{name}: magnets that China reports for {count}, over {row['scope']}",
        100 * float(months["value"].sum()) / float(row["value"]), "%", str(row["period"]),
        "§2.5", "share", rests_on=(*map(str, months["figure_id"]), figure_id),
        source_ids=tuple(dict.fromkeys([*map(str, months["source_id"]), str(row["source_id"])])),
    )  # fmt: skip


def find_import_counts(results: Results) -> list[str]:
    """Import figures of magnets whose year holds months that China reports, by row id."""
    rows = results.evidence.table("magnet_demand")
    counted = rows[rows["scope"].str.startswith("imports counted") & rows["value"].notna()]
    table = results.exports.by_destination
    months = set(table.loc[table["destination_iso3"] == results.candidate, "month"])
    return [
        str(row["figure_id"])
        for row in counted[counted["country_iso3"] == results.candidate].to_dict("records")
        if months & _months_of(str(row["period"]))
    ]


def _months_of(period: str) -> set[str]:
    """Months of a calendar or fiscal year; none of a period of another kind."""
    if period[:2] not in {"FY", "CY"}:
        return set()
    first, start = int(period[2:6]), 4 if period.startswith("FY") else 1
    begins = pd.Period(year=first, month=start, freq="M")
    return {str(begins + n) for n in range(12)}


DESTINATION_WORDS = {
    BEFORE: "before the first event",
    ONSET: "in the first three months of the licences",
    SUSPENSION: "since the suspension",
}


def _means(found: Destination) -> dict[str, float | None]:
    return {
        BEFORE: found.mean_before,
        ONSET: found.mean_onset,
        SUSPENSION: found.mean_latest,
    }


def find_mirror(results: Results, exporter: str, importer: str, line: str) -> MirrorSeries:
    """Both sides of one flow.

    Raises:
        MissingEvidence: It is not on record from both sides.
    """
    for series in results.trade_panel.mirrors:
        if (series.exporter, series.importer, f"HS4-{series.heading}") == (
            exporter,
            importer,
            line,
        ):
            return series
    raise MissingEvidence(f"{exporter} to {importer}, {line}: not on record from both sides")


def list_flow_expressions(results: Results) -> list[str]:
    """The numbers of the trade page."""
    panel = results.trade_panel
    chosen = select_newest(results)
    return [
        *(
            f"supplier_share({one.importer}, {CHINA}, {one.line}, {one.year})"
            for one in chosen
        ),
        *(f"import_hhi({one.importer}, {one.line}, {one.year})" for one in chosen),
        *(f"dependence_criteria({t.importer}, {t.line})" for t in panel.tests.values()),
        *(
            f"mirror_weight({m.exporter}, {m.importer}, HS4-{m.heading})"
            for m in panel.mirrors
        ),
        *(f"export_change({phase})" for phase in PHASE_WORDS),
        *(f"export_contrast({phase})" for phase in CONTRASTS),
        "export_trend()",
        *(f"destination_exports(USA, {phase})" for phase in DESTINATION_WORDS),
        *(f"months_of_import({results.candidate}, {row})" for row in find_import_counts(results)),
    ]  # fmt: skip


def select_newest(results: Results) -> list[SupplierYear]:
    """Of each importer and line the newest year, by value where it is on record."""
    years = results.trade_panel.years
    lines = dict.fromkeys((importer, line) for importer, line, _ in years)
    return [select_series(years, importer, line)[-1] for importer, line in lines]


def _find_year(results: Results, importer: str, line: str, year: int) -> SupplierYear:
    for one in select_series(results.trade_panel.years, importer, line):
        if one.year == year:
            return one
    raise MissingEvidence(f"trade_annual has no suppliers of {importer}, {line} in {year}")


def _scope(found: SupplierYear) -> str:
    if found.suppliers.is_of_world:
        return ""
    return f", among the {counted(len(found.suppliers.shares), 'partner')} on record"


def _phase_words(phase: str) -> str:
    if phase not in PHASE_WORDS:
        raise PillarError(f"{phase!r} is no phase; valid: {', '.join(PHASE_WORDS)}")
    return PHASE_WORDS[phase]


def _estimable(study: ExportStudy, change: Change | None) -> Change:
    if change is None or not change.is_estimable:
        points = study.headline.reason or f"{change.points if change else 0} points in the phase"
        raise MissingEvidence(f"not estimable: {points}")
    return change


def _read_change(study: ExportStudy, phase: str, change: Change, label: str) -> Reading:
    months = study.phases[phase]
    return Reading(
        label, change.percent, "%", f"{months.first} to {months.last}", "§2.6", "change",
        change.low, change.high, study.row_ids, study.source_ids,
        specification=f"{WEIGHED}, level and trend; {change.points} months in the phase, "
        f"{study.headline.points_before} before",
    )  # fmt: skip
