"""One door to the figures: typed, as of a day, under a scenario, never shared."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.evidence import (
    last_day,
    load_article,
    load_evidence,
    load_parameter_choices,
    load_scenario,
    package_sha256,
    project_root,
    read_record,
    record_reads,
    table_hashes,
)
from third_pillar.vocabulary.errors import EvidenceFault, MissingEvidence, PillarError
from third_pillar.vocabulary.parameters import check_parameters
from toy import ARTICLE, set_cell, write, write_toy_package

DATA_DAY = dt.date(2025, 12, 1)
ARTICLE_DAY = dt.date(2025, 11, 7)


def test_columns_are_text_numbers_and_dates(toy_package):
    """Missing text is empty, a missing number NaN, a required year an integer."""
    projects = load_evidence(DATA_DAY, root=toy_package).table("projects")
    row = projects.set_index("project_id").loc["P-USA-MET"]
    assert pd.isna(row["value"])
    assert row["note"] == ""
    assert row["known_from"] == pd.Timestamp("2025-01-31")
    mine = load_evidence(DATA_DAY, root=toy_package).table("mine_production")
    assert mine["year"].dtype == "int64"
    assert mine["value"].dtype == "float64"


def test_nothing_later_than_the_day_is_seen(toy_package):
    """No table holds a row first known later; vintages known by then stay."""
    evidence = load_evidence(ARTICLE_DAY, root=toy_package)
    for name in ("mine_production", "projects", "magnet_demand", "policy_events", "trade_monthly"):
        assert (evidence.table(name)["known_from"] <= pd.Timestamp(ARTICLE_DAY)).all()
    assert "E-MONTH" not in set(evidence.table("policy_events")["event_id"])
    assert set(evidence.table("mine_production")["year"]) == {2023, 2024}
    early = load_evidence(dt.date(2025, 1, 31), root=toy_package)
    assert "P-IND-MAG" not in set(early.table("projects")["project_id"])


def test_every_row_is_seen_on_the_day_of_the_data(toy_package):
    """On the package's own date nothing is held back."""
    evidence = load_evidence(DATA_DAY, root=toy_package)
    assert len(evidence.table("policy_events")) == 3
    assert len(evidence.gaps) == 3


def test_a_partial_date_counts_from_the_last_day_of_its_period(toy_package):
    """An event dated "November 2025" is the 30th; so is "2025-11" as known_from."""
    events = load_evidence(DATA_DAY, root=toy_package).table("policy_events")
    dates = events.set_index("event_id")["date"]
    assert dates["E-MONTH"] == pd.Timestamp("2025-11-30")
    assert dates["E-CONTROL"] == pd.Timestamp("2025-10-09")


@pytest.mark.parametrize(
    ("text", "precision", "day"),
    [
        ("2024", "", dt.date(2024, 12, 31)),
        ("2024-02", "", dt.date(2024, 2, 29)),
        ("2024-02-03", "", dt.date(2024, 2, 3)),
        ("2024-02-03", "month", dt.date(2024, 2, 29)),
        ("2024-02-03", "year", dt.date(2024, 12, 31)),
        ("2024-13", "", None),
        ("2024-02-30", "", None),
        ("soon", "", None),
        ("", "", None),
    ],
)
def test_partial_dates_resolve_to_the_end_of_their_period(text, precision, day):
    assert last_day(text, precision=precision) == day


@given(st.dates(min_value=dt.date(1900, 1, 1)))
def test_less_precision_never_makes_a_date_earlier(date):
    """A question put before a period ends does not see what is dated by that period."""
    text = date.isoformat()
    day, month, year = (last_day(text[:length]) for length in (10, 7, 4))
    assert day is not None
    assert month is not None
    assert year is not None
    assert date == day <= month <= year


def test_a_suspension_to_come_is_not_foretold(toy_package):
    """Before it begins, a control is not said to be suspended."""
    before = load_evidence(ARTICLE_DAY, root=toy_package).table("export_controls")
    after = load_evidence(dt.date(2025, 11, 10), root=toy_package).table("export_controls")
    assert before["suspended_from"].isna().all()
    assert after["suspended_to"].notna().all()
    assert load_evidence(dt.date(2025, 10, 8), root=toy_package).table("export_controls").empty


def test_a_gap_counts_from_its_source_and_from_the_row_that_names_it(toy_package):
    """What is unknown does not begin on the day somebody looked."""
    ids = [gap.id for gap in load_evidence(ARTICLE_DAY, root=toy_package).gaps]
    assert ids == ["GAP-JPN-MAGNET", "GAP-USA-METAL"]
    for gap in ("GAP-JPN-MAGNET", "GAP-USA-METAL"):
        set_cell(toy_package, "curated/gaps.csv", gap, "known_from", "2025-12-01")
    assert [gap.id for gap in load_evidence(ARTICLE_DAY, root=toy_package).gaps] == ids


def test_gaps_are_typed(toy_package):
    """A stand-in is a rated figure; a gap that nothing stands in for has none."""
    japan, plant = load_evidence(ARTICLE_DAY, root=toy_package).gaps
    assert japan.stand_in is not None
    assert (japan.stand_in.low, japan.stand_in.value, japan.stand_in.high) == (13000, 15000, 19000)
    assert japan.stand_in.rating == "amber"
    assert plant.stand_in is None
    assert plant.country == "USA"


def test_a_conflict_waits_for_every_figure_it_weighs(toy_package):
    """A conflict with a figure of later date is not seen earlier."""
    assert load_evidence(dt.date(2025, 1, 31), root=toy_package).table("conflicts").empty
    assert len(load_evidence(ARTICLE_DAY, root=toy_package).table("conflicts")) == 1


def test_the_kits_own_judgement_holds_on_every_day(toy_package):
    """Assumptions that are method, not news, do not vanish from earlier questions."""
    assumptions = load_evidence(ARTICLE_DAY, root=toy_package).assumptions
    assert assumptions.loc["p_status.building", "value"] == 0.6


def test_a_scenario_changes_its_assumptions_and_nothing_else(toy_package):
    """Overridden rows carry the scenario's name; the rest equals the baseline."""
    base = load_evidence(DATA_DAY, root=toy_package).assumptions
    late = load_evidence(DATA_DAY, scenario="late", root=toy_package).assumptions
    assert list(late.loc["delay_years", ["value", "low", "high"]]) == [4, 2, 6]
    assert late.loc["p_status.announced", "high"] == 0
    assert late.loc["p_status.announced", "distribution"] == "fixed"
    changed = ["delay_years", "p_status.announced"]
    assert list(late.index[late["scenario"] == "late"]) == changed
    pd.testing.assert_frame_equal(late.drop(changed), base.drop(changed))


def test_an_unknown_scenario_is_answered_with_the_nearest(toy_package):
    with pytest.raises(MissingEvidence, match="Did you mean 'baseline'"):
        load_evidence(DATA_DAY, scenario="basline", root=toy_package)


def test_an_empty_scenario_file_names_file_and_keys(toy_package):
    """Asked for or not, an empty scenario is a fault of the package."""
    write(toy_package / "data/scenarios/late.yml", "")
    for ask in (
        lambda: load_scenario("late", root=toy_package),
        lambda: load_evidence(DATA_DAY, root=toy_package),
    ):
        with pytest.raises(EvidenceFault, match=r"scenarios/late\.yml: the scenario file is empty"):
            ask()


def test_a_scenario_about_what_was_not_known_yet_is_refused(toy_package):
    """A change that could not apply is not dropped in silence."""
    set_cell(toy_package, "curated/assumptions.csv", "delay_years", "known_from", "2025-11-20")
    with pytest.raises(MissingEvidence, match="'delay_years', which was not known"):
        load_evidence(ARTICLE_DAY, scenario="late", root=toy_package)


def test_a_day_before_the_data_is_refused(toy_package):
    """A needed table without rows is named, with its first day."""
    with pytest.raises(MissingEvidence, match=r"'mine_production'.*2024-01-31"):
        load_evidence(dt.date(2023, 1, 1), root=toy_package)


def test_unknown_tables_and_countries_are_answered_with_the_nearest(toy_package):
    evidence = load_evidence(DATA_DAY, root=toy_package)
    with pytest.raises(MissingEvidence, match="Did you mean 'projects'"):
        evidence.table("project")
    with pytest.raises(MissingEvidence, match="Did you mean 'IND'"):
        evidence.country_name("INDI")
    assert evidence.country_name("USA") == "United States"
    assert evidence.country_adjective("IND") == "Indian"


def test_changing_a_frame_changes_nobody_elses(toy_package):
    """Neither the next load nor the next copy sees what a reader did to a frame."""
    evidence = load_evidence(DATA_DAY, root=toy_package)
    projects = evidence.table("projects")
    projects.loc[:, "value"] = 0.0
    mine, countries = evidence.tables["mine_production"], evidence.tables["countries"]
    mine.loc[:, "value"] = 0.0
    countries.loc[0, "name"] = "Nowhere"
    assert evidence.table("projects")["value"].max() == 10000
    assumptions = evidence.assumptions
    assumptions.loc[:, "value"] = 0.0
    article = load_article(ARTICLE, root=toy_package)
    claims = article.claims
    claims.loc[:, "fragment"] = ""
    with pytest.raises(TypeError):
        article.meta["title"] = "changed"
    again = load_evidence(DATA_DAY, root=toy_package)
    assert again.table("projects")["value"].max() == 10000
    assert again.table("mine_production")["value"].min() == 3000
    assert again.country_name("AUS") == "Australia"
    assert again.assumptions["value"].max() == 20
    assert load_article(ARTICLE, root=toy_package).claims["fragment"].ne("").all()
    assert load_article(ARTICLE, root=toy_package).meta["title"] == "Toy article"
    with pytest.raises(TypeError):
        again.tables["projects"] = pd.DataFrame()


def test_a_changed_file_is_read_again(toy_package):
    load_evidence(DATA_DAY, root=toy_package)
    set_cell(toy_package, "curated/mine_production.csv", "MP-AUS-2024", "value", "21000")
    mine = load_evidence(DATA_DAY, root=toy_package).table("mine_production")
    assert 21000 in set(mine["value"])


def test_unchanged_data_load_quickly(toy_package):
    """A second load takes under 50 ms of processor time."""
    load_evidence(DATA_DAY, root=toy_package)
    spent = []
    for _ in range(3):
        start = time.process_time()
        load_evidence(DATA_DAY, root=toy_package)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.05


def test_an_article_comes_with_its_tests(toy_package):
    article = load_article(ARTICLE, root=toy_package)
    assert list(article.claims["claim_id"]) == ["C1", "C2", "C3", "C4"]
    assert article.claims["qualifier_dropped"].tolist() == [False, False, True, False]
    assert set(article.tests) == {"C1", "C3"}
    assert article.tests["C1"].kind == "measured"
    with pytest.raises(MissingEvidence, match=f"Did you mean '{ARTICLE}'"):
        load_article("newsx-2025-11-08", root=toy_package)


def test_the_release_says_which_data_and_whether_they_are_stale(toy_package):
    release = load_evidence(DATA_DAY, root=toy_package).release
    assert (release.name, release.version, release.date) == ("toy-data", "0.1.0", "2025-12-01")
    assert release.sha256 == package_sha256(toy_package)
    assert not release.is_stale
    assert load_evidence(dt.date(2025, 12, 2), root=toy_package).release.is_stale


def test_hashes_follow_content_and_nothing_else(toy_package, tmp_path):
    """Equal content gives equal hashes wherever it lies; one cell changes one file's hash."""
    twin = write_toy_package(tmp_path / "twin")
    assert table_hashes(twin) == table_hashes(toy_package)
    assert package_sha256(twin) == package_sha256(toy_package)
    before = table_hashes(twin)
    set_cell(twin, "curated/projects.csv", "P-IND-MAG", "note", "seen")
    after = table_hashes(twin)
    assert {name for name in after if after[name] != before[name]} == {"curated/projects.csv"}
    assert package_sha256(twin) != package_sha256(toy_package)
    assert {"datapackage.json", "sources.csv", "corrections.yml"} <= set(after)


def test_the_choices_are_what_the_data_allow(toy_package):
    """Countries without aggregates, sets with "none", and the days a question may be put on."""
    choices = load_parameter_choices(root=toy_package, today=dt.date(2025, 12, 24))
    assert choices.countries == ("AUS", "BRA", "CHN", "IND", "JPN", "USA")
    assert choices.country_sets == {"none": (), "quad": ("AUS", "IND", "JPN", "USA")}
    assert choices.articles == (ARTICLE,)
    assert choices.scenarios == ("baseline", "late")
    assert choices.profiles == ("full",)
    assert choices.data_date == DATA_DAY
    assert choices.today == dt.date(2025, 12, 24)
    assert choices.first_date == dt.date(2025, 1, 31)
    load_evidence(choices.first_date, root=toy_package)
    assert check_parameters({}, choices=choices).as_of == DATA_DAY


def test_the_choices_need_no_pandas(toy_package):
    """The path of an unchanged report imports neither pandas nor frictionless."""
    load_parameter_choices(root=toy_package)
    code = (
        "import sys, pathlib, third_pillar.evidence as e;"
        "e.load_parameter_choices(root=pathlib.Path(sys.argv[1]));"
        "e.table_hashes(pathlib.Path(sys.argv[1]));"
        "print([m for m in ('pandas', 'numpy', 'frictionless') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(toy_package)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_project_is_found_by_its_variable(toy_package, monkeypatch, tmp_path):
    """PILLAR_ROOT names the project; a folder without data is answered with the way out."""
    monkeypatch.setenv("PILLAR_ROOT", str(toy_package))
    assert project_root() == toy_package
    assert load_evidence(DATA_DAY).release.name == "toy-data"
    monkeypatch.setenv("PILLAR_ROOT", str(tmp_path / "nowhere"))
    with pytest.raises(PillarError, match="nowhere") as caught:
        project_root()
    assert "PILLAR_ROOT" in caught.value.hint


def test_a_data_folder_that_cannot_be_written_still_loads(toy_package):
    """The memory of a check is a convenience: without it the package is checked again."""
    shutil.rmtree(toy_package / "data/cache")
    write(toy_package / "data/cache", "a file where a folder should be")
    load_evidence(DATA_DAY, root=toy_package)


def test_a_glance_at_every_key_reads_no_table(toy_package, tmp_path):
    """Only a table that is looked up is noted; a replaced one is noted as the one it replaces."""
    evidence = load_evidence(DATA_DAY, root=toy_package)
    noted = tmp_path / "reads"
    record_reads(noted, root=toy_package)
    try:
        assert {name for name, _ in evidence.tables.glance()} == set(evidence.tables)
        other = evidence.with_tables({"projects": evidence.tables["projects"].iloc[:1]})
        assert len(other.tables["projects"]) == 1
        assert set(other.tables) == set(evidence.tables)
        assert read_record(noted) == ("curated/projects.csv",)
    finally:
        record_reads(None)
