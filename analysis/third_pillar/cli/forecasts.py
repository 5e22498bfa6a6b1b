"""`pillar forecasts …`: predictions of the model, written once and scored by the register."""

from __future__ import annotations

import datetime as dt

import typer

from third_pillar.cli.answer import answer_json, say
from third_pillar.cli.options import Json
from third_pillar.vocabulary.amounts import counted

forecasts = typer.Typer(
    help="Predictions of the model: written once, scored by the register.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@forecasts.command("register")
def forecasts_register(json: Json = False) -> int:
    """Write the model's predictions of today behind those on record."""
    from third_pillar import evidence
    from third_pillar.assessment.case import ask
    from third_pillar.assessment.forecasts import make_forecasts, select_new
    from third_pillar.assessment.results import assess_results

    question = ask(as_of="data")
    known = evidence.load_evidence(question.as_of, scenario=question.parameters.scenario)
    article = evidence.load_article(question.parameters.article)
    results = assess_results(question, known, article)
    made = make_forecasts(results, made_on=dt.datetime.now(tz=dt.UTC).date())
    fresh = select_new(made, evidence.read_forecasts())
    evidence.append_forecasts(fresh)
    ids = [row["forecast_id"] for row in fresh]
    if json:
        answer_json({"status": "registered" if ids else "unchanged", "forecasts": ids})
    elif ids:
        span = ids[0] if len(ids) == 1 else f"{ids[0]} to {ids[-1]}"
        say(f"{counted(len(ids), 'forecast')} registered: {span}.")
    else:
        say("Nothing to register: the same data and model have made these forecasts already.")
    return 0


@forecasts.command("list")
def forecasts_list(json: Json = False) -> int:
    """Every registered forecast with its chance."""
    from third_pillar import evidence
    from third_pillar.briefing.forecasts import phrase_chance

    rows = evidence.read_forecasts()
    if json:
        answer_json({"forecasts": [dict(row) for row in rows]})
        return 0
    for row in rows:
        chance = phrase_chance(float(row["probability"]))
        say(f"{row['forecast_id']}  {chance:>9}  {row['statement']}  (made {row['made_on']})")
    say(f"{counted(len(rows), 'forecast')}.")
    return 0


@forecasts.command("score")
def forecasts_score(json: Json = False) -> int:
    """Settle what the register settles: outcomes, Brier score, counts, misses."""
    from third_pillar import evidence
    from third_pillar.assessment.case import ask
    from third_pillar.assessment.forecast_outcomes import OPEN
    from third_pillar.assessment.forecasts import FEW, score_forecasts, settle_forecasts
    from third_pillar.briefing.forecasts import phrase_chance, phrase_score

    as_of = ask(as_of="today").as_of
    settled = settle_forecasts(evidence.read_forecasts(), evidence.load_evidence(as_of))
    score = score_forecasts(settled)
    if json:
        answer_json(
            {
                "as_of": as_of.isoformat(),
                "registered": len(settled),
                "settled": score.count,
                "came_true": score.came_true,
                "expected": score.expected,
                "brier": score.brier,
                "is_few": score.count < FEW,
                "misses": [one.row["forecast_id"] for one in settled if one.is_miss],
                "forecasts": [
                    {
                        "forecast_id": one.row["forecast_id"],
                        "probability": one.probability,
                        "outcome": one.outcome,
                        "because": one.because,
                    }
                    for one in settled
                ],
            }
        )
        return 0
    say(phrase_score(settled))
    for one in settled:
        if one.outcome != OPEN:
            mark = "MISS  " if one.is_miss else "      "
            chance = phrase_chance(one.probability)
            say(f"{mark}{one.row['forecast_id']}  {chance:>9}  {one.outcome:<4}{one.because}")
    return 0
