"""Promises about the DataWeb workbook: units are not added, hidden is not zero, YTD is no year."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from third_pillar.evidence.connectors import dataweb
from third_pillar.evidence.connectors.payload import RawPayload
from third_pillar.vocabulary.errors import SourceFault

FIRST = ["Data Type", "Country", "HTS Number", "Description", "Quantity Description"]
IMPORTS = "Imports For Consumption"


def row(country, bucket, *cells, code="8505.11", kind=IMPORTS):
    return [kind, country, code, "Magnets", bucket, *cells]


SHEETS = {
    "Query Parameters": [["Step 1"], ["Trade Flow", IMPORTS]],
    "Customs Value": [
        [None],
        [*FIRST, 2023, "2024"],
        row("China", "kilograms", 100, "2,000"),
        row("China", "number", 30, 40),
        row("Korea, Republic of", "kilograms", 5, 0),
        [None, None, None, None, None, 135, 2040],
        ["Total for all countries"],
    ],
    "First Unit of Quantity": [
        [*FIRST, 2023, "2024", "2023_Suppressed", "2024_Suppressed"],
        row("China", "kilograms", 7, 8, 0, 0),
        row("China", "number", 9000, 10000, 0, 0),
        row("Korea, Republic of", "kilograms", 0, 3, 1, 0),
    ],
    "Customs Value YTD": [
        [*FIRST, "2025", "2026"],
        row("China", "kilograms", 11, 12),
    ],
}


def saved(path: Path, sheets: dict[str, list[list[object]]]) -> RawPayload:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for cells in rows:
            sheet.append(cells)
    book.save(path)
    return RawPayload("dataweb", f"file:{path.name}", "0" * 64, 1, "2026-11-26T10:00:00", path)


def changed(title: str, *rows: list[object]) -> dict[str, list[list[object]]]:
    return {**SHEETS, title: list(rows)}


def test_unit_buckets_stay_apart(tmp_path):
    """Kilograms and pieces of one heading are rows of their own; only kilograms weigh."""
    flows = dataweb.normalise(saved(tmp_path / "a.xlsx", SHEETS))
    china = flows[(flows["partner"] == "CHN") & (flows["period"] == "2024")]
    by_bucket = china.set_index("unit_bucket")
    assert by_bucket["value"].to_dict() == {"kilograms": 2000, "number": 40}
    assert by_bucket["quantity"].to_dict() == {"kilograms": 8, "number": 10000}
    assert by_bucket["net_kg"].dropna().to_dict() == {"kilograms": 8}
    assert set(flows["valuation"]) == {"customs"}
    assert set(flows["flow"]) == {"import for consumption"}
    assert set(flows["reporter"]) == {"USA"}


def test_what_is_suppressed_is_missing_and_not_zero(tmp_path):
    flows = dataweb.normalise(saved(tmp_path / "a.xlsx", SHEETS))
    korea = flows[flows["partner"] == "KOR"].set_index("period")
    assert bool(korea.loc["2023", "suppressed"])
    assert pd.isna(korea.loc["2023", "quantity"])
    assert pd.isna(korea.loc["2023", "net_kg"])
    assert (korea.loc["2024", "quantity"], korea.loc["2024", "value"]) == (3, 0)


def test_part_of_a_year_is_marked_and_not_a_year(tmp_path):
    flows = dataweb.normalise(saved(tmp_path / "a.xlsx", SHEETS))
    part = flows[flows["period_type"] == "year_to_date"]
    assert part["period"].tolist() == ["2025-YTD", "2026-YTD"]
    assert set(flows.loc[flows["period_type"] == "calendar_year", "period"]) == {"2023", "2024"}


def test_codes_keep_their_system_and_exports_their_valuation(tmp_path):
    sheets = {
        "FAS Value": [
            [*FIRST, 2024],
            row("Japan", "kilograms", 5, code="8505.11.0070", kind="Domestic Exports"),
            row("Atlantis", "metric tons", 6, code="2846", kind="Total Exports"),
        ],
        "First Unit of Quantity": [
            [*FIRST, 2024],
            row("Atlantis", "metric tons", 2, code="2846", kind="Total Exports"),
        ],
    }
    flows = dataweb.normalise(saved(tmp_path / "a.xlsx", sheets)).set_index("partner")
    assert flows.loc["JPN", ["system", "code", "code_scope"]].tolist() == [
        "US-HTS10",
        "8505110070",
        "national",
    ]
    assert flows.loc["JPN", ["flow", "valuation"]].tolist() == ["domestic export", "FAS"]
    # a country not known here keeps the publisher's name
    assert flows.loc["{Atlantis}", ["flow", "code_scope"]].tolist() == ["export", "basket"]
    assert flows.loc["{Atlantis}", "net_kg"] == 2000


def test_a_workbook_whose_dimension_says_one_cell_is_read_whole(tmp_path):
    """The site's own workbooks state a dimension of A1, at which a read-only reader stops."""
    raw = saved(tmp_path / "a.xlsx", SHEETS)
    small = tmp_path / "b.xlsx"
    with zipfile.ZipFile(raw.path) as old, zipfile.ZipFile(small, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/"):
                start = text.index(b"<dimension ref=")
                end = text.index(b"/>", start)
                text = text[:start] + b'<dimension ref="A1"' + text[end:]
            new.writestr(name, text)
    shrunk = RawPayload("dataweb", "file:b.xlsx", "0" * 64, 1, raw.retrieved_at, small)
    pd.testing.assert_frame_equal(dataweb.normalise(shrunk), dataweb.normalise(raw))


def test_a_cell_that_is_no_number_is_named_with_its_place(tmp_path):
    sheets = changed("Customs Value", [*FIRST, 2024], row("China", "kilograms", "see note"))
    with pytest.raises(
        SourceFault, match="sheet 'Customs Value', row 2, column 2024: 'see note' is not a number"
    ):
        dataweb.normalise(saved(tmp_path / "a.xlsx", sheets))


def test_what_is_no_such_workbook_is_refused(tmp_path):
    with pytest.raises(SourceFault, match="no sheet has a header that begins Data Type"):
        dataweb.normalise(saved(tmp_path / "a.xlsx", {"Sheet": [["a", "b"], [1, 2]]}))
    text = tmp_path / "text.xlsx"
    text.write_text("a,b\n")
    raw = RawPayload("dataweb", "file:text.xlsx", "0" * 64, 1, "2026-11-26T10:00:00", text)
    with pytest.raises(SourceFault, match="is not an Excel workbook"):
        dataweb.normalise(raw)
