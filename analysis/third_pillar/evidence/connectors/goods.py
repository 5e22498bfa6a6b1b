"""Which goods a flow is about: the codelist of customs lines, by system and code together."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from third_pillar.evidence.descriptor import read_resources
from third_pillar.evidence.reading import read_table

_COLUMNS = ("system", "code", "description", "is_rare_earth_magnet")


def read_goods(root: Path | None = None) -> pd.DataFrame:
    """The codelist of customs lines, a row a system and code; empty where there is none."""
    found = [one for one in read_resources(root).values() if one.name == "hs_codes"]
    rows = read_table(found[0], root).rows if found else ()
    return pd.DataFrame(
        [{name: row.text(name) for name in _COLUMNS} for row in rows],
        columns=list(_COLUMNS),
        dtype="string",
    )


def join_goods(flows: pd.DataFrame, hs_codes: pd.DataFrame) -> pd.DataFrame:
    """The flows with `description` and `is_rare_earth_magnet`, joined on (system, code).

    A code the list lacks stays missing.

    Args:
        flows: As `make_flows` makes them.
        hs_codes: The codelist, keyed by (system, code).
    """
    return flows.merge(hs_codes[list(_COLUMNS)], on=["system", "code"], how="left", validate="m:1")


def explain_goods(joined: pd.DataFrame) -> list[str]:
    """What each code means in its system, and which codes the codelist lacks.

    Args:
        joined: As `join_goods` makes them.
    """
    codes = joined.drop_duplicates(["system", "code"]).sort_values(["system", "code"])
    named = codes[codes["description"].notna()]
    words = [
        f"{row['system']} {row['code']} is {row['description']} "
        f"(rare-earth magnets: {row['is_rare_earth_magnet']})"
        for row in named.to_dict("records")
    ]
    lacking = codes[codes["description"].isna()]
    if len(lacking):
        some = [f"{row['system']} {row['code']}" for row in lacking.head(5).to_dict("records")]
        more = f" and {len(lacking) - 5} more" if len(lacking) > len(some) else ""
        words.append(f"not in codelists/hs_codes.csv: {', '.join(some)}{more}")
    return words
