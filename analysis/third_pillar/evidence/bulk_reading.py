"""Reading a BACI table as text and judging each line, in SQL."""

from __future__ import annotations

import csv
from pathlib import Path

from third_pillar.evidence.bulk_query import quote
from third_pillar.vocabulary.errors import ParameterFault

COLUMNS = ("t", "i", "j", "k", "v", "q")
"""Year, exporter, importer, six-digit code, thousand dollars, tonnes."""


def read_header(table: Path) -> list[str]:
    """Names of the columns, lower case.

    Raises:
        ParameterFault: The file cannot be read, or lacks a column of a BACI table.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            names = [name.strip().lower() for name in next(csv.reader(file), [])]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ParameterFault(f"{table}: cannot be read as CSV ({error})") from None
    missing = [name for name in COLUMNS if name not in names]
    if missing or len(set(names)) < len(names):
        raise ParameterFault(
            f"{table}: is no BACI table, it lacks the column{'s' if len(missing) > 1 else ''} "
            f"{', '.join(missing) or 'names of its own'} (found: {', '.join(names) or 'nothing'})",
            hint="A BACI table begins with t,i,j,k,v,q.",
        )
    return names


def read_raw(table: Path) -> str:
    """SQL that reads a table as text, so that nothing is lost before it is judged.

    Raises:
        ParameterFault: The file is no BACI table.
    """
    return _read(table, dict.fromkeys(COLUMNS, "VARCHAR"), ", store_rejects = true")


def file_source(table: Path) -> str:
    """SQL of a table that was not built into the store: asked as it stands, the strict way.

    Weights may be blank, NA or padded; a line that is otherwise unlike the rest is an error.

    Raises:
        ParameterFault: The file is no BACI table.
    """
    types = {"t": "SMALLINT", "i": "SMALLINT", "j": "SMALLINT", "k": "VARCHAR", "v": "DOUBLE"}
    return _read(table, types, "")


def _read(table: Path, types: dict[str, str], more: str) -> str:
    described = ", ".join(
        f"{quote(name)}: '{types.get(name, 'VARCHAR')}'" for name in read_header(table)
    )
    return (
        f"read_csv({quote(str(table))}, header = true, auto_detect = false, delim = ',', "
        f"quote = '\"', escape = '\"', columns = {{{described}}}{more})"
    )


def _cell(name: str) -> str:
    """The cell without blanks around it; nothing for blank and NA."""
    return f"nullif(nullif(trim({name}), ''), 'NA')"


_CODE = f"{_cell('k')}"
_CHECKED = f"""
SELECT
  TRY_CAST({_cell("t")} AS SMALLINT) AS t,
  TRY_CAST({_cell("i")} AS SMALLINT) AS i,
  TRY_CAST({_cell("j")} AS SMALLINT) AS j,
  CASE WHEN regexp_full_match({_CODE}, '[0-9]{{1,6}}') THEN lpad({_CODE}, 6, '0') END AS k,
  TRY_CAST({_cell("v")} AS DOUBLE) AS v,
  TRY_CAST({_cell("q")} AS DOUBLE) AS raw_q,
  {_cell("q")} IS NULL AS q_missing,
  (q <> trim(q) OR v <> trim(v)) AS padded,
  length({_CODE}) < 6 AS short_code
FROM
"""
JUDGED = f"""
SELECT
  t, i, j, k, v,
  CASE WHEN isfinite(raw_q) AND raw_q >= 0 THEN raw_q END AS q,
  coalesce(t IS NOT NULL AND t BETWEEN 1900 AND 2100 AND i IS NOT NULL AND j IS NOT NULL
    AND k IS NOT NULL AND isfinite(v) AND v > 0, false) AS usable,
  q_missing,
  NOT q_missing AND NOT coalesce(isfinite(raw_q) AND raw_q >= 0, false) AS q_malformed,
  coalesce(padded, false) AS padded,
  coalesce(short_code, false) AS short_code
FROM ({_CHECKED} $source)
"""
