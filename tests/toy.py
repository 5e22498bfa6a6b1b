"""A small, complete data package with round numbers, written in code."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

ARTICLE = "newsx-2025-11-07"
ARTICLE_TEXT = (
    "India digs little. China makes nine magnets of ten.\n"
    "It\u2019s said that \u201cBeijing paused its curbs\u201d for a year. "
    "India must build plants.\n"
)
FIGURE = (
    "value,low,high,unit,year,period,period_type,basis,edition,known_from,source_id,gap_id,note"
)
NUMBERS = frozenset(
    {"value", "low", "high", "value_usd", "stand_in_value", "stand_in_low", "stand_in_high"}
)
INTEGERS = frozenset({"year", "start_year", "full_year", "char_start", "char_end", "order"})
DATES = frozenset(
    {"known_from", "accessed", "announced", "effective_from", "suspended_from", "suspended_to"}
)
BOOLEANS = frozenset({"qualifier_dropped", "is_rare_earth_magnet"})
REQUIRED = frozenset({"country_iso3", "known_from", "unit", "year", "source_id", "char_start"})
OPTIONAL_IN = {
    ("assumptions", "country_iso3"),
    ("evidence", "unit"),
    ("gaps", "country_iso3"),
    ("gaps", "source_id"),
}

# path below data/: (columns, key, rows); a row may leave its last cells out
TABLES: dict[str, tuple[str, str, list[str]]] = {
    "codelists/countries.csv": (
        "country_iso3,name,adjective",
        "country_iso3",
        [
            "AUS,Australia,Australian",
            "BRA,Brazil,Brazilian",
            "CHN,China,Chinese",
            "IND,India,Indian",
            "JPN,Japan,Japanese",
            "OTH,Other countries,other",
            "USA,United States,US",
            "WLD,World,world",
        ],
    ),
    "codelists/country_sets.csv": (
        "set_id,label,country_iso3",
        "set_id,country_iso3",
        ["quad,Quad,AUS", "quad,Quad,IND", "quad,Quad,JPN", "quad,Quad,USA"],
    ),
    "codelists/units.csv": (
        "unit,label,short",
        "unit",
        [
            f"{unit},{unit},{unit}"
            for unit in [
                "t_reo",
                "t_ndpr_oxide",
                "t_ndpr_metal",
                "t_re_alloy",
                "t_ndfeb",
                "t_magnets_all",
                "pct",
                "pct_of_reo",
                "ratio",
                "probability",
                "years",
                "pct_per_year",
                "usd_per_kg",
                "t_ndfeb_per_t_ndpr_oxide",
                "t_ndfeb_per_t_ndpr_metal",
                "t_ndfeb_per_t_re_alloy",
            ]
        ],
    ),
    "codelists/stages.csv": (
        "stage,label,order",
        "stage",
        ["mine,Mine,1", "separation,Separation,2", "metal,Metal,3", "magnet,Magnet,4"],
    ),
    "codelists/products.csv": ("product,label", "product", ["ndfeb,NdFeB magnets"]),
    "codelists/hs_codes.csv": (
        "system,code,description,is_rare_earth_magnet,note",
        "system,code",
        ["CN,85051110,rare-earth magnets,true,", "IN,85051110,ferrite cores,false,"],
    ),
    "sources.csv": (
        (
            "source_id,title,publisher,date,date_precision,url,accessed,reliability,credibility,"
            "licence,note"
        ),
        "source_id",
        [
            "TOY-A,Toy yearbook,Toy office,2025-02-01,month,https://example.org/a,2025-11-01,A,1,CC0,",
            (
                "TOY-LATE,Toy addendum,Toy office,2025-11-20,day,https://example.org/c,2025-11-21,A,1,"
                "CC0,"
            ),
            "TP_JUDGEMENT,Own judgement,Third Pillar,2025-12-01,day,,2025-12-01,C,3,CC0,",
            "TOY-B,Toy news,Toy paper,2025-11-07,day,https://example.org/b,2025-11-08,C,3,CC0,",
        ],
    ),
    "curated/mine_production.csv": (
        f"figure_id,country_iso3,{FIGURE}",
        "figure_id",
        [
            f"MP-{iso}-{year},{iso},{tonnes},,,t_reo,{year},CY{year},calendar_year,reported,"
            f"Toy {year + 1},{year + 1}-01-31,TOY-A,,"
            for iso, tonnes in (
                ("AUS", 20000),
                ("CHN", 200000),
                ("IND", 3000),
                ("USA", 40000),
                ("WLD", 263000),
            )
            for year in (2023, 2024)
        ],
    ),
    "curated/stage_shares.csv": (
        f"figure_id,stage,country_iso3,product,{FIGURE}",
        "figure_id",
        [
            f"SS-{stage},{stage},CHN,,{share},,,pct,2024,CY2024,calendar_year,estimated,Toy,"
            "2025-03-01,TOY-A,,"
            for stage, share in (("mine", 70), ("separation", 90), ("metal", 90), ("magnet", 94))
        ],
    ),
    "curated/magnet_capacity.csv": (
        f"figure_id,country_iso3,owner_iso3,entity,product,measure,{FIGURE}",
        "figure_id",
        [
            (
                "MC-CHN,CHN,,,ndfeb,output,200000,180000,220000,t_ndfeb,2024,CY2024,calendar_year,"
                "estimated,Toy,2025-03-01,TOY-A,,"
            ),
            (
                "MC-JPN,JPN,,,ndfeb,capacity,,,,t_ndfeb,2024,CY2024,calendar_year,"
                "capacity,Toy,2025-03-01,TOY-A,GAP-JPN-MAGNET,"
            ),
        ],
    ),
    "curated/projects.csv": (
        (
            "project_id,plant,company,stage,country_iso3,owner_iso3,product,value,low,high,unit,status,"
            "start_year,start_precision,full_year,feed,offtake,known_from,source_id,source_id_2,gap_id,"
            "note"
        ),
        "project_id",
        [
            (
                "P-AUS-SEP,Toy separation,Toy Ltd,separation,AUS,AUS,ndpr,10000,,,t_ndpr_oxide,"
                "operating,2020,year,2020,,,2025-01-31,TOY-A,,,"
            ),
            (
                "P-IND-MAG,Toy magnets,Toy Ltd,magnet,IND,IND,ndfeb,1000,,,t_ndfeb,announced,"
                "2028,placeholder,,,,2025-06-30,TOY-B,,,"
            ),
            (
                "P-USA-MET,Toy metal,Toy Inc,metal,USA,USA,,,,,t_ndpr_metal,operating,"
                "2024,year,,,,2025-01-31,TOY-A,,GAP-USA-METAL,"
            ),
            (
                "P-USA-MAG,Toy magnets US,Toy Inc,magnet,USA,USA,ndfeb,3000,2000,4000,t_ndfeb,"
                "building,2027,year,2029,,,2025-01-31,TOY-A,,,"
            ),
        ],
    ),
    "curated/magnet_demand.csv": (
        f"figure_id,country_iso3,scope,{FIGURE}",
        "figure_id",
        [
            f"MD-{iso},{iso},all,{tonnes},,,t_ndfeb,2024,CY2024,calendar_year,estimated,Toy,"
            "2025-01-31,TOY-A,,"
            for iso, tonnes in (("IND", 4000), ("JPN", 14000), ("USA", 8000))
        ],
    ),
    "curated/trade_monthly.csv": (
        (
            "figure_id,exporter_iso3,destination_iso3,product,hs_system,hs_code,month,value,unit,"
            "value_usd,basis,known_from,source_id,note"
        ),
        "figure_id",
        ["TM-1,CHN,WLD,ndfeb,CN,85051110,2025-10,5000,t_magnets_all,,reported,2025-11-20,TOY-A,"],
    ),
    "curated/policy_events.csv": (
        (
            "event_id,date,date_precision,known_from,actor,countries,kind,event,effect,status,"
            "source_id,source_id_2,confidence"
        ),
        "event_id",
        [
            (
                "E-CONTROL,2025-10-09,day,2025-10-09,China,CHN;USA,control,Toy control,,in force,"
                "TOY-A,,high"
            ),
            "E-MONTH,2025-11-01,month,2025-11-30,India,IND,scheme,Toy scheme,,,TOY-B,,high",
            "E-PAUSE,2025-11-07,day,2025-11-07,China,CHN;USA,suspension,Toy pause,,,TOY-B,,high",
        ],
    ),
    "curated/export_controls.csv": (
        (
            "control_id,label,authority,scope,elements,announced,effective_from,suspended_from,"
            "suspended_to,destinations,event_id,source_id,note"
        ),
        "control_id",
        [
            (
                "C-1,Toy control,Toy ministry,magnets,Dy;Tb,2025-10-09,2025-11-08,2025-11-10,"
                "2026-11-10,all,E-CONTROL,TOY-A,"
            )
        ],
    ),
    "curated/assumptions.csv": (
        (
            "assumption_id,label,country_iso3,stage,value,low,high,distribution,unit,why,quality,"
            "impact,method,known_from,source_id"
        ),
        "assumption_id",
        [
            f"{name},{name},,,{value},{low},{high},triangular,{unit},toy,red,red,3.3,"
            + ("2025-12-01,TP_JUDGEMENT" if name.startswith("p_status") else "2025-01-31,TOY-A")
            for name, value, low, high, unit in (
                ("delay_years", 2, 0, 4, "years"),
                ("demand_growth", 2.5, 0, 5, "pct_per_year"),
                ("magnet_per_ndpr_metal", 2.3, 2.2, 2.5, "t_ndfeb_per_t_ndpr_metal"),
                ("magnet_per_ndpr_oxide", 2, 2, 2.5, "t_ndfeb_per_t_ndpr_oxide"),
                ("magnet_per_re_alloy", 0.72, 0.7, 0.75, "t_ndfeb_per_t_re_alloy"),
                ("ndpr_share_of_reo", 20, 15, 25, "pct_of_reo"),
                ("p_status.announced", 0.2, 0.1, 0.4, "probability"),
                ("p_status.building", 0.6, 0.5, 0.8, "probability"),
                ("p_status.operating", 1, 1, 1, "probability"),
                ("ramp_years", 2, 1, 4, "years"),
                ("separation_recovery", 0.9, 0.8, 1, "ratio"),
            )
        ],
    ),
    "curated/conflicts.csv": (
        "conflict_id,topic,figure_ids,low,high,unit,reading,why,source_ids",
        "conflict_id",
        ["X-1,Toy conflict,MD-IND;P-IND-MAG,900,4000,t_ndfeb,4000,newer,TOY-A;TOY-B"],
    ),
    "curated/gaps.csv": (
        (
            "gap_id,what,stage,country_iso3,sought,stand_in_value,stand_in_low,stand_in_high,"
            "stand_in_unit,stand_in_year,stand_in_rating,stand_in_why,source_id,known_from"
        ),
        "gap_id",
        [
            (
                "GAP-JPN-MAGNET,Capacity of Japan,magnet,JPN,toy office,15000,13000,19000,t_ndfeb,"
                "2024,amber,toy,TOY-A,2025-01-31"
            ),
            "GAP-LATER,Found out later,metal,,toy office,,,,,,,,TOY-LATE,2025-11-20",
            "GAP-USA-METAL,Capacity of a plant,metal,USA,toy office,,,,,,,,TOY-A,2025-01-31",
        ],
    ),
    f"claims/{ARTICLE}/claims.csv": (
        (
            "claim_id,paraphrase,fragment,char_start,char_end,speaker,claim_type,topic,countries,how,"
            "test_id,hand_verdict,hand_reason,qualifier_dropped,lever,note"
        ),
        "claim_id",
        [
            (
                "C1,India mines little,India digs little,0,17,paper,fact,mining,IND,measured,,"
                "supported,toy,false,,"
            ),
            (
                "C2,China makes most magnets,China makes nine magnets of ten,19,50,paper,"
                "fact,magnets,CHN,documented,,supported,toy,false,,"
            ),
            (
                "C3,China paused its controls,Beijing paused its curbs,68,92,paper,fact,controls,"
                "CHN;USA,event-tested,,partly supported,toy,true,,"
            ),
            (
                "C4,India should build,India must build plants,106,129,paper,opinion,policy,IND,"
                "opinion,,opinion,toy,false,L1,"
            ),
        ],
    ),
    f"claims/{ARTICLE}/evidence.csv": (
        "evidence_id,claim_id,stance,summary,figure,unit,source_id,date",
        "evidence_id",
        [
            "C1-E1,C1,supports,3000 of 263000 t,1.1,pct,TOY-A,2025-01-31",
            "C2-E1,C2,supports,94 percent,94,pct,TOY-A,2025-03",
            "C3-E1,C3,qualifies,an earlier control stayed,,,TOY-B,2025-11-07",
        ],
    ),
}

TEXTS: dict[str, str] = {
    f"data/claims/{ARTICLE}/article.yml": (
        f"id: {ARTICLE}\ntitle: Toy article\npublisher: Toy paper\ndate: '2025-11-07'\n"
        f"url: https://example.org/b\nsha256: {'a' * 64}\nsubject: IND\nlanguage: en\n"
        "text_chars: 131\nclaims: 4\n"
    ),
    f"data/claims/{ARTICLE}/tests.yml": (
        "C1:\n  kind: measured\n  metric: mine_share(IND, 2024)\n  supported_if: '< 5'\n"
        "  refuted_if: '>= 10'\n  unit: pct\n  reason: toy\n"
        "C3:\n  kind: event-tested\n  supported_by: [E-PAUSE]\n  qualified_by: [E-CONTROL]\n"
        "  reason: toy\n"
    ),
    "data/scenarios/baseline.yml": (
        "id: baseline\ntitle: Baseline\ndescription: As it stands\nauthor: Toy\noverrides: {}\n"
    ),
    "data/scenarios/late.yml": (
        "id: late\ntitle: Late\ndescription: Two years later\nreference: Toy\n"
        "overrides:\n  delay_years: {value: 4, low: 2, high: 6}\n"
        "  p_status.announced: {value: 0}\n"
    ),
    "data/corrections.yml": (
        "- id: K-1\n  table: mine_production\n  key: MP-IND-2024\n  field: value\n"
        "  published: 2900\n  corrected: 3000\n  unit: t_reo\n  provider: Toy office\n"
        "  reason: misprint\n  status: applied\n  expect: the yearbook still prints 2900\n"
        "- id: K-2\n  table: curated/trade_monthly.csv\n  key: TM-BAD\n  field: value\n"
        "  published: 99\n  corrected: null\n  unit: t_reo\n  provider: Toy office\n"
        "  reason: impossible\n  status: applied\n  expect: the row is absent\n"
    ),
    "reports/profiles/full.yml": "title: Full briefing\nnotebook: 90_briefing.ipynb\n",
}


def write_toy_package(root: Path) -> Path:
    """The folder of a project whose data package keeps every rule."""
    (root / "data").mkdir(parents=True)
    for path, (columns, _, rows) in TABLES.items():
        width = columns.count(",") + 1
        lines = [row + "," * (width - 1 - row.count(",")) for row in rows]
        write(root / "data" / path, "\n".join([columns, *lines]) + "\n")
    for path, text in TEXTS.items():
        write(root / path, text)
    header = {
        "name": "toy-data",
        "version": "0.1.0",
        "created": "2025-12-01T00:00:00Z",
        "answers_from": "2025-01-31",
        "resources": [_resource(path, columns, key) for path, (columns, key, _) in TABLES.items()],
    }
    write(root / "data/datapackage.json", json.dumps(header, indent=1))
    return root


def write(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def change_table(
    root: Path, path: str, change: Callable[[list[dict[str, str]]], Iterable[Mapping[str, str]]]
) -> None:
    """Rewrite one table with what `change` makes of its rows."""
    file = root / "data" / path
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    fresh = list(change(rows))
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, fieldnames=list(fresh[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(fresh)


def set_cell(root: Path, path: str, key: str, field: str, value: str) -> None:
    """Change one cell of the row whose first cell is `key`."""

    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        row = next(row for row in rows if next(iter(row.values())) == key)
        row[field] = value
        return rows

    change_table(root, path, change)


def _resource(path: str, columns: str, key: str) -> dict[str, Any]:
    stem = Path(path).stem
    names = columns.split(",")
    schema: dict[str, Any] = {
        "fields": [_field(stem, name) for name in names],
        "primaryKey": key.split(","),
        "missingValues": [""],
    }
    links = [
        (name, target)
        for name, target in (
            ("source_id", "sources"),
            ("gap_id", "gaps"),
            ("country_iso3", "countries"),
        )
        if name in names and stem != target
    ]
    if links:
        schema["foreignKeys"] = [
            {"fields": [name], "reference": {"resource": target, "fields": [name]}}
            for name, target in links
        ]
    return {"name": stem.replace("_", "-"), "path": path, "schema": schema}


def _field(stem: str, name: str) -> dict[str, Any]:
    kinds = {"number": NUMBERS, "integer": INTEGERS, "date": DATES, "boolean": BOOLEANS}
    kind = next((kind for kind, names in kinds.items() if name in names), "string")
    constraints: dict[str, Any] = {}
    if name in REQUIRED and (stem, name) not in OPTIONAL_IN:
        constraints["required"] = True
    if name == "quality":
        constraints["enum"] = ["red", "amber", "green"]
    field: dict[str, Any] = {"name": name, "type": kind, "description": f"{name} of the toy"}
    if constraints:
        field["constraints"] = constraints
    return field
