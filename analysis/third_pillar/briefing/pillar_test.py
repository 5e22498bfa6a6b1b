"""The pillar test in words and figures."""

from __future__ import annotations

import math

from markupsafe import Markup

from third_pillar.assessment.capacity import STAND_IN
from third_pillar.assessment.case import Case
from third_pillar.assessment.convergence import assess_convergence
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, number, paragraph, span, table
from third_pillar.briefing.numbers import (
    LIKELIHOOD_EDGES,
    phrase_count,
    phrase_likelihood,
    phrase_list,
)
from third_pillar.briefing.words import (
    STAGE_LABELS,
    candidate,
    country,
    horizon,
    narrowest,
    others,
    pillars,
    sentence_start,
    sources_note,
)
from third_pillar.figures.pillar_test import ServedBar, Tile, draw_breadth_tiles, draw_served_shares
from third_pillar.vocabulary.amounts import keep_apart, round_apart
from third_pillar.vocabulary.codes import STAGES

_LEAST = 0.05
"""Percentage points below which an addition would round to 0.0, though it is something."""
_METAL_WORDS = {"metal counted": "metal", "metal left out": "no_metal"}


def compose_pillar_test(case: Case) -> Fragment:
    """Breadth, then the share of the need served, with the choice that matters named."""
    specification = case.results.specification
    return fragment(
        paragraph(
            f"Read this way, a pillar reaches at least {100 * specification.threshold:g} % of the "
            f"need of {pillars(case)} at {phrase_count(specification.stages_needed)} or more of "
            "four stages, on capacity weighted by its chance.",
            _breadth_sentence(case),
            _convergence(case),
            _passing(case),
        ),
        paragraph(*_served(case)),
        _served_table(case),
    )


def _breadth_sentence(case: Case) -> Markup:
    iso3 = case.results.candidate
    stages = case.find_metric(f"breadth_stages({iso3}, horizon)")
    chance = case.metric(f"breadth_chance({iso3}, horizon)")
    return Markup(
        "By the end of {}, {} reaches the threshold at {}{}. How likely it is to pass: {} ({})."
    ).format(
        horizon(case), candidate(case), number(stages), span(stages),
        phrase_likelihood(float(chance.value or 0)), number(chance, limits=LIKELIHOOD_EDGES),
    )  # fmt: skip


def _convergence(case: Case) -> str:
    """What fewer draws would have said, and how far chance alone moves the last figure."""
    points = assess_convergence(case.results)
    if {point.chance for point in points} in ({0.0}, {1.0}):
        passes = "all" if points[-1].chance else "none"
        return (
            f"With {points[0].draws:,} draws as with {points[-1].draws:,}, it passes in {passes}."
        )
    counts = phrase_list(tuple(f"{point.draws:,}" for point in points))
    chances = phrase_list(tuple(f"{100 * point.chance:.1f}" for point in points))
    return (
        f"With {counts} draws that chance comes out at {chances} %; the draws alone move the last "
        f"by {100 * points[-1].error:.2f} percentage points."
    )


def _passing(case: Case) -> str:
    named = {case.results.candidate, *case.results.pillars}
    passing = [
        iso3
        for iso3, breadth in case.results.horizon.breadth.items()
        if breadth.is_pillar and iso3 not in named and iso3 != _article_subject(case)
    ]
    if not passing:
        return "No other country on record outside China passes."
    names = phrase_list(tuple(country(case, iso3) for iso3 in passing))
    return f"Of the other countries on record outside China, {names} would pass."


def _article_subject(case: Case) -> str:
    """The article's country, left out where the report is about another candidate."""
    return "" if case.results.is_about_candidate else str(case.results.article.meta["subject"])


def _served(case: Case) -> list[Markup | str]:
    if not others(case):
        return []  # the candidate is the only pillar: there is no pool without it
    with_metal = case.results.horizon.served["pillars", "metal counted", True]
    gain = case.find_metric("served_gain(pillars, metal, horizon)")
    loose = case.find_metric("served_gain(pillars, no_metal, horizon)")
    return [
        Markup(
            "With the metal stage counted, {} would serve {} of the need in {} without China; {} "
            "adds {}."
        ).format(
            others(case),
            number(case.find_metric("served_share(pillars, metal, without, horizon)")),
            horizon(case), candidate(case), number(gain),
        ),
        Markup(
            "The narrowest {} in {:.0f} % of draws. Metal has the weakest data of the whole chain, "
            "so the test is run without it too: {}."
        ).format(
            narrowest(with_metal.binding_stages), 100 * with_metal.binding_chance,
            _without_metal(case),
        ),
        "Whether metal counts changes the answer more than the candidate does.",
    ] if _metal_matters_more(case) else [
        Markup("{} adds {} with the metal stage counted and {} without it.").format(
            sentence_start(candidate(case)), number(gain), number(loose)
        )
    ]  # fmt: skip


def _without_metal(case: Case) -> Markup:
    """What the candidate does to the share without metal; two shares that read alike are one."""
    before, after = (
        number(case.find_metric(f"served_share(pillars, no_metal, {joins}, horizon)"))
        for joins in ("without", "with")
    )
    gain = number(case.find_metric("served_gain(pillars, no_metal, horizon)"))
    if before.striptags() == after.striptags():
        return Markup("the share is then {}, to which {} adds {}").format(
            before, candidate(case), gain
        )
    return Markup("the share then goes from {} to {}, which is {} before rounding").format(
        before, after, gain
    )


def _metal_matters_more(case: Case) -> bool:
    counted, loose = (
        case.results.horizon.served["pillars", rule, False].share[0] for rule in _METAL_WORDS
    )
    joined = case.results.horizon.served["pillars", "metal left out", True].share[0]
    return abs(loose - counted) > abs(joined - loose)


def _served_table(case: Case) -> Markup:
    rows = []
    for when, moment in (("now", case.results.now), ("horizon", case.results.horizon)):
        for pool in case.results.sets:
            for rule, word in _METAL_WORDS.items():
                served = moment.served[pool.id, rule, True]
                cells = [
                    number(case.find_metric(f"served_share({pool.id}, {word}, {joins}, {when})"))
                    + span(case.find_metric(f"served_share({pool.id}, {word}, {joins}, {when})"))
                    for joins in ("without", "with")
                ]
                rows.append(
                    (sentence_start(pool.label), sentence_start(moment.label), rule, *cells,
                     phrase_list(served.binding_stages))
                )  # fmt: skip
    return table(
        ("Pool", "When", "Metal stage", f"Without {candidate(case)}", f"With {candidate(case)}",
         "Narrowest stage, with"),
        rows,
        caption=(
            f"Share of the need of {pillars(case)} served without China "
            "(10th to 90th percentile)"
        ),
    )  # fmt: skip


def show_served_shares(case: Case) -> Exhibit:
    """Share of the pillars' need served by each pool, with and without the candidate."""
    then = case.results.horizon
    keys = [(pool, rule) for pool in case.results.sets for rule in _METAL_WORDS]
    bars, rows = [], []
    for pool, rule in keys:
        alone = then.served.get((pool.id, rule, False))
        joined = then.served[pool.id, rule, True]
        label = f"{sentence_start(pool.label)},<br>{rule}"
        bars.append(
            ServedBar(
                label, None if alone is None else _percent(alone.share), _percent(joined.share)
            )
        )
        for name, served in (("without", alone), ("with", joined)):
            if served is not None:
                rows.append(
                    (pool.label, rule, name, *(round(v, 1) for v in _percent(served.share)),
                     phrase_list(served.binding_stages))
                )  # fmt: skip
    sources = then.served["pillars", "metal counted", True].source_ids
    return Exhibit(
        id="fig-served",
        title=_served_title(case),
        note=Markup(
            "Percent of the need of {} for magnets, {}; bars are means, lines the 10th to 90th "
            "percentile. {}"
        ).format(pillars(case), then.label, sources_note(case, sources)),
        alt="; ".join(
            f"{pool.label}, {rule}: {100 * then.served[pool.id, rule, True].share[0]:.0f} percent "
            f"with {candidate(case)}"
            for pool, rule in keys
        )
        + ".",
        figure=draw_served_shares(
            bars,
            without_label=f"without {candidate(case)}",
            joined_label=f"with {candidate(case)}",
        ),
        columns=(
            "Pool",
            "Metal stage",
            "Candidate",
            "Mean, %",
            "P10, %",
            "P90, %",
            "Narrowest stage",
        ),
        rows=rows,
        source_ids=sources,
    )


def _served_title(case: Case) -> str:
    then, name = case.results.horizon, sentence_start(candidate(case))
    joined = 100 * then.served["pillars", "metal counted", True].share[0]
    if not others(case):
        return f"{name} can serve {joined:.0f} % of its need without China in {then.year}"
    gains = [
        100 * (then.served["pillars", rule, True].share[0])
        - 100 * then.served["pillars", rule, False].share[0]
        for rule in _METAL_WORDS
    ]
    where = "whether metal counts or not" if not any(gains) else "with the metal stage counted"
    return (
        f"{name} adds {_points(gains[0])} to what {others(case)} can serve without China in "
        f"{then.year}, {where}"
    )


def _points(gain: float) -> str:
    if 0 < gain < _LEAST:
        return "under 0.1 points"
    return f"{gain:.1f} points" if gain else "nothing"


def _percent(share: tuple[float, float, float]) -> tuple[float, float, float]:
    return (100 * share[0], 100 * share[1], 100 * share[2])


def show_breadth(case: Case) -> Exhibit:
    """Countries by stage: share of the pillars' need, and where it reaches the threshold."""
    then, specification = case.results.horizon, case.results.specification
    threshold = 100 * specification.threshold
    shown = select_breadth_countries(case)
    tiles = [
        Tile(
            sentence_start(country(case, iso3)),
            STAGE_LABELS[stage],
            None if math.isnan(share) else 100 * float(share),
            bool(share >= specification.threshold),
            then.capacity.record(iso3, stage).status == STAND_IN,
            "" if math.isnan(share) else keep_apart(f"{100 * share:.0f}", 100 * share, [threshold]),
        )
        for iso3 in shown
        for stage, share in zip(STAGES, then.breadth[iso3].share_of_need, strict=True)
    ]
    own = then.breadth[case.results.candidate].stages_reached
    sources = tuple(
        dict.fromkeys(
            s for iso3 in shown for stage in STAGES
            for s in then.capacity.record(iso3, stage).source_ids
        )
    )  # fmt: skip
    return Exhibit(
        id="fig-breadth",
        title=(
            f"Breadth in {then.year}: {candidate(case)} reaches the threshold at "
            f"{phrase_count(own)} of four stages, {_rivals(case, shown)}"
        ),
        note=Markup(
            "Mean capacity as percent of the need of {}, {}; dark tiles reach {:g} %. A star marks "
            "a stand-in, hatching a stage of which nothing is known. Countries that reach no stage "
            "are left out, but for the candidate and the pillars. {}"
        ).format(
            pillars(case), then.label, 100 * specification.threshold, sources_note(case, sources)
        ),
        alt="; ".join(
            f"{tile.country} {tile.stage.lower()}: "
            + ("not known" if tile.share is None else f"{_told(tile)} percent")
            for tile in tiles
        )
        + ".",
        figure=draw_breadth_tiles(
            tiles,
            countries=[sentence_start(country(case, iso3)) for iso3 in shown],
            stages=[STAGE_LABELS[stage] for stage in STAGES],
        ),
        columns=("Country", "Stage", "Of the need, %", "Reaches threshold", "How known"),
        rows=[
            (tile.country, tile.stage,
             None if tile.share is None else round_apart(tile.share, [threshold]),
             tile.reaches, then.capacity.record(iso3, stage).status)
            for tile, (iso3, stage) in zip(
                tiles, [(i, s) for i in shown for s in STAGES], strict=True
            )
        ],
        source_ids=sources,
    )  # fmt: skip


def _told(tile: Tile) -> str:
    return "under 1" if tile.share and tile.share < 1 else tile.shown


def select_breadth_countries(case: Case) -> list[str]:
    """Candidate, pillars, then whoever reaches a stage, the article's country aside."""
    first = [case.results.candidate, *case.results.pillars]
    rest = [
        iso3
        for iso3, breadth in case.results.horizon.breadth.items()
        if breadth.stages_reached and iso3 not in first and iso3 != _article_subject(case)
    ]
    ranked = sorted(rest, key=lambda iso3: -case.results.horizon.breadth[iso3].stages_reached)
    return list(dict.fromkeys([*first, *ranked]))


def _rivals(case: Case, shown: list[str]) -> str:
    breadth = case.results.horizon.breadth
    others_reach = [iso3 for iso3 in shown if iso3 != case.results.candidate]
    best = max(others_reach, key=lambda iso3: breadth[iso3].stages_reached)
    return f"{country(case, best)} at {phrase_count(breadth[best].stages_reached)}"
