"""The ledger as a table: short in the briefing, whole on the page of claims.

Rows carry what the page's filters read; without scripts the whole table stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import pandas as pd
from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.entries import phrase_published
from third_pillar.assessment.ledger import STANCES, select_evidence
from third_pillar.assessment.rows import find_row
from third_pillar.briefing.claim_words import WAYS, claim_anchor, settled_words
from third_pillar.briefing.markup import Fragment, fragment, paragraph, table
from third_pillar.briefing.numbers import phrase_list, show_number, show_range
from third_pillar.briefing.words import phrase_date, slug, sources_note
from third_pillar.vocabulary.amounts import counted, find_distance_unit
from third_pillar.vocabulary.codes import Settled, Verdict
from third_pillar.vocabulary.findings import ClaimVerdict

_BREAK = Markup("<br>")
_TABLE_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def compose_short_ledger(case: Case) -> Markup:
    """Every claim in four columns: ours, verdict, and the grounds in one cell."""
    return _compose_table(
        case,
        ("Claim", "In our words", "Verdict", "Why, on what, and what would flip it"),
        [
            (claim_id, verdict.label, settled_words(verdict), _grounds(case, verdict))
            for claim_id, verdict in case.verdicts.items()
        ],
    )


def compose_ledger(case: Case) -> Fragment:
    """Every claim with all that is on record about it, its evidence folded away."""
    if not case.verdicts:
        return fragment(paragraph("No claim of the article bears on this candidate."))
    claims = case.results.article.claims.set_index("claim_id")
    return fragment(
        paragraph(
            "Each entry says what the article claims, in our words and in a few of its own, how "
            "it was settled and what would change the verdict. “Margin” is the distance of the "
            "value to the nearest threshold; evidence says how much there is, agreement how far "
            "it points one way."
        ),
        _compose_table(
            case,
            _COLUMNS,
            [
                (
                    claim_id,
                    verdict.label,
                    settled_words(verdict),
                    _locator(claims.loc[claim_id, "fragment"], claims.loc[claim_id, "speaker"]),
                    verdict.reason,
                    _test(case, verdict),
                    _flips(verdict),
                    _confidence(verdict),
                    _evidence(case, claim_id),
                    _history(verdict),
                )
                for claim_id, verdict in case.verdicts.items()
            ],
        ),
    )


_COLUMNS = (
    "Claim", "In our words", "Verdict", "Where", "Why", "Test", "Would flip if", "Confidence",
    "Evidence", "History",
)  # fmt: skip


def _compose_table(
    case: Case, columns: tuple[str, ...], rows: Iterable[tuple[str | Markup, ...]]
) -> Markup:
    verdicts = case.verdicts
    topics = sorted({verdict.topic for verdict in verdicts.values()})
    filters = [
        ["verdict", "Verdict", [verdict.value for verdict in Verdict]],
        ["how", "Settled", list(WAYS.values())],
        ["topic", "Topic", topics],
    ]
    return table(
        columns,
        rows,
        caption="Every claim with its verdict",
        attributes={"data-filters": json.dumps(filters, ensure_ascii=False)},
        row_attributes=[
            {
                "id": claim_anchor(claim_id),
                "data-verdict": verdict.verdict.value,
                "data-how": WAYS[verdict.how],
                "data-topic": verdict.topic,
            }
            for claim_id, verdict in verdicts.items()
        ],
    )


def _grounds(case: Case, verdict: ClaimVerdict) -> Markup:
    parts = [Markup("{}").format(verdict.reason), _test(case, verdict)]
    if verdict.flips_if:
        parts.append(Markup("Flips if {}.").format(verdict.flips_if))
    if verdict.source_ids:
        parts.append(sources_note(case, verdict.source_ids))
    return _BREAK.join(part for part in parts if part)


def _test(case: Case, verdict: ClaimVerdict) -> Markup:
    if verdict.value is not None:
        return _measured_value(verdict, verdict.value)
    if verdict.how is Settled.EVENT_TESTED:
        return _BREAK.join(phrase_event(case, event) for event in verdict.rests_on)
    if verdict.how is Settled.DOCUMENTED and verdict.threshold:
        return Markup("Weighed: {}.").format(verdict.threshold)
    return Markup("")


def phrase_event(case: Case, event_id: str) -> Markup:
    """A dated event with its id, e.g. "E20 (2025-11-07): …"."""
    row = find_row(case.results.evidence, "policy_events", event_id)
    return Markup("{} ({}): {}.").format(
        event_id, phrase_date(row["date"], row["date_precision"]), row["event"]
    )


def _measured_value(verdict: ClaimVerdict, value: float) -> Markup:
    ends = Markup("")
    if verdict.low is not None and verdict.high is not None:
        ends = Markup("{}").format(show_range(value, verdict.low, verdict.high, like=verdict.unit))
    # a value as near to a threshold as its margin is written so that its side shows
    near = () if verdict.margin is None else (value - verdict.margin, value + verdict.margin)
    return Markup(
        'Measured: <data class="n" value="{}" data-source="{}">{}</data>{}; {}.{}'
    ).format(
        f"{value:.6g}", verdict.rests_on[0], show_number(value, verdict.unit, limits=near),
        ends, verdict.threshold, _draws(verdict),
    )  # fmt: skip


def _draws(verdict: ClaimVerdict) -> str:
    shares = {word: share for word, share in verdict.draw_shares.items() if share > 0}
    if len(shares) < 2:  # noqa: PLR2004  one verdict in all draws is the verdict itself
        return ""
    order = sorted(shares.items(), key=lambda pair: -pair[1])
    return f" By draws: {phrase_list(tuple(f'{w} in {_share(s)}' for w, s in order))}."


def _share(share: float) -> str:
    return "under 1 %" if share < 0.01 else f"{100 * share:.0f} %"  # noqa: PLR2004  one per cent


def _locator(words: object, speaker: object) -> Markup:
    return Markup("“{}” ({})").format(words, speaker)


def _flips(verdict: ClaimVerdict) -> Markup:
    parts = []
    if verdict.flips_if:
        parts.append(Markup("{}.").format(verdict.flips_if))
    if verdict.margin is not None:
        size = show_number(abs(verdict.margin), find_distance_unit(verdict.unit))
        parts.append(Markup("Margin: {}.").format(size))
    if verdict.flips_by:
        # tables are named as in the data package; a reader meets words
        change = _in_words(verdict.flips_by)
        parts.append(Markup("Smallest change: {}.").format(change.rstrip(".")))
    return Markup(" ").join(parts)


def _confidence(verdict: ClaimVerdict) -> str:
    if verdict.how is Settled.OPINION:
        return ""
    said = [str(verdict.confidence.value)]
    if verdict.evidence and verdict.agreement:
        said.append(f"evidence {verdict.evidence}, agreement {verdict.agreement}")
    return "; ".join(said)


def _evidence(case: Case, claim_id: str) -> Markup:
    rows = select_evidence(case.results, (claim_id,)).to_dict("records")
    if not rows:
        return Markup("")
    held = [str(row["stance"]) for row in rows]
    found = tuple(f"{held.count(s)} {_STANCE_NOUNS[s]}" for s in STANCES if s in held)
    rows = sorted(rows, key=lambda row: STANCES.index(str(row["stance"])))
    return Markup(
        '<details class="fold"><summary>{}: {}</summary><ul>{}</ul></details>'
    ).format(
        counted(len(rows), "row"), phrase_list(found),
        Markup("").join(Markup("<li>{}</li>").format(phrase_evidence(case, row)) for row in rows),
    )  # fmt: skip


_STANCE_NOUNS = {
    "supports": "for",
    "refutes": "against",
    "qualifies": "limiting",
    "context": "background",
}
_STANCE_WORDS = {
    "supports": "For",
    "refutes": "Against",
    "qualifies": "Limits it",
    "context": "Background",
}


def phrase_evidence(case: Case, row: dict[object, object]) -> Markup:
    """One row of evidence: stance, what it says, its figure, source and reliability."""
    source = str(row["source_id"])
    grade = case.results.evidence.sources.loc[source]
    figure = phrase_published(_said(row["figure"]), _said(row["unit"]))
    return Markup(
        '<span class="stance">{}:</span> {}{}. <a href="#s-{}">{}</a>, {}, reliability {}{}.'
    ).format(
        _STANCE_WORDS[str(row["stance"])], str(row["summary"]).rstrip("."),
        f" ({figure})" if figure else "", slug(source), grade["publisher"],
        _said(row["date"]) or "undated", grade["reliability"], grade["credibility"],
    )  # fmt: skip


def _said(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell)  # type: ignore[call-overload]  # any scalar may come


def _history(verdict: ClaimVerdict) -> Markup:
    return _BREAK.join(
        Markup("{}: from {} to {}, because {}.").format(
            turn.date, turn.before.value, turn.after.value, _in_words(turn.because.rstrip("."))
        )
        for turn in verdict.changed
    )


def _in_words(text: str) -> str:
    """Names of tables and assumptions as a reader would say them."""
    return _TABLE_NAME.sub(lambda name: name[0].replace("_", " "), text)
