"""Promises about every figure: its specification, never its pixels."""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
import re
from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
import pytest

from third_pillar import figures
from third_pillar.figures.chain import CapacityBars, draw_stage_capacity, draw_stage_shares
from third_pillar.figures.claims import ClaimDots, draw_evidence_map, draw_verdict_counts
from third_pillar.figures.curve import CurveMark, draw_specification_curve
from third_pillar.figures.dependence import draw_import_shares
from third_pillar.figures.flows import FlowColumn, OxideBar, draw_chain_flows, draw_oxide_bars
from third_pillar.figures.network import (
    AdditionLine,
    PairedRow,
    RuleBar,
    draw_additions,
    draw_paired_dots,
    draw_rules,
)
from third_pillar.figures.pillar_test import ServedBar, Tile, draw_breadth_tiles, draw_served_shares
from third_pillar.figures.theme import ROLES
from third_pillar.figures.timeline import (
    FanBand,
    Span,
    draw_capacity_fans,
    draw_control_timeline,
)
from third_pillar.figures.trade import (
    RatioLine,
    draw_dependence_tiles,
    draw_mirror_ratios,
)
from third_pillar.figures.trade import Tile as ShareTile
from third_pillar.figures.window import Mark, draw_export_months

Draw = Callable[[], go.Figure]
BUNDLED = {"bar", "scatter", "pie"}
UNIT = re.compile(r"percent|tonnes|number of|\bt\b")
WAYS = {"measured": "measured", "hand": "read by hand"}
STANCES = {
    "supports": "bears it out",
    "refutes": "speaks against it",
    "qualifies": "limits it",
    "context": "background",
}


def stage_shares() -> go.Figure:
    return draw_stage_shares(
        ["Mine, 2025", "Magnet, 2024"],
        {"China": [69.2, 94.0], "Japan": [0.0, 4.0], "not attributed": [30.8, 2.0]},
        roles={"China": "china", "Japan": "pillars", "not attributed": "unknown"},
    )


def stage_capacity() -> go.Figure:
    return draw_stage_capacity(
        ["Mine", "Separation"],
        [
            CapacityBars("today", [3.0, 1.0], [2.0, 0.5], [4.0, 2.0], [False, True], is_faint=True),
            CapacityBars("end of 2030", [5.0, 7.0], [4.0, 6.0], [9.0, 8.0], [False, True]),
        ],
        lines={"10 % of the need": 6.0},
    )


def control_timeline() -> go.Figure:
    day = dt.date
    return draw_control_timeline(
        ["2025-09", "2025-10"],
        [5774.0, 5473.0],
        is_derived=[False, True],
        controls=["No. 18", "No. 61"],
        spans=[
            Span("No. 18", "in force", day(2025, 4, 4), day(2026, 11, 22)),
            Span("No. 61", "suspended", day(2025, 11, 7), day(2026, 11, 10)),
            Span("No. 61", "not known", day(2026, 11, 11), day(2026, 11, 22)),
        ],
        today=day(2026, 11, 22),
    )


def capacity_fans() -> go.Figure:
    return draw_capacity_fans(
        ["2026-11", "2026-12"],
        [
            FanBand("Mine", [1.0, 1.0], [2.0, 2.0], [3.0, 4.0], 5.0),
            FanBand("Magnet", [0.0, 0.0], [0.0, 1.0], [2.0, 9.0]),
        ],
    )


def verdict_counts() -> go.Figure:
    counts = {"hand": [0, 2], "measured": [3, 0]}
    return draw_verdict_counts(["supported", "contradicted"], counts, labels=WAYS)


def import_shares() -> go.Figure:
    return draw_import_shares(
        ["Korea", "Japan"], [87.9, 31.0], threshold=60.0, threshold_label="aim: 60 %"
    )


def served_shares() -> go.Figure:
    return draw_served_shares(
        [
            ServedBar("the pillars", (22.0, 19.0, 25.0), (27.0, 21.0, 33.0)),
            ServedBar("everyone", None, (29.0, 22.0, 38.0)),
        ],
        without_label="without",
        joined_label="with",
    )


def breadth_tiles() -> go.Figure:
    return draw_breadth_tiles(
        [
            Tile("Japan", "Mine", 0.0, reaches=False, is_stand_in=False),
            Tile("Japan", "Metal", 15.4, reaches=True, is_stand_in=True),
            Tile("Vietnam", "Mine", 0.23, reaches=False, is_stand_in=False),
            Tile("Vietnam", "Metal", None, reaches=False, is_stand_in=False),
        ],
        countries=["Japan", "Vietnam"],
        stages=["Mine", "Metal"],
    )


def export_months() -> go.Figure:
    return draw_export_months(
        ["2025-04", "2025-05", "2025-06"],
        [2626.0, 1238.0, 3188.0],
        is_derived=[False, True, False],
        marks=[Mark(dt.date(2025, 4, 4), "controls")],
        band=(dt.date(2025, 5, 1), dt.date(2025, 5, 31)),
        band_label="suspension",
    )


def specification_curve() -> go.Figure:
    return draw_specification_curve(
        {
            "breadth": [CurveMark(0, 0.0, "10 %, 2030"), CurveMark(2, 59.0, "5 %, 2030")],
            "market": [CurveMark(1, 12.0, "rank 5")],
        }
    )


def evidence_map() -> go.Figure:
    return draw_evidence_map(
        {
            "contradicted": [
                ClaimDots("C01", {"refutes": [("GOOD", True), ("WEAK", False)]}),
                ClaimDots("C06", {"qualifies": [("ONE", True)], "refutes": [("TWO", True)]}),
            ],
            "supported": [ClaimDots("C05", {"supports": [("ONE", True)]})],
        },
        labels=STANCES,
    )


def paired_dots() -> go.Figure:
    return draw_paired_dots(
        [
            PairedRow("India", "candidate", (3.0, 2.0, 4.0), (2.0, 1.0, 3.0)),
            PairedRow("Japan", "pillars", (9.0, 8.0, 11.0), None),
        ],
        first_label="by location",
        second_label="by owner",
        axis="tonnes of magnets a year",
    )


def rules() -> go.Figure:
    return draw_rules(
        [RuleBar("pro rata", (-5.0, -7.0, -3.0)), RuleBar("others first", (4.0, 2.0, 6.0))],
        axis="tonnes of magnets a year",
    )


def additions() -> go.Figure:
    return draw_additions(
        [
            AdditionLine("all four stages", [0.0, 10.0], [28.0, 95.0], is_equal=True),
            AdditionLine("metal", [0.0, 10.0], [28.0, 40.0], is_equal=False),
        ],
        needed=90.0,
        axis="tonnes of magnets a year added",
    )


def chain_flows() -> go.Figure:
    return draw_chain_flows(
        [
            FlowColumn("Mine", {"The pillars": 100.0, "India": 50.0}),
            FlowColumn("Metal", {"The pillars": 30.0, "India": 10.0}, is_binding=True),
            FlowColumn("Need", {"Need": 80.0}),
        ],
        flow=40.0,
        roles={"The pillars": "pillars", "India": "candidate", "Need": "emphasis"},
    )


def oxide_bars() -> go.Figure:
    return draw_oxide_bars(
        [
            OxideBar("Scheme", 2230.0, 2645.0, 3000.0, is_need=True),
            OxideBar("Offer", 400.0, 500.0, 500.0, is_need=False),
        ]
    )


def dependence_tiles() -> go.Figure:
    return draw_dependence_tiles(
        ["India", "Japan"],
        ["Compounds", "Magnets"],
        [
            ShareTile("India", 0, 81.3, "81.3 %", "India: 81.3 %"),
            ShareTile("India", 1, None, "", "India: not on record"),
            ShareTile("Japan", 0, 31.1, "31.1 %", "Japan: 31.1 %"),
            ShareTile("Japan", 1, 65.0, "65 %", "Japan: 65 %"),
        ],
    )


def mirror_ratios() -> go.Figure:
    return draw_mirror_ratios(
        [RatioLine("India to China", "china", ["2023", "2024"], [0.9, None])],
        axis="importer over exporter, tonnes",
    )


MANY: tuple[Draw, ...] = (
    stage_shares,
    stage_capacity,
    verdict_counts,
    import_shares,
    served_shares,
    breadth_tiles,
    export_months,
    specification_curve,
    evidence_map,
    control_timeline,
    capacity_fans,
    paired_dots,
    rules,
    additions,
    dependence_tiles,
    mirror_ratios,
    chain_flows,
    oxide_bars,
)
ONE: dict[str, Draw] = {
    "stage_shares": lambda: draw_stage_shares(
        ["Mine"], {"China": [100.0]}, roles={"China": "china"}
    ),
    "stage_capacity": lambda: draw_stage_capacity(
        ["Mine"], [CapacityBars("today", [0.0], [0.0], [0.0], [False])], lines={"need": 2.0}
    ),
    "stage_capacity_no_line": lambda: draw_stage_capacity(
        ["Mine"], [CapacityBars("today", [5.0], [4.0], [6.0], [False])], lines={}
    ),
    "verdict_counts": lambda: draw_verdict_counts(["supported"], {"hand": [1]}, labels=WAYS),
    "import_shares": lambda: draw_import_shares(
        ["Korea"], [0.0], threshold=60.0, threshold_label="aim"
    ),
    "served_shares": lambda: draw_served_shares(
        [ServedBar("all", None, (0.0, 0.0, 0.0))], without_label="without", joined_label="with"
    ),
    "breadth_tiles": lambda: draw_breadth_tiles(
        [Tile("Japan", "Mine", None, reaches=False, is_stand_in=False)],
        countries=["Japan"],
        stages=["Mine"],
    ),
    "export_months": lambda: draw_export_months(["2025-05"], [1238.0], is_derived=[True]),
    "evidence_map": lambda: draw_evidence_map(
        {"supported": [ClaimDots("C05", {"supports": [("ONE", True)]})]}, labels=STANCES
    ),
    "control_timeline": lambda: draw_control_timeline(
        ["2025-09"], [5774.0], is_derived=[False], controls=[], spans=[], today=dt.date(2025, 10, 1)
    ),
    "capacity_fans": lambda: draw_capacity_fans(
        ["2026-11"], [FanBand("Mine", [0.0], [0.0], [0.0])], role="pillars"
    ),
    "specification_curve": lambda: draw_specification_curve({"breadth": [CurveMark(0, 0.0, "")]}),
}
EVERY = [pytest.param(draw, id=draw.__name__) for draw in MANY] + [
    pytest.param(draw, id=f"one_{name}") for name, draw in ONE.items()
]


def specification(figure: go.Figure) -> dict[str, Any]:
    spec: dict[str, Any] = figure.to_plotly_json()
    return spec


def trace(figure: go.Figure, name: str) -> dict[str, Any]:
    return next(t for t in specification(figure)["data"] if t["name"] == name)


def has_tiles(spec: dict[str, Any]) -> bool:
    """Whether bars stand as tiles, so that their length means nothing."""
    return "base" in spec["data"][0]


def along(spec: dict[str, Any]) -> str:
    """The side along which amounts are drawn."""
    first = spec["data"][0]
    has_names = first["type"] == "scatter" and (
        any(isinstance(name, str) for name in first["y"])
        or "ticktext" in spec["layout"].get("yaxis", {})
    )
    return "x" if has_names or first.get("orientation") == "h" else "y"


def axis_of_amounts(spec: dict[str, Any]) -> dict[str, Any]:
    axis: dict[str, Any] = spec["layout"][f"{along(spec)}axis"]
    return axis


def is_hatched(bars: dict[str, Any]) -> list[bool]:
    """Whether each bar of a trace is hatched."""
    shape = bars["marker"].get("pattern", {}).get("shape", "")
    count = len(bars["x"])
    return [bool(one) for one in ([shape] * count if isinstance(shape, str) else shape)]


def test_every_draw_function_is_tried_here():
    """A new figure cannot slip past these promises."""
    modules = [
        importlib.import_module(f"{figures.__name__}.{module.name}")
        for module in pkgutil.iter_modules(figures.__path__)
    ]
    drawn = {name for module in modules for name in vars(module) if name.startswith("draw_")}
    assert drawn == {f"draw_{draw.__name__}" for draw in MANY}


@pytest.mark.parametrize("draw", EVERY)
def test_only_trace_types_of_the_small_bundle_are_drawn(draw: Draw):
    """Nothing asks for more of plotly than the report carries, and nothing is empty."""
    traces = specification(draw())["data"]
    assert traces
    assert {one["type"] for one in traces} <= BUNDLED


@pytest.mark.parametrize("draw", EVERY)
def test_the_page_decides_how_a_figure_looks(draw: Draw, monkeypatch: pytest.MonkeyPatch):
    """No template, no title, no font and no ground of its own; only colours that have a role."""
    monkeypatch.setattr(pio.templates, "default", "none")
    layout = specification(draw())["layout"]
    own = {"title", "font", "paper_bgcolor", "plot_bgcolor", "width"} & set(layout)
    assert not own
    assert not layout.get("template", {}).get("layout")
    painted = set(re.findall(r"#[0-9a-f]{6}", repr(specification(draw())), re.IGNORECASE))
    texts_on_bars = {"#ffffff", ROLES["emphasis"]}
    assert painted <= set(ROLES.values()) | texts_on_bars


@pytest.mark.parametrize("draw", EVERY)
def test_every_axis_of_amounts_says_its_unit(draw: Draw):
    """An axis along which bars grow has a title with its unit; tiles carry it themselves."""
    spec = specification(draw())
    if has_tiles(spec):
        texts = [text for one in spec["data"] for text in one["text"]]
        assert all(text == "not known" or "%" in text for text in texts)
    else:
        assert UNIT.search(axis_of_amounts(spec)["title"]["text"])


@pytest.mark.parametrize("draw", EVERY)
def test_amounts_start_at_zero(draw: Draw):
    """A bar's length can be compared: no cut axis; marks may stand a little off its end."""
    spec = specification(draw())
    if has_tiles(spec):
        assert spec["layout"]["barmode"] == "overlay"
    else:
        axis = axis_of_amounts(spec)
        start = 0 if axis.get("rangemode") == "tozero" else axis["range"][0]
        assert start <= 0 if spec["data"][0]["type"] == "scatter" else start == 0


WITH_RANGE = [
    stage_capacity,
    import_shares,
    served_shares,
    export_months,
    specification_curve,
    evidence_map,
    ONE["stage_capacity"],
]


@pytest.mark.parametrize("draw", WITH_RANGE)
def test_the_axis_has_room_for_every_value_and_whisker(draw: Draw):
    """Nothing drawn lies beyond the range that is set."""
    spec = specification(draw())
    side = along(spec)
    ends = [
        value + whisker
        for one in spec["data"]
        if "yaxis" not in one
        for value, whisker in zip(
            one[side],
            one.get(f"error_{side}", {}).get("array") or [0] * len(one[side]),
            strict=True,
        )
        if value is not None
    ]
    assert max(ends) <= axis_of_amounts(spec)["range"][1]


def test_stage_shares_stand_as_given():
    """Stages in order, first on top; every group its values; what is not attributed hatched."""
    figure = stage_shares()
    spec = specification(figure)
    assert [one["name"] for one in spec["data"]] == ["China", "Japan", "not attributed"]
    assert all(one["y"] == ["Mine, 2025", "Magnet, 2024"] for one in spec["data"])
    assert [one["x"] for one in spec["data"]] == [[69.2, 94.0], [0.0, 4.0], [30.8, 2.0]]
    assert spec["layout"]["yaxis"]["autorange"] == "reversed"
    assert spec["layout"]["barmode"] == "stack"
    assert is_hatched(trace(figure, "not attributed")) == [True, True]
    assert not any(is_hatched(trace(figure, "China")))
    assert trace(figure, "China")["marker"]["color"] == ROLES["china"]


def test_a_share_too_narrow_for_its_label_goes_without():
    """A label never spills over; the hover and the table still tell it."""
    assert trace(stage_shares(), "Japan")["text"] == ["", ""]
    assert trace(stage_shares(), "China")["text"] == ["69 %", "94 %"]


def test_capacity_stands_as_given_with_its_ends_and_its_stand_ins_hatched():
    """Values, whiskers to the ends, hatching for stand-ins, and a line for each threshold."""
    figure = stage_capacity()
    then = trace(figure, "end of 2030")
    assert (then["x"], then["y"]) == (["Mine", "Separation"], [5.0, 7.0])
    assert then["error_y"]["array"] == [4.0, 1.0]
    assert then["error_y"]["arrayminus"] == [1.0, 1.0]
    assert is_hatched(then) == is_hatched(trace(figure, "today")) == [False, True]
    assert trace(figure, "today")["marker"]["color"] != then["marker"]["color"]
    layout = specification(figure)["layout"]
    assert [(line["y0"], line["y1"]) for line in layout["shapes"]] == [(6.0, 6.0)]
    assert trace(figure, "10 % of the need")["y"] == [6.0]


def test_lines_across_the_bars_are_told_apart_in_the_legend_and_cover_no_bar():
    """A label on a line would lie over the bars that reach it, as those of a large maker do."""
    bars = [CapacityBars("today", [9.0], [8.0], [10.0], [False])]
    spec = specification(draw_stage_capacity(["Mine"], bars, lines={"own need": 5.0, "aim": 2.0}))
    assert not spec["layout"].get("annotations")
    drawn = spec["layout"]["shapes"]
    named = [one for one in spec["data"] if one["type"] == "scatter"]
    assert [one["name"] for one in named] == ["own need", "aim"]
    dashes = [line["line"]["dash"] for line in drawn]
    assert dashes == [one["line"]["dash"] for one in named]
    assert len(set(dashes)) == 2


def test_capacity_that_is_not_known_is_no_bar():
    """What is not known is left out of the drawing, never drawn as 0."""
    bars = CapacityBars("today", [3.0, None], [2.0, None], [4.0, None], [False, True])  # type: ignore[list-item]  # nothing is known
    drawn = trace(draw_stage_capacity(["Mine", "Metal"], [bars], lines={}), "today")
    assert list(drawn["y"]) == [3.0, None]


def test_verdicts_are_counted_as_given_and_empty_ways_left_out():
    """Each way of settling is a trace in the order of the scale; none is drawn for nothing."""
    figure = verdict_counts()
    spec = specification(figure)
    assert [one["name"] for one in spec["data"]] == ["measured", "read by hand"]
    assert trace(figure, "measured")["x"] == [3, 0]
    assert trace(figure, "read by hand")["x"] == [0, 2]
    assert trace(figure, "read by hand")["text"] == ["", "2"]
    assert trace(figure, "measured")["y"] == ["supported", "contradicted"]
    assert spec["layout"]["yaxis"]["autorange"] == "reversed"


def test_ways_of_settling_can_be_told_apart_without_colour():
    """What is read by hand is hatched, what is measured is not."""
    assert all(is_hatched(trace(verdict_counts(), "read by hand")))
    assert not any(is_hatched(trace(verdict_counts(), "measured")))


def test_import_shares_stand_in_the_order_given_with_the_threshold():
    """One dot an importer, first on top, its share written beside it, the aim as a line."""
    spec = specification(import_shares())
    (dots,) = spec["data"]
    assert (dots["y"], dots["x"]) == (["Korea", "Japan"], [87.9, 31.0])
    assert [text.strip() for text in dots["text"]] == ["88 %", "31 %"]
    assert spec["layout"]["yaxis"]["autorange"] == "reversed"
    across = [line for line in spec["layout"]["shapes"] if line.get("yref") == "paper"]
    assert [(line["x0"], line["x1"]) for line in across] == [(60.0, 60.0)]
    assert [note["text"] for note in spec["layout"]["annotations"]] == ["aim: 60 %"]


def test_without_a_threshold_no_line_and_no_label_is_drawn():
    """Before the aim was known, the figure does not show it."""
    figure = draw_import_shares(["Korea"], [88.0], threshold=None, threshold_label="")
    layout = specification(figure)["layout"]
    assert not layout.get("annotations")
    assert all(line.get("yref") != "paper" for line in layout["shapes"])


def test_served_shares_stand_as_given_with_their_ends():
    """Mean as bar, ends as whiskers, pools in order, first on top."""
    figure = served_shares()
    joined = trace(figure, "with")
    assert (joined["y"], joined["x"]) == (["the pillars", "everyone"], [27.0, 29.0])
    assert joined["error_x"]["array"] == [6.0, 9.0]
    assert joined["error_x"]["arrayminus"] == [6.0, 7.0]
    assert [text.strip() for text in joined["text"]] == ["27 %", "29 %"]
    assert specification(figure)["layout"]["yaxis"]["autorange"] == "reversed"


def test_a_pool_without_a_figure_has_no_bar():
    """A pool that was not computed is left out, never drawn or written as 0 %."""
    alone = trace(served_shares(), "without")
    drawn = dict(zip(alone["y"], zip(alone["x"], alone["text"], strict=True), strict=True))
    assert drawn["the pillars"][0] == 22.0
    value, text = drawn.get("everyone", (None, ""))
    assert value is None
    assert not text.strip()


def test_a_tile_that_is_not_known_says_so_and_is_hatched():
    """Not known is a look of its own: hatched, in words, and never 0 %."""
    figure = breadth_tiles()
    unknown = trace(figure, "not known")
    assert (unknown["y"], unknown["text"]) == (["Vietnam"], ["not known"])
    assert is_hatched(unknown) == [True]
    known = [one for one in specification(figure)["data"] if one["name"] != "not known"]
    assert not any(hatched for one in known for hatched in is_hatched(one))


def test_tiles_stand_where_country_and_stage_meet():
    """Each tile in its row and column, countries as given from the top."""
    figure = breadth_tiles()
    layout = specification(figure)["layout"]
    place = dict(zip(layout["xaxis"]["ticktext"], layout["xaxis"]["tickvals"], strict=True))
    assert list(place) == ["Mine", "Metal"]
    assert layout["yaxis"]["categoryarray"] == ["Vietnam", "Japan"]
    middles = {
        (country, text): base + width / 2
        for one in specification(figure)["data"]
        for country, text, base, width in zip(
            one["y"], one["text"], one["base"], one["x"], strict=True
        )
    }
    little = trace(figure, "falls short")["text"][1]
    assert middles == {
        ("Japan", "0 %"): place["Mine"],
        ("Japan", "15 % *"): place["Metal"],
        ("Vietnam", little): place["Mine"],
        ("Vietnam", "not known"): place["Metal"],
    }


def test_a_tile_of_little_is_not_a_tile_of_nothing():
    """A quarter of a percent is not shown as 0 %; nothing is."""
    nothing, little = trace(breadth_tiles(), "falls short")["text"]
    assert nothing == "0 %"
    assert "%" in little
    assert little != nothing


def test_a_tile_reaches_the_threshold_only_if_told_so():
    """The figure does not judge: reaching is given, and a stand-in carries a star."""
    figure = breadth_tiles()
    assert trace(figure, "reaches the threshold")["text"] == ["15 % *"]
    assert trace(figure, "falls short")["y"] == ["Japan", "Vietnam"]
    assert {one["name"] for one in specification(ONE["breadth_tiles"]())["data"]} == {"not known"}


def test_months_stand_as_given_and_derived_ones_are_hatched():
    """Reported and derived months are told apart without colour; no month is made up."""
    figure = export_months()
    reported, derived = trace(figure, "reported"), trace(figure, "derived from a percentage")
    assert reported["y"] == [2626.0, 3188.0]
    assert [day[:7] for day in reported["x"]] == ["2025-04", "2025-06"]
    assert derived["y"] == [1238.0]
    assert [day[:7] for day in derived["x"]] == ["2025-05"]
    assert is_hatched(derived) == [True]
    assert not any(is_hatched(reported))


def test_a_month_not_on_record_is_left_empty():
    """No bar stands where no figure is."""
    figure = draw_export_months(["2025-01", "2025-03"], [5.0, 7.0], is_derived=[False, False])
    (bars,) = specification(figure)["data"]
    assert len(bars["x"]) == len(bars["y"]) == 2
    assert specification(figure)["layout"]["xaxis"]["type"] == "date"


def test_dates_are_marked_where_they_fall():
    """The suspension is a band from its first day to its last, a control a line on its day."""
    shapes = specification(export_months())["layout"]["shapes"]
    spans = {(shape["type"], shape["x0"], shape["x1"]) for shape in shapes}
    assert spans == {("rect", "2025-05-01", "2025-05-31"), ("line", "2025-04-04", "2025-04-04")}
    labels = [note["text"] for note in specification(export_months())["layout"]["annotations"]]
    assert set(labels) == {"suspension", "controls"}
    plain = specification(ONE["export_months"]())["layout"]
    assert not plain.get("shapes")
    assert not plain.get("annotations")


@pytest.mark.parametrize(
    "draw",
    [
        lambda: draw_export_months(["2025-05"], [1.0, 2.0], is_derived=[False]),
        lambda: draw_import_shares(["Korea"], [1.0, 2.0], threshold=60, threshold_label="aim"),
        lambda: draw_stage_capacity(
            ["Mine"], [CapacityBars("today", [1.0], [1.0], [1.0], [False, True])], lines={}
        ),
        lambda: draw_stage_capacity(
            ["Mine"], [CapacityBars("today", [1.0], [1.0, 2.0], [1.0], [False])], lines={}
        ),
        lambda: draw_breadth_tiles(
            [Tile("Japan", "Use", 1.0, reaches=False, is_stand_in=False)],
            countries=["Japan"],
            stages=["Mine"],
        ),
    ],
    ids=["months", "imports", "hatching", "ends", "stage"],
)
def test_inputs_that_do_not_fit_together_are_refused(draw: Draw):
    """Values never slip to another label."""
    with pytest.raises((ValueError, IndexError)):
        draw()


def test_definitions_stand_at_their_place_with_their_chance():
    """Every definition is one mark above, and one in the row of its reading below."""
    spec = specification(specification_curve())
    above = [one for one in spec["data"] if "yaxis" not in one]
    marks = sorted(
        mark for one in above for mark in zip(one["x"], one["y"], one["text"], strict=True)
    )
    assert marks == [(0, 0.0, "10 %, 2030"), (1, 12.0, "rank 5"), (2, 59.0, "5 %, 2030")]
    below = {one["name"]: one["x"] for one in spec["data"] if "yaxis" in one}
    assert below == {"breadth": [0, 2], "market": [1]}
    assert spec["layout"]["yaxis2"]["categoryarray"] == ["market", "breadth"]


def test_a_definition_says_pillar_from_an_even_chance_on():
    """The line is at 50 %, and a definition on it counts above."""
    figure = draw_specification_curve({"breadth": [CurveMark(0, 49.9, ""), CurveMark(1, 50, "")]})
    assert trace(figure, "pillar")["x"] == [1]
    assert trace(figure, "not a pillar")["x"] == [0]
    lines = [(line["y0"], line["y1"]) for line in specification(figure)["layout"]["shapes"]]
    assert lines == [(50, 50)]


def test_no_reading_is_dropped_however_many_there_are():
    """Every reading has its row."""
    groups = {f"reading {n}": [CurveMark(n, 50.0, "")] for n in range(12)}
    names = [one["name"] for one in specification(draw_specification_curve(groups))["data"]]
    assert set(groups) <= set(names)


def test_every_source_of_a_claim_is_one_mark_on_its_side():
    """Against and limiting to the left, for to the right; no two marks on one spot."""
    figure = evidence_map()
    marks = {
        text: (x, y)
        for one in specification(figure)["data"]
        for text, x, y in zip(one["text"], one["x"], one["y"], strict=True)
    }
    assert set(marks) == {"C01: GOOD", "C01: WEAK", "C06: ONE", "C06: TWO", "C05: ONE"}
    assert len(set(marks.values())) == len(marks)
    assert all(marks[text][0] < 0 for text in ("C01: GOOD", "C01: WEAK", "C06: ONE", "C06: TWO"))
    assert marks["C05: ONE"][0] > 0
    axis = specification(figure)["layout"]["yaxis"]
    rows = dict(zip(axis["ticktext"], axis["tickvals"], strict=True))
    assert list(rows) == ["C01", "C06", "C05"]
    assert all(y == rows[text.split(":")[0]] for text, (_, y) in marks.items())
    assert axis["range"][0] > axis["range"][1]


def test_a_weak_source_is_an_open_mark():
    """Reliability shows in the shape, not only in colour; stances differ in shape too."""
    against = trace(evidence_map(), STANCES["refutes"])
    open_marks = dict(zip(against["text"], against["marker"]["symbol"], strict=True))
    assert open_marks["C01: WEAK"].endswith("-open")
    assert not open_marks["C01: GOOD"].endswith("-open")
    solid = {
        one["marker"]["symbol"][0].removesuffix("-open")
        for one in specification(evidence_map())["data"]
    }
    assert len(solid) == 3


def test_counts_to_the_left_carry_no_minus():
    """Sources against are counted, not subtracted."""
    axis = specification(evidence_map())["layout"]["xaxis"]
    assert all(text.isdigit() for text in axis["ticktext"])
    assert [abs(tick) for tick in axis["tickvals"]] == [int(text) for text in axis["ticktext"]]


def test_a_control_stands_from_its_first_day_to_its_last():
    """Bars begin where the state begins and are as long as it lasts; not known is hatched."""
    figure = control_timeline()
    bar = trace(figure, "suspended")
    assert (bar["y"], bar["base"]) == (["No. 61"], ["2025-11-07"])
    assert bar["x"] == [369 * 24 * 3600 * 1000]
    assert is_hatched(trace(figure, "not known")) == [True]
    assert specification(figure)["layout"]["yaxis2"]["categoryarray"] == ["No. 61", "No. 18"]


def test_a_fan_holds_its_median_between_its_ends():
    """The band runs along the upper end and back along the lower; the threshold is drawn once."""
    spec = specification(capacity_fans())
    band, median, line = spec["data"][:3]
    assert list(band["y"]) == [3.0, 4.0, 1.0, 1.0]
    assert list(median["y"]) == [2.0, 2.0]
    assert list(line["y"]) == [5.0, 5.0]
    assert [one["name"] for one in spec["data"]].count("threshold") == 1
    assert sum(bool(one["showlegend"]) for one in spec["data"]) == 3
    assert all(spec["layout"][axis]["range"][0] == 0 for axis in ("yaxis", "yaxis2"))


def test_a_share_near_its_threshold_is_written_exactly_and_clear_of_the_line():
    """59.6 is not shown as 60 beside a line at 60; a label the line would cross stands higher."""
    figure = draw_import_shares(
        ["a", "b", "c"], [59.6, 46.3, 88.0], threshold=60.0, threshold_label="aim"
    )
    (dots,) = specification(figure)["data"]
    assert [text.strip() for text in dots["text"]] == ["59.6 %", "46 %", "88 %"]
    assert dots["textposition"] == ["middle right", "top center", "middle right"]


def test_a_bar_too_short_for_its_number_has_it_beside_it():
    """A bar of nothing without a number could as well be one that is not known."""
    bars = [ServedBar("short", None, (0.0, 0.0, 0.0)), ServedBar("long", None, (40.0, 30.0, 50.0))]
    drawn = trace(draw_served_shares(bars, without_label="without", joined_label="with"), "with")
    assert drawn["textposition"] == ["outside", "inside"]


def test_a_tile_shows_its_share_as_exactly_as_it_is_given():
    """A share of 9.97 that falls short of 10 is not shown as 10."""
    tile = Tile("Japan", "Mine", 9.97, reaches=False, is_stand_in=True, shown="9.97")
    figure = draw_breadth_tiles([tile], countries=["Japan"], stages=["Mine"])
    assert trace(figure, "falls short")["text"] == ["9.97 % *"]
