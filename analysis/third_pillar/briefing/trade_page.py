"""The page of trade: title, answer, what the controls did to exports, numbers and sources."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.event_study import LATER, ONSET, SUSPENSION
from third_pillar.assessment.metrics_flows import list_flow_expressions, select_newest
from third_pillar.assessment.rows import find_product_label
from third_pillar.assessment.trade_panel import describe_line
from third_pillar.briefing.dependence import find_limits
from third_pillar.briefing.markup import (
    Fragment,
    bullets,
    fragment,
    number,
    paragraph,
    section,
)
from third_pillar.briefing.network import find_number
from third_pillar.briefing.numbers import phrase_count, phrase_list
from third_pillar.briefing.references import list_numbers, list_sources
from third_pillar.briefing.trade_study import phrase_change, show_month
from third_pillar.briefing.words import candidate, day, sentence_start
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import CHINA
from third_pillar.vocabulary.findings import Metric


def compose_trade_title(case: Case) -> Fragment:
    """The question of the page as title, its scope as standfirst."""
    return fragment(
        Markup("<h1>Who depends on China's magnets, and what did its controls do?</h1>"),
        paragraph(
            "Trade as each side's customs report it, month by month and year by year, on what was "
            f"known as of {day(case.results.question.as_of)}. Shares are of countries, not of "
            "firms, and what comes in inside motors is not seen.",
            css="standfirst",
        ),
    )  # fmt: skip


def compose_trade_headline(case: Case) -> Fragment:
    """What the controls did to exports, and how far the candidate depends on China."""
    return section(
        "bottom-line",
        Markup("<h2>The bottom line</h2>"),
        paragraph(*_effect_sentences(case)),
        paragraph(*_candidate_sentences(case)),
    )


def _effect_sentences(case: Case) -> list[Markup]:
    """Certainty follows the interval: a change that is told apart, or one that is not."""
    onset = find_number(case, f"export_change({ONSET})")
    if onset is None:
        return [
            Markup("What the controls did to China's magnet exports is not estimable: {}.").format(
                case.results.export_study.headline.reason or "too few months in the phase"
            )
        ]
    said = [
        Markup("In the three months after China's licences of {} its magnet exports {}.").format(
            show_month(case.results.export_study.phases[ONSET].first), phrase_change(onset)
        )
    ]
    paused = find_number(case, f"export_change({SUSPENSION})")
    if paused is not None:
        said.append(
            Markup("Since the suspension they {}{}.").format(
                phrase_change(paused), _against_before(case)
            )
        )
    return said


def _against_before(case: Case) -> Markup:
    contrast = find_number(case, f"export_contrast({SUSPENSION})")
    if contrast is None or contrast.low is None or contrast.high is None:
        return Markup("")
    if not contrast.low <= 0 <= contrast.high:
        return Markup(", and {} against the months before the October round").format(
            number(contrast, signed=True)
        )
    recovery = find_number(case, f"export_contrast({LATER})")
    is_back = recovery is not None and recovery.low is not None and recovery.low > 0
    tail = ": the flow had come back before it" if is_back else ""
    return Markup(", nor from the months before the October round{}").format(tail)


def _candidate_sentences(case: Case) -> list[Markup]:
    iso3 = case.results.candidate
    found = [
        (metric, one)
        for one in select_newest(case.results)
        if one.importer == iso3
        and (metric := find_number(
            case, f"supplier_share({iso3}, {CHINA}, {one.line}, {one.year})"
        ))
    ]  # fmt: skip
    published = [
        (metric, find_product_label(case.results.evidence, str(row["product"])), row["period"])
        for row in case.results.imports_from_china().to_dict("records")
        if row["importer_iso3"] == iso3
        and (metric := case.find_metric(f"import_share({row['figure_id']})"))
    ]
    if not found and not published:
        return [Markup("No import of {} by supplier is on record.").format(candidate(case))]
    limits = find_limits(case)
    shares = [
        Markup("{} of {} ({}, by {})").format(
            number(metric, limits=limits),
            _line_words(case, one.line),
            one.period,
            one.measured_by,
        )
        for metric, one in found
    ] or [
        Markup("{} of {} ({})").format(number(metric, limits=limits), product, period)
        for metric, product, period in published
    ]
    return [
        Markup("Of what {} imports, China sends {}.").format(
            candidate(case), Markup("; ").join(shares)
        )
    ]


def _line_words(case: Case, line: str) -> str:
    return describe_line(case.results.evidence, line).rsplit(" (", 1)[0]


def compose_trade_limits(case: Case) -> Fragment:
    """What trade data cannot show."""
    exports = case.results.exports
    gaps = exports.missing_months
    derived = int((exports.world["basis"] == "derived").sum())
    withheld = case.results.evidence.table("trade_annual")
    left_out = withheld[withheld["withheld"] != "none"]
    items: list[str | Markup] = [
        (
            f"Of {counted(len(exports.world), 'month')} of exports on record, {derived} "
            f"{'is' if derived == 1 else 'are'} derived from a percentage in a report; "
            + (
                f"{phrase_list(tuple(show_month(m) for m in gaps))} "
                f"{'is' if len(gaps) == 1 else 'are'} not on record."
                if gaps
                else "none in between is missing."
            )
        ),
        (
            "A customs line is not a material: the same digits are rare-earth magnets in China "
            "and ferrite cores in India, and headings hold both. System and code are read together."
        ),
        (
            "Magnets inside motors, and ore processed in a third country, carry the name of the "
            "country that shipped them last."
        ),
    ]
    if len(left_out):
        items.append(
            f"{sentence_start(phrase_count(len(left_out)))} "
            + ("row of annual trade has" if len(left_out) == 1 else "rows of annual trade have")
            + " a figure that the publisher withholds or that is not believed: it is left empty, "
            "never zero."
        )
    items.append(
        "The concentration of the world's exports is not on record: it needs the whole world's "
        "trade by product (BACI, built with the command pillar trade build)."
    )
    return fragment(bullets(items))


def list_trade_numbers(case: Case) -> list[Metric]:
    """Every number of the page, by name."""
    stated = [
        *list_flow_expressions(case.results),
        *(f"import_share({row})" for row in case.results.imports_from_china()["figure_id"]),
    ]
    found = {m.id: m for e in stated if (m := find_number(case, e)) is not None}
    return [found[name] for name in sorted(found)]


def compose_trade_numbers(case: Case) -> Fragment:
    """Every number of the page with its range, method and rows."""
    return list_numbers(list_trade_numbers(case))


def compose_trade_sources(case: Case) -> Fragment:
    """Every source behind the page: numbers, months, controls, both sides of flows."""
    results = case.results
    panel = results.trade_panel
    return list_sources(
        case,
        [
            *(s for metric in list_trade_numbers(case) for s in metric.source_ids),
            *map(str, results.exports.world["source_id"]),
            *map(str, results.exports.by_destination["source_id"]),
            *map(str, results.suspension.controls["source_id"]),
            *(s for one in select_newest(results) for s in one.source_ids),
            *(s for mirror in panel.mirrors for s in mirror.source_ids),
        ],
    )
