"""Promises about figures of a country of which nothing, or hardly anything, is on record."""

from __future__ import annotations

import pytest

from third_pillar.figures.chain import CapacityBars, draw_stage_capacity, draw_stage_shares
from third_pillar.figures.drawing import scale_from_zero
from third_pillar.figures.flows import OxideBar, draw_oxide_bars
from third_pillar.figures.network import PairedRow, RuleBar, draw_paired_dots, draw_rules
from third_pillar.figures.pillar_test import Tile, draw_breadth_tiles
from third_pillar.figures.timeline import FanBand, draw_capacity_fans

STAGES = ["Mine", "Metal"]
NONE = [None, None]


def no_capacity():
    return draw_stage_capacity(
        STAGES,
        [CapacityBars("end of 2030", NONE, NONE, NONE, [False, False])],
        lines={},
        empty=dict.fromkeys(STAGES, "none<br>on record"),
    )


def no_oxide():
    return draw_oxide_bars([OxideBar("It separates", 0.0, 0.0, 0.0, is_need=False)])


def no_gain():
    bars = [RuleBar("others first", (0.0, 0.0, 0.0))]
    return draw_rules(bars, axis="tonnes", unknown=["pro rata"])


def no_fan():
    return draw_capacity_fans(
        ["2026-11", "2026-12"], [FanBand("Mine", (0, 0), (0, 0), (0, 0), None)]
    )


def words_of(drawn) -> list[tuple[str, ...]]:
    """What stands in the drawing as words."""
    return [t.text for t in drawn.data if t.type == "scatter" and t.mode == "text"]


@pytest.mark.parametrize(
    ("draw", "axis"),
    [(no_capacity, "yaxis"), (no_oxide, "xaxis"), (no_gain, "xaxis"), (no_fan, "yaxis")],
)
def test_an_axis_with_nothing_on_it_has_one_tick_at_nothing(draw, axis):
    """Left alone it ran from −1 to 1, its rounded ticks reading 1, 1, 0, −1, −1."""
    layout = draw().layout[axis]
    assert list(layout.tickvals) == [0]
    assert list(layout.range) == [0, 1]


def test_an_axis_with_something_on_it_keeps_its_ticks():
    """The rule is for nothing alone."""
    assert scale_from_zero(200.0, room=1.1) == {"range": [0, pytest.approx(220.0)]}


def test_a_stage_without_a_bar_says_why():
    """An empty place could be a zero, a gap, or a fault of the drawing."""
    assert words_of(no_capacity()) == [("none<br>on record", "none<br>on record")]


def test_a_rule_that_changes_next_to_nothing_says_so():
    """A bar of no length is no answer."""
    bars = [RuleBar("a", (0.3, 0.0, 1.0)), RuleBar("b", (900.0, 1.0, 999.0))]
    assert words_of(draw_rules(bars, axis="tonnes")) == [(" under 1 t ",)]
    assert (" nothing ",) in words_of(no_gain())


def test_a_legend_names_nobody_without_a_bar():
    """Norway has no share of any stage: its colour is nowhere in the figure."""
    drawn = draw_stage_shares(
        ["Mine"],
        {"China": [69.0], "Norway": [None], "others": [0.0]},
        roles={"China": "china", "Norway": "candidate", "others": "rest"},
    )
    assert {trace.name: trace.showlegend for trace in drawn.data} == {
        "China": True, "Norway": False, "others": False,
    }  # fmt: skip
    assert [trace.showlegend for trace in no_capacity().data] == [False, False]


def test_a_mark_at_nothing_keeps_clear_of_its_name():
    """A diamond at zero lay over the last letter of the country."""
    row = PairedRow("Norway", "candidate", (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    drawn = draw_paired_dots([row], first_label="a", second_label="b", axis="t")
    assert drawn.layout.yaxis.ticklabelstandoff >= 8


def test_words_for_a_small_rule_stand_where_no_bar_is():
    """Where every other rule loses, the right-hand side is outside the drawing."""
    losing = [RuleBar("a", (-640.0, -833.0, -419.0)), RuleBar("b", (0.01, 0.0, 0.02))]
    place = [t.textposition for t in draw_rules(losing, axis="t").data if t.name == "no bar"]
    assert place == ["middle left"]


@pytest.mark.parametrize(("months", "tick"), [(2, "M1"), (14, "M3"), (49, "M12")])
def test_a_short_stretch_of_time_has_dates_on_its_axis(months, tick):
    """From November to December no year turns: by year the axis had no date at all."""
    band = FanBand("Mine", *([5.0] * months for _ in range(3)), None)
    stretch = [f"{2026 + n // 12}-{n % 12 + 1:02d}" for n in range(months)]
    assert draw_capacity_fans(stretch, [band]).layout.xaxis.dtick == tick


def test_words_on_a_hatched_tile_can_be_read():
    """The hatching of "not known" struck its own words through."""
    tile = Tile("Vietnam", "Mine", None, reaches=False, is_stand_in=False)
    drawn = draw_breadth_tiles([tile], countries=["Vietnam"], stages=["Mine"])
    assert drawn.data[0].marker.pattern.solidity < 0.1
