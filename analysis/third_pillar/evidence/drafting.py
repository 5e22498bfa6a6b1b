"""From an article to a ledger to edit: what stands where and who says it. Nothing is scored."""

from __future__ import annotations

import hashlib
import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.documents import Document
from third_pillar.evidence.location import claims_folder, project_root
from third_pillar.evidence.reading import read_table
from third_pillar.evidence.sentences import Sentence, split_sentences
from third_pillar.evidence.spreadsheet import write_table
from third_pillar.vocabulary.errors import ParameterFault, StorageFault

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_ALIASES = {"U.S.": "USA", "US": "USA", "America": "USA", "American": "USA", "UK": "GBR"}
_NOT_FOR_GIT = ("article.txt", "sentences.csv")


@dataclass(frozen=True)
class Draft:
    """A ledger that was drafted.

    Attributes:
        folder: Where it lies.
        sentences: All of them, in the order of the text.
        claims: Rows that stand in its claims.csv.
    """

    folder: Path
    sentences: tuple[Sentence, ...]
    claims: int


def write_draft(
    document: Document,
    *,
    into: Path,
    source_name: str,
    article_id: str = "",
    root: Path | None = None,
) -> Draft:
    """A folder with a ledger to edit; it appears whole or not at all.

    Args:
        document: The article.
        into: Folder in which the ledger's own folder is made.
        source_name: Name of the file the article came from.
        article_id: Name of the ledger; by default from publisher and date, or the file.
        root: Folder of the project, for the columns of a ledger and the names of countries.

    Raises:
        ParameterFault: The id is no id, the folder is there already, or lies in the package.
        StorageFault: The folder cannot be written.
    """
    root = project_root() if root is None else root
    name = article_id or _suggest_id(document, source_name)
    folder = _check_place(name, into, root)
    sentences = split_sentences(
        document.text,
        language=document.meta.get("language", "en"),
        aliases=_country_aliases(root),
    )
    rows = [one for one in sentences if not one.is_heading and one.repeats is None]
    files = {
        "article.yml": _head(document, name, source_name, _first_heading(sentences)),
        "article.txt": document.text,
        "sentences.csv": _worksheet(sentences),
        "claims.csv": _claims(rows, _columns(root, "claims")),
        "evidence.csv": ",".join(_columns(root, "evidence")) + "\n",
        "tests.yml": _TESTS,
        ".gitignore": "".join(f"{kept}\n" for kept in _NOT_FOR_GIT),
    }
    _write_folder(folder, files)
    return Draft(folder, tuple(sentences), len(rows))


def _suggest_id(document: Document, source_name: str) -> str:
    parts = [document.meta.get("publisher", ""), document.meta.get("date", "")]
    text = " ".join(filter(None, parts)) if all(parts) else Path(source_name).stem
    slug = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:60].strip("-")
    return slug or "article"


def _check_place(name: str, into: Path, root: Path) -> Path:
    if not _ID.fullmatch(name):
        raise ParameterFault(
            f"{name!r} is no name for a ledger: small letters, digits and hyphens, at most 60",
            hint="Give one with --id, such as --id newsx-2025-11-07.",
        )
    folder = into / name
    package = claims_folder(root).resolve()
    if folder.resolve().is_relative_to(package.parent):
        raise ParameterFault(
            f"{folder} lies in the data package, which a draft would break",
            hint="Draft elsewhere; move the folder to data/claims when it is finished.",
        )
    if folder.exists():
        raise ParameterFault(
            f"{folder} is there already; a draft never overwrites work",
            hint="Give another name with --id, or another folder with --into.",
        )
    return folder


def _country_aliases(root: Path) -> dict[str, str]:
    table = read_table(read_resources(root)["codelists/countries.csv"], root)
    aliases = {
        row.text(field): row.text("country_iso3")
        for row in table.rows
        for field in ("name", "adjective")
        if row.text(field)[:1].isupper() and len(row.text("country_iso3")) == len("IND")
    }
    known = set(aliases.values())
    plain = {name: code for name, code in aliases.items() if code not in _GROUPS}
    return plain | {name: code for name, code in _ALIASES.items() if code in known}


_GROUPS = frozenset({"WLD", "OTH", "XCN", "ROW"})


def _columns(root: Path, stem: str) -> list[str]:
    resources = read_resources(root).values()
    model = next(one for one in resources if one.path.endswith(f"/{stem}.csv"))
    return [column.name for column in model.columns]


def _claims(sentences: Sequence[Sentence], columns: Sequence[str]) -> str:
    rows = []
    for number, sentence in enumerate(sentences, start=1):
        start, end = sentence.fragment_span
        cells = {
            "claim_id": f"C{number:02d}",
            "fragment": sentence.fragment,
            "char_start": start,
            "char_end": end,
            "speaker": sentence.speaker,
            "countries": ";".join(sentence.countries),
            "note": f"sentence {sentence.number}",
        }
        rows.append([cells.get(column, "") for column in columns])
    return write_table(columns, rows)


def _worksheet(sentences: Sequence[Sentence]) -> str:
    columns = (
        "sentence", "char_start", "char_end", "kind", "repeats", "speaker", "text", "quotes",
        "figures", "units", "dates", "names", "countries",
    )  # fmt: skip
    return write_table(
        columns,
        [
            (
                one.number,
                one.start,
                one.end,
                "heading" if one.is_heading else "sentence",
                one.repeats,
                one.speaker,
                " ".join(one.text.split()),
                " | ".join(one.quotes),
                " | ".join(figure.text for figure in one.figures),
                " | ".join(figure.unit for figure in one.figures),
                " | ".join(one.dates),
                " | ".join(one.names),
                ";".join(one.countries),
            )
            for one in sentences
        ],
    )


def _first_heading(sentences: Sequence[Sentence]) -> str:
    """The text's opening if it is a heading: a title where the page names none."""
    return sentences[0].text if sentences and sentences[0].is_heading else ""


def _head(document: Document, name: str, source_name: str, heading: str) -> str:
    meta = document.meta
    head = {
        "id": name,
        "title": meta.get("title", "") or heading,
        "publisher": meta.get("publisher", ""),
        "author": meta.get("author", ""),
        "date": meta.get("date", ""),
        "url": meta.get("url", ""),
        "source_id": "",
        "subject": "",
        "language": meta.get("language", "en"),
        "text_chars": len(document.text),
        "sha256": hashlib.sha256(document.text.encode()).hexdigest(),
        "note": "The text of the article is not part of the ledger.",
    }
    text = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=100)
    return (
        f"# Drafted from {source_name!r}. Fill what is empty; subject is a country's code.\n{text}"
    )


_TESTS = """\
# One test a claim that is measured or event-tested, under its claim_id. Nothing here is code.
# C01:
#   kind: measured
#   metric: mine_share(IND, 2025)
#   supported_if: ">= 5"
#   refuted_if: "< 2"
#   unit: "%"
#   reason: why these thresholds
# C02:
#   kind: event-tested
#   supported_by: [E20]
#   qualified_by: [E05]
#   reason: why these events settle it
{}
"""


def _write_folder(folder: Path, files: Mapping[str, str]) -> None:
    fresh = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
    try:
        fresh.mkdir(parents=True)
        for name, text in files.items():
            (fresh / name).write_text(text, encoding="utf-8", newline="")
        fresh.rename(folder)
    except OSError as error:
        raise StorageFault(
            f"cannot write {folder}: {error.strerror or error}",
            hint="Give another folder with --into.",
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
