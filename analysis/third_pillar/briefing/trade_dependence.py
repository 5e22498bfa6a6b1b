"""Who depends on China by importer and product, and the test of dependence."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from third_pillar.assessment.case import Case
from third_pillar.assessment.metrics_flows import select_newest
from third_pillar.assessment.rows import find_product_label
from third_pillar.assessment.trade_panel import DependenceTest, SupplierYear, describe_line
from third_pillar.briefing.dependence import find_limits, find_target
from third_pillar.briefing.markup import Exhibit, Fragment, fragment, number, paragraph, span, table
from third_pillar.briefing.network import find_number
from third_pillar.briefing.numbers import phrase_count, show_number
from third_pillar.briefing.words import country, sentence_start, sources_note
from third_pillar.figures.trade import (
    Tile,
    draw_dependence_tiles,
)
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.codes import CHINA

_COLUMNS = ("Compounds,<br>metals", "Rare-earth<br>magnets", "Magnets,<br>mixed lines")
_COLUMN_OF = {
    "re_all": 0, "re_compounds": 0, "re_metals": 0, "re_compounds_metals": 0,
    "re_ores_compounds": 0, "EU-BASKET-REE_PLUS": 0, "HS4-2846": 0,
    "ndfeb_magnets": 1, "repm": 1, "rare_earth_magnets": 1,
    "magnets_hs850511": 2, "magnets_in85051190": 2, "HS6-850511": 2, "IN-ITC-85051190": 2,
    "HS4-8505": 2,
}  # fmt: skip
"""Product or customs line to column; what is in none of the three is in the table alone."""
_MOST = 60.0


@dataclass(frozen=True)
class _Share:
    """China's share in one flow, as published or computed."""

    importer: str
    column: int | None
    product: str
    percent: float
    year: int
    period: str
    measured_by: str
    how: str
    source_ids: tuple[str, ...]


def _shares(case: Case) -> list[_Share]:
    evidence = case.results.evidence
    published = [
        _Share(
            str(row["importer_iso3"]), _COLUMN_OF.get(str(row["product"])),
            find_product_label(evidence, str(row["product"])), float(row["value"]),
            int(row["year"]), str(row["period"]), str(row["measured_by"]), "published",
            (str(row["source_id"]),),
        )
        for row in case.results.imports_from_china().to_dict("records")
    ]  # fmt: skip
    foreign = set() if case.results.is_about_candidate else {case.results.article.meta["subject"]}
    computed = [
        _Share(
            one.importer, _COLUMN_OF.get(one.line), describe_line(evidence, one.line),
            100 * one.suppliers.share(CHINA), one.year, one.period, one.measured_by,
            "computed" if one.suppliers.is_of_world else "computed, named partners only",
            one.source_ids,
        )
        for one in select_newest(case.results)
        if one.importer not in foreign
    ]  # fmt: skip
    return [*published, *computed]


def show_dependence_tiles(case: Case) -> Exhibit:
    """China's share by importer and product, newest year of each."""
    shares = _shares(case)
    importers = _order_importers(case, shares)
    best = {
        (share.importer, share.column): share
        for share in sorted(shares, key=lambda s: (s.year, s.how == "published"))
        if share.column is not None
    }
    names = {iso3: sentence_start(case.results.evidence.country_name(iso3)) for iso3 in importers}
    tiles = [
        _tile(names[iso3], column, best.get((iso3, column)))
        for iso3 in importers
        for column in range(len(_COLUMNS))
    ]
    sources = tuple(dict.fromkeys(s for share in shares for s in share.source_ids))
    return Exhibit(
        id="fig-dependence-tiles",
        title=_tiles_title(list(best.values())),
        note=Markup(
            "Percent of imports that come from China, newest year on record of each; periods and "
            "measures differ and are in the table. {}Shares are of countries, not of firms. {}"
        ).format(_aim_note(case), sources_note(case, sources)),
        alt="; ".join(
            f"{tile.row}, {_COLUMNS[tile.column].replace('<br>', ' ').lower()}: "
            + (f"{round(tile.share, 1):g} percent" if tile.share is not None else "not on record")
            for tile in tiles
        )
        + ".",
        figure=draw_dependence_tiles([names[i] for i in importers], _COLUMNS, tiles),
        columns=("Importer", "Product or line", "From China, %", "Period", "Measured by", "How"),
        rows=[
            (
                sentence_start(case.results.evidence.country_name(s.importer)), s.product,
                round(s.percent, 1), s.period, s.measured_by, s.how,
            )
            for s in sorted(shares, key=lambda s: (s.importer, s.product, s.year))
        ],
        source_ids=sources,
    )  # fmt: skip


def _order_importers(case: Case, shares: list[_Share]) -> list[str]:
    first = dict.fromkeys((case.results.candidate, *case.results.pillars))
    others = sorted({share.importer for share in shares if share.column is not None} - set(first))
    return [*first, *others]


def _tile(row: str, column: int, share: _Share | None) -> Tile:
    if share is None:
        return Tile(row, column, None, "", f"{row}: not on record")
    return Tile(
        row, column, share.percent, f"<b>{round(share.percent, 1):g} %</b><br>{share.year}",
        f"{row}: {round(share.percent, 1):g} % of {share.product}, {share.period}, "
        f"by {share.measured_by} ({share.how})",
    )  # fmt: skip


def _aim_note(case: Case) -> str:
    """The G7's aim beside the shades, once it was known."""
    aim = find_target(case)
    return "" if aim is None else f"The G7 aims to end dependence above {aim:.0f} %. "


def _tiles_title(shares: list[_Share]) -> str:
    over = sum(share.percent >= _MOST for share in shares)
    return (
        f"In {over} of the {len(shares)} import flows on record China sends {_MOST:.0f} % or more"
    )


def compose_dependence_panel(case: Case) -> Fragment:
    """Concentration of suppliers and the dependence test, importer by importer."""
    tests = case.results.trade_panel.tests
    rows = []
    for one in select_newest(case.results):
        test = tests[one.importer, one.line]
        hhi = find_number(case, f"import_hhi({one.importer}, {one.line}, {one.year})")
        share = find_number(
            case, f"supplier_share({one.importer}, {CHINA}, {one.line}, {one.year})"
        )
        rows.append(
            (
                _line_cell(case, one),
                number(share, limits=find_limits(case)),
                number(hhi, unit=False) + span(hhi),
                _criteria(test),
                _result(test),
            )
        )
    if not rows:
        return fragment(paragraph("No annual trade was on record on the day asked."))
    return fragment(
        paragraph(
            "An index above 0.4 counts as concentrated: the threshold of CEPII's GeoDep and of "
            "the European Commission for a country's imports. Bands made for firms in merger "
            "control do not apply to countries. The test asks for three things in two of the "
            "newest three years: concentrated suppliers, concentrated exports of the world, and "
            "imports above exports.",
            *_test_sentences(case),
        ),
        table(
            ("Importer and line", "From China", "Index of suppliers", "Criteria met", "Dependent"),
            rows,
            caption="Suppliers by importer and customs line, newest year on record",
        ),
        _years_table(case),
    )  # fmt: skip


def _years_table(case: Case) -> Markup:
    """How China's share moved, where three years or more are on record in one measure."""
    rows = []
    for (importer, line, measured_by), held in case.results.trade_panel.years.items():
        if len(held) < _SERIES:
            continue
        name = sentence_start(case.results.evidence.country_name(importer))
        ordered = sorted(held, key=lambda one: one.suppliers.share(CHINA))
        rows.append(
            (
                f"{name}: {describe_line(case.results.evidence, line)}, by {measured_by}",
                *(_share_cell(case, one) for one in (held[0], ordered[0], ordered[-1], held[-1])),
            )
        )
    return table(
        ("Importer and line", "First year", "Lowest", "Highest", "Newest year"), rows,
        caption="How China's share moved; of the named partners where no total is on record",
    ) if rows else Markup("")  # fmt: skip


def _share_cell(case: Case, one: SupplierYear) -> str:
    share = show_number(100 * one.suppliers.share(CHINA), "%", limits=find_limits(case))
    return f"{share} ({one.period})"


_SERIES = 3


def _line_cell(case: Case, one: SupplierYear) -> str:
    name = sentence_start(case.results.evidence.country_name(one.importer))
    line = describe_line(case.results.evidence, one.line)
    scope = (
        "" if one.suppliers.is_of_world else f", {counted(len(one.suppliers.shares), 'partner')}"
    )
    return f"{name}: {line}, {one.period}, by {one.measured_by}{scope}"


def _criteria(test: DependenceTest) -> str:
    """Criteria met by year, and how many of the three are not known."""
    return "; ".join(
        f"{year.year}: {year.count_met} of 3"
        + (f", {phrase_count(year.count_unknown)} not known" if year.count_unknown else "")
        for year in test.result.years
    )


def _result(test: DependenceTest) -> str:
    if test.result.is_dependent is None:
        return "not known"
    return "yes" if test.result.is_dependent else "no"


def _test_sentences(case: Case) -> list[str]:
    refuted = [
        t
        for t in case.results.trade_panel.tests.values()
        if t.result.is_dependent is False
        and sum(year.imports_exceed is False for year in t.result.years) > 1
    ]
    said = [
        f"By this test {country(case, t.importer)} does not depend for "
        f"{describe_line(case.results.evidence, t.line)}: in two of three years or more it sold "
        "goods of that line for more than it bought."
        for t in refuted
    ]
    unknown = (
        "Whether the world's exports are concentrated is not on record, so that no line can pass "
        "the test here."
    )
    return [*said, unknown]
