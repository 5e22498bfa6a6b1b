"""The registered forecasts in a report: what was predicted, and how it went."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.forecast_outcomes import OPEN, Settled
from third_pillar.assessment.forecasts import FEW, score_forecasts, settle_forecasts
from third_pillar.briefing.markup import Fragment, fragment, paragraph, table
from third_pillar.briefing.numbers import NBSP
from third_pillar.briefing.words import day
from third_pillar.evidence import read_forecasts
from third_pillar.vocabulary.amounts import counted


def compose_forecasts(case: Case) -> Fragment:
    """The register of forecasts as of the day asked, with its score; misses first."""
    asked = case.results.question.as_of
    known = [row for row in read_forecasts() if row["as_of"] <= asked.isoformat()]
    if not known:
        return fragment(paragraph(f"No forecast was registered on what was known by {day(asked)}."))
    settled = settle_forecasts(known, case.results.evidence)
    return fragment(
        paragraph(
            f"The register holds {counted(len(known), 'forecast')} that the model made of its own "
            "pipeline. They are written once, with the hashes of data and code, and never edited; "
            "the plant register settles them.",
            phrase_score(settled),
        ),
        table(
            ("Forecast", "Chance", "Event", "Made on", "Outcome"),
            [
                (
                    one.row["forecast_id"],
                    phrase_chance(one.probability),
                    one.row["statement"],
                    one.row["made_on"],
                    Markup("<strong>{}, a miss</strong>").format(one.outcome)
                    if one.is_miss
                    else one.outcome,
                )
                for one in sorted(settled, key=_misses_first)
            ],
            caption="Registered forecasts, misses first",
        ),
    )


def phrase_chance(chance: float) -> str:
    """A chance in whole percent; a small one is not said to be none."""
    shown = f"{100 * chance:.0f}" if chance >= _ONE_PERCENT else "under 1"
    return f"{shown}{NBSP}%"


_ONE_PERCENT = 0.01


def _misses_first(one: Settled) -> tuple[bool, bool, str]:
    return (not one.is_miss, one.outcome == OPEN, one.row["forecast_id"])


def phrase_score(settled: Sequence[Settled]) -> str:
    """The score in a sentence: counts always, and a warning where they are few."""
    score = score_forecasts(settled)
    waiting = len(settled) - score.count
    if score.brier is None:
        return f"None is settled yet; {waiting} are open."
    few = (
        f" With fewer than {FEW} settled, read the counts and not the score."
        if score.count < FEW
        else ""
    )
    misses = sum(one.is_miss for one in settled)
    return (
        f"{score.count} are settled: {score.came_true} came true where {score.expected:.1f} were "
        f"expected, {misses} leaned the wrong way, Brier score {score.brier:.3f}; {waiting} are "
        f"open.{few}"
    )
