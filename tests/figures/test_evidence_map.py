"""The evidence map: one mark a source and stance, told apart by sign as well as by colour."""

from __future__ import annotations

from typing import Any

import plotly.io as pio
import pytest

from third_pillar.figures.claims import ClaimDots, draw_evidence_map
from third_pillar.figures.theme import ROLES

LABELS = {
    "supports": "for",
    "refutes": "against",
    "qualifies": "limits",
    "context": "background",
}
GROUPS = {
    "✓ supported": [
        ClaimDots("C01", {"supports": [("A1", True), ("C1", False)], "context": [("B1", True)]}),
        ClaimDots("C02", {"supports": [("A1", True)], "refutes": [("C2", False)]}),
    ],
    "✕ contradicted": [
        ClaimDots("C03", {"refutes": [("A1", True), ("A2", True)], "qualifies": [("A3", True)]}),
    ],
}


@pytest.fixture
def spec() -> dict[str, Any]:
    drawn: dict[str, Any] = draw_evidence_map(GROUPS, labels=LABELS).to_plotly_json()
    return drawn


def trace(spec: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [t for t in spec["data"] if t["name"] == name]
    return dict(found)


def marks(spec: dict[str, Any], name: str) -> list[tuple[float, int]]:
    found = trace(spec, name)
    return sorted(zip(found["x"], found["y"], strict=True))


def test_each_source_and_stance_is_one_mark(spec: dict[str, Any]):
    """Nothing is summed away and nothing drawn twice."""
    counts = {t["name"]: len(t["x"]) for t in spec["data"]}
    assert counts == {"for": 3, "against": 3, "limits": 1, "background": 1}


def test_against_and_limiting_stand_left_the_rest_right(spec: dict[str, Any]):
    """The side says which way a source points."""
    assert all(x < 0 for name in ("against", "limits") for x, _ in marks(spec, name))
    assert all(x > 0 for name in ("for", "background") for x, _ in marks(spec, name))


def test_no_mark_hides_another(spec: dict[str, Any]):
    """Marks of one claim stand a step apart, whatever their stance."""
    places = [place for t in spec["data"] for place in zip(t["x"], t["y"], strict=True)]
    assert len(set(places)) == len(places)
    assert marks(spec, "limits")[0][0] < min(x for x, y in marks(spec, "against") if y == 4)
    assert marks(spec, "background")[0][0] > max(x for x, y in marks(spec, "for") if y == 1)


def test_stance_is_a_sign_and_reliability_its_filling(spec: dict[str, Any]):
    """Without colour each stance and each grade can still be told."""
    signs = {
        t["name"]: {symbol.removesuffix("-open") for symbol in t["marker"]["symbol"]}
        for t in spec["data"]
    }
    assert all(len(found) == 1 for found in signs.values())
    assert len({sign for found in signs.values() for sign in found}) == len(signs)
    symbols = dict(zip(trace(spec, "for")["text"], trace(spec, "for")["marker"]["symbol"],
                       strict=True))  # fmt: skip
    assert symbols == {"C01: A1": "circle", "C01: C1": "circle-open", "C02: A1": "circle"}


def test_the_legend_shows_a_filled_sign(spec: dict[str, Any]):
    """The legend takes the first mark, so that is a filled one where there is one."""
    assert trace(spec, "for")["marker"]["symbol"][0] == "circle"


def test_every_claim_has_its_tick_and_every_group_its_heading(spec: dict[str, Any]):
    """Rows are named, headings stand in rows of their own, first on top."""
    axis = spec["layout"]["yaxis"]
    heads = {note["text"]: note["y"] for note in spec["layout"]["annotations"]}
    assert list(axis["ticktext"]) == ["C01", "C02", "C03"]
    assert list(axis["tickvals"]) == [1, 2, 4]
    assert heads == {"<b>✓ supported</b>": 0, "<b>✕ contradicted</b>": 3}
    assert axis["range"][0] > axis["range"][1]


def test_counts_have_no_minus(spec: dict[str, Any]):
    """A number of sources is never negative."""
    assert all(int(text) >= 0 for text in spec["layout"]["xaxis"]["ticktext"])
    low, high = spec["layout"]["xaxis"]["range"]
    assert all(low < x < high for t in spec["data"] for x in t["x"])
    assert all(low < x < high for x in spec["layout"]["xaxis"]["tickvals"])


def test_it_is_drawn_with_what_the_page_carries(spec: dict[str, Any]):
    """Only scatter; only colours of roles; a height that grows with the rows."""
    assert {t["type"] for t in spec["data"]} == {"scatter"}
    assert {t["marker"]["color"] for t in spec["data"]} <= set(ROLES.values())
    longer = {**GROUPS, "? cannot be tested yet": [ClaimDots("C04", {"context": [("A", True)]})]}
    grown = draw_evidence_map(longer, labels=LABELS)
    assert grown.layout.height > spec["layout"]["height"]
    pio.to_json(grown, validate=True)


def test_a_claim_without_a_source_keeps_its_row():
    """Silence is shown as an empty row."""
    drawn = draw_evidence_map(
        {"supported": [ClaimDots("C01", {"supports": [("A", True)]}), ClaimDots("C02", {})]},
        labels=LABELS,
    )
    assert list(drawn.layout.yaxis.ticktext) == ["C01", "C02"]
