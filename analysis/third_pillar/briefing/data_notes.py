"""What page one says of the data: tables that are overdue, figures that are the reader's own."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.briefing.markup import paragraph, table
from third_pillar.briefing.numbers import phrase_list
from third_pillar.briefing.words import day
from third_pillar.evidence import phrase_correction, read_corrections
from third_pillar.vocabulary.findings import OWN_FIGURES, OWN_MARK


def note_overdue(case: Case) -> Markup:
    """A notice that names the tables whose news is overdue; nothing where all are fresh.

    Method:
        §0.5 of docs/methods.md.
    """
    overdue = [age for age in case.results.evidence.freshness if age.is_overdue]
    if not overdue:
        return Markup("")
    named = tuple(
        f"{age.title} (expected {age.rhythm}, newest row "
        f"{'none' if age.newest is None else f'of {day(age.newest)}'})"
        for age in overdue
    )
    on = day(case.results.question.as_of)
    return paragraph(f"Overdue in the data on {on}: {phrase_list(named)}.", css="banner")


def note_own_figures(case: Case) -> Markup:
    """A notice that the reader's own figures entered, and what they touch; else nothing."""
    own = case.results.evidence.own
    if own is None:
        return Markup("")
    stated = own.stated()
    numbers = sum(bool(metric.own_figures) for metric in case.metrics.values())
    claims = tuple(claim for claim, verdict in case.verdicts.items() if verdict.own_figures)
    verdicts = f" The verdicts on {phrase_list(claims)} rest on them." if claims else ""
    unseen = (
        f" {len(own.unseen)} more were not known on that day and do not enter."
        if own.unseen
        else ""
    )
    rows = "row" if stated.rows == 1 else "rows"
    tables = phrase_list(tuple(f"{name} ({count})" for name, count in stated.tables.items()))
    return paragraph(
        f"This page uses {stated.rows} {rows} of the reader's own, which are not part of the data "
        f"release and which nobody else can check: {tables or 'none known on that day'}. "
        f"{numbers} of its {len(case.metrics)} numbers rest on them or are moved by them and "
        f"carry the mark {OWN_MARK}.{verdicts}{unseen}",
        css=f"banner {OWN_FIGURES}",
    )


def tabulate_corrections(case: Case) -> Markup:
    """Publishers' faults that the data mend; nothing where none is on record."""
    evidence = case.results.evidence
    titles = {age.name: age.title for age in evidence.freshness}
    shorts = evidence.table("units").set_index("unit")["short"]
    units = {str(unit): str(short) for unit, short in shorts.items()}
    mended = read_corrections()
    if not mended:
        return Markup("")
    return table(
        ("Where", "Published", "Here", "Why"),
        [
            (
                titles.get(known.stem, "Not in a table"),
                *phrase_correction(known, units),
                known.reason,
            )
            for known in mended
        ],
        caption="Corrections: what publishers or relays got wrong, and what stands here instead",
    )
