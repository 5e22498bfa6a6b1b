"""`pillar claims verify`, `new` and `export`: what reads or writes a file of the user's."""

from __future__ import annotations

import sys
from pathlib import Path

from third_pillar import evidence
from third_pillar.cli.answer import answer_json, say
from third_pillar.cli.claims_case import open_case, say_if_slow
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import ParameterFault, PillarError, StorageFault
from third_pillar.vocabulary.parameters import ReportParameters, nearest


def verify_claims(path: str, article_id: str | None, *, as_json: bool) -> int:
    """Exit code after each claim's fragment was looked up in the reader's own copy."""
    article_id = article_id or str(ReportParameters.model_fields["article"].default)
    text = _read("--article", path).text
    checks = evidence.check_fragments(article_id, text)
    differing = [check for check in checks if check.status != "ok" or not check.is_exact]
    missing = [check for check in checks if check.status == "missing"]
    if as_json:
        rows = [{**vars(check), "status": str(check.status)} for check in checks]
        status = "failed" if missing else "found"
        answer_json({"status": status, "article": article_id, "claims": rows})
    else:
        for check in differing:
            say(str(check))
        found = len(checks) - len(missing)
        say(f"{found} of {len(checks)} fragments stand in {path}.")
    return PillarError.exit_code if missing else 0


def draft_claims(path: str, article_id: str, into: str, *, as_json: bool) -> int:
    """Exit code after a ledger to edit was drafted from an article."""
    document = _read("FILE", path)
    with say_if_slow("Reading sentences …"):
        draft = evidence.write_draft(
            document, into=Path(into), source_name=Path(path).name, article_id=article_id
        )
    headings = sum(one.is_heading for one in draft.sentences)
    repeats = sum(one.repeats is not None and not one.is_heading for one in draft.sentences)
    if as_json:
        answer_json(
            {
                "status": "drafted",
                "folder": draft.folder.resolve(),
                "sentences": len(draft.sentences) - headings,
                "headings": headings,
                "repeats": repeats,
                "claims": draft.claims,
            }
        )
        return 0
    say(f"{draft.folder}: {counted(draft.claims, 'sentence')} as claims to edit.")
    say(f"Left out of claims.csv: {headings} headings and links, {repeats} repeated sentences.")
    for name, use in _FILES:
        say(f"  {name:<14} {use}")
    say("Nothing is scored: what is a claim, and how it is settled, is yours to say.")
    return 0


_FILES = (
    ("article.yml", "fill subject, source_id and what the page did not tell"),
    ("claims.csv", "keep the rows that claim something, one claim a row; say each in your words"),
    ("evidence.csv", "one row a piece of evidence, with its source"),
    ("tests.yml", "how each measured or event-tested claim is settled"),
    ("sentences.csv", "what was seen: speakers, quotes, figures, units, dates, names"),
    ("article.txt", "the text its spans count in; like sentences.csv it stays out of git"),
)


def export_ledger(
    form: str, out: str | None, article_id: str | None, assignments: list[str]
) -> int:
    """Exit code after the ledger was written in another form, to a file or to stdout."""
    from third_pillar.publishing.claims_export import FORMS, export_claims

    if form not in FORMS:
        valid = tuple(FORMS)
        raise ParameterFault(
            f"--format {form!r} is not known.{nearest(form, valid)} Valid: {', '.join(valid)}"
        )
    if form == "xlsx" and out is None:
        raise ParameterFault(
            "--format xlsx is a workbook, which a terminal cannot show",
            hint="Say where to: --out claims.xlsx",
        )
    case = open_case(article_id, assignments)
    content = export_claims(case, form)
    if out is None:
        sys.stdout.write(str(content))
        return 0
    _write(Path(out), content)
    say(f"{counted(len(case.verdicts), 'claim')} as {form} in {out}")
    return 0


def _write(path: Path, content: str | bytes) -> None:
    from third_pillar.publishing.atomic import write_atomic

    try:
        write_atomic(path, content)
    except StorageFault as error:
        raise StorageFault(str(error), hint="Name a file in a folder that exists.") from error
    except ValueError as error:
        raise ParameterFault(f"--out {str(path)!r}: {error}") from None


def _read(option: str, path: str) -> evidence.Document:
    try:
        return evidence.read_document(Path(path))
    except ParameterFault as error:
        raise ParameterFault(f"{option} {error}", hint=error.hint) from None
