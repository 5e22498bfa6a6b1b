"""`pillar claims list` and `pillar claims show`."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from third_pillar.assessment.case import Case
from third_pillar.assessment.entries import (
    ClaimEntry,
    EvidenceNote,
    Ground,
    SourceNote,
    collect_entries,
    phrase_margin,
    phrase_published,
    phrase_range,
)
from third_pillar.cli.answer import answer_json
from third_pillar.cli.claims_case import open_case
from third_pillar.cli.terminal import lay_out_fields, lay_out_items, say_plainly, terminal_width
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import Settled, Verdict
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.findings import ClaimVerdict
from third_pillar.vocabulary.parameters import nearest


def list_claims(
    article_id: str | None,
    assignments: list[str],
    wanted: Mapping[str, str | None],
    *,
    as_json: bool,
) -> int:
    """Exit code after the claims that meet every filter are printed, and counted."""
    choices = {
        "verdict": tuple(map(str, Verdict)),
        "how": tuple(map(str, Settled)),
    }
    filters = {
        name: _match(name, value, choices[name])
        for name, value in wanted.items()
        if value is not None and name in choices
    }
    case = open_case(article_id, assignments)
    if wanted.get("topic") is not None:
        topics = tuple(dict.fromkeys(verdict.topic for verdict in case.settled.values()))
        filters["topic"] = _match("topic", str(wanted["topic"]), topics)
    # a list for the eye names no flips, so it does not wait for their search
    shown = {
        claim: verdict
        for claim, verdict in (case.verdicts if as_json else case.settled).items()
        if all(str(getattr(verdict, name)) == value for name, value in filters.items())
    }
    if as_json:
        answer_json(_listing(case, shown))
    else:
        _say_listing(case, shown)
    return 0


def _match(name: str, value: str, valid: tuple[str, ...]) -> str:
    """The choice a filter means, whatever its case and hyphens."""

    def plain(text: str) -> str:
        return re.sub(r"[\s_-]+", " ", text).strip().casefold()

    for choice in valid:
        if plain(choice) == plain(value):
            return choice
    raise ParameterFault(
        f"--{name} {value!r} is not known.{nearest(value, valid)} Valid: {', '.join(valid)}"
    )


def _listing(case: Case, shown: Mapping[str, ClaimVerdict]) -> dict[str, Any]:
    hand = case.results.article.claims.set_index("claim_id")["hand_verdict"]
    return {
        **_about(case),
        "shown": len(shown),
        "of": len(hand),
        "counts": {"verdict": _count(shown, "verdict"), "how": _count(shown, "how")},
        "claims": [
            {
                "claim_id": claim,
                "verdict": verdict.verdict.value,
                "how": verdict.how.value,
                "topic": verdict.topic,
                "paraphrase": verdict.label,
                "value": verdict.value,
                "low": verdict.low,
                "high": verdict.high,
                "unit": verdict.unit,
                "confidence": verdict.confidence.value,
                "hand_verdict": str(hand[claim]),
            }
            for claim, verdict in shown.items()
        ],
    }


def _about(case: Case) -> dict[str, str]:
    meta = case.results.article.meta
    return {
        "article": str(meta["id"]),
        "title": str(meta["title"]),
        "candidate": case.results.candidate,
        "as_of": case.results.question.as_of.isoformat(),
    }


def _count(shown: Mapping[str, ClaimVerdict], name: str) -> dict[str, int]:
    """Claims by verdict or by how, in the order of the closed list; zeros left out."""
    found = Counter(str(getattr(verdict, name)) for verdict in shown.values())
    scale = map(str, Verdict if name == "verdict" else Settled)
    return {word: found[word] for word in scale if found[word]}


def _say_listing(case: Case, shown: Mapping[str, ClaimVerdict]) -> None:
    meta, whole = case.results.article.meta, len(case.results.article.claims)
    bearing = len(case.settled)
    say_plainly(
        f"{meta['title']}\n{meta['publisher']}, {meta['date']}; {_phrase_scope(case, bearing)}\n"
    )
    for claim, verdict in shown.items():
        say_plainly(f"{claim:<4} {verdict.verdict.value:<21}{verdict.how.value:<13}{verdict.label}")
    if not shown:
        say_plainly("No claim meets these filters.")
    for name in ("verdict", "how"):
        counts = ", ".join(f"{count} {word}" for word, count in _count(shown, name).items())
        if counts:
            say_plainly(f"{chr(10) if name == 'verdict' else ''}{name + ':':<9}{counts}")
    listed = len(shown)
    noted = (
        counted(listed, "claim") if listed == whole else f"{listed} of {counted(whole, 'claim')}"
    )
    say_plainly(f"{noted}. `pillar claims show {next(iter(shown), 'C01')}` tells why.")


def _phrase_scope(case: Case, bearing: int) -> str:
    country = case.results.evidence.country_name(case.results.candidate)
    known = f"as of {case.results.question.as_of.isoformat()}"
    if case.results.is_about_candidate:
        return f"{counted(bearing, 'claim')}, {known}"
    return f"{counted(bearing, 'claim bears', 'claims bear')} on {country}, {known}"


def show_claim(claim: str, article_id: str | None, assignments: list[str], *, as_json: bool) -> int:
    """Exit code after everything known of one claim is printed."""
    case = open_case(article_id, assignments)
    claim_id = _find_claim(case, claim)
    (entry,) = collect_entries(case, [claim_id])
    if as_json:
        answer_json({**_about(case), **_as_data(entry)})
        return 0
    for line in phrase_entry(entry, width=terminal_width()):
        say_plainly(line)
    return 0


def _find_claim(case: Case, claim: str) -> str:
    known = tuple(case.verdicts)
    found = next((one for one in known if one.casefold() == claim.strip().casefold()), None)
    if found is not None:
        return found
    about = _about(case)
    if claim in set(case.results.article.claims["claim_id"]):
        raise ParameterFault(
            f"claim {claim} does not bear on {about['candidate']}",
            hint="`pillar claims list` with the same parameters shows those that do.",
        )
    raise ParameterFault(
        f"{about['article']} has no claim {claim!r}.{nearest(claim, known)}",
        hint="`pillar claims list` shows every claim.",
    )


def _as_data(entry: ClaimEntry) -> dict[str, Any]:
    return {
        "claim_id": entry.claim_id,
        "claim": dict(entry.claim),
        "verdict": entry.verdict.model_dump(mode="json"),
        "lever": entry.lever,
        "grounds": [asdict(ground) for ground in entry.grounds],
        "lever_record": [asdict(ground) for ground in entry.lever_record],
        "evidence": [asdict(note) for note in entry.evidence],
        "sources": [asdict(source) for source in entry.sources],
    }


def phrase_entry(entry: ClaimEntry, *, width: int) -> list[str]:
    """A claim as lines for a terminal of this width."""
    lines = textwrap.wrap(
        f"{entry.claim_id}  {entry.verdict.label}",
        width,
        subsequent_indent="     ",
        break_on_hyphens=False,
    )
    lines += ["", *lay_out_fields(_verdict_fields(entry.verdict), width)]
    lines += ["", *lay_out_fields(_claim_fields(entry), width)]
    lines += lay_out_items("Rests on", map(_phrase_ground, entry.grounds), width)
    record = map(_phrase_ground, entry.lever_record)
    lines += lay_out_items(f"Record of the lever: {entry.lever}", record, width)
    lines += lay_out_items(_evidence_heading(entry), map(_phrase_evidence, entry.evidence), width)
    cited = {note.source.source_id for note in entry.evidence}
    others = [source for source in entry.sources if source.source_id not in cited]
    lines += lay_out_items(
        "Other sources", [(s.source_id, _phrase_source(s)) for s in others], width
    )
    turns = [
        (turn.date, f"from {turn.before.value} to {turn.after.value} because {turn.because}")
        for turn in entry.verdict.changed
    ]
    history = turns or [("", "No change of verdict is on record.")]
    return lines + lay_out_items("History", history, width)


def _phrase_ground(ground: Ground) -> tuple[str, str]:
    return ground.id, f"{ground.text} [{ground.table}]" if ground.table else ground.text


def _claim_fields(entry: ClaimEntry) -> list[tuple[str, str]]:
    claim = entry.claim
    span = f"characters {claim['char_start']} to {claim['char_end']}"
    return [
        ("Locator", f"“{claim['fragment']}”, {span}"),
        ("Speaker", claim["speaker"]),
        ("Kind", f"{claim['claim_type']}; topic: {claim['topic']}"),
        ("Lever", entry.lever),
        ("By hand", f"{claim['hand_verdict']}: {claim['hand_reason']}"),
        ("Note", claim.get("note", "")),
    ]


def _verdict_fields(verdict: ClaimVerdict) -> list[tuple[str, str]]:
    shares = sorted(verdict.draw_shares.items(), key=lambda item: -item[1])
    weighed = ", ".join(
        f"{name} {word}"
        for name, word in (("evidence", verdict.evidence), ("agreement", verdict.agreement))
        if word
    )
    margin = "" if verdict.margin is None else phrase_margin(verdict.margin, verdict.unit)
    dropped = "the article dropped a limit its source has"
    return [
        ("Verdict", verdict.verdict.value),
        ("Settled", _WAYS[verdict.how]),
        ("Confidence", f"{verdict.confidence.value}{f' ({weighed})' if weighed else ''}"),
        ("Value", phrase_range(verdict)),
        ("Settled by", verdict.threshold),
        ("Why so", verdict.reason),
        ("Margin", margin),
        ("Draws", ", ".join(f"{word} {100 * share:.0f} %" for word, share in shares)),
        ("Flips if", verdict.flips_if),
        ("Smallest", verdict.flips_by),
        ("Left out", dropped if verdict.qualifier_dropped else ""),
    ]  # fmt: skip


_WAYS = {
    Settled.MEASURED: "measured: a figure against two thresholds",
    Settled.EVENT_TESTED: "event-tested: dated events on record or not",
    Settled.DOCUMENTED: "documented: evidence weighed by stance and source, by a written rule",
    Settled.OPINION: "opinion: no verdict on truth",
    Settled.HAND: "by hand: a reader's judgement, not yet by a rule",
}


def _evidence_heading(entry: ClaimEntry) -> str:
    if entry.verdict.how in {Settled.DOCUMENTED, Settled.HAND}:
        return "Evidence"
    return "Evidence (background: the verdict does not come from it)"


def _phrase_evidence(note: EvidenceNote) -> tuple[str, str]:
    published = phrase_published(note.figure, note.unit)
    figure = f" [{published}]" if published else ""
    dated = f", {note.date}" if note.date else ""
    return (
        note.evidence_id,
        f"{note.stance}: {note.summary}{figure}{dated}. {_phrase_source(note.source)}",
    )


def _phrase_source(source: SourceNote) -> str:
    mark = f"{source.reliability}{source.credibility}"
    said = ", ".join(filter(None, (source.publisher, source.title, source.date)))
    return f"{said or source.source_id}{f' (reliability {mark})' if mark else ''}"
