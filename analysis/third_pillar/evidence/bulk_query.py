"""Questions to bulk trade: a few products out of tens of millions of flows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from third_pillar.evidence.location import cache_folder, data_folder
from third_pillar.vocabulary.errors import MissingEvidence, ParameterFault
from third_pillar.vocabulary.parameters import nearest

GROUPS = {"exporter": "i", "importer": "j", "year": "t", "product": "k"}
_QUERY_MEMORY_MB = 160
_DIGITS = 6


def store_folder(root: Path | None = None) -> Path:
    """Where the store lies unless said otherwise: in the cache, outside git."""
    return cache_folder(root) / "trade"


@contextlib.contextmanager
def connect(memory_mb: int, scratch: Path | None = None) -> Iterator[Any]:
    """A DuckDB connection that stays within its memory and leaves its scratch in one place."""
    import duckdb  # noqa: PLC0415  0.2 s, only here

    config: dict[str, Any] = {
        "memory_limit": f"{memory_mb}MB",
        "threads": 2,
        "preserve_insertion_order": False,
    }
    if scratch is not None:
        config["temp_directory"] = str(scratch / "spill")
    link = duckdb.connect(config=config)
    try:
        yield link
    finally:
        link.close()


def quote(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class FlowQuery:
    """A question to the store.

    Attributes:
        products: Six-digit codes, leading zeros kept.
        importers: Numeric codes; empty for all.
        exporters: Numeric codes; empty for all.
        years: First and last, or nothing for all.
        by: What a row of the answer is: exporter, importer, year or product.
    """

    products: tuple[str, ...]
    importers: tuple[int, ...] = ()
    exporters: tuple[int, ...] = ()
    years: tuple[int, int] | None = None
    by: str = "exporter"

    def __post_init__(self) -> None:
        if self.by not in GROUPS:
            raise ParameterFault(
                f"by = {self.by!r}: not known.{nearest(self.by, tuple(GROUPS))} "
                f"Valid: {', '.join(GROUPS)}"
            )
        bad = [p for p in self.products if not (len(p) == _DIGITS and p.isascii() and p.isdigit())]
        if bad or not self.products:
            raise ParameterFault(
                f"hs = {', '.join(bad) or 'nothing'}: six digits are needed, such as 850511",
                hint="A code of five digits has lost its leading zero; national lines are not in "
                "the store.",
            )


@dataclass(frozen=True)
class FlowRow:
    """One row of an answer: code of the group, thousand dollars, tonnes, flows, flows unweighed."""

    group: str
    thousand_usd: float
    tonnes: float | None
    flows: int
    unweighed: int


def query_flows(source: str, query: FlowQuery) -> list[FlowRow]:
    """Value and weight by group, largest value first; weights sum what is on record.

    Args:
        source: SQL that reads t, i, j, k, v, q: `store_source`, or `file_source` of a table.
        query: The question.

    Raises:
        ParameterFault: A table that was not built holds a line that cannot be read.
    """
    group = GROUPS[query.by]
    statement = (
        "SELECT g, sum(v), sum(w) FILTER (isfinite(w)), count(*), count(*) - count(w) FROM "
        f"(SELECT {group} AS g, v, TRY_CAST(q AS DOUBLE) AS w FROM {source} "
        f"WHERE {_conditions(query)}) GROUP BY g ORDER BY 2 DESC, 1"
    )
    with connect(_QUERY_MEMORY_MB) as link, _unread_is_said():
        rows = link.execute(statement).fetchall()
    return [FlowRow(str(group), *row) for group, *row in rows]


@contextlib.contextmanager
def _unread_is_said() -> Iterator[None]:
    """A table that cannot be asked as it stands is refused, not half read."""
    import duckdb  # noqa: PLC0415  0.2 s, only here

    try:
        yield
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise ParameterFault(
            f"a line of the table cannot be read ({str(error).splitlines()[0]})",
            hint="Build it: pillar trade build reads what can be read and counts what cannot.",
        ) from None


def _conditions(query: FlowQuery) -> str:
    # as the files have them: with leading zeros or, from a spreadsheet, without
    spelled = dict.fromkeys(
        form for code in query.products for form in (code, code.lstrip("0"), f" {code}")
    )
    parts = [f"k IN ({', '.join(map(quote, spelled))})"]
    for column, wanted in (("j", query.importers), ("i", query.exporters)):
        if wanted:
            parts.append(f"{column} IN ({', '.join(map(str, wanted))})")
    if query.years is not None:
        parts.append(f"t BETWEEN {query.years[0]:d} AND {query.years[1]:d}")
    return " AND ".join(parts)


def store_source(folder: Path) -> str:
    """SQL that reads the store.

    Raises:
        MissingEvidence: Nothing was built there.
    """
    path = folder / "flows.parquet"
    if not path.is_file():
        raise MissingEvidence(
            f"no bulk trade at {path}",
            hint="Build it once: pillar trade build BACI_HS17_Y2022.csv (files from cepii.fr).",
        )
    return f"read_parquet({quote(str(path))})"


def read_store_years(folder: Path) -> tuple[int, ...]:
    """Years in the store.

    Raises:
        MissingEvidence: Nothing was built there.
    """
    with connect(_QUERY_MEMORY_MB) as link:
        rows = link.execute(f"SELECT DISTINCT t FROM {store_source(folder)} ORDER BY 1").fetchall()
    return tuple(int(row[0]) for row in rows)


@dataclass(frozen=True)
class NumericCodes:
    """Numeric codes of the bulk files to ISO 3166-1 alpha-3, and back."""

    iso3_of: dict[int, str]

    def name(self, code: int | str) -> str:
        """The ISO code, or the number where the codelist has none."""
        return self.iso3_of.get(int(code), f"code {code}")

    def numbers(self, iso3: str) -> tuple[int, ...]:
        """Every number of a country, older ones too.

        Raises:
            ParameterFault: No such country; names the nearest.
        """
        found = tuple(number for number, code in self.iso3_of.items() if code == iso3.upper())
        if not found:
            near = nearest(iso3.upper(), tuple(sorted(set(self.iso3_of.values()))))
            raise ParameterFault(f"country {iso3!r}: not known.{near}")
        return found


def read_numeric_codes(root: Path | None = None) -> NumericCodes:
    """The codelist of numeric country codes."""
    import csv  # noqa: PLC0415  small and only here

    path = data_folder(root) / "codelists" / "baci_countries.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return NumericCodes({int(row["numeric"]): row["iso3"] for row in csv.DictReader(file)})


@dataclass(frozen=True)
class DependenceFlows:
    """What the dependence test needs of one importer and product, by year, thousand dollars.

    Attributes:
        year: The year.
        suppliers: Exporter → imports from it.
        world: Exporter → its exports to the whole world.
        exports: Exports of the importer itself.
    """

    year: int
    suppliers: dict[str, float]
    world: dict[str, float]
    exports: float


def read_dependence_flows(
    source: str, *, products: Sequence[str], importer: tuple[int, ...], years: tuple[int, ...]
) -> list[DependenceFlows]:
    """Suppliers of an importer, the world's exporters and the importer's own exports by year."""
    wanted = ", ".join(str(number) for number in importer)
    codes = ", ".join(quote(code) for code in products)
    span = ", ".join(str(year) for year in years)
    statement = (
        f"SELECT t, i, sum(v) FILTER (j IN ({wanted})), sum(v) FROM {source} "
        f"WHERE k IN ({codes}) AND t IN ({span}) GROUP BY t, i"
    )
    with connect(_QUERY_MEMORY_MB) as link:
        rows = link.execute(statement).fetchall()
    return [
        DependenceFlows(
            year,
            {str(i): float(bought) for t, i, bought, _ in rows if t == year and bought},
            {str(i): float(sold) for t, i, _, sold in rows if t == year},
            sum(float(sold) for t, i, _, sold in rows if t == year and i in importer),
        )
        for year in years
    ]
