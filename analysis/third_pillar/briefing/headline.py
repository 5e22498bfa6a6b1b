"""Title, bottom line and key judgements."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from third_pillar.assessment.capacity import STAND_IN
from third_pillar.assessment.case import Case
from third_pillar.briefing.data_notes import note_overdue, note_own_figures
from third_pillar.briefing.markup import (
    Fragment,
    bullets,
    fragment,
    number,
    paragraph,
    section,
    span,
)
from third_pillar.briefing.numbers import (
    LIKELIHOOD_EDGES,
    phrase_count,
    phrase_likelihood,
    phrase_list,
)
from third_pillar.briefing.window import phrase_standing
from third_pillar.briefing.words import (
    STAGE_NOUNS,
    candidate,
    country,
    day,
    horizon,
    is_on_record,
    narrowest,
    others,
    phrase_nothing_on_record,
    phrase_supposed,
    pillars,
    sentence_start,
)
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import STAGES, Settled, Stage, Verdict
from third_pillar.vocabulary.findings import BottomLine
from third_pillar.vocabulary.specifications import READING_WORDS, Reading


def compose_title(case: Case) -> Fragment:
    """The question as title, its scope as standfirst."""
    return fragment(
        Markup("<h1>{}</h1>").format(phrase_question(case)),
        paragraph(
            f"A pillar would carry a real part of the need of {pillars(case)} from mine to magnet, "
            "but the word has no agreed meaning. This briefing measures it under every definition "
            "on record, and tests what an article claimed, on the figures known as of "
            f"{day(case.results.question.as_of)}.",
            css="standfirst",
        ),
        note_own_figures(case),
        _staleness(case),
        note_overdue(case),
    )


def phrase_question(case: Case) -> str:
    """The question the report answers."""
    name = sentence_start(candidate(case))
    if case.results.candidate in case.results.pillars:
        return f"Is {candidate(case)} a pillar of a rare-earth network without China?"
    place = {1: "second", 2: "third", 3: "fourth"}.get(len(case.results.pillars), "next")
    del name
    return f"Can {candidate(case)} be the {place} pillar of a rare-earth network without China?"


def _staleness(case: Case) -> Markup:
    if not case.results.question.is_stale:
        return Markup("")
    released = case.results.evidence.release.date
    return paragraph(
        f"The data package is dated {released}; this report is asked for as of "
        f"{case.results.question.as_of.isoformat()}. What happened in between is not in it.",
        css="banner",
    )


def compose_bottom_line(case: Case) -> BottomLine:
    """The answer by the breadth reading, in words generated from the results."""
    answer = case.results.curve.verdict
    return BottomLine(
        answer=answer,
        reading="specification curve",
        text=" ".join(str(part) for part in _answer_sentences(case, answer)),
    )


def compose_headline(case: Case) -> Fragment:
    """The bottom line: the answer in three sentences, and what it rests on."""
    answer = compose_bottom_line(case).answer
    release = case.results.evidence.release
    return section(
        "bottom-line",
        Markup("<h2>The bottom line</h2>"),
        paragraph(*_answer_sentences(case, answer, linked=True)),
        paragraph(
            "What this rests on: "
            f"data release {release.version} of {release.date}, scenario "
            f"{case.results.question.parameters.scenario}, "
            f"{case.results.question.parameters.draws:,} draws over the ranges of the figures. "
            f"{_stand_ins(case)}",
            css="rests-on",
        ),
    )


def _stand_ins(case: Case) -> str:
    capacity = case.results.horizon.capacity
    found = []
    for iso3 in dict.fromkeys((case.results.candidate, *case.results.pillars)):
        stages = tuple(s.value for s in STAGES if capacity.record(iso3, s).status == STAND_IN)
        if stages:
            found.append(f"{country(case, iso3)} ({phrase_list(stages)})")
    if not found:
        return ""
    return f"Rated assumptions stand in for missing data on {phrase_list(tuple(found))}."


def _answer_sentences(case: Case, answer: str, *, linked: bool = False) -> list[str | Markup]:
    def shown(expression: str) -> str | Markup:
        mark = number(case.find_metric(expression))
        return mark if linked else mark.striptags()

    specification = case.results.specification
    stages = case.results.horizon.breadth[case.results.candidate].stages_reached
    opening = _UNANIMOUS.get(case.results.curve.share, _OPENINGS[answer])
    first = opening.format(
        share=shown("specification_share()"),
        count=shown("specification_count()"),
        name=candidate(case),
    ) + _extremes(case, shown)
    second = Markup(
        "By breadth, {} reaches {:g} % of the need of {} at {} of the four stages by the end of "
        "{}; a pillar reaches it at {} or more."
    ).format(
        candidate(case), 100 * specification.threshold, pillars(case), phrase_count(stages),
        horizon(case), phrase_count(specification.stages_needed),
    )  # fmt: skip
    third = _answer_served(case, shown) if others(case) else Markup("")
    bare = Markup("") if is_on_record(case) else Markup("{}").format(phrase_nothing_on_record(case))
    return [part if linked else part.striptags() for part in (first, second, bare, third) if part]


def _answer_served(case: Case, shown: Callable[[str], str | Markup]) -> Markup:
    pool = case.results.horizon.served["pillars", "metal counted", True]
    return Markup(
        "Of that need {}{} can serve {} without China; {} adds {}, and the narrowest {}. "
        "With metal left out it {}."
    ).format(
        others(case),
        " alone" if len(set(case.results.pillars) - {case.results.candidate}) == 1 else "",
        shown("served_share(pillars, metal, without, horizon)"),
        candidate(case),
        _gain(case, "metal", shown),
        narrowest(pool.binding_stages, then=True),
        _change(case, shown),
    )


def _words(shown: str | Markup) -> str:
    return shown.striptags() if isinstance(shown, Markup) else shown


def _change(case: Case, shown: Callable[[str], str | Markup]) -> Markup:
    """What the candidate does to the share without metal: the two shares where they differ."""
    before, after = (
        shown(f"served_share(pillars, no_metal, {joins}, horizon)") for joins in ("without", "with")
    )
    if _words(before) == _words(after):
        return Markup("adds {} to a share of {}").format(_gain(case, "no_metal", shown), before)
    return Markup("takes the share from {} to {}").format(before, after)


_OPENINGS = {
    "yes": Markup("Yes: {share} of {count} of pillar make {name} one"),
    "no": Markup("No: only {share} of {count} of pillar make {name} one"),
    "contested": Markup("It depends on what a pillar is: {share} of {count} make {name} one"),
}


_UNANIMOUS = {
    1.0: Markup("Yes: all {count} of pillar make {name} one"),
    0.0: Markup("No: none of {count} of pillar makes {name} one"),
}


def _extremes(case: Case, shown: Callable[[str], str | Markup]) -> Markup:
    """The readings that say pillar most and least often, where readings differ."""
    shares = {
        reading: metric.value
        for reading in Reading
        if (metric := case.find_metric(f"specification_share_of({reading})"))
        and isinstance(metric.value, float)
    }
    most, least = (pick(shares, key=lambda r: shares[r]) for pick in (max, min))
    if shares[most] == shares[least]:
        return Markup(".")
    return Markup(" ({} by {}, {} by {}).").format(
        shown(f"specification_share_of({most})"), READING_WORDS[most],
        shown(f"specification_share_of({least})"), READING_WORDS[least],
    )  # fmt: skip


def _gain(case: Case, metal: str, shown: Callable[[str], str | Markup]) -> str | Markup:
    expression = f"served_gain(pillars, {metal}, horizon)"
    return "nothing" if case.metric(expression).value == 0 else shown(expression)


def _best_stage(case: Case) -> Stage:
    breadth = case.results.horizon.breadth[case.results.candidate]
    known = [
        (float(share), stage)
        for share, stage in zip(breadth.share_of_need, STAGES, strict=True)
        if share == share  # noqa: PLR0124  a stage not known is NaN, which differs from itself
    ]
    return max(known, key=lambda pair: pair[0])[1]


def compose_judgements(case: Case) -> Fragment:
    """Three to six key judgements, each generated from a result."""
    return section(
        "judgements",
        Markup("<h2>Key judgements</h2>"),
        bullets(compose_judgement_list(case)),
    )


def compose_judgement_list(case: Case) -> list[Markup]:
    """The key judgements one by one; likelihood and confidence stand in separate sentences."""
    said = [_judge_breadth(case), _judge_chain(case), _judge_feed(case), _judge_pillars(case),
            _judge_window(case), _judge_article(case)]  # fmt: skip
    return [judgement for judgement in said if judgement]


def _judge_breadth(case: Case) -> Markup:
    iso3, best = case.results.candidate, _best_stage(case)
    threshold = 100 * case.results.specification.threshold
    metric = case.metric(f"breadth_chance({iso3}, horizon)")
    why = (
        Markup("Its best stage is {}, with {} of the need.").format(
            STAGE_NOUNS[best],
            number(case.find_metric(f"share_of_need({iso3}, {best}, horizon)"), limits=[threshold]),
        )
        if is_on_record(case)
        else Markup("{}").format(phrase_nothing_on_record(case))
    )
    return Markup(
        "<strong>Pillar by breadth at the end of {}: {} ({}).</strong> {} Confidence is {}."
    ).format(
        horizon(case), phrase_likelihood(float(metric.value or 0)),
        number(metric, limits=LIKELIHOOD_EDGES), why, metric.confidence,
    )  # fmt: skip


def _judge_chain(case: Case) -> Markup:
    if case.find_metric("binding_stage(horizon)") is None or not is_on_record(case):
        return Markup("")
    need = case.find_metric("home_need(horizon)")
    against = (
        Markup(" against a need of its own of {}").format(number(need)) if need else Markup("")
    )
    return Markup(
        "<strong>In its own chain the narrowest {}.</strong> From its own mines to its own magnets "
        "it could make {}{} by the end of {}{}."
    ).format(
        narrowest(case.results.horizon.balance.binding_stages),
        number(case.find_metric("chain_flow(horizon)")),
        span(case.find_metric("chain_flow(horizon)")), horizon(case), against,
    )  # fmt: skip


def _judge_feed(case: Case) -> Markup:
    cover, balance = (
        next((m for name, m in case.metrics.items() if name.startswith(f"{wanted}(")), None)
        for wanted in ("oxide_coverage", "oxide_balance")
    )
    if cover is None or balance is None or not isinstance(balance.value, float):
        return Markup("")
    if balance.value >= 0:
        return Markup(
            "<strong>Its oxide would feed its magnet scheme</strong> and leave {}{}."
        ).format(number(balance), span(balance))
    return Markup(
        "<strong>Its magnet scheme outruns its oxide.</strong> The domestic NdPr oxide on record "
        "covers {}{} of what the scheme takes at full output: it would import, not export."
    ).format(number(cover), span(cover))


def _judge_pillars(case: Case) -> Markup:
    named = [iso3 for iso3 in case.results.pillars if iso3 != case.results.candidate]
    if not named:
        return Markup("")
    needed = case.results.specification.stages_needed
    parts: list[Markup] = []
    for iso3 in named:
        metric = case.find_metric(f"breadth_stages({iso3}, horizon)")
        passes = case.results.horizon.breadth[iso3].stages_reached >= needed
        parts.append(
            Markup("{} {} it with {}{}").format(
                sentence_start(country(case, iso3)) if not parts else country(case, iso3),
                "passes" if passes else "fails",
                number(metric),
                _on_stand_ins(case, iso3),
            )
        )
    opening = (
        "The other named pillar takes" if len(named) == 1 else "The other named pillars take"
    ) if len(named) < len(case.results.pillars) else (
        "The named pillar takes" if len(named) == 1 else "The named pillars take"
    )  # fmt: skip
    return Markup("<strong>{} the same test.</strong> {}.").format(
        opening, Markup(" and ").join(parts) if len(parts) < _MANY else Markup(", ").join(parts)
    )


def _on_stand_ins(case: Case, iso3: str) -> str:
    """How many of the stages that reach the threshold rest on a stand-in."""
    then, threshold = case.results.horizon, case.results.specification.threshold
    reached = [
        stage
        for stage, share in zip(STAGES, then.breadth[iso3].share_of_need, strict=True)
        if share >= threshold
    ]
    weak = sum(then.capacity.record(iso3, stage).status == STAND_IN for stage in reached)
    if not weak:
        return ""
    return f" ({'all' if weak == len(reached) else phrase_count(weak)} of these on stand-ins)"


_MANY = 3


def _judge_window(case: Case) -> Markup:
    window = case.results.suspension.window
    if window is None:
        return Markup("")
    supposed = phrase_supposed(case)
    if window.days_left >= 0:
        return Markup(
            "<strong>The suspension runs to {}: {} days are left.</strong> {}It never covered all "
            "controls{}."
        ).format(
            day(window.closes), window.days_left,
            f"So {supposed} has it, not the record. " if supposed else "", phrase_standing(case),
        )  # fmt: skip
    after = "What followed is on record below."
    if supposed and window.is_outcome_known:
        after = f"What followed is not on record: {supposed} supposes it."
    elif not window.is_outcome_known:
        after = "What followed is not on record here."
    return Markup("<strong>The suspension was announced to end on {}.</strong> {}").format(
        day(window.closes), after
    )


def _judge_article(case: Case) -> Markup:
    verdicts = list(case.verdicts.values())
    if not verdicts:
        return Markup("")
    settled = sum(v.how in {Settled.MEASURED, Settled.EVENT_TESTED} for v in verdicts)
    what = "claim of the article that bears", "claims of the article that bear"
    bearing = counted(len(verdicts), *what)
    counts: dict[str, int] = {}
    for verdict in verdicts:
        counts[verdict.verdict.value] = counts.get(verdict.verdict.value, 0) + 1
    parts = tuple(
        f"{count} {'opinions' if word == Verdict.OPINION and count > 1 else word}"
        for word, count in _ordered(counts)
    )
    return Markup(
        "<strong>Of {} on this question, {} settled here by data or by a dated event.</strong> "
        "In all: {}."
    ).format(bearing, _settled_words(settled, len(verdicts)), phrase_list(parts))


def _settled_words(settled: int, whole: int) -> str:
    if settled == whole:
        return "all were" if whole > 1 else "it was"
    return f"{settled or 'none'} {'was' if settled == 1 else 'were'}"


def _ordered(counts: dict[str, int]) -> list[tuple[str, int]]:
    order = ("supported", "partly supported", "not supported", "contradicted",
             "cannot be tested yet", "opinion")  # fmt: skip
    return [(word, counts[word]) for word in order if counts.get(word)]
