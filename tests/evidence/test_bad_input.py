"""Every kind of bad input is answered with table, row and rule; never with a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from third_pillar.evidence import check_package, rules, validate_package, validation
from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.reading import read_table
from third_pillar.evidence.rules import read_number
from third_pillar.vocabulary.errors import DataFault, EvidenceFault
from toy import ARTICLE, change_table, set_cell, write

MINE = "curated/mine_production.csv"
PROJECTS = "curated/projects.csv"
CLAIMS = f"claims/{ARTICLE}/claims.csv"
TESTS = f"data/claims/{ARTICLE}/tests.yml"

# what is broken, how, and what the answer must say: table, row, field, words of rule or mend
CELLS = [
    ("text in a number field", MINE, "MP-IND-2024", "value", "ten", "not a plain number"),
    ("a thousands separator", MINE, "MP-IND-2024", "value", "3 000", "not a plain number"),
    ("NaN", MINE, "MP-IND-2024", "value", "NaN", "not a plain number"),
    ("infinity", MINE, "MP-IND-2024", "high", "1e999", "not a plain number"),
    ("half a year", MINE, "MP-IND-2024", "year", "2024.5", "not a whole number"),
    ("unknown country", MINE, "MP-IND-2024", "country_iso3", "INX", "unknown country"),
    ("unknown owner", PROJECTS, "P-AUS-SEP", "owner_iso3", "AUX", "unknown country"),
    ("unknown stage", PROJECTS, "P-AUS-SEP", "stage", "separaton", "unknown stage"),
    ("unknown source", MINE, "MP-IND-2024", "source_id", "TOY-C", "unknown source_id"),
    ("unknown second source", PROJECTS, "P-AUS-SEP", "source_id_2", "X", "unknown source_id"),
    ("no source", PROJECTS, "P-AUS-SEP", "source_id", "", "a figure needs a source"),
    ("unknown gap", PROJECTS, "P-USA-MET", "gap_id", "GAP-USA-METALL", "unknown gap_id"),
    ("negative tonnes", MINE, "MP-IND-2024", "value", "-3", "tonnes must not be negative"),
    ("percent over 100", "curated/stage_shares.csv", "SS-mine", "value", "101", "0 and 100"),
    (
        "probability over 1",
        "curated/assumptions.csv",
        "p_status.building",
        "high",
        "1.1",
        "0 and 1",
    ),
    ("value below low", PROJECTS, "P-USA-MAG", "low", "3500", "does not hold"),
    ("high below value", PROJECTS, "P-USA-MAG", "high", "2500", "does not hold"),
    ("a bare blank", MINE, "MP-IND-2024", "value", "", "names no gap"),
    ("unknown unit", MINE, "MP-IND-2024", "unit", "t_ree", "unknown unit"),
    ("a unit of another table", MINE, "MP-IND-2024", "unit", "t_ndfeb", "does not hold that unit"),
    ("a unit of another stage", PROJECTS, "P-IND-MAG", "unit", "t_reo", "does not hold that unit"),
    ("unknown status", PROJECTS, "P-IND-MAG", "status", "planned", "unknown status"),
    ("unknown basis", MINE, "MP-IND-2024", "basis", "guessed", "unknown basis"),
    ("a year beside its period", MINE, "MP-IND-2024", "year", "2023", "ends in 2024"),
    ("no such day", MINE, "MP-IND-2024", "known_from", "2025-02-30", "is not a date"),
    ("known tomorrow", MINE, "MP-IND-2024", "known_from", "2025-12-02", "after the date of the"),
    ("a country list", "curated/policy_events.csv", "E-PAUSE", "countries", "CHN;USX", "country"),
    ("a figure of a conflict", "curated/conflicts.csv", "X-1", "figure_ids", "MD-INX", "figure_id"),
    ("an event of a control", "curated/export_controls.csv", "C-1", "event_id", "E-C", "event_id"),
    ("a stand-in", "curated/gaps.csv", "GAP-JPN-MAGNET", "stand_in_low", "16000", "does not hold"),
    (
        "a closed list of the schema",
        "curated/assumptions.csv",
        "ramp_years",
        "quality",
        "rd",
        "red",
    ),
    (
        "a corrected value undone",
        MINE,
        "MP-IND-2024",
        "value",
        "2900",
        "in MP-IND-2024, field value",
    ),
    ("an empty claim locator", CLAIMS, "C1", "fragment", "", "needs a fragment"),
    ("a locator of 13 words", CLAIMS, "C1", "fragment", "w " * 12 + "w", "at most 12"),
    ("a span of another length", CLAIMS, "C1", "char_end", "18", "char_end - char_start"),
    ("unknown way to settle", CLAIMS, "C2", "how", "documentd", "'documented'"),
    ("unknown verdict", CLAIMS, "C2", "hand_verdict", "refuted", "contradicted"),
    ("an opinion with a verdict", CLAIMS, "C4", "hand_verdict", "supported", "both be opinion"),
    ("measured without a test", CLAIMS, "C2", "how", "measured", "no test 'C2'"),
    ("a test of another kind", CLAIMS, "C1", "how", "event-tested", "is measured"),
    ("a test nobody runs", CLAIMS, "C1", "how", "hand", "uses this test"),
    ("a test where none is run", CLAIMS, "C2", "test_id", "C1", "has no test"),
    ("unknown stance", f"claims/{ARTICLE}/evidence.csv", "C1-E1", "stance", "proves", "supports"),
    (
        "evidence of no claim",
        f"claims/{ARTICLE}/evidence.csv",
        "C1-E1",
        "claim_id",
        "C9",
        "claim_id",
    ),
]


def _find(root: Path, *, table: str, words: str) -> DataFault:
    faults = validate_package(root)
    found = [fault for fault in faults if fault.table == table and words in str(fault)]
    assert found, f"no fault of {table} says {words!r}; got {[str(fault) for fault in faults]}"
    return found[0]


def test_the_toy_package_keeps_every_rule(toy_package):
    """Without a mistake there is no fault."""
    assert validate_package(toy_package) == []


@pytest.mark.parametrize(
    ("table", "key", "field", "value", "words"), [c[1:] for c in CELLS], ids=[c[0] for c in CELLS]
)
def test_a_wrong_cell_is_named_with_table_row_and_rule(
    toy_package, table, key, field, value, words
):
    """The answer names the table, the row by key and line, and the rule or the way out."""
    set_cell(toy_package, table, key, field, value)
    faults = validate_package(toy_package)
    said = [str(fault) for fault in faults]
    assert any(words in text for text in said), said
    places = [(fault.table, fault.row) for fault in faults]
    by_file = ("corrections.yml", f"claims/{ARTICLE}/tests.yml")
    assert any(
        (place == table and key in row and "line" in row) or place in by_file
        for place, row in places
    )


def test_misspelt_names_get_the_nearest_valid_one(toy_package):
    """A misspelt source, country and unit are answered with "did you mean"."""
    set_cell(toy_package, MINE, "MP-IND-2024", "source_id", "TOY_A")
    set_cell(toy_package, MINE, "MP-IND-2023", "country_iso3", "IMD")
    set_cell(toy_package, MINE, "MP-USA-2024", "unit", "t_re")
    said = "\n".join(map(str, validate_package(toy_package)))
    for near in ("'TOY-A'", "'IND'", "'t_reo'"):
        assert f"Did you mean {near}?" in said


def test_a_missing_table_is_named(toy_package):
    """The file that is missing is named, once, and no other table is blamed for long."""
    (toy_package / "data" / MINE).unlink()
    fault = _find(toy_package, table=MINE, words="the table file is missing")
    assert fault.mend


@pytest.mark.parametrize("column", ["value", "country_iso3", "known_from", "figure_id", "unit"])
def test_a_missing_column_is_named(toy_package, column):
    """Only the column is blamed: the rows are not said to be blank."""
    change_table(
        toy_package,
        MINE,
        lambda rows: [{k: v for k, v in row.items() if k != column} for row in rows],
    )
    faults = [fault for fault in validate_package(toy_package) if fault.table == MINE]
    assert [(fault.field, fault.rule) for fault in faults] == [(column, "the column is missing")]


def test_an_extra_column_is_named(toy_package):
    """A column that nothing describes is a fault, not a silent passenger."""
    change_table(toy_package, MINE, lambda rows: [{**row, "extra": "1"} for row in rows])
    assert _find(toy_package, table=MINE, words="does not describe this column").field == "extra"


def test_a_duplicate_key_is_named_once_with_both_lines(toy_package):
    """The second row is named, and the line of the first."""
    set_cell(toy_package, MINE, "MP-IND-2024", "figure_id", "MP-IND-2023")
    faults = [fault for fault in validate_package(toy_package) if "duplicate" in fault.rule]
    assert [fault.row for fault in faults] == ["MP-IND-2023 (line 7)"]
    assert "line 6" in faults[0].rule


def test_a_ragged_row_is_named_by_its_line(toy_package):
    """A row with an unquoted comma is found by line."""
    file = toy_package / "data" / MINE
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[3] += ",one too many"
    write(file, "\n".join(lines) + "\n")
    assert _find(toy_package, table=MINE, words="cells, the header has").row == "line 4"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff\xfe\x00", "UTF-8"), (b"", "the column is missing"), (b'a,"b\n1', "not CSV")],
    ids=["not text", "empty", "an open quotation mark"],
)
def test_an_unreadable_table_is_named(toy_package, content, words):
    """A file that is no table is answered like any other fault."""
    (toy_package / "data" / MINE).write_bytes(content)
    _find(toy_package, table=MINE, words=words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[]", "not a JSON object"),
        ('{"name": "x", "version": "1"}', "lacks created"),
        ('{"name": "x", "version": "1", "created": "soon"}', "is not a date"),
        ('{"name": "x", "version": "1", "created": "2025-12-01"}', "lists no resources"),
        (
            '{"name": "x", "version": "1", "created": "2025-12-01", "resources": [{"name": "a"}]}',
            "resource a lacks a path",
        ),
    ],
)
def test_a_broken_descriptor_is_named(toy_package, content, words):
    """Whatever is wrong with datapackage.json is said in one sentence."""
    write(toy_package / "data/datapackage.json", content)
    _find(toy_package, table="datapackage.json", words=words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: r["schema"]["fields"][0].update(type="tonnes"), "tonnes"),
        (lambda r: r["schema"]["fields"][0].update(constraints={"pattern": "["}), "constraint"),
        (lambda r: r["schema"]["fields"][0].update(constraints={"enum": 3}), "named fields"),
        (lambda r: r["schema"].update(primaryKey="nope"), "primary key"),
        (lambda r: r["schema"].update(foreignKeys=[{"fields": ["a"]}]), "leads to no field"),
        (lambda r: r["schema"].update(fields=[]), "describes no fields"),
        (lambda r: r.update(schema="schema.json"), "named fields"),
        (lambda r: r.update(path="../../etc/passwd"), "not a CSV file below data/"),
        (lambda r: r.update(path="https://example.org/a.csv"), "not a CSV file below data/"),
        (lambda r: r.update(name="two words"), "two words"),
        (lambda r: r.update(name="sources"), "not unique"),
        (lambda r: r.update(path="sources.csv"), "same path"),
    ],
)
def test_a_broken_table_description_is_named(
    toy_package, change: Callable[[dict[str, dict[str, object]]], object], words
):
    """A description no standard knows, or that leads out of data/, is a fault of the descriptor."""
    file = toy_package / "data/datapackage.json"
    header = json.loads(file.read_text(encoding="utf-8"))
    change(next(entry for entry in header["resources"] if entry["path"] == MINE))
    write(file, json.dumps(header))
    _find(toy_package, table="datapackage.json", words=words)


def test_an_empty_table_is_named(toy_package):
    """A table the question rests on needs rows."""
    file = toy_package / "data" / MINE
    write(file, file.read_text(encoding="utf-8").splitlines()[0] + "\n")
    _find(toy_package, table=MINE, words="holds no rows")


def test_an_article_without_its_evidence_is_named(toy_package):
    """An article folder that lacks a table is a fault, whatever the descriptor says."""
    (toy_package / f"data/claims/{ARTICLE}/evidence.csv").unlink()
    _find(toy_package, table=f"claims/{ARTICLE}/evidence.csv", words="missing")


def test_a_table_that_is_not_described_is_named(toy_package):
    """A CSV file beside the tables that the descriptor does not list is a fault."""
    write(toy_package / "data/curated/more.csv", "a\n1\n")
    _find(toy_package, table="curated/more.csv", words="does not describe this file")


NEW = "id: new\ntitle: T\ndescription: D\noverrides: {}\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the scenario file is empty. Mend: write the keys id, title, description, overrides"),
        ("- a", "not a mapping"),
        ("a: [", "is not YAML"),
        ("id: new\ntitle: T\ndescription: D\n", "the key is missing or empty"),
        ("id: old\ntitle: T\ndescription: D\noverrides: {}\n", "the file is named new"),
        ("id: new\ntitle: T\ndescription: D\noverides: {}\n", "'overrides'"),
        ("id: new\ntitle: T\ndescription: D\noverrides:\n", "is not a mapping"),
        (
            "id: new\ntitle: T\ndescription: D\noverrides: {delay_year: {value: 1}}\n",
            "Did you mean 'delay_years'?",
        ),
        (
            "id: new\ntitle: T\ndescription: D\noverrides: {delay_years: {value: late}}\n",
            "not a plain number",
        ),
        (
            "id: new\ntitle: T\ndescription: D\noverrides: {delay_years: {value: 1, low: 2}}\n",
            "low <= value <= high",
        ),
        (
            "id: new\ntitle: T\ndescription: D\noverrides: {p_status.building: {value: 2}}\n",
            "between 0 and 1",
        ),
        (
            "id: new\ntitle: T\ndescription: D\noverrides: {delay_years: 3}\n",
            "an override is value, low, high",
        ),
        (
            "id: new\ntitle: T\ndescription: D\noverrides: {}\nrows: {project: {A: {value: 1}}}\n",
            "Did you mean 'projects'?",
        ),
        (
            NEW + "rows: {projects: {P-IND-MAX: {value: 1}}}\n",
            "Did you mean 'P-IND-MAG'?",
        ),
        (
            NEW + "rows: {projects: {P-IND-MAG: {company: X}}}\n",
            "a field that may not change",
        ),
        (
            NEW + "rows: {projects: {P-IND-MAG: {status: soon}}}\n",
            "valid: operating, commissioning",
        ),
        (
            NEW + "rows: {projects: {P-IND-MAG: {assumed_chance: 2}}}\n",
            "between 0 and 1",
        ),
        (
            NEW + "rows: {projects: {P-IND-MAG: {value: -5}}}\n",
            "must not be negative",
        ),
        (
            "id: new\ntitle: T\ndescription: D\noverrides: {}\nrows: {projects: {P-IND-MAG: {}}}\n",
            "names no field",
        ),
        (
            "id: new\ntitle: T\ndescription: D\noverrides: {}\nrows: [projects]\n",
            "is not a mapping of tables",
        ),
        (
            "id: new\ntitle: T\ndescription: D\noverrides: {}\nleave_out: {projects: some}\n",
            "is not a list of rows",
        ),
        (
            "id: new\ntitle: T\ndescription: D\noverrides: {}\nleave_out: {claims: all}\n",
            "no table that may change",
        ),
        (
            NEW + "rows: {export_controls: {X: {suspended_to: soon}}}\n",
            "is not a date",
        ),
    ],
)
def test_a_broken_scenario_is_named_with_its_keys(toy_package, content, words):
    """An empty or mistaken scenario file is named, with the keys it needs."""
    write(toy_package / "data/scenarios/new.yml", content)
    _find(toy_package, table="scenarios/new.yml", words=words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tests: tests["C1"].update(refuted_if="< 10"), "overlap"),
        (lambda tests: tests["C1"].update(supported_if="__import__('os')"), "not a comparison"),
        (lambda tests: tests["C1"].update(metric="mine_share.{candidate}"), "is not an expression"),
        (lambda tests: tests["C1"].update(kind="felt"), "kind is missing or unknown"),
        (lambda tests: tests["C1"].pop("reason"), "reason"),
        (lambda tests: tests["C1"].update(colour="red"), "colour"),
        (lambda tests: tests["C3"].update(supported_by=["E-PAUS"]), "Did you mean 'E-PAUSE'?"),
        (lambda tests: tests["C3"].update(refuted_by=["E-PAUSE"]), "both supports and refutes"),
        (lambda tests: tests["C3"].update(refuted_by_must_precede="soon"), "is not a date"),
        (lambda tests: tests.pop("C3"), "no test 'C3'"),
        (lambda tests: tests.update(C9=dict(tests["C1"])), "uses this test"),
    ],
)
def test_a_broken_claim_test_is_named(
    toy_package, change: Callable[[dict[str, dict[str, object]]], object], words
):
    """A test that cannot be read, names no event, or is used by no claim is a fault."""
    tests = yaml.safe_load((toy_package / TESTS).read_text(encoding="utf-8"))
    change(tests)
    write(toy_package / TESTS, yaml.safe_dump(tests))
    assert words in "\n".join(map(str, validate_package(toy_package)))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (f"id: {ARTICLE}", "id: other", "the folder is named"),
        ("claims: 4", "claims: 43", "holds 4 claims"),
        ("a" * 64, "abc", "is not a sha256"),
        ("subject: IND", "subject: IMD", "Did you mean 'IND'?"),
        ("publisher: Toy paper\n", "", "the key is missing or empty"),
    ],
)
def test_a_broken_article_head_is_named(toy_package, old, new, words):
    """The head of an article names its folder, its text's hash, its country and its count."""
    file = toy_package / f"data/claims/{ARTICLE}/article.yml"
    write(file, file.read_text(encoding="utf-8").replace(old, new))
    _find(toy_package, table=f"claims/{ARTICLE}/article.yml", words=words)


def test_a_second_article_is_held_to_the_same_schema(toy_package):
    """An article is added as a folder: its tables need no entry in the descriptor."""
    for name in ("article.yml", "tests.yml", "claims.csv", "evidence.csv"):
        text = (toy_package / f"data/claims/{ARTICLE}/{name}").read_text(encoding="utf-8")
        write(toy_package / "data/claims/second" / name, text.replace(ARTICLE, "second"))
    assert validate_package(toy_package) == []
    set_cell(toy_package, "claims/second/claims.csv", "C1", "char_start", "zero")
    _find(toy_package, table="claims/second/claims.csv", words="not a plain number")


@pytest.mark.parametrize(
    ("content", "words"),
    [("a: 1", "not a list"), ("[", "is not YAML"), ("- {id: K, table: mine}", "unknown table")],
)
def test_a_broken_corrections_file_is_named(toy_package, content, words):
    """The file of corrections is answered like a table."""
    write(toy_package / "data/corrections.yml", content)
    _find(toy_package, table="corrections.yml", words=words)


@pytest.mark.parametrize(
    ("unit", "words"),
    [("", "a figure has no unit"), ("  unit: t_ndfeb\n", "has t_reo in MP-IND-2024")],
    ids=["none", "another than the row's"],
)
def test_a_figure_that_was_corrected_has_the_unit_of_its_row(toy_package, unit, words):
    """A page cannot say of what "21000000, here 11000000" is if the file does not."""
    path = toy_package / "data/corrections.yml"
    text = path.read_text(encoding="utf-8")
    assert text.count("  unit: t_reo\n") == 2
    write(path, text.replace("  unit: t_reo\n", unit, 1))
    _find(toy_package, table="corrections.yml", words=words)


def test_a_year_that_was_corrected_needs_no_unit(toy_package):
    path = toy_package / "data/corrections.yml"
    entry = (
        "- id: K-3\n  table: projects\n  key: NONE\n  field: start_year\n  published: 2024\n"
        "  corrected: null\n  provider: Toy office\n  reason: slip\n  status: applied\n"
        "  expect: the row is absent\n"
    )
    write(path, path.read_text(encoding="utf-8") + entry)
    assert not [fault for fault in validate_package(toy_package) if fault.row == "K-3"]


def test_a_figure_that_was_taken_out_stays_out(toy_package):
    """A correction that dropped a row guards against its return."""
    set_cell(toy_package, "curated/trade_monthly.csv", "TM-1", "figure_id", "TM-BAD")
    _find(toy_package, table="corrections.yml", words="the figure was taken out")


def test_all_faults_come_at_once(toy_package):
    """One run names the mistakes of several files, each with its row."""
    set_cell(toy_package, MINE, "MP-IND-2024", "value", "-1")
    set_cell(toy_package, PROJECTS, "P-AUS-SEP", "country_iso3", "AUX")
    write(toy_package / "data/scenarios/new.yml", "")
    (toy_package / "data/curated/gaps.csv").unlink()
    with pytest.raises(EvidenceFault) as caught:
        check_package(toy_package)
    tables = {fault.table for fault in caught.value.faults}
    assert tables >= {MINE, PROJECTS, "scenarios/new.yml", "curated/gaps.csv"}
    assert caught.value.exit_code == 3


def test_a_fault_is_found_again_until_it_is_mended(toy_package):
    """What failed is not remembered as passed, and what passed is checked again once changed."""
    check_package(toy_package)
    set_cell(toy_package, MINE, "MP-IND-2024", "value", "-1")
    for _ in range(2):
        with pytest.raises(EvidenceFault):
            check_package(toy_package)
    set_cell(toy_package, MINE, "MP-IND-2024", "value", "3000")
    check_package(toy_package)


def test_what_passed_is_not_checked_twice(toy_package, monkeypatch):
    """An unchanged package passes from memory, in this process and in the next."""
    (toy_package / "data/cache/validated").unlink()
    check_package(toy_package)

    def refuse(root: Path | None = None) -> list[DataFault]:
        raise AssertionError(f"{root} was checked again")

    monkeypatch.setattr(validation, "validate_package", refuse)
    check_package(toy_package)
    validation._passed.clear()
    check_package(toy_package)
    assert (toy_package / "data/cache/validated").is_file()


@given(st.text(max_size=12))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_text_in_a_number_field_is_a_number_or_a_fault(toy_package, text):
    """No cell, whatever it holds, escapes as a traceback or as a silent number."""
    file = toy_package / "data" / PROJECTS
    before = file.read_text(encoding="utf-8")
    try:
        set_cell(toy_package, PROJECTS, "P-AUS-SEP", "value", text)
        table = read_table(read_resources(toy_package)[PROJECTS], toy_package)
        package = rules.Package(
            root=toy_package, date=rules.dt.date(2025, 12, 1), tables={"projects": table}
        )
        cell = table.rows[0].text("value") if table.rows else text
        faults = [*table.faults, *(f for rule in rules.RULES for f in rule(package))]
        number = read_number(cell)
        is_sound = number is not None and number >= 0
        assert is_sound or faults
    finally:
        write(file, before)
