"""Promises about matrix files: every question checked before the first is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from reporting import Project
from third_pillar import evidence
from third_pillar.execution import matrix as matrix_module
from third_pillar.execution.matrix import MATRICES, expand, read_matrix
from third_pillar.vocabulary.errors import ParameterFault

pytestmark = pytest.mark.usefixtures("project")


def matrix(tmp_path: Path, content: Any, name: str = "m.yml") -> Path:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def asked(tmp_path: Path, **content: Any) -> list[str]:
    tasks = expand(read_matrix(matrix(tmp_path, {"title": "t", **content})))
    assert [task.number for task in tasks] == list(range(1, len(tasks) + 1))
    return [task.label for task in tasks]


def test_a_grid_is_every_combination_less_what_is_excluded_and_more_what_is_included(
    tmp_path: Path,
) -> None:
    """Labels name what differs; a repeated question is asked once."""
    grid = {"candidate": ["IND", "BRA"], "scenario": ["baseline", "late"]}
    assert asked(tmp_path, grid=grid) == [
        "IND, baseline",
        "IND, late",
        "BRA, baseline",
        "BRA, late",
    ]
    labels = asked(
        tmp_path,
        grid=grid,
        exclude=[{"candidate": "BRA", "scenario": "late"}],
        include=[{"candidate": "AUS"}, {"candidate": "IND", "scenario": "baseline"}],
    )
    assert labels == ["IND, baseline", "IND, late", "BRA, baseline", "AUS, baseline"]


def test_a_label_says_what_a_bare_value_is(tmp_path: Path) -> None:
    """Where partners and dates vary, "none, 2025-12-01" tells nobody what is none."""
    grid = {"partners": ["none", "BRA,AUS"], "as_of": ["2025-12-01"], "seed": [1, 2]}
    assert asked(tmp_path, grid=grid)[:3] == [
        "partners none, seed 1",
        "partners none, seed 2",
        "partners BRA+AUS, seed 1",
    ]


def test_a_date_and_its_word_are_one_question(tmp_path: Path) -> None:
    """YAML reads a bare date as a date; "data" is the date of the data."""
    text = "title: t\ngrid:\n  as_of: [2025-12-01, '2025-12-01', data]\n"
    assert len(expand(read_matrix(matrix(tmp_path, text)))) == 1


def test_includes_alone_are_a_matrix(tmp_path: Path) -> None:
    """No grid: what is listed is asked, and nothing else."""
    assert asked(tmp_path, include=[{"candidate": "BRA"}, {"candidate": "IND"}]) == ["BRA", "IND"]


LAUGHS = "title: t\ngrid:\n  a0: &a0 [x, x]\n" + "".join(
    f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no keys"),
        ("- a\n- b\n", "holds no keys"),
        ("title: [", "no YAML"),
        ("a: &a [*a]\n", "recursive"),
        ("- &a [*a]\n", "holds itself"),
        ("title: t\ngrid: {candidate: &a [IND, *a]}\n", "recursive"),
        ("title: t\ngrid: {as_of: [2025-12-31, 2025-13-01]}\n", "month must be in 1..12"),
        ("title: t\ntitle: u\ngrid: {candidate: [IND]}\n", "title stands twice"),
        ("title: t\ngrid: {candidate: [IND], candidate: [BRA]}\n", "candidate stands twice"),
        ("title: t\ngrid:\n  as_of: [2026-02-30]\n", "line 3: 2026-02-30 is no date"),
        ("title: t\ngrid: {candidate: [IND]}\ntitle: u\n", "the second time in line 3"),
        ("title: t\ngrid:\n  candidate: [!here IND]\n", "line 3, .*the tag !here is not allowed"),
        ("title: t\ngrid:\n\tcandidate: [IND]\n", "line 3, column 1: found character"),
        ("title: t\ngrid: {candidate: [NO]}\n", "candidate = False: should be text: put it in q"),
        ("title: t\ngrid: {partners: [NO]}\n", "partners = False: should be text: put it in q"),
        ("title: 1\ngrid: {candidate: [IND]}\n", "title: should be text: put it in quotes"),
        ({"title": "  ", "grid": {"candidate": ["IND"]}}, "of 1 to 300 characters"),
        ({"title": "x" * 301, "grid": {"candidate": ["IND"]}}, "of 1 to 300 characters"),
        ("title: t\ngrid: {candidate: " + "[" * 5000 + "]" * 5000 + "}", "no YAML"),
        (LAUGHS, "stands for more than 100,000"),
        ({"title": "a\u202eb", "grid": {"candidate": ["IND"]}}, "one line without invisible"),
        ({"title": "t", "grid": {"candidate": "IND"}}, "should be a list"),
        ({"title": "t", "gird": {}}, "Did you mean 'grid'"),
        ({"title": "t", "grid": {"candidat": ["IND"]}}, "Did you mean 'candidate'"),
        ({"title": "t", "grid": {"profile": ["full"]}}, "Name profiles under `profiles`"),
        ({"title": "t", "grid": {"candidate": []}}, "candidate has no values"),
        ({"title": "t", "grid": {"candidate": "IND"}}, "grid"),
        ({"title": "", "grid": {"candidate": ["IND"]}}, "title"),
        ({"grid": {"candidate": ["IND"]}}, "title: Field required"),
        ({"title": "t", "grid": {"candidate": ["IND", "INDD", "BRAA"]}}, "INDD(.|\n)*BRAA"),
        ({"title": "t", "grid": {"draws": ["__import__('os').system('touch INJECTED')"]}}, "draws"),
        ({"title": "t", "grid": {"seed": list(range(10_001))}}, "10,001 reports"),
        ({"title": "t", "profiles": ["ful"]}, "Did you mean 'full'"),
        (
            {"title": "t", "parameters": {"candidate": "IND"}, "grid": {"candidate": ["BRA"]}},
            "candidate: stands under `parameters`, which all reports share, and is varied",
        ),
        ({"title": "t", "profiles": ["../full"]}, "not known"),
        ({"title": "t", "include": [{"candidat": "IND"}]}, "Did you mean 'candidate'"),
        ({"title": "t", "grid": {"candidate": ["IND"]}, "exclude": [{"candidate": "BRA"}]}, "fits"),
        ({"title": "t", "grid": {"candidate": ["IND"]}, "exclude": [{}]}, "fits no combination"),
        (
            {"title": "t", "grid": {"candidate": ["IND"]}, "exclude": [{"candidate": "IND"}]},
            "no rep",
        ),
        ("!!python/object/apply:os.system ['touch INJECTED']", "no YAML"),
    ],
)
def test_a_matrix_that_asks_what_cannot_be_answered_is_refused_whole(
    tmp_path: Path, content: Any, said: str
) -> None:
    """The fault is named, with what would be right; no code in it is run."""
    with pytest.raises(ParameterFault, match=said):
        expand(read_matrix(matrix(tmp_path, content)))
    assert not Path("INJECTED").exists()


@pytest.mark.parametrize("name", ["no such.yml", "a b.yml", "..yml"])
def test_a_matrix_file_must_be_there_and_named_plainly(tmp_path: Path, name: str) -> None:
    """Its name becomes that of a folder."""
    path = tmp_path / name
    if name != "no such.yml":
        path.write_text("title: t\n")
    with pytest.raises(ParameterFault, match=r"no such file|name it with"):
        read_matrix(path)


def test_a_file_may_refer_to_a_part_of_itself(tmp_path: Path) -> None:
    """Anchors, references and merged keys are plain YAML; an own key goes before a merged one."""
    text = (
        "title: t\nparameters: &all {draws: 200, seed: 1}\ninclude:\n"
        "  - {<<: *all, candidate: BRA}\n  - {<<: *all, seed: 2}\n"
    )
    tasks = expand(read_matrix(matrix(tmp_path, text)))
    assert [task.given for task in tasks] == [
        {"draws": 200, "seed": 1, "candidate": "BRA"},
        {"draws": 200, "seed": 2},
    ]


def test_a_fault_is_told_once_and_in_no_words_of_the_parser(tmp_path: Path) -> None:
    for content in (
        "title: t\nprofiles: [1]\ngrid: {candidate: [IND]}\n",
        "title: t\ngrid: {partners: [NO]}\n",
        "title: t\ngrid:\n  candidate: [!here IND]\n",
    ):
        with pytest.raises(ParameterFault) as raised:
            expand(read_matrix(matrix(tmp_path, content)))
        said = str(raised.value)
        assert said.count("should be") <= 1
        for jargon in ("tuple", "Tuple", "constructor", "unicode string", "validation"):
            assert jargon not in said


@pytest.mark.parametrize("form", ["latin-1", "utf-16"])
def test_a_file_in_another_form_than_utf_8_says_so(tmp_path: Path, form: str) -> None:
    path = tmp_path / "m.yml"
    path.write_bytes("title: café\n".encode(form))
    with pytest.raises(ParameterFault, match="is no text in UTF-8; save it in that form"):
        read_matrix(path)


def test_an_exclusion_that_fits_nothing_is_shown_as_written(tmp_path: Path) -> None:
    content = {"title": "t", "grid": {"candidate": ["IND"]}, "exclude": [{"candidte": "IND"}]}
    with pytest.raises(ParameterFault) as raised:
        expand(read_matrix(matrix(tmp_path, content)))
    assert "{candidte: IND} fits no combination" in str(raised.value)
    assert "Did you mean 'candidate'?" in str(raised.value)


def test_the_name_of_a_matrix_without_its_folder_leads_to_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`pillar batch candidates` had been answered with: Did you mean 'candidates'?"""
    monkeypatch.delenv("PILLAR_ROOT")
    with pytest.raises(ParameterFault, match=r"Did you mean 'reports/matrices/candidates\.yml'\?"):
        read_matrix(Path("candidates"))


def test_a_matrix_of_thousands_reads_the_data_and_its_profile_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each question had read both anew: ten silent seconds for two thousand reports."""
    read: list[str] = []

    def count(what: str, real: Any) -> Any:
        return lambda *given, **named: (read.append(what), real(*given, **named))[1]

    choices = count("choices", evidence.load_parameter_choices)
    monkeypatch.setattr(evidence, "load_parameter_choices", choices)
    monkeypatch.setattr(matrix_module, "load_profile", count("profile", matrix_module.load_profile))
    assert len(asked(tmp_path, grid={"candidate": ["IND", "BRA"], "seed": list(range(50))})) == 100
    assert sorted(read) == ["choices", "profile"]


def test_a_huge_file_is_no_matrix(tmp_path: Path) -> None:
    """Ten megabytes are not even parsed."""
    with pytest.raises(ParameterFault, match="larger than 1 MB"):
        read_matrix(matrix(tmp_path, "title: " + "x" * 10_000_000))


def test_the_matrices_of_the_project_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those in reports/matrices are examples: each expands to several reports."""
    monkeypatch.delenv("PILLAR_ROOT")
    files = sorted((Path(__file__).parents[2] / MATRICES).glob("*.yml"))
    assert len(files) >= 2
    assert all(len(expand(read_matrix(file))) > 1 for file in files)


def test_every_shared_parameter_reaches_every_report(project: Project, tmp_path: Path) -> None:
    """`parameters` is what all have in common; an include has them too."""
    content = {"title": "t", "parameters": {"draws": 200}, "grid": {"candidate": ["IND"]},
               "include": [{"candidate": "BRA"}]}  # fmt: skip
    tasks = expand(read_matrix(matrix(tmp_path, content)))
    assert [task.given["draws"] for task in tasks] == [200, 200]
    assert project.kernels == []
