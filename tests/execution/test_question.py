"""Promises about the question: refused before any kernel, with the way out."""

from __future__ import annotations

import datetime as dt

import pytest

from reporting import Project
from third_pillar.execution.profiles import list_profiles, load_profile, notebook_path
from third_pillar.execution.question import notebook_parameters, resolve
from third_pillar.vocabulary.errors import ParameterFault
from toy import write


def ask(**given: object) -> dict[str, object]:
    return notebook_parameters(resolve(given, load_profile("full")))


@pytest.mark.usefixtures("project")
def test_nothing_given_is_the_contract_with_the_date_of_the_data() -> None:
    """Without parameters the defaults are asked, and `as_of` is already a date."""
    asked = ask()
    assert asked["candidate"] == "IND"
    assert asked["as_of"] == "2025-12-01"
    assert asked["pillars"] == ["USA", "JPN"]


@pytest.mark.usefixtures("project")
def test_today_is_one_date_for_the_whole_run() -> None:
    """The word "today" is resolved once, before the run."""
    assert ask(as_of="today")["as_of"] == dt.datetime.now(dt.UTC).date().isoformat()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"candidat": "IND"}, "Did you mean 'candidate'?"),
        ({"candidate": "BRAZIL"}, "Did you mean 'BRA'? Valid: AUS, BRA"),
        ({"candidate": "CHN"}, "without China"),
        ({"horizon": "soon"}, "horizon = 'soon'"),
        ({"horizon": "1999"}, "horizon = 1999"),
        ({"draws": "0"}, "draws = '0'"),
        ({"as_of": "2999-01-01"}, "lies in the future"),
        ({"as_of": "1900-01-01"}, "before the data can answer"),
        ({"scenario": "latte"}, "Did you mean 'late'?"),
        ({"language": "fr"}, "language = 'fr'"),
        ({"profile": "other"}, "already that of 'full'"),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_wrong_parameter_is_refused_with_the_way_out(given: dict[str, object], said: str) -> None:
    """An unknown name, a wrong type and an impossible value each say what would be right."""
    with pytest.raises(ParameterFault, match=r".") as caught:
        ask(**given)
    assert said in str(caught.value)


@pytest.mark.usefixtures("project")
def test_all_wrong_parameters_are_named_at_once() -> None:
    """Two faults are two lines of one message."""
    with pytest.raises(ParameterFault) as caught:
        ask(candidat="IND", scenario="latte")
    assert "candidat" in str(caught.value)
    assert "latte" in str(caught.value)


def test_what_is_given_wins_over_the_profile(project: Project) -> None:
    """A profile sets defaults; -p overrides them, and a date in YAML is a date."""
    write(
        project.root / "reports/profiles/brazil.yml",
        "title: Brazil\nnotebook: notebooks/small.ipynb\n"
        "parameters: {candidate: BRA, horizon: 2035, as_of: 2025-11-20}\n",
    )
    profile = load_profile("brazil")
    asked = notebook_parameters(resolve({"horizon": "2040"}, profile))
    assert (asked["candidate"], asked["horizon"], asked["as_of"]) == ("BRA", 2040, "2025-11-20")


@pytest.mark.parametrize("name", ["ful", "../full", "full.yml", "", "a\0b", "latest/.."])
@pytest.mark.usefixtures("project")
def test_an_unknown_profile_is_never_a_path(name: str) -> None:
    """A profile is looked up among the names there are, never opened by name."""
    with pytest.raises(ParameterFault, match="Valid: full"):
        load_profile(name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no keys"),
        ("title: [", "is no YAML"),
        ("title: t\ntitle: u\nnotebook: n.ipynb", "title stands twice"),
        ("title: t\nnotebook: n.ipynb\nname: x", "names itself"),
        ('title: "a\\u202eb"\nnotebook: n.ipynb', "one line without invisible signs"),
        ("title: t\nnotebook: n.ipynb\nparameters: {as_of: 2025-13-01}", "month must be in 1..12"),
        ("title: A\nnotebook: n.ipynb\ntimeout: 3\n", "timeout: unknown key"),
        ("title: A\nnotebook: n.ipynb\ntimeout_seconds: -1\n", "greater than 0"),
        ("title: A\nnotebook: n.ipynb\npublish: maybe\n", "'draft' or 'published'"),
        ("notebook: n.ipynb\n", "title: Field required"),
    ],
)
def test_a_broken_profile_names_its_file_and_key(project: Project, text: str, said: str) -> None:
    """A fault in a profile is a message, not a trace."""
    write(project.root / "reports/profiles/mine.yml", text)
    with pytest.raises(ParameterFault) as caught:
        load_profile("mine")
    assert "reports/profiles/mine.yml" in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("notebook", ["../out.ipynb", "/etc/passwd", "data/x.csv", "none.ipynb"])
def test_a_profile_names_a_notebook_of_the_project(project: Project, notebook: str) -> None:
    """Only an existing notebook below the project root is ever run."""
    write(project.root / "reports/profiles/mine.yml", f"title: A\nnotebook: {notebook}\n")
    with pytest.raises(ParameterFault, match=r"mine\.yml"):
        notebook_path(load_profile("mine"))


def test_profiles_with_unsafe_names_are_not_offered(project: Project) -> None:
    """A profile's name becomes a folder name, so only safe ones count."""
    write(project.root / "reports/profiles/.hidden.yml", "title: A\n")
    write(project.root / "reports/profiles/two words.yml", "title: A\n")
    assert list_profiles() == ("full",)
