"""In how many definitions the candidate is a pillar, and which choice decides."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.curve import AGREEMENT, Outcome, SpecificationCurve, Split
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, number, paragraph, table
from third_pillar.briefing.words import candidate, sentence_start
from third_pillar.figures.curve import CurveMark, draw_specification_curve
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.specifications import LIGHT, READING_WORDS, Reading

_CHOICE_WORDS = {
    "reading": "which reading is meant",
    "threshold": "the threshold",
    "stages_needed": "how many stages are asked for",
    "metal": "whether the metal stage counts",
    "count_by": "whether plants count by location or owner",
    "horizon": "the year",
    "rank": "which rank is good enough",
    "pool": "who else is in the network",
    "allocation": "who is served first",
    "layer": "whether Dy and Tb are counted",
}
_MEANINGS = {
    Reading.BREADTH: "It reaches a share of the pillars' need at several stages.",
    Reading.PARTNER: "It adds more to the need served than other countries would.",
    Reading.REDUNDANCY: "It raises the share served when the most important member fails.",
    Reading.NET_POSITION: "It leaves the pillars more than it takes for itself.",
    Reading.MARKET: "Its own need is a large part of the pillars' need.",
    Reading.ATTRIBUTION: "It is among the first by its average addition to the whole.",
}
_NAMED = 3
_TELLING = 0.01


def compose_curve(case: Case) -> Fragment:
    """The verdict over all definitions, by reading, and the choices that split it."""
    curve = case.results.curve
    untested = len(curve.outcomes) - len(curve.tested)
    return fragment(
        paragraph(
            "The data package holds",
            f"{len(curve.outcomes)} definitions of “pillar”: six readings, each under every "
            "combination of the thresholds, years, pools and rules listed for it.",
            Markup("{} of {} make {} one.").format(
                number(case.find_metric("specification_share()")),
                number(case.find_metric("specification_count()")),
                candidate(case),
            ),
            _rule(case),
            f"{counted(untested, 'definition')} could not be tested for want of a figure."
            if untested
            else "",
        ),
        _readings_table(case),
        paragraph(*_splits(case)),
        paragraph(
            "Each definition has the same weight, so a reading with more variants weighs more; the "
            "table gives each reading on its own. A critic adds a definition in one short file."
        ),
    )


def _rule(case: Case) -> str:
    needed = f"{100 * AGREEMENT:.0f} %"
    if case.results.curve.verdict == "contested":
        return f"A verdict would need {needed} of them to agree, so it is contested."
    agreeing = "All" if case.results.curve.share in _UNANIMOUS else f"At least {needed}"
    return f"{agreeing} of them agree, so the verdict is {case.results.curve.verdict}."


def _readings_table(case: Case) -> Markup:
    rows = []
    for reading in Reading:
        outcomes = case.results.curve.of(reading)
        rows.append(
            (
                sentence_start(READING_WORDS[reading]),
                _MEANINGS[reading],
                str(len(outcomes)) if outcomes else "not testable",
                number(case.find_metric(f"specification_share_of({reading})")),
            )
        )
    return table(
        ("Reading", "A country is a pillar if", "Definitions", "Say pillar"),
        rows,
        caption=f"{sentence_start(candidate(case))} under each reading",
    )


def _splits(case: Case) -> list[str]:
    telling = [
        split
        for split in case.results.curve.splits
        if split.explained > _TELLING and len(set(_shown_shares(split))) > 1
    ]
    if not telling:
        return ["No single choice divides the definitions."]
    words = [_CHOICE_WORDS[split.choice] + _shares(split) for split in telling[:_NAMED]]
    return [f"What divides them, the most telling choice first: {'; '.join(words)}."]


_VALUE_WORDS = {"light": "NdPr alone", "heavy": "with them"}


def _shares(split: Split) -> str:
    if split.choice in {"reading", "threshold"}:
        return ""
    parts = [
        f"{_VALUE_WORDS.get(value, value).replace('_', ' ')}: {shown}"
        for value, shown in zip(split.shares, _shown_shares(split), strict=True)
    ]
    return f" ({', '.join(parts)})"


def _shown_shares(split: Split) -> list[str]:
    """What each value's share reads as: a choice whose shares read alike divides nothing."""
    return [f"{100 * share:.0f} %" for share in split.shares.values()]


def show_curve(case: Case) -> Exhibit:
    """Every definition as one mark, sorted by the chance that the candidate is a pillar by it."""
    curve = case.results.curve
    ranked = sorted(curve.tested, key=lambda outcome: (outcome.chance, outcome.specification.id))
    words = [_words(outcome) for outcome in ranked]
    groups = {
        READING_WORDS[reading]: [
            CurveMark(place, 100 * outcome.chance, words[place])
            for place, outcome in enumerate(ranked)
            if outcome.specification.reading is reading
        ]
        for reading in Reading
        if curve.of(reading)
    }
    yes = sum(bool(outcome.is_pillar) for outcome in curve.tested)
    return Exhibit(
        id="fig-curve",
        title=(
            f"{sentence_start(candidate(case))} is a pillar under {yes} of {len(curve.tested)} "
            f"definitions: {_title_verdict(curve)}"
        ),
        note=Markup(
            "Above, the chance in percent that the candidate is a pillar, one mark a definition, "
            "sorted; ranks give 0 or 100. Below, the reading each mark belongs to. Source: the "
            "specifications and the figures of the data package, by docs/methods.md §5."
        ),
        alt="; ".join(
            f"{READING_WORDS[reading]}: {sum(bool(o.is_pillar) for o in curve.of(reading))} of "
            f"{len(curve.of(reading))} definitions say pillar"
            for reading in Reading
            if curve.of(reading)
        )
        + ".",
        figure=draw_specification_curve(groups),
        columns=("Reading", "Choices", "Chance, %", "Pillar"),
        rows=[
            (
                READING_WORDS[outcome.specification.reading],
                said,
                round(100 * outcome.chance, 1),
                "yes" if outcome.is_pillar else "no",
            )
            for outcome, said in zip(ranked, words, strict=True)
        ],
        source_ids=(),
    )


def _title_verdict(curve: SpecificationCurve) -> str:
    return _UNANIMOUS.get(curve.share, _VERDICTS[curve.verdict])


_UNANIMOUS = {0.0: "none agrees", 1.0: "all agree"}
_VERDICTS = {
    "contested": "contested",
    "yes": "at least nine in ten agree",
    "no": "at least nine in ten deny it",
}


def _words(outcome: Outcome) -> str:
    said = (_setting(name, value) for name, value in outcome.specification.settings)
    return ", ".join(filter(None, said))


def _setting(name: str, value: object) -> str:
    """One choice in words; what a definition leaves at the usual is not said."""
    if name == "layer":
        return "" if value == LIGHT else "Dy and Tb counted"
    return f"{name.replace('_', ' ')} {str(value).replace('_', ' ')}"
