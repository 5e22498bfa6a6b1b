"""What we do not know, and the limits of what we do."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.rows import find_unit_label
from third_pillar.briefing.data_notes import tabulate_corrections
from third_pillar.briefing.markup import Fragment, bullets, fragment, paragraph, table
from third_pillar.briefing.numbers import show_number
from third_pillar.briefing.words import country
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.findings import Gap

_ORDER = {"metal": 0, "magnet": 1, "separation": 2, "mine": 3, "use": 4}


def compose_unknowns(case: Case) -> Fragment:
    """The gaps that bear on the answer, with what stands in for each."""
    ordered = sorted(case.gaps, key=lambda gap: (gap.stand_in is None, _place(gap), gap.id))
    return fragment(
        paragraph(
            f"{counted(len(case.gaps), 'gap bears', 'gaps bear')} on this question. A gap is never "
            "read as zero: where a rated assumption stands in, it is named; elsewhere the stage is "
            "reported as not known."
        ),
        table(
            ("What is not known", "Where", "Stands in for it", "Rating", "Sought in"),
            [
                (
                    gap.what,
                    _where(case, gap),
                    _stand_in(case, gap),
                    gap.stand_in.rating if gap.stand_in else "–",
                    gap.sought,
                )
                for gap in ordered
            ],
            caption="Gaps in the evidence",
        ),
    )


def _place(gap: Gap) -> int:
    return _ORDER.get(gap.stage or "", len(_ORDER))


def _where(case: Case, gap: Gap) -> str:
    place = country(case, gap.country) if gap.country else "everywhere"
    return f"{place}, {gap.stage}" if gap.stage else place


def _stand_in(case: Case, gap: Gap) -> Markup | str:
    if gap.stand_in is None:
        return Markup('<span class="gap">nothing</span>')
    unit = find_unit_label(case.results.evidence, gap.stand_in.unit)
    ends = ""
    if gap.stand_in.low is not None and gap.stand_in.high is not None:
        low, high = (show_number(end, "") for end in (gap.stand_in.low, gap.stand_in.high))
        ends = f" ({low}–{high})"
    if gap.stand_in.value is None:
        return f"{unit}{ends}"
    return f"{show_number(gap.stand_in.value, unit)}{ends}: {gap.stand_in.why}"


def compose_limits(case: Case) -> Fragment:
    """Data and limits: the assumptions rated red, and what tonnes hide."""
    assumptions = case.results.evidence.assumptions
    red = assumptions[
        (assumptions["quality"] == "red") & (assumptions["low"] != assumptions["high"])
    ]
    wanted = {case.results.candidate, *case.results.pillars}
    local = red["country_iso3"].isin({*wanted, ""})
    return fragment(
        paragraph(
            "Figures carry their source, period and basis; where publishers disagree the range is "
            "used and the chosen reading is on record. The assumptions below are rated red: they "
            "are judgements, not measurements, and each has a range that is drawn from."
        ),
        table(
            ("Assumption", "Central", "Range", "Why"),
            [
                (
                    str(row["label"]),
                    show_number(float(row["value"]), ""),
                    f"{show_number(float(row['low']), '')}–{show_number(float(row['high']), '')}",
                    str(row["why"]),
                )
                for row in red[local].to_dict("records")
            ],
            caption="Assumptions rated red",
        ),
        bullets(_LIMITS),
        tabulate_corrections(case),
    )


_LIMITS = (
    (
        "Tonnes are those of neodymium and praseodymium. Magnets for motors also need dysprosium "
        "or terbium: about half of the definitions count them, on few figures and assumptions "
        "rated red."
    ),
    (
        "The pool assumes that members ship freely to each other. Contracts and bans on record "
        "are counted beside it, on the page of the network; how customers qualify magnets is not."
    ),
    "Capacity is nameplate, not output.",
    (
        "Need is what is made or bought as magnets; magnets that arrive inside motors are not "
        "counted."
    ),
    (
        "Equipment and technology for metal and magnets are themselves under China's controls of "
        "October 2025; whether a plant can start without them is not modelled."
    ),
)
