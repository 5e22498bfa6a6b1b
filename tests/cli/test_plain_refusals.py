"""Promises about what a user gets wrong: a folder for a file, a country nobody knows."""

from __future__ import annotations

import pytest

from third_pillar.cli.main import main


def refuse(capsys, *arguments):
    """What a refused command says; it exits with 2 and says nothing on stdout."""
    code = main(list(arguments))
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert "Traceback" not in said.err
    return said.err


@pytest.mark.parametrize(
    ("arguments", "wanted", "file"),
    [
        (("batch",), "one matrix", "mine.yml"),
        (("trade", "build"), "a yearly file of BACI", "BACI_HS17_Y2022.csv"),
        (("data", "refresh", "usgs", "--file"), "the file that the source gave you", "release.csv"),
    ],
    ids=["batch", "trade build", "data refresh"],
)
def test_a_folder_where_a_file_is_wanted_is_called_a_folder(
    arguments, wanted, file, tmp_path, capsys
):
    """It is there: to say that there is no such file would send the user looking for a typo."""
    (tmp_path / file).write_text("x")
    said = refuse(capsys, *arguments, str(tmp_path))
    assert f"{tmp_path} is a folder" in said
    assert wanted in said
    assert f"It holds {file}" in said
    (tmp_path / file).unlink()
    assert "It holds no file named" in refuse(capsys, *arguments, str(tmp_path))


def test_what_is_not_there_is_still_said_not_to_be_there(tmp_path, capsys):
    missing = str(tmp_path / "none.csv")
    assert "no such file" in refuse(capsys, "batch", missing)
    assert "no such file" in refuse(capsys, "trade", "build", missing)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mine_share(IN, 2025)", "Did you mean 'IND'?"),
        ("mine_share(India, 2025)", "Did you mean 'IND'?"),
        ("mine_share(ind, 2025)", "Did you mean 'IND'?"),
        ("mine_share(XXX, 2025)", "Known: AGO, "),
        ("stage_capacity(JPM, metal, now)", "Did you mean 'JPN'?"),
    ],
)
def test_a_number_of_a_country_nobody_knows_is_refused_before_anything_is_computed(
    given, said, capsys
):
    told = refuse(capsys, "data", "trace", given)
    assert "no such country" in told
    assert said in told


def test_a_wrong_project_folder_is_one_fault_of_the_doctor_with_its_way_out(
    tmp_path, monkeypatch, capsys
):
    """What would be looked at inside it is not called wrong three times over."""
    monkeypatch.setenv("PILLAR_ROOT", str(tmp_path))
    assert main(["doctor"]) == 2
    lines = capsys.readouterr().out.splitlines()
    (wrong,) = [line for line in lines if line.startswith("WRONG")]
    assert str(tmp_path) in wrong
    assert ". Set PILLAR_ROOT to the folder of the project" in wrong
    assert not [line for line in lines if line.split()[1] in {"lock", "data", "archive"}]


@pytest.mark.parametrize(
    ("arguments", "told", "place"),
    [
        ("batch x.yml --workers two", "'--workers': no whole number", "pillar batch"),
        ("archive prune --failed-days x", "'--failed-days': no number", "pillar archive prune"),
        ("site --out", "'--out' requires an argument", "pillar site"),
        ("schedule run --since", "'--since' requires an argument", "pillar schedule run"),
        ("approve latest --by", "'--by' requires an argument", "pillar approve"),
    ],
)
def test_a_wrong_option_is_told_in_plain_words_with_the_help_of_its_command(
    arguments, told, place, capsys
):
    said = refuse(capsys, *arguments.split())
    assert told in said
    assert f"`{place} --help` shows" in said
    assert "unable to parse" not in said
