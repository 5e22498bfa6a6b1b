"""Where the candidate stands at each stage of the chain."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from third_pillar.assessment.capacity import NONE_ON_RECORD, NOT_KNOWN, STAND_IN, StageRecord
from third_pillar.assessment.case import Case
from third_pillar.assessment.results import Moment
from third_pillar.assessment.shares import StageShares
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, number, paragraph, span, table
from third_pillar.briefing.numbers import phrase_list, show_number
from third_pillar.briefing.words import (
    STAGE_LABELS,
    STAGE_NOUNS,
    candidate,
    country,
    horizon,
    is_on_record,
    narrowest,
    phrase_lack,
    phrase_nothing_on_record,
    pillars,
    sentence_start,
    sources_note,
)
from third_pillar.figures.chain import CapacityBars, draw_stage_capacity, draw_stage_shares
from third_pillar.vocabulary.amounts import attach_unit
from third_pillar.vocabulary.codes import CHINA, STAGES, Stage


def compose_stages(case: Case) -> Fragment:
    """The candidate's chain in words, then as a table with the basis of every figure."""
    return fragment(
        paragraph(*_mining(case)),
        paragraph(*_chain(case)),
        _capacity_table(case),
        paragraph(
            "All four stages are given in one unit, the tonnes of NdFeB magnets a year that they "
            "allow; announced plants count by the chance of their status, a delay and a ramp. "
            "Nameplate capacity is not output."
        ),
    )


def _mining(case: Case) -> list[str | Markup]:
    iso3 = case.results.candidate
    output = next((m for n, m in case.metrics.items() if n.startswith(f"mine_output({iso3}")), None)
    share = next((m for n, m in case.metrics.items() if n.startswith(f"mine_share({iso3}")), None)
    rank = case.find_metric(f"resource_rank({iso3})")
    name = sentence_start(candidate(case))
    if output is None or share is None:
        return [f"No mine output of rare earths is on record for {candidate(case)}."]
    said: list[str | Markup] = [
        Markup("{} mined {} in {}{}, {} of the world.").format(
            name, number(output), output.period, span(output), number(share)
        )
    ]
    if rank is not None:
        said.append(
            Markup(
                "Its in-situ resource would hold {} among reported reserves, but a resource is not "
                "a reserve: it has not been shown to be worth mining."
            ).format(number(rank))
        )
    return said


def _chain(case: Case) -> list[str | Markup]:
    if not is_on_record(case):
        return [phrase_nothing_on_record(case)]
    said: list[str | Markup] = []
    for when, opening in (("now", "Today"), ("horizon", f"By the end of {horizon(case)}")):
        flow = case.find_metric(f"chain_flow({when})")
        if flow is None:
            continue
        said.append(
            Markup("{} its own chain from mine to magnet allows {}{}; the narrowest {}.").format(
                opening,
                number(flow),
                span(flow),
                narrowest(case.results.moment(when).balance.binding_stages),
            )
        )
    gap = case.find_metric("feed_gap(horizon)")
    if gap is not None and isinstance(gap.value, float) and gap.value > 0:
        said.append(
            Markup("Its magnet plants {}, beyond what it separates.").format(
                phrase_lack(case, number(gap) + span(gap))
            )
        )
    return said


def _capacity_table(case: Case) -> Markup:
    iso3 = case.results.candidate
    threshold = 100 * case.results.specification.threshold
    rows = []
    for stage in STAGES:
        record = case.results.horizon.capacity.record(iso3, stage)
        cells: list[str | Markup] = [STAGE_LABELS[stage]]
        for when in ("now", "horizon"):
            metric = case.find_metric(f"stage_capacity({iso3}, {stage}, {when})")
            cells.append(number(metric, unit=False) + span(metric))
        share = case.find_metric(f"share_of_need({iso3}, {stage}, horizon)")
        cells += [
            number(share, limits=[threshold]),
            record.status,
            ", ".join(record.row_ids) or "no row",
        ]
        rows.append(tuple(cells))
    return table(
        (
            "Stage",
            f"{case.results.now.label}, t",
            f"{sentence_start(case.results.horizon.label)}, t",
            "Of the pillars' need then",
            "How known",
            "Rows",
        ),
        rows,
        caption=(
            f"Capacity of {candidate(case)} in tonnes of magnets a year (10th to 90th percentile)"
        ),
    )


def show_stage_shares(case: Case) -> Exhibit:
    """World shares by stage: China, the pillars, the candidate, others, not attributed."""
    found = case.results.stage_shares
    stages = [stage for stage in STAGES if stage in found]
    groups = _share_groups(case, stages)
    roles = dict(zip(groups, ("china", "pillars", "candidate", "rest", "unknown"), strict=True))
    sources = tuple(dict.fromkeys(source for stage in stages for source in found[stage].source_ids))
    labels = [f"{STAGE_LABELS[stage]}, {found[stage].year}" for stage in stages]
    china = [share or 0.0 for share in groups["China"]]
    peak = max(range(len(stages)), key=lambda place: china[place])
    largest = max(
        (share, country(case, iso3), stage)
        for stage in stages
        for iso3, share in _by_country(found[stage]).items()
        if iso3 != CHINA
    )
    return Exhibit(
        id="fig-stage-shares",
        title=(
            f"China's share rises from {china[0]:.0f} % of mining to {china[peak]:.0f} % at the "
            f"{stages[peak].value} stage; the largest other share on record is "
            f"{100 * largest[0]:.0f} % ({largest[1]}, {STAGE_NOUNS[largest[2]]})"
        ),
        note=Markup(
            "Percent of the world: mining in the newest year, the other stages in the year whose "
            "shares name most countries. Shares that no source attributes to a country are "
            "hatched; the share at metal is a loose press figure. {}"
        ).format(sources_note(case, sources)),
        alt="; ".join(
            f"{label}: China {china[place]:.0f} percent" for place, label in enumerate(labels)
        )
        + ".",
        figure=draw_stage_shares(labels, groups, roles=roles),
        columns=("Stage and year", *(f"{group}, %" for group in groups)),
        rows=[
            (label, *(_round_share(values[place]) for values in groups.values()))
            for place, label in enumerate(labels)
        ],
        source_ids=sources,
    )


def _round_share(share: float | None) -> float | None:
    return None if share is None else round(share, 2)


def _by_country(found: StageShares) -> dict[str, float]:
    return {str(row["country_iso3"]): float(row["share"]) for row in found.rows}


def _share_groups(case: Case, stages: list[Stage]) -> dict[str, list[float | None]]:
    """Percent by group and stage; None where no source gives any country of it a share."""
    iso3 = case.results.candidate
    named = [code for code in case.results.pillars if code != iso3]
    groups: dict[str, list[float | None]] = {
        "China": [],
        sentence_start(phrase_list(tuple(country(case, code) for code in named))): [],
        sentence_start(candidate(case)): [],
        "others": [],
        "not attributed": [],
    }
    for stage in stages:
        shares = case.results.stage_shares[stage]
        by_country = {code: 100 * share for code, share in _by_country(shares).items()}
        china = by_country.pop(CHINA, 0.0)
        pillars_own = [by_country.pop(code) for code in named if code in by_country]
        own = by_country.pop(iso3, None)
        values = (
            china,
            sum(pillars_own) if pillars_own else None,
            own,
            sum(by_country.values()) if by_country else None,
            100 * shares.concentration.unattributed,
        )
        for group, value in zip(groups.values(), values, strict=True):
            group.append(value)
    return groups


def show_stage_capacity(case: Case) -> Exhibit:
    """The candidate's capacity by stage today and at the horizon, against what a pillar needs."""
    iso3 = case.results.candidate
    now, then = case.results.now, case.results.horizon
    threshold = case.results.specification.threshold
    lines = {
        f"{100 * threshold:g} % of the pillars' need, {then.year}": threshold
        * float(then.need.tonnes.mean())
    }
    if then.balance.home_need is not None:
        lines[f"own need, {then.year}"] = then.balance.home_need[0]
    stages = [STAGE_LABELS[stage] for stage in STAGES]
    sources = tuple(
        dict.fromkeys(s for stage in STAGES for s in then.capacity.record(iso3, stage).source_ids)
    )
    return Exhibit(
        id="fig-stage-capacity",
        title=_capacity_title(case),
        note=Markup(
            "Tonnes of NdFeB magnets a year that each stage allows; bars are means, lines the 10th "
            "to 90th percentile; hatched bars rest on a stand-in; no bar where nothing is on "
            "record. Dashed, {:g} % of the need of {}. {}"
        ).format(100 * threshold, pillars(case), sources_note(case, sources)),
        alt="; ".join(_capacity_alt(then, iso3)) + f" ({then.label}).",
        figure=draw_stage_capacity(
            stages,
            [_bars(now, iso3, is_faint=True), _bars(then, iso3)],
            lines=lines,
            empty=name_empty([then.capacity.record(iso3, stage) for stage in STAGES], stages),
        ),
        columns=("Stage", "Date", "Mean, t", "P10, t", "P90, t", "How known"),
        rows=[
            (STAGE_LABELS[stage], moment.label, *_rounded(moment, iso3, stage))
            for stage in STAGES
            for moment in (now, then)
        ],
        source_ids=sources,
    )


def _capacity_title(case: Case) -> str:
    breadth = case.results.horizon.breadth[case.results.candidate]
    threshold = 100 * case.results.specification.threshold
    name = sentence_start(candidate(case))
    year = horizon(case)
    reached = [
        stage.value
        for stage, share in zip(STAGES, breadth.share_of_need, strict=True)
        if share >= case.results.specification.threshold
    ]
    if not is_on_record(case):
        return f"No capacity of {candidate(case)} is on record at any stage"
    if not reached:
        return (
            f"On average, {candidate(case)} stays below {threshold:g} % of the pillars' need "
            f"at every stage through {year}"
        )
    plural = "s" if len(reached) > 1 else ""
    return (
        f"{name} reaches {threshold:g} % of the pillars' need at the {phrase_list(tuple(reached))} "
        f"stage{plural} by the end of {year}"
    )


def _bars(moment: Moment, iso3: str, *, is_faint: bool = False) -> CapacityBars:
    records = [moment.capacity.record(iso3, stage) for stage in STAGES]
    return CapacityBars(
        name=moment.label,
        values=[record.value if has_bar(record) else None for record in records],
        low=[record.low if has_bar(record) else None for record in records],
        high=[record.high if has_bar(record) else None for record in records],
        is_stand_in=[record.status in {STAND_IN, NOT_KNOWN} for record in records],
        is_faint=is_faint,
    )


def has_bar(record: StageRecord) -> bool:
    """Whether a stage has a capacity to draw: nothing on record is no bar of zero."""
    return record.is_known and record.status != NONE_ON_RECORD


def name_empty(records: Sequence[StageRecord], labels: Sequence[str]) -> dict[str, str]:
    """What stands where a stage has no bar, by the stage's label."""
    return {
        label: record.status.replace(" on ", "<br>on ")
        for record, label in zip(records, labels, strict=True)
        if not has_bar(record)
    }


def _capacity_alt(moment: Moment, iso3: str) -> list[str]:
    return [
        f"{stage.value}: " + phrase_capacity(moment.capacity.record(iso3, stage))
        for stage in STAGES
    ]


def phrase_capacity(record: StageRecord) -> str:
    """A stage's mean capacity for who cannot see the bar: nothing on record is no bar of zero."""
    if not has_bar(record):
        return record.status
    return attach_unit(show_number(record.value, "", like="t a"), "tonnes")


def _rounded(moment: Moment, iso3: str, stage: Stage) -> tuple[float | None, ...]:
    record = moment.capacity.record(iso3, stage)
    if not record.is_known:
        return (None, None, None, record.status)  # type: ignore[return-value]  # last cell is words
    return (round(record.value), round(record.low), round(record.high), record.status)  # type: ignore[return-value]  # same
