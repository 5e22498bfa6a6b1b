"""The numbers that others get wrong, as this package holds them; and how plants count once."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

NDFEB_TABLES = ("magnet_demand", "magnet_capacity", "projects", "national_programmes", "gaps")


def number(cell: str) -> float:
    return float(cell)


@pytest.fixture(scope="module")
def corrections(data_folder) -> dict[str, dict]:
    listed = yaml.safe_load((data_folder / "corrections.yml").read_text("utf-8"))
    return {one["id"]: one for one in listed}


@pytest.mark.parametrize(
    ("edition", "year", "printed"),
    [
        ("MYB 2022", "2018", 190_000),
        ("MYB 2022", "2019", 223_000),
        ("MYB 2022", "2020", 250_000),
        ("MYB 2022", "2021", 290_000),
        ("MYB 2022", "2022", 297_000),
        ("MCS 2025", "2023", 376_000),
        ("MCS 2025", "2024", 390_000),
        ("MCS 2026 v1.3", "2024", 380_000),
        ("MCS 2026 v1.3", "2025", 390_000),
    ],
)
def test_the_world_total_is_the_printed_one_and_its_countries_add_up(
    tables, edition, year, printed
):
    """Year by year, edition by edition: the printed total, and the countries within 2 percent."""
    table = tables["mine_production"]
    mined = table[(table["edition"] == edition) & (table["year"] == year)]
    world = mined[mined["country_iso3"] == "WLD"]
    assert number(world["value"].item()) == printed
    countries = mined[mined["country_iso3"] != "WLD"]["value"].map(number)
    assert abs(countries.sum() - printed) <= 0.02 * printed


def test_indias_2900_stands_beside_the_reading_of_2200_to_2400(tables):
    """Both rows are kept, and a conflict says how to read them."""
    conflict = tables["conflicts"].set_index("conflict_id").loc["CON-IND-MINE"]
    usgs = tables["mine_production"].set_index("figure_id").loc["MINE-IND-2025-MCS2026"]
    own = tables["national_programmes"].set_index("figure_id").loc["IND-IREL-REO-OUTPUT-2022"]
    assert usgs["value"] == "2900"
    assert (own["low"], own["high"]) == ("2200", "2400")
    assert {"MINE-IND-2025-MCS2026", "IND-IREL-REO-OUTPUT-2022"} <= set(
        conflict["figure_ids"].split(";")
    )
    assert (conflict["low"], conflict["high"]) == ("2200", "2900")


def test_brazil_has_11_mt_and_the_stale_21_mt_are_a_correction(tables, corrections):
    """The newest row is the revised one; the stale figure of the data release is guarded."""
    reserves = tables["reserves_resources"].query("country_iso3 == 'BRA' and measure == 'reserve'")
    newest = reserves.sort_values("known_from").iloc[-1]
    assert newest["value"] == "11000000"
    guard = corrections["COR-BRA-RESERVES"]
    assert (guard["published"], guard["corrected"]) == (21_000_000, 11_000_000)
    assert guard["key"] == newest["figure_id"]


def test_53748_is_hs_850511_and_never_ndfeb(tables, corrections):
    """The one row with this number is a customs line; no NdFeB figure of India comes near it."""
    demand = tables["magnet_demand"]
    row = demand[demand["value"] == "53748"]
    assert row["scope"].item() == "imports HS 850511"
    assert row["unit"].item() == "t_magnets_all"
    assert corrections["COR-IND-53748"]["corrected"] == "t_magnets_all"
    for name in NDFEB_TABLES:
        unit = "stand_in_unit" if name == "gaps" else "unit"
        ndfeb = tables[name][(tables[name][unit] == "t_ndfeb")]
        india = ndfeb[ndfeb["country_iso3"] == "IND"]
        for column in [c for c in india if c.split("_")[-1] in {"value", "low", "high"}]:
            tonnes = pd.to_numeric(india[column].replace("", pd.NA)).dropna()
            assert (tonnes < 10_000).all(), (name, column)


def test_every_correction_of_the_audit_is_guarded(corrections):
    """What a second look found wrong is corrected here, each with what must stay true."""
    found = {
        "COR-SERRAVERDE", "COR-STILLWATER", "COR-NARVA", "COR-VULCAN", "COR-JSLINK-KUANTAN",
        "COR-VIZAG-SMCO", "COR-CHN-NDFEB-2019", "COR-LYNAS-12000", "COR-CAREMAG",
        "COR-WHITEMESA-2", "COR-MP-Q1-2026", "COR-ILUKA-START", "COR-IND-53748",
        "COR-IND-SHARES", "COR-IND-18T", "COR-IND-NDPR-SHARE", "COR-IND-EXPORT-CHN-284610",
        "COR-IND-KAMTHAI", "COR-IND-MAGNET-FACTOR", "COR-IND-FEED-NEED",
        "COR-CHN-EXPORTS-2024-02", "COR-AUS-REFINING", "COR-PROJECT-VAULT", "COR-BRA-RESERVES",
    }  # fmt: skip
    assert found <= set(corrections)
    assert all(corrections[one]["expect"] for one in found)


def test_the_register_holds_every_named_plant(tables):
    """At least eighty plants and stages, in a dozen countries and all four stages."""
    projects = tables["projects"]
    assert len(projects) >= 80
    assert projects["country_iso3"].nunique() >= 12
    assert set(projects["stage"]) == {"mine", "separation", "metal", "magnet"}


def test_plants_that_never_count_by_themselves_say_so(tables):
    """Inside a national figure, or an intermediate: each note says why, no number is lost."""
    inside = tables["projects"].query("counts == 'national'")
    assert set(inside["status"]) <= {"operating", "not stated"}
    assert (inside["value"] == "").all()
    feed = tables["projects"].query("counts == 'feed'")
    assert set(feed["stage"]) == {"separation"}
    assert feed["product"].str.contains("intermediate").all()


def test_a_plant_counts_from_its_own_source_not_from_the_later_one(tables):
    """What the earlier source told in full is known from then, month and year by their last day."""
    sources = tables["sources"].set_index("source_id")["date"]
    plants = tables["projects"].set_index("project_id")
    for plant, source in (
        ("MAG-USA-10X", "NSENERGY_MP10X"),
        ("MAG-USA-STILLWATER-1", "MINELISTINGS_USAR"),
        ("SEP-USA-WHITEMESA-1", "PROSPECTOR_UUUU"),
    ):
        assert plants.loc[plant, "source_id"] == source
        assert plants.loc[plant, "known_from"].startswith(sources[source])
        assert plants.loc[plant, "source_id_2"]


def test_heavy_circuits_are_no_light_capacity(tables):
    """Dy and Tb stand in their own unit, which the light layer does not convert."""
    heavy = tables["projects"][tables["projects"]["product"] == "Dy and Tb oxide"]
    assert len(heavy) == 4
    assert set(heavy["unit"]) == {"t_dytb_oxide"}
