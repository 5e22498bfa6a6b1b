"""`pillar data gaps`: what we do not know, by what the verdict loses."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from third_pillar import evidence
from third_pillar.cli.answer import answer_json, say, warn
from third_pillar.cli.reporting import read_assignments
from third_pillar.cli.terminal import lay_out_fields, say_lines, terminal_width
from third_pillar.vocabulary.amounts import counted

if TYPE_CHECKING:
    from third_pillar.assessment.gap_ranking import GapRanking, Progress, RankedGap

_UNDER_A_TONNE = 0.5


def rank(assignments: list[str], *, draws: int, everything: bool, as_json: bool) -> int:
    """Exit code after the gaps were ranked.

    Raises:
        ParameterFault: Unknown name or wrong value.
        EvidenceFault: The data package breaks its rules.
        MissingEvidence: A figure without which nothing can be ranked is not on record.
    """
    given: dict[str, object] = dict(read_assignments(assignments))
    from third_pillar.assessment.case import ask
    from third_pillar.assessment.gap_ranking import rank_gaps

    question = ask(**given)
    known = evidence.load_evidence(question.as_of, scenario=question.parameters.scenario)
    specifications = evidence.load_specifications()
    with _show_trials() as progress:
        ranking = rank_gaps(question, known, specifications, draws=draws, progress=progress)
    if as_json:
        answer_json(_as_data(ranking, question.parameters.model_dump(mode="json")))
    else:
        _say_ranking(ranking, everything=everything)
    return 0


@contextmanager
def _show_trials() -> Iterator[Progress]:
    """A bar on a terminal; elsewhere a line at the first and at every tenth trial."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress as Bar

        with Bar(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("trying the ends of each stand-in", total=None)

            def advance(number: int, of: int, gap: str) -> None:
                bar.update(task, description=gap, completed=number - 1, total=of)

            yield advance
    else:

        def note(number: int, of: int, gap: str) -> None:
            if number == 1 or number % 10 == 0:
                warn(f"[{number}/{of}] {gap}")

        yield note


def _as_data(ranking: GapRanking, parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "parameters": parameters,
        "answer": ranking.answer,
        "definitions": ranking.definitions,
        "draws": ranking.draws,
        "need_t": round(ranking.need, 1),
        "served_t": round(ranking.served, 1),
        "gaps": [
            {
                "rank": place if one.is_measured else None,
                "gap_id": one.gap.id,
                "what": one.gap.what,
                "country": one.gap.country,
                "stage": one.gap.stage,
                "rating": one.gap.stand_in.rating if one.gap.stand_in else None,
                "enters": one.enters,
                "flipped": one.flipped,
                "tonnes": round(one.tonnes, 1),
                "loss": round(one.loss, 4),
                "trials": [
                    {
                        "end": trial.end,
                        "flipped": trial.flipped,
                        "tonnes": round(trial.tonnes, 1),
                        "answer": trial.answer,
                    }
                    for trial in one.trials
                ],
            }
            for place, one in enumerate(ranking.ranked, start=1)
        ],
    }


def _say_ranking(ranking: GapRanking, *, everything: bool) -> None:
    width = terminal_width()
    say(
        f"With every stand-in as it is: {ranking.answer}; {ranking.served:,.0f} of "
        f"{ranking.need:,.0f} t a year of the pillars' need are served. "
        f"{counted(ranking.definitions, 'definition')}, {ranking.draws:,} draws a trial.\n"
    )
    measured = [one for one in ranking.ranked if one.is_measured]
    for place, one in enumerate(measured, start=1):
        say_lines(_gap_in_words(place, one, width))
    rest = [one for one in ranking.ranked if not one.is_measured]
    if everything:
        say("Nothing stands in, or it enters no number, so no end can be tried:")
        for one in rest:
            where = " ".join(filter(None, [one.gap.country, one.gap.stage]))
            say_lines([f"  {one.gap.id}  {one.gap.what} ({where or 'everywhere'})"])
    else:
        have = counted(len(rest), "more gap has", "more gaps have")
        say(f"{have} no end that could be tried; --all lists them.")


def _gap_in_words(place: int, one: RankedGap, width: int) -> list[str]:
    where = " ".join(filter(None, [one.gap.country, one.gap.stage]))
    rating = one.gap.stand_in.rating if one.gap.stand_in else ""
    trials = [
        (
            trial.end,
            (
                f"{counted(trial.flipped, 'definition flips', 'definitions flip')}, "
                f"{_tonnes(trial.tonnes)}, verdict {trial.answer}"
            ),
        )
        for trial in one.trials
    ]
    return [
        f"{place:>2}  {one.gap.id}  ({where or 'everywhere'}; stand-in rated {rating})",
        *lay_out_fields([("", one.gap.what), *trials], width),
        "",
    ]


def _tonnes(tonnes: float) -> str:
    if abs(tonnes) < _UNDER_A_TONNE:
        return "no tonnes"
    return f"{tonnes:+,.0f} t a year served"
