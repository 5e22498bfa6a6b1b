"""What changed since an earlier report, in sentences an analyst can paste."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Sequence

from markupsafe import Markup

from third_pillar.briefing.markup import Fragment, bullets, fragment, paragraph, table
from third_pillar.briefing.numbers import (
    MINUS,
    NBSP,
    phrase_count,
    phrase_list,
    show_number,
    show_range,
)
from third_pillar.briefing.words import day, slug
from third_pillar.vocabulary.amounts import attach_unit, find_distance_unit
from third_pillar.vocabulary.changes import (
    Changes,
    ClaimChange,
    EventChange,
    GapChange,
    NumberChange,
    TableChange,
)

HEADING = "What changed since the last report"
NOTHING = "Nothing that matters changed"
_SHOWN_NUMBERS = 6
_SHOWN = 8
_NAMED = 3
_HOW_EVENT = {"added": "New on record", "removed": "No longer on record", "revised": "Told anew"}
_ASKED = frozenset({"candidate", "pillars", "partners", "article"})
"""What decides which claims and gaps bear on a question, and which numbers answer it."""
_KIT = {"code": "its code", "notebook": "the notebook", "third-pillar": "its version"}
_HOW_GAP = {
    "opened": "New gap",
    "closed": "Gap closed",
    "revised": "Gap with another stand-in",
}


def phrase_headline(changes: Changes) -> str:
    """One sentence: how much of what a reader relies on is different now."""
    since = f"since the report of {_day(changes.before.started)}"
    if not changes.matters:
        return f"{NOTHING} {since}{_still(changes)}."
    parts = [
        _counted(len(changes.moved), "number moved beyond its noise", "numbers moved beyond their"
                 " noise"),
        _counted(len(_claims(changes)), "verdict changed", "verdicts changed"),
        _counted(len(changes.events), "dated event is new or told anew",
                 "dated events are new or told anew"),
        _counted(len(_gaps(changes)), "gap opened, closed or has another stand-in",
                 "gaps opened, closed or have another stand-in"),
    ]  # fmt: skip
    said = [part for part in parts if part]
    if changes.bottom_line:
        said.insert(0, "the answer is another")
    if changes.parameters:
        said.insert(0, "the question was put differently")
    if not said:
        said = ["other numbers are reported, or by another method"]
    text = phrase_list(tuple(said))
    return f"{text[:1].upper()}{text[1:]} {since}."


def phrase_changes(changes: Changes) -> list[str]:
    """Every change as a sentence, the weightiest first; numbers within their noise last."""
    lines = [phrase_headline(changes)]
    lines += _question(changes)
    lines += [_number(number) for number in changes.moved]
    lines += [_claim(claim) for claim in _claims(changes)]
    lines += [_event(event) for event in changes.events]
    lines += [_gap(gap) for gap in _gaps(changes)]
    lines += _other_numbers(changes)
    within = len(changes.numbers) - len(changes.moved)
    if within:
        lines.append(_within(within))
    lines += [_table(one) for one in changes.tables]
    lines += _kit(changes)
    return lines


def compose_changes(changes: Changes, *, linked: Collection[str] = ()) -> Fragment:
    """The part of a report that says what changed, with the weightiest changes.

    Args:
        changes: Against the last report of the lineage.
        linked: Anchors of the report's list of numbers, so that a number can lead there.
    """
    shown = changes.moved[:_SHOWN_NUMBERS]
    items: list[str | Markup] = list(_question(changes))
    items += [_number_marked(number, linked) for number in shown]
    rest = len(changes.moved) - len(shown)
    if rest:
        items.append(_rest(rest, "more number moved beyond its noise.",
                              "more numbers moved beyond their noise."))  # fmt: skip
    items += _some([_claim(claim) for claim in _claims(changes)], "more verdicts changed")
    items += _some([_event(event) for event in changes.events], "more events are new or told anew")
    items += _some(
        [_gap(gap) for gap in _gaps(changes)], "more gaps opened, closed or were revised"
    )
    items += _other_numbers(changes)
    return fragment(
        Markup('<section class="changes"><h2 id="changes">{}</h2>').format(HEADING),
        paragraph(phrase_headline(changes)),
        bullets(items) if items else Markup(""),
        paragraph(_causes(changes)),
        Markup("</section>"),
    )


def compose_incomparable() -> Fragment:
    """The same part where the last report has findings of another form."""
    return fragment(
        Markup('<section class="changes"><h2 id="changes">{}</h2>').format(HEADING),
        paragraph("The last report has findings of another form: it cannot be compared."),
        Markup("</section>"),
    )


def compose_comparison(changes: Changes) -> Fragment:
    """The whole comparison for a page of its own: sentences, then every number and row."""
    sentences = phrase_changes(changes)
    parts = [paragraph(sentences[0], css="standfirst")]
    if len(sentences) > 1:
        parts.append(bullets(sentences[1:]))
    if changes.numbers:
        parts += [Markup("<h2>Numbers</h2>"), _number_table(changes.numbers)]
    for changed in changes.tables:
        if changed.rows:
            parts += [
                Markup("<h2>{}</h2>").format(f"Rows of {changed.table}"),
                _row_table(changed),
            ]
    return fragment(*parts)


def _still(changes: Changes) -> str:
    rows = sum(len(one.rows) for one in changes.tables)
    notes = []
    if rows:
        notes.append(f"{_counted(rows, 'row of the data was', 'rows of the data were')} revised")
    elif changes.tables:
        notes.append("files of the data were revised")
    if changes.kit:
        notes.append(f"{_kit_names(changes)} changed")
    within = len(changes.numbers)
    tail = "no number moved beyond its noise" if within else "every number reads the same"
    return (
        f": {phrase_list((*notes, tail))}" if notes or within else ": every number reads the same"
    )


def _causes(changes: Changes) -> str:
    """What may have caused it: revised data and a changed kit."""
    tables = [one.table for one in changes.tables]
    said = []
    if tables:
        rows = sum(len(one.rows) for one in changes.tables)
        listed = phrase_list(tuple(_name(table) for table in tables[:_SHOWN]))
        more = f" and {len(tables) - _SHOWN} more" if len(tables) > _SHOWN else ""
        count = f"{_counted(rows, 'row', 'rows')} in " if rows else ""
        said.append(f"Data revised: {count}{listed}{more}.")
    if changes.kit:
        said.append(f"Changed in the kit: {_kit_names(changes)}.")
    within = len(changes.numbers) - len(changes.moved)
    if within and changes.matters:
        said.append(_within(within))
    if not tables and not changes.kit:
        said.append("Data and code are the same.")
    return " ".join(said)


def _within(count: int) -> str:
    said = _counted(
        count,
        "number reads differently, but within its noise.",
        "numbers read differently, but within their noise.",
    )
    return said[:1].upper() + said[1:]


def _question(changes: Changes) -> list[str]:
    lines = [
        f"The question: {one.name} was {one.before or 'not set'} and is {one.after or 'not set'}."
        for one in changes.parameters
    ]
    if changes.bottom_line:
        lines.insert(
            0,
            f"The answer was “{changes.bottom_line.before}” and is “{changes.bottom_line.after}”.",
        )
    return lines


def _number(number: NumberChange) -> str:
    before, after = _values(number)
    return f"{_before(number, before)}{after}{_tail(number)}"


def _number_marked(number: NumberChange, linked: Collection[str]) -> str | Markup:
    if f"n-{slug(number.id)}" not in linked or not isinstance(number.after, int | float):
        return _number(number)
    before, shown = _values(number)
    after = Markup('<data class="n" value="{}" data-source="{}">{}</data>').format(
        f"{number.after:.6g}", number.id, shown
    )
    return Markup("{}{}{}").format(_before(number, before), after, _tail(number))


def _values(number: NumberChange) -> tuple[str, str]:
    """Both values; with more digits than usual where they would read the same."""
    before, after = (_value(value, number.unit) for value in (number.before, number.after))
    if before != after or number.change is None:
        return before, after
    was, now = float(number.before or 0), float(number.after or 0)
    between = ((was + now) / 2,)
    apart = (
        show_number(was, number.unit, limits=between),
        show_number(now, number.unit, limits=between),
    )
    if apart[0] != apart[1]:
        return apart
    # "under 0.1" of both: the three figures that are held against each other
    figures = (f"{value:.3g}".replace("-", MINUS) for value in (was, now))
    before, after = (attach_unit(text, number.unit, space=NBSP) for text in figures)
    return before, after


def _before(number: NumberChange, before: str) -> str:
    """All up to the value of now: what the number was, and under which name.

    The candidate may have been another: what both names say is then said once.
    """
    was = f"{before}{_range(number, 'before')}"
    if not number.label_before:
        return f"{_label(number)}: {was} before, now "
    label, one, other = _split_labels(number)
    if label:
        apart = "; " if isinstance(number.before, str) else ", "
        return f"{label}: {one} {was}{apart}{other} "
    return f"{number.label_before}: {was} before; {_label(number)}: now "


def _split_labels(number: NumberChange) -> tuple[str, str, str]:
    """What both names of a number say, and the two countries; empty where they share nothing."""
    one, _, what = number.label_before.partition(": ")
    other, _, same = number.label.partition(": ")
    if what and what == same:
        label = _label(number)[len(other) + 2 :]
        return f"{label[:1].upper()}{label[1:]}", one, other
    return _split_words(number)


def _split_words(number: NumberChange) -> tuple[str, str, str]:
    """The same where a country stands within the name, as in "after the loss of X, with India"."""
    was, now = number.label_before.split(), number.label.split()
    shorter = min(len(was), len(now))
    start = next((n for n in range(shorter) if was[n] != now[n]), shorter)
    left = range(shorter - start)
    end = next((n for n in left if was[-1 - n] != now[-1 - n]), shorter - start)
    one, other = (" ".join(words[start : len(words) - end]) for words in (was, now))
    if not start or not _is_name(one) or not _is_name(other):
        return "", "", ""
    both = f"{one.rstrip(',')} or {other}"
    label = " ".join((*now[:start], both, *now[len(now) - end :]))
    period = f", {number.period}" if number.period else ""
    return f"{label}{period}", one.rstrip(","), other.rstrip(",")


def _is_name(words: str) -> bool:
    """Whether the words may be a country, be it "the United States"."""
    return words.removeprefix("the ")[:1].isupper()


def _label(number: NumberChange) -> str:
    return f"{number.label}, {number.period}" if number.period else number.label


def _tail(number: NumberChange) -> str:
    range_ = _range(number, "after")
    parts = []
    size = _size(number)
    # "under 1 t" does not say in which direction; the two values do
    if size and not size.startswith("under"):
        parts.append(size)
    if number.noise == "the range stated":
        parts.append("outside the range stated" if number.beyond_noise else "within the range")
    elif number.noise.startswith("a Monte"):
        parts.append(f"against {number.noise}")
    if number.method_before:
        parts.append(f"method {number.method_before} became {number.method}")
    return f"{range_} ({'; '.join(parts)})." if parts else f"{range_}."


def _range(number: NumberChange, side: str) -> str:
    low, high = getattr(number, f"{side}_low"), getattr(number, f"{side}_high")
    if low is None or high is None or low > high:
        return ""
    value = getattr(number, side)
    value = value if isinstance(value, int | float) else math.nan
    return show_range(value, low, high, like=number.unit)


def _value(value: float | str | None, unit: str) -> str:
    if value is None:
        return "not known"
    return value if isinstance(value, str) else show_number(float(value), unit)


def _claim(claim: ClaimChange) -> str:
    if claim.before is None:
        return f"Claim {claim.claim_id} is new: {claim.after}. {claim.label}"
    if claim.after is None:
        return f"Claim {claim.claim_id} is no longer in the ledger; it was “{claim.before}”."
    label = claim.label.rstrip(".")
    return f"Claim {claim.claim_id} was “{claim.before}” and is “{claim.after}”: {label}."


def _event(event: EventChange) -> str:
    return f"{_HOW_EVENT[event.how]}: {event.date}, {event.event.rstrip('.')}."


def _gap(gap: GapChange) -> str:
    return f"{_HOW_GAP[gap.how]}: {gap.what.rstrip('.')}."


def _is_asked_otherwise(changes: Changes) -> bool:
    """Whether the two questions are on other subjects: neither follows the other then."""
    return any(one.name in _ASKED for one in changes.parameters)


def _claims(changes: Changes) -> tuple[ClaimChange, ...]:
    """Claims whose verdict changed; one that bears on one question alone is no change of it."""
    if not _is_asked_otherwise(changes):
        return changes.claims
    return tuple(claim for claim in changes.claims if claim.before and claim.after)


def _gaps(changes: Changes) -> tuple[GapChange, ...]:
    """Gaps that changed; likewise."""
    if not _is_asked_otherwise(changes):
        return changes.gaps
    return tuple(gap for gap in changes.gaps if gap.how == "revised")


def _other_numbers(changes: Changes) -> list[str]:
    """What one report has alone, counted, with the first few."""
    if _is_asked_otherwise(changes):
        return [*_of_one_question(changes, "earlier"), *_of_one_question(changes, "later")]
    return [
        *_listed(changes.numbers_added, "number is reported for the first time",
                 "numbers are reported for the first time"),
        *_listed(changes.numbers_removed, "number is no longer reported",
                 "numbers are no longer reported"),
    ]  # fmt: skip


def _of_one_question(changes: Changes, which: str) -> list[str]:
    is_later = which == "later"
    claims = [
        claim.claim_id
        for claim in changes.claims
        if (claim.before if is_later else claim.after) is None
    ]
    how = "opened" if is_later else "closed"
    gaps = [gap.what.rstrip(".") for gap in changes.gaps if gap.how == how]
    numbers = changes.numbers_added if is_later else changes.numbers_removed
    tail = f"the {which} question alone"
    return [
        *_listed(claims, f"claim bears on {tail}", f"claims bear on {tail}"),
        *_listed(gaps, f"gap bears on {tail}", f"gaps bear on {tail}"),
        *_listed(numbers, f"number answers {tail}", f"numbers answer {tail}"),
    ]


def _listed(items: Sequence[str], one: str, many: str) -> list[str]:
    if not items:
        return []
    more = f", and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    count = _counted(len(items), one, many)
    return [f"{count[:1].upper()}{count[1:]}: {'; '.join(items[:_NAMED])}{more}."]


def _table(changed: TableChange) -> str:
    if not changed.table.endswith(".csv"):
        return f"Data: {_name(changed.table)} was revised."
    if not changed.is_listed:
        return f"Data: {_name(changed.table)} was revised; its earlier rows are not kept."
    if not changed.rows:
        return f"Data: {_name(changed.table)} was revised, no row of it."
    counts = [
        _counted(changed.count(how), f"row {how}", f"rows {how}")
        for how in ("added", "changed", "removed")
    ]
    listed = phrase_list(tuple(count for count in counts if count))
    keys = [row.key for row in changed.rows[:_SHOWN]]
    more = ", …" if len(changed.rows) > _SHOWN else ""
    return f"Data: {_name(changed.table)}, {listed} ({', '.join(keys)}{more})."


def _kit(changes: Changes) -> list[str]:
    return [
        f"Kit: {one.name} was {one.before or 'none'} and is {one.after or 'none'}."
        for one in changes.kit
    ]


def _kit_names(changes: Changes) -> str:
    names = [_KIT.get(one.name, one.name) for one in changes.kit]
    more = f"{len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return phrase_list(tuple(filter(None, (*names[:_SHOWN], more))))


def _name(table: str) -> str:
    return table.removeprefix("curated/").removesuffix(".csv").replace("_", " ")


def _some(lines: Iterable[str], rest: str) -> list[str]:
    listed = list(lines)
    if len(listed) <= _SHOWN:
        return listed
    return [*listed[:_SHOWN], f"{len(listed) - _SHOWN} {rest}."]


def _rest(count: int, one: str, many: str) -> str:
    """What is not listed, as an item of its own."""
    said = _counted(count, one, many)
    return said[:1].upper() + said[1:]


def _counted(count: int, one: str, many: str) -> str:
    return "" if not count else f"{phrase_count(count)} {one if count == 1 else many}"


def _day(moment: str) -> str:
    try:
        return day(dt.datetime.fromisoformat(moment).date())
    except ValueError:
        return moment or "an earlier day"


def _number_table(numbers: Iterable[NumberChange]) -> Markup:
    return table(
        ("Number", "Before", "Now", "Change", "Noise"),
        [
            (
                *_cells(number),
                _size(number),
                f"{'beyond' if number.beyond_noise else 'within'}: {number.noise}",
            )
            for number in numbers
        ],
        caption="Every number that reads differently",
    )


def _cells(number: NumberChange) -> tuple[str, str, str]:
    """The name and both values; each value says whose it is where the two names differ."""
    label, one, other = _split_labels(number) if number.label_before else ("", "", "")
    if number.label_before and not label:
        label, one, other = _label(number), number.label_before, number.label
    before, after = _values(number)
    return (
        label or _label(number),
        f"{one}: {before}".removeprefix(": ") + _range(number, "before"),
        f"{other}: {after}".removeprefix(": ") + _range(number, "after"),
    )


def _row_table(changed: TableChange) -> Markup:
    return table(
        ("Row", "What", "Cells"),
        [
            (
                row.key,
                row.how,
                "; ".join(
                    f"{cell.field}: {cell.before or 'empty'} → {cell.after or 'empty'}"
                    for cell in row.cells
                ),
            )
            for row in changed.rows
        ],
        caption=f"Rows that differ in {changed.table}",
    )


def _size(number: NumberChange) -> str:
    """The change with its unit and sign; nothing where words changed."""
    if number.change is None:
        return ""
    unit = find_distance_unit(number.unit)
    return show_number(number.change, unit, signed=True, limits=(0,))
