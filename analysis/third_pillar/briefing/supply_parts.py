"""The page of the supply chain: stage balance, feed, the heavy layer and the scenarios."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

from third_pillar.assessment.capacity import NOT_KNOWN, STAND_IN
from third_pillar.assessment.case import Case
from third_pillar.assessment.flows import assess_feed
from third_pillar.assessment.metrics_layers import GRADES, OWN
from third_pillar.assessment.network import MemberSet
from third_pillar.assessment.rows import find_row
from third_pillar.assessment.scenarios import (
    FIGURES,
    SCENARIO_DRAWS,
    ScenarioFigures,
    compare_scenarios,
    show_figure,
)
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, number, paragraph, span, table
from third_pillar.briefing.network import find_number
from third_pillar.briefing.numbers import phrase_list, show_number
from third_pillar.briefing.stages import has_bar, name_empty, phrase_capacity
from third_pillar.briefing.words import (
    STAGE_LABELS,
    STAGE_NOUNS,
    candidate,
    horizon,
    is_on_record,
    phrase_lack,
    pillars,
    sentence_start,
    sources_note,
)
from third_pillar.figures.chain import CapacityBars, draw_stage_capacity
from third_pillar.figures.flows import OxideBar, draw_oxide_bars
from third_pillar.vocabulary.codes import STAGES, Stage


def show_stage_balance(case: Case) -> Exhibit:
    """The candidate's stages against its own need, the narrowest marked."""
    then, iso3 = case.results.horizon, case.results.candidate
    records = [then.capacity.record(iso3, stage) for stage in STAGES]
    binding = then.balance.binding_stages if is_on_record(case) else ()
    labels = [
        f"<b>{STAGE_LABELS[stage]}</b><br>narrowest" if stage in binding else STAGE_LABELS[stage]
        for stage in STAGES
    ]
    lines = (
        {}
        if then.balance.home_need is None
        else {f"own need, {then.year}": then.balance.home_need[0]}
    )
    sources = tuple(dict.fromkeys(s for record in records for s in record.source_ids))
    known = [record if has_bar(record) else None for record in records]
    return Exhibit(
        id="fig-stage-balance",
        title=_balance_title(case),
        note=Markup(
            "Tonnes of magnets a year that each stage allows at the end of {}, mean with the 10th "
            "to 90th percentile; hatched where a stand-in takes the place of missing data, no bar "
            "where nothing is on record. {}"
        ).format(horizon(case), sources_note(case, sources)),
        alt="; ".join(
            f"{STAGE_LABELS[stage]}: "
            + phrase_capacity(record)
            + (", the narrowest" if stage in binding else "")
            for stage, record in zip(STAGES, records, strict=True)
        )
        + ".",
        figure=draw_stage_capacity(
            labels,
            [
                CapacityBars(
                    name=sentence_start(candidate(case)),
                    values=[None if r is None else r.value for r in known],
                    low=[None if r is None else r.low for r in known],
                    high=[None if r is None else r.high for r in known],
                    is_stand_in=[r.status in {STAND_IN, NOT_KNOWN} for r in records],
                )
            ],
            lines=lines,
            empty=name_empty(records, labels),
        ),
        columns=("Stage", "Mean, t", "P10, t", "P90, t", "Less own need, t", "How known"),
        rows=[
            (
                STAGE_LABELS[stage],
                *(
                    round(part) if record.is_known else "not known"
                    for part in (record.value, record.low, record.high)
                ),
                "not known"
                if math.isnan(then.balance.surplus[stage])
                else round(then.balance.surplus[stage]),
                record.status,
            )
            for stage, record in zip(STAGES, records, strict=True)
        ],
        source_ids=sources,
    )


def _balance_title(case: Case) -> str:
    balance, name = case.results.horizon.balance, candidate(case)
    if not is_on_record(case):
        return f"No capacity of {name} is on record at any stage"
    flow = show_number(balance.flow[0], "", like="t a")
    said = f"The chain of {name} alone passes {flow} t a year by the end of {horizon(case)}"
    need = balance.home_need
    if balance.flow[0] < 1:
        said = f"{sentence_start(name)} has no chain of its own by the end of {horizon(case)}"
    nouns = tuple(STAGE_NOUNS[Stage(stage)] for stage in balance.binding_stages)
    where = f"; it is narrowest at {phrase_list(nouns)}"
    if need is None:
        return said + where + "; its own need is not on record"
    return said + where + f", against an own need of {show_number(need[0], '', like='t a')} t"


def show_feed(case: Case) -> Exhibit:
    """NdPr oxide that the candidate's magnets need, beside what it separates."""
    bars, sources = _feed_bars(case)
    return Exhibit(
        id="fig-feed",
        title=_feed_title(case, bars),
        note=Markup(
            "Tonnes of NdPr oxide a year. Oxide for a tonne of magnets follows from chemistry and "
            "losses (docs/methods.md §3.1); whiskers 10th to 90th percentile. {}"
        ).format(sources_note(case, sources)),
        alt="; ".join(
            f"{bar.label}: {bar.value:,.0f} tonnes {'needed' if bar.is_need else 'at hand'}"
            for bar in bars
        )
        + ".",
        figure=draw_oxide_bars(bars),
        columns=("What", "Needed or at hand", "P10, t", "Mean, t", "P90, t"),
        rows=[
            (
                bar.label,
                "needed" if bar.is_need else "at hand",
                *(round(part) for part in (bar.low, bar.value, bar.high)),
            )
            for bar in bars
        ],
        source_ids=sources,
    )


_SCHEME, _OFFER = "MAG-IND-REPM", "IND-REPM-IREL-FEED"
FEED_EXPRESSIONS = (f"oxide_need({_SCHEME})", f"programme_figure({_OFFER})")
"""Numbers of the feed of India's scheme."""


def list_feed_sources(case: Case) -> tuple[str, ...]:
    """Sources of the figure of feed."""
    return _feed_bars(case)[1]


def _feed_bars(case: Case) -> tuple[list[OxideBar], tuple[str, ...]]:
    bars: list[OxideBar] = []
    sources: list[str] = []
    if case.results.candidate == "IND":
        scheme = find_number(case, f"oxide_need({_SCHEME})")
        offer = find_number(case, f"programme_figure({_OFFER})")
        if scheme is not None and isinstance(scheme.value, int | float):
            low, high = scheme.low or scheme.value, scheme.high or scheme.value
            label = f"{_SCHEME_WORDS}{_scheme_tonnes(case)}"
            bars.append(OxideBar(label, low, scheme.value, high, is_need=True))
            sources += scheme.source_ids
        if offer is not None and isinstance(offer.value, int | float):
            most = offer.high or offer.value
            bars.append(OxideBar("IREL’s offer to it, at most", most, most, most, is_need=False))
            sources += offer.source_ids
    for amount in assess_feed(case.results):
        words = "Its magnet plants" if amount.is_need else "It separates"
        bars.append(
            OxideBar(
                f"{words}, {amount.moment}", amount.low, amount.mean, amount.high, amount.is_need
            )
        )
        sources += amount.source_ids
    return bars, tuple(dict.fromkeys(sources))


_SCHEME_WORDS = "Magnet scheme in full, "


def _scheme_tonnes(case: Case) -> str:
    tonnes = float(find_row(case.results.evidence, "projects", _SCHEME)["value"])
    return f"{show_number(tonnes, '', like='t a')} t"


def has_magnet_plants(case: Case) -> bool:
    """Whether the candidate makes magnets on record, by the horizon."""
    return any(amount.is_need and amount.mean * 2 >= 1 for amount in assess_feed(case.results))


def _feed_title(case: Case, bars: list[OxideBar]) -> str:
    named = {bar.label: bar for bar in bars}
    scheme, offer = (
        next((bar for label, bar in named.items() if label.startswith(start)), None)
        for start in (_SCHEME_WORDS, "IREL")
    )
    if scheme is not None and offer is not None:
        return (
            f"{scheme.label.removeprefix(_SCHEME_WORDS)} of magnets need "
            f"{show_number(scheme.low, '', like='t a')} to "
            f"{show_number(scheme.high, '', like='t a')} t of NdPr oxide a year; IREL offers at "
            f"most {show_number(offer.high, '', like='t a')} t"
        )
    gap = find_number(case, "feed_gap(horizon)")
    name = sentence_start(candidate(case))
    if gap is None or not isinstance(gap.value, float):
        return f"Whether {candidate(case)} separates enough for its magnets is not known"
    if not has_magnet_plants(case):
        return f"{name} has no magnet plant on record that would need its oxide"
    if gap.value < 1:
        return f"{name} separates at least as much NdPr oxide as its magnet plants need"
    shown = f"{show_number(gap.value, '', like='t a')} t of NdPr oxide a year"
    return (
        f"By the end of {horizon(case)} the magnet plants of {candidate(case)} "
        f"{phrase_lack(case, escape(shown))}"
    )


def compose_heavy_layer(case: Case) -> Fragment:
    """What is served, and where it narrows, with Dy and Tb counted and without."""
    found = case.results.layers("now").heavy
    if found is None:
        return fragment(
            paragraph(
                "Whether Dy and Tb allow these magnets cannot be said: no content of magnets and "
                "no circuit is on record as of the day asked."
            )
        )
    return fragment(
        paragraph(
            Markup(
                "The need of {} takes {}{} today at the average content of magnets, which is known "
                "from Chinese scrap alone and rated red."
            ).format(pillars(case), number(find_number(case, "dytb_need(now)")),
                     span_of(case, "dytb_need(now)")),
            "If the mix of grades is fixed, every magnet waits for its share of Dy and Tb; if "
            "light grades are made apart, only the heavy ones do, and their share of the need is "
            "an assumption with a wide range. The truth lies between the two columns.",
        ),
        _served_table(case),
        _binding_table(case),
        paragraph(
            "No figure of Dy and Tb is on record at the metal and magnet stages, so these never "
            "bind for them here; a country without a circuit on record counts as having none; "
            "stocks and what is recycled are left out."
        ),
    )  # fmt: skip


def span_of(case: Case, expression: str) -> Markup:
    """The range of a metric in brackets."""
    return span(find_number(case, expression))


def _served_table(case: Case) -> Markup:
    rows = [
        (
            f"{_with_candidate(case, pool)}, metal {words}, {moment}",
            number(find_number(case, f"served_share({pool.id}, {metal}, with, {when})")),
            *(
                _with_range(case, f"served_share_heavy({pool.id}, {metal}, {grades}, with, {when})")
                for grades in GRADES
            ),
        )
        for pool in case.results.sets
        for metal, words in (("metal", "counted"), ("no_metal", "left out"))
        for when, moment in (("now", "now"), ("horizon", f"end of {horizon(case)}"))
    ]
    return table(
        ("Pool", "NdPr alone", "Dy and Tb, grades mixed",
         "Dy and Tb, light grades apart"),
        rows,
        caption=f"Share of the need of {pillars(case)} served without China",
    )  # fmt: skip


def _with_candidate(case: Case, pool: MemberSet) -> str:
    """The pool's name once the candidate has joined it."""
    return sentence_start(f"{candidate(case)} with {pool.label.removesuffix(' alone')}")


def _with_range(case: Case, expression: str) -> Markup:
    metric = find_number(case, expression)
    return number(metric) + span(metric)


def _binding_table(case: Case) -> Markup:
    chains = [(OWN, f"The chain of {candidate(case)} alone")]
    chains += [(pool.id, _with_candidate(case, pool)) for pool in case.results.sets]
    rows = []
    for chain, label in chains:
        for when, moment in (("now", "now"), ("horizon", f"end of {horizon(case)}")):
            cells = []
            for layer in ("light", "heavy"):
                for metal in ("metal", "no_metal"):
                    found = find_number(
                        case, f"binding_stage_of({chain}, {metal}, {layer}, {when})"
                    )
                    cells.append("not known" if found is None else str(found.value))
            if chain == OWN and not is_on_record(case):
                cells = ["nothing on record"] * len(cells)
            rows.append((f"{label}, {moment}", *cells))
    return table(
        ("Chain", "NdPr alone", "NdPr alone, metal left out", "Dy and Tb counted",
         "Dy and Tb counted, metal left out"),
        rows,
        caption="The narrowest stage in most draws",
    )  # fmt: skip


def _scenario_draws(case: Case) -> str:
    """On how many draws the scenarios rest, and why the baseline may differ from the page."""
    asked = case.results.question.parameters.draws
    few = min(asked, SCENARIO_DRAWS)
    said = f"{few:,} draws of the same seed, so that what differs is the scenario"
    if few == asked:
        return f"{said}."
    return f"{said}; the baseline differs a little from the numbers above, which rest on {asked:,}."


def compose_scenarios(case: Case) -> Fragment:
    """Every scenario on file beside the baseline, and what each leaves as it is."""
    compared = compare_scenarios(case.results.question)
    base = compared[0]
    shown = [row for row in compared if not row.refused]
    still = tuple(
        f"“{row.scenario.title}”"
        for row in compared[1:]
        if not row.refused and not row.differs(base)
    )
    refused = tuple(f"“{row.scenario.title}”" for row in compared if row.refused)
    return fragment(
        paragraph(
            f"For {candidate(case)}, at the end of {horizon(case)}; shares are of the need of "
            f"{pillars(case)}, served by every country outside China with the metal stage left "
            f"out. {_scenario_draws(case)}"
        ),
        _side_by_side(shown, _OF_NETWORK, "The network under each scenario"),
        _side_by_side(
            shown, _OF_CANDIDATE, f"{sentence_start(candidate(case))} and the window under each"
        ),
        paragraph(
            f"These move none of the figures for {candidate(case)}: {phrase_list(still)}."
            if still
            else "",
            f"Not asked, because what they change was not known on the day: {phrase_list(refused)}."
            if refused
            else "",
        ),
        table(
            ("Scenario", "What it supposes", "Where from"),
            [(r.scenario.title, r.scenario.description, r.scenario.reference) for r in compared],
            caption="What each scenario changes",
        ),
    )


_OF_NETWORK = tuple(name for name in FIGURES if name.startswith("served_"))
_OF_CANDIDATE = tuple(name for name in FIGURES if name not in _OF_NETWORK)


def _side_by_side(shown: Sequence[ScenarioFigures], names: tuple[str, ...], caption: str) -> Markup:
    rows = [
        (row.scenario.title, *(show_figure(row.figures.get(name)) for name in names))
        for row in shown
    ]
    return table(("Scenario", *(FIGURES[name] for name in names)), rows, caption=caption)
