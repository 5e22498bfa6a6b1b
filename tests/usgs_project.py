"""A toy project with the tables a USGS release can be accepted into, and small releases for it."""

from __future__ import annotations

import json
from pathlib import Path

from toy import FIGURE, TABLES, _resource, change_table, write

WORLD = "World Mine Production and Reserves"
HEADER = (
    "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes\r\n"
)
_RESERVE = "t_reo,2024,as printed,snapshot,estimated,MCS 2025 v1.3,2025-05-27,TOY-A"
_OLDER = "t_reo,2023,as printed,snapshot,estimated,MCS 2024,2024-01-31,TOY-A"
_OLDEST = "t_reo,2019,as printed,snapshot,estimated,MCS 2020,2020-01-31,TOY-A"
_SHARE = "pct,2022,2019-2022,multi_year,reported,MCS 2024,2024-01-31,TOY-A"
MORE = {
    "curated/reserves_resources.csv": (
        f"figure_id,country_iso3,entity,measure,{FIGURE}",
        [
            f"RES-AUS-MCS2024,AUS,national,reserve,5700000,,,{_OLDER},,",
            f"RES-AUS-OLDER,AUS,national,reserve,1000000,,,{_OLDEST},,",
            f"RES-BRA-MCS2025,BRA,national,reserve,11000000,,,{_RESERVE},,",
            f"RES-IND-MCS2024,IND,national,reserve,,,,{_OLDER},GAP-JPN-MAGNET,",
            f"RES-WLD-MCS2025,WLD,national,reserve,,75000000,,{_RESERVE},,",
        ],
    ),
    "curated/import_shares.csv": (
        f"figure_id,importer_iso3,exporter_iso3,product,measured_by,{FIGURE}",
        [f"IMP-USA-CHN-MCS2024,USA,CHN,re_compounds_metals,unstated,70,,,{_SHARE},,"],
    ),
}


def stock(root: Path) -> Path:
    """Add to a toy project reserves, import shares, a mine row of this edition, a correction."""
    path = root / "data/datapackage.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for name, (columns, rows) in MORE.items():
        width = columns.count(",") + 1
        lines = [row + "," * (width - 1 - row.count(",")) for row in rows]
        write(root / "data" / name, "\n".join([columns, *lines]) + "\n")
        content["resources"].append(_resource(name, columns, "figure_id"))
    write(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    same = {
        "figure_id": "MINE-USA-2024-MCS2025",
        "country_iso3": "USA",
        "value": "45500",
        "unit": "t_reo",
        "year": "2024",
        "period": "CY2024",
        "period_type": "calendar_year",
        "basis": "estimated",
        "edition": "MCS 2025",
        "known_from": "2025-02-01",
        "source_id": "TOY-A",
    }
    header = TABLES["curated/mine_production.csv"][0].split(",")
    change_table(
        root,
        "curated/mine_production.csv",
        lambda rows: sorted(
            [*rows, {name: same.get(name, "") for name in header}],
            key=lambda row: row["figure_id"],
        ),
    )
    with (root / "data/corrections.yml").open("a", encoding="utf-8") as file:
        file.write(
            "- id: COR-BRA\n  table: curated/reserves_resources.csv\n  key: RES-BRA-MCS2025\n"
            "  field: value\n  published: 21000000\n  corrected: 11000000\n  unit: t_reo\n"
            "  provider: TOY-A\n"
            "  reason: The release keeps the old figure.\n  status: applied\n"
            "  expect: the release prints 21000000\n"
        )
    write(root / "data/CHANGELOG.md", "# Changes\n\nNewest first.\n\n## 0.1.0 (2025-12-01)\n")
    return root


def line(
    country: str,
    value: str,
    *,
    year: str = "2024",
    what: str = "Production",
    detail: str = "Mine production",
    section: str = WORLD,
    unit: str = "metric tons",
    notes: str = "Estimated.",
) -> str:
    """One row of a release."""
    cells = (
        "RARE EARTHS",
        section,
        "Rare Earths",
        country,
        what,
        detail,
        unit,
        year,
        value,
        notes,
    )
    return ",".join(f'"{cell}"' for cell in cells) + "\r\n"


def reserve(country: str, value: str, *, year: str = "2024", detail: str = "Reserves") -> str:
    """A reserve as a release prints it."""
    return line(country, value, year=year, what="Reserves", detail=detail, notes="See Appendix C.")


def share(country: str, value: str) -> str:
    """An import share as a release prints it."""
    return line(
        country,
        value,
        year="2020\u201323",
        what="Import sources 2020-2023",
        detail="Rare-earth compounds and metals",
        section="Import Sources",
        unit="percent",
        notes="",
    )


LINES = (
    line("United States", "45,500", notes="Reported."),
    line("India", "3,300"),
    line("Brazil", "\u2014"),
    line("World total", "390,000", detail="Mine production: rounded"),
    line("Atlantis", "5"),
    reserve("Australia", "6,300,000"),
    reserve("Brazil", "21,000,000"),
    reserve("India", "NA"),
    reserve("Burma", "NA"),
    reserve("World total", ">85,000,000", detail="Reserves: rounded"),
    share("China", "71"),
    share("Other countries", "W"),
)
RELEASE = (HEADER + "".join(LINES)).encode("cp1252")
DATED = {"Last-Modified": "Sat, 01 Feb 2025 10:00:00 GMT"}
