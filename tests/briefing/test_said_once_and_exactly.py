"""Promises about numbers that stand in two places, or beside what they are held against."""

from __future__ import annotations

import functools
import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from third_pillar import briefing
from third_pillar.assessment.case import Case
from third_pillar.assessment.what_would import PLACES, SmallestAddition, WhatWould
from third_pillar.briefing.markup import EXHIBIT, number, span
from third_pillar.briefing.numbers import show_number
from third_pillar.briefing.window import compose_window
from third_pillar.vocabulary.codes import STAGES, Confidence, Settled
from third_pillar.vocabulary.findings import Metric

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


CANDIDATES = ("IND", "AUS", "USA")
"""One who falls short, one with two empty stages, and one who is a pillar itself."""


@functools.cache
def open_case(candidate: str) -> Case:
    return briefing.open_case(candidate=candidate, draws=200)


@pytest.fixture(scope="module")
def india() -> Case:
    return open_case("IND")


@pytest.fixture(scope="module", params=CANDIDATES)
def case(request) -> Case:
    return open_case(request.param)


def show(exhibit) -> dict:
    return exhibit._repr_mimebundle_()[EXHIBIT]


def text(fragment) -> str:
    return " ".join(fragment.text.replace("\N{NO-BREAK SPACE}", " ").split())


def rows(html: str) -> list[list[str]]:
    soup = BeautifulSoup(html, "html.parser")
    return [[c.get_text() for c in row.find_all(["th", "td"])] for row in soup.select("tbody tr")]


def test_the_lines_of_additions_begin_at_the_share_that_the_briefing_gives(india, monkeypatch):
    """The search runs on fewer draws; its start is the one number that all pages show."""
    monkeypatch.setattr(
        WhatWould, "find", lambda _, place: SmallestAddition(place, 700.0, 0.9, 9e4, {})
    )
    monkeypatch.setattr(WhatWould, "trace", lambda *_, up_to: ((0.0, 0.5), (up_to, 0.7)))
    shown = show(briefing.show_additions(india))
    start = 100 * india.results.curve.share
    first = [row[2] for row in shown["table"]["rows"] if row[1] == 0]
    assert first == [round(start, 1)] * len(PLACES)
    assert shown["alt"].count(f"from {start:.0f} percent") == len(PLACES)
    stated = india.metric("specification_share()").value
    assert stated == pytest.approx(start)


def test_free_movement_is_one_number_on_every_page(india):
    """The programme of ties has few draws: what it adds is a difference, not another level."""
    for pool, served in (("members", "pillars"), ("ex_china", "ex_china")):
        for metal in ("metal", "no_metal"):
            free, tied = (
                india.metric(f"linked_share({pool}, {metal}, {links})")
                for links in ("free", "binding")
            )
            level = india.metric(f"served_share({served}, {metal}, with, horizon)")
            assert free.value == pytest.approx(level.value)
            ends = min(level.low, level.value), max(level.high, level.value)
            assert (free.low, free.high) == pytest.approx(ends)
            assert tied.value <= free.value + 1e-9


def test_what_a_member_adds_is_never_said_beside_a_sum_it_does_not_make(case):
    """To add 6.6 points to 52 % leaves open whether 52 is before or after."""
    said = text(briefing.compose_headline(case))
    assert not re.search(r"adds [\d.]+ percentage points to \d", said)
    moved = re.search(r"takes the share from ([\d.]+) % to ([\d.]+) %", said)
    if moved:
        before, after = (
            case.metric(f"served_share(pillars, no_metal, {joins}, horizon)")
            for joins in ("without", "with")
        )
        shown = [
            show_number(one.value, "%").split("\N{NO-BREAK SPACE}")[0] for one in (before, after)
        ]
        assert list(moved.groups()) == shown


def test_a_share_is_shown_on_the_side_of_the_threshold_where_it_lies(case):
    """What is shown as 10 and does not reach 10 reads as a mistake."""
    threshold = 100 * case.results.specification.threshold
    table = show(briefing.show_breadth(case))["table"]["rows"]
    assert table
    for _, _, share, reaches, _ in table:
        if share is not None:
            assert (share >= threshold) is reaches
    for tile in show(briefing.show_breadth(case))["figure"]["data"]:
        for label in tile["text"]:
            share = NUMBER.match(label)
            if share and tile["name"] != "not known":
                assert (float(share[0]) >= threshold) is (tile["name"] == "reaches the threshold")


def test_an_import_share_is_shown_on_its_side_of_the_aim(case):
    shown = show(briefing.show_import_shares(case))
    over = int(re.search(r"in (\d+) of", shown["title"])[1])
    (dots,) = shown["figure"]["data"]
    labels = [float(NUMBER.search(label)[0]) for label in dots["text"]]
    assert sum(label > 60 for label in labels) == over
    assert (
        len(re.findall(r": (?:6[1-9]|60\.\d*[1-9]|[7-9]\d|100)(?:\.\d+)? percent", shown["alt"]))
        == over
    )


def test_the_label_of_a_share_just_below_the_aim_is_not_struck_through(india):
    """It stands above its dot, where the line of the aim does not cross it."""
    (dots,) = show(briefing.show_import_shares(india))["figure"]["data"]
    for share, place in zip(dots["x"], dots["textposition"], strict=True):
        assert place == ("top center" if 38 < share < 59 else "middle right")


def test_every_stage_that_is_as_narrow_is_named(case):
    """Two stages of nothing are two narrowest stages, on every page that names one."""
    for moment in (case.results.now, case.results.horizon):
        means = {
            stage: moment.capacity.record(case.results.candidate, stage).value
            for stage in STAGES
            if moment.capacity.record(case.results.candidate, stage).is_known
        }
        named = set(moment.balance.binding_stages)
        empty = {stage.value for stage, mean in means.items() if mean == 0}
        assert moment.balance.binding_stage in named
        assert not empty or named == empty
    verb = "stages are" if len(case.results.horizon.balance.binding_stages) > 1 else "stage is"
    assert f"the narrowest {verb}" in text(briefing.compose_judgements(case))


def test_one_named_pillar_is_spoken_of_as_one(case):
    said = text(briefing.compose_judgements(case))
    is_pillar = case.results.candidate in case.results.pillars
    assert ("The other named pillar takes the same test" in said) is is_pillar
    assert ("The named pillars take the same test" in said) is not is_pillar


def test_every_month_on_record_is_in_a_span_or_named_with_the_reason(india):
    """The month in which the suspension began belongs to neither side, and the page says so."""
    said = text(compose_window(india))
    window = india.results.suspension.window
    assert f"{window.opens:%B %Y}, in which the suspension began, is on record but in none" in said


def test_a_month_that_is_not_on_record_is_not_called_left_out(india):
    results = india.results
    month = results.suspension.window.opens.isoformat()[:7]
    world = results.exports.world
    exports = replace(results.exports, world=world[world["month"] != month])
    shorter = Case(replace(results, exports=exports))
    assert "in none of these spans" not in text(compose_window(shorter))


def test_every_threshold_of_a_claim_has_its_unit(case):
    """At least 5 of what: percent, tonnes, stages or a rank."""
    measured = [
        verdict
        for verdict in case.verdicts.values()
        if verdict.how is Settled.MEASURED and verdict.value is not None
    ]
    assert measured
    for verdict in measured:
        unit = verdict.unit.rstrip("s")
        supported, refuted = verdict.threshold.split(", refuted if ")
        assert unit in supported
        assert unit in refuted
        assert not re.search(r"\d{4}", verdict.threshold + verdict.flips_if)
        assert verdict.unit == "rank" or unit in verdict.flips_if


def test_a_rank_reads_as_a_rank(india):
    ledger = briefing.compose_claims(india).text.replace("\N{NO-BREAK SPACE}", " ")
    assert not re.search(r"\d rank\b", ledger)
    assert (
        "Measured: rank 3; supported if rank 10 or better, refuted if worse than rank 20" in ledger
    )


def test_a_range_that_does_not_show_is_not_printed():
    """An end that reads as the number itself says nothing."""

    def metric(value, low, high):
        return Metric(
            id="x", kind="share", label="x", value=value, low=low, high=high, unit="%", period="",
            specification="", method="§1", source_ids=(), rests_on=(), confidence=Confidence.LOW,
        )  # fmt: skip

    assert span(metric(52.1, 51.9, 52.3)) == ""
    assert span(metric(52.1, 45.0, 60.0)) == " (45–60)"
    assert span(metric(0.0, 0.0, 3.0)) == " (0–3.0)"
    assert number(metric(9.98, 9.0, 11.0), limits=[10]).striptags().startswith("9.98")


def test_a_correction_has_its_unit_and_its_thousands_apart(india):
    """Every figure on both sides of the table, the years aside."""
    from third_pillar.briefing.data_notes import tabulate_corrections  # noqa: PLC0415  one test

    for where, published, here, _ in rows(str(tabulate_corrections(india))):
        for cell in (published, here):
            figure = re.fullmatch(r"(?:USD )?([\d.,]+)(.*)", cell)
            if figure and not re.fullmatch(r"20\d\d", cell):
                assert figure[2].strip() or cell.startswith("USD"), (where, cell)
                assert not re.search(r"\d{4}", cell), (where, cell)
    assert "mid-2026" in str(tabulate_corrections(india))


def test_a_lack_of_oxide_is_said_with_the_share_of_the_draws_that_have_it(case):
    """A mean over draws, of which many lack nothing, is no lack of mean need over mean supply."""
    gap = case.find_metric("feed_gap(horizon)")
    draws = case.results.horizon.balance.feed_gap_draws
    said = text(briefing.compose_stages(case))
    if gap is None or not gap.value > 0:
        assert "would lack" not in said
    elif (draws > 0).mean() < 0.99:
        share = f"{100 * (draws > 0).mean():.0f} % of the draws"
        assert f"Its magnet plants would lack oxide in {share}" in said
        assert "on average over all" in said


def test_an_import_share_in_words_is_on_the_side_of_the_aim_where_the_figure_has_it(india):
    """59.6 % in one place and "60 % or more" in another would make readers count again."""
    said = text(briefing.compose_dependence(india)) + text(briefing.compose_trade_headline(india))
    assert "59.6 %" in said
    assert not re.search(r"\b60 %", said)


def test_two_shares_that_read_alike_are_not_said_to_move(case):
    """To go "from 52 % to 52 %" is no news; what was added is said instead."""
    said = text(briefing.compose_pillar_test(case)) + text(briefing.compose_headline(case))
    assert not re.search(r"from ([\d.]+ %) to \1", said)


def test_a_chance_that_no_draw_contradicts_is_told_in_draws():
    """To say "100.0 %, give or take 0.00" would claim more than the draws can show."""
    sure, unsure = (text(briefing.compose_pillar_test(open_case(one))) for one in ("USA", "AUS"))
    assert "it passes in all" in sure
    assert "draws alone move" not in sure
    assert "that chance comes out at" in unsure
