"""The contract of a report's parameters."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import (
    ParameterChoices,
    ReportParameters,
    check_parameters,
    resolve_members,
)

CHOICES = ParameterChoices(
    countries=("AUS", "BRA", "CHN", "IND", "JPN", "USA"),
    country_sets={"none": (), "quad": ("AUS", "IND", "JPN", "USA")},
    articles=("newsx-2025-11-07",),
    scenarios=("baseline", "late"),
    profiles=("full",),
    first_date=dt.date(2025, 12, 31),
    data_date=dt.date(2026, 11, 22),
    today=dt.date(2026, 11, 23),
    country_names={"CHN": "China", "IND": "India", "JPN": "Japan"},
)


def ask(**given):
    return check_parameters(given, choices=CHOICES)


def refuse(**given):
    with pytest.raises(ParameterFault) as caught:
        ask(**given)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_the_defaults_put_the_question_of_the_article():
    question = ask()
    assert question.parameters.candidate == "IND"
    assert question.as_of == CHOICES.data_date
    assert not question.is_stale


def test_a_misspelt_name_is_refused_with_the_name_that_was_meant():
    said = refuse(candidat="IND")
    assert "'candidat'" in said
    assert "Did you mean 'candidate'?" in said


@pytest.mark.parametrize(
    ("given_values", "wanted"),
    [
        ({"draws": "many"}, "draws"),
        ({"draws": "0"}, "draws"),
        ({"draws": "1000000000"}, "draws"),
        ({"draws": True}, "draws"),
        ({"candidate": "INDIA"}, "candidate"),
        ({"candidate": "CHN"}, "without China"),
        ({"pillars": ""}, "pillars is empty"),
        ({"pillars": "USA,USA"}, "twice"),
        ({"pillars": "USA,XXX"}, "XXX"),
        ({"partners": "quat"}, "Did you mean 'quad'?"),
        ({"count_by": "owners"}, "location"),
        ({"scenario": "basline"}, "Did you mean 'baseline'?"),
        ({"as_of": "2027-01-01"}, "future"),
        ({"as_of": "2020-01-01"}, "before the data"),
        ({"as_of": "tomorrow"}, "YYYY-MM-DD"),
        ({"as_of": "2026-02-30"}, "no such date"),
        ({"horizon": "2025"}, "before as_of"),
        ({"horizon": "2051"}, "2050"),
        ({"language": "xx"}, "language"),
        ({"seed": "-1"}, "seed"),
    ],
)
def test_an_impossible_value_is_refused_by_name(given_values, wanted):
    assert wanted in refuse(**given_values)


def test_all_faults_are_said_at_once():
    said = refuse(candidate="XXX", scenario="none", as_of="2030-01-01")
    assert all(word in said for word in ("candidate", "scenario", "as_of"))


def test_a_date_after_the_data_is_allowed_and_marked():
    assert ask(as_of="today").is_stale


def test_members_leave_out_whoever_is_already_in_the_network():
    question = ask(partners="quad")
    assert question.members == ("AUS",)
    assert resolve_members(question.parameters, CHOICES.country_sets) == ("AUS",)


def test_text_from_a_command_line_means_the_same_as_values():
    text = ask(pillars="USA,JPN", draws="500", horizon="2035", partners="AUS,BRA")
    values = ask(pillars=["USA", "JPN"], draws=500, horizon=2035, partners=["AUS", "BRA"])
    assert text == values


@given(st.text(max_size=40))
def test_no_text_whatever_becomes_a_candidate_unless_it_is_a_country(text):
    if text in {"AUS", "BRA", "IND", "JPN", "USA"}:
        assert ask(candidate=text).parameters.candidate == text
    else:
        assert len(refuse(candidate=text)) < 600


def test_parameters_cannot_be_changed_once_checked():
    with pytest.raises(ValueError, match="frozen"):
        ask().parameters.candidate = "BRA"


def test_every_parameter_says_what_it_means():
    assert all(field.description for field in ReportParameters.model_fields.values())


@pytest.mark.parametrize(
    ("given_values", "said"),
    [
        ({"candidate": "IN"}, "Did you mean 'IND'?"),
        ({"candidate": "india"}, "write the code of the country. Did you mean 'IND'?"),
        ({"candidate": "XX"}, "Valid: AUS, BRA, IND, JPN, USA"),
        ({"candidate": "China"}, "a network without China"),
        ({"pillars": "none"}, "pillars = 'none': not known. Valid: AUS, BRA, IND, JPN, USA"),
        ({"pillars": "USA,japan"}, "Did you mean 'JPN'?"),
        ({"partners": "aus"}, "Did you mean 'AUS'? Sets: none, quad"),
        ({"partners": "qad"}, "Did you mean 'quad'?"),
        ({"horizon": "abc"}, "should be a whole number up to 2050"),
        ({"horizon": "2030.5"}, "should be a whole number up to 2050"),
        ({"horizon": "2051"}, "should be a whole number up to 2050"),
        ({"draws": "abc"}, "should be a whole number from 100 to 1,000,000"),
        ({"draws": "99"}, "should be a whole number from 100 to 1,000,000"),
        ({"seed": "-1"}, "should be a whole number from 0 to 4,294,967,295"),
    ],
)
def test_what_is_refused_is_refused_in_plain_words_with_what_is_valid(given_values, said):
    """No word of a library reaches the user."""
    told = refuse(**given_values)
    assert said in told
    assert not re.search(r"tuple|parse|integer|validation|greater than", told)


def test_what_is_refused_as_a_country_is_not_offered_as_a_choice():
    """China is known and refused in words of its own."""
    for given_values in ({"candidate": "CH"}, {"pillars": "CHIN"}, {"partners": "AUS,CHM"}):
        assert "CHN" not in refuse(**given_values)
    assert "network without China" in refuse(candidate="CHN")
    assert refuse(candidate="CHN", pillars="CHN").count("without China") == 1
