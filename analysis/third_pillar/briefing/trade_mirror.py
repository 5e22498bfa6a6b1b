"""The same flow as exporter and importer report it."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.metrics_flows import find_import_counts
from third_pillar.assessment.trade_panel import MirrorSeries
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, number, paragraph, span
from third_pillar.briefing.network import find_number
from third_pillar.briefing.numbers import phrase_count, phrase_list
from third_pillar.briefing.words import candidate, country, sentence_start, sources_note
from third_pillar.figures.trade import (
    RatioLine,
    draw_mirror_ratios,
)
from third_pillar.vocabulary.codes import CHINA


def show_mirror_ratios(case: Case) -> Exhibit | Fragment:
    """What the importer reports over what the exporter reports, by year."""
    mirrors = case.results.trade_panel.mirrors
    if not mirrors:
        return fragment(paragraph("No flow was on record from both sides on the day asked."))
    roles = {CHINA: "china", case.results.candidate: "candidate"}
    lines = [
        RatioLine(
            sentence_start(_flow_name(case, mirror)),
            roles.get(
                mirror.importer, "pillars" if mirror.importer in case.results.pillars else "rest"
            ),
            [pair.importer.period[2:] for pair in mirror.pairs],
            [pair.kg_ratio for pair in mirror.pairs],
        )
        for mirror in mirrors
    ]
    sources = tuple(dict.fromkeys(s for mirror in mirrors for s in mirror.source_ids))
    return Exhibit(
        id="fig-mirror",
        title=_mirror_title(case, mirrors),
        note=Markup(
            "Weight that the importer reports for a calendar year over the weight that the "
            "exporter reports for the fiscal year (April to March) beginning in it, heading 2846, "
            "log scale; nine months are common. A year with a figure left out has no dot. {}"
        ).format(sources_note(case, sources)),
        alt="; ".join(
            f"{line.name}: "
            + ", ".join(
                f"{year} {ratio:.2f}" if ratio is not None else f"{year} none"
                for year, ratio in zip(line.years, line.ratios, strict=True)
            )
            for line in lines
        )
        + ".",
        figure=draw_mirror_ratios(lines, axis="tonnes, importer over exporter"),
        columns=(
            "Flow", "Exporter's year", "Exporter, t", "Importer's year", "Importer, t",
            "Weight ratio", "Exporter, USD m (FOB)", "Importer, USD m", "Value ratio",
        ),
        rows=[
            (
                _flow_name(case, mirror), pair.exporter.period, _tonnes(pair.exporter.kg),
                pair.importer.period, _tonnes(pair.importer.kg), _ratio(pair.kg_ratio),
                _millions(pair.exporter.usd), _millions(pair.importer.usd),
                _ratio(pair.value_ratio),
            )
            for mirror in mirrors
            for pair in mirror.pairs
        ],
        source_ids=sources,
    )  # fmt: skip


def _flow_name(case: Case, mirror: MirrorSeries) -> str:
    return " to ".join(country(case, iso3) for iso3 in (mirror.exporter, mirror.importer))


def _tonnes(kg: float | None) -> float | str:
    return "left out" if kg is None else round(kg / 1000, 1)


def _millions(usd: float | None) -> float | str:
    return "left out" if usd is None else round(usd / 1e6, 2)


def _ratio(value: float | None) -> float | str:
    return "none" if value is None else round(value, 2)


def _mirror_title(case: Case, mirrors: tuple[MirrorSeries, ...]) -> str:
    close = [m for m in mirrors if m.total and m.total.kg_ratio and _is_close(m)]
    far = [m for m in mirrors if m not in close]
    if close and far:
        return (
            f"Wherever both are on record, both sides agree within a third on the flow from "
            f"{_flow_name(case, close[0])}, and not on that from {_flow_name(case, far[0])}"
        )
    if close:
        return "Both sides of every flow on record agree within a third"
    return "On no flow on record do both sides agree within a third"


_THIRD = 4 / 3


def _is_close(mirror: MirrorSeries) -> bool:
    ratios = [pair.kg_ratio for pair in mirror.pairs if pair.kg_ratio is not None]
    return all(1 / _THIRD <= ratio <= _THIRD for ratio in ratios)


def compose_mirror(case: Case) -> Fragment:
    """Both sides in words: all years together, how values differ, what it means."""
    mirrors = case.results.trade_panel.mirrors
    if not mirrors:
        return fragment(paragraph("Without both sides of a flow nothing can be compared."))
    said = []
    for mirror in mirrors:
        metric = find_number(
            case, f"mirror_weight({mirror.exporter}, {mirror.importer}, HS4-{mirror.heading})"
        )
        if metric is not None and mirror.total is not None:
            said.append(
                Markup(
                    "From {}, all years with both sides together, the importer reports {} the "
                    "weight of the exporter{}, on {:,.0f} t."
                ).format(
                    _flow_name(case, mirror),
                    number(metric),
                    span(metric),
                    (mirror.total.exporter.kg or 0.0) / 1000,
                )
            )
    named = phrase_list(tuple(dict.fromkeys(country(case, m.exporter) for m in mirrors)))
    own = case.results.candidate in {c for m in mirrors for c in (m.exporter, m.importer)}
    return fragment(
        paragraph(
            *said,
            f"Only exports of {named} are on record from both sides"
            + ("." if own else f"; nothing of {candidate(case)} is."),
        ),
        paragraph(
            "Exporters value goods at their border (FOB), importers with freight and insurance "
            "(CIF; the United States before them), so that a value ratio a little above one is "
            "usual. Small flows swing most: one container counted in another year is a multiple. "
            f"{sentence_start(phrase_count(_months_common(mirrors)))} months are common to the "
            "years compared.",
        ),
        paragraph(*_month_sentences(case)),
    )


def _month_sentences(case: Case) -> list[Markup]:
    """Months that China reports against the importer's own count of the whole year."""
    said = []
    for row in find_import_counts(case.results):
        metric = find_number(case, f"months_of_import({case.results.candidate}, {row})")
        if metric is not None:
            said.append(
                Markup(
                    "Magnets: the {} of {} for which China's exports to {} are on record make {} "
                    "of what the industry there counts for the whole year, where {} would be "
                    "{:.0f}&nbsp;% of an even one. Both cannot be complete, or they are not the "
                    "same goods."
                ).format(
                    _month_words(len(metric.rests_on) - 1),
                    metric.period,
                    candidate(case),
                    number(metric),
                    "it" if len(metric.rests_on) == 2 else "they",  # noqa: PLR2004  a month and the year
                    100 * (len(metric.rests_on) - 1) / 12,
                )
            )
    return said


def _month_words(count: int) -> str:
    return "one month" if count == 1 else f"{phrase_count(count)} months"


def _months_common(mirrors: tuple[MirrorSeries, ...]) -> int:
    return min(pair.overlap_months for mirror in mirrors for pair in mirror.pairs)
