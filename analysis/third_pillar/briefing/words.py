"""Words that every part of the report shares: countries, stages, pools, dates."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from third_pillar.assessment.capacity import NONE_ON_RECORD
from third_pillar.briefing.numbers import phrase_list
from third_pillar.evidence import load_scenario
from third_pillar.vocabulary.codes import Stage
from third_pillar.vocabulary.country_words import name_in_sentence

if TYPE_CHECKING:
    from third_pillar.assessment.case import Case

STAGE_WORDS = {
    Stage.MINE: "mine",
    Stage.SEPARATION: "separation",
    Stage.METAL: "metal",
    Stage.MAGNET: "magnet",
}
STAGE_NOUNS = {
    Stage.MINE: "mining",
    Stage.SEPARATION: "separation",
    Stage.METAL: "metal",
    Stage.MAGNET: "magnets",
}
STAGE_LABELS = {stage: word.capitalize() for stage, word in STAGE_WORDS.items()}


def country(case: Case, iso3: str) -> str:
    """A country's name as it stands inside a sentence."""
    return name_in_sentence(case.results.evidence.country_name(iso3))


def candidate(case: Case) -> str:
    """The candidate's name inside a sentence."""
    return country(case, case.results.candidate)


def sentence_start(text: str) -> str:
    """With a capital first letter."""
    return text[:1].upper() + text[1:]


def pillars(case: Case) -> str:
    """The pillars' names, the candidate among them if it is one."""
    return phrase_list(tuple(country(case, iso3) for iso3 in case.results.pillars))


def others(case: Case) -> str:
    """The pillars' names without the candidate."""
    names = tuple(
        country(case, iso3) for iso3 in case.results.pillars if iso3 != case.results.candidate
    )
    return phrase_list(names)


def horizon(case: Case) -> int:
    """The horizon's year."""
    return case.results.question.parameters.horizon


def phrase_supposed(case: Case) -> str:
    """The scenario that says what becomes of the controls; empty where the record says it.

    What it supposes of the time after the suspension says nothing while that runs.
    """
    scenario = load_scenario(case.results.question.parameters.scenario)
    changed = {name for row in scenario.rows.get("export_controls", {}).values() for name in row}
    window = case.results.suspension.window
    if window is not None and window.days_left >= 0:
        changed -= {"outcome", "outcome_from"}
    return f"the scenario “{scenario.title}”" if changed else ""


def is_on_record(case: Case) -> bool:
    """Whether anything is on record of the candidate's chain, be it that its tonnage is unknown."""
    return any(
        case.results.moment(when).capacity.record(case.results.candidate, stage).status
        != NONE_ON_RECORD
        for when in ("now", "horizon")
        for stage in Stage
    )


def phrase_nothing_on_record(case: Case) -> str:
    """What is said in the place of numbers where no row names the candidate's chain."""
    return f"Nothing is on record of a mine or plant in {candidate(case)}, at any stage."


def phrase_lack(case: Case, shown: Markup) -> Markup:
    """What its magnet plants lack in oxide: a mean over draws of which some lack nothing.

    Without the share of the draws it would seem to contradict the mean need and the mean supply,
    of which the second may be the larger.
    """
    lacking = float((case.results.horizon.balance.feed_gap_draws > 0).mean())
    if lacking > _NEARLY_ALL:
        return Markup("would lack {}").format(shown)
    share = f"{100 * lacking:.0f} %" if 100 * lacking >= 1 else "under 1 %"
    return Markup("would lack oxide in {} of the draws, {} on average over all").format(
        share, shown
    )


_NEARLY_ALL = 0.995


def narrowest(stages: tuple[str, ...], *, then: bool = False) -> str:
    """The narrowest stages as a clause, e.g. "stage is metal" or "stages are metal and magnets"."""
    verb = "stage is" if len(stages) == 1 else "stages are"
    nouns = tuple(STAGE_NOUNS[Stage(stage)] for stage in stages)
    return f"{verb}{' then' if then else ''} {phrase_list(nouns)}"


def day(date: dt.date) -> str:
    """A date in words, e.g. "10 November 2026"."""
    return f"{date.day} {date:%B %Y}"


def phrase_date(value: object, precision: object) -> str:
    """A date as exact as it is known: "2025-11-07", "2025-11" or "2025"."""
    return str(value)[: {"year": 4, "month": 7}.get(str(precision), 10)]


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """An id as an anchor: lower-case letters, digits and hyphens."""
    kept = "".join(sign if sign.isalnum() else "-" for sign in text.casefold())
    return "-".join(part for part in kept.split("-") if part)


def sources_note(case: Case, source_ids: tuple[str, ...], *, limit: int = 4) -> Markup:
    """Publishers of a figure's data, each leading to its entry in the list of sources."""
    known = case.results.evidence.sources
    seen: dict[str, str] = {}
    for source in source_ids:
        if source in known.index:
            seen.setdefault(str(known.loc[source, "publisher"]), source)
    links = [
        Markup('<a href="#s-{}">{}</a>').format(slug(source), publisher)
        for publisher, source in list(seen.items())[:limit]
    ]
    more = len(seen) - limit
    tail = Markup(" and {} more").format(more) if more > 0 else Markup("")
    if not links:
        return Markup("No row is on record.")
    return Markup("Sources: ") + Markup(", ").join(links) + tail + Markup(".")
