"""Promises about the USGS release: a printed cell is read as printed, and a sign is no number."""

from __future__ import annotations

from pathlib import Path

import pytest

from third_pillar.evidence.connectors import usgs
from third_pillar.evidence.connectors.figures import Figure, read_figure, read_plain, read_years
from third_pillar.evidence.connectors.payload import RawPayload
from third_pillar.vocabulary.errors import SourceFault

HEADER = (
    "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,"
    "Is critical mineral 2025,Other notes\r\n"
)
WORLD = "World Mine Production and Reserves"


def line(country="India", year="2025", value="2,900", **changed):
    cells = {
        "chapter": "RARE EARTHS",
        "section": WORLD,
        "commodity": "Rare Earths",
        "country": country,
        "statistic": "Production",
        "detail": "Mine production",
        "unit": "metric tons",
        "year": year,
        "value": value,
        "notes": "Estimated.",
    } | changed
    return ",".join(f'"{cell}"' for cell in (*cells.values(), "Yes", "")) + "\r\n"


def release(tmp_path: Path, *lines: str, encoding: str = "cp1252") -> RawPayload:
    path = tmp_path / "release.csv"
    path.write_bytes((HEADER + "".join(lines)).encode(encoding))
    return RawPayload("usgs", "file:release.csv", "0" * 64, 1, "2026-11-26T10:00:00+00:00", path)


@pytest.mark.parametrize(
    ("printed", "figure"),
    [
        ("42,400", Figure(42400)),
        ("1.51", Figure(1.51)),
        ("34000", Figure(34000)),
        ("0", Figure(0)),
        (">95", Figure(low=95, qualifier="more than")),
        (">85,000,000", Figure(low=85_000_000, qualifier="more than")),
        ("<1", Figure(high=1, qualifier="less than")),
        ("700\u2013740", Figure(low=700, high=740, qualifier="range")),
        ("10,000 - 15,000", Figure(low=10_000, high=15_000, qualifier="range")),
        ("\u2014", Figure(0, qualifier="zero")),
        ("--", Figure(0, qualifier="zero")),
        ("W", Figure(qualifier="withheld")),
        ("E", Figure(qualifier="net exporter")),
        ("NA", Figure(qualifier="not available")),
        ("", Figure(qualifier="empty")),
    ],
)
def test_a_printed_cell_is_read_as_printed(printed, figure):
    """A bound is not a value, a sign is not a number, and a dash is zero."""
    assert read_figure(printed) == figure
    assert figure.has_number == (figure.qualifier not in {
        "withheld", "net exporter", "not available", "empty",
    })  # fmt: skip


@pytest.mark.parametrize(
    "printed", ["e", "about 5", "5 or 6", "740\u2013700", "1,2.3.4", "nan", "-5"]
)
def test_a_cell_that_says_nothing_known_is_refused(printed):
    with pytest.raises(ValueError, match="neither a number"):
        read_figure(printed)


def test_years_and_plain_numbers():
    assert read_years("2021\u201324") == (2021, 2024)
    assert read_years("2021-2024") == (2021, 2024)
    assert read_years("2025") == (2025, 2025)
    for bad in ("2024\u201321", "this year", ""):
        with pytest.raises(ValueError, match=r"neither a year|ends before"):
            read_years(bad)
    assert read_plain(" 1,234.5 ") == 1234.5
    for bad in ("nan", "inf", "1e9999", "--", "", "12 t"):
        with pytest.raises(ValueError, match="not a number"):
            read_plain(bad)


def test_the_release_is_read_in_its_own_encoding(tmp_path):
    """Windows-1252 dashes; a byte that means nothing there does not cost the release."""
    raw = release(
        tmp_path,
        line("Burma", value="\u2014"),
        line("Korea, Republic of", chapter="YTTRIUM", year="2021\u201324", value="4"),
        line("World total", detail="Mine production: rounded", value="390,000"),
        line("Elsewhere", chapter="GOLD", value="what it is"),
    )
    raw.path.write_bytes(raw.path.read_bytes().replace(b"Estimated.", b"Estimated\x81"))
    figures = usgs.normalise(raw)
    assert figures["country"].tolist() == ["MMR", "KOR", "WLD"]
    assert figures["qualifier"].tolist() == ["zero", "", ""]
    assert figures["year_from"].tolist() == [2025, 2021, 2025]
    assert set(figures["edition"]) == {2026}
    assert figures.dtypes.astype(str).to_dict() == usgs.COLUMNS


def test_a_release_with_a_byte_order_mark_is_unicode(tmp_path):
    raw = release(tmp_path, line(value="700\u2013740"), encoding="utf-8-sig")
    assert usgs.normalise(raw).loc[0, "high"] == 740


def test_a_cell_that_cannot_be_read_is_named_with_its_line(tmp_path):
    raw = release(tmp_path, line(), line("Brazil", value="lots"))
    with pytest.raises(SourceFault, match="line 3, Brazil, Mine production: 'lots' is neither"):
        usgs.normalise(raw)
    raw = release(tmp_path, line(), line("Brazil", year="soon"))
    with pytest.raises(SourceFault, match="line 3, Brazil, Mine production: 'soon' is neither"):
        usgs.normalise(raw)


def test_a_table_that_is_cut_inside_a_row_is_refused(tmp_path):
    raw = release(tmp_path, line(), line())
    raw.path.write_bytes(raw.path.read_bytes()[:-60])
    with pytest.raises(SourceFault, match="line 3 has fewer cells than the header"):
        usgs.normalise(raw)
