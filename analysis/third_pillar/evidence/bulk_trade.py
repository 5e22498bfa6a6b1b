"""Bulk trade: yearly files of CEPII BACI, tens of millions of rows, into one sorted Parquet.

DuckDB reads, sorts and asks, with a bound on memory whatever the size of the files; pandas never
sees them. What cannot be read is counted and said.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from third_pillar.evidence.bulk_query import connect, quote
from third_pillar.evidence.bulk_reading import JUDGED, read_raw
from third_pillar.evidence.files import refuse_folder
from third_pillar.vocabulary.errors import MissingEvidence, ParameterFault, StorageFault

STORE, RECORD = "flows.parquet", "flows.json"
LEAST_MEMORY_MB, MEMORY_MB = 64, 160
Say = Callable[[str], None]

_REVISION = re.compile(r"(?i)_(HS\d{2})_")


@dataclass(frozen=True)
class Counts:
    """What became of the lines of the files.

    Attributes:
        lines: Lines read, headings not counted.
        kept: Flows in the store.
        rejected: Lines with too few or too many cells, or quotes left open.
        unusable: Lines whose year, country, code or value is missing, no number or not positive.
        weight_missing: Flows without a weight (blank, NA).
        weight_malformed: Flows whose weight is no number, or below zero; kept without a weight.
        padded: Flows with blanks around a number; read all the same.
        zeros_restored: Flows whose code had lost its leading zeros.
    """

    lines: int
    kept: int
    rejected: int
    unusable: int
    weight_missing: int
    weight_malformed: int
    padded: int
    zeros_restored: int


@dataclass(frozen=True)
class BuildReport:
    """A finished store.

    Attributes:
        store: The Parquet file, sorted by product, then year.
        files: Names of the files read.
        revision: HS revision named by the files, or "".
        years: Years in the store.
        counts: What became of the lines.
        seconds: How long it took.
    """

    store: str
    files: tuple[str, ...]
    revision: str
    years: tuple[int, ...]
    counts: Counts
    seconds: float


def build_trade_store(
    files: Sequence[Path], out: Path, *, memory_mb: int = MEMORY_MB, say: Say = lambda _: None
) -> BuildReport:
    """One Parquet file from yearly CSV files or zips; the old store stays until the new is whole.

    Args:
        files: BACI files with the columns t, i, j, k, v, q in any order, or zips of them.
        out: Folder of the store.
        memory_mb: Bound for the engine's own memory; the process needs some 150 MB beside it.
        say: Told what is being done, line by line.

    Raises:
        ParameterFault: A file is missing, no such table, given twice, of another HS revision,
            or has a year that another file has too.
        MissingEvidence: No usable line in any file.
        StorageFault: The folder cannot be written, or the disk is full.
    """
    began = time.monotonic()
    if memory_mb < LEAST_MEMORY_MB:
        raise ParameterFault(f"memory = {memory_mb} MB: at least {LEAST_MEMORY_MB} are needed")
    _refuse_files(files)
    with _workspace(out) as work:
        tables = [table for file in files for table in _tables_of(file, work, say)]
        revision = _one_revision(tables)
        parts = [
            _convert(table, n, f"{n} of {len(tables)}", memory_mb, work, say)
            for n, table in enumerate(tables, start=1)
        ]
        _refuse_shared_years(parts)
        counts = Counts(**{name: sum(p.counts[name] for p in parts) for name in parts[0].counts})
        if not counts.kept:
            names = ", ".join(file.name for file in files)
            raise MissingEvidence(f"no usable line in {names}", hint="Is it a BACI table?")
        fresh = _sort(parts, work / STORE, memory_mb, work, say)
        report = BuildReport(
            str(out / STORE),
            tuple(table.name for table in tables),
            revision,
            tuple(sorted(year for part in parts for year in part.years)),
            counts,
            round(time.monotonic() - began, 1),
        )
        (work / RECORD).write_text(json.dumps(asdict(report), indent=1) + "\n", encoding="utf-8")
        fresh.replace(out / STORE)
        (work / RECORD).replace(out / RECORD)
    return report


@dataclass(frozen=True)
class _Part:
    table: Path
    parquet: Path
    years: tuple[int, ...]
    counts: dict[str, int]


@contextlib.contextmanager
def _workspace(out: Path) -> Iterator[Path]:
    """A folder beside the store for what is unfinished; gone at the end, whatever happens."""
    import duckdb  # noqa: PLC0415  0.2 s, only here

    try:
        out.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(out)
        work = Path(tempfile.mkdtemp(prefix=f"{_UNFINISHED}{os.getpid()}-", dir=out))
    except OSError as error:
        raise StorageFault(f"{out} cannot be written ({error.strerror})") from None
    try:
        yield work
    except OSError as error:
        raise StorageFault(f"{out} cannot be written ({error.strerror or error})") from None
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise StorageFault(
            f"the trade files could not be worked through ({str(error).splitlines()[0]})",
            hint="Free some disk, or allow more with --memory.",
        ) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _clear_leftovers(out: Path) -> None:
    """Remove what a build that was killed left behind; those of running processes stay."""
    for folder in out.glob(f"{_UNFINISHED}*"):
        owner = folder.name.removeprefix(_UNFINISHED).partition("-")[0]
        if owner.isdigit() and not _is_running(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


_UNFINISHED = ".build-"


def _refuse_files(files: Sequence[Path]) -> None:
    if not files:
        raise ParameterFault("no file given", hint="Name BACI files, such as BACI_HS17_Y2022.csv")
    for file in files:
        refuse_folder(file, wanted="a yearly file of BACI, or several", pattern="*BACI_HS*")
        if not file.is_file():
            raise ParameterFault(f"{file}: no such file")
        if file.suffix.lower() not in {".csv", ".zip"}:
            raise ParameterFault(f"{file}: neither .csv nor .zip")
    if len({file.resolve() for file in files}) < len(files):
        raise ParameterFault("a file is given twice: its flows would count double")


def _tables_of(file: Path, work: Path, say: Say) -> list[Path]:
    """The yearly tables a file holds; those of a zip are unpacked beside the store."""
    if file.suffix.lower() == ".csv":
        return [file]
    try:
        with zipfile.ZipFile(file) as archive:
            names = [n for n in archive.namelist() if _is_table(n)]
            if not names:
                raise ParameterFault(f"{file}: holds no table named BACI_HS…_Y….csv")
            found = []
            for name in names:
                say(f"unpacking {Path(name).name}")
                target = work / Path(name).name
                with archive.open(name) as packed, target.open("wb") as file_out:
                    shutil.copyfileobj(packed, file_out, 1 << 20)
                found.append(target)
            return found
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise ParameterFault(f"{file}: is no whole zip ({error})") from None


def _is_table(name: str) -> bool:
    return bool(re.fullmatch(r"(?i)BACI_HS\d{2}_Y\d{4}.*\.csv", Path(name).name))


def _one_revision(tables: Sequence[Path]) -> str:
    named = {
        match[1].upper() for table in tables if (match := _REVISION.search(table.name)) is not None
    }
    if len(named) > 1:
        raise ParameterFault(
            f"files of {' and '.join(sorted(named))}: codes of two revisions are not one series",
            hint="Build one store a revision, each with its own --out.",
        )
    return next(iter(named), "")


def _convert(table: Path, number: int, place: str, memory_mb: int, work: Path, say: Say) -> _Part:
    """One table as typed Parquet, unsorted, each line judged; with counts."""
    say(f"reading {table.name} ({place})")
    part = work / f"part{number}.parquet"
    with connect(memory_mb, work) as link:
        judged = JUDGED.replace("$source", read_raw(table))
        target = f"TO {quote(str(part))} (FORMAT parquet, COMPRESSION snappy)"
        _run(link, f"COPY ({judged}) {target}", say, table.name)
        row = link.execute(
            "SELECT count(*), count(*) FILTER (usable), count(*) FILTER (NOT usable), "
            "count(*) FILTER (usable AND q_missing), count(*) FILTER (usable AND q_malformed), "
            "count(*) FILTER (usable AND padded), count(*) FILTER (usable AND short_code), "
            f"list(DISTINCT t) FILTER (usable) FROM {quote(str(part))}"
        ).fetchone()
        bad = link.execute("SELECT count(DISTINCT line) FROM reject_errors").fetchone()
    read, kept, unusable, missing, malformed, padded, short, years = row or (0,) * 7 + ([],)
    rejected = int(bad[0]) if bad else 0
    counts = Counts(read + rejected, kept, rejected, unusable, missing, malformed, padded, short)
    return _Part(table, part, tuple(sorted(years or ())), asdict(counts))


def _refuse_shared_years(parts: Sequence[_Part]) -> None:
    seen: dict[int, str] = {}
    for part in parts:
        for year in part.years:
            if year in seen:
                raise ParameterFault(
                    f"{year} is in {seen[year]} and in {part.table.name}: its flows would count "
                    "double",
                    hint="Give each year once.",
                )
            seen[year] = part.table.name


def _sort(parts: Sequence[_Part], target: Path, memory_mb: int, work: Path, say: Say) -> Path:
    """All parts as one file, by product and year: a question reads a few row groups of it."""
    say("sorting by product")
    sources = ", ".join(quote(str(part.parquet)) for part in parts)
    with connect(memory_mb, work) as link:
        _run(
            link,
            f"COPY (SELECT t, i, j, k, v, q FROM read_parquet([{sources}]) WHERE usable "
            f"ORDER BY k, t, j, i) TO {quote(str(target))} "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)",
            say,
            "sorting",
        )
    return target


def _run(link: Any, statement: str, say: Say, what: str) -> None:
    """The statement, with its share done told every few seconds."""
    import threading  # noqa: PLC0415  only where something is told

    finished = threading.Event()

    def tell() -> None:
        while not finished.wait(_TELL_EVERY):
            done = link.query_progress()
            if 0 < done < 100:  # noqa: PLR2004  percent
                say(f"{what}: {done:.0f} %")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        link.execute(statement)
    finally:
        finished.set()
        teller.join()


_TELL_EVERY = 2.0
