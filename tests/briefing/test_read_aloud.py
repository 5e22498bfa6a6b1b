"""Sentences read aloud on questions where they are easily false or say nothing."""

from __future__ import annotations

import functools
import re

import pytest
from bs4 import BeautifulSoup

from third_pillar import briefing
from third_pillar.assessment.case import Case
from third_pillar.assessment.catalogue import measure
from third_pillar.assessment.claim_measures import phrase_now
from third_pillar.briefing.changes import _number as phrase_number
from third_pillar.briefing.curve import compose_curve, show_curve
from third_pillar.briefing.headline import compose_bottom_line, compose_judgement_list
from third_pillar.briefing.markup import EXHIBIT, number, span
from third_pillar.briefing.network import compose_network_headline, show_shapley
from third_pillar.briefing.network_additions import _unit_costs, show_additions
from third_pillar.briefing.network_rules import compose_losses, show_net_position, show_partners
from third_pillar.briefing.numbers import show_range
from third_pillar.briefing.pillar_test import compose_pillar_test, show_served_shares
from third_pillar.briefing.promises import compose_promises
from third_pillar.briefing.stages import show_stage_capacity
from third_pillar.briefing.supply_chain import (
    compose_chain_judgements,
    compose_concentration,
    show_chain_fans,
)
from third_pillar.briefing.supply_parts import compose_heavy_layer
from third_pillar.briefing.window import compose_window
from third_pillar.briefing.window_figures import show_candidate_fans, show_control_timeline
from third_pillar.vocabulary.changes import ReportIdentity, compare_findings

NBSP = "\N{NO-BREAK SPACE}"


@functools.cache
def ask(candidate: str = "IND", *, draws: int = 300, **given: object) -> Case:
    return briefing.open_case(candidate=candidate, draws=draws, **given)


def read(fragment) -> str:
    return " ".join(fragment.text.replace(NBSP, " ").split())


def show(exhibit) -> dict:
    return exhibit._repr_mimebundle_()[EXHIBIT]


@pytest.mark.parametrize("scenario", ["snap_back", "extended_truce"])
def test_what_a_scenario_supposes_of_the_controls_is_not_told_as_the_record(scenario):
    """That controls are back, or the truce runs on, is nowhere on record: the scenario has it."""
    case = ask(scenario=scenario)
    window, judgements = (
        read(compose_window(case)),
        " ".join(map(str, compose_judgement_list(case))),
    )
    title = {"snap_back": "The controls come back", "extended_truce": "The suspension runs another"}
    assert "is on record below" not in judgements
    for said in (window, judgements, show(show_control_timeline(case))["title"]):
        assert title[scenario] in said
    assert "has it, not the record" in judgements or "is not on record: the scenario" in judgements


def test_before_its_day_has_come_what_a_scenario_supposes_is_not_mixed_into_the_record():
    """In December 2025 the end of the suspension is the announced one, whatever comes after."""
    case = ask(scenario="snap_back", as_of="2025-12-31")
    assert "scenario" not in read(compose_window(case))
    truce = read(compose_window(ask(scenario="extended_truce")))
    assert "another year”, not by the record, the suspension runs to 10 November 2027" in truce


def test_a_scenario_that_leaves_the_controls_alone_is_not_named_with_them():
    """The record speaks for itself where nothing of it is changed."""
    case = ask(scenario="two_more_years_late")
    assert "scenario" not in read(compose_window(case))
    assert "scenario" not in show(show_control_timeline(case))["title"]


@pytest.mark.parametrize("candidate", ["IND", "BEL", "NOR", "USA"])
def test_a_share_of_definitions_is_not_said_to_be_less_than_itself(candidate):
    """“Under 18 % of the definitions” reads as fewer than 18 %."""
    case = ask(candidate)
    for said in (compose_bottom_line(case).text, read(compose_curve(case))):
        assert not re.search(r"[Uu]nder \d[\d.]* %", said.replace(NBSP, " "))
        assert "make" in said


def test_all_but_one_definition_is_more_than_nine_in_ten():
    """A few of 528 say pillar: at least nine in ten deny it, and 0 % is not divided from 0 %."""
    case = ask("DEU", count_by="owner")
    assert show(show_curve(case))["title"].endswith("at least nine in ten deny it")
    divided = re.findall(r"\(([^()]*: \d+ %(?:, [^()]*: \d+ %)+)\)", read(compose_curve(case)))
    assert all(len(set(re.findall(r"\d+ %", part))) > 1 for part in divided)
    assert "All of them agree" in read(compose_curve(ask("NOR")))


def test_an_addition_to_what_is_served_names_the_rule_it_holds_under():
    """Metal does not bind where Japan is the only pillar: mining does."""
    alone = show(show_served_shares(ask(pillars=("JPN",))))["title"]
    nothing = show(show_served_shares(ask("NOR")))["title"]
    assert "metal binds" not in alone
    assert alone.endswith("with the metal stage counted")
    assert "adds nothing" in nothing
    assert nothing.endswith("whether metal counts or not")


def test_what_is_little_is_not_nothing_in_one_place_and_something_in_another():
    """Belgium's plants abroad add under 0.1 points: headline, text and figure say so alike."""
    case = ask("BEL", count_by="owner", draws=4000)
    gain = case.metric("served_gain(pillars, metal, horizon)").value
    assert 0 < gain < 0.05
    assert "Belgium adds under 0.1" in compose_bottom_line(case).text.replace(NBSP, " ")
    assert "Belgium adds under 0.1" in read(compose_pillar_test(case))
    assert "Belgium adds under 0.1 points" in show(show_served_shares(case))["title"]


@pytest.mark.parametrize(
    ("value", "low", "high", "shown"),
    [
        (7.0, 0.0, 0.0, " (0 in eight draws of ten)"),
        (99.4, 100.0, 100.0, " (100 in eight draws of ten)"),
        (0.0, 0.0, 0.0, ""),
        (0.5052, 0.5049, 0.5054, ""),
        (39.0, 0.0, 230.0, " (0–230)"),
        (6.0, 0.0, 6.0, " (0–6.0)"),
    ],
)
def test_a_range_of_one_point_says_what_it_means_or_is_left_out(value, low, high, shown):
    """“7 (0–0)” contradicts itself: a mean of draws of which nearly all are 0 lies outside."""
    like = "" if value < 1 and value else "%" if high in {6.0, 100.0} else "t a"
    assert show_range(value, low, high, like=like) == shown


def test_no_range_of_a_page_is_twice_the_same_number():
    """Seen on shares of Dy and Tb now, on India's chain by 2026 and in the list of numbers."""
    case = ask(horizon=2026)
    said = [read(compose_heavy_layer(case)), read(briefing.compose_stages(case))]
    said += [str(number(m) + span(m)) for m in case.metrics.values()]
    said.append(read(briefing.compose_numbers(case)))
    doubled = re.compile(r"\((\d[\d.,]*|under \d[\d.]*)–\1\)")
    assert not [text for text in said if doubled.search(text)]


def test_a_chain_of_which_nothing_is_on_record_has_no_narrowest_stage():
    """“Mine, separation, metal and magnet” is no finding on Norway."""
    said = read(compose_heavy_layer(ask("NOR")))
    assert "narrowest" in said
    assert "nothing on record" in said
    assert "mine, separation, metal and magnet" not in said


@pytest.mark.parametrize("show_figure", [show_stage_capacity, show_candidate_fans])
def test_figures_of_a_country_without_a_row_say_so(show_figure):
    """Norway does not "stay below 10 %": nothing of it is on record; a zero is not read out."""
    shown = show(show_figure(ask("NOR")))
    assert shown["title"] == "No capacity of Norway is on record at any stage"
    assert "0 tonnes" not in shown["alt"].replace(NBSP, " ")
    assert "0 to 0 t" not in shown["alt"]


def test_a_capacity_read_out_is_rounded_as_it_is_printed():
    """0.0255 tonnes of metal by 2026 are under 1 in the table beside it."""
    alt = show(show_stage_capacity(ask(horizon=2026)))["alt"]
    assert re.search(r"under 1 tonne\b", alt)
    assert not re.search(r"0\.0\d", alt)


def test_nothing_is_ranked_that_adds_nothing():
    """Last of eleven beside others who add nothing is no rank (Germany, by location)."""
    case = ask("DEU", count_by="owner")
    assert "adds nothing where plants count by location" in read(compose_network_headline(case))
    assert case.find_metric("shapley_rank(location)") is None
    both = read(compose_network_headline(ask()))
    assert re.search(r"holds rank \d+ of 11 members .*, and rank \d+ of 11 where", both)
    assert "Norway adds nothing on average" in show(show_shapley(ask("NOR")))["title"]


def test_a_pillar_already_is_not_said_to_be_made_none():
    """Japan passes by breadth: what no single stage makes is nine definitions of ten."""
    title = show(show_additions(ask("JPN")))["title"]
    assert "in nine definitions of ten" in title


def test_a_cost_from_one_plant_does_not_deny_the_range_it_shows():
    """The range printed beside it is that of the conversion."""
    assert "no range" not in str(_unit_costs(ask()))


def test_a_share_that_nobody_is_named_for_shows_the_range_from_nothing():
    """3 % of metal are not attributed: no country is known to hold them."""
    said = read(compose_concentration(ask()))
    assert "3.0 % (0–3.0)" in said
    assert "no source names it" in said


@pytest.mark.parametrize("lost", ["USA", "GBR"])
def test_a_country_with_an_article_keeps_it_inside_a_label(lost):
    """“After the loss of United States, with United States” is not English."""
    case = ask("USA")
    labels = [metric.label for metric in case.metrics.values()]
    labels.append(case.metric("served_share(pillars, metal, with, horizon)").label)
    bare = re.compile(r"\b(of|with|without|to|from) United ")
    assert not [label for label in labels if bare.search(label)]
    loss = measure(ask().results, f"n_minus_one_share(ex_china, {lost}, with)").label
    assert "after the loss of the United " in loss


def test_the_narrowest_stage_of_a_chain_is_not_called_on_record_where_it_is_not():
    """No mine is on record in Japan, which is why its chain is narrowest there."""
    said = read(compose_chain_judgements(ask("JPN")))
    assert "the narrowest stage is mining" in said
    assert "on record the narrowest" not in said


def test_words_are_not_said_twice():
    """It said “Of every country on record outside China on record stays near”."""
    title = show(show_chain_fans(ask(horizon=2026)))["title"]
    assert "on record outside China on record" not in title


def test_fans_say_on_how_many_draws_they_rest():
    """Their ends differ from the table of capacity, which rests on all draws."""
    assert "eight in ten of 300 draws" in show(show_candidate_fans(ask()))["note"]


def test_need_belongs_to_the_pillars_also_when_one_is_the_candidate():
    """It said “The United States would serve 6.4 % of their need”."""
    assert "of their need" not in read(compose_pillar_test(ask("JPN")))


def test_a_loss_among_pillars_alone_names_no_partners():
    """No partner was chosen for the plain question."""
    assert "chosen partners" not in read(compose_losses(ask()))
    assert "Pillars and partners" not in str(briefing.compose_links(ask()).html)
    allied = ask(partners="allied_chain")
    assert "pillars and chosen partners" in read(compose_losses(allied))
    assert "Pillars and partners" in str(briefing.compose_links(allied).html)


def test_the_note_on_partners_counts_those_it_draws():
    """Norway is drawn, and is not among the largest; of six countries none are left out."""
    assert "seven largest, and the candidate" in show(show_partners(ask("NOR")))["note"]
    few = show(show_partners(ask(partners="allied_chain")))
    assert "largest" not in few["note"]


def test_a_rule_that_cannot_be_computed_leaves_no_empty_cell():
    """An empty cell says nothing; a dash says that there is no figure."""
    rows = show(show_net_position(ask("NOR")))["table"]["rows"]
    assert "" not in [cell for row in rows for cell in row]
    assert "−0 tonnes" not in show(show_net_position(ask(horizon=2026)))["alt"]


def test_what_came_of_a_promise_is_not_told_before_it_was_known():
    """Asked as of 2025 the page does not know of October 2026, nor the plant's later row."""
    said = read(compose_promises(ask(as_of="2025-12-31")))
    assert "October 2026" not in said
    assert "not in the register by the day asked" in said
    assert "four cases are too few" in said.casefold()


@pytest.mark.parametrize(
    ("value", "now"),
    [(4.99e-05, "under 0.01"), (0.744, "0.744"), (3046.2, "3,046"), (-283.0, "−283"), (0, "0")],
)
def test_a_value_now_is_written_without_an_exponent(value, now):
    """It said “now 4.99e−05” beside “under 0.1 %” on India's chain by 2026."""
    assert phrase_now(value, limits=(100.0, 50.0)) == now


def test_oxide_lacked_in_hardly_any_draw_is_not_lacked_in_none():
    """It said “Would lack oxide in 0 % of the draws, under 1 t on average”."""
    said = read(briefing.compose_stages(ask(scenario="two_more_years_late", draws=4000)))
    assert "would lack oxide in under 1 % of the draws" in said


def test_a_number_new_and_one_gone_are_not_told_alike_when_only_the_year_differs():
    """The chance by 2028 is not that by 2030: each is named with its period."""
    before, after = (briefing.record(ask(horizon=year)).findings for year in (2030, 2028))
    side = ReportIdentity(run_id="r", lineage="l", started="", as_of="2026-11-22", release="data 1")
    changes = compare_findings(before, after, sides=(side, side))
    assert changes.numbers_added
    assert not set(changes.numbers_added) & set(changes.numbers_removed)


def test_two_countries_are_named_once_also_where_one_takes_an_article():
    """What two names of a number share is said once, with "the United States or Japan" in it."""
    before, after = (briefing.record(ask(name)).findings for name in ("USA", "JPN"))
    side = ReportIdentity(run_id="r", lineage="l", started="", as_of="2026-11-22", release="data 1")
    moved = compare_findings(before, after, sides=(side, side)).moved
    within = [one for one in moved if "without the United States," in one.label_before]
    assert within
    for one in within:
        said = phrase_number(one)
        assert "without the United States or Japan" in said
        assert " before; " not in said


def test_two_pages_do_not_count_two_things_by_one_name():
    """One counts published figures, the other pairs of importer and product: 7 of 9 and 6 of 9."""
    published = show(briefing.show_import_shares(ask("JPN")))["title"]
    pairs = show(briefing.show_dependence_tiles(ask("JPN")))["title"]
    assert "published import figures" in published
    assert "import flows on record" in pairs


def test_shares_of_an_older_year_are_not_called_the_newest():
    """Of separation 2025 is on record for China alone; 2024, which names more, is drawn."""
    drawn = show(briefing.show_stage_shares(ask()))
    assert "Separation, 2024" in drawn["alt"]
    assert "name most countries" in drawn["note"]
    assert "newest year on record" not in drawn["note"] + read(compose_concentration(ask()))


def test_the_window_page_says_once_that_nothing_is_on_record():
    """Two sentences on plants that did not begin said less of Norway."""
    said = read(briefing.compose_window_headline(ask("NOR")))
    assert "Nothing is on record of a mine or plant in Norway, at any stage." in said
    assert "No dated plant" not in said


def test_a_tile_of_magnets_does_not_claim_every_kind():
    """India's newest figure is of one line of "other" magnets: lines are mixed, not complete."""
    alt = show(briefing.show_dependence_tiles(ask()))["alt"]
    assert "all kinds" not in alt
    assert "India, magnets, mixed lines: 81.3 percent" in alt


def test_no_cell_of_the_study_of_exports_is_empty():
    """The row of months used has no months of its own: a dash, not nothing."""
    soup = BeautifulSoup(str(briefing.compose_export_study(ask()).html), "html.parser")
    assert "" not in [cell.get_text().strip() for cell in soup.select("tbody td")]


def test_where_nobody_is_a_next_partner_the_figure_says_so_and_has_its_table():
    """A network that serves nothing: whoever joins adds nothing either."""
    case = briefing.open_case(
        candidate="KAZ",
        partners="allied_chain",
        as_of="2026-06-30",
        horizon=2026,
        draws=100,
        seed=7,
    )
    shown = briefing.show_partners(case)
    assert shown.title.startswith("No country on record adds a tonne as next partner")
    assert {row[0] for row in shown.rows} == {"Kazakhstan"}
    assert "nobody" not in shown.title
