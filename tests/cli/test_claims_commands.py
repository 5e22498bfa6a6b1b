"""Promises about `pillar claims …` on the real ledger: words, JSON, filters, files, exit codes."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from third_pillar import evidence
from third_pillar.assessment import case as assessment_case
from third_pillar.assessment.case import Case, assess
from third_pillar.assessment.entries import collect_entries
from third_pillar.cli import claims_case, claims_compared, claims_files, claims_shown
from third_pillar.cli.main import main
from third_pillar.cli.terminal import lay_out_fields, say_plainly
from third_pillar.vocabulary.codes import Settled, Verdict

ARTICLE = "newsx-2025-11-07"
HEAVY = ("pandas", "numpy", "bs4", "sentencex", "rich", "yaml", "plotly")


@pytest.fixture(scope="module")
def india() -> Case:
    return assess(draws=100)


@pytest.fixture
def settled(india: Case, monkeypatch: pytest.MonkeyPatch) -> Case:
    """Commands speak of one case, assessed once."""
    for module in (claims_shown, claims_files, claims_compared):
        monkeypatch.setattr(module, "open_case", lambda *_: india)
    return india


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["claims", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def copy_project(folder: Path) -> Path:
    """The real data and profiles, to change."""
    for part in ("data", "reports/profiles"):
        shutil.copytree(evidence.project_root() / part, folder / "project" / part)
    return folder / "project"


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, out, _ = call(capsys, *arguments, "--json")
    assert code == 0
    return json.loads(out)


def test_list_from_the_shell_gives_43_claims_with_verdict_and_how() -> None:
    """The whole way, as a user goes it: one JSON object, nothing else on stdout."""
    code = "import sys; from third_pillar.cli.main import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "claims", "list", "--json", "-p", "draws=100"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["shown"], answer["of"], len(answer["claims"])) == (43, 43, 43)
    assert all(claim["verdict"] and claim["how"] for claim in answer["claims"])


@pytest.mark.usefixtures("settled")
def test_the_list_is_counted_at_its_foot(capsys: pytest.CaptureFixture[str]) -> None:
    """One line a claim; both counts sum to the claims."""
    code, out, _ = call(capsys, "list")
    assert code == 0
    assert len(re.findall(r"^C\d{2} ", out, re.MULTILINE)) == 43
    for name in ("verdict", "how"):
        line = next(line for line in out.splitlines() if line.startswith(f"{name}:"))
        assert sum(map(int, re.findall(r"\d+", line))) == 43


@pytest.mark.parametrize("name", ["verdict", "how", "topic"])
def test_filters_show_those_claims_and_no_others(
    settled: Case, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """For every choice in use; together the choices give every claim once."""
    choices = {str(getattr(verdict, name)) for verdict in settled.verdicts.values()}
    seen: list[str] = []
    for choice in sorted(choices):
        answer = ask(capsys, "list", f"--{name}", choice)
        assert {claim[name] for claim in answer["claims"]} == {choice}
        seen += [claim["claim_id"] for claim in answer["claims"]]
    assert sorted(seen) == sorted(settled.verdicts)


def test_filters_join_and_may_leave_nothing(
    settled: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both must hold; hyphens and capitals do not matter; none is said, exit 0."""
    measured = ask(capsys, "list", "--how", "MEASURED", "--verdict", "partly-supported")
    assert {claim["claim_id"] for claim in measured["claims"]} == {
        claim
        for claim, verdict in settled.verdicts.items()
        if verdict.how is Settled.MEASURED and verdict.verdict is Verdict.PARTLY_SUPPORTED
    }
    code, out, _ = call(capsys, "list", "--how", "opinion", "--verdict", "contradicted")
    assert (code, "No claim meets these filters" in out) == (0, True)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "--verdict", "suported"], "Did you mean 'supported'?"),
        (["list", "--how", "guessed"], "Valid: measured, event-tested"),
        (["list", "--topic", "contrls"], "Did you mean 'controls'?"),
        (["show", "C99"], "no claim 'C99'"),
        (["show"], "CLAIM"),
        (["export", "--format", "xml"], "Valid: claimreview, csv, xlsx, md"),
        (["export"], "--format"),
        (["agree", "none.csv"], "cannot be read"),
        (["verify", "--article", "none.txt"], "--article"),
        (["new", "none.txt"], "FILE"),
        (["record", "--on", "soon"], "YYYY-MM-DD"),
        (["liste"], "liste"),
    ],
)
def test_a_wrong_command_line_is_said_without_a_trace(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """Exit 2 with the way out."""
    code, _, err = call(capsys, *arguments)
    assert (code, said in err, "Traceback" in err) == (2, True, False)


def test_parameters_are_checked_and_the_articles_subject_is_the_candidate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt name is refused before anything is computed; -p reaches the case."""
    code, _, err = call(capsys, "list", "-p", "candidat=BRA")
    assert (code, "Did you mean 'candidate'?" in err) == (2, True)
    assert call(capsys, "list", "--id", "newsx")[0] == 2
    code, _, err = call(capsys, "list", "--id", ARTICLE, "-p", "article=other")
    assert (code, "two articles" in err) == (2, True)
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(assessment_case, "assess", lambda **given: asked.append(given))
    claims_case.open_case(None, [])
    claims_case.open_case(ARTICLE, ["as_of=2026-01-15", "candidate=BRA"])
    claims_case.open_case(None, ["pillars=IND,JPN"])
    assert asked == [
        {"own_figures": False, "candidate": "IND"},
        {"own_figures": False, "article": ARTICLE, "as_of": "2026-01-15", "candidate": "BRA"},
        {"own_figures": False, "pillars": "IND,JPN"},
    ]


def test_another_candidate_sees_the_claims_that_bear_on_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Fewer than 43, said so; a claim that does not bear on it is refused with the reason."""
    asked = ["-p", "candidate=BRA", "-p", "draws=100"]
    _, out, _ = call(capsys, "list", *asked)
    assert re.search(r"claims bear on Brazil", out)
    assert re.search(r"^\d+ of 43 claims\.", out, re.MULTILINE)
    code, _, err = call(capsys, "show", "C05", *asked)
    assert (code, "does not bear on BRA" in err) == (2, True)


@pytest.mark.parametrize("claim", [f"C{number:02d}" for number in range(1, 44)])
def test_show_tells_everything_about_every_claim(
    settled: Case, capsys: pytest.CaptureFixture[str], claim: str
) -> None:
    """Paraphrase, verdict, way, fragment, speaker, reason, flips, every row, source and turn."""
    code, out, _ = call(capsys, "show", claim.lower())
    assert code == 0
    said = " ".join(out.split())
    verdict, row = (
        settled.verdicts[claim],
        settled.results.article.claims.set_index("claim_id").loc[claim],
    )
    wanted = [verdict.label, verdict.verdict.value, row["fragment"], row["speaker"]]
    wanted += [verdict.reason, verdict.threshold, verdict.flips_if, verdict.flips_by]
    wanted += [str(row["char_start"]), row["hand_reason"], verdict.how.value.split("-")[0]]
    (entry,) = collect_entries(settled, [claim])
    for note in entry.evidence:
        wanted += [note.evidence_id, note.stance, note.summary]
        wanted.append(f"(reliability {note.source.reliability}{note.source.credibility})")
    wanted += [ground.id for ground in (*entry.grounds, *entry.lever_record)]
    wanted += [turn.because for turn in verdict.changed]
    for part in wanted:
        assert " ".join(str(part).split()) in said, part
    assert all(len(line) <= 100 for line in out.splitlines())


def test_a_recommendation_shows_the_record_of_its_lever(
    settled: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every claim with a lever names it in words, with what moved it."""
    levers = {claim: verdict.lever for claim, verdict in settled.verdicts.items() if verdict.lever}
    assert len(levers) >= 6
    labels = settled.results.evidence.table("levers").set_index("lever")["label"]
    for claim, lever in levers.items():
        _, out, _ = call(capsys, "show", claim)
        assert f"Lever      {labels[lever][:30]}" in out
    assert any(entry.lever_record for entry in collect_entries(settled, list(levers)))


def test_show_as_json_holds_the_same(settled: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict as in findings.json, the row of the ledger, grounds and evidence."""
    answer = ask(capsys, "show", "C33")
    assert answer["verdict"] == settled.verdicts["C33"].model_dump(mode="json")
    assert answer["claim"]["fragment"].startswith("India can both")
    assert {ground["id"] for ground in answer["grounds"]} == set(answer["verdict"]["rests_on"])
    assert all(note["source"]["reliability"] for note in answer["evidence"])


def test_a_foreign_ledger_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters do not get through."""
    say_plainly("a\x1b[2Jb\x07c\x9bd")
    assert capsys.readouterr().out == "a[2Jbcd\n"


def test_fields_keep_their_label_apart_and_empty_ones_are_left_out() -> None:
    """The longest label still has a space after it."""
    lines = lay_out_fields([("Confidence", "high"), ("Nothing", "")], 60)
    assert lines == ["  Confidence high"]


@pytest.mark.usefixtures("settled")
def test_agree_tells_table_kappa_and_every_disagreement(
    settled: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """Against the ledger's own reading; the table sums to what is compared."""
    answer = ask(capsys, "agree")
    assert sum(cell["claims"] for cell in answer["confusion"]) == answer["compared"]
    assert answer["compared"] + len(answer["left_out"]) == 43
    assert 0.5 < answer["kappa"] < 1
    assert len(answer["disagreements"]) == answer["compared"] - answer["agreed"]
    code, out, _ = call(capsys, "agree")
    assert (code, "Cohen's kappa" in out) == (0, True)
    said = " ".join(out.split())
    for one in answer["disagreements"]:
        assert settled.verdicts[one["claim_id"]].label in said
        for part in ("difference", "because", "hand_reason"):
            assert one[part]
            assert " ".join(one[part].split()) in said


def test_agree_with_another_readers_file(
    settled: Case, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One who says what the kit says agrees wholly; one who leaves claims out is told which."""
    path = tmp_path / "hand.csv"
    rows = [f"{claim},{verdict.verdict.value}" for claim, verdict in settled.verdicts.items()]
    path.write_text("\n".join(["claim_id,verdict", *rows]))
    answer = ask(capsys, "agree", str(path))
    assert (answer["agreed"], answer["compared"], answer["kappa"]) == (43, 43, 1.0)
    path.write_text("\n".join(["claim_id,verdict", *rows[:1], "C77,opinion"]))
    answer = ask(capsys, "agree", str(path))
    assert (answer["compared"], answer["kappa"], len(answer["left_out"])) == (1, None, 43)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("form", ["claimreview", "csv", "md"])
def test_export_gives_the_same_to_a_file_and_to_stdout(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str
) -> None:
    """Whole, in UTF-8, over an older file too."""
    _, out, _ = call(capsys, "export", "--format", form)
    path = tmp_path / "ledger"
    path.write_text("old")
    code, said, _ = call(capsys, "export", "--format", form, "--out", str(path))
    assert (code, path.read_text(encoding="utf-8")) == (0, out)
    assert str(path) in said
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("settled")
def test_a_place_that_takes_no_file_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A folder that is not there, or in place of the file: exit 4 with the way out."""
    for place in (tmp_path / "none" / "x.md", tmp_path):
        code, _, err = call(capsys, "export", "--format", "md", "--out", str(place))
        assert (code, "cannot write" in err, "PILLAR_REPORTS" in err) == (4, True, False)


def test_new_drafts_a_ledger_and_verify_finds_it_all(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What it drafted stands where it says, in the copy it was drafted from."""
    article = tmp_path / "op-ed.txt"
    article.write_text("A Title\n\nIndia mined 2,900 tonnes. “It will grow,” said Ana Lima.\n")
    answer = ask(capsys, "new", str(article), "--into", str(tmp_path / "drafts"))
    folder = Path(answer["folder"])
    assert (folder.name, answer["claims"], answer["headings"]) == ("op-ed", 2, 1)
    text = article.read_text()
    with (folder / "claims.csv").open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            assert text[int(row["char_start"]) : int(row["char_end"])] == row["fragment"]
    code, _, err = call(capsys, "new", str(article), "--into", str(tmp_path / "drafts"))
    assert (code, "never overwrites" in err) == (2, True)
    code, out, _ = call(
        capsys, "new", str(article), "--into", str(tmp_path / "drafts"), "--id", "x"
    )
    assert (code, "Nothing is scored" in out) == (0, True)


def test_a_draft_made_whole_is_a_ledger_the_package_takes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fill what is empty, move the folder: the package is valid and every fragment is found."""
    root = copy_project(tmp_path)
    monkeypatch.setenv("PILLAR_ROOT", str(root))
    article = tmp_path / "brazil.txt"
    article.write_text("Brazil mines much. Partners should lend to it. It “will last”.\n")
    folder = Path(ask(capsys, "new", str(article), "--into", str(tmp_path / "d"))["folder"])
    target = root / "data" / "claims" / folder.name
    folder.rename(target)
    for name in ("article.txt", "sentences.csv", ".gitignore"):
        (target / name).unlink()
    head = (target / "article.yml").read_text()
    for key, value in {
        "title": "T", "publisher": "P", "date": "'2026-02-03'", "subject": "BRA",
        "url": "https://example.org/x",
    }.items():  # fmt: skip
        head = re.sub(rf"^{key}: ''$", f"{key}: {value}", head, flags=re.MULTILINE)
    (target / "article.yml").write_text(head)
    with (target / "claims.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    given = {
        "paraphrase": "Ours", "claim_type": "opinion", "topic": "industry", "how": "opinion",
        "hand_verdict": "opinion", "hand_reason": "r", "qualifier_dropped": "false",
    }  # fmt: skip
    with (target / "claims.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, **given} for row in rows)
    faults = evidence.validate_package(root)
    assert faults == []
    answer = ask(capsys, "verify", "--article", str(article), "--id", "brazil")
    assert (answer["status"], len(answer["claims"])) == ("found", len(rows))


def test_verify_reads_a_saved_page_as_well(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Its text is searched, not its markup; what is not in it is named, exit 1."""
    rows = evidence.load_article(ARTICLE).claims
    body = "".join(f"<p>{fragment}</p>" for fragment in rows["fragment"])
    page = tmp_path / "page.html"
    page.write_text(f"<html><body><article>{body}</article></body></html>", encoding="utf-8")
    code, out, _ = call(capsys, "verify", "--article", str(page))
    assert (code, "43 of 43" in out) == (0, True)
    page.write_text(page.read_text().replace("bastnaesite", "xenotime"), encoding="utf-8")
    code, out, _ = call(capsys, "verify", "--article", str(page))
    assert (code, "claim C06" in out, "42 of 43" in out) == (1, True, True)


def test_one_row_changed_is_recorded_and_show_says_why(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """India's NdPr oxide from 500 to 2,500 t: the record names the row, `show` the turn."""
    root = copy_project(tmp_path)
    monkeypatch.setenv("PILLAR_ROOT", str(root))
    history = root / "data" / "claims" / ARTICLE / "history.csv"
    history.write_text(history.read_text().splitlines()[0] + "\n")
    first = ask(capsys, "record", "--on", "2026-11-22")["entries"]
    assert len(first) == 43
    assert ask(capsys, "record", "--on", "2026-11-22")["entries"] == []
    table = root / "data" / "curated" / "separation_capacity.csv"
    with table.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        if row["figure_id"] == "SEP-IND-NDPR-2025":
            row.update({end: "2500" for end in ("value", "low", "high") if row[end]})
    with table.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    entries = ask(capsys, "record", "--on", "2026-11-23")["entries"]
    assert {entry["claim_id"] for entry in entries} <= {"C32", "C33"}
    assert entries
    assert all("SEP-IND-NDPR-2025" in entry["because"] for entry in entries)
    _, out, _ = call(capsys, "show", entries[0]["claim_id"])
    said = " ".join(out.split())
    assert "2026-11-23 from contradicted to" in said
    assert "SEP-IND-NDPR-2025 changed from 500 to 2500" in said


def test_what_takes_long_says_so_on_stderr_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After two seconds, not before; nothing on stdout."""
    assert claims_case.PATIENCE_SECONDS == 2
    with claims_case.say_if_slow("Working"):
        pass
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(claims_case, "PATIENCE_SECONDS", 0.01)
    with claims_case.say_if_slow("Working"):
        time.sleep(0.3)
    assert capsys.readouterr() == ("", "Working\n")


@pytest.mark.parametrize("command", ["list", "show", "verify", "new", "export", "agree", "record"])
def test_help_of_every_command_loads_nothing_heavy(command: str) -> None:
    """Start-up stays quick."""
    code = (
        "import sys; from third_pillar.cli.main import main; "
        f"code = main(['claims', {command!r}, '--help']); "
        f"sys.exit(code or ' '.join(m for m in {HEAVY!r} if m in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
