"""`pillar claims agree` and `pillar claims record`: the kit beside a reader, and beside itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from third_pillar import evidence
from third_pillar.assessment.agreement import Agreement, HandReading, compute_agreement
from third_pillar.assessment.case import Case
from third_pillar.cli.answer import answer_json
from third_pillar.cli.claims_case import open_case
from third_pillar.cli.terminal import lay_out_fields, say_lines, terminal_width
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import Verdict
from third_pillar.vocabulary.errors import ParameterFault


def agree_claims(
    path: str | None, article_id: str | None, assignments: list[str], *, as_json: bool
) -> int:
    """Exit code after the kit's verdicts were compared with a reading by hand."""
    given = None if path is None else evidence.read_hand_reading(Path(path))
    case = open_case(article_id, assignments)
    hand = (
        _own_reading(case)
        if given is None
        else {claim: HandReading(*read) for claim, read in given.items()}
    )
    agreement = compute_agreement(case.verdicts, hand, is_own=given is None)
    if as_json:
        answer_json(_as_data(agreement))
    else:
        say_lines(phrase_agreement(agreement, against=path or "the ledger's own reading by hand"))
    return 0


def _own_reading(case: Case) -> dict[str, HandReading]:
    claims = case.results.article.claims.set_index("claim_id")
    return {
        str(claim): HandReading(Verdict(str(row["hand_verdict"])), str(row["hand_reason"]))
        for claim, row in claims.iterrows()
        if claim in case.verdicts
    }


def _as_data(agreement: Agreement) -> dict[str, Any]:
    return {
        "compared": agreement.compared,
        "agreed": agreement.agreed,
        "kappa": agreement.kappa,
        "confusion": [
            {"kit": kit.value, "hand": hand.value, "claims": count}
            for (kit, hand), count in agreement.counts.items()
        ],
        "left_out": dict(agreement.left_out),
        "disagreements": [asdict(one) for one in agreement.disagreements],
    }


def phrase_agreement(agreement: Agreement, *, against: str) -> list[str]:
    """Confusion table, kappa and each disagreement, as lines for a terminal."""
    kappa = "undefined" if agreement.kappa is None else f"{agreement.kappa:.2f}"
    said = f"{agreement.agreed} of {agreement.compared} equal, Cohen's kappa {kappa}"
    lines = [
        f"The kit against {against}: {said}",
        "",
        *_confusion(agreement.counts),
    ]
    width = terminal_width()
    for one in agreement.disagreements:
        lines += ["", f"{one.claim_id}  {one.label}"]
        lines += lay_out_fields(
            [
                ("Kit", f"{one.kit.value} ({one.how.value})"),
                ("Hand", f"{one.hand.value}; {one.distance}"),
                ("Differ as", one.difference),
                ("Kit says", one.because),
                ("Hand says", one.hand_reason),
                ("Flips if", one.flips_if),
            ],
            width,
        )
    reasons: dict[str, list[str]] = {}
    for claim, why in agreement.left_out.items():
        reasons.setdefault(why, []).append(claim)
    if reasons:
        lines += ["", "Not compared"]
        lines += lay_out_fields(
            [(str(len(found)), f"{why}: {', '.join(found)}") for why, found in reasons.items()],
            width,
        )
    return lines


_SHORT = {
    Verdict.SUPPORTED: "supp.",
    Verdict.PARTLY_SUPPORTED: "partly",
    Verdict.NOT_SUPPORTED: "not s.",
    Verdict.CONTRADICTED: "contr.",
    Verdict.CANNOT_BE_TESTED_YET: "open",
    Verdict.OPINION: "opin.",
}


def _confusion(counts: Mapping[tuple[Verdict, Verdict], int]) -> list[str]:
    used = [verdict for verdict in Verdict if any(verdict in pair for pair in counts)]
    head = "kit \\ hand".ljust(22) + "".join(f"{_SHORT[verdict]:>8}" for verdict in used)
    return [
        head,
        *(
            kit.value.ljust(22)
            + "".join(f"{counts.get((kit, hand), 0) or '·':>8}" for hand in used)
            for kit in used
        ),
    ]


def record_claims(on: str | None, article_id: str | None, *, as_json: bool) -> int:
    """Exit code after verdicts that changed were added to the ledger's history."""
    from third_pillar.assessment.claim_history import record_verdicts

    try:
        day = dt.date.fromisoformat(on) if on else dt.datetime.now(tz=dt.UTC).date()
    except ValueError:
        raise ParameterFault(f"--on {on!r} is no date; write YYYY-MM-DD") from None
    case = open_case(article_id, [])
    entries = record_verdicts(case, on=day)
    if as_json:
        answer_json({"status": "recorded", "entries": [asdict(entry) for entry in entries]})
        return 0
    name = case.results.article.meta["id"]
    lines = [f"{one.claim_id}  {one.verdict}: {one.because}" for one in entries]
    what = (
        f"{counted(len(entries), 'verdict')} added to"
        if entries
        else "No verdict changed; nothing added to"
    )
    say_lines([*lines, f"{what} data/claims/{name}/history.csv"])
    return 0
