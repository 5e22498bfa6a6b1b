"""The page of the supply chain: title, answer, flows, balance and feed."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.flows import CANDIDATE, OTHERS, PILLARS, assess_grouped_chain
from third_pillar.assessment.metrics_layers import layer_expressions
from third_pillar.assessment.results import HORIZON
from third_pillar.briefing.markup import (
    Exhibit,
    Fragment,
    bullets,
    fragment,
    number,
    paragraph,
    section,
    span,
    table,
)
from third_pillar.briefing.network import find_number
from third_pillar.briefing.numbers import phrase_list, show_number
from third_pillar.briefing.references import list_numbers, list_sources
from third_pillar.briefing.supply_parts import (
    FEED_EXPRESSIONS,
    has_magnet_plants,
    list_feed_sources,
)
from third_pillar.briefing.window_figures import show_fans_of
from third_pillar.briefing.words import (
    STAGE_LABELS,
    candidate,
    country,
    day,
    horizon,
    is_on_record,
    narrowest,
    phrase_lack,
    phrase_nothing_on_record,
    pillars,
    sentence_start,
    sources_note,
)
from third_pillar.figures.flows import FlowColumn, draw_chain_flows
from third_pillar.vocabulary.codes import CHINA, STAGES
from third_pillar.vocabulary.findings import Metric


def compose_chain_title(case: Case) -> Fragment:
    """What the page asks of the chain."""
    return fragment(
        Markup(
            "<h1>Where is the chain outside China narrowest, and where is that of {}?</h1>"
        ).format(candidate(case)),
        paragraph(
            "From mine to magnet in one unit, the tonnes of magnets a year that each stage "
            f"allows, to the end of {horizon(case)}, on what was known on "
            f"{day(case.results.question.as_of)}.",
            css="standfirst",
        ),
    )


def compose_chain_headline(case: Case) -> Fragment:
    """The answer: what gets through, where it narrows, and what Dy and Tb change."""
    chain = assess_grouped_chain(case.results, HORIZON)
    light, metal = (
        find_number(case, f"served_share(ex_china, {rule}, with, horizon)")
        for rule in ("no_metal", "metal")
    )
    return section(
        "bottom-line",
        Markup("<h2>The bottom line</h2>"),
        paragraph(
            Markup(
                "By the end of {} every country on record outside China together could serve {} of "
                "the need of {} with the metal stage counted, and {} with it left out, because "
                "most metal plants publish no tonnage; the narrowest stage on record is {}."
            ).format(horizon(case), number(metal), pillars(case), number(light), chain.binding),
            _heavy_now(case),
        ),
    )


def _heavy_now(case: Case) -> Markup:
    mixed, apart = (
        find_number(case, f"served_share_heavy(ex_china, no_metal, {grades}, with, now)")
        for grades in ("mixed", "apart")
    )
    if mixed is None or apart is None:
        return Markup("What Dy and Tb allow cannot be said: the rows for it are not on record.")
    return Markup(
        "Dysprosium and terbium narrow it further: today’s circuits outside China are enough for "
        "{} of today’s need if every magnet holds the average, and for {} if light grades are "
        "made without."
    ).format(number(mixed), number(apart))


def compose_chain_judgements(case: Case) -> Fragment:
    """What to take away on the candidate's own chain."""
    return section(
        "judgements",
        Markup("<h2>Key judgements</h2>"),
        bullets(item for item in (_own(case), _own_heavy(case), _feed(case)) if item),
    )


def _own(case: Case) -> Markup:
    flow = find_number(case, "chain_flow(horizon)")
    if flow is None:
        return Markup("")
    if not is_on_record(case):
        return Markup("{}").format(phrase_nothing_on_record(case))
    return Markup(
        "<strong>Its own chain</strong> from mine to magnet allows {}{} by the end of {}; the "
        "narrowest {}."
    ).format(
        number(flow), span(flow), horizon(case),
        narrowest(case.results.horizon.balance.binding_stages),
    )  # fmt: skip


def _own_heavy(case: Case) -> Markup:
    separated = find_number(case, f"heavy_capacity({case.results.candidate}, separation, horizon)")
    if separated is None:
        return Markup("")
    name = candidate(case)
    if separated.value == 0:
        return Markup(
            "<strong>No circuit for Dy and Tb</strong> is on record in {}: magnets of heavy grades "
            "would wait for others’ oxide."
        ).format(name)
    return Markup(
        "<strong>Its Dy and Tb</strong> would be enough for {}{} of the average grade."
    ).format(number(separated), span(separated))


def _feed(case: Case) -> Markup:
    gap = find_number(case, "feed_gap(horizon)")
    if gap is None or not isinstance(gap.value, float):
        return Markup("")
    if not has_magnet_plants(case):
        return Markup(
            "<strong>No magnet plant</strong> of its own is on record that would need its oxide."
        )
    if gap.value < 1:
        return Markup("<strong>It separates enough</strong> NdPr oxide for its magnet plants.")
    return Markup("<strong>Its magnet plants</strong> {}, beyond what it separates.").format(
        phrase_lack(case, number(gap) + span(gap))
    )


def show_chain_flows(case: Case) -> Exhibit:
    """Every country outside China by groups, and what gets through all stages to the need."""
    chain = assess_grouped_chain(case.results, HORIZON)
    names = _group_names(case)
    columns = [
        FlowColumn(
            STAGE_LABELS[stage],
            {names[group]: tonnes for group, tonnes in chain.capacity[stage].items()},
            stage == chain.binding,
        )
        for stage in STAGES
    ]
    need = f"Need of {pillars(case)}"
    columns.append(FlowColumn("Need", {need: chain.need}))
    roles = {
        **{name: {OTHERS: "partners"}.get(group, group) for group, name in names.items()},
        need: "emphasis",
    }
    return Exhibit(
        id="fig-chain-flows",
        title=(
            f"By the end of {horizon(case)} the chain outside China passes "
            f"{show_number(chain.flow, '', like='t a')} t of magnets a year, "
            f"{100 * chain.share:.0f} % of the need; it is narrowest at {chain.binding}"
        ),
        note=Markup(
            "Tonnes of magnets a year that each stage allows, means; planned plants by chance, "
            "delay and ramp. Ribbons are drawn in proportion: the sums are on record, who supplies "
            "whom is not. Pale: capacity beyond the narrowest stage, and need not served. Little "
            "of the metal stage is on record; with it left out {} % would be served. {}"
        ).format(f"{100 * chain.share_without_metal:.0f}", sources_note(case, chain.source_ids)),
        alt="; ".join(
            f"{column.label}: {column.total:,.0f} tonnes"
            + (", the narrowest" if column.is_binding else "")
            for column in columns
        )
        + f"; {chain.flow:,.0f} tonnes get through.",
        figure=draw_chain_flows(columns, flow=chain.flow, roles=roles),
        columns=("Stage", "Group", "Capacity, t a year", "Gets through, t a year"),
        rows=[
            (
                column.label,
                group,
                round(tonnes),
                round(min(chain.flow, column.total) * tonnes / column.total) if tonnes else 0,
            )
            for column in columns
            for group, tonnes in column.capacity.items()
        ],
        source_ids=chain.source_ids,
    )


def _group_names(case: Case) -> dict[str, str]:
    rest = tuple(country(case, c) for c in case.results.pillars if c != case.results.candidate)
    names = {
        PILLARS: sentence_start(phrase_list(rest)),
        CANDIDATE: sentence_start(candidate(case)),
        OTHERS: "Others outside China",
    }
    return {group: name for group, name in names.items() if name}


def show_chain_fans(case: Case) -> Exhibit:
    """Capacity of every country outside China by month and stage."""
    members = tuple(c for c in case.results.horizon.capacity.countries if c != CHINA)
    return show_fans_of(case, members, "every country on record outside China")


def compose_concentration(case: Case) -> Fragment:
    """Concentration by stage as a table, with what the bands mean."""
    rows = [
        (
            STAGE_LABELS[stage],
            number(find_number(case, f"world_share({CHINA}, {stage})")),
            *_index(find_number(case, f"stage_hhi({stage})")),
            number(largest) + span(largest),
        )
        for stage in STAGES
        for largest in (find_number(case, f"largest_share_outside_china({stage})"),)
    ]
    return fragment(
        table(
            ("Stage", "China", "Index, 0 to 1", "As many equal suppliers", "Largest other"),
            rows,
            caption="Concentration of the world’s supply by stage, years as in the figure",
        ),
        paragraph(
            "The index adds the squared shares of countries, 1 being a single supplier. These are "
            "countries, not firms: the bands of merger control do not apply to them. What no "
            "source attributes to a country is taken as one other country's at most: where the "
            "largest other has a range from 0, no source names it."
        ),
    )


def _index(metric: Metric | None) -> tuple[Markup, str]:
    if metric is None or not isinstance(metric.value, float) or metric.value <= 0:
        return number(None), "–"
    return number(metric, unit=False) + span(metric), f"{1 / metric.value:.1f}"


def compose_chain_numbers(case: Case) -> Fragment:
    """Every number of the page with its range, method and rows."""
    return list_numbers(_metrics(case))


def compose_chain_sources(case: Case) -> Fragment:
    """Every source behind the numbers and figures of the page."""
    chain = assess_grouped_chain(case.results, HORIZON)
    shares = case.results.stage_shares.values()
    return list_sources(
        case,
        [
            *(source for metric in _metrics(case) for source in metric.source_ids),
            *chain.source_ids,
            *list_feed_sources(case),
            *(source for found in shares for source in found.source_ids),
        ],
    )


_PREFIXES = (
    "binding_stage", "chain_flow", "feed_gap", "home_need", "largest_share", "pillars_need",
    "served_share(", "share_of_need", "stage_capacity", "stage_hhi", "world_share", "oxide_",
    "programme_figure",
)  # fmt: skip


def _metrics(case: Case) -> list[Metric]:
    wanted = set(layer_expressions(case.results))
    found = {
        name: metric
        for name, metric in case.metrics.items()
        if name in wanted or name.startswith(_PREFIXES)
    }
    if case.results.candidate == "IND":
        for expression in FEED_EXPRESSIONS:
            metric = find_number(case, expression)
            if metric is not None:
                found[metric.id] = metric
    return [found[name] for name in sorted(found)]
