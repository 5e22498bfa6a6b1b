"""The project's own data keep every rule and come through the door."""

from __future__ import annotations

from third_pillar.evidence import (
    article_names,
    load_article,
    load_evidence,
    load_parameter_choices,
    scenario_names,
    validate_package,
)


def test_the_projects_data_keep_every_rule():
    """Validation of data/ finds no fault."""
    assert [str(fault) for fault in validate_package()] == []


def test_every_scenario_and_every_article_loads():
    """Each scenario and article of the project loads on the day of the data."""
    day = load_parameter_choices().data_date
    for scenario in scenario_names():
        assert not load_evidence(day, scenario=scenario).table("projects").empty
    for article in article_names():
        assert not load_article(article).claims.empty


def test_the_default_question_is_allowed():
    """India, the United States and Japan are countries, and no aggregate is one."""
    choices = load_parameter_choices()
    assert {"IND", "USA", "JPN", "BRA"} <= set(choices.countries)
    assert not {"WLD", "OTH", "XCN", "EU27"} & set(choices.countries)
    assert choices.country_sets["none"] == ()
    assert choices.first_date <= choices.data_date
