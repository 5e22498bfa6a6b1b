"""Who depends on China, by importer and product."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.rows import find_product_label, find_row
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, number, paragraph
from third_pillar.briefing.words import country, sentence_start, sources_note
from third_pillar.figures.dependence import draw_import_shares
from third_pillar.vocabulary.amounts import keep_apart
from third_pillar.vocabulary.codes import STAGES
from third_pillar.vocabulary.errors import MissingEvidence

_TARGET_ROW = "G7-DEPENDENCE-TARGET"
_SHOWN = 12


def compose_dependence(case: Case) -> Fragment:
    """Import dependence of the candidate and the pillars, and the concentration behind it."""
    said = [_importer(case, row) for row in _rows(case) if _is_concerned(case, row)]
    return fragment(
        paragraph(*said),
        paragraph(*_reliance(case)),
        paragraph(*_concentration(case)),
        paragraph(
            "Shares by weight and by value differ, and lines that hold ferrite or alnico beside "
            "rare-earth magnets overstate the tonnage of rare-earth magnets; the lines are kept "
            "apart."
        ),
    )


def _rows(case: Case) -> list[dict[str, Any]]:
    ordered = case.results.imports_from_china().sort_values("value", ascending=False, kind="stable")
    return [{str(k): v for k, v in row.items()} for row in ordered.to_dict("records")]


def _is_concerned(case: Case, row: dict[str, Any]) -> bool:
    return row["importer_iso3"] in {case.results.candidate, *case.results.pillars}


def _importer(case: Case, row: dict[str, Any]) -> Markup:
    metric = case.find_metric(f"import_share({row['figure_id']})")
    measured = "" if row["measured_by"] == "unstated" else f", by {row['measured_by']}"
    return Markup("{} took {} of its imports of {} from China ({}{}).").format(
        sentence_start(country(case, str(row["importer_iso3"]))),
        number(metric, limits=find_limits(case)),
        _product(case, row),
        row["period"],
        measured,
    )


def _product(case: Case, row: dict[str, Any]) -> str:
    return find_product_label(case.results.evidence, str(row["product"]))


def _reliance(case: Case) -> list[Markup]:
    said = []
    for iso3 in dict.fromkeys((case.results.candidate, *case.results.pillars)):
        metric = case.find_metric(f"net_import_reliance({iso3})")
        if metric is not None:
            said.append(
                Markup(
                    "Net import reliance of {} for compounds and metals was {} in {}, not counting "
                    "what comes in inside magnets and motors."
                ).format(country(case, iso3), number(metric), metric.period)
            )
    return said


def _concentration(case: Case) -> list[Markup]:
    said = []
    for stage in STAGES:
        metric = case.find_metric(f"stage_hhi({stage})")
        if metric is not None and isinstance(metric.value, float):
            said.append(
                Markup("{} {} (as concentrated as {:.1f} equal countries)").format(
                    stage.value, number(metric, unit=False), 1 / metric.value
                )
            )
    if not said:
        return []
    return [
        Markup(
            "Concentration of world supply by country, Herfindahl–Hirschman index from 0 to 1: {}."
        ).format(Markup("; ").join(said)),
        Markup("Bands made for firms in merger control do not apply to countries."),
    ]


def show_import_shares(case: Case) -> Exhibit:
    """China's share in imports by importer and product."""
    rows = _rows(case)[:_SHOWN]
    names = [
        f"{sentence_start(case.results.evidence.country_name(str(row['importer_iso3'])))}: "
        f"{_product(case, row)}, {row['period']}"
        for row in rows
    ]
    labels = [_wrap(name) for name in names]
    target = find_target(case)
    sources = tuple(dict.fromkeys(str(row["source_id"]) for row in rows))
    return Exhibit(
        id="fig-import-shares",
        title=_title(rows, target),
        note=Markup(
            "Percent of imports that come from China; by weight, by value or not stated, as the "
            "table says; periods differ. {}"
        ).format(sources_note(case, sources)),
        alt="; ".join(
            f"{name}: {_percent(float(row['value']), target)} percent"
            for name, row in zip(names, rows, strict=True)
        )
        + ".",
        figure=draw_import_shares(
            labels,
            [float(row["value"]) for row in rows],
            threshold=target,
            threshold_label="" if target is None else f"G7 aim for 2030: {target:.0f} %",
        ),
        columns=("Importer and product", "From China, %", "Measured by", "Period"),
        rows=[
            (name, float(row["value"]), str(row["measured_by"]), str(row["period"]))
            for name, row in zip(names, rows, strict=True)
        ],
        source_ids=sources,
    )


def _percent(share: float, target: float | None) -> str:
    return keep_apart(f"{share:.0f}", share, () if target is None else (target,))


def find_limits(case: Case) -> tuple[float, ...]:
    """What a share of imports is held against, so that rounding does not move it across."""
    target = find_target(case)
    return () if target is None else (target,)


def find_target(case: Case) -> float | None:
    """The G7's aim in percent, or nothing before it was known."""
    try:
        return float(find_row(case.results.evidence, "national_programmes", _TARGET_ROW)["value"])
    except MissingEvidence:
        return None


def _title(rows: list[dict[str, Any]], target: float | None) -> str:
    if target is None:
        largest = rows[0]
        return f"China's share reaches {float(largest['value']):.0f} % in published import figures"
    over = sum(float(row["value"]) > target for row in rows)
    return (
        f"China's share exceeds {target:.0f} % in {over} of {len(rows)} published import figures, "
        "the dependence the G7 aims to end by 2030"
    )


def _wrap(name: str) -> str:
    importer, _, rest = name.partition(": ")
    return f"<b>{importer}</b><br>{rest}"
