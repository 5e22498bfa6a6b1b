"""Promises about the curated tables that schemas alone cannot make."""

from __future__ import annotations

import csv
import re

import pandas as pd
import pytest

PACKAGE_DATE = "2026-11-22"
FIGURE_TABLES_WITH_PERIODS = (
    "mine_production",
    "reserves_resources",
    "stage_shares",
    "separation_capacity",
    "metal_capacity",
    "magnet_capacity",
    "magnet_demand",
    "import_shares",
    "apparent_consumption",
    "national_programmes",
    "prices",
)
NAMED_COUNTRY_TABLES = ("projects", "mine_production", "stage_shares")


def numbers(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column.replace("", pd.NA)).astype("Float64")


@pytest.mark.filterwarnings("ignore")
def test_the_package_is_valid(data_folder):
    """Every table keeps its schema: types, units, closed lists, keys and foreign keys."""
    import frictionless  # noqa: PLC0415  slow to import, and only this test needs it

    report = frictionless.validate(str(data_folder / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])[:10]


def test_every_file_is_a_resource(data_folder, package):
    """No table is shipped without a schema."""
    listed = {resource["path"] for resource in package["resources"]}
    shipped = {
        path.relative_to(data_folder).as_posix()
        for folder in ("codelists", "curated", "claims")
        for path in (data_folder / folder).rglob("*.csv")
    }
    assert shipped <= listed


def test_every_resource_says_how_often_it_is_due(package):
    """Each table has an expected rhythm and the date of its last update."""
    for resource in package["resources"]:
        assert resource["rhythm"] in {"annual", "quarterly", "monthly", "as_events"}
        assert resource["last_updated"] <= PACKAGE_DATE


def test_every_field_is_described_in_a_sentence(package):
    """A reader of the dictionary finds a plain sentence for every field."""
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            assert field["description"].endswith("."), (resource["name"], field["name"])


def test_rows_are_sorted_by_their_key(package, tables):
    """A diff of two releases shows changes, not shuffles."""
    for resource in package["resources"]:
        key = resource["schema"]["primaryKey"]
        if resource["name"] == "stages":
            continue  # in the order of the chain
        rows = tables[resource["name"]][[key] if isinstance(key, str) else key]
        keys = list(rows.itertuples(index=False, name=None))
        assert keys == sorted(keys), resource["name"]
        assert len(keys) == len(set(keys)), resource["name"]


def test_files_are_plain(data_folder):
    """UTF-8 without a mark, line feeds, no blanks around cells, minimal quoting."""
    for path in data_folder.rglob("*.csv"):
        raw = path.read_bytes()
        assert b"\r" not in raw, path.name
        assert not raw.startswith(b"\xef\xbb\xbf"), path.name
        for row in csv.reader(raw.decode("utf-8").splitlines()):
            assert all(cell == cell.strip() for cell in row), (path.name, row)


def test_every_source_resolves_and_is_used(tables, data_folder):
    """Every cited source is in the list and the list holds no source that nothing cites."""
    known = set(tables["sources"]["source_id"])
    cited = set()
    for name, table in tables.items():
        if name == "sources":
            continue
        for column in ("source_id", "source_id_2", "source_ids"):
            if column in table:
                cited |= {one for cell in table[column] for one in cell.split(";") if one}
    texts = [data_folder / "corrections.yml", *data_folder.glob("claims/*/article.yml")]
    words = set(re.findall(r"[\w-]+", " ".join(path.read_text("utf-8") for path in texts)))
    assert cited <= known
    assert known <= cited | words


def test_lists_inside_cells_resolve(tables):
    """Countries, figures and sources listed in one cell exist one by one."""
    countries = set(tables["countries"]["country_iso3"])
    for name in ("policy_events", "claims"):
        listed = {one for cell in tables[name]["countries"] for one in cell.split(";") if one}
        assert listed <= countries, name
    listed = {o for cell in tables["export_controls"]["destinations"] for o in cell.split(";")}
    assert listed <= countries
    keys = {key for table in tables.values() for key in table.iloc[:, 0]}
    named = {o for cell in tables["conflicts"]["figure_ids"] for o in cell.split(";") if o}
    assert named <= keys


def test_nothing_is_known_after_the_release(tables):
    """No row, gap or event could only be known later than the date of the package."""
    for name, table in tables.items():
        if "known_from" in table:
            assert table["known_from"].max() <= PACKAGE_DATE, name


def test_partial_source_dates_count_from_their_last_day(tables):
    """A figure is never known before its dated source could have been read."""
    sources = tables["sources"].set_index("source_id")["date"]
    allowed_earlier = {"USGS_MCS2026"}  # first published in February 2026, version 1.3 in May
    for name in FIGURE_TABLES_WITH_PERIODS:
        for row in tables[name].itertuples():
            date = sources[row.source_id]
            if not date or row.source_id in allowed_earlier:
                continue
            assert row.known_from[: len(date)] >= date, (name, row.figure_id)


def test_ranges_are_ordered(figures):
    """Low is at most the value and the value at most high."""
    low, value, high = (numbers(figures[c]) for c in ("low", "value", "high"))
    for smaller, larger in ((low, value), (value, high), (low, high)):
        wrong = figures[(smaller > larger).fillna(value=False)]
        assert wrong.empty, wrong[["table", "key"]].head()


def test_a_missing_figure_is_a_gap(figures):
    """A row without value, low and high names the gap that stands in its place."""
    blank = figures[(figures[["value", "low", "high"]] == "").all(axis=1)]
    assert (blank["gap_id"] != "").all(), blank[["table", "key"]].head()


def test_stand_ins_are_whole_and_rated(tables):
    """A stand-in has value, range, unit, year, rating and reason, or there is none at all."""
    columns = [c for c in tables["gaps"] if c.startswith("stand_in_")]
    filled = tables["gaps"][columns] != ""
    assert (filled.all(axis=1) | ~filled.any(axis=1)).all()
    gaps = tables["gaps"].set_index("gap_id")
    low, value, high = (numbers(gaps[f"stand_in_{c}"]) for c in ("low", "value", "high"))
    assert ((low <= value) & (value <= high)).fillna(value=True).all()


def test_metal_gaps_are_typed(tables):
    """The weakest stage of the evidence shows gaps, never zeros."""
    metal = tables["metal_capacity"]
    assert (metal["gap_id"] != "").all()
    assert not (metal["value"] == "0").any()


def test_countries_add_up_to_the_printed_world(tables):
    """Country rows add up to the published world total of their edition within 2 percent."""
    mine = tables["mine_production"].assign(tonnes=lambda t: numbers(t["value"]))
    checked = 0
    for (edition, year), rows in mine.groupby(["edition", "year"]):
        if edition.startswith(("DS 140", "MCS via press", "MCS 2019")):
            continue  # single lines; no table of countries was read
        world = rows.loc[rows["country_iso3"] == "WLD", "tonnes"].item()
        added = rows.loc[rows["country_iso3"] != "WLD", "tonnes"].sum()
        assert abs(added - world) <= 0.02 * world, (edition, year, added, world)
        checked += 1
    assert checked == 9


def test_one_row_a_country_year_and_edition(tables):
    """Editions are kept side by side and none has a country twice."""
    keys = tables["mine_production"][["country_iso3", "year", "edition"]]
    assert not keys.duplicated().any()


def test_the_world_is_never_counted_as_a_country(tables):
    """No plant stands in, and no share belongs to, the world or a group."""
    groups = {"WLD", "OTH", "XCN", "EU27"}
    assert not groups & set(tables["projects"]["country_iso3"])
    assert not groups & set(tables["projects"]["owner_iso3"])
    assert not groups & set(tables["stage_shares"]["country_iso3"])
    share_of_one = tables["mine_production"].query("country_iso3 == 'WLD'")
    assert share_of_one["note"].str.contains("World total").all()


def test_53748_is_never_ndfeb(figures):
    """The customs tonnage of India is magnets of every metal kind, not NdFeB."""
    rows = figures[figures["value"].isin({"53748", "53740", "53700", "28700", "12400", "16281"})]
    assert set(rows["unit"]) == {"t_magnets_all"}
    headline = rows[rows["value"] == "53748"]
    assert len(headline) == 1
    assert "not a tonnage of rare-earth magnets" in headline["note"].item()


def test_india_has_a_resource_and_no_printed_reserve(tables):
    """Since 2026 the reserve of India is not available; 7.23 Mt is a resource."""
    table = tables["reserves_resources"].set_index("figure_id")
    newest = table.loc["RES-IND-MCS2026"]
    assert newest["value"] == ""
    assert newest["gap_id"] == "GAP-IND-RESERVES"
    assert table.loc["RES-IND-MCS2025", "value"] == "6900000"
    assert set(table[table["value"] == "7230000"]["measure"]) == {"resource"}
    assert table.loc["RES-IND-OSCOM", "unit"] == "t_monazite"


def test_brazil_has_eleven_million_tonnes(tables):
    """The newest reserve of Brazil is the revised one."""
    table = tables["reserves_resources"].set_index("figure_id")
    assert table.loc["RES-BRA-MCS2026", "value"] == "11000000"


def test_february_2024_is_not_printed(tables):
    """The magnet series does not hold the 3,326 t that belong to another series."""
    trade = tables["trade_monthly"]
    assert "2024-02" not in set(trade["month"])
    assert "3326" not in set(trade["value"])
    assert trade["month"].between("2024-01", "2026-03").all()


def test_monthly_exports_reproduce_the_published_sum(tables):
    """January to October 2025 adds up to the published 45,290 t within ten tonnes."""
    trade = tables["trade_monthly"].query("destination_iso3 == 'WLD'")
    months = trade[trade["month"].between("2025-01", "2025-10")]
    assert len(months) == 10
    assert abs(numbers(months["value"]).sum() - 45_290) <= 10


def test_destinations_stay_below_the_world(tables):
    """The named destinations of a month never exceed the world; EU members are inside the EU."""
    trade = tables["trade_monthly"].assign(tonnes=lambda t: numbers(t["value"]))
    for month, rows in trade.groupby("month"):
        world = rows.loc[rows["destination_iso3"] == "WLD", "tonnes"]
        named = rows.loc[~rows["destination_iso3"].isin({"WLD", "EU27"}), "tonnes"].sum()
        assert world.empty or named <= world.item(), month


def test_us_balance_reproduces_net_import_reliance(tables):
    """Apparent consumption less output gives the printed reliance of 2024 and 2025."""
    table = tables["apparent_consumption"].set_index("figure_id")["value"]
    for year, printed in ((2024, 53), (2025, 67)):
        output, need = float(table[f"US-PROD-{year}"]), float(table[f"US-AC-{year}"])
        assert round(100 * (need - output) / need) == pytest.approx(printed, abs=1)
        assert float(table[f"US-NIR-{year}"]) == printed


def test_magnet_yield_stays_below_chemistry(tables):
    """No yield exceeds 2.83 tonnes of magnet from one tonne of NdPr oxide."""
    assumptions = tables["assumptions"].set_index("assumption_id")
    high = float(assumptions.loc["magnet_per_ndpr_oxide", "high"])
    assert high <= 2.83
    metal = assumptions.loc["magnet_per_ndpr_metal"]
    factor = float(assumptions.loc["oxide_per_metal.NdPr", "value"])
    ceiling = 2.83 * factor
    assert float(metal["high"]) <= ceiling


def test_unfounded_assumptions_are_red(tables):
    """What rests on judgement alone is not rated green in quality."""
    judged = tables["assumptions"].query("source_id == 'TP_JUDGEMENT'")
    assert "green" not in set(judged["quality"])


def test_more_advanced_plants_are_more_likely(tables):
    """The chance of running falls with every step back from operating to cancelled."""
    table = tables["assumptions"].set_index("assumption_id")
    order = ("operating", "commissioning", "building", "financed", "announced", "suspended")
    chances = [float(table.loc[f"p_status.{s}", "value"]) for s in (*order, "cancelled")]
    assert chances == sorted(chances, reverse=True)


def test_expansions_are_increments(tables):
    """Sums of a company's plants equal the totals that the company announced."""
    plants = tables["projects"].set_index("project_id")["value"]
    assert float(plants["MAG-USA-INDEPENDENCE"]) + float(plants["MAG-USA-10X"]) == 10_000
    usar = ("MAG-USA-STILLWATER-1", "MAG-USA-STILLWATER-2", "MAG-USA-BLACKSBURG")
    assert sum(float(plants[p]) for p in usar) == 10_000
    midwest = ("MAG-IND-MIDWEST-1", "MAG-IND-MIDWEST-2")
    assert sum(float(plants[p]) for p in midwest) == 5_000
    assert float(plants["MAG-EST-NARVA-1"]) + float(plants["MAG-EST-NARVA-2"]) == 5_000


def test_announced_plants_without_a_year_have_no_invented_start(tables):
    """Kuantan magnets and Narva phase 2 have no start, because none is known."""
    plants = tables["projects"].set_index("project_id")
    for project in ("MAG-MYS-JSLINK", "MAG-EST-NARVA-2"):
        assert plants.loc[project, "start_year"] == ""
    unknown = plants["start_precision"] == "unknown"
    assert ((plants["start_year"] == "") == unknown).all()


def test_running_plants_have_a_start(tables):
    """A plant that runs or starts up carries a year, so that the model counts it."""
    plants = tables["projects"]
    running = plants[plants["status"].isin({"operating", "commissioning"})]
    assert (running["start_year"] != "").all()


def test_owners_follow_the_company_not_the_site(tables):
    """Plants abroad belong to the country of their owner."""
    owner = tables["projects"].set_index("project_id")["owner_iso3"]
    assert owner["SEP-MYS-LYNAS"] == "AUS"
    assert owner["MAG-VNM-HAIPHONG"] == "JPN"
    assert owner["MAG-EST-NARVA-1"] == owner["SEP-EST-SILMET"] == "CAN"
    assert owner["MET-GBR-LCM"] == owner["MET-FRA-LCM"] == "USA"


def test_plant_nameplates_are_not_repeated(tables):
    """No capacity table repeats the nameplate of a plant that is in the register."""
    register = tables["projects"].query("value != ''")
    plants = set(zip(register["country_iso3"], register["unit"], register["value"], strict=True))
    for name in ("separation_capacity", "metal_capacity", "magnet_capacity"):
        rows = tables[name].query("measure == 'capacity' and value != ''")
        repeated = set(zip(rows["country_iso3"], rows["unit"], rows["value"], strict=True))
        assert not plants & repeated, name


def test_the_model_finds_its_demand(tables):
    """The three subjects have one whole-need row for 2024 or 2025, with an ordered range."""
    need = tables["magnet_demand"].query("scope == 'need' and unit == 't_ndfeb'")
    for country in ("USA", "JPN", "IND"):
        rows = need[(need["country_iso3"] == country) & need["year"].isin({"2024", "2025"})]
        assert len(rows) == 1, country
        assert (rows[["value", "low", "high"]] != "").all(axis=None), country


def test_outcomes_not_established_are_not_stated(tables):
    """Events whose outcome is open on the date of the release say so."""
    events = tables["policy_events"].set_index("event_id")["status"]
    for event in ("E20", "E22", "E50", "E51", "E59", "E60", "E61"):
        assert "not established" in events[event], event
    assert len(events) == 61


def test_announcement_18_was_never_suspended(tables):
    """The April 2025 control has no suspension; the October round ends on 10 November 2026."""
    controls = tables["export_controls"].set_index("control_id")
    assert controls.loc["CTL-2025-18", "suspended_from"] == ""
    october = controls[controls["announced"] == "2025-10-09"]
    assert len(october) == 6
    assert set(october["suspended_from"]) == {"2025-11-07"}
    assert set(october["suspended_to"]) == {"2026-11-10"}


def test_rows_per_table_match_the_reviewed_count(tables, data_folder):
    """Coverage does not shrink or grow without an entry in the changelog."""
    text = (data_folder / "CHANGELOG.md").read_text("utf-8")
    counted = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and re.fullmatch(r"[\d, ]+", cells[1]):
            names = [n.strip() for n in cells[0].split(",")]
            counts = [int(n) for n in cells[1].split(",")]
            counted |= {n: c for n, c in zip(names, counts, strict=True) if n not in counted}
    for name, count in counted.items():
        assert len(tables[name]) == count, name
    assert len(counted) >= 15


def test_same_digits_are_not_the_same_goods(tables):
    """85051110 is rare-earth magnets in China and the EU, ferrite cores in India."""
    lines = tables["hs_codes"].query("code == '85051110'")
    kinds = lines.set_index("system")["is_rare_earth_magnet"]
    assert dict(kinds) == {"CN": "yes", "EU-CN8": "yes", "IN-ITC": "no"}


def test_weak_relays_never_stand_alone(tables):
    """A source rated E or F supports no row; one rated D only gaps and their stand-ins."""
    rating = tables["sources"].set_index("source_id")["reliability"]
    for name in (*FIGURE_TABLES_WITH_PERIODS, "projects", "trade_monthly"):
        for row in tables[name].itertuples():
            grade = rating[row.source_id]
            assert grade not in {"E", "F"}, (name, row[1])
            if grade == "D":
                assert row.gap_id, (name, row[1])


def test_no_local_path_is_shipped(data_folder):
    """The package names no folder of a machine."""
    for path in data_folder.rglob("*"):
        if path.suffix in {".csv", ".yml", ".json", ".md"}:
            text = path.read_text("utf-8")
            assert not re.search(r"/(home|tmp|Users|work)/|[A-Z]:\\\\", text), path.name
