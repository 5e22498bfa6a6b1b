"""What was promised of plants before, beside what the pipeline would have said."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.pipeline import (
    Promise,
    assess_promises,
)
from third_pillar.briefing.forecasts import phrase_chance
from third_pillar.briefing.markup import (
    Fragment,
    fragment,
    paragraph,
    table,
)
from third_pillar.briefing.numbers import phrase_count
from third_pillar.briefing.words import (
    phrase_date,
    sentence_start,
    sources_note,
)


def compose_promises(case: Case) -> Fragment:
    """What was promised before, what the pipeline would have said, and what came."""
    promises = assess_promises(case.results)
    known = [p for p in promises if p.outcome != _OPEN]
    came = sum(p.outcome == "started" for p in known)
    expected = sum(p.chance for p in known)
    if not promises:
        return fragment(
            paragraph("No promise with a known outcome was on record by the day asked.")
        )
    return fragment(
        paragraph(
            "This is hindsight and no test: the assumptions were set knowing these plants.",
            f"{sentence_start(phrase_count(came))} of {phrase_count(len(known))} had begun by the "
            "end of the period promised; the pipeline, run from the day of each promise, would "
            f"have expected {expected:.1f}.",
            _lesson(came, expected, len(known)),
            _plan_sources(case, promises),
        ),
        table(
            ("Plant", "Promised", "Chance then", "Outcome", "On record"),
            [
                (
                    _plant(p),
                    _promised(p),
                    phrase_chance(p.chance),
                    p.outcome,
                    str(p.plan["note"])
                    if p.outcome != _OPEN
                    else "What came of it was not on record by the day asked.",
                )
                for p in promises
            ],
            caption="Past promises, and the pipeline run from the day they were made",
        ),
    )


_OPEN = "not established"


def _plant(promise: Promise) -> str:
    """The plant's name; a promise may be older than the plant's first row in the register."""
    if promise.plant != str(promise.plan["project_id"]):
        return promise.plant
    return f"{promise.plant} (not in the register by the day asked)"


def _plan_sources(case: Case, promises: tuple[Promise, ...]) -> Markup:
    named = [str(p.plan[key]) for p in promises for key in ("source_id", "source_id_2")]
    return sources_note(case, tuple(dict.fromkeys(named)), limit=2 * len(promises))


def _promised(promise: Promise) -> str:
    by = pd.Timestamp(str(promise.plan["by"])).date()
    return f"{phrase_date(promise.plan['promised_on'], '')}, for {by:%B %Y} at the latest"


def _lesson(came: int, expected: float, cases: int) -> str:
    few = f"{phrase_count(cases)} {'case is' if cases == 1 else 'cases are'} too few to set a rate."
    if came - expected >= 1:
        return (
            "It is too slow for these: its delays were set on plants that slipped, and plants "
            f"close to their start kept their dates. {sentence_start(few)}"
        )
    if expected - came >= 1:
        return f"It is too quick for these; {few}"
    return "Few cases agree with it, and too few to set a rate."
